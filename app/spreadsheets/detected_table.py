"""The table that was detected in a sheet, with its columns, rows and warnings, and its JSON.

The child process that parses a file returns it as JSON. No library is imported here, so that the child starts quickly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any, Literal, TypeAlias

from app.people.remarks import Remark, remark_from_json, remark_to_json
from app.people.values.cells import Cell, CellError, cell_from_json, cell_to_json

FileFormat: TypeAlias = Literal[
    "xlsx", "xls", "xlsb", "ods", "csv", "tsv", "txt", "docx", "html", "xml", "pdf", "photo"
]
StatedTotalOf: TypeAlias = Literal["rows", "present"]
AttendanceStatus: TypeAlias = Literal["present", "absent", "excused"]
BlankMeans: TypeAlias = Literal["present", "absent"]
Meeting: TypeAlias = Literal["zoom", "meet", "teams", "webex", "other"]
"""The application whose report of an online meeting a list is; "other" is not known by its headings."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `index` counts from 0, `header` is its heading; `field` is one of `FIELDS` or None."""

    index: int
    header: str
    field: str | None


PART_SIZE = 2_000_000
"""More than the rows of any sheet; see `row_number`."""


def row_number(part: int, row: int) -> int:
    """Return the number of a row of the file's list: Excel's in the first part, apart from it in further ones.

    Further parts are lists beside the first one, or on other sheets that are read as one list with it.
    """
    return part * PART_SIZE + row


def to_excel_row(number: int) -> int:
    """Return a row's number as Excel shows it."""
    return number % PART_SIZE


@dataclass(frozen=True, slots=True)
class SheetSession:
    """The session for which a file is read: it decides which sheet is the list.

    `day_number` is the place of its day among the days of its workshop, from 1, or None if that is not known. `starts`
    and `ends` are aware instants between which the minutes of an online meeting count.
    """

    day: date
    code: str
    day_number: int | None = None
    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """A visible sheet of a file: how many people it names, the day that it states, and whether it was read.

    `is_list` is false for a sheet without people, and for one that counts people or lists other things.
    """

    name: str
    people: int
    stated_date: date | None
    read: bool
    is_list: bool


@dataclass(slots=True)
class SheetRow:
    """A row of a table; `cells` are the filled cells of columns that have a field.

    `number` is the row as Excel shows it, or that of `row_number` in a further list of the file. `remarks` are findings
    about the row that its cells alone don't show, such as that it is struck out.
    """

    number: int
    cells: dict[str, Cell]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class DayCaption:
    """The caption of a day in `row`, in a sheet with the lists of several days below each other.

    `row` is numbered as the rows are (`row_number`), so that it divides those of its own list. `first` and `last` are
    the days that it names (mostly one), None if it names none ("Hari Kedua"). `count` is the number of rows from it to
    the next caption.
    """

    row: int
    text: str
    first: date | None
    last: date | None
    count: int = 0


def captions_of_part(captions: Iterable[DayCaption], part: int) -> list[DayCaption]:
    """Return the captions with the numbers that their rows have in this part of the file's list."""
    return [replace(caption, row=row_number(part, caption.row)) for caption in captions]


@dataclass(frozen=True, slots=True)
class DetectedTable:
    """The table of one sheet.

    `header_row` is the first of the one or two header rows, as Excel numbers them. `stated_total`, the days from
    `stated_date` to `stated_until` (mostly one) and `letterhead_kelurahan` (as written) are stated by the sheet itself.
    `blank_means` is what a blank attendance cell means by the marks of the file; None for tables without attendance.
    `preview` contains the texts of the sheet's first rows, up to some below the header. `sheet_summaries` describe all
    visible sheets, read or not. `day_captions` divide the rows of several days. `meeting` is the application whose
    report of an online meeting this is, in which a person has a row for each time that they joined; None for another
    list. Each row of such a report has the cell "minutes": how long the person took part, with all of their rows.
    """

    format: FileFormat
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    stated_total: int | None = None
    stated_total_of: StatedTotalOf | None = None
    stated_date: date | None = None
    stated_until: date | None = None
    letterhead_kelurahan: str | None = None
    preview: tuple[tuple[str, ...], ...] = ()
    warnings: tuple[Remark, ...] = ()
    blank_means: BlankMeans | None = None
    sheet_summaries: tuple[SheetSummary, ...] = ()
    day_captions: tuple[DayCaption, ...] = ()
    meeting: Meeting | None = None


def session_to_json(session: SheetSession | None) -> dict[str, Any] | None:
    """Return a session as JSON from which `session_from_json` restores it."""
    if session is None:
        return None
    return {
        **asdict(session),
        "day": session.day.isoformat(),
        "starts": session.starts.isoformat() if session.starts else None,
        "ends": session.ends.isoformat() if session.ends else None,
    }


def session_from_json(stored: dict[str, Any] | None) -> SheetSession | None:
    """Return the session that `session_to_json` stored."""
    if stored is None:
        return None
    return SheetSession(
        day=date.fromisoformat(stored["day"]),
        code=stored["code"],
        day_number=stored["day_number"],
        starts=datetime.fromisoformat(stored["starts"]) if stored["starts"] else None,
        ends=datetime.fromisoformat(stored["ends"]) if stored["ends"] else None,
    )


_NOT_IN_JSON = frozenset({date, datetime, time, CellError})


def table_to_json(table: DetectedTable) -> dict[str, Any]:
    """Return a table as JSON from which `table_from_json` restores it."""
    return {
        "format": table.format,
        "sheet": table.sheet,
        "sheets": table.sheets,
        "header_row": table.header_row,
        "columns": [[column.index, column.header, column.field] for column in table.columns],
        "rows": [[row.number, _cells_to_json(row)] for row in table.rows],
        "row_remarks": row_remarks_to_json(table.rows),
        "stated_total": table.stated_total,
        "stated_total_of": table.stated_total_of,
        "stated_date": _date_to_json(table.stated_date),
        "stated_until": _date_to_json(table.stated_until),
        "title_kelurahan": table.letterhead_kelurahan,
        "preview": table.preview,
        "warnings": [remark_to_json(remark) for remark in table.warnings],
        "blank_means": table.blank_means,
        "sheet_summaries": summaries_to_json(table.sheet_summaries),
        "day_captions": day_captions_to_json(table.day_captions),
        "meeting": table.meeting,
    }


def table_from_json(stored: dict[str, Any]) -> DetectedTable:
    """Return the table that `table_to_json` stored."""
    remarks = row_remarks_from_json(stored["row_remarks"])
    return DetectedTable(
        format=stored["format"],
        sheet=stored["sheet"],
        sheets=tuple(stored["sheets"]),
        header_row=stored["header_row"],
        columns=tuple(Column(*column) for column in stored["columns"]),
        rows=tuple(
            SheetRow(number, _cells_from_json(cells), remarks.get(number, ()))
            for number, cells in stored["rows"]
        ),
        stated_total=stored["stated_total"],
        stated_total_of=stored["stated_total_of"],
        stated_date=_date_from_json(stored["stated_date"]),
        stated_until=_date_from_json(stored["stated_until"]),
        letterhead_kelurahan=stored["title_kelurahan"],
        preview=tuple(tuple(row) for row in stored["preview"]),
        warnings=tuple(remark_from_json(remark) for remark in stored["warnings"]),
        blank_means=stored["blank_means"],
        sheet_summaries=summaries_from_json(stored["sheet_summaries"]),
        day_captions=day_captions_from_json(stored["day_captions"]),
        meeting=stored["meeting"],
    )


def row_remarks_to_json(rows: Iterable[SheetRow]) -> dict[str, list[dict[str, Any]]]:
    """Return the remarks of the rows that have some, by row number."""
    return {
        str(row.number): [remark_to_json(remark) for remark in row.remarks] for row in rows if row.remarks
    }


def row_remarks_from_json(stored: Mapping[str, list[dict[str, Any]]]) -> dict[int, tuple[Remark, ...]]:
    """Return the remarks that `row_remarks_to_json` stored."""
    return {int(number): tuple(map(remark_from_json, remarks)) for number, remarks in stored.items()}


def summaries_to_json(summaries: Iterable[SheetSummary]) -> list[dict[str, Any]]:
    """Return summaries of sheets as JSON from which `summaries_from_json` restores them."""
    return [{**asdict(summary), "stated_date": _date_to_json(summary.stated_date)} for summary in summaries]


def summaries_from_json(stored: Iterable[dict[str, Any]]) -> tuple[SheetSummary, ...]:
    """Return the summaries that `summaries_to_json` stored."""
    return tuple(
        SheetSummary(**{**summary, "stated_date": _date_from_json(summary["stated_date"])})
        for summary in stored
    )


def day_captions_to_json(captions: Iterable[DayCaption]) -> list[list[Any]]:
    """Return captions as JSON from which `day_captions_from_json` restores them."""
    return [
        [caption.row, caption.text, _date_to_json(caption.first), _date_to_json(caption.last), caption.count]
        for caption in captions
    ]


def day_captions_from_json(stored: Iterable[Any]) -> tuple[DayCaption, ...]:
    """Return the captions that `day_captions_to_json` stored."""
    return tuple(
        DayCaption(row, text, _date_from_json(first), _date_from_json(last), count)
        for row, text, first, last, count in stored
    )


def _date_to_json(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date_from_json(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _cells_to_json(row: SheetRow) -> dict[str, Any]:
    """Return a row's cells as JSON; most rows contain texts and numbers only and need no conversion."""
    if _NOT_IN_JSON.isdisjoint(map(type, row.cells.values())):
        return row.cells
    return {field: cell_to_json(cell) for field, cell in row.cells.items()}


def _cells_from_json(cells: dict[str, Any]) -> dict[str, Any]:
    """Return the cells that `_cells_to_json` stored."""
    if dict in map(type, cells.values()):
        return {field: cell_from_json(cell) for field, cell in cells.items()}
    return cells
