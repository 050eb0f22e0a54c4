"""A mail server for tests: it keeps the mails that it receives, or answers as the test tells it to."""

import asyncio
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from app.settings import Settings
from tests.server import free_port


class SmtpServer:
    """`mails` are the mails received; `arrived` is set with the first.

    `answers` maps an address to the reply that its mails get instead of "250 OK". With `breaks_off` the connection
    ends after a mail was handed over, with `silent` it stays open without a reply.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.breaks_off = self.silent = False
        self.arrived = Event()

    def texts(self) -> list[str]:
        """Return the texts of the mails, without attachments."""
        bodies = [mail.get_body(("plain",)) for mail in self.mails]
        return [str(body.get_content()) for body in bodies if body]

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.arrived.set()
        if self.silent:
            await asyncio.Event().wait()
        if self.breaks_off:
            assert server.transport is not None
            server.transport.close()
        return "250 OK"


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    port = free_port()
    smtp_server = SmtpServer(f"smtp://127.0.0.1:{port}")
    controller = Controller(smtp_server, hostname="127.0.0.1", port=port)
    controller.start()
    yield smtp_server
    controller.stop()


@pytest.fixture
def mail_settings(settings: Settings, smtp_server: SmtpServer) -> Settings:
    """The settings of a service that has this mail server."""
    return settings.model_copy(update={"smtp_url": SecretStr(smtp_server.url)})
