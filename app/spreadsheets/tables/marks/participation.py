"""Find people of whom a list without marks of attendance shows that they may not have taken part.

Exports of courses, payrolls and lists of certificates have no column of attendance, but one from which a clerk sees who
took part: progress, scores, minutes, certificates, transport money, uploaded signatures.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from app.people.values.cells import Cell, cell_text
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import SheetRow, to_excel_row
from app.spreadsheets.tables.columns.columns import DetectedColumns
from app.spreadsheets.tables.marks.marks import is_blank_mark, is_preprinted
from app.spreadsheets.tables.marks.notes import as_question, mark_beside

_OF_PARTICIPATION = re.compile(
    r"\b(?:progress?|kemajuan|penyelesaian|completion|completed|persen|persentase|prosentase"
    r"|score|skor|nilai|quiz|kuis|(?:pre|post) ?test|tugas akhir"
    r"|sertifikat|certificate|lulus|kelulusan|durasi|duration|menit|minutes|lama (?:hadir|mengikuti|menonton)"
    r"|transport|transpor|uang (?:saku|harian|makan)|honor|honorarium|konsumsi|snack|makan siang|seminar kit|goodie bag"
    r"|foto (?:selfie|kehadiran|hadir)|selfie|bukti (?:hadir|kehadiran)|check(?:ed)? ?out|ticket scanned|scanned)\b"
)
_A_WISH = re.compile(r"\b(?:ingin|butuh|perlu|mau|minat|bersedia|pilihan|jenis|alergi|no|nomor|email|nama)\b")
"""Headings of wishes and details: "Ingin sertifikat?", "Jenis konsumsi", "Nama untuk sertifikat"."""
_OF_STATES = frozenset({"status", "ket", "keterangan"})
_TOOK_PART = frozenset(
    {"completed", "complete", "finished", "passed", "selesai", "lulus", "tuntas", "issued"}
)
_NOT_YET = re.compile(
    r"(?:0|0[.,]0+|rp\.? ?0|false|no|n|none|tidak|tdk|t|belum|not|blm)\b.*|in ?progress.*|incomplete.*"
    r"|enrol+ed|failed|gagal"
)
_PERCENTAGE = re.compile(r"(?P<number>\d{1,3}(?:[.,]\d+)?)\s*%")
_MAX_ROWS = 20_000
"""Longer lists are exports of registers."""


def question_absentees(
    rows: list[SheetRow],
    grid: Sequence[Sequence[Cell]],
    columns: DetectedColumns,
    headings: Mapping[int, str],
) -> list[SheetRow]:
    """Return the rows with a question as the mark of each who has nothing in the columns that show participation.

    A blank says so only if most of the others have something there. Lists with marks, and answers to a form (which
    everybody sent), are returned unchanged; so are rows with a mark of their own.
    """
    fields = set(columns.fields.values())
    if not {"attendance", "submitted_at", "intention"}.isdisjoint(fields) or len(rows) > _MAX_ROWS:
        return rows
    cells_of = {row.number: grid[to_excel_row(row.number) - 1] for row in rows}
    telling = [
        index
        for index in _find_columns(columns.fields, headings, cells_of.values())
        if _tells(index, cells_of.values(), is_signed=columns.fields.get(index) == "signature")
    ]
    if not telling:
        return rows
    return [
        _with_question(row, telling, cells_of[row.number], headings) if "attendance" not in row.cells else row
        for row in rows
    ]


def _find_columns(
    fields: Mapping[int, str], headings: Mapping[int, str], rows: Collection[Sequence[Cell]]
) -> list[int]:
    """Return the columns that show participation by their heading, or by states such as "Completed"."""
    found = []
    for index, heading in headings.items():
        key = words(heading)
        field = fields.get(index)
        by_heading = field is None and _OF_PARTICIPATION.search(key) and not _A_WISH.search(key)
        by_states = key in _OF_STATES and any(
            words(cell_text(_cell(row, index))) in _TOOK_PART for row in rows
        )
        if (field == "signature" and _holds_texts(index, rows)) or by_heading or by_states:
            found.append(index)
    return found


def _holds_texts(index: int, rows: Collection[Sequence[Cell]]) -> bool:
    """Return whether no number stands in the column, as preprinted in columns to sign in."""
    return not any(isinstance(_cell(row, index), int | float) for row in rows)


def _tells(index: int, rows: Collection[Sequence[Cell]], *, is_signed: bool) -> bool:
    """Return whether the column tells people apart: some took part, and others have nothing or a denial there.

    In a column of signatures (uploaded pictures, stamps) a text may be a remark on one of those who signed in ink.
    """
    filled = [cell for row in rows if not _is_blank(cell := _cell(row, index))]
    positive = sum(map(_shows_participation, filled))
    denied = len(filled) - positive
    most = len(rows) <= 2 * positive < 2 * len(rows)
    return most if is_signed else denied > 0 or most


def _with_question(
    row: SheetRow, telling: Sequence[int], cells: Sequence[Cell], headings: Mapping[int, str]
) -> SheetRow:
    if any(_shows_participation(_cell(cells, index)) for index in telling):
        return row
    found = "; ".join(f"{headings[index]}: {cell_text(_cell(cells, index)) or '–'}" for index in telling)
    return SheetRow(
        row.number, {**row.cells, "attendance": as_question(found.replace("|", "/"))}, row.remarks
    )


def _shows_participation(cell: Cell) -> bool:
    if _is_blank(cell) or cell == 0 or (isinstance(cell, str) and mark_beside(cell) is not None):
        return False
    text = clean(cell_text(cell))
    if percentage := _PERCENTAGE.search(text):
        return float(percentage["number"].replace(",", ".")) >= 100
    return _NOT_YET.fullmatch(text.lower()) is None


def _is_blank(cell: Cell) -> bool:
    return cell is None or is_blank_mark(cell) or (isinstance(cell, str) and is_preprinted(clean(cell)))


def _cell(row: Sequence[Cell], index: int) -> Cell:
    return row[index] if index < len(row) else None
