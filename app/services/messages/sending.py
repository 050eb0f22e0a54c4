"""Send queued messages through the mail server or the WhatsApp gateway, and keep the result of each attempt.

The status "sending" is committed right before the message is handed over, of a mail when the server would take it.
A message that is found with it was taken by a worker that died: it may have been sent, and is not sent again
automatically. All others are tried for two days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import cast
from urllib.parse import urlsplit

from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import Language, translator
from app.models import Message, MessageChannel, MessageKind, MessageStatus, ReportMail
from app.models.base import now
from app.queries.messages.messages import is_outdated
from app.queries.registrations.tickets import get_ticket, render_ticket_calendar
from app.services.messages.mail_server import Delivery, MailServer, build_mail, deliver
from app.services.messages.mail_texts import add_site_url, parse_linked_ticket
from app.services.messages.whatsapp_gateway import WhatsAppGateway, WhatsAppText, deliver_whatsapp
from app.services.outbox import TryLater

# How long a message waits after each attempt that the server postponed; the last delay is repeated.
RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
GIVE_UP_AFTER = timedelta(days=2)
# So many attempts take half a day: a clock that was set to another day makes no message fail before.
MIN_ATTEMPTS = 8
DELAY_WITHOUT_SERVER = RETRY_DELAYS[-1]

KINDS_WITH_CALENDAR = (
    MessageKind.CONFIRMED,
    MessageKind.MOVED_UP,
    MessageKind.SESSION_CANCELLED,
    MessageKind.SESSION_CHANGED,
)


class NotWaiting(Exception):
    """Raised instead of sending a message that does not wait to be sent any more."""


@dataclass(frozen=True)
class Senders:
    """By what messages are sent; None for what is not set up. `site` is the base URL of the service."""

    server: MailServer | None
    gateway: WhatsAppGateway | None
    site: str

    def deliver(self, outgoing: EmailMessage | WhatsAppText, begin_sending: Callable[[], None]) -> Delivery:
        """Try once to send a message that `write_outgoing` returned, and return the result.

        `begin_sending` is called right before the message is handed over. If it raises, nothing is sent.
        """
        if isinstance(outgoing, WhatsAppText):
            assert self.gateway is not None  # noqa: S101 (`write_outgoing` has raised `TryLater`)
            begin_sending()
            return deliver_whatsapp(self.gateway, outgoing)
        assert self.server is not None  # noqa: S101
        return deliver(self.server, outgoing, begin_sending)


def write_outgoing(db: Db, message_id: int, senders: Senders) -> EmailMessage | WhatsAppText | None:
    """Return the message to send now; None if it must not be sent.

    It must not if the message was deleted, is not waiting (such as sent or failed), or its session has ended. A message
    that is found as being sent, by a worker that died, is marked as unknown.

    Raises `TryLater` without a mail server or gateway (after four hours), and while an earlier message about the same
    registration is waiting (after a minute), so that people get them in order.
    """
    message = _lock_message(db, message_id)
    if message is None:
        return None
    if message.status is MessageStatus.SENDING:
        message.status = MessageStatus.UNKNOWN
    if message.status is not MessageStatus.WAITING or is_outdated(db, message):
        return None
    outgoing = _write_for_channel(db, message, senders)
    if outgoing is None:
        raise TryLater(DELAY_WITHOUT_SERVER)
    if _has_earlier_waiting_message(db, message):
        raise TryLater(RETRY_DELAYS[0])
    return outgoing


def begin_sending(db: Db, message_id: int) -> None:
    """Mark a message as being sent. The caller commits before it hands it over.

    Raises `NotWaiting` if it was deleted, or another worker sends it.
    """
    message = _lock_message(db, message_id)
    if message is None or message.status is not MessageStatus.WAITING:
        raise NotWaiting
    message.status = MessageStatus.SENDING


def record_delivery(db: Db, message_id: int, delivery: Delivery, *, queued_at: datetime) -> timedelta | None:
    """Store the result of an attempt. Return how long to wait before the next one, None if there is none.

    Does nothing if the message was deleted.
    """
    message = _lock_message(db, message_id)
    return store_result(message, delivery, queued_at=queued_at) if message else None


def store_result(
    message: Message | ReportMail, delivery: Delivery, *, queued_at: datetime
) -> timedelta | None:
    """Count an attempt and store its result in the row of a message or a mail with a report.

    Return how long to wait before the next attempt, None if there is none. A row that still waits two days after it was
    queued, and `MIN_ATTEMPTS` attempts, becomes failed.
    """
    message.attempts += 1
    message.status, message.error = delivery.status, delivery.answer or None
    if message.status is MessageStatus.SENT:
        message.sent_at = now()
    if message.status is not MessageStatus.WAITING:
        return None
    if message.attempts >= MIN_ATTEMPTS and now() - queued_at >= GIVE_UP_AFTER:
        message.status = MessageStatus.FAILED
        return None
    return RETRY_DELAYS[min(message.attempts, len(RETRY_DELAYS)) - 1]


def give_up_message(db: Db, message_id: int) -> None:
    """Mark a waiting message as failed, and one that is being sent as unknown, since it may have been sent.

    Called after the last attempt of the message's task. Does nothing for any other status or if the message was
    deleted.
    """
    message = _lock_message(db, message_id)
    if message and message.status is MessageStatus.SENDING:
        message.status = MessageStatus.UNKNOWN
    elif message and message.status is MessageStatus.WAITING:
        message.status = MessageStatus.FAILED


def _lock_message(db: Db, message_id: int) -> Message | None:
    """Return the message with its row locked, None if it was deleted together with its registration."""
    return db.get(Message, message_id, with_for_update=True, populate_existing=True)


def _has_earlier_waiting_message(db: Db, message: Message) -> bool:
    """Return whether an older message about the same registration waits to be sent."""
    statement = select(Message.id).where(
        col(Message.registration_id) == message.registration_id,
        col(Message.id) < message.id,
        col(Message.status) == MessageStatus.WAITING,
    )
    return db.exec(statement.limit(1)).first() is not None


def _write_for_channel(db: Db, message: Message, senders: Senders) -> EmailMessage | WhatsAppText | None:
    """Return the message as it is sent by its channel; None if nothing is set up for that."""
    message_id = f"message-{message.id}@{urlsplit(senders.site).hostname}"
    text = add_site_url(message.body, senders.site)
    if message.channel is MessageChannel.WHATSAPP:
        return WhatsAppText(message_id, message.recipient, text) if senders.gateway else None
    if senders.server is None:
        return None
    mail = build_mail(senders.server.sender, message.recipient, message.subject, text, f"<{message_id}>")
    if message.kind in KINDS_WITH_CALENDAR:
        _attach_calendar(db, mail, message, senders.site)
    return mail


def _attach_calendar(db: Db, mail: EmailMessage, message: Message, site: str) -> None:
    """Attach the session as an .ics file, unless there is no ticket with the code in the message any more."""
    language = cast(Language, message.language)
    try:
        ticket_view = get_ticket(db, parse_linked_ticket(message.body), language)
    except NotFound:
        return  # The person has registered again: that ticket has another code, and a mail of its own.
    calendar = render_ticket_calendar(db, ticket_view, site, translator(language)).decode()
    mail.add_attachment(calendar, subtype="calendar", filename=f"{ticket_view.session_code}.ics")
