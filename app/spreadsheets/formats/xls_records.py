"""What calamine doesn't tell of an .xls file, read from its records ([MS-XLS] 2.4): it gives error cells as empty."""

from collections.abc import Iterator

from app.people.cells import CellError
from app.spreadsheets.formats.cell_errors import cell_error
from app.spreadsheets.formats.compound_file import compound_stream
from app.spreadsheets.formats.failures import SheetFailure

_FORMULA, _END, _DATES_FROM_1904, _ENCRYPTED, _SHEET = 0x06, 0x0A, 0x22, 0x2F, 0x85
_TRUTH_OR_ERROR, _BEGIN = 0x205, 0x809
_WIDE = 1
_ERROR_RESULT, _NO_NUMBER = 2, b"\xff\xff"


class XlsBook:
    """The records of an .xls file; one with a password is refused."""

    def __init__(self, content: bytes) -> None:
        self._stream = compound_stream(content, "Workbook", "Book")
        if any(kind == _ENCRYPTED for kind, _ in self._part(0)):
            raise SheetFailure("password-protected")

    def counts_from_1904(self) -> bool:
        return any(kind == _DATES_FROM_1904 and data[:1] == b"\x01" for kind, data in self._part(0))

    def valueless_cells(self, sheet: str) -> Iterator[tuple[int, int, CellError]]:
        """(row, column, error) from 0 of the cells that hold an error."""
        for kind, data in self._part(0):
            if kind == _SHEET and _sheet_name(data) == sheet:
                yield from self._errors(int.from_bytes(data[:4], "little"))

    def _errors(self, start: int) -> Iterator[tuple[int, int, CellError]]:
        for kind, data in self._part(start):
            code = _error_code(kind, data)
            if code is not None:
                row, column = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "little")
                yield row, column, cell_error(code)

    def _part(self, at: int) -> Iterator[tuple[int, bytes]]:
        """(kind, data) of the records of one part, which begins at `at`; parts inside it are left out."""
        depth = 0
        while at + 4 <= len(self._stream):
            kind = int.from_bytes(self._stream[at : at + 2], "little")
            end = at + 4 + int.from_bytes(self._stream[at + 2 : at + 4], "little")
            depth += (kind == _BEGIN) - (kind == _END)
            if depth == 0:
                return
            if depth == 1:
                yield kind, self._stream[at + 4 : end]
            at = end


def _sheet_name(data: bytes) -> str:
    length, wide = data[6:7], data[7:8] == bytes([_WIDE])
    text = data[8 : 8 + int.from_bytes(length, "little") * (2 if wide else 1)]
    return text.decode("utf-16-le" if wide else "latin-1", "replace")


def _error_code(kind: int, data: bytes) -> int | None:
    if kind == _TRUTH_OR_ERROR and data[7:8] == b"\x01":
        return data[6]
    if kind == _FORMULA and data[12:14] == _NO_NUMBER and data[6] == _ERROR_RESULT:
        return data[8]
    return None
