"""Split the sections of a text file into grids, and join tables of a document that continue on the next page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.people.values.cells import Cell
from app.people.values.dates import parse_date_span
from app.people.values.place_names import section_place
from app.people.values.text import words
from app.spreadsheets.formats.grid import Grid, Merge
from app.spreadsheets.meetings.webinars import join_webinar_sections
from app.spreadsheets.tables.columns.header import find_header, row_texts
from app.spreadsheets.tables.columns.headings import heading_field
from app.spreadsheets.tables.rows.row_kinds import is_caption

TEXT_FORMATS = frozenset({"csv", "tsv", "txt"})
_DOCUMENT_FORMATS = frozenset({"docx", "html", "pdf"})
_NUMBERED_TITLE = re.compile(r"\d{1,2}\. [^\W\d]")
_MAX_ROWS_SEARCHED = 20_000
_MIN_FIELDS = 2
_IS_DATA = re.compile(r"\d|:\s*\S")


def separate_lists(grids: Iterable[Grid]) -> Iterator[Grid]:
    """Yield a grid for each list: text files have sections, and a document's list may go on in its next table."""
    grids = iter(grids)
    first = next(grids, None)
    if first is None:
        return
    if first.format in _DOCUMENT_FORMATS:
        yield from _join_continued([first, *grids])
    else:
        for grid in (first, *grids):
            yield from _split_sections(join_webinar_sections(grid))


@dataclass(frozen=True, slots=True)
class _Section:
    """A section's first row (its title or its header), title ("" without one), and the set of its headings."""

    start: int
    title: str
    headings: frozenset[str]


def _split_sections(grid: Grid) -> list[Grid]:
    """Return a grid for each section: after a blank row another header begins it (exports of Teams, Zoom).

    In a workbook, whose lists often repeat or change their header below a blank row, only one below a numbered title
    ("2. Participants") does. Rows keep their numbers. The lines above the first header belong to the first section.
    """
    sections = list(_find_sections(grid))
    if len(sections) < 2:
        return [grid]
    names = tuple(section.title or f"{grid.sheet} {number}" for number, section in enumerate(sections, 1))
    if len(grid.sheets) > 1:
        names = tuple(f"{grid.sheet} – {name}" for name in names)
    ends = [section.start for section in sections[1:]] + [len(grid.rows)]
    starts = [0, *ends[:-1]]
    return [
        replace(grid, sheet=name, sheets=names, rows=[*([[]] * start), *grid.rows[start:end]])
        for name, start, end in zip(names, starts, ends, strict=True)
    ]


def _find_sections(grid: Grid) -> Iterator[_Section]:
    rows = grid.rows[:_MAX_ROWS_SEARCHED]
    last: _Section | None = None
    for number, row in enumerate(rows):
        above = rows[number - 1] if number else []
        follows_blank = not any(above)
        if last is not None and not follows_blank and any(rows[number - 2]):
            continue
        title = "" if follows_blank else _title(above)
        if (last is not None and not follows_blank and not title) or not (headings := _headings(row)):
            continue
        section = _Section(number - bool(title), title, headings)
        may_begin = grid.format in TEXT_FORMATS or _NUMBERED_TITLE.match(title)
        if last is None or (may_begin and headings != last.headings):
            last = section
            yield section


def _title(row: Sequence[Cell]) -> str:
    texts = [text for text in row_texts(row) if text]
    return texts[0] if len(texts) == 1 else ""


def _headings(row: Sequence[Cell]) -> frozenset[str]:
    """Return the folded headings of a header with a name and another field, or an empty set for another row."""
    if not any(isinstance(cell, str) for cell in row):
        return frozenset()
    texts = [text for text in row_texts(row) if text]
    if len(texts) < _MIN_FIELDS or any(map(_IS_DATA.search, texts)):
        return frozenset()
    fields = set(map(heading_field, texts)) - {None}
    if "name" not in fields or len(fields) < _MIN_FIELDS:
        return frozenset()
    return frozenset(map(words, texts))


def _join_continued(grids: Sequence[Grid]) -> list[Grid]:
    """Return the lists of a document. A table without a header before the first list is a part of its letterhead."""
    lists: list[Grid] = []
    above: list[list[Cell]] = []
    for grid in grids:
        header = find_header(grid, None)
        if lists and _continues(lists[-1], grid, has_header=header is not None):
            lists[-1] = _joined(lists[-1], grid)
        elif header is not None:
            lists.append(replace(grid, above=[*above, *grid.above]))
            above = []
        else:
            above += [*grid.above, *grid.rows]
    lists = lists or list(grids)
    names = tuple(grid.sheet for grid in lists)
    return [replace(grid, sheets=names) for grid in lists]


def _continues(grid: Grid, following: Grid, *, has_header: bool) -> bool:
    """Return whether the next table has the same headings, or as many columns and no headings of its own."""
    header = find_header(grid, None)
    if header is None or not following.rows:
        return False
    if has_header:
        again = find_header(following, None)
        return again is not None and [heading.text for heading in again.headings] == [
            heading.text for heading in header.headings
        ]
    return max(map(len, following.rows)) == max(map(len, grid.rows))


def _joined(grid: Grid, following: Grid) -> Grid:
    """Return a grid with the rows of both; of the lines between them only headings of sections and dates stay."""
    between = [line for line in following.above if _divides(str(line[0]))]
    down = len(grid.rows) + len(between)
    merges = [
        Merge(merge.top + down, merge.left, merge.bottom + down, merge.right)
        for merge in following.merges or ()
    ]
    return replace(grid, rows=[*grid.rows, *between, *following.rows], merges=[*(grid.merges or ()), *merges])


def _divides(line: str) -> bool:
    return section_place(line) is not None or is_caption({0: line}) or parse_date_span(line) is not None
