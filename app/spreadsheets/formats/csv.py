"""A .csv file as rows: its encoding and its separator are found out from its content."""

import codecs
import csv
from io import StringIO
from itertools import islice

from app.people.values.cells import Cell
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import MAX_COLUMNS

_DELIMITERS = (";", ",", "\t")
_SAMPLE_ROWS = 60
_SAMPLE_LENGTH = 100_000
_OTHER_DOCUMENTS = ("<", "%PDF", "MIME-Version:")  # what web applications hand out as "Excel"
_AS_TEXT = '="'
"""Excel's way to keep a number's zeros in a .csv: ="0812"."""
_NEUTRALISED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 26, 27}


def read_csv_rows(content: bytes) -> list[list[Cell]]:
    """All records of the file; an empty line is an empty record, as in Excel."""
    text = _decoded(content)
    if text.lstrip("\ufeff \r\n\t").startswith(_OTHER_DOCUMENTS):
        raise SheetFailure("not-a-spreadsheet")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        delimiter = _delimiter(text)
        records = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        blank: list[Cell] = []  # of which a file may hold millions
        return [_cells(record) if any(record) else blank for record in records]
    except csv.Error as error:
        raise SheetFailure("unreadable-file") from error


def _cells(record: list[str]) -> list[Cell]:
    return [_as_meant(cell) if cell[:1] in {"'", "="} else cell for cell in record[:MAX_COLUMNS]]


def _decoded(content: bytes) -> str:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content.decode(encoding, "replace")
    if utf16 := _utf16_without_bom(content):
        return content.decode(utf16, "replace")
    if any(byte in _CONTROLS for byte in set(content)):
        raise SheetFailure("not-a-spreadsheet")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _windows_1252(content)


def _utf16_without_bom(content: bytes) -> str | None:
    """Latin letters in UTF-16 have a zero in every second byte."""
    head = content[:2000]
    if len(head) < 4 or head.count(0) < len(head) * 0.3:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _windows_1252(content: bytes) -> str:
    """Its five undefined bytes are read as Latin-1."""
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in content)


def _delimiter(text: str) -> str:
    """The separator that most rows of the beginning hold, and the one that makes the most columns of them."""
    named = text[:6].lower()
    if named.startswith("sep=") and named[4:5] in _DELIMITERS:
        return named[4]
    return max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    sample = StringIO(text[:_SAMPLE_LENGTH], newline="")
    records = islice(csv.reader(sample, delimiter=delimiter), _SAMPLE_ROWS)
    widths = [len(record) for record in records if len(record) > 1]
    most_common = max(set(widths), key=widths.count, default=0)
    return widths.count(most_common), most_common


def _as_meant(cell: str) -> str:
    """Our own downloads put an apostrophe before what a spreadsheet would calculate; here it goes again."""
    if cell.startswith(_AS_TEXT) and cell.endswith('"') and cell.count('"') == 2:
        return cell[2:-1]
    return cell[1:] if cell.startswith(_NEUTRALISED) else cell
