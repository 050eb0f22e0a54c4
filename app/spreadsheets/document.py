"""What a sheet becomes once it is read: typed cells, recognised columns, rows and remarks.

Nothing here is imported from outside the standard library, so that the parsing child starts quickly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, TypeAlias

FIELDS: tuple[str, ...] = (
    "name",
    "nik",
    "sex",
    "birth_date",
    "phone",
    "email",
    "kelurahan",
    "kecamatan",
    "rt",
    "address",
    "target_group",
    "organization",
    "attendance",
    "signature",
    "registration",
    "note",
)

FileFormat: TypeAlias = Literal["xlsx", "xls", "xlsb", "ods", "csv"]
StatedTotalOf: TypeAlias = Literal["rows", "present"]
Level: TypeAlias = Literal["error", "review", "warning"]
AttendanceStatus: TypeAlias = Literal["present", "absent", "excused"]
Sex: TypeAlias = Literal["L", "P"]


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell without a value: `text` is what Excel shows ("#N/A"), "" for a formula never calculated."""

    text: str


Cell: TypeAlias = str | int | float | bool | date | datetime | time | CellError | None

# How a cell looks in JSON. A number stays a number and a text a text; the rest is an object of one key.
JsonCell: TypeAlias = str | int | float | bool | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the answers a person may choose from.

    `kind` says what `value` is: a code of a kelurahan or group, a known person's id or a row of this file.
    """

    kind: Literal["kelurahan", "target_group", "person", "row"]
    value: str | int
    label: str


@dataclass(frozen=True, slots=True)
class Message:
    """One remark on a cell, a row or (with `field` None) on all; the sentence is made when it is shown."""

    level: Level
    field: str | None
    code: str
    params: Mapping[str, str | int]
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """`index` counts from 0; `header` is the text as read; `field` is one of `FIELDS`, or None."""

    index: int
    header: str
    field: str | None


@dataclass(slots=True)
class SheetRow:
    """A participant's row: `number` is the row number that Excel shows, `cells` holds the mapped, filled cells."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class RecognisedSheet:
    """One sheet, with its table found and its columns named.

    `header_row` is the first of the one or two header rows, as Excel numbers them. `preview` holds the texts of
    the sheet from its first row on, past the header. `title_kelurahan` is the letterhead's, as read, and so are the
    days from `stated_date` to `stated_until`, mostly one.
    """

    format: FileFormat
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    stated_total: int | None
    stated_total_of: StatedTotalOf | None
    stated_date: date | None
    stated_until: date | None
    title_kelurahan: str | None
    preview: tuple[tuple[str, ...], ...]
    warnings: tuple[Message, ...]


def cell_to_json(cell: Cell) -> JsonCell:
    """A cell for storing: judging it again needs to know a number from a text, a date from both."""
    match cell:
        case datetime():
            return {"datetime": cell.isoformat()}
        case date():
            return {"date": cell.isoformat()}
        case time():
            return {"time": cell.isoformat()}
        case CellError():
            return {"error": cell.text}
        case _:
            return cell


def cell_from_json(stored: JsonCell) -> Cell:
    """The cell that `cell_to_json` stored."""
    if not isinstance(stored, dict):
        return stored
    ((kind, text),) = stored.items()
    match kind:
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "time":
            return time.fromisoformat(text)
        case _:
            return CellError(text)


def cell_text(cell: Cell) -> str:
    """A cell as a person reads it in the sheet: whole numbers without ".0", dates as dd-mm-yyyy."""
    match cell:
        case str():
            return cell
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() else str(cell)
        case datetime():
            return cell.strftime("%d-%m-%Y" if cell.time() == time.min else "%d-%m-%Y %H:%M")
        case date():
            return cell.strftime("%d-%m-%Y")
        case time():
            return cell.strftime("%H:%M")
        case CellError():
            return cell.text or "#FORMULA"
