"""Mails to people who registered: written in the transaction of what they tell of, and sent after it.

They are kept whether or not they can be sent, so that staff see who was told what.
"""

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_, Language, translator
from app.models import (
    Message,
    MessageKind,
    MessageStatus,
    Organization,
    OutboxKind,
    Participant,
    Registration,
    RegistrationStatus,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor
from app.queries.messages.messages import is_too_late, message_by_id, people_to_remind
from app.services.activities import log_activity
from app.services.locks import lock_row
from app.services.messages.texts import Told, body_of, subject_of
from app.services.outbox import queue

SENT_AGAIN = (MessageStatus.FAILED, MessageStatus.UNKNOWN)


def tell(db: Db, kind: MessageKind, *registrations: Registration, address: str | None = None) -> None:
    """Writes to each of them whose e-mail address is known, or to `address` instead. About a session that is over
    nobody is written to."""
    written = [message for one in registrations if (message := _written(db, kind, one, address))]
    db.add_all(written)
    db.flush()
    for message in written:
        queue(db, OutboxKind.SEND_MESSAGE, message=message.id)


def tell_everyone(db: Db, kind: MessageKind, workshop_session: WorkshopSession) -> None:
    """Writes to all who have a place in the session or wait for one."""
    people = db.execute(
        select(Registration, Participant)  # the people too, so that none is asked for one by one
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status).in_((RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)),
        )
        .order_by(col(Registration.id))
    ).all()
    tell(db, kind, *(registration for registration, _ in people))


def remind(db: Db, workshop_session_id: int) -> None:
    """Reminds everyone of the session who is to be reminded now. Holds its row: of two at once, the second finds
    it done."""
    workshop_session = lock_row(db, WorkshopSession, workshop_session_id)
    tell(db, MessageKind.REMINDER, *people_to_remind(db, workshop_session))


def send_again(db: Db, actor: Actor, message_id: int) -> Message:
    """Sends a message once more that was refused, or of which it isn't known whether it arrived.

    Raises `NotFound` where it isn't within the actor's reach, `Conflict` for any other, and once the session is over.
    """
    message = lock_row(db, Message, message_by_id(db, actor, message_id).id)
    if message.status not in SENT_AGAIN:
        raise Conflict(N_("This message is sent, or will be sent by itself."), code="not-failed")
    if is_too_late(db, message):
        raise Conflict(N_("The session is over: nobody is written to about it any more."), code="too-late")
    message.status, message.attempts, message.error = MessageStatus.WAITING, 0, None
    queue(db, OutboxKind.SEND_MESSAGE, message=message.id)
    log_activity(db, actor, "send-again", "message", message.id)
    return message


def _written(db: Db, kind: MessageKind, registration: Registration, address: str | None) -> Message | None:
    person = db.get_one(Participant, registration.participant_id)
    recipient = address or registration.contact_email or person.email
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    if recipient is None or workshop_session.ends_at <= now():
        return None
    language = _language_of(registration)
    told, translate = _told(db, registration, person, workshop_session), translator(language)
    return Message(
        registration_id=registration.id,
        kind=kind,
        occasion=_occasion(kind, registration, workshop_session),
        recipient=recipient,
        language=language,
        subject=subject_of(kind, told, translate),
        body=body_of(kind, told, translate),
    )


def _language_of(registration: Registration) -> Language:
    return "en" if registration.language == "en" else "id"


def _occasion(kind: MessageKind, registration: Registration, workshop_session: WorkshopSession) -> str | None:
    """What may be told only once; a session at another time is another occasion."""
    if kind is not MessageKind.REMINDER:
        return None
    return f"{kind} {registration.id} {workshop_session.starts_at.isoformat()}"


def _told(db: Db, registration: Registration, person: Participant, workshop_session: WorkshopSession) -> Told:
    workshop = db.get_one(Workshop, workshop_session.workshop_id)
    venue = db.get_one(Venue, workshop_session.venue_id) if workshop_session.venue_id else None
    may_join = registration.status is RegistrationStatus.CONFIRMED and workshop_session.cancelled_at is None
    return Told(
        name=registration.name_given or person.name,
        title=workshop.title,
        organization=db.get_one(Organization, workshop.organization_id).name,
        starts_at=workshop_session.starts_at,
        ends_at=workshop_session.ends_at,
        venue=venue.name if venue else "",
        online_link=workshop_session.online_link if may_join else "",
        why=workshop_session.cancelled_why or "",
        ticket=registration.code,
    )
