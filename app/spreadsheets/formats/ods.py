"""Read OpenDocument spreadsheets (.ods) from their XML.

calamine reports neither their merged cells nor cells with an error or a formula that was never calculated.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import IO
from zipfile import ZipFile

from app.people.values.cells import Cell, CellError
from app.spreadsheets.formats.grid import MAX_COLUMNS, Merge

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_ERRORS = ("#", "Err:")
_MAX_REPEATED_ROWS = 2_000_000


@dataclass(slots=True)
class OdsSheet:
    """A sheet of an .ods file."""

    name: str
    visible: bool
    rows: list[list[Cell]]
    merges: list[Merge]
    counts_from_1904: bool


def read_ods_sheets(content: bytes) -> Iterator[OdsSheet]:
    """Yield every sheet of the file, hidden ones too. Repeated empty cells up to the end of a sheet take no memory."""
    with ZipFile(BytesIO(content)) as archive, archive.open("content.xml") as source:
        yield from _sheets(source)


def _sheets(source: IO[bytes]) -> Iterator[OdsSheet]:
    """Yield the sheets of a content.xml while it is parsed."""
    hidden_styles: set[str] = set()
    from_1904 = False
    sheet = OdsSheet("", True, [], [], from_1904)
    for event, element in ET.iterparse(source, events=("start", "end")):  # noqa: S314 (in the limited child; expat refuses entity bombs)
        if event == "start":
            if element.tag == _TABLE + "table":
                style = element.get(_TABLE + "style-name", "")
                name = element.get(_TABLE + "name", "")
                sheet = OdsSheet(name, style not in hidden_styles, [], [], from_1904)
        elif element.tag == _STYLE + "style":
            properties = element.find(_STYLE + "table-properties")
            if properties is not None and properties.get(_TABLE + "display") == "false":
                hidden_styles.add(element.get(_STYLE + "name", ""))
        elif element.tag == _TABLE + "null-date":
            from_1904 = element.get(_TABLE + "date-value", "").startswith("1904")
        elif element.tag == _TABLE + "table-row":
            _add_row(sheet, element)
            element.clear()
        elif element.tag == _TABLE + "table":
            yield sheet
            element.clear()


def _add_row(sheet: OdsSheet, row: ET.Element) -> None:
    """Add a row and its merged cells to the sheet, as often as it is repeated; blank cells at its end are dropped."""
    top = len(sheet.rows)
    cells: list[Cell] = []
    for element in row:
        if element.tag not in {_TABLE + "table-cell", _TABLE + "covered-table-cell"}:
            continue
        _add_merge(sheet, element, top, len(cells))
        cell = None if element.tag.endswith("covered-table-cell") else _cell(element)
        room = MAX_COLUMNS - len(cells)
        cells.extend([cell] * min(_repeat(element, "number-columns-repeated"), room))
    while cells and cells[-1] is None:
        cells.pop()
    repeated = min(_repeat(row, "number-rows-repeated"), _MAX_REPEATED_ROWS - top)
    sheet.rows.extend([cells] * repeated)


def _add_merge(sheet: OdsSheet, element: ET.Element, top: int, left: int) -> None:
    """Add the area that a cell spans to the sheet's merges, if it is more than the cell itself."""
    height = _repeat(element, "number-rows-spanned")
    width = _repeat(element, "number-columns-spanned")
    if height > 1 or width > 1:
        sheet.merges.append(Merge(top, left, top + height - 1, left + width - 1))


def _repeat(element: ET.Element, attribute: str) -> int:
    """Return a number of repeated or spanned cells, 1 if the attribute is missing or no number."""
    number = element.get(_TABLE + attribute, "1")
    return int(number) if number.isdigit() else 1


def _cell(element: ET.Element) -> Cell:
    """Return an element's cell: its value, an error, or None if it is blank."""
    kind = element.get(_OFFICE + "value-type")
    formula = element.get(_TABLE + "formula") is not None
    shown = "\n".join(_paragraph(paragraph) for paragraph in element.iterfind(_TEXT + "p"))
    if formula and shown.startswith(_ERRORS):
        return CellError(shown)
    if kind is None:
        return CellError("") if formula else None
    return _value(element, kind, shown)


def _value(element: ET.Element, kind: str, shown: str) -> Cell:
    """Return the value of an element of this type; the text that is shown if the value is invalid."""
    try:
        match kind:
            case "float" | "currency" | "percentage":
                return float(element.get(_OFFICE + "value", ""))
            case "date":
                return _date(element.get(_OFFICE + "date-value", ""))
            case "time":
                return time.fromisoformat(_clock(element.get(_OFFICE + "time-value", "")))
            case "boolean":
                return element.get(_OFFICE + "boolean-value") == "true"
            case _:
                return element.get(_OFFICE + "string-value", shown)
    except ValueError:
        return shown


def _date(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _clock(text: str) -> str:
    """Return a duration as a time of day: PT08H15M00S → 08:15:00."""
    return text.removeprefix("PT").replace("H", ":").replace("M", ":").partition("S")[0].partition(".")[0]


def _paragraph(paragraph: ET.Element) -> str:
    """Return the text of a paragraph with its runs of spaces (`text:s`); tabs and line breaks become spaces."""
    parts = [paragraph.text or ""]
    for child in paragraph:
        if child.tag == _TEXT + "s":
            count = child.get(_TEXT + "c", "1")
            parts.append(" " * min(int(count) if count.isdigit() else 1, 1000))
        elif child.tag in {_TEXT + "tab", _TEXT + "line-break"}:
            parts.append(" ")
        else:
            parts.append(_paragraph(child))
        parts.append(child.tail or "")
    return "".join(parts)
