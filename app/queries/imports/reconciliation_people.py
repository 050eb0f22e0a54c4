"""The people behind each figure of a session's reconciliation."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
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
from app.queries.imports.changes import ChangeTexts, FieldChange
from app.queries.imports.people import ABOUT_PEOPLE
from app.queries.imports.reconciliation import (
    is_attendance_import_of,
    is_committed_import_of,
    is_registered_for,
    row_attendance,
)
from app.queries.people.records import shown_name
from app.queries.workshops.workshop_sessions import WorkshopSessionView, get_workshop_session_view

Step = Literal["rows", "repeated", "gone", "otherwise", "elsewhere"]
"""A figure of `PresentRows`."""

SheetOutcome = Literal["present", "absent", "excused", "unsaid"]
"""The attendance of a row on one sheet; "unsaid" if the sheet does not say it."""

PRESENT = AttendanceStatus.PRESENT.value
# How many fields of a `ReconciledPerson` a query selects; the states of the row before and after its commit follow.
FIELDS = 6


@dataclass(frozen=True)
class ReconciledPerson:
    """A person of a figure.

    `registration` is the code of the person's registration and `outcome` the attendance that is recorded now; None if
    there is none. `import_id`, `file_name` and `row` tell which row of which sheet lists the person, and `changes` what
    that row changed of what was recorded before.
    """

    name: str
    registration: str | None
    outcome: AttendanceStatus | None
    import_id: int | None = None
    file_name: str | None = None
    row: int | None = None
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class ReconciledPeople:
    """The people of a figure, with the session."""

    workshop_session: WorkshopSessionView
    people: tuple[ReconciledPerson, ...]


def list_people_of_step(
    db: Db, actor: Actor, code: str, step: Step, limit: int, language: Language = "id"
) -> ReconciledPeople:
    """Return the first people who are counted by a figure of `PresentRows`, at most `limit`.

    They are in the order of the sheets (by id) and their rows, or for "elsewhere", without a sheet, by name. Raises
    `Forbidden` if the actor's role may not record attendance, `NotFound` out of the actor's scope.
    """
    workshop_session = _get_session(db, actor, code)
    if step == "elsewhere":
        return _list_people(db, workshop_session, _select_elsewhere(workshop_session.id), limit, language)
    rows = _rows_about_people(
        workshop_session.id, *is_committed_import_of(workshop_session.id), row_attendance() == PRESENT
    )
    is_registered = rows.c.registration.is_not(None)
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "rows": [],
        "gone": [~is_registered],
        "repeated": [is_registered, rows.c.nth > 1],
        "otherwise": [is_registered, rows.c.nth == 1, rows.c.outcome.is_distinct_from(PRESENT)],
    }
    selected = _select_in_order(rows).where(*conditions[step])
    return _list_people(db, workshop_session, selected, limit, language)


def list_people_of_sheet(
    db: Db,
    actor: Actor,
    code: str,
    import_id: int,
    outcome: SheetOutcome,
    limit: int,
    language: Language = "id",
) -> ReconciledPeople:
    """Return at most `limit` people with this attendance on one sheet, in the order of its rows.

    Empty if the session has no such attendance sheet. Raises like `list_people_of_step`.
    """
    workshop_session = _get_session(db, actor, code)
    has_outcome = row_attendance().is_(None) if outcome == "unsaid" else row_attendance() == outcome
    rows = _rows_about_people(
        workshop_session.id,
        *is_attendance_import_of(workshop_session.id),
        col(AttendanceImport.id) == import_id,
        has_outcome,
    )
    return _list_people(db, workshop_session, _select_in_order(rows), limit, language)


def _get_session(db: Db, actor: Actor, code: str) -> WorkshopSessionView:
    """Return the session for whose people the actor may record attendance. Raises like `list_people_of_step`."""
    actor.require(Permission.ATTENDANCE_WRITE)
    return get_workshop_session_view(db, actor, code, Permission.ATTENDANCE_WRITE)


def _list_people(
    db: Db,
    workshop_session: WorkshopSessionView,
    statement: Select[*tuple[Any, ...]],
    limit: int,
    language: Language,
) -> ReconciledPeople:
    texts = ChangeTexts(db, language)
    people = []
    for line in db.execute(statement.limit(limit)):
        person, states = ReconciledPerson(*line[:FIELDS]), line[FIELDS:]
        people.append(replace(person, changes=texts.compare_states(*states)) if states else person)
    return ReconciledPeople(workshop_session, tuple(people))


def _rows_about_people(session_id: int, *conditions: ColumnElement[bool]) -> Subquery:
    """Return the import rows about people that fulfil the conditions, with each person's registration or NULL.

    `nth` is the row's position among the rows of its registration, in the order of sheets and rows, from 1.
    """
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
            col(row.before).label("before"),
            col(row.after).label("after"),
            func.row_number().over(partition_by=registration, order_by=order).label("nth"),
        )
        .select_from(row)
        .join(AttendanceImport, col(AttendanceImport.id) == col(row.attendance_import_id))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .outerjoin(
            Registration,
            and_(col(Registration.participant_id) == col(row.participant_id), is_registered_for(session_id)),
        )
        .outerjoin(Attendance, col(Attendance.registration_id) == registration)
        .where(*conditions, col(row.kind).in_(ABOUT_PEOPLE))
        .subquery()
    )


def _select_in_order(rows: Subquery) -> Select[*tuple[Any, ...]]:
    """Select the fields of a `ReconciledPerson`, in the order of the sheets and their rows."""
    names = ("name", "registration", "outcome", "import_id", "file_name", "row", "before", "after")
    return select(*(rows.c[name] for name in names)).order_by(rows.c.import_id, rows.c.row)


def _select_elsewhere(session_id: int) -> Select[*tuple[Any, ...]]:
    """Select name, registration and outcome of the people present whom no committed sheet calls present, by name."""
    present_on_sheets = (
        select(col(AttendanceImportRow.participant_id))
        .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
        .where(
            *is_committed_import_of(session_id),
            col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE),
            col(AttendanceImportRow.participant_id).is_not(None),
            row_attendance() == PRESENT,
        )
    )
    return (
        select(shown_name(), col(Registration.code), col(Attendance.status))
        .select_from(Participant)
        .join(Registration, col(Registration.participant_id) == col(Participant.id))
        .join(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            is_registered_for(session_id),
            col(Attendance.status) == AttendanceStatus.PRESENT,
            col(Participant.id).not_in(present_on_sheets),
        )
        .order_by(shown_name(), col(Participant.id))
    )
