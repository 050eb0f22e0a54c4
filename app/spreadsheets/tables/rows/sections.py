"""Divide a sheet into the lists that stand below each other, each with its own header and columns."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.people.values.cells import Cell
from app.people.values.text import words
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.tables.columns.columns import DetectedColumns, detect_columns
from app.spreadsheets.tables.columns.header import Header, find_headers_below, has_same_columns, row_texts

_ROWS_ABOVE = 3
_OTHER_LIST = re.compile(
    r"(?:[a-z0-9]{1,3}[.)]\s*)?(?:daftar\s+(?:hadir\s+)?)?(?:nama\s+)?(?:para\s+)?(?:tim\s+)?"
    r"(?:(?:panitia|narasumber|nara\s+sumber|pemateri|pembicara|moderator|fasilitator|instruktur|mentor|petugas|pengajar)\b(?!.*\bpeserta\b)"
    r"|(?:peserta\s+|yang\s+)*(?:tidak\s+(?:dapat\s+)?hadir|berhalangan|batal|cadangan|mengundurkan\s+diri)\b).{0,60}",
    re.IGNORECASE,
)
"""Captions of lists whose people did not take part, or took part as organizers."""


@dataclass(frozen=True, slots=True)
class Section:
    """The rows from `below` to `end` (from 0, None: the last one) with their columns.

    `other_list` is the caption if the section is a list of other people: "NARASUMBER", "Peserta yang tidak hadir".
    """

    header: Header
    below: int
    end: int | None
    columns: DetectedColumns
    other_list: str = ""

    @property
    def headings(self) -> dict[int, str]:
        """Return the texts of the headings by column."""
        return {heading.index: heading.text for heading in self.header.headings}


def find_sections(
    grid: Grid,
    header: Header,
    chosen: Mapping[int, str | None],
    place_keys: Collection[str],
    group_keys: Collection[str],
) -> list[Section]:
    """Return the sections below the header, mostly one: a header that is repeated on every page begins none.

    `chosen` (index → field) counts for the columns with the same headings in the further sections.
    """
    starts = [(header, _find_other_list(grid.rows[max(header.top - _ROWS_ABOVE, 0) : max(header.top, 0)]))]
    for further in find_headers_below(grid, header):
        caption = _find_other_list(grid.rows[max(further.top - _ROWS_ABOVE, 0) : further.top])
        if caption or starts[-1][1] or not has_same_columns(starts[-1][0], further):
            starts.append((further, caption))
    if all(caption for _, caption in starts):
        starts = [(header, "")]  # A list of the committee alone is what was meant to be read.
    ends = [*(further.top for further, _ in starts[1:]), None]
    return [
        Section(
            own,
            own.below,
            end,
            detect_columns(
                own, grid.rows[own.below : end], _move_choices(chosen, header, own), place_keys, group_keys
            ),
            caption,
        )
        for (own, caption), end in zip(starts, ends, strict=True)
    ]


def _find_other_list(rows: Sequence[Sequence[Cell]]) -> str:
    """Return the nearest caption of a list of other people in the rows above a header, or ""."""
    for row in reversed(rows):
        texts = [text for text in row_texts(row) if text]
        if len(texts) == 1 and _OTHER_LIST.fullmatch(texts[0]):
            return texts[0]
    return ""


def _move_choices(chosen: Mapping[int, str | None], header: Header, own: Header) -> Mapping[int, str | None]:
    """Return the fields that were chosen for the first header's columns, by the columns of a further header."""
    if own is header:
        return chosen
    by_text = {words(heading.full_text): heading.index for heading in header.headings if heading.text}
    moved = {heading.index: by_text.get(words(heading.full_text)) for heading in own.headings}
    return {index: chosen[first] for index, first in moved.items() if first is not None and first in chosen}
