"""Why somebody has a place, or waits: what the activity log says of one registration."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import Activity, Registration

SUBJECT = "registration"


@dataclass(frozen=True)
class HistoryLine:
    """`status` is what came of it, None where it stayed.

    `because` is "caps", "corrected", "mark", "merge", "overrule", "sheet" or "undo", or the code of a
    registration that was cancelled. `code` is that of the registration whose place became free; it `is_there` unless
    its bearer has registered again since, or it was merged with another. `full` are the caps that kept somebody
    waiting, `overruled` those beyond which they got a place: "session", or the code of a kelurahan or a group.
    """

    at: datetime
    actor: str
    action: str
    status: str | None
    because: str | None
    code: str | None
    is_there: bool
    full: tuple[str, ...]
    overruled: tuple[str, ...]


def registration_history(db: Db, registration: Registration) -> list[HistoryLine]:
    """All that happened to a registration, the newest first; whoever asks may see the registration."""
    lines: list[Activity] = []
    code: str | None = registration.code
    while code:
        found = _lines_of(db, code)
        lines += found
        code = _code_before(found)
    told = {_code_told(line.after or {}) for line in lines}
    there = set(db.scalars(select(col(Registration.code)).where(col(Registration.code).in_(told - {None}))))
    return [_line(line.at, line.actor, line.action, line.after or {}, there) for line in lines]


def _lines_of(db: Db, code: str) -> Sequence[Activity]:
    return db.scalars(
        select(Activity)
        .where(col(Activity.subject_id) == code, col(Activity.subject) == SUBJECT)
        .order_by(col(Activity.id).desc())
    ).all()


def _code_before(lines: Sequence[Activity]) -> str | None:
    """The code of a registration that was cancelled and made anew: it came back under another one."""
    before = lines[-1].before if lines else None
    return (before or {}).get("code")


def _code_told(after: Mapping[str, Any]) -> str | None:
    """Why a place became free is told by a word and a code, or, where somebody cancelled, by the code alone."""
    return after.get("registration") or after.get("because")


def _line(
    at: datetime, actor: str, action: str, after: Mapping[str, Any], there: Collection[str]
) -> HistoryLine:
    code = _code_told(after)
    return HistoryLine(
        at=at,
        actor=actor,
        action=action,
        status=after.get("status"),
        because=after.get("because"),
        code=code,
        is_there=code in there,
        full=tuple(after.get("full", ())),
        overruled=tuple(after.get("overruled", ())),
    )
