"""Collect the rows of participants below a header, without headings of sections, totals and signatures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.place_names import place_key
from app.people.values.rt import parse_rt
from app.people.values.text import clean, is_placeholder, words
from app.spreadsheets.detected_table import SheetRow, StatedTotalOf
from app.spreadsheets.formats.failures import MAX_ROWS, SheetFailure
from app.spreadsheets.formats.grid import Merge
from app.spreadsheets.tables.letterhead import (
    FoundCaption,
    find_labelled_kelurahan,
    parse_day_caption,
)
from app.spreadsheets.tables.marks.marks import is_mark_word
from app.spreadsheets.tables.rows.row_cells import RowCells
from app.spreadsheets.tables.rows.row_kinds import (
    StatedTotal,
    attendance_section,
    begins_a_note,
    begins_with_nip,
    group_section,
    is_caption,
    is_caption_of_latecomers,
    is_count,
    is_example,
    is_letterhead_line,
    is_note,
    is_numbering,
    is_signature_line,
    is_unticked,
    names_a_kecamatan,
    parse_stated_total,
    section_kelurahan,
    section_rt,
)
from app.spreadsheets.tables.rows.sections import Section

_OF_NOBODY = frozenset({"signature", "submitted_at"})
_MAX_ORDINAL_LENGTH = 4
_CELLS_OF_A_SIGNER = 2
_MIN_DIGITS, _MAX_DIGITS = 9, 14
_CELLS_OF_A_LABEL = 2
_MAX_CELLS_OF_NOBODY = 4
_MAX_CELLS_OF_A_LINE = 3
"""A row with more cells is no line of a letterhead and no caption."""
_SELDOM_BEGINS_A_NAME = frozenset(
    {"kel", "nam", "con", "mis", "isi", "tul", "cth", "exa", "jum", "jml", "tot", "sub", "gra"}
)
"""Headings of sections, repeated headers, example rows and totals are looked at more closely."""
_FAR_AFTER_BLANK_ROWS = 1_000
"""After so many blank rows nothing belongs to the table."""


@dataclass(slots=True)
class Participants:
    """The rows of a table. `total` is stated by the sheet itself.

    Rows that were left out, by number: `far_row` is the first one too far below the table, `rows_below_end` are people
    below the table's end. `captions` are those of days between the rows.
    """

    rows: list[SheetRow] = field(default_factory=list)
    captions: list[FoundCaption] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    total: int | None = None
    total_of: StatedTotalOf | None = None
    far_row: int | None = None
    rows_below_end: list[int] = field(default_factory=list)


def collect_participants(
    rows: Sequence[Sequence[Cell]],
    sections: Sequence[Section],
    place_keys: Collection[str],
    group_keys: Collection[str] = (),
    letterhead: Collection[str] = (),
) -> Participants:
    """Return the participants of the sections to the table's end; those of other lists are counted in a warning.

    The table ends at the first total or signature line after which no numbered row follows. `letterhead` are the lines
    above the header, as words: further pages repeat them. Raises `SheetFailure` for more than `MAX_ROWS`
    participants.
    """
    walk = _RowWalk(place_keys, group_keys, letterhead)
    for section in sections:
        if section.other_list:
            walk.participants.warnings += _warn_of_other_list(rows, section, place_keys)
            continue
        walk.enter(section)
        for number, row in enumerate(rows[section.below : section.end], start=section.below + 1):
            walk.take(number, row)
            if walk.participants.far_row is not None:
                return walk.finish()
    return walk.finish()


def _warn_of_other_list(
    rows: Sequence[Sequence[Cell]], section: Section, place_keys: Collection[str]
) -> list[Remark]:
    """Return the warning that the people of a further list were not read, none if it is empty."""
    others = collect_participants(rows, [replace(section, other_list="")], place_keys).rows
    if not others:
        return []
    params: dict[str, str | int] = {
        "caption": section.other_list,
        "row": others[0].number,
        "count": len(others),
    }
    return [Remark("warning", None, "rows-of-other-list", params)]


class _RowWalk:
    """Walks down the rows, and keeps the current sections and where the table may have ended."""

    def __init__(
        self, place_keys: Collection[str], group_keys: Collection[str], letterhead: Collection[str]
    ) -> None:
        self.place_keys = place_keys
        self.group_keys = group_keys
        self.letterhead = letterhead
        self.participants = Participants()
        self.section: str | None = None
        self.rt: str | None = None
        self.group: str | None = None
        self.attendance: str | None = None
        self.blanks = 0
        self.end: int | None = None
        self.ended_by_signature = False
        self.header_below_end = False
        self.last_is_numbered = False
        self.last_number: Cell = None
        self.totals: list[StatedTotal] = []
        self.earlier_totals: list[StatedTotal] = []

    def enter(self, section: Section) -> None:
        """Read the rows that follow with the columns of this section."""
        self.cells = RowCells(section.columns)
        self.columns = section.columns
        self.headings = {index: key for index, text in section.headings.items() if (key := words(text))}
        names = (
            section.headings.get(index) for index, field in section.columns.fields.items() if field == "name"
        )
        self.name_heading = next(names, None)
        self.header_below_end = self.end is not None

    def take(self, number: int, row: Sequence[Cell]) -> None:
        """Add the row (Excel's number) if it is a person's; blank cells are those of its sections.

        Sets `far_row` instead if too many blank rows stand above it. A person below the table's end continues the
        table, or is remembered in `rows_below_end`.
        """
        if not any(row):
            self.blanks += 1
            return
        cells = self.cells.read(row)
        numbered = self.is_numbered(row)
        if not (
            (numbered or self.has_many_cells(row)) and self.is_obvious_person(cells)
        ) and not self.is_person(number, row, cells, numbered=numbered):
            self.blanks = 0
            return
        if self.blanks > _FAR_AFTER_BLANK_ROWS:
            self.participants.far_row = number
            return
        self.blanks = 0
        if self.end is not None:
            self.continue_below_end(number, cells, numbered=numbered)
        self.fill_from_sections(cells)
        self.last_is_numbered, self.last_number = numbered, self.number_cell(row)
        self.participants.rows.append(SheetRow(number, cells))
        if len(self.participants.rows) > MAX_ROWS + 1_000:
            raise SheetFailure("too-many-rows", limit=MAX_ROWS)

    def fill_from_sections(self, cells: dict[str, Cell]) -> None:
        """Fill blank cells with the kelurahan, RT, group and attendance of the sections in which the row stands."""
        sections = (
            ("kelurahan", self.section),
            ("rt", self.rt or None),
            ("target_group", self.group),
            ("attendance", self.attendance),
        )
        for name, text in sections:
            if text is not None:
                cells.setdefault(name, text)

    def continue_below_end(self, number: int, cells: Mapping[str, Cell], *, numbered: bool) -> None:
        """Continue the table with a row below its end if it is numbered, or remember that it names a person."""
        identified = self.identifies_person(dict(cells))
        if (
            numbered
            or self.header_below_end
            or (self.columns.number is None and (identified or len(cells) > _CELLS_OF_A_SIGNER))
        ):
            self.reopen()
        elif identified or (cells.get("name") and is_phone(cells.get("phone"))):
            self.participants.rows_below_end.append(number)

    def reopen(self) -> None:
        """Continue the table, as what looked like its end was the total of a section or the signatures of a page."""
        if self.ended_by_signature:
            signers = self.participants.rows[self.end :]
            self.participants.rows[self.end :] = [row for row in signers if not self.is_signer(row.cells)]
        self.ended_by_signature = self.header_below_end = False
        self.end = None
        self.participants.rows_below_end.clear()
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

    def has_many_cells(self, row: Sequence[Cell]) -> bool:
        """Return whether the row of a list without numbers has more cells than a signature, a caption or a note."""
        blanks = row.count(None) + row.count("")
        return self.columns.number is None and len(row) - blanks > _MAX_CELLS_OF_NOBODY

    def is_obvious_person(self, cells: dict[str, Cell]) -> bool:
        """Return whether the name can't be a section or a repeated header, which saves the other checks."""
        name, note = cells.get("name"), cells.get("note")
        if isinstance(note, str) and note[:3].lower() in _SELDOM_BEGINS_A_NAME:
            return False
        return (
            isinstance(name, str)
            and name[:1].isalpha()
            and name[-1] != ")"
            and name[:3].lower() not in _SELDOM_BEGINS_A_NAME
            and name != self.name_heading
        )

    def identifies_person(self, cells: dict[str, Cell]) -> bool:
        """Return whether the row is about a person: a name with an attendance mark or a kelurahan.

        A signature below the list has a name too, but neither of these.
        """
        mark, place = cells.get("attendance"), cells.get("kelurahan")
        return "name" in cells and (
            (isinstance(mark, str) and is_mark_word(mark))
            or (isinstance(place, str) and place_key(place) in self.place_keys)
        )

    def is_signer(self, cells: Mapping[str, Cell]) -> bool:
        """Return whether a row below "Mengetahui" is a signature's: names, and no detail of a person."""
        others = (cell for field, cell in cells.items() if field != "name")
        return not self.identifies_person(dict(cells)) and not any(
            any(map(str.isdigit, cell_text(cell))) for cell in others
        )

    def continues_row_above(self, cells: Mapping[str, Cell]) -> bool:
        """Return whether the row is an official's NIP (or "-") below the name, in lists of staff with two rows each."""
        above = self.participants.rows[-1].cells if self.participants.rows else {}
        name = cells.get("name")
        return (
            isinstance(name, str)
            and is_placeholder(name)
            and all(above.get(field) == cell for field, cell in cells.items() if field != "name")
        )

    def is_person(self, number: int, row: Sequence[Cell], cells: dict[str, Cell], *, numbered: bool) -> bool:
        """Return whether a row is a person's; otherwise remember a section, a total or the table's end."""
        texts = self.other_texts(row)
        if not texts or is_numbering(row) or self.is_repeated_header(texts):
            return False
        if not numbered and self.is_day_caption(number, row, texts):
            return False
        if self.begins_a_section(texts, numbered=numbered):
            return False
        if not numbered and self.stands_between_people(row, texts, cells):
            return False
        is_new = numbered and self.number_cell(row) != self.last_number
        if (not is_new and self.continues_row_above(cells)) or is_example(cells, self.ordinal(row)):
            return False
        return not is_kept_free(cells.get("name")) or any(
            name not in _OF_NOBODY and not is_count(cell) and not is_unticked(cell) and not is_kept_free(cell)
            for name, cell in cells.items()
        )

    def is_day_caption(self, number: int, row: Sequence[Cell], texts: Mapping[int, str]) -> bool:
        """Return whether the row is the caption of a day, and remember it."""
        caption = parse_day_caption(number, row) if len(texts) <= _MAX_CELLS_OF_A_LINE else None
        if caption is not None:
            self.participants.captions.append(caption)
        return caption is not None

    def stands_between_people(
        self, row: Sequence[Cell], texts: Mapping[int, str], cells: dict[str, Cell]
    ) -> bool:
        """Return whether a row without a number is a total, a note, a caption, a signature or a letterhead's line.

        The first ones may end the table.
        """
        if total := parse_stated_total(row):
            if not total.is_part:
                self.close(total)
            return True
        if is_caption_of_latecomers(texts):
            self.header_below_end = self.end is not None
            return True
        is_below_note = is_note(texts)
        if not is_below_note and self.columns.number is not None and is_caption(texts):
            if names_a_kecamatan(texts):
                self.section = None
            return True
        if (is_below_note or is_signature_line(texts, self.columns.fields)) and not self.identifies_person(
            cells
        ):
            if is_below_note:
                self.close(None)
            else:
                self.close_by_signature(texts)
            return True
        return len(texts) <= _MAX_CELLS_OF_A_LINE and (
            is_letterhead_line(texts) or self.repeats_letterhead(texts)
        )

    def repeats_letterhead(self, texts: Mapping[int, str]) -> bool:
        """Return whether the row is a line of the letterhead again, as on every page of printed lists."""
        return words(" ".join(texts.values())) in self.letterhead

    def ordinal(self, row: Sequence[Cell]) -> str:
        """Return the text in the column that numbers the rows, "" without one."""
        return clean(cell_text(self.number_cell(row)))

    def number_cell(self, row: Sequence[Cell]) -> Cell:
        """Return the cell in the column that numbers the rows, or None."""
        index = self.columns.number
        return row[index] if index is not None and index < len(row) else None

    def other_texts(self, row: Sequence[Cell]) -> dict[int, str]:
        """Return the texts of filled cells by column, without the row's number (or a section's letter)."""
        texts = {index: clean(cell_text(cell)) for index, cell in enumerate(row) if cell not in (None, "")}
        ordinal = texts.get(self.columns.number) if self.columns.number is not None else None
        if ordinal is not None and len(ordinal) <= _MAX_ORDINAL_LENGTH and not self.is_heading(ordinal):
            del texts[self.columns.number or 0]
        return {index: text for index, text in texts.items() if text}

    def begins_a_section(self, texts: Mapping[int, str], *, numbered: bool) -> bool:
        """Return whether the row begins a section of a kelurahan, an outcome or a target group, and remember it."""
        if (
            len(texts) == _CELLS_OF_A_LABEL
            and not numbered
            and (place := find_labelled_kelurahan(*texts.values()))
        ):
            self.section, self.rt = place, None
            return True
        if not numbered and (rt := section_rt(texts)):
            self.rt = rt if parse_rt(rt) else None
            return True
        if section := section_kelurahan(texts, self.columns.fields, self.place_keys, numbered=numbered):
            self.section, self.rt = section, None
            return True
        if numbered or len(texts) > 1:
            return False
        if outcome := attendance_section(texts, self.columns.fields):
            self.attendance = outcome
            return True
        self.group = group_section(texts, self.group_keys)
        return self.group is not None

    def is_heading(self, ordinal: str) -> bool:
        """Return whether a text as short as a row's number begins a note or a section: "Ket:", "PKK"."""
        return begins_a_note(ordinal) or group_section({0: ordinal}, self.group_keys) is not None

    def is_repeated_header(self, texts: Mapping[int, str]) -> bool:
        """Return whether the row repeats the header, as on every page of printed lists, or is its second row."""
        again = [index for index, text in texts.items() if words(text) == self.headings.get(index)]
        is_header = 1 < len(again) == len(texts) or any(
            self.columns.fields.get(index) == "name" for index in again
        )
        self.header_below_end = self.header_below_end or (is_header and self.end is not None)
        return is_header

    def close_by_signature(self, texts: Mapping[int, str]) -> None:
        """End the table; a name without a number above a NIP is the official's who signs."""
        rows = self.participants.rows
        if self.end is None:
            has_signer = (
                begins_with_nip(texts) and self.columns.number is not None and not self.last_is_numbered
            )
            is_signer = has_signer and bool(rows) and self.is_signer(rows[-1].cells)
            self.end = len(rows) - is_signer
        self.ended_by_signature = True

    def close(self, total: StatedTotal | None) -> None:
        """Remember that the table may end here, and the total that stands here if it has a number."""
        if self.end is None:
            self.end = len(self.participants.rows)
        if total is not None and total.number is not None:
            self.totals.append(total)


def is_kept_free(cell: Cell) -> bool:
    """Return whether a cell is blank, or a dash or dots in a line that was kept free."""
    return cell is None or (isinstance(cell, str) and cell != "" and is_placeholder(cell))


def is_phone(cell: Cell) -> bool:
    """Return whether the cell has as many digits as a telephone number."""
    return _MIN_DIGITS <= sum(map(str.isdigit, cell_text(cell))) <= _MAX_DIGITS


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
