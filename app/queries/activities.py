"""The activity log as it is read: who did what to what, before and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from app.database import Db
from app.models import Activity
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class Change:
    """One field. None stands for "was not there"; values are those of JSON, instants as such."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ActivityView:
    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    subject_id: str
    changes: tuple[Change, ...]


def activities(
    db: Db, actor: Actor, *, search: str = "", before: int | None = None, limit: int
) -> list[ActivityView]:
    """The log, the newest first: lines whose actor, action or subject holds every word of `search`.

    `before` is the id of the last line of the page before. Raises `Forbidden` for all but admins.
    """
    actor.require(Permission.ACTIVITY_READ)
    statement = select(Activity).order_by(col(Activity.id).desc()).limit(limit)
    for word in search.split():
        statement = statement.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (
                        col(Activity.actor),
                        col(Activity.action),
                        col(Activity.subject),
                        col(Activity.subject_id),
                    )
                )
            )
        )
    if before is not None:
        statement = statement.where(col(Activity.id) < before)
    return [
        ActivityView(
            id=line.id,
            at=line.at,
            actor=line.actor,
            action=line.action,
            subject=line.subject,
            subject_id=line.subject_id,
            changes=_changes(line.before or {}, line.after or {}),
        )
        for line in db.scalars(statement)
    ]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """Field by field, in the order in which they were recorded; what is empty on both sides tells nothing."""
    changes = (
        Change(field, _value(field, before), _value(field, after))
        for field in dict.fromkeys((*before, *after))
        if field != "id"
    )
    return tuple(change for change in changes if not _is_empty(change.before) or not _is_empty(change.after))


def _value(field: str, values: dict[str, Any]) -> Any:
    value = values.get(field)
    return datetime.fromisoformat(value) if field.endswith("_at") and value else value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
