"""Parse attendance marks: of one cell, or of several columns (Hadir | Izin | Tidak; Hari 1 | Hari 2).

Marks of several columns are one text, "Hadir: v | Izin: | Tidak:", so that they can be stored, shown, corrected by
hand ("hadir") and judged again like any other cell.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from app.people.values.cells import Cell, cell_text, split_marks
from app.people.values.dates import END_OF_CENTURY, parse_date, parse_month_first
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import AttendanceStatus
from app.spreadsheets.tables.marks.note_words import casts_doubt, is_about_permit, is_of_another_time

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
        "attended",
        "yes",
        "ok",
        "checked in",
    }
)
_ABSENT = frozenset(
    {
        "tidak",
        "th",
        "tdk",
        "a",
        "alpa",
        "alpha",
        "alfa",
        "absen",
        "0",
        "false",
        "no",
        "n",
        "absent",
        "tak",
        "t",
    }
    | {"tanpa keterangan", "tanpa ket", "tk", "mangkir", "t h", "kadada", "no show", "did not attend"}
)
_EXCUSED = frozenset({"izin", "ijin", "i", "sakit", "s", "excused"})
_LETTERS_OF_PRESENT = frozenset({"H", "h"})
_CAME = frozenset({"hadir", "hdr", "datang", "dtg", "ikut", "masuk", "muncul", "teko", "rawuh"})
_NOT_THERE = frozenset({"ada", "di", "tempat", "kabar", "kabarnya", "orangnya"})
"""Words that may follow "tidak" and say that nobody came; "tidak ada NIB" is about a business."""
_OUTCOME_HEADINGS: dict[str, AttendanceStatus] = {
    **dict.fromkeys(("hadir", "h", "hdr", "ya"), "present"),
    **dict.fromkeys(
        ("tidak hadir", "tdk hadir", "tidak", "tdk", "th", "absen", "alpa", "alpha", "alfa", "a"), "absent"
    ),
    "belum hadir": "absent",
    **dict.fromkeys(("tanpa keterangan", "tanpa ket", "tk", "mangkir"), "absent"),
    **dict.fromkeys(("izin", "ijin", "i", "sakit", "s"), "excused"),
}
_NOT = frozenset(
    {"tidak", "tdk", "tak", "belum", "blm", "ga", "gak", "nggak", "enggak", "ndak", "nda"}
    | {"kada", "ora", "mboten"}
)
"""In Indonesian, Banjar and Javanese."""
_YES_OR_NO = frozenset(
    {"ya", "y", "yes", "iya", "tidak", "tdk", "no", "n", "mungkin", "maybe", "true", "false"}
)
_ONLY_IN_PART = frozenset({"saja", "hanya", "only"})
_CAME_IN_PART = frozenset({"pulang", "keluar", "terlambat", "telat"})
_INTENTIONS = frozenset({"akan", "bersedia", "bisa", "mau", "insyaallah", "insya", "rencana"})
"""Words of people who say that they will come: "ya, akan hadir"."""
_TICKS = frozenset("✓✔√ü☑✅")
_CROSSES = frozenset("xX×✗✘✕☒❌")
_DASHES = frozenset({"-", "–", "—", "--"})
_MARK_WORDS = re.compile(
    r"\b(?:hadir|hdr|ttd|datang|dtg|tidak|tdk|kadada|absen|alpa|alpha|alfa|mangkir|izin|ijin|sakit|absent|no show)\b"
    r"|\b(?:kada|ora|mboten) (?:teko|rawuh)\b|[✓✔√ü☑✅]|^v$",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:hari|day|h|p|sesi|session|pertemuan|meeting|minggu|pekan|week|tgl|tanggal)?\s*(?:ke\s*)?"
    r"(?P<number>\d{1,2}|i{1,3}|iv|v|pertama|kedua|ketiga|keempat|kelima)"
)
_ROMAN = ("i", "ii", "iii", "iv", "v")
_ORDINALS = ("pertama", "kedua", "ketiga", "keempat", "kelima")
_DAY_NUMBERS = {name: number for names in (_ROMAN, _ORDINALS) for number, name in enumerate(names, 1)}
_MARKS_OF = re.compile(
    r"(?:(?:daftar|status)\s+)?(?:kehadiran|hadir|absensi|absen|presensi|attendance|tanda tangan|ttd|paraf|signature)\b"
    r"[\s:–-]*(?=\S)",
    re.IGNORECASE,
)
"""What may stand before a day in a heading: "Kehadiran Hari 1", "TTD 5/8"."""
_DAY_BEFORE_DATE = re.compile(
    r"(?:hari|day|sesi|session|pertemuan|meeting)\s*(?:ke)?[\s-]*(?:\d{1,2}|[ivx]{1,4})\b[\s:,/(–-]*(?=\d|[a-z]{3,6}\W)"
    r"|(?:sen|sel|rab|kam|jum|sab|min|mon|tue|wed|thu|fri|sat|sun)[.,\s]+(?=\d)",
    re.IGNORECASE,
)
"""What may stand before the date in a heading: "Pertemuan 1 (5/8)", "Sel, 5 Agt"."""
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "senin monday",
            "selasa tuesday",
            "rabu wednesday",
            "kamis thursday",
            "jumat jum'at friday",
            "sabtu saturday",
            "minggu ahad sunday",
        )
    )
    for name in names.split()
}
_TIMES_OF_DAY = {"pagi": (0, 12), "siang": (12, 15), "sore": (15, 18), "malam": (18, 24)}
_MARKS = "absen|absensi|presensi|hadir|kehadiran"
_HOURS = (
    r"(?:(?:jam|pukul|pkl) )?(?P<begin>\d{1,2} \d\d)"
    r"(?: (?:wita |s d |sd |sampai )*(?P<end>\d{1,2} \d\d))?(?: wita)?"
)
_PART_OF_DAY = re.compile(
    rf"(?:(?:{_MARKS}|paraf|ttd|tanda tangan) )?(?:sesi )?"
    rf"(?:(?:pagi|siang|sore|malam)(?: (?:siang|sore|malam))?|\d(?= \d))(?: {_HOURS})?"
    rf"|(?:{_MARKS}) (?:masuk|datang|pulang)"
)
"""On folded text: "Pagi", "Absen Siang", "Paraf Pagi (08.30-12.00)", "Sesi 1 (08.30)", "Absen Pulang"."""
_DAY_AND_MONTH = re.compile(
    r"(?:(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad),?\s+)?\d{1,2}(?:\s*[/-]\s*\d{1,2}|\s+[a-z]{3,9})",
    re.IGNORECASE,
)
_DAY_OF_MONTH = re.compile(r"(?:tgl|tanggal) (?P<number>\d{1,2})")
_BLANK_LINE = re.compile(r"[.…_ ☐□]*|\(?\d{1,6}[.)]*\s*[.…_]{2,}")
_PRINTED = re.compile(r"\(?\d{0,6}[.)]*[-–—.…_*/ ]*")
_HOUR = re.compile(
    r"(?:0?[6-9]|1\d)[.,][0-5]"
    r"|(?:[\d/-]{8,10}[ t])?\s*(?:(?:pukul|pkl|jam)\.?\s*)?(?!0?0[.:])(?:[01]?\d|2[0-3])[.:][0-5]\d(?:[.:][0-5]\d)?"
    r"\s*(?:wita|am|pm)?",
    re.IGNORECASE,
)
"""The hour of arrival: "08.15", or "2025-08-05 08:15:00" in exports of forms; midnight is only
a date, 0.45 a share. "8.5" is the number 8.50, without its zero."""
_DATED_HOUR = re.compile(r"(?P<date>\d[\d/-]{7,9})[ t]", re.IGNORECASE)
_EXPLICIT_BLANK = re.compile(r"(?:kosong|blank):\s*(?P<meant>\S.*)", re.IGNORECASE)
_ROW_NUMBER = re.compile(r"^\(?\d{1,6}(?:[.)]+\s*|\s+)(?=[^\W\d]|[✓✔√☑✅✗✘✕☒❌])")
"""The row's number that is preprinted in a signature column: "12. ✓"."""
_EMPTY_NOTES = frozenset({"tidak ada", "tdk ada", "belum ada", "nihil"})
_ZERO_OR_ONE = re.compile(r"[01][.,]0+")
"""A program's "1,0" for 1."""
_PERCENTAGE = re.compile(r"\d{1,3}(?:[.,]\d+)?\s*(?:%|persen\b|percent\b)", re.IGNORECASE)


def parse_mark(cell: Cell) -> AttendanceStatus | None:
    """Return the outcome of one attendance cell, or None if it is unclear, as "x", "hadir?", "diwakili" or "87%"."""
    text = _drop_row_number(clean(cell_text(cell)))
    text = text[0] if _ZERO_OR_ONE.fullmatch(text) else text
    if "?" in text:
        return None
    if text in _TICKS or _HOUR.fullmatch(text):
        return "present"
    if text in _DASHES:
        return "absent"
    key = words(text)
    if (text[:1].isdigit() and text not in {"0", "1"}) or casts_doubt(text) or is_of_another_time(text):
        return None
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
        return _parse_excuse(tokens)
    if denied:
        came_not = not _CAME.isdisjoint(tokens[1:]) or ("ada" in tokens and _NOT_THERE.issuperset(tokens[1:]))
        return "absent" if came_not else None
    came = tokens[0] in {"hadir", "datang", "terlambat", "telat"} or (
        tokens[0] == "ya" and "hadir" in tokens and not _INTENTIONS.intersection(tokens)
    )
    if (
        came
        and "daftar" not in tokens
        and _ONLY_IN_PART.isdisjoint(tokens)
        and _NOT.isdisjoint(tokens)
        and _ABSENT.isdisjoint(tokens)
    ):
        return "present"
    return None


def _parse_excuse(tokens: list[str]) -> AttendanceStatus | None:
    """Return "excused" for "izin (acara)"; None for "izin pulang", "izin terlambat", "anak sakit", "izin usaha"."""
    came = ("hadir" in tokens and _NOT.isdisjoint(tokens)) or not _CAME_IN_PART.isdisjoint(tokens)
    first_says_so = tokens[0] in _EXCUSED or tokens[0] in _NOT or tokens[0] in _ABSENT
    about_business = is_about_permit(" ".join(tokens))
    return "excused" if first_says_so and not came and not about_business else None


def is_yes_or_no(cell: Cell) -> bool:
    """Return whether the cell answers a question of a form: "Ya", "Tidak", "Maybe"."""
    return words(cell_text(cell)) in _YES_OR_NO


def is_blank_mark(cell: Cell) -> bool:
    """Return whether an attendance cell is empty, a printed line to sign on, or a blank written out."""
    text = clean(cell_text(cell))
    return not text or _BLANK_LINE.fullmatch(text) is not None or _EXPLICIT_BLANK.fullmatch(text) is not None


def is_bare_mark(text: str) -> bool:
    """Return whether the text is a mark and no more: "hadir", "v", "ttd"; not "hadir terlambat"."""
    text = _drop_row_number(text)
    return text in _TICKS or words(text) in _PRESENT or words(text) in _ABSENT or words(text) in _EXCUSED


def measures_attendance(cells: Sequence[Cell]) -> bool:
    """Return whether a column says how much people attended (87 %, 95 minutes, 3 times), and not whether they came.

    One percentage or fraction is enough, as 100 % is stored as 1; other numbers must be at least half of the cells.
    """
    numbers = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    if any(0 < number < 1 for number in numbers) or any(map(_PERCENTAGE.match, texts)):
        return True
    counts = sum(number not in (0, 1) and parse_mark(number) is None for number in numbers)
    return 0 < len(cells) <= 2 * counts


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
    """Return whether most texts of a column that aren't preprinted can only be marks, or all are letters such as H."""
    texts = [text for text in texts if not is_preprinted(text)]
    letters = any(text in _LETTERS_OF_PRESENT for text in texts) and all(map(may_be_mark, texts))
    return letters or 2 * sum(map(is_mark_word, texts)) > len(texts)


def heading_outcome(heading: str) -> AttendanceStatus | None:
    """Return the attendance that a heading such as "Hadir", "Izin/Sakit" or "Tanpa Keterangan" means, or None."""
    outcome = _OUTCOME_HEADINGS.get(words(heading))
    if outcome is not None or "/" not in heading:
        return outcome
    outcomes = {_OUTCOME_HEADINGS.get(words(part)) for part in heading.split("/")}
    return outcomes.pop() if len(outcomes) == 1 else None


def is_day_heading(heading: str) -> bool:
    """Return whether a heading is a day: "Hari 1", "Pertemuan ke-2", "Selasa", or a date with or without its year."""
    return (
        day_number(heading) is not None
        or _weekday(heading) is not None
        or _parse_heading_date(heading, END_OF_CENTURY.year) is not None
    )


def are_days(headings: Collection[str]) -> bool:
    """Return whether columns are of several days; H | I | S | A are not, though I is a Roman number."""
    return any(map(is_day_heading, headings)) and not all(map(heading_outcome, headings))


def says_who_was_missing(heading: str) -> bool:
    """Return whether a column, alone, marks only people who did not come: "Tidak Hadir"; not "Absen" or "A"."""
    outcome = heading_outcome(heading)
    return outcome in {"absent", "excused"} and words(heading) not in {"absen", "a"}


def is_part_of_day(heading: str) -> bool:
    """Return whether a heading is one of several times of a day: "Pagi", "Absen Siang", "Absen Pulang"."""
    return _PART_OF_DAY.fullmatch(words(heading)) is not None


def _parse_heading_date(heading: str, year: int) -> date | None:
    """Return the date that a heading names, or None; "5/8" and "Selasa, 5 Agustus" are in `year`."""
    heading = _MARKS_OF.sub("", heading.strip(), count=1)
    heading = _DAY_BEFORE_DATE.sub("", heading, count=1).rstrip(")")
    dated = parse_date(heading, latest=END_OF_CENTURY)
    if dated is None and _DAY_AND_MONTH.fullmatch(heading):
        return parse_date(f"{heading} {year}", latest=END_OF_CENTURY)
    return dated


def day_number(heading: str) -> int | None:
    """Return the number of the day in a heading such as "Hari 2", "Hari ke-II" or "TTD Hari 2", or None."""
    key = words(_MARKS_OF.sub("", heading.strip(), count=1))
    match = _DAY.fullmatch(key)
    if match is None or words(heading).isdigit() or key in _PRESENT:
        return None
    number = match["number"]
    return int(number) if number.isdigit() else _DAY_NUMBERS[number]


def _weekday(heading: str) -> int | None:
    return _WEEKDAYS.get(_MARKS_OF.sub("", heading.strip(), count=1).lower())


Span: TypeAlias = tuple[date, date]
"""The first and the last day of a list."""
Hours: TypeAlias = tuple[int, int | None]
"""The minutes of the day in which a session begins and ends, the end None if it isn't known."""
_HOURS_OF_A_SESSION = 2


@dataclass(frozen=True, slots=True)
class ParsedMark:
    """The result of parsing a mark. `status` is None for a blank, or (not `clear`) if a user must choose."""

    status: AttendanceStatus | None
    clear: bool = True


def parse_attendance(
    cell: Cell, day: date, span: Span | None = None, hours: Hours | None = None
) -> ParsedMark:
    """Parse a row's attendance, one mark or marks of several columns.

    `day` and `hours` are the session's, `span` the sheet's days. Marks of several days none of which is certainly the
    session's are a blank; of times of the day only those of the session's hours count. A time on
    another day is unclear.
    """
    text = clean(cell_text(cell))
    marks = split_marks(text)
    if marks is None:
        return ParsedMark(None, clear=False) if _is_of_another_day(text, day) else _parse_one_mark(text)
    if all(heading_outcome(label) for label in marks):
        return _parse_outcome_marks(marks)
    if all(map(is_part_of_day, marks)):
        chosen = _choose_times(list(marks), hours)
        if not chosen:
            return ParsedMark(None, clear=not any(map(is_marked, marks.values())))
        return _combine_times_of_day(marks[label] for label in chosen)
    return _combine_times_of_day(marks[label] for label in find_day_labels(marks, day, span))


def _choose_times(labels: Sequence[str], hours: Hours | None) -> list[str]:
    """Return the labels of the columns whose time of the day is that of the session: all, if it isn't known.

    Where hours are written, they are those in which the session begins.
    """
    if hours is None:
        return list(labels)
    begin, end = hours
    times = {label: time_of_day(label) for label in labels}
    if end is None and any(_has_hours(label) for label in labels):
        end = begin
    return [
        label
        for label, span in times.items()
        if span is None or (span[1] > begin and (end is None or span[0] < max(end, begin + 1)))
    ]


def _has_hours(label: str) -> bool:
    match = _PART_OF_DAY.fullmatch(words(label))
    return match is not None and match["begin"] is not None


def time_of_day(label: str) -> tuple[int, int] | None:
    """Return the minutes of the day in which the heading's part of the day begins and ends, None if it names none."""
    key = words(label)
    match = _PART_OF_DAY.fullmatch(key)
    named = [_TIMES_OF_DAY[word] for word in key.split() if word in _TIMES_OF_DAY]
    if match and match["begin"]:
        begin = _minutes(match["begin"])
        return begin, _minutes(match["end"]) if match["end"] else begin + _HOURS_OF_A_SESSION * 60
    return (60 * named[0][0], 60 * named[-1][1]) if named else None


def _minutes(hour: str) -> int:
    hours, minutes = hour.split()
    return 60 * int(hours) + int(minutes)


def _is_of_another_day(text: str, day: date) -> bool:
    """Return whether the text is the time of a check-in on another day, as exports of several days' tickets have."""
    stamp = _DATED_HOUR.match(text)
    if stamp is None or not _HOUR.fullmatch(text):
        return False
    found = {parse_date(stamp["date"], latest=END_OF_CENTURY), parse_month_first(stamp["date"])} - {None}
    return bool(found) and day not in found


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
    """Parse marks in columns of outcomes. Marks in two are unclear, and so are "tidak" and "v?" under "Hadir".

    Any text is a mark, also "x", except dashes, zeros, "false" and printed lines.
    """
    marked = {heading_outcome(label): mark for label, mark in marks.items() if is_marked(mark)}
    if len(marked) != 1:
        return ParsedMark(None, clear=not marked)
    ((outcome, mark),) = marked.items()
    denied = outcome == "present" and parse_mark(mark) in {"absent", "excused"}
    doubtful = denied or "?" in mark or casts_doubt(mark)
    return ParsedMark(None, clear=False) if doubtful else ParsedMark(outcome)


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


def find_day_labels(labels: Iterable[str], day: date, span: Span | None = None) -> tuple[str, ...]:
    """Return the labels of the columns that are certainly of the session's day; none if that is not certain.

    A label is a date, a weekday, or the number of a day of the sheet's `span`: of "5 s.d. 7 Agustus" Hari II is the
    6th. Two columns may be of one day ("5/8 pagi", "5/8 siang").
    """
    listed = [label for label in labels if is_day_heading(label)]
    if dated := [label for label in listed if _parse_heading_date(label, day.year) == day]:
        return tuple(dated)
    if span is not None and not span[0] <= day <= span[1]:
        return ()
    numbers = {label: number for label in listed if (number := day_number(label)) is not None}
    days_of_month = [label for label in listed if _DAY_OF_MONTH.fullmatch(words(label))]
    if days_of_month:
        return tuple(label for label in days_of_month if numbers[label] == day.day)
    if numbers and span is not None:
        number = _number_of_day(day, span, max(numbers.values()))
        return tuple(label for label, its_number in numbers.items() if its_number == number)
    weekdays = [label for label in listed if _weekday(label) == day.weekday()]
    return tuple(weekdays) if len(weekdays) == 1 else ()


def _number_of_day(day: date, span: Span, last_number: int) -> int | None:
    """Return which day of the span it is; None where it may be another, as not every day of the span has a column."""
    first, last = span
    if first == last:
        return None
    if (last - first).days + 1 == last_number or day == first:
        return (day - first).days + 1
    return last_number if day == last else None


def join_day_heading(above: str, number: str) -> str | None:
    """Return the heading and the bare number below it as a day ("Tanggal 5", "5 Agustus 2025"), or None if it is none.

    Monthly lists have such columns: "Tanggal" over 1 | 2 | 3.
    """
    if not number.isdigit() or is_day_heading(above):
        return None
    return next((day for day in (f"{above} {number}", f"{number} {above}") if is_day_heading(day)), None)
