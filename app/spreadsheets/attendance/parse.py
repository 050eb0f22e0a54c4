"""Parse the rows of a sheet, each on its own: the person, and what only sheets have (attendance, dittos, defaults)."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from app.people.parsing import NamedPlace, PersonParser, drop_error_cells, get_plain_text
from app.people.remarks import Level, Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.dates import has_month_first
from app.people.values.display_names import DisplayName, parse_display_name
from app.people.values.kelurahan import kelurahan_from_code
from app.people.values.name_cells import NameCell, may_contain_more, parse_name_cell
from app.people.values.nik import mask_niks
from app.people.values.reference import Reference
from app.spreadsheets.attendance.days import choose_rows_of_day
from app.spreadsheets.attendance.dittos import resolve_dittos
from app.spreadsheets.attendance.minutes import parse_minutes
from app.spreadsheets.attendance.questions import SheetQuestions, find_questions
from app.spreadsheets.attendance.rows import ABOVE, ParsedRow, ParsedSheet, SessionContext
from app.spreadsheets.detected_table import BlankMeans, DetectedTable, Meeting, SheetRow
from app.spreadsheets.progress import Progress, ignore_progress, report_progress
from app.spreadsheets.tables.columns.day_columns import mark_of_day
from app.spreadsheets.tables.marks.marks import ParsedMark, parse_attendance

_BLANK = ParsedMark(None)
_SET_ASIDE: Mapping[str | None, str] = {"host": "meeting-host", "panelist": "meeting-panelist"}


def parse_rows(
    sheet: DetectedTable,
    context: SessionContext,
    reference: Reference,
    nik_key: Callable[[str], str] = str,
    progress: Progress = ignore_progress,
) -> ParsedSheet:
    """Return all rows of a table as values and remarks. `nik_key` returns the keyed hash of a NIK."""
    day_rows, day_warnings = choose_rows_of_day(sheet, context.day, context.day_column)
    questions = find_questions(sheet, context)
    parser = RowParser(context, reference, nik_key, sheet.letterhead_kelurahan, questions, sheet.meeting)
    rows = [parser.parse(row, cells) for row, cells in resolve_dittos(report_progress(day_rows, progress))]
    return ParsedSheet(
        rows=tuple(rows),
        blank_means=context.blank_means or sheet.blank_means or _blank_means(rows),
        blank_is_open=context.blank_means is None and any(map(_leaves_blank_open, sheet.warnings)),
        warnings=(*questions.warnings_after(rows), *day_warnings, *_file_warnings(sheet, context, parser)),
        stated_total=None if day_warnings else sheet.stated_total,
        stated_total_of=sheet.stated_total_of,
        meeting=sheet.meeting,
        minutes_rule=context.minutes_rule if any(row.minutes is not None for row in rows) else None,
    )


class RowParser:
    """Parses rows for one session.

    `letterhead_used`: the letterhead's kelurahan was needed. `month_first_date`: a date of birth with the month first.
    """

    def __init__(
        self,
        context: SessionContext,
        reference: Reference,
        nik_key: Callable[[str], str],
        letterhead_kelurahan: str | None,
        questions: SheetQuestions,
        meeting: Meeting | None = None,
    ) -> None:
        self.meeting = meeting
        self.context = context
        self.questions = questions
        self.people = PersonParser(reference, nik_key, context.day, context.target_groups)
        self.attendance: Callable[[Cell], ParsedMark] = lru_cache(maxsize=None, typed=True)(
            lambda cell: parse_attendance(
                mark_of_day(cell, context.day_column), context.day, questions.span, context.hours
            )
        )
        self.month_first_date: str | None = None
        self.place_above: NamedPlace | None = None
        self.letterhead_place = (
            NamedPlace("", self.people.kelurahan(letterhead_kelurahan)) if letterhead_kelurahan else None
        )
        self.letterhead_used = False

    def parse(self, row: SheetRow, cells: Mapping[str, Cell]) -> ParsedRow:
        """Return a row parsed from `cells`, its cells with dittos resolved; the result keeps the original cells.

        The rows are passed in order, as one may take the place of a row above.
        """
        filled = drop_error_cells(cells)
        about_name: list[Remark] = []
        name = filled.get("name")
        if type(name) is str and (self.meeting or may_contain_more(name)):
            named = self._take_name_apart(name)
            about_name = list(_remarks_on_name(mask_niks(name), named))
            cells = {**named.others, **cells, "name": named.name}
            filled = drop_error_cells(cells)
        own_place = self._own_place(filled)
        parsed = self.people.parse(cells, own_place or self._default_place())
        result = ParsedRow(row.number, row.cells, parsed.values, parsed.remarks)
        result.has_default_place = own_place is None and parsed.values.kelurahan is not None
        if result.remarks:
            self._keep_month_first_date(result.remarks, filled)
        if registration := get_plain_text(filled, "registration"):
            result.registration = mask_niks(registration)
        self._parse_attendance(result, filled)
        result.remarks += about_name
        result.remarks += [
            remark for remark in row.remarks if not (self.context.registering and remark.field == "minutes")
        ]
        return result

    def _take_name_apart(self, name: str) -> NameCell:
        """Return the parts of a name; in an online meeting people type more around it than in a list."""
        places, groups = self.people.places, self.people.groups
        if self.meeting is None:
            return parse_name_cell(name, places, groups)
        return parse_display_name(name, places, groups, has_account=self.meeting == "zoom")

    def _own_place(self, cells: Mapping[str, Cell]) -> NamedPlace | None:
        """Return where the person lives by the row's own cells, or None.

        A place in the kelurahan's own cell is remembered for the rows below.
        """
        place = self.people.own_place(cells)
        if place:
            self.place_above = place
            return place
        return self.people.place_in_address(cells)

    def _default_place(self) -> NamedPlace | None:
        """Return the place of rows without one: the user's choice for the file, else the letterhead's, or None.

        The choice "above" is the place of the nearest row above that has its own.
        """
        chosen = self.context.default_kelurahan
        if chosen == ABOVE and self.place_above:
            return self.place_above
        if chosen and chosen != ABOVE:
            return NamedPlace("", kelurahan_from_code(chosen))
        if self.letterhead_place is not None and self.letterhead_place.parsed.code:
            self.letterhead_used = True
            return self.letterhead_place
        return None

    def _keep_month_first_date(self, remarks: list[Remark], cells: Mapping[str, Cell]) -> None:
        """Keep the text of an invalid date of birth if its month comes first, for the warning "dates-month-first"."""
        if any(remark.code == "date-invalid" for remark in remarks):
            text = get_plain_text(cells, "birth_date") or ""
            if has_month_first(text):
                self.month_first_date = text

    def _parse_attendance(self, row: ParsedRow, cells: Mapping[str, Cell]) -> None:
        row.declined = self.questions.is_declined(cells)
        if self.context.registering:
            return
        cell = self.questions.attendance_cell(cells)
        mark = _BLANK if cell is None else self.attendance(cell)
        row.attendance = mark.status
        unclear = None if mark.clear else cell
        if mark == _BLANK and self._take_minutes(row, cells):
            return
        if mark == _BLANK:
            row.undecided = self.questions.leaves_undecided(row)
            unclear = self.questions.doubtful_answer(row, cells)
        if unclear is not None:
            row.remarks.append(
                Remark("review", "attendance", "attendance-unclear", {"found": cell_text(unclear)})
            )

    def _take_minutes(self, row: ParsedRow, cells: Mapping[str, Cell]) -> bool:
        """Set the attendance by the minutes in an online meeting, and return whether the row has any."""
        rule = self.context.minutes_rule
        minutes = parse_minutes(cells.get("minutes"))
        if rule is None or minutes is None:
            return False
        row.minutes = minutes
        row.attendance = "present" if minutes >= rule.least else "absent"
        if row.attendance == "absent":
            figures: dict[str, str | int] = {"minutes": minutes, "length": rule.length, "least": rule.least}
            row.remarks.append(Remark("warning", "attendance", "minutes-below", figures))
        return True


def _remarks_on_name(text: str, named: NameCell) -> Iterator[Remark]:
    """Yield the question about a name, and the warnings about how it was taken apart."""
    if named.question in _SET_ASIDE:
        yield Remark("warning", "name", _SET_ASIDE[named.question], {"found": text})
    elif named.question:
        yield Remark("review", "name", named.question, {"found": text})
    if isinstance(named, DisplayName) and named.doubt:
        yield Remark("warning", "name", named.doubt, {"found": text})


def _blank_means(rows: list[ParsedRow]) -> BlankMeans:
    """Return what a blank mark means: absent if a row is marked present, else present (a list of those who came)."""
    return "absent" if any(row.attendance == "present" for row in rows) else "present"


def _leaves_blank_open(warning: Remark) -> bool:
    """Return whether only a person can say what blanks mean, as colours or pictures in the sheet may say who came."""
    return warning.level == "review" and warning.code in {"colours", "pictures"}


def _file_warnings(sheet: DetectedTable, context: SessionContext, parser: RowParser) -> list[Remark]:
    """Return the warnings on date, letterhead, month-first dates and a session that hasn't begun, or []."""
    warnings = []
    first, last = sheet.stated_date, sheet.stated_until or sheet.stated_date
    if first and last and not first <= context.day <= last:
        level: Level = "warning" if context.registering else "review"
        found = cell_text(first) if first == last else f"{cell_text(first)} – {cell_text(last)}"
        warnings.append(
            Remark(level, None, "date-differs", {"found": found, "expected": cell_text(context.day)})
        )
    if parser.letterhead_used:
        warnings.append(
            Remark(
                "warning", "kelurahan", "kelurahan-from-title", {"found": sheet.letterhead_kelurahan or ""}
            )
        )
    if parser.month_first_date:
        warnings.append(
            Remark("warning", "birth_date", "dates-month-first", {"found": parser.month_first_date})
        )
    if context.now < context.starts_at and not context.registering:
        warnings.append(Remark("warning", None, "session-not-started", {}))
    return warnings
