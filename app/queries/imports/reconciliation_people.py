"""Who is behind a step of a session's reconciliation: row by row of its sheets, or marked at the venue."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select
from sqlmodel import col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Participant,
    Registration,
    UploadedFile,
)
from app.permissions import Actor, Permission
from app.queries.imports.people import ABOUT_PEOPLE
from app.queries.imports.reconciliation import has_place, of_session, said_by_row, saved
from app.queries.workshops.workshop_sessions import WorkshopSessionView, get_workshop_session_view

Step = Literal["rows", "repeated", "gone", "otherwise", "elsewhere"]
"""From the saved sheets to those present, as `SaidPresent` counts them."""

Said = Literal["present", "absent", "excused", "unsaid"]
"""What one sheet says of somebody's attendance."""

PRESENT = AttendanceStatus.PRESENT.value


@dataclass(frozen=True)
class PersonBehind:
    """`registration` is the code of a place in the session, `outcome` what is recorded now, None where there is none.

    `import_id`, `file_name` and `row` lead to the sheet that says something of the person.
    """

    name: str
    registration: str | None
    outcome: AttendanceStatus | None
    import_id: int | None = None
    file_name: str | None = None
    row: int | None = None


@dataclass(frozen=True)
class PeopleBehind:
    workshop_session: WorkshopSessionView
    people: tuple[PersonBehind, ...]


def people_of_step(db: Db, actor: Actor, code: str, step: Step, limit: int) -> PeopleBehind:
    """The first of them. Raises `Forbidden`, and `NotFound` where the session isn't within reach."""
    held = _session(db, actor, code)
    if step == "elsewhere":
        return _found(db, held, _elsewhere(held.id), limit)
    rows = _rows(held.id, *saved(held.id), said_by_row() == PRESENT)
    there = rows.c.registration.is_not(None)
    behind: dict[str, list[ColumnElement[bool]]] = {
        "rows": [],
        "gone": [~there],
        "repeated": [there, rows.c.nth > 1],
        "otherwise": [there, rows.c.nth == 1, rows.c.outcome.is_distinct_from(PRESENT)],
    }
    return _found(db, held, _in_order(rows).where(*behind[step]), limit)


def people_of_sheet(db: Db, actor: Actor, code: str, import_id: int, said: Said, limit: int) -> PeopleBehind:
    """Those of whom one sheet says this. Raises as `people_of_step`."""
    held = _session(db, actor, code)
    says = said_by_row().is_(None) if said == "unsaid" else said_by_row() == said
    rows = _rows(held.id, *of_session(held.id), col(AttendanceImport.id) == import_id, says)
    return _found(db, held, _in_order(rows), limit)


def _session(db: Db, actor: Actor, code: str) -> WorkshopSessionView:
    actor.require(Permission.ATTENDANCE_WRITE)
    return get_workshop_session_view(db, actor, code, Permission.ATTENDANCE_WRITE)


def _found(
    db: Db, held: WorkshopSessionView, statement: Select[*tuple[Any, ...]], limit: int
) -> PeopleBehind:
    return PeopleBehind(held, tuple(PersonBehind(*line) for line in db.execute(statement.limit(limit))))


def _rows(session_id: int, *conditions: ColumnElement[bool]) -> Subquery:
    """Rows about people, each with its person's place in the session; it is the `nth` about them."""
    row, registration = AttendanceImportRow, col(Registration.id)
    order = (col(AttendanceImport.id), col(row.number))
    return (
        select(
            col(row.result)[("values", "name")].as_string().label("name"),
            col(Registration.code).label("registration"),
            col(Attendance.status).label("outcome"),
            col(AttendanceImport.id).label("import_id"),
            col(UploadedFile.name).label("file_name"),
            col(row.number).label("row"),
            func.row_number().over(partition_by=registration, order_by=order).label("nth"),
        )
        .select_from(row)
        .join(AttendanceImport, col(AttendanceImport.id) == col(row.attendance_import_id))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .outerjoin(
            Registration,
            and_(col(Registration.participant_id) == col(row.participant_id), has_place(session_id)),
        )
        .outerjoin(Attendance, col(Attendance.registration_id) == registration)
        .where(*conditions, col(row.kind).in_(ABOUT_PEOPLE))
        .subquery()
    )


def _in_order(rows: Subquery) -> Select[*tuple[Any, ...]]:
    """As a `PersonBehind` takes them."""
    shown = ("name", "registration", "outcome", "import_id", "file_name", "row")
    return select(*(rows.c[name] for name in shown)).order_by(rows.c.import_id, rows.c.row)


def _elsewhere(session_id: int) -> Select[*tuple[Any, ...]]:
    """The people present of whom no saved sheet says so."""
    said_present = (
        select(col(AttendanceImportRow.participant_id))
        .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
        .where(
            *saved(session_id),
            col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE),
            col(AttendanceImportRow.participant_id).is_not(None),
            said_by_row() == PRESENT,
        )
    )
    return (
        select(col(Participant.name), col(Registration.code), col(Attendance.status))
        .join(Registration, col(Registration.participant_id) == col(Participant.id))
        .join(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            has_place(session_id),
            col(Attendance.status) == AttendanceStatus.PRESENT,
            col(Participant.id).not_in(said_present),
        )
        .order_by(col(Participant.name), col(Participant.id))
    )
