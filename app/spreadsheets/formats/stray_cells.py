"""Cuts cells far outside any list off an Excel file, before calamine reserves memory for the way to them."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

from app.spreadsheets.formats.failures import MAX_ROWS
from app.spreadsheets.formats.grid import MAX_COLUMNS
from app.spreadsheets.formats.xlsb_records import CELLS, ROW, records
from app.spreadsheets.formats.xlsx_parts import column_index

LAST_ROW = MAX_ROWS + 10_000

_XLSX_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})"[^>]*?(?:/>|>.*?</(?:\w+:)?c>)',
    re.DOTALL,
)


def without_stray_cells(content: bytes) -> bytes:
    """The same .xlsx or .xlsb without the cells beyond `MAX_COLUMNS` or below `LAST_ROW`."""
    trimmed = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(trimmed, "w", ZIP_STORED) as target:
        for part in source.namelist():
            data = source.read(part)
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                data = _XLSX_CELL.sub(_kept, data)
            elif part.startswith("xl/worksheets/") and part.endswith(".bin"):
                data = b"".join(_kept_records(data))
            target.writestr(part, data)
    return trimmed.getvalue()


def _kept(cell: re.Match[bytes]) -> bytes:
    inside = int(cell["row"]) <= LAST_ROW and column_index(cell["column"]) < MAX_COLUMNS
    return cell[0] if inside else b""


def _kept_records(data: bytes) -> Iterator[bytes]:
    in_far_row = False
    for kind, record, payload in records(data):
        number = int.from_bytes(payload[:4], "little")
        if kind == ROW:
            in_far_row = number >= LAST_ROW
        is_cell = kind in CELLS
        if not (in_far_row and (is_cell or kind == ROW)) and not (is_cell and number >= MAX_COLUMNS):
            yield record
