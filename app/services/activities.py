"""Writes the activity log: every change says who did what to what, in the change's own transaction."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic_core import to_jsonable_python
from sqlalchemy import bindparam, func, insert, select
from sqlmodel import SQLModel

from app.database import AdvisoryLock, Db, is_postgresql
from app.models import Activity
from app.models.base import now
from app.people.fields import PERSON_FIELDS
from app.permissions import Actor

# Secrets and what only the database needs never enter the log.
_LEFT_OUT = {
    *("password_hash", "key", "nik_key", "nik_encrypted", "content", "created_at", "name_key"),
    "request_key",
}

# Nobody can take a line out of the log again: of what reaches people it says that it was changed, and not to what.
_TOLD_AS_CHANGED = {field.key: f"{field.key}_changed" for field in PERSON_FIELDS if field.is_private} | {
    "contact_phone": "phone_changed",
    "contact_email": "email_changed",
}
_ABOUT_PEOPLE = {"participant", "registration", "attendance-import"}

# Put together once, and not by way of an object: nobody looks at a line where it is written.
_LINES = SQLModel.metadata.tables[str(Activity.__tablename__)]
_NEW_LINE = insert(_LINES)

# One statement: whoever has the turn keeps it for no longer than the database takes. The number comes after it.
_GIVEN = [bindparam(column.name, type_=column.type) for column in _LINES.c if column.name != "id"]
_TURN = (
    select(func.pg_advisory_xact_lock(AdvisoryLock.LOG).label("held")).cte("turn").prefix_with("MATERIALIZED")
)
_LINE_IN_TURN = insert(_LINES).from_select(
    [given.key for given in _GIVEN], select(*_GIVEN).select_from(_TURN)
)


def snapshot(thing: SQLModel) -> dict[str, Any]:
    """The columns of a row as JSON values, without secrets; what `log_activity` keeps of them is less."""
    return thing.model_dump(mode="json", exclude=_LEFT_OUT)


def snapshot_of_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """As `snapshot`, of a row for which no object was made."""
    said = {name: value for name, value in columns.items() if name not in _LEFT_OUT}
    return cast(dict[str, Any], to_jsonable_python(said))


def log_activity(
    db: Db,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    in_turn: bool = False,
) -> None:
    """Adds one line to the log; where both sides are given, only what differs is kept.

    Of a person's phone, e-mail, address and date of birth nothing is kept but `phone_changed` and the like.
    `in_turn` is for those who share people, and the last that they write: PostgreSQL numbers their lines in the order
    in which they are committed, as those of who holds people are. An import is judged anew where there are newer
    lines than it knew of, and none may come to light late.
    """
    if subject in _ABOUT_PEOPLE:
        before, after = before and _discreet(before, None), after and _discreet(after, before)
    if before is not None and after is not None:
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        before = {key: before[key] for key in before if key in changed}
        after = {key: after[key] for key in after if key in changed}
    line = {
        "at": now(),
        "user_id": actor.user_id,
        "actor": actor.name,
        "action": action,
        "subject": subject,
        "subject_id": str(subject_id),
        "before": dict(before) if before is not None else None,
        "after": dict(after) if after is not None else None,
    }
    if in_turn:
        db.flush()
    db.connection().execute(_LINE_IN_TURN if in_turn and is_postgresql(db) else _NEW_LINE, line)


def _discreet(values: Mapping[str, Any], before: Any) -> dict[str, Any]:
    """The values without what reaches people, at any depth; where that was otherwise `before`, it is said to be so."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        found = before.get(name) if isinstance(before, Mapping) else None
        if name not in _TOLD_AS_CHANGED:
            kept[name] = _discreet(value, found) if isinstance(value, Mapping) else value
        elif before is not None and value != found:
            kept[_TOLD_AS_CHANGED[name]] = True
    return kept
