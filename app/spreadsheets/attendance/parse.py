"""Parses the rows of a sheet, each alone: the person, and what only sheets have (attendance, dittos, defaults)."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from app.nik_vault import mask_niks
from app.people.cells import Cell, cell_text
from app.people.dates import has_month_first
from app.people.kelurahan import chosen_kelurahan
from app.people.parsing import PersonParser, PlaceText, plain_text, without_errors
from app.people.reference import Reference
from app.people.remarks import Remark
from app.spreadsheets.attendance.dittos import with_dittos_resolved
from app.spreadsheets.attendance.marks import MarkReading, read_attendance
from app.spreadsheets.attendance.rows import ABOVE, BlankMeans, ParsedRow, ParsedSheet, SessionContext
from app.spreadsheets.document import RecognisedSheet, SheetRow
from app.spreadsheets.progress import Progress, nobody_waits, watched
from app.spreadsheets.tables.column_warnings import of_day


def identity(nik: str) -> str:
    return nik


def parse_rows(
    sheet: RecognisedSheet,
    context: SessionContext,
    reference: Reference,
    nik_key: Callable[[str], str] = identity,
    progress: Progress = nobody_waits,
) -> ParsedSheet:
    """Parse every row. `nik_key` makes the keyed hash by which a NIK is looked up."""
    parser = RowParser(context, reference, nik_key, sheet.title_kelurahan)
    of_sheet = [of_day(warning, context.day) for warning in sheet.warnings]
    if context.registering:
        of_sheet = [warning for warning in of_sheet if warning.field != "attendance"]
    rows = [parser.parse(row, cells) for row, cells in with_dittos_resolved(watched(sheet.rows, progress))]
    return ParsedSheet(
        rows=tuple(rows),
        blank_means=context.blank_means or _blank_means(rows),
        warnings=(*of_sheet, *_file_warnings(sheet, context, parser)),
        stated_total=sheet.stated_total,
        stated_total_of=sheet.stated_total_of,
    )


class RowParser:
    """Parses rows for one session.

    `title_served` tells whether the letterhead's kelurahan was needed, `month_first` is a date of birth that has its
    month first.
    """

    def __init__(
        self,
        context: SessionContext,
        reference: Reference,
        nik_key: Callable[[str], str],
        title_kelurahan: str | None,
    ) -> None:
        self.context = context
        self.people = PersonParser(reference, nik_key, context.day, context.target_groups)
        self.attendance: Callable[[Cell], MarkReading] = lru_cache(maxsize=None, typed=True)(
            lambda cell: read_attendance(cell, context.day)
        )
        self.month_first: str | None = None
        self.place_above: PlaceText | None = None
        self.title = PlaceText("", self.people.kelurahan(title_kelurahan)) if title_kelurahan else None
        self.title_served = False

    def parse(self, row: SheetRow, cells: Mapping[str, Cell]) -> ParsedRow:
        """Parse a row whose `cells` have dittos resolved; the row keeps its own."""
        filled = without_errors(cells)
        parsed = self.people.parse(cells, self._place(filled))
        result = ParsedRow(row.number, row.cells, parsed.values, parsed.remarks)
        if result.remarks:
            self._note_month_first(result.remarks, filled)
        if registration := plain_text(filled, "registration"):
            result.registration = mask_niks(registration)
        self._parse_attendance(result, filled.get("attendance"))
        return result

    def _place(self, cells: Mapping[str, Cell]) -> PlaceText | None:
        """Return where the person lives: by the row's own cells, what was chosen for the file, or the letterhead."""
        place = self.people.own_place(cells)
        if place:
            self.place_above = place
            return place
        return self.people.place_in_address(cells) or self._default_place()

    def _default_place(self) -> PlaceText | None:
        chosen = self.context.default_kelurahan
        if chosen == ABOVE and self.place_above:
            return self.place_above
        if chosen and chosen != ABOVE:
            return PlaceText("", chosen_kelurahan(chosen))
        if self.title is not None and self.title.reading.code:
            self.title_served = True
            return self.title
        return None

    def _note_month_first(self, remarks: list[Remark], cells: Mapping[str, Cell]) -> None:
        if any(remark.code == "date-invalid" for remark in remarks):
            text = plain_text(cells, "birth_date") or ""
            if has_month_first(text):
                self.month_first = text

    def _parse_attendance(self, row: ParsedRow, cell: Cell) -> None:
        if cell is None or self.context.registering:
            return
        reading = self.attendance(cell)
        row.attendance = reading.status
        if not reading.clear:
            row.remarks.append(
                Remark("review", "attendance", "attendance-unclear", {"found": cell_text(cell)})
            )


def _blank_means(rows: list[ParsedRow]) -> BlankMeans:
    """Where some are marked present, the others weren't; where nobody is, all that are listed came."""
    return "absent" if any(row.attendance == "present" for row in rows) else "present"


def _file_warnings(sheet: RecognisedSheet, context: SessionContext, parser: RowParser) -> list[Remark]:
    warnings = []
    first, last = sheet.stated_date, sheet.stated_until or sheet.stated_date
    if first and last and not first <= context.day <= last:
        found = cell_text(first) if first == last else f"{cell_text(first)} – {cell_text(last)}"
        warnings.append(
            Remark("warning", None, "date-differs", {"found": found, "expected": cell_text(context.day)})
        )
    if parser.title_served:
        warnings.append(
            Remark("warning", "kelurahan", "kelurahan-from-title", {"found": sheet.title_kelurahan or ""})
        )
    if parser.month_first:
        warnings.append(Remark("warning", "birth_date", "dates-month-first", {"found": parser.month_first}))
    if context.now < context.starts_at and not context.registering:
        warnings.append(Remark("warning", None, "session-not-started", {}))
    return warnings
