"""Parse attendance marks: of one cell, or of several columns (Hadir | Izin | Tidak; Hari 1 | Hari 2).

Marks of several columns are one text, "Hadir: v | Izin: | Tidak:", so that they can be stored, shown, corrected by
hand ("hadir") and judged again like any other cell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.people.values.cells import Cell, cell_text, split_marks
from app.people.values.dates import END_OF_CENTURY, parse_date
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import AttendanceStatus

_PRESENT = frozenset(
    {
        "hadir",
        "h",
        "hdr",
        "hdir",
        "hadr",
        "ya",
        "y",
        "1",
        "true",
        "v",
        "ttd",
        "ada",
        "datang",
        "present",
        "yes",
        "ok",
    }
)
_ABSENT = frozenset(
    {"tidak", "th", "tdk", "a", "alpa", "alpha", "alfa", "absen", "0", "false", "no", "absent", "tak", "t"}
    | {"tanpa keterangan", "tanpa ket", "tk", "mangkir"}
)
_EXCUSED = frozenset({"izin", "ijin", "i", "sakit", "s", "excused", "cuti", "dinas luar"})
_OUTCOME_HEADINGS: dict[str, AttendanceStatus] = {
    **dict.fromkeys(("hadir", "h", "hdr", "ya"), "present"),
    **dict.fromkeys(
        ("tidak hadir", "tdk hadir", "tidak", "tdk", "th", "absen", "alpa", "alpha", "alfa", "a"), "absent"
    ),
    **dict.fromkeys(("tanpa keterangan", "tanpa ket", "tk", "mangkir"), "absent"),
    **dict.fromkeys(("izin", "ijin", "i", "sakit", "s"), "excused"),
}
_NOT = frozenset({"tidak", "tdk", "tak", "belum", "gak", "nggak"})
_INTENTIONS = frozenset({"akan", "bersedia", "bisa", "mau", "insyaallah", "insya", "rencana"})
"""Words of people who say that they will come: "ya, akan hadir"."""
_TICKS = frozenset("✓✔√ü☑✅")
_CROSSES = frozenset("xX×✗✘✕☒❌")
_DASHES = frozenset({"-", "–", "—", "--"})
_MARK_WORDS = re.compile(
    r"\b(?:hadir|hdr|ttd|datang|tidak|tdk|absen|alpa|alpha|izin|ijin|sakit)\b|[✓✔√ü☑✅]|^v$", re.IGNORECASE
)
_DAY = re.compile(r"(?:hari|day|h|sesi|pertemuan|tgl|tanggal)?\s*(?:ke\s*)?(?P<number>\d{1,2}|i{1,3}|iv|v)")
_PART_OF_DAY = re.compile(
    r"(?:(?:absen|absensi|presensi|hadir|kehadiran|sesi)\s+)?(?:pagi|siang|sore|malam)"
    r"|(?:absen|absensi|presensi|hadir|kehadiran)\s+(?:masuk|datang|pulang)"
)
_DAY_AND_MONTH = re.compile(
    r"(?:(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad),?\s+)?\d{1,2}(?:\s*[/-]\s*\d{1,2}|\s+[a-z]{3,9})",
    re.IGNORECASE,
)
_DAY_OF_MONTH = re.compile(r"(?:tgl|tanggal) (?P<number>\d{1,2})")
_BLANK_LINE = re.compile(r"[.…_ ☐□]*|\(?\d{1,6}[.)]*\s*[.…_]{2,}")
_PRINTED = re.compile(r"\(?\d{0,6}[.)]*[-–—.…_*/ ]*")
_HOUR = re.compile(
    r"(?:[\d/-]{8,10}[ t])?\s*(?:(?:pukul|pkl|jam)\.?\s*)?(?!0?0[.:]00)(?:[01]?\d|2[0-3])[.:][0-5]\d(?:[.:][0-5]\d)?"
    r"\s*(?:wita|am|pm)?",
    re.IGNORECASE,
)
"""The hour of arrival: "08.15", or "2025-08-05 08:15:00" in exports of forms; midnight is only a date."""
_EXPLICIT_BLANK = re.compile(r"(?:kosong|blank):\s*(?P<meant>\S.*)", re.IGNORECASE)
_ROW_NUMBER = re.compile(r"\(?\d{1,6}(?:[.)]+\s*|\s+)(?=[^\W\d]|[✓✔√☑✅✗✘✕☒❌])")
"""The row's number that is preprinted in a signature column: "12. ✓"."""
_EMPTY_NOTES = frozenset({"tidak ada", "tdk ada", "nihil"})


def parse_mark(cell: Cell) -> AttendanceStatus | None:
    """Return the outcome of one attendance cell, or None if it is blank or unclear, as "x" or "hadir?"."""
    text = _drop_row_number(clean(cell_text(cell)))
    if "?" in text:
        return None
    if text in _TICKS or _HOUR.fullmatch(text):
        return "present"
    if text in _DASHES:
        return "absent"
    key = words(text)
    if key in _PRESENT:
        return "present"
    if key in _ABSENT:
        return "absent"
    return "excused" if key in _EXCUSED else _parse_words(key.split())


def _parse_words(tokens: list[str]) -> AttendanceStatus | None:
    """Return the outcome of several words: "tidak hadir (sakit)", "hadir (terlambat)"; None for "hadir / tidak"."""
    if not tokens:
        return None
    denied = tokens[0] in _NOT
    if any(word in _EXCUSED and len(word) > 1 for word in tokens):
        return None if "hadir" in tokens and not _NOT.intersection(tokens) else "excused"
    if denied:
        return "absent" if {"hadir", "datang", "ada", "ikut"}.intersection(tokens) else None
    came = tokens[0] == "hadir" or (
        tokens[0] == "ya" and "hadir" in tokens and not _INTENTIONS.intersection(tokens)
    )
    if came and not _NOT.intersection(tokens) and not _ABSENT.intersection(tokens):
        return "present"
    return None


def is_mark_word(text: str) -> bool:
    """Return whether the text can only be about attendance: "tidak hadir", "ttd", a tick; not "1" or "Bpk. Hadi"."""
    return _MARK_WORDS.search(_drop_row_number(text)) is not None and parse_mark(text) is not None


def may_be_mark(text: str) -> bool:
    """Return whether the text is a mark in a column of marks: "H", "ya", "x"; not the preprinted "1." and "-"."""
    text = _drop_row_number(text)
    return text in _CROSSES or (not is_preprinted(text) and parse_mark(text) is not None)


def _drop_row_number(text: str) -> str:
    """Return the text without the row's number before a word or tick: "12. ✓" → "✓"."""
    return _ROW_NUMBER.sub("", text, count=1) if text.lstrip("(")[:1].isdigit() else text


def is_preprinted(text: str) -> bool:
    """Return whether the text is empty, or a number, dots or a dash, as preprinted in a signature column."""
    return _PRINTED.fullmatch(text) is not None


def has_content(note: str) -> bool:
    """Return whether a note is more than "tidak ada" or the like."""
    return words(note) not in _EMPTY_NOTES


def has_marks(texts: Iterable[str]) -> bool:
    """Return whether a column of notes or signatures is used for attendance marks.

    It is if one text can only be a mark, or if every text can be one. Preprinted texts and notes such as
    "tidak ada" are ignored.
    """
    texts = [text for text in texts if not is_preprinted(text) and has_content(text)]
    return any(map(is_mark_word, texts)) or (bool(texts) and all(map(may_be_mark, texts)))


def has_mostly_marks(texts: Sequence[str]) -> bool:
    """Return whether most texts of a column that aren't preprinted can only be marks."""
    texts = [text for text in texts if not is_preprinted(text)]
    return 2 * sum(map(is_mark_word, texts)) > len(texts)


def heading_outcome(heading: str) -> AttendanceStatus | None:
    """Return the attendance that a heading such as "Hadir", "Izin/Sakit" or "Tanpa Keterangan" means, or None."""
    outcome = _OUTCOME_HEADINGS.get(words(heading))
    if outcome is not None or "/" not in heading:
        return outcome
    outcomes = {_OUTCOME_HEADINGS.get(words(part)) for part in heading.split("/")}
    return outcomes.pop() if len(outcomes) == 1 else None


def is_day_heading(heading: str) -> bool:
    """Return whether a heading is a day: "Hari 1", "Hari ke-2", "H1", or a date with or without its year."""
    return day_number(heading) is not None or _parse_heading_date(heading, END_OF_CENTURY.year) is not None


def is_part_of_day(heading: str) -> bool:
    """Return whether a heading is one of several times of a day: "Pagi", "Absen Siang", "Absen Pulang"."""
    return _PART_OF_DAY.fullmatch(words(heading)) is not None


def _parse_heading_date(heading: str, year: int) -> date | None:
    """Return the date that a heading names, or None; "5/8" and "Selasa, 5 Agustus" are in `year`."""
    dated = parse_date(heading, latest=END_OF_CENTURY)
    if dated is None and _DAY_AND_MONTH.fullmatch(heading.strip()):
        return parse_date(f"{heading.strip()} {year}", latest=END_OF_CENTURY)
    return dated


def day_number(heading: str) -> int | None:
    """Return the number of the day in a heading such as "Hari 2" or "Hari ke-II", or None."""
    match = _DAY.fullmatch(words(heading))
    if match is None or words(heading).isdigit() or words(heading) in _PRESENT:
        return None
    number = match["number"]
    return int(number) if number.isdigit() else {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}[number]


@dataclass(frozen=True, slots=True)
class ParsedMark:
    """The result of parsing a mark. `status` is None for a blank, or (not `clear`) if a user must choose."""

    status: AttendanceStatus | None
    clear: bool = True


def parse_attendance(cell: Cell, day: date) -> ParsedMark:
    """Parse a row's attendance: one mark, or marks of several columns as one text; `day` is the session's.

    Of columns for several days the session's is parsed, else the first.
    """
    text = clean(cell_text(cell))
    marks = split_marks(text)
    if marks is None:
        return _parse_one_mark(text)
    if all(heading_outcome(label) for label in marks):
        return _parse_outcome_marks(marks)
    if all(map(is_part_of_day, marks)):
        return _combine_times_of_day(marks.values())
    return _parse_one_mark(marks[find_day_label(marks, day)])


def _parse_one_mark(text: str) -> ParsedMark:
    """Parse a single mark; a printed line and "Kosong: …" are blanks."""
    if _BLANK_LINE.fullmatch(text) or parse_explicit_blank(text):
        return ParsedMark(None)
    status = parse_mark(text)
    return ParsedMark(status, clear=status is not None)


def parse_explicit_blank(cell: Cell) -> AttendanceStatus | None:
    """Return the outcome of a blank written out in a sheet of errors ("Kosong: tidak hadir"), or None."""
    match = _EXPLICIT_BLANK.fullmatch(cell) if isinstance(cell, str) else None
    return parse_mark(match["meant"]) if match else None


def _parse_outcome_marks(marks: dict[str, str]) -> ParsedMark:
    """Parse marks in columns of outcomes. Marks in two are unclear, and so is "tidak" under "Hadir".

    Any text is a mark, also "x", except dashes, zeros, "false" and printed lines.
    """
    marked = {heading_outcome(label): mark for label, mark in marks.items() if is_marked(mark)}
    if len(marked) != 1:
        return ParsedMark(None, clear=not marked)
    ((outcome, mark),) = marked.items()
    denied = outcome == "present" and parse_mark(mark) in {"absent", "excused"}
    return ParsedMark(None, clear=False) if denied else ParsedMark(outcome)


def _combine_times_of_day(marks: Iterable[str]) -> ParsedMark:
    """Combine marks of several times of a day: one mark is enough; marks that disagree are unclear."""
    marks_of_day = [_parse_one_mark(mark) for mark in marks]
    statuses = {mark.status for mark in marks_of_day if mark.status is not None}
    clear = len(statuses) <= 1 and all(mark.clear for mark in marks_of_day)
    return ParsedMark(statuses.pop() if statuses and clear else None, clear=clear)


def is_marked(mark: str) -> bool:
    """Return whether a cell is ticked: it isn't blank, a dash, a zero, "false" or a printed line."""
    if _BLANK_LINE.fullmatch(mark):
        return False
    return mark not in _DASHES and words(mark) not in {"0", "false"}


def find_day_label(labels: Iterable[str], day: date) -> str:
    """Return the label of the session's day among dated columns, else the first label. There is at least one."""
    listed = list(labels)
    return next((label for label in listed if _is_label_of_day(label, day)), listed[0])


def _is_label_of_day(label: str, day: date) -> bool:
    """Return whether a label names this day, with or without month and year: "Tanggal 5", "5/8"."""
    match = _DAY_OF_MONTH.fullmatch(words(label))
    return int(match["number"]) == day.day if match else _parse_heading_date(label, day.year) == day


def join_day_heading(above: str, number: str) -> str | None:
    """Return the heading and the bare number below it as a day ("Tanggal 5", "5 Agustus 2025"), or None if it is none.

    Monthly lists have such columns: "Tanggal" over 1 | 2 | 3.
    """
    if not number.isdigit() or is_day_heading(above):
        return None
    return next((day for day in (f"{above} {number}", f"{number} {above}") if is_day_heading(day)), None)
