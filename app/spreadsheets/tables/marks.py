"""Attendance marks: one cell, or one mark in several columns (Hadir | Izin | Tidak; Hari 1 | Hari 2).

Marks of several columns are kept as one text, "Hadir: v | Izin: | Tidak:", so that they can be stored, shown,
corrected by hand ("hadir") and judged again like any other cell.
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
_AHEAD = frozenset({"akan", "bersedia", "bisa", "mau", "insyaallah", "insya", "rencana"})
"""Who "will come" hasn't yet."""
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
_LINE_TO_WRITE_ON = re.compile(r"[.…_ ☐□]*|\(?\d{1,6}[.)]*\s*[.…_]{2,}")
_PRINTED = re.compile(r"\(?\d{0,6}[.)]*[-–—.…_*/ ]*")
_HOUR = re.compile(
    r"(?:[\d/-]{8,10}[ t])?\s*(?:(?:pukul|pkl|jam)\.?\s*)?(?!0?0[.:]00)(?:[01]?\d|2[0-3])[.:][0-5]\d(?:[.:][0-5]\d)?"
    r"\s*(?:wita|am|pm)?",
    re.IGNORECASE,
)
"""When somebody arrived: "08.15", "2025-08-05 08:15:00"; midnight is no such hour."""
_BLANK_WRITTEN_OUT = re.compile(r"(?:kosong|blank):\s*(?P<meant>\S.*)", re.IGNORECASE)
_NUMBERED = re.compile(r"\(?\d{1,6}(?:[.)]+\s*|\s+)(?=[^\W\d]|[✓✔√☑✅✗✘✕☒❌])")
"""The row's number, as printed where somebody is to sign: "12. ✓"."""
_NOTHING_TO_SAY = frozenset({"tidak ada", "tdk ada", "nihil"})


def parse_mark(cell: Cell) -> AttendanceStatus | None:
    """What one attendance cell says, or None where that is unclear ("x" is, and so is what its writer doubts)."""
    text = _beside_number(clean(cell_text(cell)))
    if "?" in text:
        return None
    if text in _TICKS or _HOUR.fullmatch(text):
        return "present"
    if text in _DASHES:
        return "absent"
    said = words(text)
    if said in _PRESENT:
        return "present"
    if said in _ABSENT:
        return "absent"
    return "excused" if said in _EXCUSED else _from_words(said.split())


def _from_words(said: list[str]) -> AttendanceStatus | None:
    """ "tidak hadir (sakit)", "hadir (terlambat)", "tdk bisa hadir"; "hadir / tidak" stays unclear."""
    if not said:
        return None
    denied = said[0] in _NOT
    if any(word in _EXCUSED and len(word) > 1 for word in said):
        return None if "hadir" in said and not _NOT.intersection(said) else "excused"
    if denied:
        return "absent" if {"hadir", "datang", "ada", "ikut"}.intersection(said) else None
    came = said[0] == "hadir" or (said[0] == "ya" and "hadir" in said and not _AHEAD.intersection(said))
    if came and not _NOT.intersection(said) and not _ABSENT.intersection(said):
        return "present"
    return None


def is_mark_word(text: str) -> bool:
    """True for a text that can only be about attendance: "tidak hadir", "ttd", a tick; not "1", not "Bpk. Hadi"."""
    return _MARK_WORDS.search(_beside_number(text)) is not None and parse_mark(text) is not None


def may_be_mark(text: str) -> bool:
    """True for a text that is a mark in a column of marks: "H", "ya", "x"; "1." and "-" may be pre-printed there."""
    text = _beside_number(text)
    return text in _CROSSES or (not is_preprinted(text) and parse_mark(text) is not None)


def _beside_number(text: str) -> str:
    return _NUMBERED.sub("", text, count=1) if text.lstrip("(")[:1].isdigit() else text


def is_preprinted(text: str) -> bool:
    """True for a number, dots or a dash, as sheets have them where somebody is to sign."""
    return _PRINTED.fullmatch(text) is not None


def has_content(note: str) -> bool:
    """False for "tidak ada" and the like, which people write where they have nothing to note."""
    return words(note) not in _NOTHING_TO_SAY


def has_marks(texts: Iterable[str]) -> bool:
    """True of a column of notes or signatures where some text can only be about attendance, or each may be.

    What is printed, and "tidak ada" among notes, says nothing of it.
    """
    said = [text for text in texts if not is_preprinted(text) and has_content(text)]
    return any(map(is_mark_word, said)) or (bool(said) and all(map(may_be_mark, said)))


def has_mostly_marks(texts: Sequence[str]) -> bool:
    """True of a column in which most of what isn't printed can only be about attendance."""
    said = [text for text in texts if not is_preprinted(text)]
    return 2 * sum(map(is_mark_word, said)) > len(said)


def heading_outcome(heading: str) -> AttendanceStatus | None:
    """The outcome that a heading such as "Hadir", "Izin/Sakit" or "Tanpa Keterangan" stands for, or None."""
    outcome = _OUTCOME_HEADINGS.get(words(heading))
    if outcome is not None or "/" not in heading:
        return outcome
    outcomes = {_OUTCOME_HEADINGS.get(words(part)) for part in heading.split("/")}
    return outcomes.pop() if len(outcomes) == 1 else None


def is_day_heading(heading: str) -> bool:
    """True for "Hari 1", "Hari ke-2", "H1", or a date, with or without its year."""
    return day_number(heading) is not None or _date_of_heading(heading, END_OF_CENTURY.year) is not None


def is_part_of_day(heading: str) -> bool:
    """True for "Pagi", "Absen Siang", "Absen Pulang": one of several times at which a day's attendance is marked."""
    return _PART_OF_DAY.fullmatch(words(heading)) is not None


def _date_of_heading(heading: str, year: int) -> date | None:
    """The date that a heading names; "5/8" and "Selasa, 5 Agustus" are of `year`."""
    dated = parse_date(heading, latest=END_OF_CENTURY)
    if dated is None and _DAY_AND_MONTH.fullmatch(heading.strip()):
        return parse_date(f"{heading.strip()} {year}", latest=END_OF_CENTURY)
    return dated


def day_number(heading: str) -> int | None:
    found = _DAY.fullmatch(words(heading))
    if found is None or words(heading).isdigit() or words(heading) in _PRESENT:
        return None
    number = found["number"]
    return int(number) if number.isdigit() else {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}[number]


@dataclass(frozen=True, slots=True)
class ParsedMark:
    """`status` None and clear: the cell says nothing. Not clear: a person must choose."""

    status: AttendanceStatus | None
    clear: bool = True


def parse_attendance(cell: Cell, day: date) -> ParsedMark:
    """What a row's attendance says: one mark, or marks of several columns; `day` is the session's."""
    text = clean(cell_text(cell))
    marks = split_marks(text)
    if marks is None:
        return _one_mark(text)
    if all(heading_outcome(label) for label in marks):
        return _outcome_mark(marks)
    if all(map(is_part_of_day, marks)):
        return _mark_of_one_day(marks.values())
    return _one_mark(marks[find_day_label(marks, day)])


def _one_mark(text: str) -> ParsedMark:
    if _LINE_TO_WRITE_ON.fullmatch(text) or parse_explicit_blank(text):
        return ParsedMark(None)
    status = parse_mark(text)
    return ParsedMark(status, clear=status is not None)


def parse_explicit_blank(cell: Cell) -> AttendanceStatus | None:
    """What a blank means where that is written in its place: "Kosong: tidak hadir"; None for another cell."""
    found = _BLANK_WRITTEN_OUT.fullmatch(cell) if isinstance(cell, str) else None
    return parse_mark(found["meant"]) if found else None


def _outcome_mark(marks: dict[str, str]) -> ParsedMark:
    """One mark in columns of outcomes; marks in two are unclear, and so is "tidak" under "Hadir".

    Any mark counts, "x" too; a dash, a zero, "false" and a printed line are none.
    """
    marked = {heading_outcome(label): mark for label, mark in marks.items() if is_marked(mark)}
    if len(marked) != 1:
        return ParsedMark(None, clear=not marked)
    ((outcome, mark),) = marked.items()
    denied = outcome == "present" and parse_mark(mark) in {"absent", "excused"}
    return ParsedMark(None, clear=False) if denied else ParsedMark(outcome)


def _mark_of_one_day(marks: Iterable[str]) -> ParsedMark:
    """Whoever was there at one time of the day came; marks that disagree are unclear."""
    readings = [_one_mark(mark) for mark in marks]
    said = {reading.status for reading in readings if reading.status is not None}
    clear = len(said) <= 1 and all(reading.clear for reading in readings)
    return ParsedMark(said.pop() if said and clear else None, clear=clear)


def is_marked(mark: str) -> bool:
    """False for a blank, a dash, a zero, "false" and a printed line."""
    if _LINE_TO_WRITE_ON.fullmatch(mark):
        return False
    return mark not in _DASHES and words(mark) not in {"0", "false"}


def find_day_label(labels: Iterable[str], day: date) -> str:
    """The label of the session's day among dated columns, else the first."""
    listed = list(labels)
    return next((label for label in listed if _is_of_day(label, day)), listed[0])


def _is_of_day(label: str, day: date) -> bool:
    found = _DAY_OF_MONTH.fullmatch(words(label))
    return int(found["number"]) == day.day if found else _date_of_heading(label, day.year) == day


def join_day_heading(above: str, number: str) -> str | None:
    """The day that a bare number below a heading is: "Tanggal 5", "Pertemuan ke-2", "5 Agustus 2025"; else None."""
    if not number.isdigit() or is_day_heading(above):
        return None
    return next((day for day in (f"{above} {number}", f"{number} {above}") if is_day_heading(day)), None)
