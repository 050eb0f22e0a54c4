"""Making and changing the sessions of a workshop."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import col, delete, select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_, utc, wita
from app.models import MessageKind, SessionGroupPlaces, SessionMode, TargetGroup, WorkshopSession
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.registrations.seats import group_places
from app.queries.registrations.window import closes_at
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    workshop_session,
    workshop_session_by_code,
)
from app.queries.workshops.workshops import workshop_by_code
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_people_table, lock_row
from app.services.messages.notifications import tell_everyone
from app.services.registrations.delegation_links import follow_registration
from app.services.registrations.waiting_list import move_up
from app.services.workshops.venues import venue_named
from app.services.workshops.workshops import checked_code

MOST_PLACES = 100_000
WHEN_AND_WHERE = ("starts_at", "ends_at", "mode", "venue_id", "online_link")
NO_SUCH_NUMBER = N_("The number of places must be from 1 to 100,000.")


@dataclass(frozen=True)
class WorkshopSessionInput:
    """What a person says of a session; times are WITA wall-clock times.

    Registration is open from when the session is made until it starts, unless `registration_opens` and
    `registration_closes` say otherwise. `places_of_group` has the groups with a cap of their own.
    """

    starts: datetime | None
    ends: datetime | None
    venue: str = ""
    mode: str = SessionMode.LURING
    online_link: str = ""
    capacity: int | None = None
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    places_per_kelurahan: int | None = None
    places_of_group: Mapping[str, int] = field(default_factory=dict)


def create_workshop_session(
    db: Db, actor: Actor, workshop_code: str, code: str, given: WorkshopSessionInput
) -> WorkshopSession:
    """A new session; its venue is made where none of that name is known."""
    actor.require(Permission.SESSION_WRITE)
    workshop = workshop_by_code(db, actor, workshop_code, Permission.SESSION_WRITE)
    code = checked_code(code)
    starts_at, ends_at = _checked(db, given)
    if db.exec(select(WorkshopSession).where(WorkshopSession.code == code)).first():
        raise Conflict(N_("There is a session with this code already."), code="code-taken")
    workshop_session = WorkshopSession(
        code=code, workshop_id=workshop.id, starts_at=starts_at, ends_at=ends_at
    )
    db.add(workshop_session)
    _apply(db, actor, workshop_session, given)
    log_activity(db, actor, "create", "session", code, after=_snapshot(db, workshop_session))
    return workshop_session


def change_workshop_session(
    db: Db, actor: Actor, code: str, given: WorkshopSessionInput, *, form_fingerprint: str = ""
) -> WorkshopSession:
    """Replaces all that can be said of a session. Places that this makes go to those who wait; a change of time or
    place is told to everyone who registered.

    Fewer places than are taken already throw nobody out; nobody else gets one until they suffice again. Raises
    `Conflict` if `form_fingerprint` is not that of the input as it is now.
    """
    actor.require(Permission.SESSION_WRITE)
    held = _held(db, actor, code)
    said = workshop_session_input(workshop_session(db, actor, code, Permission.SESSION_WRITE))
    if given != said:
        require_unchanged(form_fingerprint, said)
    return _change(db, actor, held, given)


def amend_workshop_session(db: Db, actor: Actor, code: str, changes: Mapping[str, Any]) -> WorkshopSession:
    """Changes the fields of a `WorkshopSessionInput` that are named, and leaves the others as they are by now.

    What comes of it is what comes of `change_workshop_session`.
    """
    actor.require(Permission.SESSION_WRITE)
    held = _held(db, actor, code)
    said = workshop_session_input(workshop_session(db, actor, code, Permission.SESSION_WRITE))
    return _change(db, actor, held, replace(said, **changes))


def _held(db: Db, actor: Actor, code: str) -> WorkshopSession:
    """The session as it is now, with nobody else changing it or registering for it."""
    lock_people_table(db)
    return lock_row(
        db, WorkshopSession, workshop_session_by_code(db, actor, code, Permission.SESSION_WRITE).id
    )


def _change(
    db: Db, actor: Actor, workshop_session: WorkshopSession, given: WorkshopSessionInput
) -> WorkshopSession:
    starts_at, ends_at = _checked(db, given)
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    before, closed = _snapshot(db, workshop_session), closes_at(workshop_session)
    workshop_session.starts_at, workshop_session.ends_at = starts_at, ends_at
    _apply(db, actor, workshop_session, given)
    follow_registration(db, workshop_session, closed)
    after = _snapshot(db, workshop_session)
    log_activity(db, actor, "change", "session", workshop_session.code, before=before, after=after)
    if any(before[field] != after[field] for field in WHEN_AND_WHERE):
        tell_everyone(db, MessageKind.SESSION_CHANGED, workshop_session)
    move_up(db, actor, workshop_session, because="caps")
    return workshop_session


def workshop_session_input(view: WorkshopSessionView) -> WorkshopSessionInput:
    """Return the input that describes a session as it is."""
    return WorkshopSessionInput(
        starts=wall_clock(view.starts_at),
        ends=wall_clock(view.ends_at),
        venue=view.venue,
        mode=view.mode,
        online_link=view.online_link,
        capacity=view.capacity,
        registration_opens=wall_clock(view.registration_opens_at),
        registration_closes=wall_clock(view.registration_closes_at),
        places_per_kelurahan=view.places_per_kelurahan,
        places_of_group=view.places_of_group,
    )


def wall_clock(instant: datetime | None) -> datetime | None:
    """What the clocks of Balikpapan show at an instant."""
    return wita(instant).replace(tzinfo=None) if instant else None


def _checked(db: Db, given: WorkshopSessionInput) -> tuple[datetime, datetime]:
    """The instants at which the session starts and ends. Raises `Invalid` where anything said can't be."""
    fields = _faults_of_times(given) | _faults_of_places(db, given)
    if given.mode not in set(SessionMode):
        fields["mode"] = N_("Choose in person, online or both.")
    if given.online_link and not given.online_link.startswith(("https://", "http://")):
        fields["online_link"] = N_("A link begins with https://")
    if fields or given.starts is None or given.ends is None:
        raise Invalid(N_("Please correct the marked fields."), fields=fields)
    return utc(given.starts), utc(given.ends)


def _faults_of_times(given: WorkshopSessionInput) -> dict[str, str]:
    fields: dict[str, str] = {}
    if given.starts is None:
        fields["starts"] = N_("The start needs a date and a time.")
    if given.ends is None:
        fields["ends"] = N_("The end needs a date and a time.")
    if given.starts and given.ends and given.ends <= given.starts:
        fields["ends"] = N_("The end must come after the start.")
    opens, closes = given.registration_opens, given.registration_closes
    if opens and closes and closes <= opens:
        fields["registration_closes"] = N_("Registration must close after it opens.")
    if opens and given.starts and opens >= given.starts:
        fields["registration_opens"] = N_("Registration must open before the session starts.")
    if closes and given.ends and closes > given.ends:
        fields["registration_closes"] = N_("Registration must close before the session ends.")
    return fields | _impossible_years(given)


def _impossible_years(given: WorkshopSessionInput) -> dict[str, str]:
    wrong_year = N_("The year must be one of 2000 to 2100.")
    not_a_time = N_("This needs a date and a time, in the years 2000 to 2100.")
    said = (
        ("starts", given.starts, wrong_year),
        ("ends", given.ends, wrong_year),
        ("registration_opens", given.registration_opens, not_a_time),
        ("registration_closes", given.registration_closes, not_a_time),
    )
    return {name: fault for name, moment, fault in said if moment and moment.year not in YEARS}


def _faults_of_places(db: Db, given: WorkshopSessionInput) -> dict[str, str]:
    said = {"capacity": given.capacity, "places_per_kelurahan": given.places_per_kelurahan}
    said |= {f"places_of_group.{group}": places for group, places in given.places_of_group.items()}
    fields = {
        name: NO_SUCH_NUMBER
        for name, places in said.items()
        if places is not None and not 1 <= places <= MOST_PLACES
    }
    known = set(db.exec(select(TargetGroup.code))) if given.places_of_group else set()
    for group in set(given.places_of_group) - known:
        fields[f"places_of_group.{group}"] = N_("This target group is not known.")
    return fields


def _apply(db: Db, actor: Actor, workshop_session: WorkshopSession, given: WorkshopSessionInput) -> None:
    workshop_session.venue_id = _venue_named(db, actor, given.venue)
    workshop_session.mode = SessionMode(given.mode)
    workshop_session.online_link = given.online_link.strip()
    workshop_session.capacity = given.capacity
    workshop_session.registration_opens_at = _instant(given.registration_opens)
    workshop_session.registration_closes_at = _instant(given.registration_closes)
    workshop_session.places_per_kelurahan = given.places_per_kelurahan
    db.flush()
    db.exec(
        delete(SessionGroupPlaces).where(col(SessionGroupPlaces.workshop_session_id) == workshop_session.id)
    )
    db.add_all(
        SessionGroupPlaces(workshop_session_id=workshop_session.id, target_group_code=group, places=places)
        for group, places in given.places_of_group.items()
    )
    db.flush()


def _venue_named(db: Db, actor: Actor, name: str) -> int | None:
    try:
        venue = venue_named(db, actor, name)
    except Invalid as refused:
        raise Invalid(refused.text, fields={"venue": refused.fields["name"]}) from refused
    return venue.id if venue else None


def _instant(day_and_time: datetime | None) -> datetime | None:
    return utc(day_and_time) if day_and_time else None


def _snapshot(db: Db, workshop_session: WorkshopSession) -> dict[str, Any]:
    return snapshot(workshop_session) | {"places_of_group": group_places(db, workshop_session.id)}
