"""Parse the rows of a sheet, each on its own: the person, and what only sheets have (attendance, dittos, defaults)."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from app.nik_vault import mask_niks
from app.people.parsing import NamedPlace, PersonParser, drop_error_cells, get_plain_text
from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.dates import has_month_first
from app.people.values.kelurahan import kelurahan_from_code
from app.people.values.reference import Reference
from app.spreadsheets.attendance.dittos import resolve_dittos
from app.spreadsheets.attendance.rows import ABOVE, BlankMeans, ParsedRow, ParsedSheet, SessionContext
from app.spreadsheets.detected_table import DetectedTable, SheetRow
from app.spreadsheets.progress import Progress, ignore_progress, report_progress
from app.spreadsheets.tables.column_choice import name_column_of_day
from app.spreadsheets.tables.marks import ParsedMark, parse_attendance


def parse_rows(
    sheet: DetectedTable,
    context: SessionContext,
    reference: Reference,
    nik_key: Callable[[str], str] = str,
    progress: Progress = ignore_progress,
) -> ParsedSheet:
    """Return all rows of a table as values and remarks, with the sheet's warnings and what its blanks mean.

    `nik_key` returns the keyed hash of a NIK. The people are not matched yet.
    """
    parser = RowParser(context, reference, nik_key, sheet.letterhead_kelurahan)
    sheet_warnings = [name_column_of_day(warning, context.day) for warning in sheet.warnings]
    if context.registering:
        sheet_warnings = [warning for warning in sheet_warnings if warning.field != "attendance"]
    rows = [parser.parse(row, cells) for row, cells in resolve_dittos(report_progress(sheet.rows, progress))]
    return ParsedSheet(
        rows=tuple(rows),
        blank_means=context.blank_means or _blank_means(rows),
        warnings=(*sheet_warnings, *_file_warnings(sheet, context, parser)),
        stated_total=sheet.stated_total,
        stated_total_of=sheet.stated_total_of,
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
    ) -> None:
        self.context = context
        self.people = PersonParser(reference, nik_key, context.day, context.target_groups)
        self.attendance: Callable[[Cell], ParsedMark] = lru_cache(maxsize=None, typed=True)(
            lambda cell: parse_attendance(cell, context.day)
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
        parsed = self.people.parse(cells, self._place(filled))
        result = ParsedRow(row.number, row.cells, parsed.values, parsed.remarks)
        if result.remarks:
            self._keep_month_first_date(result.remarks, filled)
        if registration := get_plain_text(filled, "registration"):
            result.registration = mask_niks(registration)
        self._parse_attendance(result, filled.get("attendance"))
        return result

    def _place(self, cells: Mapping[str, Cell]) -> NamedPlace | None:
        """Return the place in the row's cells, or the default place; None if there is neither.

        A place in the kelurahan's own cell is remembered for the rows below.
        """
        place = self.people.own_place(cells)
        if place:
            self.place_above = place
            return place
        return self.people.place_in_address(cells) or self._default_place()

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

    def _parse_attendance(self, row: ParsedRow, cell: Cell) -> None:
        """Set the row's attendance from the mark in `cell`, or add the question "attendance-unclear".

        Nothing is done for no cell, and for a list of people to register.
        """
        if cell is None or self.context.registering:
            return
        mark = self.attendance(cell)
        row.attendance = mark.status
        if not mark.clear:
            row.remarks.append(
                Remark("review", "attendance", "attendance-unclear", {"found": cell_text(cell)})
            )


def _blank_means(rows: list[ParsedRow]) -> BlankMeans:
    """Return what a blank mark means: absent if a row is marked present, else present (a list of those who came)."""
    return "absent" if any(row.attendance == "present" for row in rows) else "present"


def _file_warnings(sheet: DetectedTable, context: SessionContext, parser: RowParser) -> list[Remark]:
    """Return the warnings on date, letterhead, month-first dates and a session that hasn't begun, or []."""
    warnings = []
    first, last = sheet.stated_date, sheet.stated_until or sheet.stated_date
    if first and last and not first <= context.day <= last:
        found = cell_text(first) if first == last else f"{cell_text(first)} – {cell_text(last)}"
        warnings.append(
            Remark("warning", None, "date-differs", {"found": found, "expected": cell_text(context.day)})
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
