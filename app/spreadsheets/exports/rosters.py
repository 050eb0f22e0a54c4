"""Write a session's attendance list (daftar hadir) as a workbook to fill in and upload again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.child_call import call_in_child
from app.excel import set_up_print, workbook_bytes
from app.i18n import N_, Language, Translator, translator, wita
from app.people.values.outside_places import ELSEWHERE
from app.spreadsheets.detected_table import AttendanceStatus
from app.spreadsheets.exports.excel_cells import (
    ChoiceLists,
    write_heading,
    write_styled_cell,
    write_table_cell,
)
from app.spreadsheets.exports.field_headings import HEADINGS, MARKS, mark_text

WALK_IN_ROWS = 20
"""Empty rows for people who come without a registration."""
TEMPLATE_ROWS = 60
"""Empty rows of the template for lists of sessions that aren't in the service yet."""
MAX_PEOPLE_IN_THIS_PROCESS = 500

_ROW_HEIGHT = 28
"""In points: room for a signature."""
_LOCKED_FILL = PatternFill("solid", fgColor="F1F4F4")
_UNLOCKED = Protection(locked=False)


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A registration as a line of the list. `place` and `target_group` are names, not codes."""

    registration: str
    name: str
    sex: str | None
    place: str
    rt: str | None
    target_group: str
    attendance: AttendanceStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContent:
    """The registrations in the order of the list, and the names offered for people without a registration."""

    people: tuple[RosterLine, ...] = ()
    kelurahan: tuple[str, ...]
    target_groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster(ListContent):
    """The list of a session. `starts_at` and `ends_at` are aware instants."""

    session_code: str
    workshop_title: str
    organization: str
    venue: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Column:
    """A column. `width` is in characters; `text` returns what it shows of a registration, locked unless `open`."""

    field: str
    heading: str
    width: float
    text: Callable[[RosterLine], str | None]
    centred: bool = False
    open: bool = False
    hidden: bool = False


_COLUMNS = (
    _Column("name", HEADINGS["name"], 38, lambda line: line.name),
    _Column("sex", N_("L/P"), 6, lambda line: line.sex, centred=True),
    _Column("kelurahan", HEADINGS["kelurahan"], 22, lambda line: line.place),
    _Column("rt", HEADINGS["rt"], 6, lambda line: line.rt, centred=True),
    _Column("target_group", HEADINGS["target_group"], 22, lambda line: line.target_group),
    _Column("phone", HEADINGS["phone"], 18, lambda _: None, open=True),
    _Column("attendance", HEADINGS["attendance"], 14, lambda line: line.attendance, centred=True, open=True),
    _Column("signature", HEADINGS["signature"], 20, lambda _: None, open=True),
    _Column("registration", HEADINGS["registration"], 16, lambda line: line.registration, hidden=True),
)
FACTS = (N_("Workshop"), N_("Held by"), N_("Day/Date"), N_("Place"), N_("Time"))
"""The labels of what stands above the list."""
_FIRST_COLUMN = 2
_LAST_COLUMN = _FIRST_COLUMN + len(_COLUMNS) - 1
_SECOND_FACTS_COLUMN = 6


def roster_title(_: Translator) -> str:
    """Return the title of the list in the language of `_`."""
    return _("Participants' attendance list")


def roster_facts(roster: Roster, _: Translator, language: Language) -> tuple[tuple[str, str], ...]:
    """Return the facts of the session above the list as (label, value), times in WITA.

    The date is parsed from them after an upload.
    """
    starts, ends = wita(roster.starts_at), wita(roster.ends_at)
    values = (
        roster.workshop_title,
        roster.organization,
        format_date(starts.date(), "EEEE, d MMMM yyyy", locale=language),
        roster.venue or "–",
        f"{starts:%H.%M}–{ends:%H.%M} WITA",
    )
    return tuple((_(label), value) for label, value in zip(FACTS, values, strict=True))


def write_roster(
    roster: Roster, letterhead: tuple[str, ...], upload_address: str, language: Language
) -> bytes:
    """Return the .xlsx file: marks by drop-down, known details locked, registration codes in a hidden column.

    Empty rows for people without a registration follow. `letterhead` are the lines above the title, `upload_address` is
    printed as the place to upload the filled list. Long lists are written in a child process, because they take memory
    and seconds (10,000 people: 50 MB, 6 s).
    """
    if len(roster.people) > MAX_PEOPLE_IN_THIS_PROCESS:
        return call_in_child(_write_roster, roster, letterhead, upload_address, language)
    return _write_roster(roster, letterhead, upload_address, language)


def _write_roster(
    roster: Roster, letterhead: tuple[str, ...], upload_address: str, language: Language
) -> bytes:
    _ = translator(language)
    hint = _(
        "Choose each person's attendance, write who came unregistered in the empty rows, upload: %(address)s"
    )
    facts = roster_facts(roster, _, language)
    return _write_list(roster, WALK_IN_ROWS, facts, hint % {"address": upload_address}, letterhead, _)


def write_list_template(
    kelurahan: tuple[str, ...], target_groups: tuple[str, ...], letterhead: tuple[str, ...], _: Translator
) -> bytes:
    """Return an empty attendance list as .xlsx, for sessions that are not in the service yet.

    The facts of the session are left blank. Kelurahan, target group, sex and attendance have drop-downs.
    """
    facts = tuple((_(label), "") for label in FACTS)
    hint = _("Write one person in each row. The list can be uploaded as it is once its session exists.")
    return _write_list(
        ListContent(kelurahan=kelurahan, target_groups=target_groups),
        TEMPLATE_ROWS,
        facts,
        hint,
        letterhead,
        _,
    )


def _write_list(
    content: ListContent,
    empty_rows: int,
    facts: tuple[tuple[str, str], ...],
    hint: str,
    letterhead: tuple[str, ...],
    _: Translator,
) -> bytes:
    """Return a workbook with a letterhead, the registered people, `empty_rows` to fill in, and drop-downs."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _("Attendance list")
    head_line = _write_letterhead(sheet, facts, hint, (*letterhead, roster_title(_).upper()))
    write_heading(sheet, head_line, 1, _("No."))
    for index, column in enumerate(_COLUMNS, _FIRST_COLUMN):
        write_heading(sheet, head_line, index, _(column.heading))
    for number, line in enumerate(content.people, 1):
        _write_person(sheet, head_line + number, number, line, _)
    first_empty = head_line + len(content.people) + 1
    for row in range(first_empty, first_empty + empty_rows):
        _write_walk_in(sheet, row, row - head_line)
    _add_drop_downs(book, sheet, content, head_line + 1, first_empty, first_empty + empty_rows - 1, _)
    _set_up_sheet(sheet, head_line)
    return workbook_bytes(book)


def _write_letterhead(
    sheet: Worksheet, facts: tuple[tuple[str, str], ...], hint: str, titles: tuple[str, ...]
) -> int:
    """Write the few lines above the table, which stay in view, and return the line of the header."""
    for line, text in enumerate(titles, 1):
        write_styled_cell(sheet, line, 1, text, bold=True).alignment = Alignment(
            horizontal="center", vertical="center"
        )
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=_LAST_COLUMN)
    sheet.row_dimensions[len(titles)].height = _ROW_HEIGHT
    first = len(titles) + 1
    texts = [f"{label}: {value}" for label, value in facts]
    for line, text in enumerate(texts[:2], first):
        write_styled_cell(sheet, line, 1, text)
    for line, text in enumerate(texts[2:], first):
        write_styled_cell(sheet, line, _SECOND_FACTS_COLUMN, text)
    line = first + max(2, len(texts) - 2)
    write_styled_cell(sheet, line, 1, hint).alignment = Alignment(vertical="center")
    sheet.row_dimensions[line].height = _ROW_HEIGHT
    return line + 1


def _write_person(sheet: Worksheet, line: int, number: int, person: RosterLine, _: Translator) -> None:
    """Write a registration as the row `line`, with `number` in the first column; all but open columns are locked."""
    write_table_cell(sheet, line, 1, number, centred=True)
    for index, column in enumerate(_COLUMNS, _FIRST_COLUMN):
        text = column.text(person)
        if column.field == "attendance" and person.attendance is not None:
            text = mark_text(person.attendance, _)
        cell = write_table_cell(sheet, line, index, text, centred=column.centred)
        if column.open:
            cell.protection = _UNLOCKED
        else:
            cell.fill = _LOCKED_FILL
    sheet.row_dimensions[line].height = _ROW_HEIGHT


def _write_walk_in(sheet: Worksheet, line: int, number: int) -> None:
    """Write an empty row to be filled in; only its hidden cell and its number are locked."""
    write_table_cell(sheet, line, 1, number, centred=True)
    for index, column in enumerate(_COLUMNS, _FIRST_COLUMN):
        cell = write_table_cell(sheet, line, index, None, centred=column.centred)
        if not column.hidden:
            cell.protection = _UNLOCKED
    sheet.row_dimensions[line].height = _ROW_HEIGHT


def _add_drop_downs(
    book: Workbook,
    sheet: Worksheet,
    content: ListContent,
    first_line: int,
    first_empty: int,
    last_line: int,
    _: Translator,
) -> None:
    """Add drop-downs: attendance for all rows; kelurahan, group and sex for the empty rows from `first_empty` on."""
    lists = ChoiceLists(book, _("Choices"))
    marks = lists.drop_down([_(text) for text in MARKS.values()], refusal=_("Choose one of the list."))
    places = lists.drop_down([*content.kelurahan, ELSEWHERE])
    groups = lists.drop_down(content.target_groups)
    sexes = lists.drop_down(["L", "P"], refusal=_("Choose one of the list."))
    for field, drop_down, first in (
        ("attendance", marks, first_line),
        ("kelurahan", places, first_empty),
        ("target_group", groups, first_empty),
        ("sex", sexes, first_empty),
    ):
        letter = _column_letter(field)
        drop_down.add(f"{letter}{first}:{letter}{last_line}")
        sheet.add_data_validation(drop_down)


def _set_up_sheet(sheet: Worksheet, head_line: int) -> None:
    """Set widths and hidden columns, freeze the header and the names, protect the sheet, and set up printing."""
    sheet.column_dimensions["A"].width = 6
    for index, column in enumerate(_COLUMNS, _FIRST_COLUMN):
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width, dimension.hidden = column.width, column.hidden
    sheet.freeze_panes = f"{_column_letter('sex')}{head_line + 1}"
    sheet.sheet_view.showGridLines = False
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # False: not locked
    set_up_print(sheet, head_line, head_line)


def _column_letter(field: str) -> str:
    """Return the letter of a field's column."""
    fields = [column.field for column in _COLUMNS]
    return get_column_letter(_FIRST_COLUMN + fields.index(field))
