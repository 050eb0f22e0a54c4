"""Read the cells of a row by field: cleaned, split if they contain several fields, joined if a field is spread."""

import re
from collections.abc import Sequence
from math import isfinite

from app.people.values.cells import Cell, CellError, cell_text, join_marks
from app.people.values.nik import LENGTH
from app.people.values.text import clean, is_placeholder
from app.spreadsheets.formats.grid import MAX_COLUMNS
from app.spreadsheets.tables.columns.columns import DetectedColumns
from app.spreadsheets.tables.marks.marks import (
    has_content,
    is_mark_word,
    is_marked,
    is_preprinted,
    may_be_mark,
)
from app.spreadsheets.tables.marks.notes import add_remark, as_question, mark_beside, read_code


class RowCells:
    """Reads the cells of rows below a header, by the detected columns."""

    def __init__(self, columns: DetectedColumns) -> None:
        spread = {index for part in columns.parts.values() for index, _ in part}
        self.plain = [
            (index, field) for index, field in sorted(columns.fields.items()) if index not in spread
        ]
        self.columns = columns
        self.name_index = next((index for index, field in self.plain if field == "name"), MAX_COLUMNS)

    def read(self, row: Sequence[Cell]) -> dict[str, Cell]:
        """Return the filled cells of a row by field, after splitting and joining them."""
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
        self.split_shared_cells(row, cells)
        if self.columns.parts:
            self.add_spread_fields(row, cells)
        if self.columns.marks_column is not None:
            self.split_marks_from_notes(cells)
        if self.columns.measured is not None:
            self.name_measure(cells)
        self.take_remarks(cells)
        return cells

    def split_shared_cells(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """Split cells that contain more than one field, in `cells`. A field with a cell of its own keeps that."""
        name = row[self.name_index] if self.name_index < len(row) else None
        if type(name) is str and "\n" in name:
            cells["name"] = join_name_lines(name, row)
        if self.columns.beside_name:
            self.split_field_from_name(row, cells)
        text = cells.get("name")
        if type(text) is str and text and (text[-1].isdigit() or text[-1] == ")" or not text[0].isalpha()):
            cells["name"], field, number = split_number_from_name(text)
            if field:
                cells.setdefault(field, number)
        phone = cells.get("phone")
        if type(phone) is str and "@" in phone:
            cells["phone"], address = split_phone_and_email(phone)
            cells.setdefault("email", address)

    def split_field_from_name(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """Split a cell under "Nama / Jabatan"; the raw text is used, as a line end may separate the two."""
        index = next(index for index, name in self.plain if name == "name")
        text = row[index] if index < len(row) else None
        if isinstance(text, str) and text.strip():
            name, more = split_name(text.strip())
            cells["name"] = clean(name)
            if more:
                cells.setdefault(str(self.columns.beside_name), clean(more))

    def add_spread_fields(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """Add each field that is spread over several columns as one text, or the error if all its cells are.

        Nothing is added for a field whose cells are all blank.
        """
        for name, parts in self.columns.parts.items():
            spread = [(label, row[index] if index < len(row) else None) for index, label in parts]
            filled = [cell for _, cell in spread if cell not in (None, "")]
            if filled and all(isinstance(cell, CellError) for cell in filled):
                cells[name] = filled[0]
            elif text := _join_spread(name, [(label, clean(cell_text(cell))) for label, cell in spread]):
                cells[name] = text

    def split_marks_from_notes(self, cells: dict[str, Cell]) -> None:
        """Move a text that is no mark from attendance to note; drop what is preprinted in a signature column."""
        mark = cells.get("attendance")
        if mark is None or (isinstance(mark, str) and (is_mark_word(mark) or may_be_mark(mark))):
            return
        if self.columns.marks_field == "note":
            cells["note"] = cells.pop("attendance")
        elif not isinstance(mark, str) or is_preprinted(mark):
            del cells["attendance"]

    def name_measure(self, cells: dict[str, Cell]) -> None:
        """Write what a number counts beside it, "0.87 (Persentase Kehadiran)", so that it is asked about."""
        mark = cells.get("attendance")
        if mark is None and "name" in cells:
            cells["attendance"] = f"? ({self.columns.measured})"
        elif mark is not None and not isinstance(mark, bool) and any(map(str.isdigit, cell_text(mark))):
            cells["attendance"] = f"{cell_text(mark)} ({self.columns.measured})"

    def take_remarks(self, cells: dict[str, Cell]) -> None:
        """Take what is said about attendance beside a mark or instead of one: "sakit", "diwakili Bpk. Rudi"."""
        for field in ("note", "signature"):
            text = cells.get(field)
            if not isinstance(text, str) or not any(map(str.isalpha, text)):
                continue
            if field == "note" and self.columns.explains_absence and has_content(text):
                add_remark(f"tidak hadir ({text})", cells)
            elif remark := mark_beside(text) or read_code(text):
                add_remark(remark, cells)
        name = cells.get("name")
        if type(name) is str and "=" not in name:
            self.take_remark_in_name(name, cells)

    def take_remark_in_name(self, name: str, cells: dict[str, Cell]) -> None:
        """Take what is said about attendance before or behind a name: "Budi (diwakili Rudi)", "Budi sakit"."""
        found = _BEHIND_NAME.search(name) or _AT_END_OF_NAME.search(name) or _BEFORE_NAME.match(name)
        if found is None or is_mark_word(name):
            return
        text = next(filter(None, found.groups()))
        remark = mark_beside(text) or read_code(text)
        if remark is None and found.re is not _BEHIND_NAME:
            remark = as_question(text)
        if remark is not None:
            cells["name"] = name[: found.start()] + name[found.end() :]
            add_remark(remark, cells)


def _join_spread(field: str, spread: Sequence[tuple[str, str]]) -> str:
    """Return the parts of a name or place, the labels of ticked groups, or the marks with their labels, as one text.

    A tick in the only column of marks is its label: "Tidak Hadir".
    """
    if field in {"name", "kelurahan"}:
        return " ".join(text for _, text in spread if not is_placeholder(text))
    if field == "target_group":
        return ", ".join(label for label, mark in spread if is_marked(mark))
    if len(spread) > 1:
        return join_marks(spread)
    ((label, mark),) = spread
    if not is_marked(mark):
        return ""
    return mark if len(mark) > 1 and is_mark_word(mark) else label


_BEHIND_NAME = re.compile(r"\s*\((?P<in_brackets>[^()]+)\)$|\s[-–]\s(?P<after_dash>[^-–]+)$")
_AT_END_OF_NAME = re.compile(
    r"(?<=[\w.)])[\s,]+((?:(?:tidak|tdk|tak|belum|ga|gak|nggak|kada|ora)\s+)?(?:hadir|hdr|datang|ikut|jadi)|sakit|izin|ijin|absen|batal"
    r"|alpa|x|\?+|alm(?:h|arhum(?:ah)?)?\.?|(?:pengganti|gantinya|menggantikan|digantikan|diwakili)\s.*|[✓✔√☑✅✗✘❌☒])$",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(r"(alm(?:h|arhum(?:ah)?)?)\b\.?\s+|([✓✔√☑✅✗✘❌☒])\s*", re.IGNORECASE)


def join_name_lines(name: str, row: Sequence[Cell]) -> str:
    """Return the lines of a name's cell as one text, with " / " between those of two people.

    A long name is broken too ("Siti⏎Aminah"): lines of one word count as two people only if other cells have lines.
    """
    lines = [line for line in map(clean, name.splitlines()) if line]
    others = sum(isinstance(cell, str) and "\n" in cell.strip() for cell in row) - 1
    separate = others > 0 or all(len(line.split()) > 1 for line in lines)
    return (" / " if separate else " ").join(lines)


_MAX_NUMBER_LENGTH = 50
_ROW_NUMBER = re.compile(r"\(?\d{1,4}\s?[.)]+\s*(?=[^\W\d_])")
"""The row's own number before a name, in lists without a column for it: "3. Rina Gani"."""
_NIP = re.compile(
    r"(?<!\w)(?:nip\b[.:\s]*)?(?:19|20)\d\d[01]\d[0-3]\d\s?(?:19|20)\d\d[01]\d\s?[12]\s?\d{3}$", re.IGNORECASE
)
"""NIP, the number of an official, in lists of staff: date of birth, month of appointment, sex, serial number."""
_NUMBER_AT_END = re.compile(
    r"(?<![\w+])(?:(?:no|nik|ktp|hp|wa|telp|tlp)\b[.:\s]*)*(\+?\d(?:[ .-]?\d){8,15})\)?$", re.IGNORECASE
)
_SEPARATORS = " (/,;:|–-"
_NAME_END = re.compile(r"\s*[\r\n]+\s*|\s*[/|(]\s*|\s+[-–—]\s+")


def split_number_from_name(text: str) -> tuple[str, str | None, str]:
    """Return the name, the field of the number behind it ("nik", "phone" or None), and the number or "".

    For lists that have all in one cell: "3. Rina Gani / 6471…", "Budi (0812…)". A row's number before the name and a
    NIP behind it are dropped; a NIP alone gives the name "".
    """
    text = _ROW_NUMBER.sub("", text, count=1) if text[:1].isdigit() or text[:1] == "(" else text
    if not text[-1:].isdigit() and text[-1:] != ")":
        return text, None, ""
    end = max(0, len(text) - _MAX_NUMBER_LENGTH)
    if nip := _NIP.search(text, end):
        return text[: nip.start()].rstrip(_SEPARATORS), None, ""
    match = _NUMBER_AT_END.search(text, end)
    name = text[: match.start()].rstrip(_SEPARATORS) if match else ""
    if match is None or not any(map(str.isalpha, name)):
        return text, None, ""
    digits = sum(map(str.isdigit, match[1]))
    return name, "nik" if digits == LENGTH else "phone", match[1]


def split_name(text: str) -> tuple[str, str]:
    """Return the name and the rest of a cell under "Nama / Jabatan", "" if there is no rest.

    The name ends at a line end, "/", "|", "(" or a dash between spaces. Further parts are joined by " / ", without a
    NIP. A text that begins with such a separator is returned whole as the name.
    """
    name, *more = _NAME_END.split(text)
    if not name:
        return text, ""
    return name, " / ".join(part.strip(" )") for part in more if part and not _NIP.fullmatch(part.strip()))


def split_phone_and_email(text: str) -> tuple[str, str]:
    """Return the phone numbers and the first e-mail address of a cell under "No. HP / E-mail", each "" if missing."""
    parts = text.replace("/", " / ").split()
    return " ".join(word for word in parts if "@" not in word).strip(" /"), next(
        (word for word in parts if "@" in word), ""
    )
