"""Send mails through a mail server (SMTP), and read its answers."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from app.errors import Problem
from app.models import MessageStatus
from app.models.base import now
from app.settings import Settings

TIMEOUT_SECONDS = 20
MAX_ANSWER_LENGTH = 500
PORTS = {"plain": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True)
class MailServer:
    """A mail server, and the address that mails are sent from."""

    sender: str
    host: str
    port: int
    security: Literal["plain", "starttls", "tls"] = "plain"
    user: str = ""
    password: str = ""

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Delivery:
    """The result of one attempt: sent, failed (not tried again), unknown, or waiting for the next attempt.

    `answer` is the server's answer or the connection's error, "" if the mail was sent.
    """

    status: MessageStatus
    answer: str = ""


def mail_server_from_settings(settings: Settings) -> MailServer | None:
    """Return the mail server of `JANGKAU_SMTP_URL`, None if it is not set. Raises `Problem` if the URL is invalid."""
    if not settings.sends_mail:
        return None
    return parse_smtp_url(settings.smtp_url.get_secret_value(), settings.mail_sender)


def mail_server_address(settings: Settings) -> str:
    """Return host and port of the mail server, "" without one. Raises `Problem` as `mail_server_from_settings`."""
    server = mail_server_from_settings(settings)
    return server.address if server else ""


def parse_smtp_url(url: str, sender: str) -> MailServer:
    """Return the mail server of `smtp://user:password@host:port`, `smtp://…?starttls` or `smtps://…`.

    User, password and port may be missing; the port is then 25, 587 or 465, in this order of the forms. User and
    password are percent-decoded. Raises `Problem`, which does not quote the password, for any other URL.
    """
    try:
        parts = urlsplit(url)
        port, options = parts.port, set(parse_qs(parts.query, keep_blank_values=True))
    except ValueError:
        # A special character in the password ends the host, so the error's text would quote a part of the password.
        raise _invalid_url() from None
    # An unknown option may be "starttls" misspelled: without it the password would be sent unencrypted.
    if (
        parts.scheme not in {"smtp", "smtps"}
        or not parts.hostname
        or not options <= {"starttls"}
        or parts.path not in {"", "/"}
        or parts.fragment
    ):
        raise _invalid_url()
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


def _invalid_url() -> Problem:
    """Return the `Problem` for an invalid URL, which does not quote it."""
    return Problem(
        "JANGKAU_SMTP_URL must be smtp://host, smtp://host?starttls or smtps://host, with a port that is a number, "
        "and special characters of user and password percent-encoded.",
        code="bad-smtp-url",
    )


def build_mail(sender: str, recipient: str, subject: str, text: str, message_id: str) -> EmailMessage:
    """Return a mail of now from `sender`, the address of the mail server's settings.

    `message_id` should be the same at every attempt: a mail program shows a mail that arrives twice only once.
    """
    mail = EmailMessage(SMTP.clone(cte_type="7bit"))
    mail["From"] = f"Jangkau <{sender}>"
    mail["To"] = recipient
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail


def deliver(
    server: MailServer, mail: EmailMessage, begin_sending: Callable[[], None] = lambda: None
) -> Delivery:
    """Try once to send a mail, and return the result; no error of the mail server or network is raised.

    `begin_sending` is called when the server would take the mail, right before it is handed over, and may store that: a
    process that ends earlier has certainly not sent it. If it raises, the mail is not sent, and the exception goes on.

    - sent: the server accepted the mail. - failed: the address has characters beyond ASCII, or the server refused the
    mail for good (5xx). - waiting, to try again: the server could not be reached, did not accept the login, or asked to
    wait (4xx). - unknown: the connection broke after the mail was handed over.

    Takes at most a few times `TIMEOUT_SECONDS`.
    """
    if not str(mail["To"]).isascii():
        return Delivery(MessageStatus.FAILED)  # Few servers accept other characters in an address.
    try:
        smtp = _connect(server)
    except OSError as error:
        # Not the mail's fault: even a refused password may be corrected until the next attempt.
        return Delivery(MessageStatus.WAITING, _describe(error))
    try:
        return _send(smtp, server.sender, mail, begin_sending)
    finally:
        with suppress(OSError):
            smtp.quit()
        smtp.close()


def greet(server: MailServer, seconds: float) -> str:
    """Connect to the server, log in as configured, and send nothing. Returns "", or what went wrong.

    `seconds` is how long each of its answers is waited for.
    """
    try:
        smtp = _connect(server, seconds)
    except OSError as error:
        return _describe(error)
    with suppress(OSError):
        smtp.quit()
    smtp.close()
    return ""


def _connect(server: MailServer, seconds: float = TIMEOUT_SECONDS) -> smtplib.SMTP:
    """Return a connection to the server, encrypted and logged in as configured. Raises `OSError` if that fails."""
    # The sender's domain: smtplib would otherwise ask the network for the name of this machine.
    hostname = server.sender.rpartition("@")[2]
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=hostname,
            timeout=seconds,
            context=ssl.create_default_context(),  # Without it smtplib trusts any certificate.
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, local_hostname=hostname, timeout=seconds)
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


def _send(smtp: smtplib.SMTP, sender: str, mail: EmailMessage, begin_sending: Callable[[], None]) -> Delivery:
    """Hand the mail over on an open connection, and return the result as `deliver` does."""
    try:
        code, answer = smtp.mail(sender)
        if code < 300:
            code, answer = smtp.rcpt(str(mail["To"]))
    except OSError as error:
        return Delivery(MessageStatus.WAITING, _describe(error))
    if code >= 300:
        return _parse_answer(code, answer)
    begin_sending()
    try:
        return _parse_answer(*smtp.data(mail.as_bytes()))
    except smtplib.SMTPDataError as error:
        return _parse_answer(error.smtp_code, error.smtp_error)
    except OSError as error:
        return Delivery(MessageStatus.UNKNOWN, _describe(error))


def _parse_answer(code: int, answer: bytes | str) -> Delivery:
    """Return the result by the answer's code: 2xx sent, 5xx failed, any other waiting (RFC 5321, 4.2.1)."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    if 200 <= code < 300:
        return Delivery(MessageStatus.SENT)
    status = MessageStatus.FAILED if code >= 500 else MessageStatus.WAITING
    return Delivery(status, f"{code} {text}"[:MAX_ANSWER_LENGTH])


def _describe(error: OSError) -> str:
    """Return the mail server's answer in the error, else the error's text; at most 500 characters."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _parse_answer(error.smtp_code, error.smtp_error).answer
    return (str(error) or type(error).__name__)[:MAX_ANSWER_LENGTH]
