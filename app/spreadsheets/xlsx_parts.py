"""What calamine doesn't tell of an .xlsx sheet, read from the sheet's own XML: it gives error cells and formulas
that were never calculated as empty."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from posixpath import join, normpath
from zipfile import ZipFile

from app.spreadsheets.document import CellError

_MAIN = "{*}"
_RELATIONSHIP_ID = re.compile(r"\{.*/relationships\}id$")
_ODD_CELL = re.compile(
    rb'<(?:\w+:)?c\b(?P<attributes>(?=[^>]*\bt="e")[^>]*[^>/])>.*?<(?:\w+:)?v>(?P<error>[^<]*)</'
    rb'|<(?:\w+:)?c\b(?P<formula_attributes>(?![^>]*\bt="str")[^>]*[^>/])>'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v>\s*</(?:\w+:)?v>|<(?:\w+:)?v\s*/>)?</(?:\w+:)?c>"
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


def sheet_part(archive: ZipFile, name: str) -> str | None:
    """The path of a sheet's XML inside the file."""
    workbook = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 (in the limited child; expat refuses entity bombs)
    relationships = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 (in the limited child; expat refuses entity bombs)
    targets = {element.get("Id"): element.get("Target", "") for element in relationships}
    for sheet in workbook.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
        if sheet.get("name") == name:
            identifier = next((value for key, value in sheet.items() if _RELATIONSHIP_ID.match(key)), None)
            target = targets.get(identifier, "")
            return normpath(join("/xl", target)).removeprefix("/") if target else None
    return None


def valueless_cells(sheet_xml: bytes) -> Iterator[tuple[int, int, CellError]]:
    """(row, column, error) from 0 of the cells that hold an error or a formula never calculated."""
    if b't="e"' not in sheet_xml and b"<f" not in sheet_xml and b":f>" not in sheet_xml:
        return
    for found in _ODD_CELL.finditer(sheet_xml):
        reference = _REFERENCE.search(found["attributes"] or found["formula_attributes"])
        if reference is not None:
            row, column = int(reference[2]) - 1, column_index(reference[1])
            yield row, column, CellError((found["error"] or b"").decode("utf-8", "replace"))


def column_index(letters: bytes) -> int:
    """A → 0, XFD → 16383."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1
