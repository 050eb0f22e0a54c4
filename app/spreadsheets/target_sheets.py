"""A file's bytes to a table of targets: the header that names the kelurahan is found, the rows below it taken as
they are. What they mean: target_grid.py."""

from app.people.cells import Cell, cell_text
from app.people.text import clean, words
from app.spreadsheets.document import Column, RecognisedSheet, SheetRow
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.formats.workbooks import grids
from app.spreadsheets.tables.header import Header, find_header
from app.spreadsheets.tables.recognise import first_list

MAX_ROWS = 500
KELURAHAN = "kelurahan"
_NAMES_THE_ROWS = {"kelurahan", "nama kelurahan", "kel", "desa kelurahan", "kelurahan desa"}


def recognise_targets(content: bytes, *, trim: bool) -> RecognisedSheet:
    """The first visible sheet with a header that names the kelurahan; the fields of its other columns are their
    numbers."""

    def read(grid: Grid) -> RecognisedSheet | None:
        header = find_header(grid, None, _field)
        return _table_below(grid, header) if header else None

    return first_list(
        grids(content, None, trim=trim), read, no_header="no-target-header", no_rows="no-targets"
    )


def _field(heading: str) -> str | None:
    """The heading that a header must have goes by the name that `find_header` asks for; others tell it better."""
    said = words(heading)
    return "name" if said in _NAMES_THE_ROWS else said or None


def _table_below(grid: Grid, header: Header) -> RecognisedSheet:
    fields: dict[int, str] = {}
    for heading in header.headings:
        named = words(heading.text) in _NAMES_THE_ROWS and KELURAHAN not in fields.values()
        fields[heading.index] = KELURAHAN if named else str(heading.index)
    rows = [
        SheetRow(number, cells)
        for number, row in enumerate(grid.rows[header.below :], start=header.below + 1)
        if (cells := _cells(row, fields))
    ]
    if len(rows) > MAX_ROWS:
        raise SheetFailure("too-many-targets", limit=MAX_ROWS)
    return RecognisedSheet(
        format=grid.format,
        sheet=grid.sheet,
        sheets=grid.sheets,
        header_row=header.top + 1,
        columns=tuple(
            Column(heading.index, heading.text, fields[heading.index]) for heading in header.headings
        ),
        rows=tuple(rows),
        stated_total=None,
        stated_total_of=None,
        stated_date=None,
        stated_until=None,
        title_kelurahan=None,
        preview=(),
        warnings=(),
    )


def _cells(row: list[Cell], fields: dict[int, str]) -> dict[str, Cell]:
    """The cells below the headings that hold anything."""
    return {
        fields[index]: cell for index, cell in enumerate(row) if index in fields and clean(cell_text(cell))
    }
