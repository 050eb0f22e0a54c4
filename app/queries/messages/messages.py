"""Messages for display, and the sessions and registrations that need a reminder."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Message,
    MessageChannel,
    MessageKind,
    MessageStatus,
    Participant,
    Registration,
    RegistrationStatus,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.people.values.emails import mask_email
from app.people.values.phones import mask_phone
from app.permissions import Actor, Permission
from app.queries.messages.contacts import reachable_contact
from app.queries.people.records import shown_name
from app.queries.scope import registrations_within

# The `error` of a message that was not sent because its address has had enough of them.
HELD_BACK = "held back"
REMINDER_PERIOD = timedelta(days=1)

# After one of these on the day before a session no reminder is needed.
KINDS_WITH_TIME = (
    MessageKind.CONFIRMED,
    MessageKind.MOVED_UP,
    MessageKind.REMINDER,
    MessageKind.SESSION_CHANGED,
)


@dataclass(frozen=True)
class MessageView:
    """A message about a registration. `error` is the answer of the mail server or the WhatsApp gateway.

    `sent_at` is None until it is sent. A code that confirms an address is hidden. `recipient` is masked if it is from a
    record that is not open to the session's organization; phone numbers always are.
    """

    id: int
    created_at: datetime
    kind: MessageKind
    channel: MessageChannel
    status: MessageStatus
    error: str
    sent_at: datetime | None
    recipient: str
    subject: str
    body: str
    name: str
    registration_code: str
    session_code: str
    workshop_title: str

    @property
    def is_held_back(self) -> bool:
        """Whether it was not sent because its address has had enough mails of this kind."""
        return self.error == HELD_BACK


@dataclass(frozen=True)
class MessageFilters:
    """The filters of the list. `session` is a session's code; None and "" mean all."""

    status: MessageStatus | None = None
    session: str = ""


def list_messages(
    db: Db, actor: Actor, filters: MessageFilters, *, before: int | None = None, limit: int
) -> list[MessageView]:
    """Return at most `limit` messages that match the filters, the newest (highest id) first.

    They are about registrations within the actor's scope for recording attendance, and empty if there are none.
    `before` is the id of the last message on the page before, None for the first page.
    """
    statement = _select_messages(actor).order_by(col(Message.id).desc()).limit(limit)
    if filters.status:
        statement = statement.where(col(Message.status) == filters.status)
    if filters.session:
        statement = statement.where(col(WorkshopSession.code) == filters.session)
    if before is not None:
        statement = statement.where(col(Message.id) < before)
    return [_to_view(*row) for row in db.execute(statement)]


def get_message(db: Db, actor: Actor, message_id: int) -> Message:
    """Return the row of a message.

    Raises `NotFound` for an unknown id, and if it is out of the actor's scope for recording attendance.
    """
    message: Message | None = db.scalars(_select_messages(actor).where(col(Message.id) == message_id)).first()
    if message is None:
        raise NotFound(N_("There is no message %(message)s."), message=message_id)
    return message


def count_failed_messages(db: Db, actor: Actor, session: str = "") -> dict[MessageChannel, int]:
    """Return how many messages `select_failed_messages` selects, by their channel. Empty if there are none."""
    failed = select_failed_messages(actor, session).subquery()
    return dict(db.execute(select(failed.c.channel, func.count()).group_by(failed.c.channel)).all())


def select_failed_messages(actor: Actor, session: str = "") -> Select[Message]:
    """Return the statement for the failed messages that the actor may send again all at once, of one session or all.

    Those that were held back on purpose are not among them, and none about a session that has ended, except notes.
    """
    statement = (
        select(Message)
        .join(Registration, col(Registration.id) == col(Message.registration_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(
            registrations_within(actor, Permission.WORKSHOP_WRITE),
            col(Message.status) == MessageStatus.FAILED,
            func.coalesce(col(Message.error), "") != HELD_BACK,
            or_(col(Message.kind) == MessageKind.NOTE, col(WorkshopSession.ends_at) > now()),
        )
    )
    return statement.where(col(WorkshopSession.code) == session) if session else statement


def is_outdated(db: Db, message: Message) -> bool:
    """Return whether the session that a message is about has ended.

    A note is never outdated, because it may be about anything.
    """
    if message.kind is MessageKind.NOTE:
        return False
    registration = db.get_one(Registration, message.registration_id)
    return db.get_one(WorkshopSession, registration.workshop_session_id).ends_at <= now()


def list_sessions_to_remind(db: Db) -> list[WorkshopSession]:
    """Return the sessions that begin within the next 24 hours and have registrations that need a reminder.

    The order is not defined. One query, and one more for each session that begins within this time.
    """
    statement = select(WorkshopSession).where(
        col(WorkshopSession.starts_at) > now(),
        col(WorkshopSession.starts_at) <= now() + REMINDER_PERIOD,
    )
    return [
        workshop_session
        for workshop_session in db.scalars(statement)
        if list_registrations_to_remind(db, workshop_session)
    ]


def list_registrations_to_remind(db: Db, workshop_session: WorkshopSession) -> Sequence[Registration]:
    """Return the confirmed registrations with an e-mail address that need a reminder of the session now.

    Empty unless the session begins within the next 24 hours and isn't cancelled. A registration needs no reminder if a
    mail of `KINDS_WITH_TIME`, which states the session's time, was written for it in the 24 hours before the session.
    """
    begins_soon = now() < workshop_session.starts_at <= now() + REMINDER_PERIOD
    if workshop_session.cancelled_at is not None or not begins_soon:
        return []
    mails_with_time = select(col(Message.id)).where(
        col(Message.registration_id) == col(Registration.id),
        col(Message.kind).in_(KINDS_WITH_TIME),
        col(Message.created_at) >= workshop_session.starts_at - REMINDER_PERIOD,
    )
    return db.scalars(
        select(Registration)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status) == RegistrationStatus.CONFIRMED,
            reachable_contact(col(Registration.contact_email), col(Participant.email)).is_not(None),
            ~mails_with_time.exists(),
        )
    ).all()


def _select_messages(actor: Actor) -> Select[Message, Registration, str, str, str]:
    """Return the statement whose rows are the arguments of `_to_view`.

    It selects all messages within the actor's scope for recording attendance.
    """
    return (
        select(Message, Registration, shown_name(), col(WorkshopSession.code), col(Workshop.title))
        .join(Registration, col(Registration.id) == col(Message.registration_id))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(registrations_within(actor, Permission.ATTENDANCE_WRITE))
    )


def _to_view(
    message: Message, registration: Registration, name: str, session_code: str, title: str
) -> MessageView:
    return MessageView(
        id=message.id,
        created_at=message.created_at,
        kind=message.kind,
        channel=message.channel,
        status=message.status,
        error=message.error or "",
        sent_at=message.sent_at,
        recipient=_shown_recipient(message, registration),
        subject=message.subject,
        body=_hide_code(message.body) if message.kind is MessageKind.CONTACT_CODE else message.body,
        name=name,
        registration_code=registration.code,
        session_code=session_code,
        workshop_title=title,
    )


def _shown_recipient(message: Message, registration: Registration) -> str:
    if message.channel is MessageChannel.WHATSAPP:
        return mask_phone(message.recipient)
    is_open = registration.opens_record or message.recipient == registration.contact_email
    return message.recipient if is_open else mask_email(message.recipient)


def _hide_code(body: str) -> str:
    """Return the text of a mail with bullets for the digits of its code, which only the recipient may know."""
    return re.sub(r"\b\d{6}\b", "••••••", body)
