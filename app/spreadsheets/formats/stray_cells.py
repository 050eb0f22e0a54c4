"""Remove cells far outside any list from an .xlsx file.

calamine reserves memory for the whole rectangle up to the last cell: a single one at XFD1048576 takes 550 GB.
"""

import re
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

from app.spreadsheets.formats.failures import MAX_ROWS
from app.spreadsheets.formats.grid import MAX_COLUMNS
from app.spreadsheets.formats.xlsx_parts import column_index

LAST_ROW = MAX_ROWS + 10_000

_XLSX_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})"[^>]*?(?:/>|>.*?</(?:\w+:)?c>)',
    re.DOTALL,
)


def without_stray_cells(content: bytes) -> bytes:
    """Return the same .xlsx without the cells beyond `MAX_COLUMNS` or below `LAST_ROW`."""
    trimmed = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(trimmed, "w", ZIP_STORED) as target:
        for part in source.namelist():
            data = source.read(part)
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                data = _XLSX_CELL.sub(_kept, data)
            target.writestr(part, data)
    return trimmed.getvalue()


def _kept(cell: re.Match[bytes]) -> bytes:
    inside = int(cell["row"]) <= LAST_ROW and column_index(cell["column"]) < MAX_COLUMNS
    return cell[0] if inside else b""
