"""The cells of one row by what they hold: mapped, tidied, and parted or put together where the columns ask for it."""

import re
from collections.abc import Sequence
from math import isfinite

from app.people.values.cells import Cell, CellError, cell_text, join_marks
from app.people.values.nik import LENGTH
from app.people.values.text import clean
from app.spreadsheets.tables.columns import DetectedColumns
from app.spreadsheets.tables.marks import has_content, is_mark_word, is_marked, is_preprinted, may_be_mark


class RowCells:
    """Reads rows below a header whose columns are known."""

    def __init__(self, named: DetectedColumns) -> None:
        spread = {index for part in named.parts.values() for index, _ in part}
        self.plain = [(index, field) for index, field in sorted(named.fields.items()) if index not in spread]
        self.named = named
        self.marked = "attendance" in named.fields.values()

    def of(self, row: Sequence[Cell]) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        width = len(row)
        for index, name in self.plain:
            if index >= width:
                break
            cell = row[index]
            if type(cell) is str:
                cell = clean(cell)
            elif type(cell) is float and not isfinite(cell):
                cell = str(cell)
            if cell is not None and cell != "":
                cells[name] = cell
        self.split_shared(row, cells)
        if self.named.parts:
            self.add_spread(row, cells)
        if self.named.remarks is not None:
            self.split_remarks(cells)
        elif self.marked and "note" in cells and "attendance" not in cells:
            self.take_mark_of_note(cells)
        return cells

    def split_shared(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """Cells that hold more than one thing."""
        if self.named.beside_name:
            self.split_more_from_name(row, cells)
        said = cells.get("name")
        if type(said) is str and said and (said[-1].isdigit() or said[-1] == ")" or not said[0].isalpha()):
            cells["name"], field, number = name_and_number(said)
            if field:
                cells.setdefault(field, number)
        phone = cells.get("phone")
        if type(phone) is str and "@" in phone:
            cells["phone"], address = phone_and_email(phone)
            cells.setdefault("email", address)

    def split_more_from_name(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """Under "Nama / Jabatan": before it is tidied, as a line's end parts the two."""
        index = next(index for index, name in self.plain if name == "name")
        said = row[index] if index < len(row) else None
        if isinstance(said, str) and said.strip():
            name, more = name_and_more(said.strip())
            cells["name"] = clean(name)
            if more:
                cells.setdefault(str(self.named.beside_name), clean(more))

    def add_spread(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """Marks of several columns as one text; where all that they hold is an error, that."""
        for name, parts in self.named.parts.items():
            spread = [(label, row[index] if index < len(row) else None) for index, label in parts]
            filled = [cell for _, cell in spread if cell not in (None, "")]
            if filled and all(isinstance(cell, CellError) for cell in filled):
                cells[name] = filled[0]
            elif text := _put_together(name, [(label, clean(cell_text(cell))) for label, cell in spread]):
                cells[name] = text

    def split_remarks(self, cells: dict[str, Cell]) -> None:
        """A remark that is no mark is a note again. Where one signs, only what was printed there says nothing."""
        remark = cells.get("attendance")
        if remark is None or (isinstance(remark, str) and (is_mark_word(remark) or may_be_mark(remark))):
            return
        if self.named.remarks_field == "note":
            cells["note"] = cells.pop("attendance")
        elif not isinstance(remark, str) or is_preprinted(remark):
            del cells["attendance"]

    def take_mark_of_note(self, cells: dict[str, Cell]) -> None:
        """ "sakit" in the note of somebody without a mark says why there is none."""
        note = cells["note"]
        if isinstance(note, str) and is_mark_word(note) and has_content(note):
            cells["attendance"] = note


def _put_together(field: str, spread: Sequence[tuple[str, str]]) -> str:
    """A first and a last name, the groups that are ticked, or marks with what they stand under."""
    if field == "name":
        return " ".join(text for _, text in spread if text)
    if field == "target_group":
        return ", ".join(label for label, mark in spread if is_marked(mark))
    return join_marks(spread)


_LONGEST = 50
_BEFORE = re.compile(r"\(?\d{1,4}\s?[.)]+\s*(?=[^\W\d_])")
"""The row's own number, where the list has no column for it."""
_NIP = re.compile(
    r"(?<!\w)(?:nip\b[.:\s]*)?(?:19|20)\d\d[01]\d[0-3]\d\s?(?:19|20)\d\d[01]\d\s?[12]\s?\d{3}$", re.IGNORECASE
)
"""An official's number: date of birth, month of appointment, sex, and which of them."""
_BEHIND = re.compile(
    r"(?<![\w+])(?:(?:no|nik|ktp|hp|wa|telp|tlp)\b[.:\s]*)*(\+?\d(?:[ .-]?\d){8,15})\)?$", re.IGNORECASE
)
_BETWEEN = " (/,;:|–-"
_ONE_FROM_ANOTHER = re.compile(r"\s*[\r\n]+\s*|\s*[/|(]\s*|\s+[-–—]\s+")


def name_and_number(text: str) -> tuple[str, str | None, str]:
    """The name, the field of the number behind it ("nik", "phone"; None where there is none), and the number.

    The row's number before the name is dropped, and so is the NIP of an official: of that alone the name is "".
    """
    text = _BEFORE.sub("", text, count=1) if text[:1].isdigit() or text[:1] == "(" else text
    if not text[-1:].isdigit() and text[-1:] != ")":
        return text, None, ""
    end = max(0, len(text) - _LONGEST)
    if nip := _NIP.search(text, end):
        return text[: nip.start()].rstrip(_BETWEEN), None, ""
    found = _BEHIND.search(text, end)
    name = text[: found.start()].rstrip(_BETWEEN) if found else ""
    if found is None or not any(map(str.isalpha, name)):
        return text, None, ""
    digits = sum(map(str.isdigit, found[1]))
    return name, "nik" if digits == LENGTH else "phone", found[1]


def name_and_more(text: str) -> tuple[str, str]:
    """The name and the rest of a cell under "Nama / Jabatan": on lines of their own, behind a slash or in brackets."""
    name, *more = _ONE_FROM_ANOTHER.split(text)
    if not name:
        return text, ""
    return name, " / ".join(part.strip(" )") for part in more if part and not _NIP.fullmatch(part.strip()))


def phone_and_email(text: str) -> tuple[str, str]:
    """The numbers and the address of a cell under "No. HP / E-mail"."""
    said = text.replace("/", " / ").split()
    return " ".join(word for word in said if "@" not in word).strip(" /"), next(
        (word for word in said if "@" in word), ""
    )
