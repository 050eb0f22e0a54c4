"""An import as a person goes through it: rows with what they say and what they were judged to be."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    ImportStatus,
    Registration,
    RowKind,
    WorkshopSession,
)
from app.nik_vault import NikVault, with_niks_masked
from app.permissions import Actor
from app.queries import reference
from app.queries.attendance_imports import AttendanceImportView, attendance_import_by_id, import_rows
from app.queries.import_rows import open_cells
from app.queries.participants import PersonSeen, people_seen
from app.queries.workshop_sessions import COUNTED_AS_REGISTERED
from app.spreadsheets.document import Message, cell_text
from app.spreadsheets.judgement import OUTSIDE
from app.spreadsheets.transfer import message_from_json

PAGE_LENGTH = 50

# Rows that can't be imported before a person has said something.
NEEDS_ATTENTION = (RowKind.REVIEW, RowKind.ERROR)
ABOUT_PEOPLE = (RowKind.CREATE, RowKind.UPDATE, RowKind.UNCHANGED)


@dataclass(frozen=True)
class ReviewRow:
    """`cells` are texts as read or corrected, a NIK masked; the rest is what they were judged to mean.

    `person` is the one found or made; `is_new` tells that there was nobody before. `choosable` are the people whom
    its remarks offer, by id. `registered` tells that a registration for the session is there.
    """

    number: int
    kind: RowKind
    cells: dict[str, str]
    name: str
    place: str
    target_group: str
    attendance: str | None
    messages: tuple[Message, ...]
    of: int | None
    person: PersonSeen | None
    is_new: bool
    choosable: dict[int, PersonSeen]
    registered: bool
    corrected: tuple[str, ...]
    decision: dict[str, Any]

    @property
    def skipped(self) -> bool:
        return bool(self.decision.get("skip"))

    @property
    def chosen(self) -> bool:
        """Whether somebody said who it is or where they live."""
        return any(self.decision.get(choice) for choice in ("person", "kelurahan"))

    def remarks(self, *fields: str) -> list[Message]:
        """The messages about any of these fields."""
        return [message for message in self.messages if message.field in fields]


@dataclass(frozen=True)
class ReviewPage:
    """`following` is the row number after which the next page begins."""

    rows: tuple[ReviewRow, ...]
    following: int | None


@dataclass(frozen=True)
class PeopleFigures:
    """Whom an import is about: people it brings, people it recognised, and people registered but not on the sheet.

    `unlisted` have no outcome yet (counted while the import is in review); `marked_absent` got theirs from it.
    """

    fresh: int
    recognised: int
    unlisted: int
    marked_absent: int


def review_page(
    db: Db,
    vault: NikVault,
    language: Language,
    import_id: int,
    *,
    kinds: Sequence[RowKind] = (),
    after: int = 0,
    limit: int = PAGE_LENGTH,
) -> ReviewPage:
    """Rows in the sheet's order. The import was found within reach before, here and below."""
    found = import_rows(db, import_id, kinds=kinds, after=after, limit=limit + 1)
    rows = _review_rows(db, vault, language, found[:limit])
    following = rows[-1].number if len(found) > limit else None
    return ReviewPage(rows, following)


def review_rows(
    db: Db, vault: NikVault, language: Language, import_id: int, numbers: Collection[int]
) -> tuple[ReviewRow, ...]:
    """The rows of these numbers."""
    return _review_rows(db, vault, language, import_rows(db, import_id, numbers=sorted(numbers)))


def people_figures(db: Db, found: AttendanceImportView) -> PeopleFigures:
    """Counts in the database, since an import may have a hundred thousand rows."""
    of_import = col(AttendanceImportRow.attendance_import_id) == found.id
    named = select(func.count(), func.count(col(AttendanceImportRow.participant_id))).where(
        of_import, col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE)
    )
    rows, known = db.execute(named).one()
    if found.status in (ImportStatus.COMMITTED, ImportStatus.UNDONE):
        known = rows - _made_by(db, found.id)
    unlisted = _unlisted(db, found.id, found.session_code) if found.status is ImportStatus.REVIEW else 0
    others = len(db.get_one(AttendanceImport, found.id).others)
    return PeopleFigures(rows - known, known, unlisted, others)


def sheet_preview(db: Db, vault: NikVault, actor: Actor, import_id: int) -> tuple[tuple[str, ...], ...]:
    """The sheet's first rows as texts, NIKs masked. Raises `NotFound` where the import isn't within reach."""
    stored = attendance_import_by_id(db, actor, import_id).preview
    rows: list[list[str]] = json.loads(vault.decrypt(stored)) if stored else []
    return tuple(tuple(with_niks_masked(text) for text in row) for row in rows)


def _made_by(db: Db, import_id: int) -> int:
    """How many people a commit made: those of whom there was nothing before."""
    person_before = col(AttendanceImportRow.before)["person"].as_string()
    return db.scalars(
        select(func.count()).where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.kind) == RowKind.CREATE,
            person_before.is_(None),
        )
    ).one()


def _unlisted(db: Db, import_id: int, session_code: str) -> int:
    """People registered for the session without an outcome, whom no row of the import names."""
    named = select(col(AttendanceImportRow.participant_id)).where(
        col(AttendanceImportRow.attendance_import_id) == import_id,
        col(AttendanceImportRow.participant_id).is_not(None),
    )
    return db.scalars(
        select(func.count(col(Registration.id)))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(WorkshopSession.code) == session_code,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            col(Attendance.registration_id).is_(None),
            col(Registration.participant_id).not_in(named),
        )
    ).one()


def _review_rows(
    db: Db, vault: NikVault, language: Language, rows: Sequence[AttendanceImportRow]
) -> tuple[ReviewRow, ...]:
    """A constant number of queries, however many rows."""
    messages = {row.number: tuple(map(message_from_json, row.messages)) for row in rows}
    offered = {number: _offered(remarks) for number, remarks in messages.items()}
    people = people_seen(
        db,
        {row.participant_id for row in rows if row.participant_id is not None}.union(*offered.values()),
    )
    places = {place.code: place.name for place in reference.kelurahan(db)}
    groups = {group.code: group.label for group in reference.target_groups(db, language)}
    return tuple(
        ReviewRow(
            number=row.number,
            kind=row.kind,
            cells={
                field: with_niks_masked(cell_text(cell))
                for field, cell in open_cells(row.cells, vault).items()
            },
            name=row.result["values"].get("name", ""),
            place=_place(row.result["values"], places),
            target_group=groups.get(row.result["values"].get("target_group"), ""),
            attendance=row.result["attendance"],
            messages=messages[row.number],
            of=row.of_number,
            person=people.get(row.participant_id or 0),
            is_new=row.participant_id is None or _was_made(row),
            choosable={id_: people[id_] for id_ in offered[row.number] if id_ in people},
            registered=row.registration_id is not None or row.result["registration"] is not None,
            corrected=tuple(row.corrected),
            decision=row.decision or {},
        )
        for row in rows
    )


def _offered(messages: Sequence[Message]) -> set[int]:
    return {
        int(candidate.value)
        for message in messages
        for candidate in message.candidates
        if candidate.kind == "person"
    }


def _was_made(row: AttendanceImportRow) -> bool:
    """The commit of this very row made the person."""
    return row.before is not None and row.before["person"] is None


def _place(values: dict[str, Any], places: dict[str, str]) -> str:
    code = values.get("kelurahan")
    if code == OUTSIDE:
        return str(values.get("outside_place") or OUTSIDE)
    return places.get(code, code) if code else ""
