"""Write messages to registered people, and queue them for sending.

A message is written in the transaction of the change that it reports, and sent after it. It is kept whether or not it
can be sent, so that staff see what people were told.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select

from app.database import Db, has_whatsapp_gateway
from app.errors import Conflict
from app.i18n import N_, Language
from app.models import (
    Message,
    MessageChannel,
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
from app.models.base import is_recent, now
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.messages.contacts import uses_record_contacts
from app.queries.messages.messages import (
    HELD_BACK,
    get_message,
    is_outdated,
    list_registrations_to_remind,
    select_failed_messages,
)
from app.services.activities import log_activity
from app.services.locks import lock_row
from app.services.messages.mail_texts import MailFacts, write_body, write_subject
from app.services.outbox import queue_task

MAX_MESSAGES_A_DAY = 3
RESENDABLE_STATUSES = (MessageStatus.FAILED, MessageStatus.UNKNOWN)


def notify(
    db: Db,
    kind: MessageKind,
    *registrations: Registration,
    address: str | None = None,
    code: str = "",
    note: str = "",
    note_key: str = "",
) -> None:
    """Write a message about each registration, save it, and queue it for sending after the commit.

    It goes to `address`, else to the e-mail given for the registration, else to that of the person's record, where
    `uses_record_contacts` allows it. People without any of them get it by WhatsApp, if a gateway is set up and a phone
    number of theirs is known in the same way; all others get nothing, and nobody does once the session has ended,
    except a note. `code` is what a mail of the kind "contact-code" says, `note` the text of the kind "note"; one with
    a `note_key` is written to each registration once. The caller has required the permission for the change that the
    message is about.

    A recipient who has had `MAX_MESSAGES_A_DAY` of this kind gets no more: the message is stored as failed, and staff
    may send it all the same.
    """
    messages = [
        message
        for registration in registrations
        if (message := _write_message(db, kind, registration, address, code, note, note_key))
    ]
    if not messages:
        return
    _hold_back(db, kind, messages)
    db.add_all(messages)
    db.flush()
    for message in messages:
        if message.status is MessageStatus.WAITING:
            queue_task(db, OutboxKind.SEND_MESSAGE, message=message.id)


def notify_session(db: Db, kind: MessageKind, workshop_session: WorkshopSession) -> None:
    """Write and queue a mail to every person with a seat in the session or on its waiting list, as `notify` does.

    Walk-ins and cancelled registrations get none. The caller has required the permission for the change that the mail
    is about.
    """
    rows = db.execute(
        select(Registration, Participant)  # With the participants: `notify` then needs no query for each.
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status).in_((RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)),
        )
        .order_by(col(Registration.id))
    ).all()
    notify(db, kind, *(registration for registration, _ in rows))


def remind_session(db: Db, workshop_session_id: int) -> None:
    """Write and queue the reminders of a session that are due, as `list_registrations_to_remind` returns them.

    Locks the session's row: if two processes do this at once, the second finds no reminder to write. Raises `NotFound`
    if the session was deleted.
    """
    workshop_session = lock_row(db, WorkshopSession, workshop_session_id)
    notify(db, MessageKind.REMINDER, *list_registrations_to_remind(db, workshop_session))


def resend_message(db: Db, actor: Actor, message_id: int) -> Message:
    """Queue a mail again whose status is failed or unknown, log it, and return it as waiting with no attempts.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, `NotFound` if it is out of the actor's scope, and `Conflict` for any
    other status (code "not-failed") and if the session has ended ("too-late").
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    message = lock_row(db, Message, get_message(db, actor, message_id).id)
    if message.status not in RESENDABLE_STATUSES:
        raise Conflict(N_("This message has been sent, or will be sent automatically."), code="not-failed")
    if is_outdated(db, message):
        raise Conflict(N_("The session is over: no more messages about it are sent."), code="too-late")
    message.status, message.attempts, message.error = MessageStatus.WAITING, 0, None
    queue_task(db, OutboxKind.SEND_MESSAGE, message=message.id)
    log_activity(db, actor, "send-again", "message", message.id)
    return message


def resend_failed_messages(db: Db, actor: Actor, session: str = "") -> int:
    """Queue all failed messages that `select_failed_messages` selects again, and log that. Return how many they are.

    Raises `Forbidden` without `WORKSHOP_WRITE`.
    """
    actor.require(Permission.WORKSHOP_WRITE)
    statement = select_failed_messages(actor, session).order_by(col(Message.id))
    messages = db.scalars(statement.with_for_update(of=Message)).all()
    for message in messages:
        message.status, message.attempts, message.error = MessageStatus.WAITING, 0, None
        queue_task(db, OutboxKind.SEND_MESSAGE, message=message.id)
    if messages:
        after = {"messages": [message.id for message in messages]}
        log_activity(db, actor, "send-again", "message", session or "failed", after=after)
    return len(messages)


def _write_message(
    db: Db,
    kind: MessageKind,
    registration: Registration,
    address: str | None,
    code: str,
    note: str,
    note_key: str,
) -> Message | None:
    """Return a new message, not added to `db` yet; None if nobody can be reached or the session has ended.

    It is in the registration's language, Indonesian if that is not known.
    """
    person = db.get_one(Participant, registration.participant_id)
    channel, recipient = _find_recipient(db, registration, person, address)
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    is_over = workshop_session.ends_at <= now() and kind is not MessageKind.NOTE
    if recipient is None or is_over:
        return None
    language: Language = "en" if registration.language == "en" else "id"
    facts = _load_facts(db, registration, person, workshop_session, code, note)
    return Message(
        registration_id=registration.id,
        kind=kind,
        channel=channel,
        occasion=_occasion(kind, registration, workshop_session, note_key),
        recipient=recipient,
        language=language,
        subject=write_subject(kind, facts, language),
        body=write_body(kind, facts, language),
    )


def _find_recipient(
    db: Db, registration: Registration, person: Participant, address: str | None
) -> tuple[MessageChannel, str | None]:
    """Return by which channel a message goes, and to which address or number; None if there is none."""
    uses_record = uses_record_contacts(registration, person)
    email = address or registration.contact_email or (person.email if uses_record else None)
    if email or not has_whatsapp_gateway(db):
        return MessageChannel.EMAIL, email
    return MessageChannel.WHATSAPP, registration.contact_phone or (person.phone if uses_record else None)


def _hold_back(db: Db, kind: MessageKind, messages: Sequence[Message]) -> None:
    """Make those messages failed by which an address would get more than `MAX_MESSAGES_A_DAY` of this kind in 24 hours.

    A stranger who types somebody's address into forms must not be able to fill their mailbox. One query.
    """
    recipient = col(Message.recipient)
    sent = select(recipient, func.count()).where(
        in_values(db, recipient, {message.recipient for message in messages}),
        col(Message.kind) == kind,
        is_recent(col(Message.created_at), timedelta(days=1)),
        col(Message.status) != MessageStatus.FAILED,
    )
    mails = Counter(dict(db.execute(sent.group_by(recipient)).all()))
    for message in messages:
        if mails[message.recipient] >= MAX_MESSAGES_A_DAY:
            message.status, message.error = MessageStatus.FAILED, HELD_BACK
        mails[message.recipient] += 1


def build_note_occasion(key: str, registration: Registration) -> str:
    """Return the key that allows one message to a registration for the note with this key."""
    return f"{MessageKind.NOTE} {registration.id} {key}"


def _occasion(
    kind: MessageKind, registration: Registration, workshop_session: WorkshopSession, note_key: str
) -> str | None:
    """Return the key that allows one message: for each note with a key, and one reminder for each time at which the
    session was to begin. None for all others.
    """
    if kind is MessageKind.NOTE and note_key:
        return build_note_occasion(note_key, registration)
    if kind is MessageKind.REMINDER:
        return f"{MessageKind.REMINDER} {registration.id} {workshop_session.starts_at.isoformat()}"
    return None


def _load_facts(
    db: Db,
    registration: Registration,
    person: Participant,
    workshop_session: WorkshopSession,
    code: str,
    note: str,
) -> MailFacts:
    """Return what a mail says about a registration.

    The online link is "" unless the registration is confirmed and the session is not cancelled.
    """
    workshop = db.get_one(Workshop, workshop_session.workshop_id)
    venue = db.get_one(Venue, workshop_session.venue_id) if workshop_session.venue_id else None
    organization = db.get_one(Organization, workshop.organization_id)
    may_join = registration.status is RegistrationStatus.CONFIRMED and workshop_session.cancelled_at is None
    return MailFacts(
        name=registration.name_given or person.name,
        title=workshop.title,
        organization=organization.name,
        phone=workshop.contact_phone or organization.phone or "",
        starts_at=workshop_session.starts_at,
        ends_at=workshop_session.ends_at,
        venue=venue.name if venue else "",
        online_link=workshop_session.online_link if may_join else "",
        why=workshop_session.cancelled_why or "",
        ticket=registration.code,
        code=code,
        note=note,
    )
