"""Read workbooks in SpreadsheetML, the XML of Excel 2003, which older applications send with the ending .xls."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO

from app.people.values.cells import Cell, CellError
from app.spreadsheets.formats.failures import MAX_ROWS
from app.spreadsheets.formats.grid import MAX_COLUMNS, Look, Merge

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_MIDNIGHT_OF_TIMES = date(1899, 12, 31)


@dataclass(slots=True)
class XmlSheet:
    """A sheet of the workbook."""

    name: str
    visible: bool = True
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    look: Look = field(default_factory=Look)


def read_xml_sheets(content: bytes) -> Iterator[XmlSheet]:
    """Yield every sheet of the file. Raises `SyntaxError` for damaged XML, also for entities that multiply."""
    sheet = XmlSheet("")
    for event, element in ET.iterparse(BytesIO(content), events=("start", "end")):  # noqa: S314 (in the limited child; expat refuses entity bombs)
        if event == "start":
            if element.tag == _SS + "Worksheet":
                sheet = XmlSheet(element.get(_SS + "Name", ""))
        elif element.tag == _SS + "Row":
            _add_row(sheet, element)
            element.clear()
        elif element.tag == _EXCEL + "Visible":
            sheet.visible = element.text not in ("SheetHidden", "SheetVeryHidden")
        elif element.tag == _SS + "Worksheet":
            yield sheet


def _add_row(sheet: XmlSheet, element: ET.Element) -> None:
    number = min(_number(element, "Index", len(sheet.rows) + 1), MAX_ROWS * 2)
    sheet.rows.extend([] for _ in range(number - 1 - len(sheet.rows)))
    if element.get(_SS + "Hidden") == "1":
        sheet.look.hidden_rows.add(len(sheet.rows))
    cells: list[Cell] = []
    for cell in element.iterfind(_SS + "Cell"):
        column = _number(cell, "Index", len(cells) + 1) - 1
        width, height = _number(cell, "MergeAcross", 0), _number(cell, "MergeDown", 0)
        if column + width >= MAX_COLUMNS:
            break
        cells.extend([None] * (column - len(cells)))
        cells += [_value(cell), *[None] * width]
        if width or height:
            top = len(sheet.rows)
            sheet.merges.append(Merge(top, column, top + min(height, MAX_ROWS), column + width))
    sheet.rows.append(cells)


def _number(element: ET.Element, attribute: str, default: int) -> int:
    text = element.get(_SS + attribute, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _value(cell: ET.Element) -> Cell:
    data = cell.find(_SS + "Data")
    if data is None:
        return CellError("") if cell.get(_SS + "Formula") else None
    text = "".join(data.itertext())
    try:
        match data.get(_SS + "Type"):
            case "Number":
                return float(text)
            case "DateTime":
                return _date(datetime.fromisoformat(text))
            case "Boolean":
                return text == "1"
            case "Error":
                return CellError(text)
            case _:
                return text
    except ValueError:
        return text


def _date(moment: datetime) -> date | datetime | time:
    if moment.date() == _MIDNIGHT_OF_TIMES:
        return moment.time()
    return moment if moment.time() != time() else moment.date()
