"""Detect the list of participants in a file: header, columns, rows, letterhead and totals."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.dates import convert_1904_serial
from app.people.values.place_names import place_key
from app.people.values.target_groups import GroupIndex
from app.people.values.text import clean, collapse, words
from app.spreadsheets.detected_table import (
    Column,
    DayCaption,
    DetectedTable,
    SheetRow,
    SheetSession,
    SheetSummary,
    captions_of_part,
    row_number,
)
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.formats.workbooks import read_grids
from app.spreadsheets.meetings.minutes import ReportSheet, count_minutes
from app.spreadsheets.meetings.reports import find_report
from app.spreadsheets.meetings.set_aside import find_set_aside
from app.spreadsheets.stated_session import StatedSession
from app.spreadsheets.tables.columns.column_choice import unread_marks_warning
from app.spreadsheets.tables.columns.columns import DetectedColumns
from app.spreadsheets.tables.columns.header import (
    MAX_HEADER_ROW,
    NO_HEADER_ROW,
    Header,
    Heading,
    find_header,
    find_row_above_header,
    row_texts,
)
from app.spreadsheets.tables.columns.headings import heading_field
from app.spreadsheets.tables.columns.signature_columns import merge_signature_columns
from app.spreadsheets.tables.letterhead import find_day_captions, kelurahan_in_title, parse_letterhead
from app.spreadsheets.tables.looks import add_look, name_rows
from app.spreadsheets.tables.marks.blank_marks import read_blank_marks
from app.spreadsheets.tables.marks.legends import (
    Legend,
    add_explained_remarks,
    find_explained_columns,
    find_legend,
    translate_marks,
)
from app.spreadsheets.tables.marks.participation import question_absentees
from app.spreadsheets.tables.rows.participants import collect_participants, fill_merged_cells
from app.spreadsheets.tables.rows.sections import find_sections
from app.spreadsheets.tables.rows.stray_remarks import add_stray_remarks
from app.spreadsheets.tables.session_facts.description import describe_session
from app.spreadsheets.tables.sheets.joining import join_tables
from app.spreadsheets.tables.sheets.list_grids import TEXT_FORMATS, separate_lists
from app.spreadsheets.tables.sheets.list_titles import question_title
from app.spreadsheets.tables.sheets.sheet_choice import (
    SheetFacts,
    describe_sheet,
    find_days,
    kelurahan_of_name,
)
from app.spreadsheets.tables.sheets.side_by_side import List, split_side_by_side

_ITEM = re.compile(r"\W{0,2}\d{1,3}\s?[.)]\s*[^\W\d]")
"""A line of a list in a chat: "1. Suwarti - Manggar"."""
_MIN_ITEMS = 3
_PREVIEW_ROWS = 20
_PREVIEW_BELOW_HEADER = 10
_PREVIEW_COLUMNS = 60
_PREVIEW_TEXT = 120


def detect_table(
    content: bytes,
    *,
    sheet: str | None,
    header_row: int | None,
    columns: Mapping[int, str | None],
    place_keys: Collection[str],
    group_keys: Collection[str] = (),
    trim: bool,
    session: SheetSession | None = None,
    sheets: Collection[str] | Literal["all"] = (),
) -> DetectedTable:
    """Return the list in the given `sheet`, in the given `sheets` together, or in the sheet that is the session's list.

    `reading.read_sheet` explains the arguments; `place_keys` and `group_keys` are keys of their names. `trim` first
    removes cells far outside any list. Raises `SheetFailure`.
    """
    detector = _Detector(header_row, columns, place_keys, group_keys, session)
    grids = list(separate_lists(read_grids(content, trim=trim)))
    found = [detector.detect_sheet(grid, is_only=len(grids) == 1) for grid in grids]
    chosen = detector.choose(found, (sheet,) if sheet is not None else sheets)
    read = [candidate for candidate in chosen if candidate.table and candidate.table.rows]
    if not read and header_row == NO_HEADER_ROW and "name" not in columns.values():
        return _without_columns(chosen, tuple(grid.sheet for grid in grids))
    if not read:
        raise _failure(chosen)
    for candidate in read:
        candidate.count_minutes(found, session, place_keys)
    table = join_tables(
        [add_look(candidate.table, candidate.grid, columns.keys()) for candidate in read if candidate.table]
    )
    warnings = (*_unread_warning(found, read), *_recap_warning(read))
    return replace(
        table,
        sheets=tuple(grid.sheet for grid in grids),
        warnings=(*table.warnings, *warnings),
        sheet_summaries=tuple(_summary(candidate, read=candidate in read) for candidate in found),
    )


@dataclass(frozen=True, slots=True)
class DetectedList:
    """The list of one sheet: how many people it names, and what it says of its session."""

    sheet: str
    people: int
    stated: StatedSession


def detect_lists(
    content: bytes,
    file_name: str,
    *,
    place_keys: Collection[str],
    groups: GroupIndex,
    trim: bool,
) -> list[DetectedList]:
    """Return the list of each sheet that lists people, none for a file that only counts them. Raises `SheetFailure`."""
    detector = _Detector(None, {}, place_keys, groups.code.keys(), None)
    grids = list(separate_lists(read_grids(content, trim=trim)))
    found = [detector.detect_sheet(grid, is_only=len(grids) == 1) for grid in grids]
    if not any(candidate.table and candidate.table.rows for candidate in found):
        raise _failure(found)
    lists = []
    for candidate in _without_repetitions(found, detector):
        candidate.count_minutes(found, None, place_keys)
        if candidate.table is None or candidate.facts is None:
            continue
        people = len(_names(candidate)) if candidate.table.meeting else candidate.facts.people
        stated = describe_session(candidate.grid, candidate.table, file_name, groups)
        lists.append(DetectedList(candidate.grid.sheet, people, stated))
    return lists


@dataclass(slots=True, eq=False)
class _Candidate:
    """A sheet with the table that was detected in it, and what the sheet says of itself; or why it can't be read."""

    grid: Grid
    table: DetectedTable | None = None
    facts: SheetFacts | None = None
    failure: SheetFailure | None = None

    @property
    def is_list(self) -> bool:
        return self.facts is not None and self.facts.is_list

    def count_minutes(
        self, found: Sequence["_Candidate"], session: SheetSession | None, place_keys: Collection[str]
    ) -> None:
        """Count the minutes of a meeting's people, whose joinings may stand in other sections of the file."""
        if self.table is not None and self.table.meeting is not None:
            others = [ReportSheet(one.table, one.grid.rows) for one in found if one.table and one is not self]
            self.table = count_minutes(ReportSheet(self.table, self.grid.rows), others, session, place_keys)


@dataclass(frozen=True, slots=True)
class _Detector:
    """Detects the tables of a file's sheets. A person's `header_row` and `columns` hold for the first chosen sheet."""

    header_row: int | None
    columns: Mapping[int, str | None]
    place_keys: Collection[str]
    group_keys: Collection[str]
    session: SheetSession | None

    def detect_sheet(self, grid: Grid, *, is_only: bool) -> _Candidate:
        """Detect the table of a sheet, of an only one with the person's choices."""
        candidate = _Candidate(grid)
        try:
            candidate.table = self.detect(grid, with_choices=is_only)
        except SheetFailure as failure:
            candidate.failure = failure
        if candidate.table is not None:
            candidate.facts = describe_sheet(grid, candidate.table, self.session)
        return candidate

    def detect(self, grid: Grid, *, with_choices: bool) -> DetectedTable | None:
        header = find_header(grid, self.header_row if with_choices else None)
        if header is None:
            return None
        columns = self.columns if with_choices else {}
        year = self.session.day.year if self.session else None
        return _detect_in_grid(grid, header, columns, self.place_keys, self.group_keys, year)

    def choose(
        self, found: Sequence[_Candidate], names: Collection[str] | Literal["all"]
    ) -> Sequence[_Candidate]:
        """Return the sheets of these names, or the one that is most likely the session's list; else all."""
        chosen = self._choose(found, names)
        if chosen and len(found) > 1 and (self.header_row is not None or self.columns):
            chosen[0].table = self.detect(chosen[0].grid, with_choices=True)
        return chosen or found

    def _choose(
        self, found: Sequence[_Candidate], names: Collection[str] | Literal["all"]
    ) -> list[_Candidate]:
        if names == "all":
            return [candidate for candidate in found if candidate.is_list]
        if names:
            unknown = set(names) - {candidate.grid.sheet for candidate in found}
            if unknown:
                raise SheetFailure("no-such-sheet", sheet=min(unknown))
            return [candidate for candidate in found if candidate.grid.sheet in names]
        filled = [
            candidate for candidate in found if candidate.facts and candidate.table and candidate.table.rows
        ]
        if filled:
            return [max(filled, key=self._rank)]
        fitting = (
            one for one in found if self.header_row is not None and self.detect(one.grid, with_choices=True)
        )
        return list(islice(fitting, 1))

    def _rank(self, candidate: _Candidate) -> tuple[object, ...]:
        return candidate.facts.rank(self.session) if candidate.facts else ()


def _without_columns(candidates: Sequence[_Candidate], sheets: tuple[str, ...]) -> DetectedTable:
    """Return a table without rows, with the question which column is the name: of the first sheet that isn't empty."""
    for grid in (candidate.grid for candidate in candidates):
        header = find_header(grid, NO_HEADER_ROW)
        if header is not None and header.headings:
            return DetectedTable(
                format=grid.format,
                sheet=grid.sheet,
                sheets=sheets,
                header_row=NO_HEADER_ROW,
                columns=tuple(Column(heading.index, "", None) for heading in header.headings),
                rows=(),
                preview=_preview(grid, header),
                warnings=(Remark("review", "name", "no-name-column", {}),),
            )
    raise SheetFailure("empty-file")


def _failure(candidates: Sequence[_Candidate]) -> SheetFailure:
    """Return why none of the sheets can be read."""
    rows = (row for candidate in candidates for row in candidate.grid.rows)
    if not any(cell not in (None, "") for row in rows for cell in row):
        return SheetFailure("empty-file")
    failures = (candidate.failure for candidate in candidates if candidate.failure)
    if any(candidate.table is not None for candidate in candidates):
        return next(failures, SheetFailure("empty-list"))
    return next(failures, SheetFailure(_why_no_header([candidate.grid for candidate in candidates])))


def _why_no_header(grids: Sequence[Grid]) -> str:
    """Return the code that says why no column of names was found."""
    texts = [row_texts(row) for grid in grids for row in grid.rows[:MAX_HEADER_ROW]]
    if (
        grids[0].format in TEXT_FORMATS
        and sum(bool(_ITEM.match("".join(row))) for row in texts) >= _MIN_ITEMS
    ):
        return "lines-of-text"
    fields = [{field for text in row if (field := heading_field(text))} for row in texts]
    lists_institutions = any("organization" in row and len(row) > 1 for row in fields)
    return "no-people" if lists_institutions and not any("name" in row for row in fields) else "no-header"


def _unread_warning(found: Sequence[_Candidate], read: Sequence[_Candidate]) -> list[Remark]:
    """Return the question about the lists of people that are left unread.

    A further section of a text file that names the same people again (when they came and went) is none.
    """
    unread = [candidate for candidate in found if candidate.is_list and candidate not in read]
    if unread and unread[0].grid.format in TEXT_FORMATS:
        known = set().union(*(_names(candidate) for candidate in read))
        unread = [candidate for candidate in unread if not _names(candidate) <= known]
    if not unread:
        return []
    people = sum(candidate.facts.people for candidate in unread if candidate.facts)
    names = ", ".join(candidate.grid.sheet for candidate in unread)
    return [Remark("review", None, "sheets-unread", {"sheets": names, "people": people})]


def _without_repetitions(found: Sequence[_Candidate], detector: _Detector) -> list[_Candidate]:
    """Return the lists of a file; of a text file without the sections that name the same people again."""
    lists = [candidate for candidate in found if candidate.is_list]
    if not lists or lists[0].grid.format not in TEXT_FORMATS:
        return lists
    first = detector.choose(lists, ())
    known = set().union(*map(_names, first))
    return [candidate for candidate in lists if candidate in first or not _names(candidate) <= known]


def _names(candidate: _Candidate) -> set[str]:
    rows = candidate.table.rows if candidate.table else ()
    return {words(cell_text(row.cells.get("name"))) for row in rows}


def _recap_warning(read: Sequence[_Candidate]) -> list[Remark]:
    recaps = [candidate.grid.sheet for candidate in read if candidate.facts and candidate.facts.is_recap]
    return [Remark("review", None, "sheet-is-recap", {"sheet": name}) for name in recaps]


def _summary(candidate: _Candidate, *, read: bool) -> SheetSummary:
    table, facts = candidate.table, candidate.facts
    return SheetSummary(
        name=candidate.grid.sheet,
        people=facts.people if facts else 0,
        stated_date=table.stated_date if table else None,
        read=read,
        is_list=candidate.is_list,
    )


def detect_first_table(
    sheets: Iterable[Grid], detect: Callable[[Grid], DetectedTable | None], *, no_header: str, no_rows: str
) -> DetectedTable:
    """Return the first table with rows that `detect` returns; it returns None for a sheet without a header.

    A sheet with headings alone is skipped, as an empty form in front of the filled one. Raises `SheetFailure` if there
    is no such table: "empty-file" if all cells are empty, `no_rows` if there was a header, else `no_header`.
    """
    empty, failure = True, no_header
    for grid in sheets:
        empty = empty and not any(cell not in (None, "") for row in grid.rows for cell in row)
        table = detect(grid)
        if table is not None and table.rows:
            return table
        if table is not None:
            failure = no_rows
    raise SheetFailure("empty-file" if empty else failure)


def _detect_in_grid(
    grid: Grid,
    header: Header,
    chosen: Mapping[int, str | None],
    place_keys: Collection[str],
    group_keys: Collection[str],
    year: int | None,
) -> DetectedTable | None:
    """Return the table below the header, or None if no column is the name's.

    Of lists side by side it is the left one, with the rows of the others behind. If nobody stands in one of them, the
    sheet is read as one list, with a warning if there are names beside it.
    """
    lists = split_side_by_side(grid, header, chosen)
    detected = [_detect_list(part, grid, place_keys, group_keys, year) for part in lists]
    tables = [table for table in detected if table is not None]
    if len(tables) < len(lists) or not all(table.rows for table in tables[1:]):
        return _detect_list(List(grid, header, chosen), grid, place_keys, group_keys, year)
    return tables[0] if len(tables) == 1 else _join_lists(tables)


def _join_lists(tables: Sequence[DetectedTable]) -> DetectedTable:
    """Return one table with the rows of all, numbered by part. Captions of days stand left, and hold for all parts."""
    first = tables[0]
    stated = next((table for table in tables if table.stated_total is not None), first)
    columns = {
        column.index: column for table in tables for column in table.columns if column.header or column.field
    }
    return replace(
        first,
        columns=tuple(column for _, column in sorted(columns.items())),
        rows=tuple(
            SheetRow(row_number(part, row.number), row.cells, row.remarks)
            for part, table in enumerate(tables)
            for row in table.rows
        ),
        day_captions=tuple(
            caption
            for part, table in enumerate(tables)
            for caption in captions_of_part(
                table.day_captions or _count_rows_below(first.day_captions, table.rows), part
            )
        ),
        stated_total=stated.stated_total,
        stated_total_of=stated.stated_total_of,
        warnings=tuple(dict.fromkeys(warning for table in tables for warning in table.warnings)),
    )


def _count_rows_below(captions: Sequence[DayCaption], rows: Sequence[SheetRow]) -> list[DayCaption]:
    """Return the captions with the count of these rows from each to the next."""
    counts = Counter(bisect_left(captions, row.number, key=lambda caption: caption.row) for row in rows)
    return [replace(caption, count=counts[number]) for number, caption in enumerate(captions, start=1)]


def _detect_list(
    part: List, whole: Grid, place_keys: Collection[str], group_keys: Collection[str], year: int | None
) -> DetectedTable | None:
    """Return the table of one list of a sheet (`whole`), or None if no column is the name's."""
    header, chosen = part.header, part.chosen
    grid = merge_signature_columns(part.grid, header, chosen)
    sections = find_sections(grid, header, chosen, place_keys, group_keys)
    columns = sections[0].columns
    name_column = next((index for index, field in columns.fields.items() if field == "name"), None)
    if name_column is None:
        return None
    above = [*whole.above, *whole.rows[: max(header.top, 0)]]
    letterhead = parse_letterhead(above)
    days = None if letterhead.stated_date else find_days(grid.sheet, above, year)
    rows = fill_merged_cells(grid.rows, header.below, grid.merges or (), name_column)
    if grid.counts_from_1904:
        rows = _convert_1904_birth_dates(rows, header.below, columns)
    letterhead_lines = {line for row in above if (line := words(" ".join(row_texts(row))))}
    participants = collect_participants(rows, sections, place_keys, group_keys, letterhead_lines)
    captions = find_day_captions(above, participants.captions, [row.number for row in participants.rows])
    headings = {heading.index: heading for heading in header.headings}
    full_texts = {index: heading.full_text for index, heading in headings.items()}
    report = find_report(full_texts)
    set_aside = find_set_aside(above, header.headings, rows, participants.rows) if report else {}
    numbers = {row.number for row in participants.rows}
    around = [*whole.above, *(row for number, row in enumerate(rows, 1) if number not in numbers)]
    legend = find_legend(around, full_texts.values())
    marked = translate_marks(participants.rows, legend)
    blanks = read_blank_marks(marked, columns, full_texts)
    explained = add_explained_remarks(marked, legend)
    remarked = add_stray_remarks(explained, rows, columns, full_texts)
    people = question_absentees(remarked, rows, columns, full_texts)
    questions = _questions_about_list(
        part, columns, full_texts, legend, [cell for row in above for cell in row]
    )
    left_out = (
        ("rows-above-header", find_row_above_header(grid, header)),
        ("far-cells", participants.far_row),
    )
    unread = [Remark("warning", None, code, {"row": row}) for code, row in left_out if row]
    if below := participants.rows_below_end:
        params: dict[str, str | int] = {"rows": name_rows(below), "count": len(below)}
        unread.append(Remark("review", None, "rows-below-end", params))
    stated = days or (letterhead.stated_date, letterhead.stated_until)
    return DetectedTable(
        format=grid.format,
        sheet=grid.sheet,
        sheets=grid.sheets,
        header_row=header.top + 1,
        columns=_columns(headings, columns.fields),
        rows=tuple(
            replace(row, remarks=set_aside[row.number]) if row.number in set_aside else row for row in people
        ),
        stated_total=participants.total,
        stated_total_of=participants.total_of,
        stated_date=None if captions else stated[0],
        stated_until=None if captions else stated[1],
        letterhead_kelurahan=letterhead.kelurahan
        or _find_kelurahan_above(above, header, place_keys)
        or kelurahan_of_name(grid.sheet, place_keys),
        preview=_preview(whole, header),
        warnings=(*columns.warnings, *participants.warnings, *unread, *blanks.warnings, *questions),
        blank_means=blanks.mean,
        day_captions=captions,
        meeting=report.meeting if report else None,
    )


def _questions_about_list(
    part: List,
    columns: DetectedColumns,
    headings: Mapping[int, str],
    legend: Legend,
    above: Sequence[Cell],
) -> list[Remark]:
    """Return the questions about a list of others than those who came, and about columns that a legend explains."""
    marked = not {"attendance", "signature"}.isdisjoint(columns.fields.values())
    unread = [index for index in headings if index not in columns.fields and index not in part.chosen]
    explained = find_explained_columns(legend, part.grid.rows[part.header.below :], unread)
    title = question_title([part.grid.sheet, *map(cell_text, above)], is_signed=marked)
    return [
        *([] if title is None else [title]),
        *(unread_marks_warning(index, headings, asks=True) for index in explained),
    ]


def _find_kelurahan_above(
    rows: Sequence[Sequence[Cell]], header: Header, place_keys: Collection[str]
) -> str | None:
    """Return the kelurahan that stands alone above the header, as it is written; None if there is none or several.

    It is the first heading of a list in sections. In lists without a kelurahan column it may also be a line of the
    letterhead ("PEMERINTAH KOTA … / KELURAHAN MANGGAR") or in a title ("DAFTAR HADIR KETUA RT SE-KELURAHAN MANGGAR").
    """
    filled = [texts for row in rows if (texts := [text for text in map(cell_text, row) if text.strip()])]
    alone = [texts[0] if len(texts) == 1 else "" for texts in filled]
    if any(heading_field(heading.text) == "kelurahan" for heading in header.headings):
        lines = alone[-1:]
    else:
        lines = [line for text in alone for line in text.splitlines()]
    lines = [collapse(clean(line)) for line in lines]
    places = {place_key(place): place for line in lines if (place := kelurahan_in_title(line)) is not None}
    known = [text for key, text in places.items() if key in place_keys]
    return known[0] if len(known) == 1 else None


def _convert_1904_birth_dates(
    rows: list[list[Cell]], below: int, columns: DetectedColumns
) -> list[list[Cell]]:
    """Return the rows with bare numbers in the birth date's column converted to dates."""
    column = next((index for index, field in columns.fields.items() if field == "birth_date"), None)
    if column is None:
        return rows
    return [
        [*row[:column], convert_1904_serial(row[column]), *row[column + 1 :]]
        if at >= below and column < len(row)
        else row
        for at, row in enumerate(rows)
    ]


def _columns(headings: Mapping[int, Heading], fields: Mapping[int, str]) -> tuple[Column, ...]:
    """Return the columns that have a heading or a field, in order."""
    indexes = sorted(headings.keys() | fields.keys())
    texts = {index: heading.full_text for index, heading in headings.items()}
    return tuple(Column(index, texts.get(index, ""), fields.get(index)) for index in indexes)


def _preview(grid: Grid, header: Header) -> tuple[tuple[str, ...], ...]:
    """Return the shortened texts of the sheet's first rows: twenty, or to ten below the header."""
    last = max(_PREVIEW_ROWS, header.below + _PREVIEW_BELOW_HEADER)
    return tuple(
        tuple(clean(cell_text(cell))[:_PREVIEW_TEXT] for cell in row[:_PREVIEW_COLUMNS])
        for row in grid.rows[:last]
    )
