"""Detect tables of a fixed form: lists of venues and tables of targets.

The header is found by its headings, and every row below it is a row of the table. `target_grid` and `venues` parse the
rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.people.values.cells import Cell, cell_text
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import Column, DetectedTable, SheetRow
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.formats.workbooks import read_grids
from app.spreadsheets.tables.columns.header import Header, find_header
from app.spreadsheets.tables.detection import detect_first_table

MAX_TARGETS = 500
MAX_VENUES = 2_000
KELURAHAN = "kelurahan"
_KELURAHAN_HEADINGS = {"kelurahan", "nama kelurahan", "kel", "desa kelurahan", "kelurahan desa"}
_VENUE_HEADINGS = {
    "name": {"nama", "nama tempat", "tempat", "lokasi", "name", "venue"},
    "kelurahan": _KELURAHAN_HEADINGS,
    "kind": {"jenis", "kind"},
    "wifi": {"wi fi publik gratis", "wi fi", "wifi", "free public wi fi"},
}


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of table: how its header is found, its limit of rows, and the codes of its failures.

    A row is the header if `heading_field` returns "name" for one of its texts. `fields` returns the fields of its
    columns by index, or none if a required column is missing.
    """

    heading_field: Callable[[str], str | None]
    fields: Callable[[Header], Mapping[int, str]]
    max_rows: int
    no_header: str
    no_rows: str
    too_many: str


def detect_target_table(content: bytes, *, trim: bool) -> DetectedTable:
    """Return the first table with rows and a column "Kelurahan" in a visible sheet, for `parse_target_table`.

    The first such column has the field "kelurahan", every other the text of its index. `trim` first removes cells far
    outside any list. Raises `SheetFailure`, "no-target-header" or "no-targets" if there is no such table.
    """
    return _detect(content, _TARGETS, trim=trim)


def detect_venue_table(content: bytes, *, trim: bool) -> DetectedTable:
    """Return the first table with rows and columns for the venue's name and kelurahan in a visible sheet.

    The fields of its columns are those of `venue_field`. `trim` first removes cells far outside any list. Raises
    `SheetFailure`, "no-venue-header" or "no-venues" if there is no such table.
    """
    return _detect(content, _VENUES, trim=trim)


def venue_field(heading: str) -> str | None:
    """Return the field that a heading in a list of venues names ("name", "kelurahan", "kind", "wifi"), or None."""
    key = words(heading)
    return next((field for field, headings in _VENUE_HEADINGS.items() if key in headings), None)


def _target_heading(heading: str) -> str | None:
    """Return "name" for a heading "Kelurahan", as `find_header` searches for that; else its words, None if blank."""
    key = words(heading)
    return "name" if key in _KELURAHAN_HEADINGS else key or None


def _target_fields(header: Header) -> Mapping[int, str]:
    """Return field by index: "kelurahan" for the first such column, for others the index as text."""
    fields: dict[int, str] = {}
    for heading in header.headings:
        is_kelurahan = words(heading.text) in _KELURAHAN_HEADINGS and KELURAHAN not in fields.values()
        fields[heading.index] = KELURAHAN if is_kelurahan else str(heading.index)
    return fields


def _venue_fields(header: Header) -> Mapping[int, str]:
    """Return field by index, each field once; {} if no column is the kelurahan's."""
    fields: dict[int, str] = {}
    for heading in header.headings:
        field = venue_field(heading.text)
        if field and field not in fields.values():
            fields[heading.index] = field
    return fields if KELURAHAN in fields.values() else {}


_TARGETS = _Form(
    _target_heading, _target_fields, MAX_TARGETS, "no-target-header", "no-targets", "too-many-targets"
)
_VENUES = _Form(venue_field, _venue_fields, MAX_VENUES, "no-venue-header", "no-venues", "too-many-venues")


def _detect(content: bytes, form: _Form, *, trim: bool) -> DetectedTable:
    """Return the first table of this form with rows. Raises `SheetFailure`, also with the form's own codes."""

    def detect(grid: Grid) -> DetectedTable | None:
        header = find_header(grid, None, form.heading_field)
        fields = form.fields(header) if header else {}
        return _table_below(grid, header, fields, form) if header and fields else None

    return detect_first_table(
        read_grids(content, trim=trim), detect, no_header=form.no_header, no_rows=form.no_rows
    )


def _table_below(grid: Grid, header: Header, fields: Mapping[int, str], form: _Form) -> DetectedTable:
    """Return the table with every row below the header that has a cell in a column with a field.

    Raises `SheetFailure` if there are more than `form.max_rows`.
    """
    rows = [
        SheetRow(number, cells)
        for number, row in enumerate(grid.rows[header.below :], start=header.below + 1)
        if (cells := _cells(row, fields))
    ]
    if len(rows) > form.max_rows:
        raise SheetFailure(form.too_many, limit=form.max_rows)
    return DetectedTable(
        format=grid.format,
        sheet=grid.sheet,
        sheets=grid.sheets,
        header_row=header.top + 1,
        columns=tuple(
            Column(heading.index, heading.text, fields.get(heading.index)) for heading in header.headings
        ),
        rows=tuple(rows),
    )


def _cells(row: list[Cell], fields: Mapping[int, str]) -> dict[str, Cell]:
    """Return by field the filled cells of columns that have one."""
    return {
        fields[index]: cell for index, cell in enumerate(row) if index in fields and clean(cell_text(cell))
    }
