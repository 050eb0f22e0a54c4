"""Making and changing the sessions of a workshop."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_, utc
from app.models import SessionMode, Venue, WorkshopSession
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.workshop_sessions import workshop_session_by_code
from app.queries.workshops import workshop_by_code
from app.services.activities import record, snapshot
from app.services.workshops import checked_code

MOST_PLACES = 100_000


@dataclass(frozen=True)
class WorkshopSessionInput:
    """What a person says of a session; `starts` and `ends` are WITA wall-clock times."""

    starts: datetime | None
    ends: datetime | None
    venue: str = ""
    mode: str = SessionMode.LURING
    online_link: str = ""
    capacity: int | None = None


def create_workshop_session(
    db: Db, actor: Actor, workshop_code: str, code: str, given: WorkshopSessionInput
) -> WorkshopSession:
    """A new session; its venue is made where none of that name is known."""
    actor.require(Permission.SESSION_WRITE)
    workshop = workshop_by_code(db, actor, workshop_code, Permission.SESSION_WRITE)
    code = checked_code(code)
    starts_at, ends_at = _checked_times(given)
    if db.exec(select(WorkshopSession).where(WorkshopSession.code == code)).first():
        raise Conflict(N_("There is a session with this code already."), code="code-taken")
    workshop_session = WorkshopSession(
        code=code, workshop_id=workshop.id, starts_at=starts_at, ends_at=ends_at
    )
    _apply(db, actor, workshop_session, given)
    db.add(workshop_session)
    db.flush()
    record(db, actor, "create", "session", code, after=snapshot(workshop_session))
    return workshop_session


def change_workshop_session(db: Db, actor: Actor, code: str, given: WorkshopSessionInput) -> WorkshopSession:
    """Replaces times, venue, mode, link and capacity."""
    actor.require(Permission.SESSION_WRITE)
    workshop_session = workshop_session_by_code(db, actor, code, Permission.SESSION_WRITE)
    before = snapshot(workshop_session)
    workshop_session.starts_at, workshop_session.ends_at = _checked_times(given)
    _apply(db, actor, workshop_session, given)
    db.flush()
    record(db, actor, "change", "session", code, before=before, after=snapshot(workshop_session))
    return workshop_session


def _checked_times(given: WorkshopSessionInput) -> tuple[datetime, datetime]:
    fields: dict[str, str] = {}
    if given.starts is None:
        fields["starts"] = N_("The start needs a date and a time.")
    if given.ends is None:
        fields["ends"] = N_("The end needs a date and a time.")
    for name, moment in (("starts", given.starts), ("ends", given.ends)):
        if moment and moment.year not in YEARS:
            fields[name] = N_("The year must be one of 2000 to 2100.")
    if given.starts and given.ends and given.ends <= given.starts:
        fields["ends"] = N_("The end must come after the start.")
    if given.capacity is not None and not 1 <= given.capacity <= MOST_PLACES:
        fields["capacity"] = N_("The number of places must be from 1 to 100,000.")
    if given.mode not in set(SessionMode):
        fields["mode"] = N_("Choose in person, online or both.")
    if given.online_link and not given.online_link.startswith(("https://", "http://")):
        fields["online_link"] = N_("A link begins with https://")
    if fields or given.starts is None or given.ends is None:
        raise Invalid(N_("Please correct the marked fields."), fields=fields)
    return utc(given.starts), utc(given.ends)


def _apply(db: Db, actor: Actor, workshop_session: WorkshopSession, given: WorkshopSessionInput) -> None:
    workshop_session.venue_id = _venue_named(db, actor, given.venue)
    workshop_session.mode = SessionMode(given.mode)
    workshop_session.online_link = given.online_link.strip()
    workshop_session.capacity = given.capacity


def _venue_named(db: Db, actor: Actor, name: str) -> int | None:
    name = " ".join(name.split())
    if not name:
        return None
    venue = db.exec(select(Venue).where(Venue.name == name)).first()
    if venue is None:
        venue = Venue(name=name)
        db.add(venue)
        db.flush()
        record(db, actor, "create", "venue", venue.id, after=snapshot(venue))
    return venue.id
