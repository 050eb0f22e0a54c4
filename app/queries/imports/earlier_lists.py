"""The list that was saved last for a session, of which a new upload may be the correction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import col, or_, select

from app.database import Db
from app.models import AttendanceImport, AttendanceImportRow, ImportPurpose, ImportStatus, UploadedFile
from app.nik_vault import NikVault
from app.people.values.cells import Cell, cell_text
from app.queries.imports.rows import row_cells
from app.queries.imports.stored_files import is_kept
from app.spreadsheets.attendance.rows import EarlierRow

MAX_COMPARED_ROWS = 2_000
"""Rows of a longer list are not compared with those of the same number: that would take as long as reading it."""


@dataclass(frozen=True)
class AnsweredRow:
    """A row of a saved list about which staff decided, or of which they corrected the cells named in `corrected`.

    `participant_id` is the person whom the row was found to name, or who was created from it; of a row that repeats
    another, that row's.
    """

    number: int
    cells: dict[str, Cell]
    corrected: tuple[str, ...]
    decision: dict[str, Any] | None
    participant_id: int | None


def find_earlier_import(db: Db, workshop_session_id: int, purpose: ImportPurpose) -> AttendanceImport | None:
    """Return the session's list of this purpose that was committed last and not undone, or None."""
    return db.exec(
        select(AttendanceImport)
        .where(
            AttendanceImport.workshop_session_id == workshop_session_id,
            AttendanceImport.purpose == purpose,
            AttendanceImport.status == ImportStatus.COMMITTED,
        )
        .order_by(col(AttendanceImport.committed_at).desc(), col(AttendanceImport.id).desc())
    ).first()


def load_earlier_rows(
    db: Db, vault: NikVault, workshop_session_id: int, purpose: ImportPurpose
) -> dict[int, EarlierRow]:
    """Return the rows about people of the list that was saved last, by number; none of a very long list."""
    earlier = find_earlier_import(db, workshop_session_id, purpose)
    if earlier is None or earlier.counts.get("rows", 0) > MAX_COMPARED_ROWS:
        return {}
    rows = db.exec(
        select(AttendanceImportRow).where(
            AttendanceImportRow.attendance_import_id == earlier.id,
            col(AttendanceImportRow.participant_id).is_not(None),
            col(AttendanceImportRow.of_number).is_(None),
        )
    )
    return {
        row.number: EarlierRow(
            {field: cell_text(cell).strip() for field, cell in row_cells(row, vault).items()},
            row.participant_id,
            row.result["values"].get("phone"),
        )
        for row in rows
        if row.participant_id is not None
    }


def list_answered_rows(db: Db, vault: NikVault, import_id: int) -> list[AnsweredRow]:
    """Return the rows about which staff decided or whose cells they corrected, in the list's order."""
    row = AttendanceImportRow
    # No decision is stored as the JSON document null.
    is_decided = cast(col(row.decision), String) != "null"
    rows = db.exec(
        select(row)
        .where(
            row.attendance_import_id == import_id,
            or_(is_decided, col(row.corrected) != []),
        )
        .order_by(col(row.number))
    ).all()
    repeated = {stored.of_number for stored in rows if stored.of_number is not None}
    repeated_rows = db.exec(
        select(row.number, row.participant_id).where(
            row.attendance_import_id == import_id, col(row.number).in_(repeated)
        )
    )
    people: dict[int, int | None] = dict(repeated_rows.all())
    return [
        AnsweredRow(
            stored.number,
            row_cells(stored, vault),
            tuple(stored.corrected),
            stored.decision,
            stored.participant_id or people.get(stored.of_number or 0),
        )
        for stored in rows
        if stored.decision or stored.corrected
    ]


def load_file(db: Db, vault: NikVault, attendance_import: AttendanceImport) -> tuple[str, bytes]:
    """Return the name and the content of an import's file, which is empty once it is not kept any more."""
    uploaded_file = db.get_one(UploadedFile, attendance_import.uploaded_file_id)
    content = vault.decrypt_bytes(uploaded_file.content) if is_kept(uploaded_file) else b""
    return uploaded_file.name, content
