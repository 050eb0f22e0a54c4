"""Tell two lists that stand side by side, "No | Nama | Kelurahan" twice, and divide the sheet between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.people.values.cells import Cell
from app.people.values.text import words
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.tables.columns.header import Header, Heading
from app.spreadsheets.tables.columns.headings import heading_field

_MIN_EQUAL_HEADINGS = 2


@dataclass(frozen=True, slots=True)
class List:
    """One of the lists of a sheet: the sheet with its columns alone, their headings, and the fields chosen for them."""

    grid: Grid
    header: Header
    chosen: Mapping[int, str | None]


def split_side_by_side(grid: Grid, header: Header, chosen: Mapping[int, str | None]) -> list[List]:
    """Return the lists from left to right, mostly one. Columns keep their indexes.

    A second list has the headings of the first one again, at least two of them, and names below.
    """
    starts = [start for start in _find_starts(header, chosen) if start]
    if not starts:
        return [List(grid, header, chosen)]
    ends = [*starts, None]
    return [
        List(
            replace(grid, rows=[_cut(row, start, end) for row in grid.rows]),
            replace(header, headings=_cut_headings(header.headings, start, end)),
            {
                index: field
                for index, field in chosen.items()
                if index >= start and (end is None or index < end)
            },
        )
        for start, end in zip([0, *starts], ends, strict=True)
    ]


def _find_starts(header: Header, chosen: Mapping[int, str | None]) -> list[int]:
    """Return the first column of each further list."""
    texts = {heading.index: key for heading in header.headings if (key := words(heading.full_text))}
    names = [index for index, text in texts.items() if heading_field(text) == "name"]
    if not names:
        return []
    first = next(iter(texts))
    again = [index for index in names[1:] if texts[index] == texts[names[0]]]
    return [
        max(first + index - names[0], names[0] + 1)
        for index in again
        if chosen.get(index, "name") == "name" and _repeats(texts, index - names[0], index)
    ]


def _repeats(texts: Mapping[int, str], distance: int, name: int) -> bool:
    """Return whether the headings from the second name's list on repeat those that stand `distance` to the left."""
    equal = [index for index, text in texts.items() if texts.get(index - distance) == text]
    return name in equal and len(equal) >= _MIN_EQUAL_HEADINGS


def _cut(row: Sequence[Cell], start: int, end: int | None) -> list[Cell]:
    return [*[None] * min(start, len(row)), *row[start:end]]


def _cut_headings(headings: Sequence[Heading], start: int, end: int | None) -> tuple[Heading, ...]:
    return tuple(
        heading if heading.index >= start else Heading(heading.index, "") for heading in headings[:end]
    )
