"""Read the sheets of a file as grids of cells. The content decides the format, not the file's name."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any, TypeAlias
from zipfile import ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.people.values.cells import Cell, CellError
from app.people.values.nik import mask_niks
from app.spreadsheets.detected_table import FileFormat
from app.spreadsheets.formats.binary_excel import inspect_xls, inspect_xlsb
from app.spreadsheets.formats.csv import read_text_rows
from app.spreadsheets.formats.documents import DocumentTable, collect_tables
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.file_kinds import DAMAGED_FILE_ERRORS, detect_format
from app.spreadsheets.formats.grid import MAX_COLUMNS, Grid, Look, Merge
from app.spreadsheets.formats.ods import OdsSheet, read_ods_sheets
from app.spreadsheets.formats.xlsx_look import read_look
from app.spreadsheets.formats.xlsx_parts import XlsxBook, drop_far_cells

MAX_BYTES_WITH_LOOK = 5 * 1024**2
"""Of larger .xlsx files colours, strikes, pictures and comments are not looked at."""

_RowsAndMerges: TypeAlias = tuple[list[list[Cell]], list[Merge] | None]


@dataclass(slots=True)
class SheetSource:
    """A visible sheet whose rows are read when `read` is called, and what the eye sees when `look` is."""

    name: str
    read: Callable[[], _RowsAndMerges]
    counts_from_1904: bool = False
    look: Callable[[], Look] = Look
    above: list[list[Cell]] = field(default_factory=list)


def read_grids(content: bytes, *, trim: bool) -> Iterator[Grid]:
    """Yield the visible sheets. `trim` first removes cells far outside any list. NIKs in their names are masked.

    Sheets are read one by one, when they are asked for. Raises `SheetFailure` for a file that can't be read and for a
    name that no visible sheet has.
    """
    file_format = detect_format(content)
    try:
        file_format, sources = _sources(content, file_format, trim=trim)
        names = tuple(mask_niks(source.name) for source in sources)
        if not sources:
            raise SheetFailure("empty-file")
        for name, source in zip(names, sources, strict=True):
            rows, merges = source.read()
            yield Grid(
                file_format,
                name,
                names,
                rows,
                merges,
                source.counts_from_1904,
                source.above,
                source.look,
            )
    except PasswordError as error:
        raise SheetFailure("password-protected") from error
    except (CalamineError, SyntaxError, OSError, *DAMAGED_FILE_ERRORS) as error:
        raise SheetFailure("unreadable-file") from error
    except BaseException as error:
        if file_format == "xls" and _is_panic(error):
            raise SheetFailure("unreadable-file") from error
        raise


def _is_panic(error: BaseException) -> bool:
    """Return whether calamine panicked on a damaged .xls. The class is no `Exception` and can't be imported."""
    return type(error).__name__ == "PanicException"


def _sources(content: bytes, file_format: FileFormat, *, trim: bool) -> tuple[FileFormat, list[SheetSource]]:
    """Return the visible sheets, and the format, which only reading tells of a text file."""
    match file_format:
        case "csv":
            rows, file_format = read_text_rows(content)
            return file_format, [SheetSource("CSV", lambda: (rows, None))]
        case "ods":
            sources = [_ods_source(sheet) for sheet in read_ods_sheets(content) if sheet.visible]
        case "xml":
            sources = _xml_sources(content)
        case "docx" | "html" | "pdf":
            sources = _document_sources(content, file_format)
        case "xlsx":
            sources = _xlsx_sources(drop_far_cells(content) if trim else content)
        case _:
            sources = _binary_sources(content, file_format)
    return file_format, sources


def _document_sources(content: bytes, file_format: FileFormat) -> list[SheetSource]:
    """Return the tables of a document. Each reader's library is loaded only for its format, as that takes long."""
    match file_format:
        case "docx":
            from app.spreadsheets.formats.word import read_word_blocks as read
        case "html":
            from app.spreadsheets.formats.html import read_html_blocks as read
        case _:
            from app.spreadsheets.formats.pdf import read_pdf_blocks as read
    try:
        tables = collect_tables(read(content))
    except (SheetFailure, MemoryError):
        raise
    except Exception as error:  # On damaged files the libraries raise more than their own errors.
        raise SheetFailure("unreadable-file") from error
    if not tables:
        raise SheetFailure("document-without-table")
    return [_document_source(f"Tabel {number}", table) for number, table in enumerate(tables, 1)]


def _document_source(name: str, table: DocumentTable) -> SheetSource:
    return SheetSource(name, lambda: (table.rows, table.merges), look=lambda: table.look, above=table.above)


def _xml_sources(content: bytes) -> list[SheetSource]:
    from app.spreadsheets.formats.spreadsheet_xml import XmlSheet, read_xml_sheets

    def source(sheet: XmlSheet) -> SheetSource:
        return SheetSource(sheet.name, lambda: (sheet.rows, sheet.merges), look=lambda: sheet.look)

    return [source(sheet) for sheet in read_xml_sheets(content) if sheet.visible]


def _ods_source(sheet: OdsSheet) -> SheetSource:
    return SheetSource(sheet.name, lambda: (sheet.rows, sheet.merges), sheet.counts_from_1904)


def _xlsx_sources(content: bytes) -> list[SheetSource]:
    """Return the visible sheets of an .xlsx, with error cells that calamine reads as empty put back."""
    book = XlsxBook(ZipFile(BytesIO(content)))

    def read(sheet: CalamineSheet) -> _RowsAndMerges:
        rows = _calamine_rows(sheet)
        _put_errors(rows, book.valueless_cells(sheet.name))
        return rows, _calamine_merges(sheet)

    def look(name: str) -> Look:
        if len(content) > MAX_BYTES_WITH_LOOK:
            return Look()
        try:
            return read_look(book, name)
        except (SyntaxError, OSError, *DAMAGED_FILE_ERRORS) as error:
            raise SheetFailure("unreadable-file") from error

    return _calamine_sources(content, read, book.counts_from_1904(), look)


def _binary_sources(content: bytes, file_format: FileFormat) -> list[SheetSource]:
    """Return the sheets of an .xls or .xlsb. A file with error cells, which would be read as empty, is refused."""
    book = inspect_xls(content) if file_format == "xls" else inspect_xlsb(ZipFile(BytesIO(content)))
    if book.has_errors:
        raise SheetFailure("error-cells", format=file_format)
    return _calamine_sources(
        content, lambda sheet: (_calamine_rows(sheet), _calamine_merges(sheet)), book.counts_from_1904
    )


def _calamine_sources(
    content: bytes,
    read: Callable[[CalamineSheet], _RowsAndMerges],
    counts_from_1904: bool,
    look: Callable[[str], Look] = lambda _: Look(),
) -> list[SheetSource]:
    """Return the visible worksheets that calamine lists; `read` returns the rows and merges of one."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))

    def source(name: str) -> SheetSource:
        return SheetSource(
            name,
            lambda: read(workbook.get_sheet_by_name(name)),
            counts_from_1904,
            lambda: look(name),
        )

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
