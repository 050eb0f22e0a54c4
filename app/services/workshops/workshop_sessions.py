"""Create, change, copy and cancel the sessions of a workshop."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, delete, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_, utc, wita
from app.models import (
    Attendance,
    MessageKind,
    Registration,
    SessionGroupSeats,
    SessionMode,
    TargetGroup,
    Workshop,
    WorkshopSession,
)
from app.models.base import YEARS, now
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission
from app.queries.registrations.seats import get_group_seats
from app.queries.registrations.window import get_closing_time
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    get_workshop_session,
    get_workshop_session_view,
)
from app.queries.workshops.workshops import get_workshop
from app.services.activities import log_activity, snapshot
from app.services.authorization import require_permission
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_people_table, lock_row
from app.services.messages.notifications import notify_session
from app.services.registrations.delegation_links import update_delegation_link_ends
from app.services.registrations.waiting_list import fill_free_seats
from app.services.workshops.session_staff import assign_creator, copy_staff
from app.services.workshops.venues import get_or_create_venue
from app.services.workshops.workshops import parse_code
from app.spreadsheets.attendance.minutes import session_minutes

MAX_SEATS = 100_000
MAX_REASON_LENGTH = 500

# Registered people are told if one of these columns changes.
TIME_AND_PLACE = ("starts_at", "ends_at", "mode", "venue_id", "online_link")

_START_NEEDED = N_("The start needs a date and a time.")
_WRONG_NUMBER_OF_SEATS = N_("The number of places must be from 1 to 100,000.")


@dataclass(frozen=True)
class WorkshopSessionInput:
    """What a user enters about a session. Times are naive and in WITA.

    Without `registration_opens` and `registration_closes`, registration is open until the session starts.
    `places_of_group` has the number of seats of each group that has a limit of its own. `min_minutes` of an online
    meeting count as present; None for half of the session.
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
    min_minutes: int | None = None


def create_workshop_session(
    db: Db, actor: Actor, workshop_code: str, code: str, data: WorkshopSessionInput
) -> WorkshopSession:
    """Create and log a session of a workshop, and its venue if there is none with that name.

    Staff who create a session are assigned to it. Raises `NotFound` for the workshop, `Forbidden` without
    `SESSION_WRITE` for it, `Invalid` for wrong fields, and `Conflict` if another session has the code.
    """
    workshop = get_workshop(db, actor, workshop_code)
    require_permission(db, actor, Permission.SESSION_WRITE, workshop)
    code = parse_code(code)
    starts_at, ends_at = check_input(db, data)
    if db.exec(select(WorkshopSession).where(WorkshopSession.code == code)).first():
        raise Conflict(N_("There is a session with this code already."), code="code-taken")
    workshop_session = WorkshopSession(
        code=code, workshop_id=workshop.id, starts_at=starts_at, ends_at=ends_at
    )
    db.add(workshop_session)
    _apply(db, actor, workshop_session, data)
    assign_creator(db, actor, workshop_session)
    log_activity(db, actor, "create", "session", code, after=_snapshot(db, workshop_session))
    return workshop_session


def copy_session(
    db: Db, actor: Actor, code: str, new_code: str, new_starts: datetime | None
) -> WorkshopSession:
    """Create a session with the settings of session `code` that starts at `new_starts` (naive, WITA), and log it.

    Its end and its times of registration are as far from the start as before. Its staff are assigned to the new one,
    too; registrations are not copied. Raises `Invalid` without `new_starts`, and what `create_workshop_session` raises.
    """
    workshop_session = get_workshop_session(db, actor, code)
    require_permission(db, actor, Permission.SESSION_WRITE, workshop_session)
    if new_starts is None:
        raise Invalid(PLEASE_CORRECT, fields={"starts": _START_NEEDED})
    view = get_workshop_session_view(db, actor, code)
    data = input_from(view, new_starts)
    new_session = create_workshop_session(db, actor, view.workshop_code, new_code, data)
    copy_staff(db, workshop_session, new_session)
    return new_session


def change_workshop_session(
    db: Db, actor: Actor, code: str, data: WorkshopSessionInput, *, form_fingerprint: str = ""
) -> WorkshopSession:
    """Replace all fields of a session and log it; return its row.

    Registered people are notified if its start, end, mode, venue or link changes. Links for delegations that ended with
    registration get its new end. Free seats go to the waiting list; if there are fewer seats than before, nobody loses
    theirs. `form_fingerprint` is the fingerprint of what the user's form showed, "" without a form.

    Raises `NotFound`, `Forbidden` without `SESSION_WRITE`, `Invalid` for wrong fields, and `Conflict` if the session is
    cancelled, or others have changed what the form showed and `data` would change it.
    """
    workshop_session = get_workshop_session(db, actor, code)
    require_permission(db, actor, Permission.SESSION_WRITE, workshop_session)
    _lock(db, workshop_session)
    current = workshop_session_input(get_workshop_session_view(db, actor, code))
    if data != current:
        require_unchanged(form_fingerprint, current)
    return _change(db, actor, workshop_session, data)


def patch_workshop_session(db: Db, actor: Actor, code: str, changes: Mapping[str, Any]) -> WorkshopSession:
    """Change only the named fields of a `WorkshopSessionInput`, as `change_workshop_session` does, and return the row.

    Raises what that raises, but does not check for changes by others. Raises `TypeError` for a name that is no field.
    """
    workshop_session = get_workshop_session(db, actor, code)
    require_permission(db, actor, Permission.SESSION_WRITE, workshop_session)
    _lock(db, workshop_session)
    current = workshop_session_input(get_workshop_session_view(db, actor, code))
    return _change(db, actor, workshop_session, replace(current, **changes))


def move_session(
    db: Db, actor: Actor, code: str, day: date, *, form_fingerprint: str = ""
) -> WorkshopSession:
    """Move a session to another day at the same time of day, as `change_workshop_session` does, and return the row.

    Registration closes as long before the start as it did; if it hasn't opened yet, it opens as long before, too.
    """
    data = input_on_day(get_workshop_session_view(db, actor, code), day)
    return change_workshop_session(db, actor, code, data, form_fingerprint=form_fingerprint)


def input_on_day(view: WorkshopSessionView, day: date) -> WorkshopSessionInput:
    """Return a session's values as the input that moves it to another day, as `move_session` does."""
    data = workshop_session_input(view)
    moved = shift_input(data, day - wita(view.starts_at).date())
    is_open = view.registration_opens_at is not None and view.registration_opens_at <= now()
    return replace(moved, registration_opens=data.registration_opens) if is_open else moved


def cancel_session(db: Db, actor: Actor, code: str, why: str) -> WorkshopSession:
    """Cancel a session for the reason `why`, log it, and notify the people with a seat or on the waiting list.

    Its registrations stay and are still shown with the session, but coverage does not count them. Does nothing if it is
    cancelled already. Raises `NotFound`, `Forbidden` without `SESSION_WRITE`, `Invalid` for a reason that is empty or
    longer than 500 characters, and `Conflict` if attendance is recorded.
    """
    workshop_session = get_workshop_session(db, actor, code)
    require_permission(db, actor, Permission.SESSION_WRITE, workshop_session)
    why = _parse_reason(why)
    _lock(db, workshop_session)
    if workshop_session.cancelled_at is not None:
        return workshop_session
    if _has_attendance(db, workshop_session.id):
        raise Conflict(
            N_("Attendance is recorded for this session: it was held and can't be cancelled."), code="held"
        )
    before = snapshot(workshop_session)
    workshop_session.cancelled_at, workshop_session.cancelled_why = now(), why
    log_activity(db, actor, "cancel", "session", code, before=before, after=snapshot(workshop_session))
    notify_session(db, MessageKind.SESSION_CANCELLED, workshop_session)
    return workshop_session


def is_told(before: WorkshopSessionView, after: WorkshopSessionView) -> bool:
    """Return whether registered people are told of the change of a session: time, place, link or mode differ."""

    def facts(view: WorkshopSessionView) -> tuple[object, ...]:
        return view.starts_at, view.ends_at, view.mode, view.venue, view.online_link

    return facts(before) != facts(after)


def workshop_session_input(view: WorkshopSessionView) -> WorkshopSessionInput:
    """Return a session's current values as the input of its form, with times in WITA."""
    return WorkshopSessionInput(
        starts=to_local_time(view.starts_at),
        ends=to_local_time(view.ends_at),
        venue=view.venue,
        mode=view.mode,
        online_link=view.online_link,
        capacity=view.capacity,
        registration_opens=to_local_time(view.registration_opens_at),
        registration_closes=to_local_time(view.registration_closes_at),
        places_per_kelurahan=view.places_per_kelurahan,
        places_of_group=view.places_of_group,
        min_minutes=view.min_minutes,
    )


def input_from(view: WorkshopSessionView, new_starts: datetime) -> WorkshopSessionInput:
    """Return a session's values as the input for a session that starts at `new_starts` (naive, WITA)."""
    return shift_input(workshop_session_input(view), utc(new_starts) - view.starts_at)


def shift_input(data: WorkshopSessionInput, shift: timedelta) -> WorkshopSessionInput:
    """Return the input with its start, end and times of registration moved by `shift`."""

    def shifted(time: datetime | None) -> datetime | None:
        return time + shift if time else None

    return replace(
        data,
        starts=shifted(data.starts),
        ends=shifted(data.ends),
        registration_opens=shifted(data.registration_opens),
        registration_closes=shifted(data.registration_closes),
    )


def to_local_time(instant: datetime | None) -> datetime | None:
    """Convert a datetime to a naive one in WITA; None stays None."""
    return wita(instant).replace(tzinfo=None) if instant else None


def _lock(db: Db, workshop_session: WorkshopSession) -> None:
    """Lock the people table and the session's row until the transaction ends, and refresh `workshop_session`.

    So no registration is made meanwhile.
    """
    lock_people_table(db)
    lock_row(db, WorkshopSession, workshop_session.id)


def _change(
    db: Db, actor: Actor, workshop_session: WorkshopSession, data: WorkshopSessionInput
) -> WorkshopSession:
    """Make a change of a locked session, with its effects and errors as `change_workshop_session` states them."""
    starts_at, ends_at = check_input(db, data)
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    before, closed_at = _snapshot(db, workshop_session), get_closing_time(workshop_session)
    workshop_session.starts_at, workshop_session.ends_at = starts_at, ends_at
    _apply(db, actor, workshop_session, data)
    update_delegation_link_ends(db, workshop_session, closed_at)
    after = _snapshot(db, workshop_session)
    log_activity(db, actor, "change", "session", workshop_session.code, before=before, after=after)
    if any(before[column] != after[column] for column in TIME_AND_PLACE):
        notify_session(db, MessageKind.SESSION_CHANGED, workshop_session)
    fill_free_seats(db, actor, workshop_session, because="caps")
    return workshop_session


def check_input(db: Db, data: WorkshopSessionInput) -> tuple[datetime, datetime]:
    """Return the start and the end in UTC. Raises `Invalid` with the errors of all wrong fields."""
    errors = _time_errors(data) | _seat_errors(db, data) | _minutes_errors(data)
    if data.mode not in set(SessionMode):
        errors["mode"] = N_("Choose in person, online or both.")
    if data.online_link and not data.online_link.startswith(("https://", "http://")):
        errors["online_link"] = N_("A link begins with https://")
    if errors or data.starts is None or data.ends is None:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    return utc(data.starts), utc(data.ends)


def _time_errors(data: WorkshopSessionInput) -> dict[str, str]:
    """Return the errors of the start, the end and the times of registration by field; {} if all are right."""
    errors: dict[str, str] = {}
    starts, ends = data.starts, data.ends
    opens, closes = data.registration_opens, data.registration_closes
    if starts is None:
        errors["starts"] = _START_NEEDED
    if ends is None:
        errors["ends"] = N_("The end needs a date and a time.")
    if starts and ends and ends <= starts:
        errors["ends"] = N_("The end must come after the start.")
    if opens and closes and closes <= opens:
        errors["registration_closes"] = N_("Registration must close after it opens.")
    if opens and starts and opens >= starts:
        errors["registration_opens"] = N_("Registration must open before the session starts.")
    if closes and ends and closes > ends:
        errors["registration_closes"] = N_("Registration must close before the session ends.")
    return errors | _year_errors(data)


def _year_errors(data: WorkshopSessionInput) -> dict[str, str]:
    """Return an error for each time outside the years 2000 to 2100, by field."""
    wrong_year = N_("The year must be one of 2000 to 2100.")
    not_a_time = N_("This needs a date and a time, in the years 2000 to 2100.")
    times = (
        ("starts", data.starts, wrong_year),
        ("ends", data.ends, wrong_year),
        ("registration_opens", data.registration_opens, not_a_time),
        ("registration_closes", data.registration_closes, not_a_time),
    )
    return {name: text for name, time, text in times if time and time.year not in YEARS}


def _seat_errors(db: Db, data: WorkshopSessionInput) -> dict[str, str]:
    """Return the errors of the numbers of seats by field: from 1 to 100,000, for known target groups only."""
    limits = {"capacity": data.capacity, "places_per_kelurahan": data.places_per_kelurahan}
    limits |= {f"places_of_group.{group}": seats for group, seats in data.places_of_group.items()}
    errors = {
        name: _WRONG_NUMBER_OF_SEATS
        for name, seats in limits.items()
        if seats is not None and not 1 <= seats <= MAX_SEATS
    }
    known_groups = set(db.exec(select(TargetGroup.code))) if data.places_of_group else set()
    for group in set(data.places_of_group) - known_groups:
        errors[f"places_of_group.{group}"] = N_("This target group is not known.")
    return errors


def _minutes_errors(data: WorkshopSessionInput) -> dict[str, str]:
    """Return the error of the least minutes by field: from 1 to the minutes that the session lasts."""
    if data.min_minutes is None or not data.starts or not data.ends or data.ends <= data.starts:
        return {}
    if 1 <= data.min_minutes <= session_minutes(utc(data.starts), utc(data.ends)):
        return {}
    return {"min_minutes": N_("The least minutes must be from 1 to as many as the session lasts.")}


def _apply(db: Db, actor: Actor, workshop_session: WorkshopSession, data: WorkshopSessionInput) -> None:
    """Set the session's columns but its start and end, and replace its seats of groups; flush.

    Creates its venue if there is none with that name.
    """
    workshop_session.venue_id = _venue_id(db, actor, data.venue, workshop_session.workshop_id)
    workshop_session.mode = SessionMode(data.mode)
    workshop_session.online_link = data.online_link.strip()
    workshop_session.capacity = data.capacity
    workshop_session.registration_opens_at = _to_utc(data.registration_opens)
    workshop_session.registration_closes_at = _to_utc(data.registration_closes)
    workshop_session.places_per_kelurahan = data.places_per_kelurahan
    workshop_session.min_minutes = data.min_minutes
    db.flush()
    db.exec(
        delete(SessionGroupSeats).where(col(SessionGroupSeats.workshop_session_id) == workshop_session.id)
    )
    db.add_all(
        SessionGroupSeats(workshop_session_id=workshop_session.id, target_group_code=group, places=seats)
        for group, seats in data.places_of_group.items()
    )
    db.flush()


def _venue_id(db: Db, actor: Actor, name: str, workshop_id: int) -> int | None:
    """Return the id of the venue of this name, created for the workshop's organization if there is none.

    None for an empty name.

    Raises `Invalid` with the error under the field "venue".
    """
    try:
        owner_id = db.get_one(Workshop, workshop_id).organization_id
        venue = get_or_create_venue(db, actor, name, owner_id)
    except Invalid as problem:
        raise Invalid(problem.text, fields={"venue": problem.fields["name"]}) from problem
    return venue.id if venue else None


def _to_utc(local_time: datetime | None) -> datetime | None:
    return utc(local_time) if local_time else None


def _parse_reason(why: str) -> str:
    """Return the reason without superfluous spaces and with NIKs masked.

    Raises `Invalid` if it is empty or over 500 characters.
    """
    why = mask_niks(" ".join(why.split()))
    if not why or len(why) > MAX_REASON_LENGTH:
        text = N_("Give a reason of at most 500 characters. Everyone who registered can read it.")
        raise Invalid(text, fields={"why": text})
    return why


def _has_attendance(db: Db, workshop_session_id: int) -> bool:
    """Return whether the attendance of anybody is recorded for the session, as present, absent or excused."""
    recorded = (
        select(Attendance.registration_id)
        .join(Registration, col(Registration.id) == col(Attendance.registration_id))
        .where(col(Registration.workshop_session_id) == workshop_session_id)
    )
    return db.exec(recorded).first() is not None


def _snapshot(db: Db, workshop_session: WorkshopSession) -> dict[str, Any]:
    """Return the session's columns and its seats of groups for the activity log."""
    return snapshot(workshop_session) | {"places_of_group": get_group_seats(db, workshop_session.id)}
