"""Collect the rows of participants below a header, without headings of sections, totals and signatures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.people.values.cells import Cell, cell_text
from app.people.values.place_names import place_key
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import SheetRow, StatedTotalOf
from app.spreadsheets.formats.failures import MAX_ROWS, SheetFailure
from app.spreadsheets.formats.grid import Merge
from app.spreadsheets.tables.columns import DetectedColumns
from app.spreadsheets.tables.marks import is_mark_word
from app.spreadsheets.tables.row_cells import RowCells
from app.spreadsheets.tables.row_kinds import (
    StatedTotal,
    begins_a_note,
    group_section,
    is_caption,
    is_count,
    is_note,
    is_numbering,
    is_signature_line,
    names_a_kecamatan,
    parse_stated_total,
    section_kelurahan,
)

_MAX_ORDINAL_LENGTH = 4
_CELLS_OF_A_SIGNER = 2
_FAR_AFTER_BLANK_ROWS = 1_000
"""After so many blank rows nothing belongs to the table."""


@dataclass(slots=True)
class Participants:
    """The rows of a table. `total` is stated by the sheet itself.

    Rows that were left out, by number: `far_row` is the first one too far below the table, `row_below_end` the first
    person below the table's end.
    """

    rows: list[SheetRow] = field(default_factory=list)
    total: int | None = None
    total_of: StatedTotalOf | None = None
    far_row: int | None = None
    row_below_end: int | None = None


def collect_participants(
    rows: Sequence[Sequence[Cell]],
    below: int,
    columns: DetectedColumns,
    headings: Mapping[int, str],
    place_keys: Collection[str],
    group_keys: Collection[str] = (),
) -> Participants:
    """Return the participants from row `below` (from 0) to the table's end; `headings` are the texts by column.

    The table ends at the first total or signature line after which no numbered row follows. Raises `SheetFailure` for
    more than `MAX_ROWS` participants.
    """
    walk = _RowWalk(columns, headings, place_keys, group_keys)
    for number, row in enumerate(rows[below:], start=below + 1):
        walk.take(number, row)
        if walk.participants.far_row is not None:
            break
    return walk.finish()


class _RowWalk:
    """Walks down the rows, and keeps the current section and where the table may have ended."""

    def __init__(
        self,
        columns: DetectedColumns,
        headings: Mapping[int, str],
        place_keys: Collection[str],
        group_keys: Collection[str],
    ) -> None:
        self.cells = RowCells(columns)
        self.columns = columns
        self.headings = {index: key for index, text in headings.items() if (key := words(text))}
        self.place_keys = place_keys
        self.group_keys = group_keys
        self.participants = Participants()
        self.section: str | None = None
        self.group: str | None = None
        self.blanks = 0
        self.end: int | None = None
        self.totals: list[StatedTotal] = []
        self.earlier_totals: list[StatedTotal] = []

    def take(self, number: int, row: Sequence[Cell]) -> None:
        """Add the row (Excel's number) if it is a person's; a blank kelurahan or group is that of the section.

        Sets `far_row` instead if too many blank rows stand above it. A person below the table's end continues the
        table, or is remembered as `row_below_end`.
        """
        if not any(row):
            self.blanks += 1
            return
        cells = self.cells.read(row)
        numbered = self.is_numbered(row)
        if not (numbered and self.is_obvious_person(cells)) and not self.is_person(
            row, cells, numbered=numbered
        ):
            self.blanks = 0
            return
        if self.blanks > _FAR_AFTER_BLANK_ROWS:
            self.participants.far_row = number
            return
        self.blanks = 0
        below_end = self.end is not None
        identified = below_end and self.identifies_person(cells)
        if self.section is not None:
            cells.setdefault("kelurahan", self.section)
        if self.group is not None:
            cells.setdefault("target_group", self.group)
        if below_end:
            without_numbers = self.columns.number is None
            if numbered or (without_numbers and (identified or len(cells) > _CELLS_OF_A_SIGNER)):
                self.reopen()
            elif identified and self.participants.row_below_end is None:
                self.participants.row_below_end = number
        self.participants.rows.append(SheetRow(number, cells))
        if len(self.participants.rows) > MAX_ROWS + 1_000:
            raise SheetFailure("too-many-rows", limit=MAX_ROWS)

    def reopen(self) -> None:
        """Continue the table, as what looked like its end was the total of a section."""
        self.end = self.participants.row_below_end = None
        self.earlier_totals += self.totals
        self.totals.clear()

    def finish(self) -> Participants:
        """Return the participants without the rows below the table's end, and the stated total."""
        if self.end is not None:
            del self.participants.rows[self.end :]
        if len(self.participants.rows) > MAX_ROWS:
            raise SheetFailure("too-many-rows", limit=MAX_ROWS)
        if self.totals:
            self.participants.total, self.participants.total_of = self.choose_total()
        return self.participants

    def choose_total(self) -> tuple[int | None, StatedTotalOf]:
        """Return the stated total of the whole list, the first below it, and what it counts.

        A list in sections ends with the total of its last section, of all, or both, without saying which. Of these and
        the sum, the number nearest to the rows is returned.
        """
        first, last = self.totals[0], self.totals[-1]
        above = [total.number or 0 for total in self.earlier_totals if total.of == first.of]
        if not above or first.of == "present":
            return first.number, first.of
        stated = [first.number or 0, last.number or 0, sum(above) + (first.number or 0)]
        return min(stated, key=lambda total: abs(total - len(self.participants.rows))), first.of

    def is_numbered(self, row: Sequence[Cell]) -> bool:
        """Return whether the row has a number in the column that counts the rows."""
        index = self.columns.number
        return index is not None and index < len(row) and is_count(row[index])

    def is_obvious_person(self, cells: dict[str, Cell]) -> bool:
        """Return whether the name can't be a section or a repeated header, which saves the other checks."""
        name = cells.get("name")
        return isinstance(name, str) and name[:1].isalpha() and name[:3].lower() not in {"kel", "nam"}

    def identifies_person(self, cells: dict[str, Cell]) -> bool:
        """Return whether the row is about a person: a name with an attendance mark or a kelurahan.

        A signature below the list has a name too, but neither of these.
        """
        mark, place = cells.get("attendance"), cells.get("kelurahan")
        return "name" in cells and (
            (isinstance(mark, str) and is_mark_word(mark))
            or (isinstance(place, str) and place_key(place) in self.place_keys)
        )

    def continues_row_above(self, cells: Mapping[str, Cell]) -> bool:
        """Return whether the row is an official's NIP below the name, in lists of staff with two rows a person."""
        above = self.participants.rows[-1].cells if self.participants.rows else {}
        return cells.get("name") == "" and all(
            above.get(field) == cell for field, cell in cells.items() if field != "name"
        )

    def is_person(self, row: Sequence[Cell], cells: dict[str, Cell], *, numbered: bool) -> bool:
        """Return whether a row is a person's; otherwise remember a section, a total or the table's end."""
        texts = self.other_texts(row)
        if not texts or is_numbering(row) or self.is_repeated_header(texts):
            return False
        if self.begins_a_section(texts, numbered=numbered):
            return False
        if not numbered and (total := parse_stated_total(row)):
            if not total.is_part:
                self.close(total)
            return False
        is_below_note = not numbered and is_note(texts)
        if not numbered and not is_below_note and self.columns.number is not None and is_caption(texts):
            if names_a_kecamatan(texts):
                self.section = None
            return False
        ends = is_below_note or (not numbered and is_signature_line(texts, self.columns.fields))
        if ends and not self.identifies_person(cells):
            self.close(None)
            return False
        if self.continues_row_above(cells):
            return False
        return "name" in cells or any(
            name != "signature" and not is_count(cell) for name, cell in cells.items()
        )

    def other_texts(self, row: Sequence[Cell]) -> dict[int, str]:
        """Return the texts of filled cells by column, without the row's number (or a section's letter)."""
        texts = {index: clean(cell_text(cell)) for index, cell in enumerate(row) if cell not in (None, "")}
        ordinal = texts.get(self.columns.number) if self.columns.number is not None else None
        if ordinal is not None and len(ordinal) <= _MAX_ORDINAL_LENGTH and not self.is_heading(ordinal):
            del texts[self.columns.number or 0]
        return {index: text for index, text in texts.items() if text}

    def begins_a_section(self, texts: Mapping[int, str], *, numbered: bool) -> bool:
        """Return whether the row begins a section of a kelurahan or of a target group, and remember it."""
        if section := section_kelurahan(texts, self.columns.fields, self.place_keys, numbered=numbered):
            self.section = section
            return True
        if numbered or len(texts) > 1:
            return False
        self.group = group_section(texts, self.group_keys)
        return self.group is not None

    def is_heading(self, ordinal: str) -> bool:
        """Return whether a text as short as a row's number begins a note or a section: "Ket:", "PKK"."""
        return begins_a_note(ordinal) or group_section({0: ordinal}, self.group_keys) is not None

    def is_repeated_header(self, texts: Mapping[int, str]) -> bool:
        """Return whether the row repeats the header, as on every page of printed lists, or is its second row."""
        again = [index for index, text in texts.items() if words(text) == self.headings.get(index)]
        return 1 < len(again) == len(texts) or any(
            self.columns.fields.get(index) == "name" for index in again
        )

    def close(self, total: StatedTotal | None) -> None:
        """Remember that the table may end here, and the total that stands here if it has a number."""
        if self.end is None:
            self.end = len(self.participants.rows)
        if total is not None and total.number is not None:
            self.totals.append(total)


def fill_merged_cells(
    rows: list[list[Cell]], below: int, merges: Sequence[Merge], name_column: int | None
) -> list[list[Cell]]:
    """Return the rows with the value of each vertical merge repeated in its leftmost column; blank rows stay blank.

    If a merge covers the name column, it is one person: its rows after the first become blank. Merges that begin above
    row `below` (from 0) are ignored. `rows` itself is not changed.
    """
    filled = list(rows)
    for merge in merges:
        if merge.top < below or merge.bottom == merge.top or merge.top >= len(filled):
            continue
        above = filled[merge.top]
        value = above[merge.left] if merge.left < len(above) else None
        for index in range(merge.top + 1, min(merge.bottom + 1, len(filled))):
            if name_column is not None and merge.left <= name_column <= merge.right:
                filled[index] = []
            elif filled[index]:
                cells = list(filled[index])
                cells.extend([None] * (merge.left + 1 - len(cells)))
                cells[merge.left] = value
                filled[index] = cells
    return filled
