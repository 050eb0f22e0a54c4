"""Delegation links, by which the staff of a kelurahan register their people for a session without an account."""

from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import update
from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, Gone, Invalid, NotFound
from app.i18n import N_, utc
from app.keys import Purpose, derive_key
from app.models import Area, AreaLevel, DelegationLink, WorkshopSession
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.registrations.window import get_closing_time
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity, snapshot
from app.services.authorization import require_permission
from app.services.locks import lock_row

_SALT = "delegation link"
_NO_LINK = N_("This link is not valid. Check that you have copied all of it.")


def create_delegation_link(
    db: Db, actor: Actor, session_code: str, kelurahan_code: str, until: datetime | None = None
) -> DelegationLink:
    """Create and log a link for one kelurahan. `until` is a WITA wall-clock time; None ends the link with registration.

    Raises `NotFound`, `Forbidden` without `ATTENDANCE_WRITE`, `Conflict` if registration is closed, and `Invalid` for
    an unknown kelurahan or an `until` that is past or after the end of registration.
    """
    workshop_session = _lock_workshop_session(db, actor, session_code)
    area = db.get(Area, kelurahan_code)
    if area is None or not reference.is_valid_area(area, AreaLevel.KELURAHAN):
        text = N_("Choose a kelurahan.")
        raise Invalid(text, fields={"kelurahan": text})
    return _create(db, actor, workshop_session, kelurahan_code, _validate_end(workshop_session, until))


def create_missing_delegation_links(db: Db, actor: Actor, session_code: str) -> list[DelegationLink]:
    """Create and log a link for every kelurahan that has no valid one; return the new links, in the order of codes.

    They end with registration. Raises `NotFound`, `Forbidden` without `ATTENDANCE_WRITE`, and `Conflict` if
    registration is closed.
    """
    workshop_session = _lock_workshop_session(db, actor, session_code)
    expires_at = _validate_end(workshop_session, None)
    codes_with_link = set(
        db.scalars(
            select(DelegationLink.kelurahan_code).where(
                col(DelegationLink.workshop_session_id) == workshop_session.id,
                col(DelegationLink.revoked_at).is_(None),
                col(DelegationLink.expires_at) > now(),
            )
        )
    )
    return [
        _create(db, actor, workshop_session, area.code, expires_at)
        for area in reference.list_kelurahan(db)
        if area.code not in codes_with_link
    ]


def revoke_delegation_link(db: Db, actor: Actor, session_code: str, link_id: int) -> DelegationLink:
    """End a link at once, log it, and return the link; people whom it registered stay registered.

    Revoking twice changes nothing. Raises `Forbidden` without `ATTENDANCE_WRITE`, and `NotFound` if the session is out
    of the actor's scope or has no such link.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    link = db.get(DelegationLink, link_id)
    if link is None or link.workshop_session_id != workshop_session.id:
        raise NotFound(N_("There is no such link."))
    if link.revoked_at is None:
        before = snapshot(link)
        link.revoked_at = now()
        log_activity(db, actor, "revoke", "delegation-link", link.id, before=before, after=snapshot(link))
    return link


def update_delegation_link_ends(db: Db, workshop_session: WorkshopSession, old_end: datetime) -> None:
    """Let the session's links that end at `old_end`, when registration closed so far, end when it closes now."""
    db.execute(
        update(DelegationLink)
        .where(
            col(DelegationLink.workshop_session_id) == workshop_session.id,
            col(DelegationLink.expires_at) == old_end,
        )
        .values(expires_at=get_closing_time(workshop_session))
    )


def sign_link_id(secret: bytes, link_id: int) -> str:
    """Return the signed id that stands in the link's URL. It is always the same for the same link and secret."""
    return str(_serializer(secret).dumps(link_id))


def get_delegation_link(db: Db, secret: bytes, signed_id: str) -> DelegationLink:
    """Return the link with a signed id: the holder of the URL may register people by it, without an account.

    Raises `NotFound` if the signature is wrong, and `Gone` if the link has expired or was revoked.
    """
    try:
        link = db.get(DelegationLink, int(_serializer(secret).loads(signed_id)))
    except (BadSignature, TypeError, ValueError) as error:
        raise NotFound(_NO_LINK) from error
    if link is None:
        raise NotFound(_NO_LINK)
    if link.revoked_at is not None:
        raise Gone(N_("This link was withdrawn. Ask the organizer for a new one."))
    if link.expires_at <= now():
        raise Gone(N_("This link has expired. Ask the organizer if you still want to register somebody."))
    return link


def _serializer(secret: bytes) -> URLSafeSerializer:
    """Return the serializer that signs with a key that nothing else uses."""
    return URLSafeSerializer(derive_key(secret, Purpose.DELEGATION_LINKS), salt=_SALT)


def _lock_workshop_session(db: Db, actor: Actor, code: str) -> WorkshopSession:
    """Return the session, locked so that two requests for all links at once don't create two for each kelurahan.

    Raises `NotFound`, and `Forbidden` without `ATTENDANCE_WRITE`.
    """
    workshop_session = get_workshop_session(db, actor, code, Permission.ATTENDANCE_WRITE)
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    return lock_row(db, WorkshopSession, workshop_session.id)


def _validate_end(workshop_session: WorkshopSession, until: datetime | None) -> datetime:
    """Return when a link ends, in UTC: at `until`, a WITA wall-clock time, else when registration closes.

    Raises `Conflict` if registration is closed, `Invalid` for an `until` that is past or after that.
    """
    closes = get_closing_time(workshop_session)
    if workshop_session.cancelled_at is not None or closes <= now():
        raise Conflict(N_("Registration for this session is closed."), code="registration-closed")
    expires_at = utc(until) if until else closes
    if not now() < expires_at <= closes:
        text = N_("The link must end in the future, and not after registration does.")
        raise Invalid(text, fields={"until": text})
    return expires_at


def _create(
    db: Db, actor: Actor, workshop_session: WorkshopSession, kelurahan_code: str, expires_at: datetime
) -> DelegationLink:
    """Add a link, flush, and log it."""
    link = DelegationLink(
        workshop_session_id=workshop_session.id,
        kelurahan_code=kelurahan_code,
        created_by=actor.user_id,
        expires_at=expires_at,
    )
    db.add(link)
    db.flush()
    log_activity(db, actor, "create", "delegation-link", link.id, after=snapshot(link))
    return link
