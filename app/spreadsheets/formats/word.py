"""Read the paragraphs and tables of a Word document (.docx)."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

from app.spreadsheets.formats.documents import Block, DocumentTable
from app.spreadsheets.formats.failures import SheetFailure

_BODY = "word/document.xml"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
"""The namespace of documents that were saved as "Strict Open XML"."""


def _tag(name: str) -> str:
    return _WORD + name


_PARAGRAPH, _RUN, _TABLE, _ROW, _CELL = map(_tag, ("p", "r", "tbl", "tr", "tc"))
_TEXT, _TAB, _BREAK, _SYMBOL = map(_tag, ("t", "tab", "br", "sym"))
_CONTAINERS = frozenset(map(_tag, ("sdt", "sdtContent", "ins", "smartTag", "customXml")))
_PICTURES = frozenset(map(_tag, ("drawing", "pict", "object")))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_SHOWN = frozenset({_FALLBACK, *map(_tag, ("del", "moveFrom", "pPr", "rPr"))})
_ROW_DELETED = f"{_tag('trPr')}/{_tag('del')}"
_COLUMNS_BEFORE = f"{_tag('trPr')}/{_tag('gridBefore')}"
_CELL_PROPERTIES, _VALUE = _tag("tcPr"), _tag("val")
_STRIKE = f"{_tag('rPr')}/{_tag('strike')}"
_OFF = frozenset({"0", "false", "off"})
_SYMBOL_FONT_PLANE = 0xFF
"""Symbols of fonts such as Wingdings are kept as U+F0xx: a tick is U+F0FC, "ü" in that font."""


def read_word_blocks(content: bytes) -> list[Block]:
    """Return the paragraphs and tables of the document in its order. Raises `SheetFailure`."""
    with ZipFile(BytesIO(content)) as archive:
        xml = archive.read(_BODY).replace(_STRICT.encode(), _WORD[1:-1].encode())
    body = ET.fromstring(xml).find(_tag("body"))  # noqa: S314 (in the limited child; expat refuses entity bombs)
    if body is None:
        raise SheetFailure("unreadable-file")
    return list(_blocks(body))


def _blocks(parent: ET.Element) -> Iterator[Block]:
    for element in parent:
        if element.tag == _PARAGRAPH:
            yield _text(element) + "\n"
        elif element.tag == _TABLE:
            yield _table(element)
        elif element.tag in _CONTAINERS:
            yield from _blocks(element)


def _table(element: ET.Element) -> DocumentTable:
    rows = [row for row in _children(element, _ROW) if row.find(_ROW_DELETED) is None]
    table = DocumentTable()
    cells_below = [_cells_by_column(row) for row in rows]
    for number, cells in enumerate(cells_below):
        table.add_row()
        for column, cell in cells.items():
            if _property(cell, "vMerge") in ("", "continue") and number:
                continue
            table.skip_to(column)
            height = 1
            while number + height < len(rows) and _continues(cells_below[number + height].get(column)):
                height += 1
            place = table.add_cell(_text(cell).strip(), rows=height, columns=_span(cell))
            if any(child.tag in _PICTURES for child in cell.iter()):
                table.look.pictures.add(place)
            if _is_struck(cell):
                table.look.struck.add(place)
    return table


def _children(parent: ET.Element, tag: str) -> Iterator[ET.Element]:
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag in _CONTAINERS:
            yield from _children(element, tag)


def _cells_by_column(row: ET.Element) -> dict[int, ET.Element]:
    before = row.find(_COLUMNS_BEFORE)
    column = int(before.get(_VALUE, "0")) if before is not None else 0
    cells = {}
    for cell in _children(row, _CELL):
        cells[column] = cell
        column += _span(cell)
    return cells


def _span(cell: ET.Element) -> int:
    return max(1, int(_property(cell, "gridSpan") or 1))


def _continues(cell: ET.Element | None) -> bool:
    """Return whether the cell is merged with the one above it."""
    return cell is not None and _property(cell, "vMerge") in ("", "continue")


def _property(cell: ET.Element, name: str) -> str | None:
    """Return the value of a cell's property, "" if it has none, or None if the cell has no such property."""
    element = cell.find(f"{_CELL_PROPERTIES}/{_tag(name)}")
    return None if element is None else element.get(_VALUE, "")


def _text(element: ET.Element) -> str:
    """Return the text that is shown, without what tracked changes deleted."""
    parts: list[str] = []
    for child in element:
        if child.tag == _TEXT:
            parts.append(child.text or "")
        elif child.tag in (_TAB, _BREAK):
            parts.append(" " if child.tag == _TAB else "\n")
        elif child.tag == _SYMBOL:
            parts.append(chr(int(child.get(_tag("char"), "20"), 16) & _SYMBOL_FONT_PLANE))
        elif child.tag not in _NOT_SHOWN and isinstance(child.tag, str):
            parts.append(_text(child) + ("\n" if child.tag == _PARAGRAPH else ""))
    return "".join(parts)


def _is_struck(cell: ET.Element) -> bool:
    """Return whether all texts of a cell are struck out."""
    runs = [run for run in cell.iter(_RUN) if (run.findtext(_TEXT) or "").strip()]
    strikes = [run.find(_STRIKE) for run in runs]
    return bool(runs) and all(
        strike is not None and strike.get(_VALUE, "1") not in _OFF for strike in strikes
    )
