"""Series of sessions: created together on several days, and deleted together while nobody has used them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from sqlalchemy import select
from sqlmodel import SQLModel, col, delete

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import SessionGroupSeats, SessionStaff, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    get_workshop_session,
    get_workshop_session_view,
    list_clashing_sessions,
    list_series,
    suggest_session_code,
)
from app.queries.workshops.workshops import get_workshop
from app.services.activities import log_activity, snapshot
from app.services.authorization import require_permission
from app.services.locks import lock_row
from app.services.workshops.session_staff import assign_staff, copy_staff
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    check_input,
    create_workshop_session,
    shift_input,
)

MAX_SESSIONS = 60
TOO_MANY = N_("At most 60 sessions are created at once.")

# Rows of these tables belong to a session alone and are deleted with it.
_OWN_TABLES: tuple[type[SQLModel], ...] = (SessionStaff, SessionGroupSeats)


@dataclass(frozen=True)
class PlannedSession:
    """A session of a series that isn't created yet. `clashes` are sessions in the same venue at the same time."""

    day: date
    starts_at: datetime
    ends_at: datetime
    clashes: tuple[WorkshopSessionView, ...]


def plan_series(
    db: Db, actor: Actor, data: WorkshopSessionInput, days: Sequence[date]
) -> list[PlannedSession]:
    """Return the sessions that `create_series` would create. Raises `Invalid` for wrong fields or too many days."""
    planned = []
    for day, moved in _inputs_by_day(data, days):
        starts_at, ends_at = check_input(db, moved)
        venue = " ".join(data.venue.split())
        clashes = list_clashing_sessions(db, actor, venue, starts_at, ends_at) if venue else ()
        planned.append(PlannedSession(day, starts_at, ends_at, tuple(clashes)))
    return planned


def create_series(
    db: Db,
    actor: Actor,
    workshop_code: str,
    data: WorkshopSessionInput,
    days: Sequence[date],
    *,
    staff: Collection[int] = (),
    next_code: str = "",
) -> list[WorkshopSession]:
    """Create and log a session like `data` on each of the days; return them. Codes are made automatically.

    The end and the times of registration are as far from each start as in `data`. `staff` are the ids of the users who
    are assigned to all of them, and `next_code` is the code that the form expected for the first, "" if it did not.

    Raises what `create_workshop_session` and `assign_staff` raise, `Invalid` for too many days, and `Conflict` (code
    "sessions-created") if another session has the code that was expected: a form that is sent twice creates once.
    """
    lock_row(db, Workshop, get_workshop(db, actor, workshop_code).id)
    if next_code and next_code != suggest_session_code(db, workshop_code):
        raise Conflict(
            N_(
                "Sessions of this workshop were created after this form was opened, perhaps because it was sent twice. "
                "Look at them first; if you want these sessions as well, send the form again."
            ),
            code="sessions-created",
        )
    created: list[WorkshopSession] = []
    for _day, moved in _inputs_by_day(data, days):
        code = suggest_session_code(db, workshop_code)
        workshop_session = create_workshop_session(db, actor, workshop_code, code, moved)
        if staff:
            assign_staff(db, actor, code, staff)
        created.append(workshop_session)
    _join(created)
    return created


def copy_to_days(
    db: Db,
    actor: Actor,
    code: str,
    data: WorkshopSessionInput,
    days: Sequence[date],
    *,
    next_code: str = "",
) -> list[WorkshopSession]:
    """Create sessions like `data` on each of the days in the workshop of session `code`, with its staff; return them.

    Raises `NotFound`, and what `create_series` raises.
    """
    original = get_workshop_session(db, actor, code)
    require_permission(db, actor, Permission.SESSION_WRITE, original)
    workshop_code = get_workshop_session_view(db, actor, code).workshop_code
    created = create_series(db, actor, workshop_code, data, days, next_code=next_code)
    for workshop_session in created:
        copy_staff(db, original, workshop_session)
    return created


def delete_series(db: Db, actor: Actor, code: str) -> list[str]:
    """Delete the sessions of the series of session `code` that nobody has used yet, and log it; return their codes.

    Sessions with registrations, uploads or anything else stay, and those out of the actor's scope. Raises `NotFound`,
    `Forbidden` without `SESSION_WRITE`, and `Conflict` if all are used or the session is in no series.
    """
    actor.require(Permission.SESSION_WRITE)
    series_code = get_workshop_session_view(db, actor, code).series_code
    series = list_series(db, actor, series_code) if series_code else []
    rows = []
    for view in sorted(series, key=attrgetter("id")):  # the order of locks (`services.locks`)
        workshop_session = get_workshop_session(db, actor, view.code)
        require_permission(db, actor, Permission.SESSION_WRITE, workshop_session)
        rows.append(lock_row(db, WorkshopSession, workshop_session.id))
    used = _find_used(db, [row.id for row in rows])
    deleted = [row.code for row in rows if row.id not in used]
    for row in rows:
        if row.id not in used:
            _delete(db, actor, row)
    db.flush()
    if not deleted:
        raise Conflict(N_("None of these sessions can be deleted: all are in use. Cancel them one by one."))
    return deleted


def _delete(db: Db, actor: Actor, workshop_session: WorkshopSession) -> None:
    """Delete a locked session that nobody has used, and log it."""
    log_activity(db, actor, "delete", "session", workshop_session.code, before=snapshot(workshop_session))
    for table in _OWN_TABLES:
        db.exec(delete(table).where(col(table.workshop_session_id) == workshop_session.id))  # type: ignore[attr-defined]
    db.delete(workshop_session)


def count_unused(db: Db, workshop_sessions: Sequence[WorkshopSessionView]) -> int:
    """Return how many of the sessions `delete_series` would delete."""
    return len(workshop_sessions) - len(_find_used(db, [view.id for view in workshop_sessions]))


def _find_used(db: Db, session_ids: Collection[int]) -> set[int]:
    """Return those of the sessions that a row of any table refers to, other than their staff and their seats.

    One query for each of these tables.
    """
    own = {table.__tablename__ for table in _OWN_TABLES}
    columns = (
        column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if table.name not in own
        and any(key.target_fullname == "workshop_session.id" for key in column.foreign_keys)
    )
    return {
        session_id
        for column in columns
        for session_id in db.scalars(select(column).where(column.in_(session_ids)).distinct())
    }


def _inputs_by_day(
    data: WorkshopSessionInput, days: Sequence[date]
) -> list[tuple[date, WorkshopSessionInput]]:
    """Return the input moved to each of the days, by day. Raises `Invalid` for no days or more than `MAX_SESSIONS`."""
    if not 1 <= len(days) <= MAX_SESSIONS:
        raise Invalid(TOO_MANY, fields={"repeat": TOO_MANY})
    if data.starts is None:
        return [(days[0], data)]
    return [(day, shift_input(data, day - data.starts.date())) for day in sorted(set(days))]


def _join(created: Sequence[WorkshopSession]) -> None:
    """Make a series of sessions that were created together; one alone is none."""
    if len(created) > 1:
        for workshop_session in created:
            workshop_session.series_code = created[0].code
