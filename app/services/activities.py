"""Writes the activity log: every change says who did what to what, in the change's own transaction.

Access that changes nothing is logged by `log_access`; `web.access_log` calls it for pages. `services.log_sealing` makes
the chain of hashes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import ColumnElement, Engine, String, cast, func, or_, select, true, tuple_, update
from sqlmodel import SQLModel, col

from app.database import Db, json_text, reading, writing
from app.log_chain import digest_values, new_salt
from app.models import REFUSALS, Activity
from app.models.base import is_recent, now
from app.people.fields import PERSON_FIELDS
from app.people.values.nik import mask_niks
from app.permissions import Actor
from app.queries.in_values import in_values
from app.services.bulk import insert_rows

# Secrets and what only the database needs never enter the log.
_LEFT_OUT = {
    *("password_hash", "key", "nik_key", "nik_encrypted", "content", "created_at", "name_key"),
    "request_key",
}

# Parts of a word that stand in JSON as they are.
_ASCII = re.compile("[a-zA-Z0-9]*")

# Of a contact detail it says that it was changed, but not from or to what.
_LOGGED_AS_CHANGED = {field.key: f"{field.key}_changed" for field in PERSON_FIELDS if field.is_private} | {
    "contact_phone": "phone_changed",
    "contact_email": "email_changed",
}
# A page of people that stays open, is reloaded or leads to others about the same is one view of them.
VIEW_LASTS = timedelta(minutes=10)
MAX_REFUSALS_A_MINUTE = 10

_ABOUT_PEOPLE = {"participant", "registration", "attendance-import"}

_HASHES = {"sha256", "terms"}

# The shortened network address of the client whose request is being answered; set by the middleware.
client_address: ContextVar[str] = ContextVar("client_address", default="")


def shorten_address(address: str) -> str:
    """Return the network of an IP address, so that it names no single device: /24 for IPv4, /48 for IPv6.

    Returns "" for what is no IP address.
    """
    try:
        prefix = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{prefix}", strict=False))


def snapshot(row: SQLModel) -> dict[str, Any]:
    """Return a row's columns by name as JSON values, without secrets, keyed hashes and `created_at`.

    Phones, e-mail addresses and other private details are included; `log_activity` leaves them out.
    """
    return row.model_dump(mode="json", exclude=_LEFT_OUT)


def loggable_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new row's columns as `snapshot` does, for rows that are inserted in bulk; none of them is a date."""
    return {name: value for name, value in columns.items() if name not in _LEFT_OUT}


def log_activity(
    db: Db,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one line to the activity log, in the caller's transaction, with the client's shortened address.

    `before` and `after` are columns without secrets, as `snapshot` returns them. Given both, only the keys whose values
    differ are kept; the line is added even if none does.

    If the subject is "participant", "registration" or "attendance-import", phones, e-mail addresses, postal addresses
    and dates of birth are left out at any depth. For each that differs from `before`, `after` has a key such as
    `phone_changed: True`.

    NIKs in texts are masked, whatever the subject. Raises `NoSuchText` and `OverflowError` as `json_text` does.
    """
    db.add(
        Activity(
            **_activity_columns(actor, action, subject),
            **_line_columns(subject, subject_id, before, after),
            reason=mask_niks(reason),
        )
    )


def log_activities(
    db: Db, actor: Actor, action: str, subject: str, after: Iterable[tuple[object, Mapping[str, Any]]]
) -> None:
    """Add a line for each of many subjects at once, given by pairs of their id and their columns; none before.

    The lines are those that `log_activity` adds, inserted in bulk.
    """
    lines = (_line_columns(subject, subject_id, None, values) for subject_id, values in after)
    insert_rows(db, Activity, lines, {**_activity_columns(actor, action, subject), "reason": "", "at": now()})


def _activity_columns(actor: Actor, action: str, subject: str) -> dict[str, Any]:
    """Return the columns of a line that tell who did what, and from where."""
    return {
        "user_id": actor.user_id,
        "actor": actor.name,
        "action": action,
        "subject": subject,
        "address": client_address.get(),
    }


def _line_columns(
    subject: str, subject_id: object, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the columns of a line that tell to what it was done, and the values without what never enters the log."""
    before, after = (None if values is None else dict(values) for values in (before, after))
    if subject in _ABOUT_PEOPLE:
        before, after = before and _mask_private(before, None), after and _mask_private(after, before)
    if before is not None and after is not None:
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        before = {key: before[key] for key in before if key in changed}
        after = {key: after[key] for key in after if key in changed}
    before, after = (None if values is None else _mask_niks(values) for values in (before, after))
    json_text([before, after])  # raises what the database would raise
    salt = None if before is None and after is None else new_salt()
    return {
        "subject_id": mask_niks(str(subject_id)),
        "values_digest": digest_values(salt, before, after) if salt else "",
        "before": before,
        "after": after,
        "salt": salt,
    }


def log_access(
    engine: Engine,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: object,
    *,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one line to the activity log and commit it, for what changes nothing: views, exports and refusals.

    `engine` is that of the primary database. Called before the first byte of the answer is sent, so that nothing is
    shown that is not in the log.

    Nobody fills the log by asking again and again: a "view" of the same subject by the same actor from the same network
    is logged once in `VIEW_LASTS`, and of each kind of refusal at most `MAX_REFUSALS_A_MINUTE` lines of each actor. All
    processes count together.

    On SQLite it waits for the end of a transaction that writes. A page that shows the progress of the user's own import
    does not wait for that import, because the upload counts as a view.
    """
    with reading(engine) as read_db:
        is_logged = (
            _has_seen(read_db, actor, subject, str(subject_id))
            if action == "view"
            else _has_reached_limit(read_db, actor, action)
        )
    if is_logged:
        return
    with writing(engine) as db:
        log_activity(db, actor, action, subject, subject_id, after=details, reason=reason)


def _has_seen(db: Db, actor: Actor, subject: str, subject_id: str) -> bool:
    """Return whether the log says that the actor saw the subject from this network within `VIEW_LASTS`.

    A user who has uploaded an import, or changed something in it, has seen it.
    """
    lines = select(col(Activity.id)).where(
        *_recent_lines_of(actor, VIEW_LASTS),
        col(Activity.address) == client_address.get(),
        col(Activity.subject) == subject,
        col(Activity.subject_id) == subject_id,
        col(Activity.action) == "view" if subject != "attendance-import" else true(),
    )
    return bool(db.scalar(select(lines.exists())))


def _has_reached_limit(db: Db, actor: Actor, action: str) -> bool:
    """Return whether the action is a refusal of which the actor has `MAX_REFUSALS_A_MINUTE` lines already.

    Actors who are not users are told apart by their network.
    """
    if action not in REFUSALS:
        return False
    lines = select(func.count()).where(
        *_recent_lines_of(actor, timedelta(minutes=1)), col(Activity.action) == action
    )
    if actor.user_id is None:
        lines = lines.where(col(Activity.address) == client_address.get())
    return (db.scalar(lines) or 0) >= MAX_REFUSALS_A_MINUTE


def _recent_lines_of(actor: Actor, period: timedelta) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a line is the actor's (or that of an actor who is no user) and that recent."""
    is_own = (
        col(Activity.user_id).is_(None) if actor.user_id is None else col(Activity.user_id) == actor.user_id
    )
    return is_own, is_recent(col(Activity.at), period)


def erase_logged_values(
    db: Db, *, subjects: Iterable[tuple[str, str]] = (), texts: Iterable[str] = ()
) -> int:
    """Erase the values of all lines about these subjects, or with one of these texts in them; return their number.

    The lines stay with actor, action, subject, time and reason, and the chain stays valid. `subjects` are pairs such as
    ("participant", "12"), ("registration", CODE) and ("attendance-import", "7/15") for row 15 of import 7. `texts` are
    such as names and phone numbers; they match whole words, in any case.

    Needs no permission: it is a part of erasing a person. On SQLite the bytes are gone from the file only after VACUUM,
    on PostgreSQL after its vacuum.
    """
    conditions = [
        tuple_(col(Activity.subject), col(Activity.subject_id)).in_(list(subjects)),
        in_values(db, col(Activity.id), _ids_of_lines_with(db, texts)),
    ]
    erased = {"before": None, "after": None, "salt": None}
    statement = update(Activity).where(col(Activity.salt).is_not(None), or_(*conditions)).values(erased)
    return db.connection().execute(statement).rowcount


def _ids_of_lines_with(db: Db, texts: Iterable[str]) -> list[int]:
    """Return the ids of the lines that have one of the texts, as whole words, in their values."""
    words = [split for text in texts if (split := text.split())]
    if not words:
        return []
    # The database finds the lines with the longest word of a text; letters beyond ASCII have no lower case in SQLite.
    longest = {max((part for word in split for part in _ASCII.findall(word)), key=len) for split in words}
    sides = (col(Activity.before), col(Activity.after))
    may_match = or_(*(cast(side, String).icontains(part) for side in sides for part in longest))
    pattern = "|".join(r"\s+".join(map(re.escape, split)) for split in words)
    whole_words = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
    lines = db.execute(select(col(Activity.id), *sides).where(col(Activity.salt).is_not(None), may_match))
    return [id_ for id_, *values in lines if any(whole_words.search(text) for text in _texts_in(values))]


def _texts_in(value: Any) -> Iterator[str]:
    """Yield all texts in a JSON value, at any depth, also the keys of objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield key
            yield from _texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts_in(part)


def _mask_niks(value: Any, field: str = "") -> Any:
    """Return a JSON value with NIKs masked in its texts, at any depth, but not in hashes."""
    if isinstance(value, str):
        return value if field in _HASHES else mask_niks(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, dict):
        return {key: _mask_niks(part, key) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mask_niks(part, field) for part in value]
    return value


def _mask_private(values: Mapping[str, Any], before: Any) -> dict[str, Any]:
    """Return the values without private details, at any depth.

    If `before` is not None, a private detail that differs from it is noted as changed (`phone_changed: True`).
    """
    kept: dict[str, Any] = {}
    for name, value in values.items():
        found = before.get(name) if isinstance(before, dict) else None
        if name not in _LOGGED_AS_CHANGED:
            kept[name] = _mask_private(value, found) if isinstance(value, dict) else value
        elif before is not None and value != found:
            kept[_LOGGED_AS_CHANGED[name]] = True
    return kept
