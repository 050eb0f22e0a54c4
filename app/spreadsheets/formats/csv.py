"""Read the rows of a text file; encoding and delimiter are detected from the content."""

import codecs
import csv
import re
from io import StringIO
from itertools import islice

from app.people.values.cells import Cell
from app.spreadsheets.detected_table import FileFormat
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import MAX_COLUMNS

_DELIMITERS = (";", ",", "\t", "|")
_FORMATS: dict[str, FileFormat] = {";": "csv", ",": "csv", "\t": "tsv", "|": "txt"}
_SAMPLE_ROWS = 60
_SAMPLE_LENGTH = 100_000
_TEXT_FORMULA = '="'
"""Exports keep leading zeros from Excel with it: ="0812"."""
_ESCAPED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 26, 27}
_GAP = re.compile(r" {2,}")
_BETWEEN_GAPS = re.compile(r"\S+(?: \S+)*")
_MIN_ALIGNED_ROWS = 2


def read_text_rows(content: bytes) -> tuple[list[list[Cell]], FileFormat]:
    """Return all records of a text file, and its format; an empty line is an empty record, as in Excel."""
    text = decode_text(content)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        delimiter = _detect_delimiter(text)
        if delimiter is None:
            return _align(text.expandtabs().splitlines()), "txt"
        records = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        blank: list[Cell] = []  # Shared, as a file may contain millions of empty lines.
        return [_cells(record) if any(record) else blank for record in records], _FORMATS[delimiter]
    except csv.Error as error:
        raise SheetFailure("unreadable-file") from error


def _cells(record: list[str]) -> list[Cell]:
    """Return the first `MAX_COLUMNS` texts of a record without escapes."""
    return [_unescape(cell) if cell[:1] in {"'", "="} else cell for cell in record[:MAX_COLUMNS]]


def _align(lines: list[str]) -> list[list[Cell]]:
    """Return the rows of columns that are aligned with spaces: each text belongs to the nearest column's beginning."""
    texts = [[(match.start(), match[0]) for match in _BETWEEN_GAPS.finditer(line)] for line in lines]
    starts = [start for start, _ in max(texts, key=len)][:MAX_COLUMNS]
    rows: list[list[Cell]] = []
    for line in texts:
        nearest = [min(range(len(starts)), key=lambda at: abs(starts[at] - start)) for start, _ in line]
        if len(line) < 2 or len(set(nearest)) < len(nearest):
            rows.append([text for _, text in line])
            continue
        row: list[Cell] = [None] * (nearest[-1] + 1)
        for column, (_, text) in zip(nearest, line, strict=True):
            row[column] = text
        rows.append(row)
    return rows


def decode_text(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252. Raises `SheetFailure` for a binary file."""
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


def _detect_delimiter(text: str) -> str | None:
    """Return the delimiter that splits most of the first rows, or the one of "sep=;".

    None stands for columns aligned with spaces, as in texts that are printed or copied from a document.
    """
    first_line = text[:6].lower()
    if first_line.startswith("sep=") and first_line[4:5] in _DELIMITERS:
        return first_line[4]
    best = max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))
    lines = text[:_SAMPLE_LENGTH].splitlines()[:_SAMPLE_ROWS]
    aligned = sum(_GAP.search(line.strip()) is not None for line in lines)
    split_rows = _fit(text, best)[0]
    return None if aligned >= _MIN_ALIGNED_ROWS and split_rows < aligned / 2 else best


def _fit(text: str, delimiter: str) -> tuple[int, int, int]:
    """Return how many of the first rows are split, how many of them alike, and into how many columns."""
    sample = StringIO(text[:_SAMPLE_LENGTH], newline="")
    records = islice(csv.reader(sample, delimiter=delimiter), _SAMPLE_ROWS)
    widths = [len(record) for record in records if len(record) > 1]
    most_common = max(set(widths), key=widths.count, default=0)
    return len(widths), widths.count(most_common), most_common


def _unescape(cell: str) -> str:
    """Return the cell without the apostrophe of our own downloads (before =, +, -, @), or the quotes of ="0812"."""
    if cell.startswith(_TEXT_FORMULA) and cell.endswith('"') and cell.count('"') == 2:
        return cell[2:-1]
    return cell[1:] if cell.startswith(_ESCAPED) else cell
