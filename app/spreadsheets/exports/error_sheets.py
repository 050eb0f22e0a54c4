"""Write the rows of an import that need attention (perbaikan) as a workbook to correct and upload again.

It must be read like the original: columns that a user named have headings that are detected, and what a row took from
other rows (a section, a ditto, a blank mark) is written out by the caller.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.excel import set_up_print, workbook_bytes
from app.i18n import LANGUAGES, N_, Translator, translator
from app.people.remarks import Level, Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.outside_places import ELSEWHERE
from app.spreadsheets.detected_table import PART_SIZE, Column
from app.spreadsheets.exports.excel_cells import TEXT_FORMAT, ChoiceLists, write_heading, write_table_cell
from app.spreadsheets.exports.field_headings import FIELDS, HEADINGS, MARKS
from app.spreadsheets.remark_texts import remark_text
from app.spreadsheets.row_labels import row_label
from app.spreadsheets.tables.columns.headings import heading_field

REGISTRATION_FIELDS = ("name", "kelurahan", "target_group")
REQUIRED_FIELDS = (*REGISTRATION_FIELDS, "attendance")
"""Fields without which a row can't be imported; their columns are always there, to be filled in."""

REGISTRATION_TITLE = N_("Upload to “Register a list”")
"""The sheet's name (at most 31 characters) if people are to be registered; it says where to upload it."""

_FILLS: Mapping[Level, PatternFill] = {
    "error": PatternFill("solid", fgColor="F6C6C0"),
    "review": PatternFill("solid", fgColor="FBE3A6"),
    "warning": PatternFill("solid", fgColor="E3EDF7"),
}
_MOST_URGENT_FIRST: tuple[Level, ...] = ("error", "review", "warning")
_MAX_WIDTH = 34
_REASON_WIDTH = 70
_PADDING = 3
"""Widths in characters."""


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A row to correct. `number` is its row in the uploaded sheet; `cells` are the original or corrected ones."""

    number: int
    cells: Mapping[str, Cell]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """The table to correct. `columns` are the uploaded sheet's; `kelurahan` and `target_groups` are names to offer.

    `required` are the fields whose columns are always there.
    """

    columns: tuple[Column, ...]
    rows: tuple[ErrorRow, ...]
    kelurahan: tuple[str, ...]
    target_groups: tuple[str, ...]
    required: tuple[str, ...] = REQUIRED_FIELDS


def write_error_sheet(sheet: ErrorSheet, _: Translator) -> bytes:
    """Return the .xlsx file: row numbers, the sheet's columns with faulty cells coloured, and the reasons.

    `sheet` has at least one row.
    """
    headings = error_sheet_headings(sheet.columns, sheet.rows, _, sheet.required)
    book = Workbook()
    page = book.worksheets[0]
    page.title = _(REGISTRATION_TITLE) if sheet.required == REGISTRATION_FIELDS else _("To correct")
    for index, text in enumerate((_("Row"), *headings.values(), _("What to correct")), 1):
        write_heading(page, 1, index, text)
    for line, row in enumerate(sheet.rows, 2):
        _write_row(page, line, row, list(headings), _)
    _add_drop_downs(book, page, sheet, list(headings), _)
    _set_up_page(page, headings, sheet.rows)
    return workbook_bytes(book)


def is_registration_sheet(title: str) -> bool:
    """Return whether a sheet's name is that of a corrected list of people to register, in any language."""
    return title in {translator(language)(REGISTRATION_TITLE) for language in LANGUAGES}


def error_sheet_headings(
    columns: Sequence[Column], rows: Sequence[ErrorRow], _: Translator, required: Sequence[str]
) -> dict[str, str]:
    """Return the heading of each field: the sheet's own if it is detected as that field, else the service's.

    Several columns of one field (Hadir | Izin | Tidak) become one, as their marks are one text.
    """
    headings: dict[str, str] = {}
    for column in columns:
        if column.field and column.field in headings:
            headings[column.field] = _(HEADINGS[column.field])
        elif column.field:
            known = heading_field(column.header) == column.field
            headings[column.field] = column.header if known else _(HEADINGS[column.field])
    used = {field for row in rows for field in row.cells}
    missing = [field for field in FIELDS if field in used.union(required) and field not in headings]
    return headings | {field: _(HEADINGS[field]) for field in missing}


def _write_row(page: Worksheet, line: int, row: ErrorRow, fields: Sequence[str], _: Translator) -> None:
    """Write a row at `line`: its number, the fields' cells coloured by their most urgent remark, and the reasons."""
    number = row.number if row.number < PART_SIZE else row_label(row.number, _)
    write_table_cell(page, line, 1, number, centred=True)
    for index, field in enumerate(fields, 2):
        cell = write_table_cell(page, line, index, row.cells.get(field))
        if field == "nik":
            cell.number_format = TEXT_FORMAT  # typed anew as text, it loses no digits
        level = _level(row.remarks, field)
        if level is not None:
            cell.fill = _FILLS[level]
    urgent_first = sorted(row.remarks, key=lambda remark: _MOST_URGENT_FIRST.index(remark.level))
    reasons = "\n".join(_reason(remark, _) for remark in urgent_first)
    write_table_cell(page, line, len(fields) + 2, reasons)


def _level(remarks: Collection[Remark], field: str) -> Level | None:
    """Return the most urgent level of the remarks on a field, None if there are none."""
    levels = {remark.level for remark in remarks if remark.field == field}
    return next((level for level in _MOST_URGENT_FIRST if level in levels), None)


def _reason(remark: Remark, _: Translator) -> str:
    """Return a remark's sentence, with the names of the kelurahan to choose from in brackets."""
    places = [candidate.label for candidate in remark.candidates if candidate.kind == "kelurahan"]
    text = remark_text(remark, _)
    return f"{text} ({', '.join(places)})" if places else text


def _add_drop_downs(
    book: Workbook, page: Worksheet, sheet: ErrorSheet, fields: Sequence[str], _: Translator
) -> None:
    """Add drop-downs for kelurahan, target group and attendance to the columns that the sheet has."""
    lists = ChoiceLists(book, _("Choices"))
    choices = {
        "kelurahan": [*sheet.kelurahan, ELSEWHERE],
        "target_group": sheet.target_groups,
        "attendance": [_(text) for text in MARKS.values()],
    }
    for field, offered in choices.items():
        if field not in fields:
            continue
        letter = get_column_letter(fields.index(field) + 2)
        drop_down = lists.drop_down(offered)
        drop_down.add(f"{letter}2:{letter}{len(sheet.rows) + 1}")
        page.add_data_validation(drop_down)


def _set_up_page(page: Worksheet, headings: Mapping[str, str], rows: Sequence[ErrorRow]) -> None:
    """Set the widths of the columns, freeze the header and the row numbers, and set up printing."""
    for index, (field, heading) in enumerate(headings.items(), 2):
        longest = max(len(cell_text(row.cells.get(field))) for row in rows)
        width = min(_MAX_WIDTH, max(longest, *map(len, heading.split())) + _PADDING)
        page.column_dimensions[get_column_letter(index)].width = width
    page.column_dimensions[get_column_letter(len(headings) + 2)].width = _REASON_WIDTH
    page.freeze_panes = "B2"
    page.sheet_view.showGridLines = False
    set_up_print(page, 1, 1)
