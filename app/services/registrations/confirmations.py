"""Confirm a registration's e-mail address by a code that is sent there, and what the registration says at the door.

Then the person's record takes what was said with the registration, if the address is the record's: only the person
reads what is sent there. An address that the record doesn't have proves nothing about who the person is.
"""

import hmac
from datetime import timedelta

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import (
    ContactCode,
    MessageKind,
    Participant,
    ProposedChange,
    Registration,
    RegistrationStatus,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import CITIZEN, Actor, Permission
from app.queries.people.proposals import list_registration_proposals
from app.queries.people.records import get_record_access
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.locks import lock_people_table, lock_row
from app.services.messages.mailed_codes import MAX_WRONG_CODES, generate_code, hash_code
from app.services.messages.notifications import notify
from app.services.people.proposals import IDENTITY_FIELDS, apply_changes

CODE_LIFETIME = timedelta(minutes=30)


def send_contact_code(db: Db, vault: NikVault, registration: Registration) -> None:
    """Queue a mail with a new code to the registration's e-mail address; earlier codes are no longer valid.

    Raises `Conflict` without an address, or if the registration is cancelled or the session is over.
    """
    registration = lock_row(db, Registration, registration.id)
    _require_confirmable(db, registration)
    code = generate_code()
    if earlier := db.get(ContactCode, registration.id):
        db.delete(earlier)
        db.flush()
    db.add(
        ContactCode(
            registration_id=registration.id,
            code_key=hash_code(vault, _purpose(registration), code),
            recipient=registration.contact_email or "",
        )
    )
    notify(db, MessageKind.CONTACT_CODE, registration, code=code)


def confirm_contact(db: Db, vault: NikVault, registration: Registration, code: str) -> bool:
    """Confirm the registration's e-mail address and log it; return whether the code is right.

    If the address is that of the person's record, the record takes what was said with the registration. A wrong code
    is counted; the caller commits that. Raises `Invalid` if no code is valid any more.
    """
    lock_people_table(db)
    registration = lock_row(db, Registration, registration.id)
    _require_confirmable(db, registration)
    sent = db.get(ContactCode, registration.id, populate_existing=True)
    if (
        sent is None
        or sent.recipient != registration.contact_email
        or sent.wrong_codes >= MAX_WRONG_CODES
        or sent.sent_at < now() - CODE_LIFETIME
    ):
        text = N_("This code is not valid any more. Have a new one sent.")
        raise Invalid(text, fields={"code": text})
    if not hmac.compare_digest(sent.code_key, hash_code(vault, _purpose(registration), code)):
        sent.wrong_codes += 1
        return False
    db.delete(sent)
    registration.contact_confirmed_at = now()
    log_activity(db, CITIZEN, "confirm-contact", "registration", registration.code)
    person = db.get_one(Participant, registration.participant_id)
    if person.email and person.email == registration.contact_email:
        apply_changes(db, CITIZEN, list_registration_proposals(db, registration))
    return True


def list_changes_to_confirm(db: Db, registration: Registration) -> list[ProposedChange]:
    """Return the proposals of a registration that staff at the door may confirm (`confirm_at_door`).

    None if the record is not open to the session's organization: with a contact of its own there, it could confirm
    anything by a code afterwards. Name, NIK and kelurahan only if it may change these without asking.
    """
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    organization_id = db.get_one(Workshop, workshop_session.workshop_id).organization_id
    access = get_record_access(db, organization_id, registration.participant_id)
    if not access.is_open:
        return []
    return [
        proposed
        for proposed in list_registration_proposals(db, registration)
        if access.may_change_identity or proposed.field not in IDENTITY_FIELDS
    ]


def confirm_at_door(db: Db, actor: Actor, registration: Registration) -> int:
    """Write what was said with a registration to the person's record, and return how many details that changed.

    For staff who have the person, and a proof of what they say, before them. What `list_changes_to_confirm` leaves out
    stays proposed. Raises `Forbidden` without `ATTENDANCE_WRITE`, and `Conflict` before the session's day.
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, registration)
    lock_people_table(db)
    registration = lock_row(db, Registration, registration.id)
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    if workshop_session.starts_at > now() + timedelta(days=1):
        raise Conflict(
            N_("The session is still to come: confirm this at the door."), code="session-not-started"
        )
    proposals = list_changes_to_confirm(db, registration)
    apply_changes(db, actor, proposals)
    return len(proposals)


def _require_confirmable(db: Db, registration: Registration) -> None:
    """Raise `Conflict` without an e-mail address, or if the registration is cancelled or the session is over."""
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    is_over = workshop_session.ends_at <= now() or workshop_session.cancelled_at is not None
    if registration.contact_email is None or is_over or registration.status is RegistrationStatus.CANCELLED:
        raise Conflict(
            N_("The e-mail address of this registration can't be confirmed."), code="not-confirmable"
        )


def _purpose(registration: Registration) -> str:
    """Return what a code is good for (`hash_code`): to confirm one address of one registration."""
    return f"contact code {registration.id} {registration.contact_email}"
