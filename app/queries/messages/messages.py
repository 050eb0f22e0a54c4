"""Messages as staff see them; and who is to be reminded of a session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Message,
    MessageKind,
    MessageStatus,
    Participant,
    Registration,
    RegistrationStatus,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.scope import registrations_within

REMINDER_PERIOD = timedelta(days=1)

# Whoever read one of these on the day before knows when and where.
KINDS_WITH_TIME = (
    MessageKind.CONFIRMED,
    MessageKind.MOVED_UP,
    MessageKind.REMINDER,
    MessageKind.SESSION_CHANGED,
)


@dataclass(frozen=True)
class MessageView:
    """`error` is what the mail server said, in its own words; `sent_at` is None until it has taken the message."""

    id: int
    created_at: datetime
    kind: MessageKind
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


@dataclass(frozen=True)
class MessageFilters:
    """`session` is a session's code; what is empty narrows nothing."""

    status: MessageStatus | None = None
    session: str = ""


def list_messages(
    db: Db, actor: Actor, filters: MessageFilters, *, before: int | None = None, limit: int
) -> list[MessageView]:
    """The messages about registrations within reach, the newest first; `before` is the last id of the page before."""
    statement = _messages(actor).order_by(col(Message.id).desc()).limit(limit)
    if filters.status:
        statement = statement.where(col(Message.status) == filters.status)
    if filters.session:
        statement = statement.where(col(WorkshopSession.code) == filters.session)
    if before is not None:
        statement = statement.where(col(Message.id) < before)
    return [_view(*line) for line in db.execute(statement)]


def get_message(db: Db, actor: Actor, message_id: int) -> Message:
    """The row itself, for changing it. Raises `NotFound` where it isn't within the actor's reach."""
    found: Message | None = db.scalars(_messages(actor).where(col(Message.id) == message_id)).first()
    if found is None:
        raise NotFound(N_("There is no message %(message)s."), message=message_id)
    return found


def is_session_over(db: Db, message: Message) -> bool:
    """Whether the session that a message is about is over."""
    registration = db.get_one(Registration, message.registration_id)
    return db.get_one(WorkshopSession, registration.workshop_session_id).ends_at <= now()


def list_sessions_to_remind(db: Db) -> list[WorkshopSession]:
    """The sessions that begin within a day, of which somebody hasn't been reminded."""
    begin_soon = select(WorkshopSession).where(
        col(WorkshopSession.starts_at) > now(),
        col(WorkshopSession.starts_at) <= now() + REMINDER_PERIOD,
    )
    return [held for held in db.scalars(begin_soon) if list_registrations_to_remind(db, held)]


def list_registrations_to_remind(db: Db, workshop_session: WorkshopSession) -> Sequence[Registration]:
    """Who has a place and an e-mail address, and was not told of the session within the day before it."""
    if workshop_session.cancelled_at is not None or not _begins_within_a_day(workshop_session):
        return []
    told = select(col(Message.id)).where(
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
            func.coalesce(Registration.contact_email, Participant.email).is_not(None),
            ~told.exists(),
        )
    ).all()


def _begins_within_a_day(workshop_session: WorkshopSession) -> bool:
    return now() < workshop_session.starts_at <= now() + REMINDER_PERIOD


def _messages(actor: Actor) -> Select[Message, Registration, str, str, str]:
    return (
        select(Message, Registration, col(Participant.name), col(WorkshopSession.code), col(Workshop.title))
        .join(Registration, col(Registration.id) == col(Message.registration_id))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(registrations_within(actor, Permission.ATTENDANCE_WRITE))
    )


def _view(
    message: Message, registration: Registration, name: str, session_code: str, title: str
) -> MessageView:
    return MessageView(
        id=message.id,
        created_at=message.created_at,
        kind=message.kind,
        status=message.status,
        error=message.error or "",
        sent_at=message.sent_at,
        recipient=message.recipient,
        subject=message.subject,
        body=message.body,
        name=name,
        registration_code=registration.code,
        session_code=session_code,
        workshop_title=title,
    )
