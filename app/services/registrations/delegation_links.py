"""Delegation links: by one, a kelurahan's staff register their people for a session without an account."""

from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import update
from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, Gone, Invalid, NotFound
from app.i18n import N_, utc
from app.models import Area, AreaLevel, DelegationLink, Registration, WorkshopSession
from app.models.base import now
from app.permissions import CITIZEN, Actor, Permission
from app.queries.areas import reference
from app.queries.registrations.registrations import registration_of_link
from app.queries.registrations.window import closes_at
from app.queries.workshops.workshop_sessions import workshop_session_by_code
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_row
from app.services.registrations import registrations

_SALT = "delegation link"
_NO_LINK = N_("This link is not valid. Check that you have copied all of it.")


def create_link(
    db: Db, actor: Actor, session_code: str, kelurahan_code: str, until: datetime | None = None
) -> DelegationLink:
    """A link for one kelurahan. `until` is a WITA wall-clock time; without it the link ends with registration."""
    workshop_session = _held_session(db, actor, session_code)
    area = db.get(Area, kelurahan_code)
    if area is None or not reference.is_valid(area, AreaLevel.KELURAHAN):
        text = N_("Choose a kelurahan.")
        raise Invalid(text, fields={"kelurahan": text})
    return _made(db, actor, workshop_session, kelurahan_code, _checked_end(workshop_session, until))


def create_links_for_all(db: Db, actor: Actor, session_code: str) -> list[DelegationLink]:
    """A link for every kelurahan that has none which is still valid."""
    workshop_session = _held_session(db, actor, session_code)
    expires_at = _checked_end(workshop_session, None)
    served = set(
        db.scalars(
            select(DelegationLink.kelurahan_code).where(
                col(DelegationLink.workshop_session_id) == workshop_session.id,
                col(DelegationLink.revoked_at).is_(None),
                col(DelegationLink.expires_at) > now(),
            )
        )
    )
    return [
        _made(db, actor, workshop_session, area.code, expires_at)
        for area in reference.kelurahan(db)
        if area.code not in served
    ]


def revoke_link(db: Db, actor: Actor, session_code: str, link_id: int) -> DelegationLink:
    """Ends a link at once; whom it registered stays registered. Revoked twice, it stays so."""
    actor.require(Permission.ATTENDANCE_WRITE)
    workshop_session = workshop_session_by_code(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    link = db.get(DelegationLink, link_id)
    if link is None or link.workshop_session_id != workshop_session.id:
        raise NotFound(N_("There is no such link."))
    if link.revoked_at is None:
        before = snapshot(link)
        link.revoked_at = now()
        log_activity(db, actor, "revoke", "delegation-link", link.id, before=before, after=snapshot(link))
    return link


def follow_registration(db: Db, workshop_session: WorkshopSession, closed: datetime) -> None:
    """Links that ended with registration, `closed` until now, end when it does by now."""
    db.execute(
        update(DelegationLink)
        .where(
            col(DelegationLink.workshop_session_id) == workshop_session.id,
            col(DelegationLink.expires_at) == closed,
        )
        .values(expires_at=closes_at(workshop_session))
    )


def sign(secret: bytes, link_id: int) -> str:
    """The part of the address that names the link; the same link has the same address for good."""
    return str(_serializer(secret).dumps(link_id))


def link_of_address(db: Db, secret: bytes, signed: str) -> DelegationLink:
    """The link that an address names.

    Raises `NotFound` for an address that was not made here, and `Gone` for one that has expired or was revoked.
    """
    try:
        link = db.get(DelegationLink, int(_serializer(secret).loads(signed)))
    except (BadSignature, TypeError, ValueError) as unsigned:
        raise NotFound(_NO_LINK) from unsigned
    if link is None:
        raise NotFound(_NO_LINK)
    if link.revoked_at is not None:
        raise Gone(N_("This link was withdrawn. Ask the organizer for a new one."))
    if link.expires_at <= now():
        raise Gone(N_("This link has expired. Ask the organizer if you still want to register somebody."))
    return link


def cancel_by_link(db: Db, link: DelegationLink, code: str) -> Registration:
    """Takes back a registration that was made by this very link. Raises `NotFound` for any other."""
    return registrations.cancel(db, CITIZEN, registration_of_link(db, link, code))


def _serializer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)


def _held_session(db: Db, actor: Actor, code: str) -> WorkshopSession:
    """The session's row, held so that two who make links for all don't make two for each."""
    actor.require(Permission.ATTENDANCE_WRITE)
    found = workshop_session_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    return lock_row(db, WorkshopSession, found.id)


def _checked_end(workshop_session: WorkshopSession, until: datetime | None) -> datetime:
    closes = closes_at(workshop_session)
    if workshop_session.cancelled_at is not None or closes <= now():
        raise Conflict(N_("Registration for this session is closed."), code="registration-closed")
    expires_at = utc(until) if until else closes
    if not now() < expires_at <= closes:
        text = N_("The link must end in the future, and not after registration does.")
        raise Invalid(text, fields={"until": text})
    return expires_at


def _made(
    db: Db, actor: Actor, workshop_session: WorkshopSession, kelurahan_code: str, expires_at: datetime
) -> DelegationLink:
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
