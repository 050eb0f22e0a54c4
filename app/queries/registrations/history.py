"""The history of a registration from the activity log: why the person has a seat or waits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import ACCESS_ACTIONS, Activity, AttendanceMark, AttendanceStatus, Registration
from app.queries.in_values import in_values

SUBJECT = "registration"


@dataclass(frozen=True)
class HistoryLine:
    """One change of a registration. `status` is the new status, None if it stayed the same.

    `because` is what freed a seat: "caps", "corrected", "mark", "merge", "move", "overrule", "sheet" or "undo", or the
    code of a registration that was cancelled. `code` is that of the registration whose seat became free; it repeats
    `because` where that names no registration. `code_exists` is false if there is no registration of this code (any
    more): the person has registered again since, or was merged with another. `full` are the caps that kept the person
    waiting, `overruled` those beyond which they got a seat: "session", or the code of a kelurahan or a group.
    `moved_from` is the code of the session that the person was moved out of.
    """

    at: datetime
    actor: str
    action: str
    status: str | None
    because: str | None
    code: str | None
    code_exists: bool
    full: tuple[str, ...]
    overruled: tuple[str, ...]
    moved_from: str | None


def list_registration_history(db: Db, registration: Registration) -> list[HistoryLine]:
    """Return all changes of a registration, the newest first, including those under the codes that it had earlier.

    The caller has loaded it within the actor's scope.
    """
    activities: list[Activity] = []
    code: str | None = registration.code
    while code:
        of_code = _list_activities(db, code)
        activities += of_code
        code = _get_earlier_code(of_code)
    codes = {_get_freed_code(activity.after or {}) for activity in activities} - {None}
    existing_codes = set(db.scalars(select(col(Registration.code)).where(col(Registration.code).in_(codes))))
    return [_history_line(activity, existing_codes) for activity in activities]


def list_outcomes_before(db: Db, marks: Iterable[AttendanceMark]) -> dict[int, AttendanceStatus | None]:
    """Return the attendance that was recorded before each of these marks, by the mark's id; None if there was none.

    A mark whose line in the activity log was erased is missing. The caller has loaded the marks within the actor's
    scope.
    """
    by_registration = {mark.registration_id: mark for mark in marks}
    of_marks = in_values(db, col(Registration.id), by_registration.keys())
    lines = db.execute(
        select(col(Registration.id), Activity)
        .join(Activity, col(Activity.subject_id) == col(Registration.code))
        .where(of_marks, col(Activity.subject) == SUBJECT, col(Activity.action) == "mark")
    )
    outcomes: dict[int, AttendanceStatus | None] = {}
    for registration_id, line in lines:
        mark = by_registration[registration_id]
        before, after = line.before or {}, line.after or {}
        if after.get("marked_at") == mark.marked_at.isoformat() and after.get("marked") == mark.status:
            outcome = before.get("attendance", mark.status)
            outcomes[mark.id] = AttendanceStatus(outcome) if outcome else None
    return outcomes


def _list_activities(db: Db, code: str) -> Sequence[Activity]:
    """Return the changes of the registration with this code, the newest first."""
    return db.scalars(
        select(Activity)
        .where(
            col(Activity.subject_id) == code,
            col(Activity.subject) == SUBJECT,
            col(Activity.action).not_in(ACCESS_ACTIONS),
        )
        .order_by(col(Activity.id).desc())
    ).all()


def _get_earlier_code(activities: Sequence[Activity]) -> str | None:
    """Return the code that the registration had before, None if this one is its first.

    A cancelled registration gets a new code when the person registers again. `activities` are those of one code, the
    newest first.
    """
    before = activities[-1].before if activities else None
    return (before or {}).get("code")


def _get_freed_code(after: Mapping[str, Any]) -> str | None:
    """Return the code of the registration whose seat became free, given the values after a change.

    Without one it returns `because`: the code of a cancelled registration, a reason such as "caps", or None.
    """
    return after.get("registration") or after.get("because")


def _history_line(activity: Activity, existing_codes: Collection[str]) -> HistoryLine:
    """Return the line of an activity; `existing_codes` are the codes of registrations that still exist."""
    after = activity.after or {}
    code = _get_freed_code(after)
    return HistoryLine(
        at=activity.at,
        actor=activity.actor,
        action=activity.action,
        status=after.get("status"),
        because=after.get("because"),
        code=code,
        code_exists=code in existing_codes,
        full=tuple(after.get("full", ())),
        overruled=tuple(after.get("overruled", ())),
        moved_from=(activity.before or {}).get("session") if activity.action == "move" else None,
    )
