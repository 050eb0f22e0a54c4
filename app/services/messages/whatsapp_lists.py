"""Lists of people to write to by hand with WhatsApp, in which staff tick whom they have written to."""

from collections.abc import Collection, Iterable
from typing import Literal, get_args

from sqlalchemy import update
from sqlmodel import col, select

from app.database import Db, has_whatsapp_gateway
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import Registration, WhatsAppList, WhatsAppRecipient, WorkshopSession
from app.models.base import now
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.messages.contacts import Contact, Way, list_contacts, list_contacts_of
from app.queries.messages.whatsapp_lists import get_whatsapp_list, get_whatsapp_recipient
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.locks import lock_row

# "by-hand" are those whom no message reaches automatically; the others are all with that status.
Recipients = Literal["by-hand", "confirmed", "waitlisted", "all"]
MAX_TEXT_LENGTH = 1500


def count_recipients(db: Db, actor: Actor, session_code: str) -> dict[Recipients, int]:
    """Return how many people of a session each choice of recipients means.

    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    contacts = list_contacts(db, actor, session_code)
    return {to: len(_choose(db, contacts, to)) for to in get_args(Recipients)}


def create_list(db: Db, actor: Actor, session_code: str, to: Recipients, text: str) -> WhatsAppList:
    """Return the session's list with this text, made if there is none, with the people that `to` means added to it.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, `NotFound` if the session is out of the actor's scope, and `Invalid`
    for an empty or too long text (field "teks") and without people (field "kepada").
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    people = _choose(db, list_contacts(db, actor, session_code), to)
    if not people:
        raise Invalid(PLEASE_CORRECT, fields={"kepada": N_("There is nobody of this kind.")})
    text = parse_text(text, "teks")
    return add_to_list(db, actor, workshop_session, text, [contact.code for contact in people])


def disclose_recipients(read_db: Db, db: Db, actor: Actor, session_code: str, list_id: int) -> None:
    """Log that the actor sees the phone numbers of a list's people.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, and `NotFound` if the list is out of the actor's scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    get_whatsapp_list(read_db, actor, session_code, list_id)
    log_activity(db, actor, "list-phones", "session", session_code)


def is_written_by_hand(db: Db, contact: Contact) -> bool:
    """Return whether staff have to write to this person with WhatsApp, because no message is sent automatically."""
    if contact.way is Way.WHATSAPP:
        return not has_whatsapp_gateway(db)
    return contact.way is Way.KELURAHAN


def parse_text(text: str, field: str) -> str:
    """Return a typed text with plain line ends and NIKs masked.

    Raises `Invalid`, with the error under `field`, if it is empty or too long.
    """
    text = mask_niks(text.replace("\r\n", "\n").strip())
    if not text or len(text) > MAX_TEXT_LENGTH:
        raise Invalid(PLEASE_CORRECT, fields={field: N_("Write a text of at most 1,500 characters.")})
    return text


def _choose(db: Db, contacts: Iterable[Contact], to: Recipients) -> list[Contact]:
    """Return those of a session's people with a seat or on its waiting list whom `to` means."""
    match to:
        case "by-hand":
            return [contact for contact in contacts if is_written_by_hand(db, contact)]
        case "all":
            return list(contacts)
        case status:
            return [contact for contact in contacts if contact.status.value == status]


def list_people_to_tell(
    db: Db, actor: Actor, session_code: str, registration_codes: Collection[str], text: str
) -> WhatsAppList | None:
    """Return the list with this text of those of the people to whom nothing is sent automatically, None without any.

    They have no tick, even if they were told the same before: it has happened to them again. Codes of other sessions
    are left out. Raises `Forbidden` without `ATTENDANCE_WRITE`, and `NotFound` if the session is out of the actor's
    scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    contacts = list_contacts_of(db, actor, session_code, registration_codes)
    by_hand = [contact.code for contact in contacts if is_written_by_hand(db, contact)]
    if not by_hand:
        return None
    whatsapp_list = add_to_list(db, actor, workshop_session, text, by_hand)
    _untick(db, whatsapp_list, by_hand)
    return whatsapp_list


def add_to_list(
    db: Db, actor: Actor, workshop_session: WorkshopSession, text: str, registration_codes: Collection[str]
) -> WhatsAppList:
    """Return the session's list with this text, made if there is none, with these people added to it.

    People who are on it already stay as they are, ticked or not. Raises `Forbidden` without `ATTENDANCE_WRITE`.
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    lock_row(db, WorkshopSession, workshop_session.id)  # Two requests would otherwise make two lists.
    whatsapp_list = db.exec(
        select(WhatsAppList).where(
            WhatsAppList.workshop_session_id == workshop_session.id, WhatsAppList.text == text
        )
    ).first()
    if whatsapp_list is None:
        whatsapp_list = WhatsAppList(
            workshop_session_id=workshop_session.id, text=text, created_by=actor.user_id
        )
        db.add(whatsapp_list)
        db.flush()
        log_activity(db, actor, "create", "whatsapp-list", whatsapp_list.id, after={"text": text})
    already = set(
        db.exec(
            select(WhatsAppRecipient.registration_id).where(
                WhatsAppRecipient.whatsapp_list_id == whatsapp_list.id
            )
        )
    )
    registration_ids = db.exec(
        select(Registration.id).where(
            Registration.workshop_session_id == workshop_session.id,
            in_values(db, col(Registration.code), set(registration_codes)),
        )
    ).all()
    db.add_all(
        WhatsAppRecipient(whatsapp_list_id=whatsapp_list.id, registration_id=registration_id)
        for registration_id in registration_ids
        if registration_id not in already
    )
    db.flush()
    return whatsapp_list


def _untick(db: Db, whatsapp_list: WhatsAppList, registration_codes: Collection[str]) -> None:
    """Remove the ticks of these people from a list."""
    registration_ids = select(Registration.id).where(
        in_values(db, col(Registration.code), set(registration_codes))
    )
    db.exec(
        update(WhatsAppRecipient)
        .where(
            col(WhatsAppRecipient.whatsapp_list_id) == whatsapp_list.id,
            col(WhatsAppRecipient.registration_id).in_(registration_ids),
        )
        .values(sent_at=None, sent_by=None)
    )


def tick_recipient(
    db: Db, actor: Actor, session_code: str, list_id: int, registration_code: str, *, sent: bool
) -> WhatsAppRecipient:
    """Note that the actor has written to a person of a list, or with `sent=False` that nobody has; return the row.

    A tick that is there already keeps its time and user. Logged. Raises `Forbidden` without `ATTENDANCE_WRITE`, and
    `NotFound` if the list or person is not there or out of the actor's scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    whatsapp_list = get_whatsapp_list(db, actor, session_code, list_id)
    recipient = get_whatsapp_recipient(db, whatsapp_list, registration_code)
    if sent is (recipient.sent_at is not None):
        return recipient
    recipient.sent_at, recipient.sent_by = (now(), actor.user_id) if sent else (None, None)
    action = "tick-whatsapp" if sent else "untick-whatsapp"
    log_activity(db, actor, action, "registration", registration_code)
    return recipient
