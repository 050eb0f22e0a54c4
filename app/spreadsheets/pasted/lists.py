"""A pasted list of people, from WhatsApp or Excel, as a sheet that the reader of sheets takes.

Every line that names somebody becomes a row, numbered one below the line, so that it can be found in what was
pasted. Nothing is decided here about people or places: what is unclear stands in its cell as it was written, and is
asked about like that of any sheet.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from app.i18n import N_, Translator
from app.people.values.reference import Reference
from app.people.values.text import clean
from app.spreadsheets.exports.field_headings import HEADINGS
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.pasted.parts import Part, PartParser
from app.spreadsheets.pasted.people import Line, people_of
from app.spreadsheets.tables.header import find_header
from app.spreadsheets.tables.headings import heading_field

MAX_LINE_LENGTH = 500
"""What is longer names nobody: it is a text."""
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
"""When and by whom a message was sent: "[05/08 09.12] Sari: …", "05/08/25 09.12 - Sari: …"."""
_EMPHASIS = re.compile(r"[*~`]+|_{2,}|(?<!\w)_|_(?!\w)")
_PICTURES = frozenset({"So", "Sk", "Me"})


@dataclass(frozen=True, slots=True)
class PastedList:
    """`content` is a .csv file. `left_out` are the lines that say nothing which is kept in it."""

    content: bytes
    left_out: tuple[str, ...]


def parse_pasted_list(text: str, reference: Reference, _: Translator) -> PastedList:
    """The list as a sheet: a table with headings as it stands, any other line by line."""
    table = _with_headings(text)
    if table is not None:
        return PastedList(_csv(table), ())
    reader = PartParser(reference)
    pasted = text.splitlines()
    tabbed = 2 * sum("\t" in line for line in pasted) > sum(bool(line.strip()) for line in pasted)
    found = people_of([_line(line, reader, tabbed=tabbed) for line in pasted], reader)
    return PastedList(_csv(_rows(pasted, found.rows, _)), tuple(found.left_out))


def _with_headings(text: str) -> list[list[str]] | None:
    """The cells of a table whose header names several columns, or None."""
    for delimiter in "\t;":
        try:
            rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
            header = find_header(Grid("csv", "", (), [list(row) for row in rows]), None)
        except (csv.Error, SheetFailure):
            continue
        if header and sum(heading_field(heading.text) is not None for heading in header.headings) > 1:
            return rows
    return None


def _line(pasted: str, reader: PartParser, *, tabbed: bool) -> Line:
    if len(pasted) > MAX_LINE_LENGTH:
        return Line(clean(pasted[:MAX_LINE_LENGTH]), parts=[])
    if tabbed:
        cells = reader.cells("\t".join(map(clean, pasted.split("\t"))))
        return Line(clean(pasted), parts=cells)
    text = _without_pictures(clean(_MESSAGE.sub("", pasted.strip().replace("\t", " | "), count=1)))
    item = _ITEM.match(text)
    if item is None:
        text = _plain(text)
        item = _ITEM.match(text)
    text = _plain(text[item.end() :] if item else text)
    labelled = [Part(field, said) for field, said in reader.labelled(text).items()]
    parts = labelled or reader.parts(text)
    return Line(text, parts, item=item is not None, labelled=bool(labelled))


def _without_pictures(text: str) -> str:
    return "".join(
        character
        for character in text
        if character in _BULLETS or unicodedata.category(character) not in _PICTURES
    ).strip()


def _plain(text: str) -> str:
    """Without the signs by which WhatsApp shows text bold or slanted."""
    return _EMPHASIS.sub(" ", text).strip()


def _rows(
    pasted: Sequence[str], people: Sequence[Mapping[str, str] | None], _: Translator
) -> Iterator[Sequence[str]]:
    """A header and one row a line, blank where the line names nobody."""
    said = {field for person in people if person for field in person} | {"name", "kelurahan"}
    fields = [field for field in HEADINGS if field in said]
    yield [_(NUMBER_HEADING), *(_(HEADINGS[field]) for field in fields), _(LINE_HEADING)]
    number = 0
    for line, person in zip(pasted, people, strict=True):
        if person is None:
            yield []
        else:
            number += 1
            yield [str(number), *(person.get(field, "") for field in fields), line]


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    """As a spreadsheet program set to Indonesian opens it; what it would calculate stays text."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_neutralised(clean(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _neutralised(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
