"""NIKs that are masked in a sheet to correct, and put back when the sheet is uploaded again.

A masked cell names the row that it came from: "••••••••••••0001 [7/15]" is the NIK of row 15 of import 7.
"""

import re
from dataclasses import replace

from sqlmodel import col, select

from app.database import Db
from app.models import AttendanceImport, AttendanceImportRow, WorkshopSession
from app.nik_vault import NikVault
from app.people.values.cells import Cell, cell_text
from app.people.values.nik import contains_nik, mask_niks
from app.queries.imports.rows import row_cells
from app.queries.in_values import in_values
from app.spreadsheets.detected_table import DetectedTable

_MASKED = re.compile(r"•+(?P<last>\d{4})\s*\[(?P<import_id>\d{1,9})/(?P<number>\d{1,9})\]")
Reference = tuple[int, int]


def mask_cell(field: str, cell: Cell, reference: Reference) -> Cell:
    """Return a cell with NIKs masked; one of the field "nik" also names its import and row, to be put back."""
    text = cell_text(cell)
    if not contains_nik(text):
        return cell
    return f"{mask_niks(text)} [{reference[0]}/{reference[1]}]" if field == "nik" else mask_niks(text)


def restore_masked_niks(
    read_db: Db, vault: NikVault, workshop_session: WorkshopSession, sheet: DetectedTable
) -> DetectedTable:
    """Return the sheet with masked NIKs replaced by those of the rows that they name.

    Only rows of imports of the same workshop are asked, and only if the last four digits are the same. A cell whose NIK
    can't be found any more is left as it is, which is read as blank.
    """
    masked = {row.number: found for row in sheet.rows if (found := _MASKED.search(str(row.cells.get("nik"))))}
    if not masked:
        return sheet
    references = {number: (int(found["import_id"]), int(found["number"])) for number, found in masked.items()}
    cells = _load_nik_cells(read_db, vault, workshop_session, set(references.values()))

    def restored(number: int, cell: Cell) -> Cell:
        original = cells.get(references[number])
        return original if cell_text(original).endswith(masked[number]["last"]) else cell

    rows = (
        replace(row, cells={**row.cells, "nik": restored(row.number, row.cells["nik"])})
        if row.number in masked
        else row
        for row in sheet.rows
    )
    return replace(sheet, rows=tuple(rows))


def _load_nik_cells(
    read_db: Db, vault: NikVault, workshop_session: WorkshopSession, references: set[Reference]
) -> dict[Reference, Cell]:
    """Return the cells of the field "nik" by import and row: of these rows, if their import is the workshop's."""
    of_workshop = (
        select(col(AttendanceImport.id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .where(col(WorkshopSession.workshop_id) == workshop_session.workshop_id)
    )
    imports = {import_id for import_id, _ in references}
    rows = read_db.exec(
        select(AttendanceImportRow).where(
            col(AttendanceImportRow.attendance_import_id).in_(of_workshop),
            in_values(read_db, col(AttendanceImportRow.attendance_import_id), imports),
            in_values(read_db, col(AttendanceImportRow.number), {number for _, number in references}),
        )
    )
    return {(row.attendance_import_id, row.number): row_cells(row, vault).get("nik") for row in rows}
