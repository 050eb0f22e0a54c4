"""The participants' rows below a header: titles, numbering, totals and signatures are none."""

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
    section_of,
    stated_total,
)

_LONGEST_ORDINAL = 4
_CELLS_OF_A_SIGNER = 2
_FAR = 1_000
"""After so many blank rows nothing belongs to the table any more."""


@dataclass(slots=True)
class Participants:
    """`total` is what the sheet says itself; `far` is the row number of cells too far below to belong to it.

    `below_end` is the first row that tells of a person, and was left out as it stands below the table's end.
    """

    rows: list[SheetRow] = field(default_factory=list)
    total: int | None = None
    total_of: StatedTotalOf | None = None
    far: int | None = None
    below_end: int | None = None


def collect_participants(
    rows: Sequence[Sequence[Cell]],
    below: int,
    named: DetectedColumns,
    headings: Mapping[int, str],
    place_keys: Collection[str],
    group_keys: Collection[str] = (),
) -> Participants:
    """All rows of people from row `below` (from 0) to the table's end; `headings` are texts by column.

    The table ends at the first total or signature line after which no numbered row follows.
    """
    table = _Table(named, headings, place_keys, group_keys)
    for number, row in enumerate(rows[below:], start=below + 1):
        table.take(number, row)
        if table.found.far is not None:
            break
    return table.finish()


class _Table:
    """The state of walking down the rows: the sections, and where the table may have ended."""

    def __init__(
        self,
        named: DetectedColumns,
        headings: Mapping[int, str],
        place_keys: Collection[str],
        group_keys: Collection[str],
    ) -> None:
        self.cells = RowCells(named)
        self.named = named
        self.headings = {index: said for index, text in headings.items() if (said := words(text))}
        self.place_keys = place_keys
        self.group_keys = group_keys
        self.found = Participants()
        self.section: str | None = None
        self.group: str | None = None
        self.blanks = 0
        self.end: int | None = None
        self.totals: list[StatedTotal] = []
        self.totals_above: list[StatedTotal] = []

    def take(self, number: int, row: Sequence[Cell]) -> None:
        if not any(row):
            self.blanks += 1
            return
        cells = self.cells.of(row)
        numbered = self.is_numbered(row)
        if not (numbered and self.is_plainly_a_person(cells)) and not self.is_person(
            row, cells, numbered=numbered
        ):
            self.blanks = 0
            return
        if self.blanks > _FAR:
            self.found.far = number
            return
        self.blanks = 0
        below_end = self.end is not None
        tells = below_end and self.tells_of_a_person(cells)
        if self.section is not None:
            cells.setdefault("kelurahan", self.section)
        if self.group is not None:
            cells.setdefault("target_group", self.group)
        if below_end:
            without_numbers = self.named.number is None
            if numbered or (without_numbers and (tells or len(cells) > _CELLS_OF_A_SIGNER)):
                self.reopen()
            elif tells and self.found.below_end is None:
                self.found.below_end = number
        self.found.rows.append(SheetRow(number, cells))
        if len(self.found.rows) > MAX_ROWS + 1_000:
            raise SheetFailure("too-many-rows", limit=MAX_ROWS)

    def reopen(self) -> None:
        """What looked like the table's end stood in its middle."""
        self.end = self.found.below_end = None
        self.totals_above += self.totals
        self.totals.clear()

    def finish(self) -> Participants:
        if self.end is not None:
            del self.found.rows[self.end :]
        if len(self.found.rows) > MAX_ROWS:
            raise SheetFailure("too-many-rows", limit=MAX_ROWS)
        if self.totals:
            self.found.total, self.found.total_of = self.total_of_all()
        return self.found

    def total_of_all(self) -> tuple[int | None, StatedTotalOf]:
        """The first below the list. Where totals stand above, too: that, the last or the sum, whichever is nearest.

        A list in sections ends with the total of the last, of all, or with both, and none says which it is.
        """
        first, last = self.totals[0], self.totals[-1]
        above = [total.number or 0 for total in self.totals_above if total.of == first.of]
        if not above or first.of == "present":
            return first.number, first.of
        stated = [first.number or 0, last.number or 0, sum(above) + (first.number or 0)]
        return min(stated, key=lambda total: abs(total - len(self.found.rows))), first.of

    def is_numbered(self, row: Sequence[Cell]) -> bool:
        index = self.named.number
        return index is not None and index < len(row) and is_count(row[index])

    def is_plainly_a_person(self, cells: dict[str, Cell]) -> bool:
        name = cells.get("name")
        return isinstance(name, str) and name[:1].isalpha() and name[:3].lower() not in {"kel", "nam"}

    def tells_of_a_person(self, cells: dict[str, Cell]) -> bool:
        """A name with a mark or a kelurahan beside it: nobody signs so."""
        mark, place = cells.get("attendance"), cells.get("kelurahan")
        return "name" in cells and (
            (isinstance(mark, str) and is_mark_word(mark))
            or (isinstance(place, str) and place_key(place) in self.place_keys)
        )

    def belongs_to_the_row_above(self, cells: Mapping[str, Cell]) -> bool:
        """The NIP below an official's name, and beside it nothing but what is merged over both rows."""
        above = self.found.rows[-1].cells if self.found.rows else {}
        return cells.get("name") == "" and all(
            above.get(field) == cell for field, cell in cells.items() if field != "name"
        )

    def is_person(self, row: Sequence[Cell], cells: dict[str, Cell], *, numbered: bool) -> bool:
        """Decides on a row that isn't plainly one, and keeps what a section, total or signature line says."""
        texts = self.other_texts(row)
        if not texts or is_numbering(row) or self.is_repeated_header(texts):
            return False
        if self.begins_a_section(texts, numbered=numbered):
            return False
        if not numbered and (total := stated_total(row)):
            if not total.is_part:
                self.close(total)
            return False
        noted = not numbered and is_note(texts)
        if not numbered and not noted and self.named.number is not None and is_caption(texts):
            if names_a_kecamatan(texts):
                self.section = None
            return False
        ends = noted or (not numbered and is_signature_line(texts, self.named.fields))
        if ends and not self.tells_of_a_person(cells):
            self.close(None)
            return False
        if self.belongs_to_the_row_above(cells):
            return False
        return "name" in cells or any(
            name != "signature" and not is_count(cell) for name, cell in cells.items()
        )

    def other_texts(self, row: Sequence[Cell]) -> dict[int, str]:
        """Column → text of the filled cells, without the row's own number (or letter, of a section)."""
        texts = {index: clean(cell_text(cell)) for index, cell in enumerate(row) if cell not in (None, "")}
        ordinal = texts.get(self.named.number) if self.named.number is not None else None
        if ordinal is not None and len(ordinal) <= _LONGEST_ORDINAL and not self.is_heading(ordinal):
            del texts[self.named.number or 0]
        return {index: text for index, text in texts.items() if text}

    def begins_a_section(self, texts: Mapping[int, str], *, numbered: bool) -> bool:
        """Of a kelurahan, or of a target group, which any other caption ends."""
        if section := section_of(texts, self.named.fields, self.place_keys, numbered=numbered):
            self.section = section
            return True
        if numbered or len(texts) > 1:
            return False
        self.group = group_section(texts, self.group_keys)
        return self.group is not None

    def is_heading(self, ordinal: str) -> bool:
        """ "Ket:" and "PKK" are as short as a row's number or letter."""
        return begins_a_note(ordinal) or group_section({0: ordinal}, self.group_keys) is not None

    def is_repeated_header(self, texts: Mapping[int, str]) -> bool:
        """The heading stands over the names again, or (a header's second row) there are headings and nothing else."""
        again = [index for index, text in texts.items() if words(text) == self.headings.get(index)]
        return 1 < len(again) == len(texts) or any(self.named.fields.get(index) == "name" for index in again)

    def close(self, total: StatedTotal | None) -> None:
        if self.end is None:
            self.end = len(self.found.rows)
        if total is not None and total.number is not None:
            self.totals.append(total)


def fill_merged_cells(
    rows: list[list[Cell]], below: int, merges: Sequence[Merge], name_column: int | None
) -> list[list[Cell]]:
    """The rows with vertically merged values repeated; merged over the name, the rows below the first are blank."""
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
