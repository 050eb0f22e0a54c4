"""Cuts cells far outside any list off an Excel file, before calamine reserves memory for the way to them."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

from app.spreadsheets.failures import MAX_ROWS, SheetFailure
from app.spreadsheets.grid import MAX_COLUMNS
from app.spreadsheets.xlsx_parts import column_index

LAST_ROW = MAX_ROWS + 10_000

_XLSX_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})"[^>]*?(?:/>|>.*?</(?:\w+:)?c>)',
    re.DOTALL,
)
# [MS-XLSB] 2.3.1: a row's header, and the records of its cells, which begin with their column.
_XLSB_ROW = 0
_XLSB_CELLS = range(1, 12)


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
    for kind, record, payload in _records(data):
        number = int.from_bytes(payload[:4], "little")
        if kind == _XLSB_ROW:
            in_far_row = number >= LAST_ROW
        is_cell = kind in _XLSB_CELLS
        if not (in_far_row and (is_cell or kind == _XLSB_ROW)) and not (is_cell and number >= MAX_COLUMNS):
            yield record


def _records(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(kind, the whole record, its payload)."""
    at = 0
    while at < len(data):
        kind, after_kind = _number(data, at)
        size, start = _number(data, after_kind)
        yield kind, data[at : start + size], data[start : start + size]
        at = start + size


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    value = 0
    for shift in range(0, 28, 7):
        if at >= len(data):
            raise SheetFailure("unreadable-file")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return value, at
