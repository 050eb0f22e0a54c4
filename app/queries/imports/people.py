"""The people of an import: new ones, known ones, and registered people whom it does not list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    ImportStatus,
    Participant,
    Registration,
    RowKind,
    UploadedFile,
    WorkshopSession,
)
from app.queries.areas import reference
from app.queries.imports.attendance_imports import AttendanceImportView
from app.queries.imports.review import place_text
from app.queries.imports.rows import WRITTEN
from app.queries.in_values import in_values
from app.queries.people.participants import PersonSummary, get_person_summaries
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED

ABOUT_PEOPLE = (RowKind.CREATE, RowKind.UPDATE, RowKind.UNCHANGED)
NOT_SAVED = (RowKind.REVIEW, RowKind.ERROR, RowKind.SKIP)
FIRST_NAMES = 100


@dataclass(frozen=True)
class PeopleFigures:
    """How many people an import brings, how many it recognised, and how many are registered but not on the sheet.

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
    """The person in row `number` as the sheet names them; `known` is the known person, if there is one."""

    number: int
    name: str
    place: str
    known: PersonSummary | None


@dataclass(frozen=True)
class PeopleNamed:
    """The first people who are new and the first who are known, in the sheet's order."""

    fresh: tuple[NamedPerson, ...]
    recognised: tuple[NamedPerson, ...]


@dataclass(frozen=True)
class ListedAgain:
    """A later committed list that names `people` of an import's people and had nothing to change of them."""

    import_id: int
    file_name: str
    people: int


def people_figures(db: Db, found: AttendanceImportView) -> PeopleFigures:
    """Return the counts of an import's people, counted in the database: it may have a hundred thousand rows."""
    of_import = col(AttendanceImportRow.attendance_import_id) == found.id
    named = select(func.count(), func.count(col(AttendanceImportRow.participant_id))).where(
        of_import, col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE)
    )
    rows, known = db.execute(named).one()
    if found.status in (ImportStatus.COMMITTED, ImportStatus.UNDONE):
        known = rows - _made_by(db, found.id)
    kept = db.get_one(AttendanceImport, found.id)
    not_listed = 0
    if found.status is ImportStatus.REVIEW:
        registrations = unlisted_registrations(db, found.id, kept.workshop_session_id).subquery()
        not_listed = db.scalars(select(func.count()).select_from(registrations)).one()
    return PeopleFigures(
        fresh=rows - known,
        recognised=known,
        unlisted=not_listed,
        marked_absent=len(kept.others),
        **_outcomes(db, found.id),
    )


def _outcomes(db: Db, import_id: int) -> dict[str, int]:
    """Return how many of the rows that are saved are present, absent and excused."""
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
    """Return the first hundred people whom an import in review would create, and of those it recognised."""
    person = col(AttendanceImportRow.participant_id)
    fresh = _first_rows(db, import_id, person.is_(None))
    recognised = _first_rows(db, import_id, person.is_not(None))
    known = get_person_summaries(
        db, {row.participant_id for row in recognised if row.participant_id is not None}
    )
    places = {place.code: place.name for place in reference.list_kelurahan(db)}

    def named(row: AttendanceImportRow) -> NamedPerson:
        values = row.result["values"]
        return NamedPerson(
            row.number,
            values.get("name", ""),
            place_text(values, places),
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
    """Return how many people a commit created."""
    person_before = col(AttendanceImportRow.before)["person"].as_string()
    return db.scalars(
        select(func.count()).where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.kind) == RowKind.CREATE,
            person_before.is_(None),
        )
    ).one()


def unlisted_registrations(db: Db, import_id: int, workshop_session_id: int) -> Select[int]:
    """Select the ids of the session's registrations without an outcome whose people the sheet does not list.

    A row that is not saved lists its namesakes, and the people whom its remarks offer.
    """
    of_import = col(AttendanceImportRow.attendance_import_id) == import_id
    named = select(col(AttendanceImportRow.participant_id)).where(
        of_import, col(AttendanceImportRow.participant_id).is_not(None)
    )
    found = (
        select(col(Registration.id))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == workshop_session_id,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            col(Attendance.registration_id).is_(None),
            col(Participant.id).not_in(named),
        )
    )
    unsaved = db.execute(
        select(col(AttendanceImportRow.result), col(AttendanceImportRow.messages)).where(
            of_import, col(AttendanceImportRow.kind).in_(NOT_SAVED)
        )
    ).all()
    if names := {name for result, _ in unsaved if (name := result["values"].get("name_key"))}:
        found = found.where(~in_values(db, col(Participant.name_key), names))
    if possible := {person for _, messages in unsaved for person in _people_offered(messages)}:
        found = found.where(~in_values(db, col(Participant.id), possible))
    return found


def _people_offered(messages: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    for message in messages:
        for candidate in message["candidates"]:
            if candidate["kind"] == "person":
                yield candidate["value"]


def listed_again(db: Db, found: AttendanceImportView) -> list[ListedAgain]:
    """Return the later lists of the session that name people of this import, whose attendance an undo deletes."""
    saved = aliased(AttendanceImportRow)
    own_people = select(col(saved.participant_id)).where(
        col(saved.attendance_import_id) == found.id, col(saved.kind).in_(WRITTEN)
    )
    later = (
        select(col(AttendanceImport.id), col(UploadedFile.name), func.count())
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .where(
            col(WorkshopSession.code) == found.session_code,
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
            col(AttendanceImport.committed_at) > found.committed_at,
            col(AttendanceImportRow.kind) == RowKind.UNCHANGED,
            col(AttendanceImportRow.participant_id).in_(own_people),
        )
        .group_by(col(AttendanceImport.id), col(UploadedFile.name))
        .order_by(col(AttendanceImport.id))
    )
    return [ListedAgain(*line) for line in db.execute(later)]
