"""Sending what was written: each message is taken once, and what became of it is noted.

That it is being sent is committed before the mail server is spoken to. Whoever finds it so came after a worker that
broke off: whether the mail went out can't be known, and it isn't sent again by itself.
"""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import cast
from urllib.parse import urlsplit

from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import Language, translator
from app.models import Message, MessageKind, MessageStatus
from app.models.base import now
from app.queries.messages.messages import is_session_over
from app.queries.registrations.ticket_calendars import ticket_calendar
from app.queries.registrations.tickets import ticket
from app.services.messages.mail_server import Delivery, MailServer
from app.services.messages.mail_texts import add_site_url, parse_ticket_code
from app.services.outbox import TryLater

# How long a message waits after each try that the server put off; after the last it has failed.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
WITHOUT_A_SERVER = timedelta(days=1)

FOR_THE_CALENDAR = (
    MessageKind.CONFIRMED,
    MessageKind.MOVED_UP,
    MessageKind.SESSION_CANCELLED,
    MessageKind.SESSION_CHANGED,
)


def begin_sending(db: Db, message_id: int, server: MailServer | None, site: str) -> EmailMessage | None:
    """The letter to send now, None where none is to be sent (any more). `site` is where the service is reached.

    Raises `TryLater` where there is no server, or where an earlier message about the same registration is still to
    be sent: people read them in order.
    """
    message = _held(db, message_id)
    if message is None:
        return None
    if message.status is MessageStatus.SENDING:
        message.status = MessageStatus.UNKNOWN
    if message.status is not MessageStatus.WAITING or is_session_over(db, message):
        return None
    if server is None:
        raise TryLater(WITHOUT_A_SERVER)
    if _has_one_before(db, message):
        raise TryLater(DELAYS[0])
    letter = _letter(db, message, server, site)
    message.status = MessageStatus.SENDING
    message.attempts += 1
    return letter


def record_delivery(db: Db, message_id: int, delivery: Delivery) -> timedelta | None:
    """Keeps what became of a letter. Returns how long to wait before the next try, None where there is none."""
    message = _held(db, message_id)
    if message is None:
        return None
    message.status, message.error = delivery.status, delivery.answer or None
    if message.status is MessageStatus.SENT:
        message.sent_at = now()
    if message.status is not MessageStatus.WAITING:
        return None
    if message.attempts > len(DELAYS):
        message.status = MessageStatus.FAILED
        return None
    return DELAYS[message.attempts - 1]


def give_up_message(db: Db, message_id: int) -> None:
    """After several tries that ended without an answer."""
    message = _held(db, message_id)
    if message and message.status is MessageStatus.SENDING:
        message.status = MessageStatus.UNKNOWN
    elif message and message.status is MessageStatus.WAITING:
        message.status = MessageStatus.FAILED


def _held(db: Db, message_id: int) -> Message | None:
    """The message, held until this transaction ends; it goes with its registration."""
    return db.get(Message, message_id, with_for_update=True, populate_existing=True)


def _has_one_before(db: Db, message: Message) -> bool:
    before = select(Message.id).where(
        col(Message.registration_id) == message.registration_id,
        col(Message.id) < message.id,
        col(Message.status) == MessageStatus.WAITING,
    )
    return db.exec(before.limit(1)).first() is not None


def _letter(db: Db, message: Message, server: MailServer, site: str) -> EmailMessage:
    letter = EmailMessage(SMTP.clone(cte_type="7bit"))
    letter["From"] = f"Jangkau <{server.sender}>"
    letter["To"] = message.recipient
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(now())
    # The same at every try: where it arrives twice, mail programs show it once.
    letter["Message-ID"] = f"<message-{message.id}@{urlsplit(site).hostname}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(add_site_url(message.body, site))
    if message.kind in FOR_THE_CALENDAR:
        _attach_calendar(db, letter, message, site)
    return letter


def _attach_calendar(db: Db, letter: EmailMessage, message: Message, site: str) -> None:
    language = cast(Language, message.language)
    try:
        shown = ticket(db, parse_ticket_code(message.body), language)
    except NotFound:
        return  # who registers again gets another ticket, and a message of its own
    content = ticket_calendar(db, shown, site, translator(language)).decode()
    letter.add_attachment(content, subtype="calendar", filename=f"{shown.session_code}.ics")
