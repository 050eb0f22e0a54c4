"""Shared uploads: the imports of several sessions of a workshop that read the same uploaded file."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import wita
from app.models import AttendanceImport, AttendanceImportRow, ImportPurpose, ImportStatus
from app.people.remarks import Remark
from app.permissions import Actor
from app.queries.imports.attendance_imports import (
    AttendanceImportView,
    get_sheet_summaries,
    list_attendance_imports,
)
from app.queries.imports.people import count_outcomes
from app.queries.imports.questions import list_file_questions
from app.queries.in_values import in_values
from app.queries.workshops.workshop_sessions import WorkshopSessionView, list_workshop_sessions
from app.spreadsheets.detected_table import day_captions_from_json
from app.spreadsheets.tables.columns.day_columns import propose_label

SHEETS_UNREAD = "sheets-unread"
# The statuses of an import that reads a sheet of the file, or has read it.
ACTIVE = (ImportStatus.READING, ImportStatus.REVIEW, ImportStatus.COMMITTING, ImportStatus.COMMITTED)
IN_REVIEW = (ImportStatus.REVIEW,)
UNCOMMITTED = (ImportStatus.REVIEW, ImportStatus.COMMITTING)


@dataclass(frozen=True)
class SharedImport:
    """The import of one session in a shared upload.

    `outcomes` counts the rows about people by their attendance. `questions` are those about its whole list.
    """

    attendance_import: AttendanceImportView
    outcomes: dict[str, int]
    questions: tuple[Remark, ...]

    @property
    def open_count(self) -> int:
        """The number of rows that need attention, and of questions about the whole list."""
        if self.attendance_import.status is not ImportStatus.REVIEW:
            return 0
        return self.attendance_import.open_rows + len(self.questions)


@dataclass(frozen=True)
class SessionProposal:
    """What a file would be read for: a session of the workshop, with the sheet and the day's column to read.

    None means that the reader chooses by the session's date. `shared` is the import that reads the file for the session
    already, or None. `chosen` tells that the file seems to have a list of this session, or is read for it.
    """

    workshop_session: WorkshopSessionView
    sheet: str | None
    day_column: str | None
    shared: AttendanceImportView | None
    chosen: bool

    @property
    def is_fixed(self) -> bool:
        """Whether the session's import is past its review."""
        return self.shared is not None and self.shared.status is not ImportStatus.REVIEW


def list_shared_imports(db: Db, actor: Actor, attendance_import: AttendanceImportView) -> list[SharedImport]:
    """Return the imports that read the same file, by their sessions' dates, always with this one.

    Those of other imports that were undone are left out, and lists of people to register. The outcomes of a single
    import are not counted.
    """
    imports = [
        shared
        for shared in list_attendance_imports(db, actor, uploaded_file_id=attendance_import.uploaded_file_id)
        if shared.id == attendance_import.id
        or (not shared.registers and shared.status is not ImportStatus.UNDONE)
    ]
    return [
        SharedImport(
            shared,
            count_outcomes(db, shared.id) if len(imports) > 1 else {},
            tuple(list_open_file_questions(db, shared)),
        )
        for shared in sorted(imports, key=lambda shared: (shared.session_starts_at, shared.id))
    ]


def list_open_file_questions(
    db: Db, attendance_import: AttendanceImport | AttendanceImportView, confirmed: Collection[str] = ()
) -> list[Remark]:
    """Return the questions about the whole list of an import, without the `confirmed` codes (`list_file_questions`).

    That sheets are unread is answered once other sessions of the shared upload read all of them.
    """
    questions = list_file_questions(attendance_import.warnings, confirmed)
    if not any(question.code == SHEETS_UNREAD for question in questions):
        return questions
    unread = set(list_unread_sheets(attendance_import))
    if not unread or not unread <= _list_sheets_read(db, attendance_import):
        return questions
    return [question for question in questions if question.code != SHEETS_UNREAD]


def list_unread_sheets(attendance_import: AttendanceImport | AttendanceImportView) -> list[str]:
    """Return the sheets that list people and are not read; all other sheets if that was not found out."""
    summaries = (
        get_sheet_summaries(attendance_import)
        if isinstance(attendance_import, AttendanceImport)
        else attendance_import.sheet_summaries
    )
    unread = [summary["name"] for summary in summaries if summary["is_list"] and not summary["read"]]
    return unread or [sheet for sheet in attendance_import.sheets if sheet != attendance_import.sheet]


def _list_sheets_read(db: Db, attendance_import: AttendanceImport | AttendanceImportView) -> set[str]:
    """Return the sheets that imports of other sessions read of the same file, or have read."""
    sheets = select(col(AttendanceImport.sheet)).where(
        col(AttendanceImport.uploaded_file_id) == attendance_import.uploaded_file_id,
        col(AttendanceImport.id) != attendance_import.id,
        col(AttendanceImport.status).in_(ACTIVE),
    )
    return {sheet for sheet in db.scalars(sheets) if sheet}


def list_siblings(
    db: Db, attendance_import: AttendanceImport, statuses: Collection[ImportStatus] = IN_REVIEW
) -> Sequence[AttendanceImport]:
    """Return the imports that read the same file for other sessions and have one of these statuses.

    There are none for a list of people to register.
    """
    if attendance_import.purpose is not ImportPurpose.ATTENDANCE:
        return ()
    return db.scalars(
        select(AttendanceImport)
        .where(
            col(AttendanceImport.uploaded_file_id) == attendance_import.uploaded_file_id,
            col(AttendanceImport.id) != attendance_import.id,
            col(AttendanceImport.purpose) == ImportPurpose.ATTENDANCE,
            col(AttendanceImport.status).in_(statuses),
        )
        .order_by(col(AttendanceImport.id))
    ).all()


def list_sibling_rows(
    db: Db,
    attendance_import: AttendanceImport,
    rows: Iterable[AttendanceImportRow],
    statuses: Collection[ImportStatus] = IN_REVIEW,
) -> list[tuple[AttendanceImport, Sequence[AttendanceImportRow]]]:
    """Return the imports that read the same sheet of the same file, each with its rows about the people of `rows`.

    A row is about the same person if its number and its judged name are the same: with other columns or joined sheets a
    number alone may be another's. Rows without a name are about nobody. Imports with other statuses, or without such a
    row, are left out.
    """
    names = {row.number: name for row in rows if (name := judged_name(row))}
    found: list[tuple[AttendanceImport, Sequence[AttendanceImportRow]]] = []
    for sibling in list_siblings(db, attendance_import, statuses):
        if sibling.sheet != attendance_import.sheet:
            continue
        same_rows = db.scalars(
            select(AttendanceImportRow)
            .where(
                col(AttendanceImportRow.attendance_import_id) == sibling.id,
                in_values(db, col(AttendanceImportRow.number), names),
            )
            .order_by(col(AttendanceImportRow.number))
        )
        if about_same := [row for row in same_rows if judged_name(row) == names[row.number]]:
            found.append((sibling, about_same))
    return found


def judged_name(row: AttendanceImportRow) -> str:
    """Return the key of the name that a row was judged to have, "" without one."""
    return str(row.result["values"].get("name_key", ""))


def _propose_sheet(attendance_import: AttendanceImportView, day: date, position: int) -> str | None:
    """Return the sheet that states the day, or else has it or its number in its name; None if none or several do."""
    if len(attendance_import.sheets) < 2:
        return None
    lists = [summary for summary in attendance_import.sheet_summaries if summary["is_list"]]
    dated = [summary["name"] for summary in lists if summary["stated_date"] == day.isoformat()]
    if len(dated) == 1:
        return str(dated[0])
    names = [str(summary["name"]) for summary in lists] or attendance_import.sheets
    return propose_label(names, day, position)


def _propose_day(attendance_import: AttendanceImportView, day: date, position: int) -> str | None:
    """Return the column or caption that names the day, or else its number; None if none or several do."""
    captions = day_captions_from_json(attendance_import.day_captions)
    dated = [one.text for one in captions if one.first and one.last and one.first <= day <= one.last]
    if len(dated) == 1:
        return dated[0]
    return propose_label(attendance_import.day_columns, day, position)


def list_session_proposals(
    db: Db, actor: Actor, attendance_import: AttendanceImportView
) -> list[SessionProposal]:
    """Return for each session of the workshop that takes place from which sheet and column it would be read.

    Sheets and columns are matched with the sessions by date, else by the number of the day ("Hari II").
    """
    workshop_sessions = [
        workshop_session
        for workshop_session in list_workshop_sessions(db, actor, attendance_import.workshop_code)
        if workshop_session.cancelled_at is None
    ]
    shared_imports = {
        shared.attendance_import.session_code: shared.attendance_import
        for shared in list_shared_imports(db, actor, attendance_import)
        if shared.attendance_import.status in ACTIVE
    }
    days = sorted({wita(workshop_session.starts_at).date() for workshop_session in workshop_sessions})
    proposals = []
    for workshop_session in workshop_sessions:
        day = wita(workshop_session.starts_at).date()
        position = days.index(day) + 1
        sheet = _propose_sheet(attendance_import, day, position)
        day_column = _propose_day(attendance_import, day, position)
        if day_column and not sheet and len(attendance_import.sheets) > 1:
            sheet = attendance_import.sheet
        first, last = attendance_import.stated_date, attendance_import.stated_until
        is_stated = first is not None and first <= day <= (last or first)
        shared = shared_imports.get(workshop_session.code)
        proposal = SessionProposal(
            workshop_session, sheet, day_column, shared, bool(sheet or day_column or is_stated or shared)
        )
        if shared is not None:
            proposal = replace(
                proposal,
                sheet=shared.sheet if len(shared.sheets) > 1 else None,
                day_column=shared.day_column or day_column,
            )
        proposals.append(proposal)
    return proposals
