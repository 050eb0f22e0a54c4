"""Whom an import is about: people that it brings, people that it recognises, people that it doesn't list."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    ImportStatus,
    Registration,
    RowKind,
    WorkshopSession,
)
from app.queries import reference
from app.queries.attendance_imports import AttendanceImportView
from app.queries.import_review import place_said
from app.queries.participants import PersonSeen, people_seen
from app.queries.workshop_sessions import COUNTED_AS_REGISTERED

ABOUT_PEOPLE = (RowKind.CREATE, RowKind.UPDATE, RowKind.UNCHANGED)
FIRST_NAMES = 100


@dataclass(frozen=True)
class PeopleFigures:
    """Whom an import is about: people it brings, people it recognised, and people registered but not on the sheet.

    `present`, `absent` and `excused` are the outcomes of the rows that are, or were, saved. `unlisted` have no
    outcome yet (counted while the import is in review); `marked_absent` got theirs from it.
    """

    fresh: int
    recognised: int
    present: int
    absent: int
    excused: int
    unlisted: int
    marked_absent: int


@dataclass(frozen=True)
class NamedPerson:
    """Somebody in row `number`, as the sheet says; `known` is whom they were recognised as."""

    number: int
    name: str
    place: str
    known: PersonSeen | None


@dataclass(frozen=True)
class PeopleNamed:
    """The first of those who will be made and of those who were recognised, in the sheet's order."""

    fresh: tuple[NamedPerson, ...]
    recognised: tuple[NamedPerson, ...]


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
    return PeopleFigures(
        fresh=rows - known,
        recognised=known,
        unlisted=unlisted,
        marked_absent=others,
        **_outcomes(db, found.id),
    )


def _outcomes(db: Db, import_id: int) -> dict[str, int]:
    """How many of the rows that are saved were present, absent and excused."""
    outcome = col(AttendanceImportRow.result)["attendance"].as_string()
    counted = db.execute(
        select(outcome, func.count())
        .where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE),
        )
        .group_by(outcome)
    )
    counts = {line[0]: line[1] for line in counted}
    return {status.value: counts.get(status.value, 0) for status in AttendanceStatus}


def people_named(db: Db, import_id: int) -> PeopleNamed:
    """Whom an import in review would make and whom it recognised: the first hundred of each."""
    person = col(AttendanceImportRow.participant_id)
    fresh = _first_rows(db, import_id, person.is_(None))
    recognised = _first_rows(db, import_id, person.is_not(None))
    known = people_seen(db, {row.participant_id for row in recognised if row.participant_id is not None})
    places = {place.code: place.name for place in reference.kelurahan(db)}

    def named(row: AttendanceImportRow) -> NamedPerson:
        values = row.result["values"]
        return NamedPerson(
            row.number,
            values.get("name", ""),
            place_said(values, places),
            known.get(row.participant_id or 0),
        )

    return PeopleNamed(tuple(map(named, fresh)), tuple(map(named, recognised)))


def _first_rows(db: Db, import_id: int, condition: ColumnElement[bool]) -> Sequence[AttendanceImportRow]:
    return db.scalars(
        select(AttendanceImportRow)
        .where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE),
            condition,
        )
        .order_by(col(AttendanceImportRow.number))
        .limit(FIRST_NAMES)
    ).all()


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
