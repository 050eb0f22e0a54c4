"""A mail server that keeps the letters it is given, or answers as a test tells it to."""

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


class Post:
    """`answers` has what is said to an address instead of taking a letter for it. With `breaks_off` the connection
    ends when a text was handed over, with `silent` it stays open and nothing is said; `arrived` tells of the first.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.breaks_off = self.silent = False
        self.arrived = Event()

    def texts(self) -> list[str]:
        """What the letters say, without what is attached."""
        bodies = [letter.get_body(("plain",)) for letter in self.letters]
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
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.arrived.set()
        if self.silent:
            await asyncio.Event().wait()
        if self.breaks_off:
            assert server.transport is not None
            server.transport.close()
        return "250 OK"


@pytest.fixture
def post() -> Iterator[Post]:
    port = free_port()
    post = Post(f"smtp://127.0.0.1:{port}")
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    yield post
    controller.stop()


@pytest.fixture
def mailing(settings: Settings, post: Post) -> Settings:
    """The settings of a service that has this mail server."""
    return settings.model_copy(update={"smtp_url": SecretStr(post.url)})
