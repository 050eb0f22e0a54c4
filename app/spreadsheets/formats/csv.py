"""Read the rows of a .csv file; encoding and delimiter are detected from the content."""

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
_OTHER_DOCUMENTS = ("<", "%PDF", "MIME-Version:")  # Web applications export these as "Excel".
_TEXT_FORMULA = '="'
"""Exports keep leading zeros from Excel with it: ="0812"."""
_ESCAPED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 26, 27}


def read_csv_rows(content: bytes) -> list[list[Cell]]:
    """Return all records of the file as texts; an empty line is an empty record, as in Excel.

    Raises `SheetFailure` for binary content, another kind of document, and records that can't be parsed.
    """
    text = _decode(content)
    if text.lstrip("\ufeff \r\n\t").startswith(_OTHER_DOCUMENTS):
        raise SheetFailure("not-a-spreadsheet")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        delimiter = _detect_delimiter(text)
        records = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        blank: list[Cell] = []  # Shared, as a file may contain millions of empty lines.
        return [_cells(record) if any(record) else blank for record in records]
    except csv.Error as error:
        raise SheetFailure("unreadable-file") from error


def _cells(record: list[str]) -> list[Cell]:
    """Return the first `MAX_COLUMNS` texts of a record without escapes."""
    return [_unescape(cell) if cell[:1] in {"'", "="} else cell for cell in record[:MAX_COLUMNS]]


def _decode(content: bytes) -> str:
    """Return the text of the file, in the encoding of its BOM, UTF-16, UTF-8 or Windows-1252.

    Raises `SheetFailure` if the bytes are those of a binary file.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content.decode(encoding, "replace")
    if utf16 := _detect_utf16(content):
        return content.decode(utf16, "replace")
    if any(byte in _CONTROLS for byte in set(content)):
        raise SheetFailure("not-a-spreadsheet")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_windows_1252(content)


def _detect_utf16(content: bytes) -> str | None:
    """Return the UTF-16 encoding if every second byte is a zero, as of Latin letters, or None."""
    head = content[:2000]
    if len(head) < 4 or head.count(0) < len(head) * 0.3:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _decode_windows_1252(content: bytes) -> str:
    """Decode Windows-1252, with its five undefined bytes as Latin-1."""
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in content)


def _detect_delimiter(text: str) -> str:
    """Return the delimiter that splits most of the first rows, into the most columns; or the one of "sep=;"."""
    first_line = text[:6].lower()
    if first_line.startswith("sep=") and first_line[4:5] in _DELIMITERS:
        return first_line[4]
    return max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """Return how many of the first rows have the most common number of columns (at least two), and that number."""
    sample = StringIO(text[:_SAMPLE_LENGTH], newline="")
    records = islice(csv.reader(sample, delimiter=delimiter), _SAMPLE_ROWS)
    widths = [len(record) for record in records if len(record) > 1]
    most_common = max(set(widths), key=widths.count, default=0)
    return widths.count(most_common), most_common


def _unescape(cell: str) -> str:
    """Return the cell without the apostrophe of our own downloads (before =, +, -, @), or the quotes of ="0812"."""
    if cell.startswith(_TEXT_FORMULA) and cell.endswith('"') and cell.count('"') == 2:
        return cell[2:-1]
    return cell[1:] if cell.startswith(_ESCAPED) else cell
