"""Notes: a text that staff type, to chosen people of a session."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.errors import Invalid
from app.i18n import N_
from app.models import Message, MessageKind, Participant, Registration, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.messages.contacts import Reach, list_contacts_of
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.locks import lock_row
from app.services.messages.notifications import build_note_occasion, notify
from app.services.messages.whatsapp_lists import MAX_TEXT_LENGTH, add_to_list, is_written_by_hand, parse_text

MAX_NOTE_LENGTH = MAX_TEXT_LENGTH


@dataclass(frozen=True)
class SentNote:
    """By which ways a note goes to its people. `list_id` is the list of those to write to by hand, None without any."""

    reach: Reach
    list_id: int | None


def send_note(
    db: Db, actor: Actor, session_code: str, registration_codes: Collection[str], text: str, *, key: str = ""
) -> SentNote:
    """Write a typed text to these registered people of a session, queue it for sending, and log it.

    It goes by e-mail, and with a gateway by WhatsApp, as `notify` says. People who have only a phone number are put on
    a list to be written to by hand. Codes of other sessions are left out. The session may be over. With the `key` of a
    form nobody gets the same text twice from it, however often it is sent.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, `NotFound` if the session is out of the actor's scope, and `Invalid`
    for an empty or too long text (field "text") and without people.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    text = parse_text(text, "text")
    lock_row(
        db, WorkshopSession, workshop_session.id
    )  # A form that is sent twice would otherwise send twice.
    contacts = list_contacts_of(db, actor, session_code, registration_codes)
    if not contacts:
        raise Invalid(N_("Choose at least one person."))
    rows = db.execute(
        select(Registration, Participant)  # With the participants: `notify` then needs no query for each.
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(in_values(db, col(Registration.code), [contact.code for contact in contacts]))
        .order_by(col(Registration.id))
    ).all()
    key = f"{key}-{hashlib.sha256(text.encode()).hexdigest()[:16]}" if key else ""
    told = _list_told(db, key, [registration for registration, _ in rows])
    notify(
        db,
        MessageKind.NOTE,
        *(registration for registration, _ in rows if registration.id not in told),
        note=text,
        note_key=key,
    )
    by_hand = [contact.code for contact in contacts if is_written_by_hand(db, contact)]
    whatsapp_list = add_to_list(db, actor, workshop_session, text, by_hand) if by_hand else None
    log_activity(
        db, actor, "send-note", "session", session_code, after={"text": text, "people": len(contacts)}
    )
    return SentNote(Reach(tuple(contacts)), whatsapp_list.id if whatsapp_list else None)


def _list_told(db: Db, key: str, registrations: Collection[Registration]) -> frozenset[int]:
    """Return the ids of those of the registrations to which the note with this key was written before."""
    if not key:
        return frozenset()
    occasions = {build_note_occasion(key, registration): registration.id for registration in registrations}
    known = db.scalars(select(Message.occasion).where(in_values(db, col(Message.occasion), set(occasions))))
    return frozenset(occasions[occasion] for occasion in known if occasion)
