"""Writes the activity log: every change says who did what to what, in the change's own transaction."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import SQLModel

from app.database import Db
from app.models import Activity
from app.people.fields import PERSON_FIELDS
from app.permissions import Actor

# Secrets and what only the database needs never enter the log.
_LEFT_OUT = {
    *("password_hash", "key", "nik_key", "nik_encrypted", "content", "created_at", "name_key"),
    "request_key",
}

# The log is never deleted from: of a contact detail it says that it was changed, but not from or to what.
_LOGGED_AS_CHANGED = {field.key: f"{field.key}_changed" for field in PERSON_FIELDS if field.is_private} | {
    "contact_phone": "phone_changed",
    "contact_email": "email_changed",
}
_ABOUT_PEOPLE = {"participant", "registration", "attendance-import"}


def snapshot(row: SQLModel) -> dict[str, Any]:
    """Return a row's columns by name as JSON values, without secrets, keyed hashes and `created_at`.

    Phones, e-mail addresses and other private details are included; `log_activity` leaves them out.
    """
    return row.model_dump(mode="json", exclude=_LEFT_OUT)


def log_activity(
    db: Db,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one line to the activity log, in the caller's transaction.

    `before` and `after` are columns without secrets, as `snapshot` returns them. Given both, only the keys whose values
    differ are kept; the line is added even if none does.

    If the subject is "participant", "registration" or "attendance-import", phones, e-mail addresses, postal addresses
    and dates of birth are left out at any depth. For each that differs from `before`, `after` has a key such as
    `phone_changed: True`.
    """
    if subject in _ABOUT_PEOPLE:
        before, after = before and _mask_private(before, None), after and _mask_private(after, before)
    if before is not None and after is not None:
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        before = {key: before[key] for key in before if key in changed}
        after = {key: after[key] for key in after if key in changed}
    db.add(
        Activity(
            user_id=actor.user_id,
            actor=actor.name,
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )


def _mask_private(values: Mapping[str, Any], before: Any) -> dict[str, Any]:
    """Return the values without private details, at any depth.

    If `before` is not None, a private detail that differs from it is noted as changed (`phone_changed: True`).
    """
    kept: dict[str, Any] = {}
    for name, value in values.items():
        found = before.get(name) if isinstance(before, Mapping) else None
        if name not in _LOGGED_AS_CHANGED:
            kept[name] = _mask_private(value, found) if isinstance(value, Mapping) else value
        elif before is not None and value != found:
            kept[_LOGGED_AS_CHANGED[name]] = True
    return kept
