"""What calamine doesn't tell of an .xlsb file, read from its records ([MS-XLSB] 2.3): it gives error cells as empty."""

from collections.abc import Iterator
from zipfile import ZipFile

from app.people.cells import CellError
from app.spreadsheets.formats.cell_errors import cell_error
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.xlsx_parts import relationship_targets

ROW = 0
CELLS = range(1, 12)
"""The records of a row's cells, which begin with their column."""
_ERROR, _FORMULA_WITH_ERROR = 3, 11
_BOOK_PROPERTIES, _SHEET = 153, 156
_BOOK = "xl/workbook.bin"


class XlsbBook:
    """The records of an .xlsb file."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def counts_from_1904(self) -> bool:
        book = self._archive.read(_BOOK)
        return any(kind == _BOOK_PROPERTIES and data[:1] and data[0] & 1 for kind, _, data in records(book))

    def valueless_cells(self, sheet: str) -> Iterator[tuple[int, int, CellError]]:
        """(row, column, error) from 0 of the cells that hold an error."""
        part = self._part(sheet)
        row = 0
        for kind, _, data in records(self._archive.read(part) if part else b""):
            if kind == ROW:
                row = int.from_bytes(data[:4], "little")
            elif kind in {_ERROR, _FORMULA_WITH_ERROR} and len(data) > 8:
                yield row, int.from_bytes(data[:4], "little"), cell_error(data[8])

    def _part(self, sheet: str) -> str | None:
        for kind, _, data in records(self._archive.read(_BOOK)):
            if kind == _SHEET:
                identifier, after = _text(data, 8)
                name, _ = _text(data, after)
                if name == sheet:
                    return relationship_targets(self._archive, _BOOK).get(identifier)
        return None


def records(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(kind, the whole record, its payload) of every record of a part."""
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


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text after its length, and where it ends."""
    start = at + 4
    end = start + 2 * int.from_bytes(data[at:start], "little")
    return data[start:end].decode("utf-16-le", "replace"), end
