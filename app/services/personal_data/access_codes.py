"""Codes by which the holder of a ticket proves to be the person: sent to the e-mail address of the person's record.

A ticket alone is not enough, because anybody can register a known name with an address of their own.
"""

import hmac
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

from sqlmodel import col, delete, select, update

from app.database import Db
from app.errors import Conflict, NotFound, TooManyRequests
from app.i18n import N_, Language, translator
from app.models import (
    CHANNELS_WITHOUT_ACCOUNT,
    DataAccess,
    GroupMembership,
    OutboxKind,
    Participant,
    Registration,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import CITIZEN
from app.queries.registrations.tickets import is_own_record
from app.services.accounts.secrets import hash_secret, new_secret
from app.services.activities import log_activity
from app.services.limits import Limit, count_use
from app.services.messages.mail_server import MailServer, build_mail
from app.services.messages.mailed_codes import MAX_WRONG_CODES, generate_code, hash_code
from app.services.outbox import queue_task

CODE_LIFETIME = timedelta(minutes=15)
ACCESS_LIFETIME = timedelta(minutes=30)
# To one address, whatever tickets it has.
CODES_TO_ADDRESS = Limit("codes-to-see-data", 3, timedelta(days=1))

TOO_MANY_CODES = N_(
    "Three codes were sent to this address within a day. Please try again later, or come to the desk."
)


def find_recipient(db: Db, registration: Registration) -> str | None:
    """Return the e-mail address to which a code about this registration's person may be sent, None without one.

    It is that of the person's record. That of the ticket counts only if nothing else is known of the person, and so
    does that of the record if the record was made, with this address, by a form without an account: a stranger may
    have been there before the list in which the person was recognised by name and kelurahan.
    """
    person = db.get_one(Participant, registration.participant_id)
    if person.erased_at is not None:
        return None
    if _may_be_strangers(db, person):
        return None
    return person.email or (registration.contact_email if is_own_record(db, registration) else None)


def _may_be_strangers(db: Db, person: Participant) -> bool:
    """Return whether the e-mail address of a record may be that of a stranger.

    It may if a form without an account made the record with this address, and more is known than such forms said: a
    NIK, another phone, a group, or a registration without this address.
    """
    registrations = db.exec(
        select(Registration)
        .where(Registration.participant_id == person.id)
        .order_by(col(Registration.created_at), col(Registration.id))
    ).all()
    if person.email is None or not registrations:
        return False
    first = registrations[0]
    if first.channel not in CHANNELS_WITHOUT_ACCOUNT or first.contact_email != person.email:
        return False
    phones = {None, *(registration.contact_phone for registration in registrations)}
    memberships = select(GroupMembership.id).where(GroupMembership.participant_id == person.id)
    return (
        person.nik_key is not None
        or person.phone not in phones
        or any(registration.contact_email != person.email for registration in registrations)
        or db.exec(memberships.limit(1)).first() is not None
    )


def send_code(db: Db, vault: NikVault, registration: Registration) -> None:
    """Queue a mail with a new code, which is valid for 15 minutes, and log it. Older codes end.

    Raises `Conflict` (code "no-email") if no address is known, and `TooManyRequests` for the fourth code to an address
    within a day.
    """
    recipient = find_recipient(db, registration)
    if recipient is None:
        raise Conflict(N_("No e-mail address of yours is known. Please come to the desk."), code="no-email")
    try:
        count_use(db, CODES_TO_ADDRESS, recipient)
    except TooManyRequests as problem:
        raise TooManyRequests(TOO_MANY_CODES, seconds=problem.seconds) from problem
    moment, code = now(), generate_code()
    unused = (col(DataAccess.registration_id) == registration.id) & col(DataAccess.browser_key).is_(None)
    db.exec(update(DataAccess).where(unused, col(DataAccess.expires_at) > moment).values(expires_at=moment))
    access = DataAccess(
        registration_id=registration.id,
        code_key=hash_code(vault, _purpose(registration), code),
        created_at=moment,
        expires_at=moment + CODE_LIFETIME,
    )
    db.add(access)
    db.flush()
    queue_task(db, OutboxKind.SEND_CODE, access=access.id, code=code)
    log_activity(db, CITIZEN, "send-code", "registration", registration.code)


def open_with_code(db: Db, vault: NikVault, registration: Registration, code: str) -> str | None:
    """Return the secret of the cookie for a browser in which the right code was entered, for half an hour.

    Return None for a wrong code, and while none is valid; after five wrong ones it is void. Right and wrong codes are
    logged, but not what is typed while none is valid, with which a stranger could fill the log. The caller commits
    either way.
    """
    access = db.scalars(
        select(DataAccess)
        .where(
            col(DataAccess.registration_id) == registration.id,
            col(DataAccess.browser_key).is_(None),
            col(DataAccess.expires_at) > now(),
        )
        .order_by(col(DataAccess.id).desc())
        .limit(1)
        .with_for_update()
    ).first()
    if access is None:
        return None
    if not hmac.compare_digest(access.code_key, hash_code(vault, _purpose(registration), code)):
        access.wrong_codes += 1
        if access.wrong_codes >= MAX_WRONG_CODES:
            access.expires_at = now()
        log_activity(db, CITIZEN, "wrong-code", "registration", registration.code)
        return None
    secret = new_secret()
    access.browser_key, access.expires_at = hash_secret(secret), now() + ACCESS_LIFETIME
    log_activity(db, CITIZEN, "open-data", "registration", registration.code)
    return secret


def is_open(db: Db, registration: Registration, secret: str | None) -> bool:
    """Return whether this browser entered the code for this registration within the last half hour."""
    if not secret:
        return False
    statement = select(DataAccess.id).where(
        col(DataAccess.registration_id) == registration.id,
        col(DataAccess.browser_key) == hash_secret(secret),
        col(DataAccess.expires_at) > now(),
    )
    return db.scalars(statement).first() is not None


def require_access(db: Db, registration: Registration, secret: str | None) -> None:
    """Raise `NotFound` unless this browser entered the code for this registration."""
    if not is_open(db, registration, secret):
        raise NotFound(N_("Enter the code first. It is valid for half an hour."))


def write_code_mail(db: Db, access_id: int, code: str, server: MailServer, site: str) -> EmailMessage | None:
    """Return the mail with a code; None if the code has expired or the person was erased."""
    access = db.get(DataAccess, access_id)
    if access is None or access.expires_at <= now():
        return None
    registration = db.get_one(Registration, access.registration_id)
    recipient = find_recipient(db, registration)
    if recipient is None:
        return None
    language: Language = "en" if registration.language == "en" else "id"
    _ = translator(language)
    text = "\n\n".join(
        (
            _("Your code is %(code)s. It is valid for 15 minutes.") % {"code": code},
            f"{site}/tiket/{registration.code}/data",
            _("If you did not ask for it, do nothing: nobody sees your data without the code."),
        )
    )
    message_id = f"<data-access-{access.id}@{urlsplit(site).hostname}>"
    return build_mail(server.sender, recipient, _("Code to see your data"), text, message_id)


def delete_expired_accesses(db: Db) -> None:
    """Delete the codes and accesses that are not valid any more."""
    db.exec(delete(DataAccess).where(col(DataAccess.expires_at) < now()))


def _purpose(registration: Registration) -> str:
    """Return what a code is good for (`hash_code`): to see what is held of the person of one ticket."""
    return f"data access {registration.id}"
