"""Read from the XML of an .xlsx file what calamine does not report, and remove cells that it can't handle.

calamine reads error cells, and formulas that were never calculated, as empty, and does not report the date system.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator
from io import BytesIO
from posixpath import join, normpath, split
from zipfile import ZIP_STORED, ZipFile

from app.people.values.cells import CellError
from app.spreadsheets.formats.failures import MAX_ROWS
from app.spreadsheets.formats.grid import MAX_COLUMNS

_MAIN = "{*}"
_BOOK = "xl/workbook.xml"
_RELATIONSHIP_ID = re.compile(r"\{.*/relationships\}id$")
_VALUELESS_CELL = re.compile(
    rb'<(?:\w+:)?c\b(?P<attributes>(?=[^>]*\bt="e")[^>]*[^>/])>.*?<(?:\w+:)?v>(?P<error>[^<]*)</'
    rb'|<(?:\w+:)?c\b(?P<formula_attributes>(?![^>]*\bt="str")[^>]*[^>/])>'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v>\s*</(?:\w+:)?v>|<(?:\w+:)?v\s*/>)?</(?:\w+:)?c>"
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


class XlsxBook:
    """The XML parts of an .xlsx file."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())
        self._sheet_xml: tuple[str, bytes] = ("", b"")
        self._book = ET.fromstring(archive.read(_BOOK))  # noqa: S314 (in the limited child; expat refuses entity bombs)

    def counts_from_1904(self) -> bool:
        """Return whether dates count from 1904, as in workbooks from old Macs."""
        properties = self._book.find(f"{_MAIN}workbookPr")
        return properties is not None and properties.get("date1904") in {"1", "true"}

    def valueless_cells(self, sheet: str) -> Iterator[tuple[int, int, CellError]]:
        """Yield row, column (from 0) and error of cells with an error or a formula that was never calculated."""
        return _valueless_cells(self.sheet_xml(sheet))

    def sheet_xml(self, sheet: str) -> bytes:
        """Return the XML of a sheet, or b"" if it has none; that of the last sheet is kept."""
        if self._sheet_xml[0] != sheet:
            part = self._part(sheet)
            self._sheet_xml = (sheet, self.read(part) if part else b"")
        return self._sheet_xml[1]

    def read(self, part: str) -> bytes:
        """Return a part of the file. Raises `KeyError` if there is none."""
        return self._archive.read(part)

    def parts_of_sheet(self, sheet: str) -> Collection[str]:
        """Return the paths of the parts to which a sheet refers: drawings, comments."""
        part = self._part(sheet) or ""
        folder, name = split(part)
        if f"{folder}/_rels/{name}.rels" not in self.names:
            return ()
        return relationship_targets(self._archive, part).values()

    def _part(self, sheet: str) -> str | None:
        """Return the path of a sheet's XML inside the file, or None if no sheet has this name."""
        for element in self._book.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
            if element.get("name") == sheet:
                identifier = next(
                    (value for key, value in element.items() if _RELATIONSHIP_ID.match(key)), ""
                )
                return relationship_targets(self._archive, _BOOK).get(identifier)
        return None


def relationship_targets(archive: ZipFile, part: str) -> dict[str, str]:
    """Return by identifier the paths inside the file to which a part refers. Raises `KeyError` if it refers to none."""
    folder, name = split(part)
    relationships = ET.fromstring(archive.read(f"{folder}/_rels/{name}.rels"))  # noqa: S314 (in the limited child; expat refuses entity bombs)
    return {
        element.get("Id", ""): normpath(join("/", folder, target)).removeprefix("/")
        for element in relationships
        if (target := element.get("Target"))
    }


def _valueless_cells(sheet_xml: bytes) -> Iterator[tuple[int, int, CellError]]:
    """Yield row, column (both from 0) and error of the cells with an error or a formula that was never calculated.

    The latter's error has the text "". Blank cells are not yielded.
    """
    if b't="e"' not in sheet_xml and b"<f" not in sheet_xml and b":f>" not in sheet_xml:
        return
    for match in _VALUELESS_CELL.finditer(sheet_xml):
        place = cell_position(match["attributes"] or match["formula_attributes"])
        if place is not None:
            yield *place, CellError((match["error"] or b"").decode("utf-8", "replace"))


def cell_position(attributes: bytes) -> tuple[int, int] | None:
    """Return row and column (from 0) that the attributes of a cell name, or None."""
    reference = _REFERENCE.search(attributes)
    return None if reference is None else (int(reference[2]) - 1, column_index(reference[1]))


def column_index(letters: bytes) -> int:
    """Return the index of a column from its letters: A → 0, XFD → 16383."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


LAST_ROW = MAX_ROWS + 10_000

_XLSX_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})"[^>]*?(?:/>|>.*?</(?:\w+:)?c>)',
    re.DOTALL,
)


def drop_far_cells(content: bytes) -> bytes:
    """Return the .xlsx file without cells right of `MAX_COLUMNS` or below `LAST_ROW`, uncompressed.

    calamine allocates the whole rectangle up to the last cell: a single one at XFD1048576, as left behind by a stray
    key press, takes 550 GB.
    """
    trimmed = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(trimmed, "w", ZIP_STORED) as target:
        for part in source.namelist():
            data = source.read(part)
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                data = _XLSX_CELL.sub(_keep_near, data)
            target.writestr(part, data)
    return trimmed.getvalue()


def _keep_near(cell: re.Match[bytes]) -> bytes:
    """Return the cell's XML, or b"" if it is far outside."""
    inside = int(cell["row"]) <= LAST_ROW and column_index(cell["column"]) < MAX_COLUMNS
    return cell[0] if inside else b""
