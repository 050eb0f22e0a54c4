"""Small .xlsb files for the tests: no library here writes them."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from struct import pack
from typing import TypeAlias
from zipfile import ZipFile

from app.people.cells import CellError

RELATIONSHIPS = "http://schemas.openxmlformats.org"
ROW, ERROR, REAL, TEXT = 0, 3, 5, 6
BOOK_PROPERTIES, DATES_FROM_1904 = 153, 1
CODES = {"#REF!": 0x17, "#N/A": 0x2A}
Value: TypeAlias = str | float | CellError
BEGIN_SHEET, END_SHEET, BEGIN_BOOK, END_BOOK = 129, 130, 131, 132
BEGIN_SHEETS, END_SHEETS, BEGIN_DATA, END_DATA, DIMENSION, SHEET = 143, 144, 145, 146, 148, 156


def record(kind: int, payload: bytes = b"") -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    head, rest = value & 0x7F, value >> 7
    return bytes([head | 0x80]) + _number(rest) if rest else bytes([head])


def _wide(text: str) -> bytes:
    return pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column: int, value: Value) -> bytes:
    place = pack("<II", column, 0)
    if isinstance(value, CellError):
        return record(ERROR, place + bytes([CODES[value.text]]))
    if isinstance(value, str):
        return record(TEXT, place + _wide(value))
    return record(REAL, place + pack("<d", value))


def xlsb(
    *rows: Sequence[Value], stray: Mapping[tuple[int, int], str] | None = None, from_1904: bool = False
) -> bytes:
    """A file with one sheet; `stray` puts texts at (row, column), counted from 0, below the rows."""
    cells: list[tuple[int, list[tuple[int, Value]]]] = [
        (row, list(enumerate(values))) for row, values in enumerate(rows)
    ]
    cells += [(row, [(column, text)]) for (row, column), text in (stray or {}).items()]
    data = b"".join(
        record(ROW, pack("<I", row) + bytes(13)) + b"".join(_cell(column, value) for column, value in values)
        for row, values in cells
    )
    sheet = record(BEGIN_SHEET) + record(DIMENSION, bytes(16)) + record(BEGIN_DATA) + data
    listed = record(SHEET, pack("<II", 0, 1) + _wide("rId1") + _wide("Daftar"))
    properties = record(BOOK_PROPERTIES, pack("<III", DATES_FROM_1904 if from_1904 else 0, 0, 0))
    sheets = record(BEGIN_SHEETS) + listed + record(END_SHEETS)
    book = record(BEGIN_BOOK) + properties + sheets + record(END_BOOK)
    target = f'Id="rId1" Type="{RELATIONSHIPS}/officeDocument/2006/relationships/worksheet"'
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{RELATIONSHIPS}/package/2006/relationships">'
            f'<Relationship {target} Target="worksheets/sheet1.bin"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet + record(END_DATA) + record(END_SHEET))
    return file.getvalue()
