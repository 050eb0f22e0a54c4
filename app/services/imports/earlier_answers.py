"""Answers that staff gave about the session's last saved list, used again for the same rows of a new upload."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.database import Db
from app.errors import Problem
from app.models import AttendanceImport, ImportPurpose, WorkshopSession
from app.nik_vault import NikVault
from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.queries.imports.earlier_lists import AnsweredRow, find_earlier_import, list_answered_rows, load_file
from app.queries.imports.rows import Correction
from app.services.imports.column_mappings import read_with_remembered_columns
from app.services.imports.sheet_choices import SheetChoices
from app.spreadsheets.detected_table import DetectedTable

REUSED = "answers-reused"
# Of a larger file, corrected cells are not known as they were on the sheet, so only decisions are used again.
MAX_BYTES_READ_AGAIN = 256 * 1024

_Cells = tuple[tuple[str, str], ...]


def reuse_answers(
    read_db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    purpose: ImportPurpose,
    sheet: DetectedTable,
) -> tuple[DetectedTable, dict[int, Correction]]:
    """Return the answers for those rows of a sheet whose cells are the same as on the list that was saved last.

    The sheet is returned with a warning that says so, if there are any.
    """
    earlier = find_earlier_import(read_db, workshop_session.id, purpose)
    answered = list_answered_rows(read_db, vault, earlier.id) if earlier else []
    if earlier is None or not answered:
        return sheet, {}
    name, content = load_file(read_db, vault, earlier)
    cells = _cells_as_read(read_db, workshop_session, earlier, answered, content)
    corrections = {
        number: Correction({field: row.cells[field] for field in row.corrected}, _decision(row))
        for number, row in _pair_same_rows(answered, cells, sheet)
    }
    if not corrections:
        return sheet, {}
    warning = Remark("warning", None, REUSED, {"rows": len(corrections), "file": name})
    return replace(sheet, warnings=(*sheet.warnings, warning)), corrections


def _cells_as_read(
    read_db: Db,
    workshop_session: WorkshopSession,
    earlier: AttendanceImport,
    answered: Sequence[AnsweredRow],
    content: bytes,
) -> dict[int, _Cells]:
    """Return the cells of the answered rows as they are in the file, by row number.

    The file is read again if cells were corrected. Where it cannot be, rows with corrected cells are left out.
    """
    as_stored = {row.number: _comparable(row.cells) for row in answered if not row.corrected}
    if len(as_stored) == len(answered) or len(content) > MAX_BYTES_READ_AGAIN:
        return as_stored
    choices = SheetChoices.from_json(earlier.choices)
    try:
        sheet, _ = read_with_remembered_columns(read_db, workshop_session, content, choices, recall=False)
    except Problem:
        return as_stored
    numbers = {row.number for row in answered}
    return {row.number: _comparable(row.cells) for row in sheet.rows if row.number in numbers} | as_stored


def _pair_same_rows(
    answered: Iterable[AnsweredRow], cells: Mapping[int, _Cells], sheet: DetectedTable
) -> Iterable[tuple[int, AnsweredRow]]:
    """Yield each row number of the sheet whose cells are those of an answered row, with that row.

    Of several rows with the same cells only one of the same number is certain.
    """
    earlier_rows: defaultdict[_Cells, list[AnsweredRow]] = defaultdict(list)
    for row in answered:
        if row.number in cells:
            earlier_rows[cells[row.number]].append(row)
    numbers: defaultdict[_Cells, list[int]] = defaultdict(list)
    for sheet_row in sheet.rows:
        if (key := _comparable(sheet_row.cells)) in earlier_rows:
            numbers[key].append(sheet_row.number)
    for key, rows in earlier_rows.items():
        if len(rows) == 1 == len(numbers[key]):
            yield numbers[key][0], rows[0]
        else:
            yield from ((row.number, row) for row in rows if row.number in numbers[key])


def _comparable(cells: Mapping[str, Cell]) -> _Cells:
    texts = ((field, cell_text(cell).strip()) for field, cell in cells.items())
    return tuple(sorted((field, text) for field, text in texts if text))


def _decision(row: AnsweredRow) -> dict[str, Any] | None:
    """Return the decision with the person to whom it led, since "new" exists now, and rows have other numbers."""
    if not row.decision:
        return None
    person = row.decision.get("person")
    if person is None or isinstance(person, int):
        return row.decision
    return {**row.decision, "person": row.participant_id}
