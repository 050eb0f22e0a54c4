"""The people of an import: new people, known people, and registered people whom the sheet does not list."""

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
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.imports.attendance_imports import AttendanceImportView
from app.queries.imports.review import place_text
from app.queries.imports.rows import WRITTEN
from app.queries.in_values import in_values
from app.queries.people.participants import PersonSummary, get_person_summaries
from app.queries.people.records import shown_name
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED

ABOUT_PEOPLE = (RowKind.CREATE, RowKind.UPDATE, RowKind.UNCHANGED)
NOT_SAVED = (RowKind.REVIEW, RowKind.ERROR, RowKind.SKIP)
MAX_LISTED_PEOPLE = 100


@dataclass(frozen=True)
class PeopleCounts:
    """How many people an import creates, how many are known already, and how many it does not list.

    `present`, `absent` and `excused` count the rows that a commit writes or has written. `unlisted` counts registered
    people without an outcome who are not on the sheet, while the import is in review; `marked_absent` counts the people
    whom the commit marked absent. `missing` counts the people whose attendance an earlier list recorded and who are not
    on the sheet, while the import is in review; `removed` those whose attendance the commit removed.
    """

    new: int
    known: int
    present: int
    absent: int
    excused: int
    unlisted: int
    marked_absent: int
    missing: int = 0
    removed: int = 0


@dataclass(frozen=True)
class ListedPerson:
    """A person in row `number`, with the name and place of the sheet. `known` is the matched person, or None."""

    number: int
    name: str
    place: str
    known: PersonSummary | None


@dataclass(frozen=True)
class MissingPerson:
    """A person whom an earlier list names and a corrected one doesn't, with the attendance recorded now."""

    name: str
    registration: str
    attendance: AttendanceStatus


@dataclass(frozen=True)
class FirstPeople:
    """The first new people and the first known people of an import, in the sheet's order."""

    new: tuple[ListedPerson, ...]
    known: tuple[ListedPerson, ...]


@dataclass(frozen=True)
class LaterImport:
    """A list committed after an import. `people` counts the import's people that it lists again without a change."""

    import_id: int
    file_name: str
    people: int


def count_people(db: Db, attendance_import: AttendanceImportView) -> PeopleCounts:
    """Return the numbers of an import's people.

    Before the commit, a row is new if no known person was matched; afterwards, if the commit created its person. The
    caller has loaded the import within the actor's scope. The database counts, as there may be a hundred thousand rows.
    """
    of_import = col(AttendanceImportRow.attendance_import_id) == attendance_import.id
    counts = select(func.count(), func.count(col(AttendanceImportRow.participant_id))).where(
        of_import, col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE)
    )
    rows, known = db.execute(counts).one()
    if attendance_import.status in (ImportStatus.COMMITTED, ImportStatus.UNDONE):
        known = rows - _count_created_people(db, attendance_import.id)
    saved_import = db.get_one(AttendanceImport, attendance_import.id)
    unlisted = missing = 0
    if attendance_import.status is ImportStatus.REVIEW and not attendance_import.registers:
        missing_people = select_missing_registrations(db, saved_import).subquery()
        missing = db.scalars(select(func.count()).select_from(missing_people)).one()
    if attendance_import.status is ImportStatus.REVIEW:
        statement = select_unlisted_registrations(db, attendance_import.id, saved_import.workshop_session_id)
        unlisted = db.scalars(select(func.count()).select_from(statement.subquery())).one()
    return PeopleCounts(
        new=rows - known,
        known=known,
        unlisted=unlisted,
        marked_absent=len(saved_import.others),
        missing=missing,
        removed=len(saved_import.removed),
        **count_outcomes(db, attendance_import.id),
    )


def count_outcomes(db: Db, import_id: int) -> dict[str, int]:
    """Return the number of rows about people that are "present", "absent" and "excused", with all three keys."""
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


def list_first_people(db: Db, actor: Actor, import_id: int) -> FirstPeople:
    """Return the first hundred new people and the first hundred known people of an import in review.

    New are the rows about people that were matched with no known person. The caller has checked that the import is
    within the actor's scope.
    """
    person = col(AttendanceImportRow.participant_id)
    new = _list_first_rows(db, import_id, person.is_(None))
    known = _list_first_rows(db, import_id, person.is_not(None))
    people = get_person_summaries(
        db, actor, {row.participant_id for row in known if row.participant_id is not None}
    )
    places = {place.code: place.name for place in reference.list_kelurahan(db)}

    def listed_person(row: AttendanceImportRow) -> ListedPerson:
        values = row.result["values"]
        return ListedPerson(
            row.number,
            values.get("name", ""),
            place_text(values, places),
            people.get(row.participant_id or 0),
        )

    return FirstPeople(tuple(map(listed_person, new)), tuple(map(listed_person, known)))


def _list_first_rows(db: Db, import_id: int, condition: ColumnElement[bool]) -> Sequence[AttendanceImportRow]:
    """Return the first hundred rows about people that fulfil the condition, in the sheet's order."""
    return db.scalars(
        select(AttendanceImportRow)
        .where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE),
            condition,
        )
        .order_by(col(AttendanceImportRow.number))
        .limit(MAX_LISTED_PEOPLE)
    ).all()


def _count_created_people(db: Db, import_id: int) -> int:
    """Return how many people the commit of an import created; only meaningful after the commit."""
    person_before = col(AttendanceImportRow.before)["person"].as_string()
    return db.scalars(
        select(func.count()).where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.kind) == RowKind.CREATE,
            person_before.is_(None),
        )
    ).one()


def select_unlisted_registrations(db: Db, import_id: int, workshop_session_id: int) -> Select[int]:
    """Return a statement that selects the ids of registrations whose people are not on the sheet.

    They are the session's registrations, confirmed or walk-in, without an outcome. It leaves out people who may be
    meant by a row that needs attention or is skipped: they have the row's name, or one of its remarks offers them. One
    query reads these rows first.
    """
    unlisted = (
        select(col(Registration.id))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == workshop_session_id,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            col(Attendance.registration_id).is_(None),
        )
    )
    return _leave_out_listed(db, import_id, unlisted)


def select_missing_registrations(db: Db, attendance_import: AttendanceImport) -> Select[int]:
    """Return a statement that selects the registrations that have their attendance from a list which this one corrects.

    These are earlier lists that name somebody of this one; the people selected are on them and not on this one. Leaves
    out the same people as `select_unlisted_registrations`.
    """
    own_people = select(col(AttendanceImportRow.participant_id)).where(
        col(AttendanceImportRow.attendance_import_id) == attendance_import.id,
        col(AttendanceImportRow.participant_id).is_not(None),
    )
    earlier_row = aliased(AttendanceImportRow)
    repeated = (
        select(col(earlier_row.attendance_import_id))
        .join(AttendanceImport, col(AttendanceImport.id) == col(earlier_row.attendance_import_id))
        .where(
            col(AttendanceImport.workshop_session_id) == attendance_import.workshop_session_id,
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
            col(AttendanceImport.id) != attendance_import.id,
            col(earlier_row.kind).in_(ABOUT_PEOPLE),
            col(earlier_row.participant_id).in_(own_people),
        )
    )
    missing = (
        select(col(Registration.id))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .join(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == attendance_import.workshop_session_id,
            col(Attendance.attendance_import_id).in_(repeated),
        )
    )
    if never_listed := _list_registrations_marked_absent(db, attendance_import.workshop_session_id):
        missing = missing.where(~in_values(db, col(Registration.id), never_listed))
    return _leave_out_listed(db, attendance_import.id, missing)


def _list_registrations_marked_absent(db: Db, session_id: int) -> set[int]:
    """Return the registrations that a session's lists marked absent because they don't list the people."""
    others = select(col(AttendanceImport.others)).where(
        col(AttendanceImport.workshop_session_id) == session_id,
        col(AttendanceImport.status) == ImportStatus.COMMITTED,
    )
    return {registration_id for ids in db.scalars(others) for registration_id in ids}


def list_missing_people(db: Db, import_id: int) -> list[MissingPerson]:
    """Return the first hundred people whom an earlier list names and this one, in review, doesn't, by name."""
    attendance_import = db.get_one(AttendanceImport, import_id)
    missing = select_missing_registrations(db, attendance_import)
    people = db.execute(
        select(shown_name(), col(Registration.code), col(Attendance.status))
        .select_from(Participant)
        .join(Registration, col(Registration.participant_id) == col(Participant.id))
        .join(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(col(Registration.id).in_(missing))
        .order_by(shown_name(), col(Participant.id))
        .limit(MAX_LISTED_PEOPLE)
    )
    return [MissingPerson(*person) for person in people]


def _leave_out_listed(db: Db, import_id: int, registrations: Select[int]) -> Select[int]:
    """Return the statement without the people whom the sheet lists, or whom an unsaved row may mean."""
    of_import = col(AttendanceImportRow.attendance_import_id) == import_id
    listed = select(col(AttendanceImportRow.participant_id)).where(
        of_import, col(AttendanceImportRow.participant_id).is_not(None)
    )
    unlisted = registrations.where(col(Participant.id).not_in(listed))
    unsaved_rows = db.execute(
        select(col(AttendanceImportRow.result), col(AttendanceImportRow.messages)).where(
            of_import, col(AttendanceImportRow.kind).in_(NOT_SAVED)
        )
    ).all()
    if names := {name for result, _ in unsaved_rows if (name := result["values"].get("name_key"))}:
        unlisted = unlisted.where(~in_values(db, col(Participant.name_key), names))
    if offered := {person for _, remarks in unsaved_rows for person in _offered_person_ids(remarks)}:
        unlisted = unlisted.where(~in_values(db, col(Participant.id), offered))
    return unlisted


def _offered_person_ids(remarks: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    """Yield the ids of the people that stored remarks offer as candidates."""
    for remark in remarks:
        for candidate in remark["candidates"]:
            if candidate["kind"] == "person":
                yield candidate["value"]


def list_later_imports(db: Db, attendance_import: AttendanceImportView) -> list[LaterImport]:
    """Return the session's imports committed later that list people of this import without changing them, by id.

    Undoing this import deletes the attendance of these people, although the later lists name them too. The import must
    be a committed one.
    """
    written_row = aliased(AttendanceImportRow)
    own_people = select(col(written_row.participant_id)).where(
        col(written_row.attendance_import_id) == attendance_import.id, col(written_row.kind).in_(WRITTEN)
    )
    later = (
        select(col(AttendanceImport.id), col(UploadedFile.name), func.count())
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .where(
            col(WorkshopSession.code) == attendance_import.session_code,
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
            col(AttendanceImport.committed_at) > attendance_import.committed_at,
            col(AttendanceImportRow.kind) == RowKind.UNCHANGED,
            col(AttendanceImportRow.participant_id).in_(own_people),
        )
        .group_by(col(AttendanceImport.id), col(UploadedFile.name))
        .order_by(col(AttendanceImport.id))
    )
    return [LaterImport(*line) for line in db.execute(later)]
