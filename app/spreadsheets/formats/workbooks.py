"""Read the sheets of a file as grids of cells. The content decides the format, not the file's name."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, TypeAlias
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.people.values.cells import Cell, CellError
from app.spreadsheets.detected_table import FileFormat
from app.spreadsheets.formats.binary_excel import inspect_xls, inspect_xlsb
from app.spreadsheets.formats.csv import read_csv_rows
from app.spreadsheets.formats.failures import MAX_UNPACKED_BYTES, SheetFailure
from app.spreadsheets.formats.grid import MAX_COLUMNS, Grid, Merge
from app.spreadsheets.formats.ods import OdsSheet, read_ods_sheets
from app.spreadsheets.formats.xlsx_parts import XlsxBook, drop_far_cells

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_FILES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"PK\x05\x06")
_DAMAGED_FILE_ERRORS = (
    BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


_RowsAndMerges: TypeAlias = tuple[list[list[Cell]], list[Merge] | None]


@dataclass(slots=True)
class SheetSource:
    """A visible sheet whose rows are read when `read` is called."""

    name: str
    read: Callable[[], _RowsAndMerges]
    counts_from_1904: bool = False


def read_grids(content: bytes, sheet: str | None, *, trim: bool) -> Iterator[Grid]:
    """Yield the visible sheets in order, or only the named one. `trim` first removes far cells from an .xlsx.

    Sheets are read one by one, when they are asked for. Raises `SheetFailure` for a file that can't be read and for a
    name that no visible sheet has.
    """
    file_format = _detect_format(content)
    try:
        sources = _sources(content, file_format, trim=trim)
        names = tuple(source.name for source in sources)
        chosen = [source for source in sources if sheet is None or source.name == sheet]
        if not chosen:
            raise SheetFailure("no-such-sheet", sheet=sheet) if sheet else SheetFailure("empty-file")
        for source in chosen:
            rows, merges = source.read()
            yield Grid(file_format, source.name, names, rows, merges, source.counts_from_1904)
    except PasswordError as error:
        raise SheetFailure("password-protected") from error
    except (CalamineError, SyntaxError, OSError, *_DAMAGED_FILE_ERRORS) as error:
        raise SheetFailure("unreadable-file") from error
    except BaseException as error:
        if file_format == "xls" and _is_panic(error):
            raise SheetFailure("unreadable-file") from error
        raise


def _is_panic(error: BaseException) -> bool:
    """Return whether calamine panicked on a damaged .xls. The class is no `Exception` and can't be imported."""
    return type(error).__name__ == "PanicException"


def _detect_format(content: bytes) -> FileFormat:
    """Return the format by the first bytes, "csv" for any other content.

    Raises `SheetFailure` for an empty file and for known formats that are no spreadsheets.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise SheetFailure("empty-file")
    if content.startswith(_ZIP):
        return _detect_zip_format(content)
    if content.startswith(_OLE):
        return "xls"
    if content.startswith(_OTHER_FILES):
        raise SheetFailure("not-a-spreadsheet")
    return "csv"


def _detect_zip_format(content: bytes) -> FileFormat:
    """Return the format of a zip file by its parts.

    Raises `SheetFailure` if it is damaged, encrypted, too large once unpacked, or no spreadsheet.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
            manifest = archive.read("META-INF/manifest.xml")[:100_000] if mimetype else b""
    except _DAMAGED_FILE_ERRORS as error:
        raise SheetFailure("unreadable-file") from error
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise SheetFailure("too-large-unpacked", megabytes=MAX_UNPACKED_BYTES // 1024**2)
    if any(part.flag_bits & 1 for part in parts) or b"encryption-data" in manifest:
        raise SheetFailure("password-protected")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    raise SheetFailure("not-a-spreadsheet")


def _sources(content: bytes, file_format: FileFormat, *, trim: bool) -> list[SheetSource]:
    """Return the visible sheets of a file; most are read only when their `read` is called."""
    match file_format:
        case "csv":
            rows = read_csv_rows(content)
            return [SheetSource("CSV", lambda: (rows, None))]
        case "ods":
            return [_ods_source(sheet) for sheet in read_ods_sheets(content) if sheet.visible]
        case "xlsx":
            return _xlsx_sources(drop_far_cells(content) if trim else content)
        case _:
            return _binary_sources(content, file_format)


def _ods_source(sheet: OdsSheet) -> SheetSource:
    return SheetSource(sheet.name, lambda: (sheet.rows, sheet.merges), sheet.counts_from_1904)


def _xlsx_sources(content: bytes) -> list[SheetSource]:
    """Return the visible sheets of an .xlsx, with error cells that calamine reads as empty put back."""
    book = XlsxBook(ZipFile(BytesIO(content)))

    def read(sheet: CalamineSheet) -> _RowsAndMerges:
        rows = _calamine_rows(sheet)
        _put_errors(rows, book.valueless_cells(sheet.name))
        return rows, _calamine_merges(sheet)

    return _calamine_sources(content, read, book.counts_from_1904())


def _binary_sources(content: bytes, file_format: FileFormat) -> list[SheetSource]:
    """Return the sheets of an .xls or .xlsb. A file with error cells, which would be read as empty, is refused."""
    book = inspect_xls(content) if file_format == "xls" else inspect_xlsb(ZipFile(BytesIO(content)))
    if book.has_errors:
        raise SheetFailure("error-cells", format=file_format)
    return _calamine_sources(
        content, lambda sheet: (_calamine_rows(sheet), _calamine_merges(sheet)), book.counts_from_1904
    )


def _calamine_sources(
    content: bytes, read: Callable[[CalamineSheet], _RowsAndMerges], counts_from_1904: bool
) -> list[SheetSource]:
    """Return the visible worksheets that calamine lists; `read` returns the rows and merges of one."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))

    def source(name: str) -> SheetSource:
        return SheetSource(name, lambda: read(workbook.get_sheet_by_name(name)), counts_from_1904)

    return [
        source(sheet.name)
        for sheet in workbook.sheets_metadata
        if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
    ]


def _calamine_rows(sheet: CalamineSheet) -> list[list[Cell]]:
    """Return the rows from A1 on, at most `MAX_COLUMNS` wide; durations become texts."""
    if sheet.start is None:
        return []
    before: list[Cell] = [None] * sheet.start[1]
    rows: list[list[Cell]] = []
    for raw in sheet.iter_rows():
        cells: list[Any] = raw[:MAX_COLUMNS] if len(raw) > MAX_COLUMNS else raw
        if timedelta in map(type, cells):
            cells = [str(cell) if isinstance(cell, timedelta) else cell for cell in cells]
        rows.append(before + cells if before else cells)
    return rows


def _calamine_merges(sheet: CalamineSheet) -> list[Merge] | None:
    """Return the merged areas, None if calamine doesn't know them."""
    ranges = sheet.merged_cell_ranges
    if ranges is None:
        return None
    return [Merge(top, left, bottom, right) for (top, left), (bottom, right) in ranges]


def _put_errors(rows: list[list[Cell]], errors: Iterable[tuple[int, int, CellError]]) -> None:
    """Write errors (row and column from 0) into the rows; those outside the rows are ignored."""
    for row, column, error in errors:
        if row < len(rows) and column < MAX_COLUMNS:
            cells = rows[row]
            cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = error
