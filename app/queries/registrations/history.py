"""The history of a registration from the activity log: why the person has a seat or waits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import ACCESS_ACTIONS, Activity, Registration

SUBJECT = "registration"


@dataclass(frozen=True)
class HistoryLine:
    """One change of a registration. `status` is the new status, None if it stayed the same.

    `because` is what freed a seat: "caps", "corrected", "mark", "merge", "overrule", "sheet" or "undo", or the code of
    a registration that was cancelled. `code` is that of the registration whose seat became free; it repeats `because`
    where that names no registration. `code_exists` is false if there is no registration of this code (any more): the
    person has registered again since, or was merged with another. `full` are the caps that kept the person waiting,
    `overruled` those beyond which they got a seat: "session", or the code of a kelurahan or a group.
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
    )
