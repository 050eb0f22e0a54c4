"""Reads the activity log."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, String, cast, or_, select
from sqlmodel import col

from app.database import Db
from app.i18n import utc
from app.models import ACCESS_ACTIONS, EXPORTS, LOGINS, REFUSALS, SEARCHES, VIEWS, Activity
from app.permissions import Actor, Permission

# The actions that the log can be narrowed to, by the name of their kind.
KINDS = {"exports": EXPORTS, "logins": LOGINS, "refusals": REFUSALS, "searches": SEARCHES, "views": VIEWS}


@dataclass(frozen=True)
class Change:
    """The change of one field. Values are JSON values, times as `datetime`; None if the field had no value."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ActivityView:
    """A line of the log: the actor did the action to the subject, such as "create" to "workshop" "SPBE-2025".

    `address` is the network that it was done from, `reason` a code, both "" if there is none. The changes of a line
    with `is_erased` were erased with a person's data.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    subject_id: str
    address: str
    reason: str
    changes: tuple[Change, ...]
    is_erased: bool


@dataclass(frozen=True)
class ActivityFilters:
    """Filters of the log; an empty one does not filter.

    Every word of `search` must occur in a line: in its actor, action, subject, the subject's id or code, its address or
    reason, or in the values before and after. `actor_name` is a part of the actor's name. `from_` and `to` are WITA
    days, inclusive. `kind` is a key of `KINDS`, or "changes" for all actions that are in none of them.
    """

    search: str = ""
    actor_name: str = ""
    action: str = ""
    subject: str = ""
    kind: str = ""
    from_: date | None = None
    to: date | None = None


def list_activities(
    db: Db, actor: Actor, filters: ActivityFilters, *, before: int | None = None, limit: int
) -> list[ActivityView]:
    """Return at most `limit` lines of the log that match the filters, the newest (highest id) first.

    `before` is the id of the last line of the previous page; None begins with the newest line. Raises `Forbidden` for
    all but administrators.
    """
    actor.require(Permission.ACTIVITY_READ)
    statement = select(Activity).where(*_conditions(filters)).order_by(col(Activity.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(Activity.id) < before)
    return [_to_view(line) for line in db.scalars(statement)]


def list_activities_of(db: Db, subject: str, subject_id: str, *, limit: int) -> list[ActivityView]:
    """Return at most `limit` lines about one subject, such as "workshop" "SPBE-2025", the newest first.

    The caller checks whether the actor may see them.
    """
    statement = (
        select(Activity)
        .where(col(Activity.subject) == subject, col(Activity.subject_id) == subject_id)
        .order_by(col(Activity.id).desc())
        .limit(limit)
    )
    return [_to_view(line) for line in db.scalars(statement)]


def _to_view(line: Activity) -> ActivityView:
    return ActivityView(
        id=line.id,
        at=line.at,
        actor=line.actor,
        action=line.action,
        subject=line.subject,
        subject_id=line.subject_id,
        address=line.address,
        reason=line.reason,
        changes=_changes(line.before or {}, line.after or {}),
        is_erased=line.values_digest != "" and line.salt is None,
    )


def _conditions(filters: ActivityFilters) -> list[ColumnElement[bool]]:
    """Return the conditions on `Activity` for these filters; `search` and `actor_name` ignore case."""
    values = (cast(col(side), String) for side in (Activity.before, Activity.after))
    texts = (
        *(Activity.actor, Activity.action, Activity.subject, Activity.subject_id),
        *(Activity.address, Activity.reason),
    )
    searched = (*(col(text) for text in texts), *values)
    conditions: list[ColumnElement[bool]] = [
        or_(*(column.icontains(word, autoescape=True) for column in searched))
        for word in filters.search.split()
    ]
    if name := filters.actor_name.strip():
        conditions.append(col(Activity.actor).icontains(name, autoescape=True))
    if filters.action:
        conditions.append(col(Activity.action) == filters.action)
    if filters.subject:
        conditions.append(col(Activity.subject) == filters.subject)
    if filters.kind == "changes":
        conditions.append(col(Activity.action).not_in({*LOGINS, *ACCESS_ACTIONS}))
    elif filters.kind:
        conditions.append(col(Activity.action).in_(KINDS.get(filters.kind, ())))
    if filters.from_:
        conditions.append(col(Activity.at) >= utc(datetime.combine(filters.from_, time.min)))
    if filters.to:
        conditions.append(col(Activity.at) <= utc(datetime.combine(filters.to, time.max)))
    return conditions


def _changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """Return a `Change` for each field of either side, except "id" and fields that are empty on both sides.

    The fields of `before` come first, then those that only `after` has.
    """
    changes = (
        Change(field, _logged_value(field, before), _logged_value(field, after))
        for field in dict.fromkeys((*before, *after))
        if field != "id"
    )
    return tuple(change for change in changes if not _is_empty(change.before) or not _is_empty(change.after))


def _logged_value(field: str, values: dict[str, Any]) -> Any:
    """Return the value of a field, None if it is missing; a time (a field that ends in "_at") as `datetime`."""
    value = values.get(field)
    return datetime.fromisoformat(value) if field.endswith("_at") and value else value


def _is_empty(value: Any) -> bool:
    """Return whether a value is None, "", [] or {}; 0 and False are not empty."""
    return value is None or value in ("", [], {})
