"""Hands letters to a mail server (SMTP), and understands what it answers. Knows no database."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from app.errors import Problem
from app.models import MessageStatus
from app.settings import Settings

SECONDS_TO_ANSWER = 20
LONGEST_ANSWER = 500
PORTS = {"plain": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over, and the address they come from."""

    sender: str
    host: str
    port: int
    security: Literal["plain", "starttls", "tls"] = "plain"
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Delivery:
    """What became of a letter: sent, failed for good, unknown, or waiting to be tried again.

    `answer` is the server's sentence, or what went wrong with the connection; empty where it was sent.
    """

    status: MessageStatus
    answer: str = ""


def mail_server_from_settings(settings: Settings) -> MailServer | None:
    """None where there is none: letters are kept then. Raises `Problem` where what is set is no address of one."""
    if not settings.sends_mail:
        return None
    return parse_smtp_url(settings.smtp_url.get_secret_value(), settings.mail_sender)


def parse_smtp_url(url: str, sender: str) -> MailServer:
    """The server of `smtp://user:password@host:port`, `smtp://…?starttls` or `smtps://…`.

    Raises `Problem` for any other address.
    """
    try:
        parts = urlsplit(url)
        port, options = parts.port, set(parse_qs(parts.query, keep_blank_values=True))
    except ValueError:
        # A character of a password that isn't encoded ends the host: its words would quote a part of the password.
        raise _no_mail_server() from None
    # What isn't known may be "starttls" mistyped, and the password would go out for anybody to read.
    if (
        parts.scheme not in {"smtp", "smtps"}
        or not parts.hostname
        or not options <= {"starttls"}
        or parts.path not in {"", "/"}
        or parts.fragment
    ):
        raise _no_mail_server()
    security: Literal["plain", "starttls", "tls"] = (
        "tls" if parts.scheme == "smtps" else "starttls" if options else "plain"
    )
    return MailServer(
        sender=sender,
        host=parts.hostname,
        port=port or PORTS[security],
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _no_mail_server() -> Problem:
    return Problem(
        "JANGKAU_SMTP_URL must be smtp://host, smtp://host?starttls or smtps://host, with a port that is a number, "
        "and special characters of user and password percent-encoded.",
        code="bad-smtp-url",
    )


def deliver(server: MailServer, letter: EmailMessage) -> Delivery:
    """Tries once. Takes no longer than a few times `SECONDS_TO_ANSWER`."""
    if not str(letter["To"]).isascii():
        return Delivery(MessageStatus.FAILED)  # few servers take letters beyond these in an address
    try:
        smtp = _connected(server)
    except OSError as fault:
        # Nothing was said about this letter: even a refused password may be put right until the next try.
        return Delivery(MessageStatus.WAITING, _said(fault))
    try:
        return _handed_over(smtp, server.sender, letter)
    finally:
        with suppress(OSError):
            smtp.quit()
        smtp.close()


def _connected(server: MailServer) -> smtplib.SMTP:
    # Named after the sender: the machine's own name would be looked for in the network.
    name = server.sender.rpartition("@")[2]
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=name,
            timeout=SECONDS_TO_ANSWER,
            context=ssl.create_default_context(),  # without one it would believe any server
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=SECONDS_TO_ANSWER)
    try:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
    except OSError:
        smtp.close()
        raise
    return smtp


def _handed_over(smtp: smtplib.SMTP, sender: str, letter: EmailMessage) -> Delivery:
    try:
        code, answer = smtp.mail(sender)
        if code < 300:
            code, answer = smtp.rcpt(str(letter["To"]))
    except OSError as fault:
        return Delivery(MessageStatus.WAITING, _said(fault))
    if code >= 300:
        return _judged(code, answer)
    try:
        return _judged(*smtp.data(letter.as_bytes()))
    except smtplib.SMTPDataError as refused:
        return _judged(refused.smtp_code, refused.smtp_error)
    except OSError as fault:
        return Delivery(MessageStatus.UNKNOWN, _said(fault))


def _judged(code: int, answer: bytes | str) -> Delivery:
    """By the first digit of the server's answer: done, not now, never (RFC 5321, section 4.2.1)."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    if 200 <= code < 300:
        return Delivery(MessageStatus.SENT)
    refused = MessageStatus.FAILED if code >= 500 else MessageStatus.WAITING
    return Delivery(refused, f"{code} {text}"[:LONGEST_ANSWER])


def _said(fault: OSError) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return _judged(fault.smtp_code, fault.smtp_error).answer
    return (str(fault) or type(fault).__name__)[:LONGEST_ANSWER]
