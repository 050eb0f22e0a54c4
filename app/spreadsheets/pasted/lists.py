"""Convert a pasted list of people, from WhatsApp or Excel, to a .csv file that is read like any sheet.

Every line that names a person becomes a row. Headings are added above them; `number_by_lines` gives each row the number
of its line, blank lines counted, so that it can be found in the pasted text. Nothing is decided here about people or
places: unclear texts stay as they are, and the review asks.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import StringIO

from app.i18n import LANGUAGES, N_, Translator, translator
from app.people.remarks import Remark
from app.people.values.reference import Reference
from app.people.values.text import clean
from app.spreadsheets.detected_table import DetectedTable, SheetRow
from app.spreadsheets.exports.field_headings import HEADINGS
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.pasted.parts import Part, PartParser
from app.spreadsheets.pasted.people import Line, find_people
from app.spreadsheets.tables.columns.header import find_header
from app.spreadsheets.tables.columns.headings import heading_field

MAX_LINE_LENGTH = 500
"""A longer line is a text that names no person."""
NUMBER_HEADING, LINE_HEADING = N_("No."), N_("Line as pasted")
_FORMULA_STARTS = ("=", "+", "-", "@")
_BULLETS = "-•·▪▫●○◦►▸➤➢*+–—"
_ITEM = re.compile(
    rf"(?:[(\[]?\d{{1,4}}\s*[.)\]:]+(?!\d)|\d{{1,4}}\s+(?=[^\W\d])|[{re.escape(_BULLETS)}]\s)\s*"
)
_MESSAGE = re.compile(
    r"\s*(?:\[(?=[^\]]*\d[./:]\d)[^\]]{4,40}\]\s*"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4},?\s+\d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?:\s*[ap]\.?m\.?)?\s+-\s+)"
    r"(?:[^:]{1,60}:\s+)?",
    re.IGNORECASE,
)
"""Time and sender of a message in a copied chat: "[05/08 09.12] Sari: …", "05/08/25 09.12 - Sari: …"."""
_NUMBER = re.compile(r"\d+")
_EMPHASIS = re.compile(r"[*~`]+|_{2,}|(?<!\w)_|_(?!\w)")
_PICTURE_CATEGORIES = frozenset({"So", "Sk", "Me"})


@dataclass(frozen=True, slots=True)
class PastedList:
    """A pasted list. `content` is a .csv file; `left_out` are the lines that aren't in it."""

    content: bytes
    left_out: tuple[str, ...]


def parse_pasted_list(text: str, reference: Reference, _: Translator) -> PastedList:
    """Return a pasted list as a .csv file: a table with headings as it is, any other text line by line.

    The headings of such lines are in the language of `_`.
    """
    table = _parse_table(text)
    if table is not None:
        return PastedList(_to_csv(table), ())
    parser = PartParser(reference)
    pasted = text.splitlines()
    tabbed = 2 * sum("\t" in line for line in pasted) > sum(bool(line.strip()) for line in pasted)
    people = find_people([_parse_line(line, parser, tabbed=tabbed) for line in pasted], parser)
    return PastedList(_to_csv(_rows(pasted, people.rows, _)), tuple(people.left_out))


def number_by_lines(sheet: DetectedTable) -> DetectedTable:
    """Return the table of a pasted list with its rows numbered as the lines of the text, any other table as it is."""
    if not any(column.header in _line_headings() for column in sheet.columns):
        return sheet
    rows = tuple(SheetRow(row.number - 1, row.cells) for row in sheet.rows)
    return replace(sheet, rows=rows, warnings=tuple(map(_number_by_lines, sheet.warnings)))


def _number_by_lines(warning: Remark) -> Remark:
    """Return a warning with the numbers of its rows as those of the text's lines."""
    numbered = {
        name: _NUMBER.sub(lambda number: str(int(number[0]) - 1), str(value))
        for name, value in warning.params.items()
        if name in {"row", "rows"}
    }
    return replace(warning, params={**warning.params, **numbered})


@cache
def _line_headings() -> frozenset[str]:
    """Return the heading that marks a pasted list, in every language in which it may have been pasted."""
    return frozenset(translator(language)(LINE_HEADING) for language in LANGUAGES)


def _parse_table(text: str) -> list[list[str]] | None:
    """Return the cells of a pasted table (tabs or semicolons) whose header names several fields, or None."""
    for delimiter in "\t;":
        try:
            rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
            header = find_header(Grid("csv", "", (), [list(row) for row in rows]), None)
        except (csv.Error, SheetFailure):
            continue
        if header and sum(heading_field(heading.text) is not None for heading in header.headings) > 1:
            return rows
    return None


def _parse_line(pasted: str, parser: PartParser, *, tabbed: bool) -> Line:
    """Return a line without the sender of a message, pictures, emphasis and its number or bullet, split into parts.

    A `tabbed` line is split at its tabs alone. A line that is too long has no parts.
    """
    if len(pasted) > MAX_LINE_LENGTH:
        return Line(clean(pasted[:MAX_LINE_LENGTH]), parts=[])
    if tabbed:
        cells = parser.split_cells("\t".join(map(clean, pasted.split("\t"))))
        return Line(clean(pasted), parts=cells)
    text = _drop_pictures(clean(_MESSAGE.sub("", pasted.strip().replace("\t", " | "), count=1)))
    item = _ITEM.match(text)
    if item is None:
        text = _drop_emphasis(text)
        item = _ITEM.match(text)
    text = _drop_emphasis(text[item.end() :] if item else text)
    labelled = [Part(field, value) for field, value in parser.parse_labelled(text).items()]
    parts = labelled or parser.split_parts(text)
    return Line(text, parts, item=item is not None, labelled=bool(labelled))


def _drop_pictures(text: str) -> str:
    """Return the text without emoji and other symbols, except bullets."""
    return "".join(
        character
        for character in text
        if character in _BULLETS or unicodedata.category(character) not in _PICTURE_CATEGORIES
    ).strip()


def _drop_emphasis(text: str) -> str:
    """Return the text without the characters by which WhatsApp formats text: *bold*, _italic_."""
    return _EMPHASIS.sub(" ", text).strip()


def _rows(
    pasted: Sequence[str], people: Sequence[Mapping[str, str] | None], _: Translator
) -> Iterator[Sequence[str]]:
    """Yield a header and one row for each line, blank if the line names no person. The last column is the line."""
    filled = {field for person in people if person for field in person} | {"name", "kelurahan"}
    fields = [field for field in HEADINGS if field in filled]
    yield [_(NUMBER_HEADING), *(_(HEADINGS[field]) for field in fields), _(LINE_HEADING)]
    number = 0
    for line, person in zip(pasted, people, strict=True):
        if person is None:
            yield []
        else:
            number += 1
            yield [str(number), *(person.get(field, "") for field in fields), line]


def _to_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a .csv file as Indonesian spreadsheet programs open it, with formulas escaped."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_escape_formula(clean(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _escape_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
