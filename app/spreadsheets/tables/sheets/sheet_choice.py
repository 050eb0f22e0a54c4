"""Choose the sheet that is the list of a session, by its roster code, its date, what it is and how full it is."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from app.people.values.cells import Cell, cell_text
from app.people.values.dates import END_OF_CENTURY, parse_date, parse_date_span
from app.people.values.place_names import place_key, section_place
from app.people.values.text import collapse, fold, words
from app.spreadsheets.detected_table import DetectedTable, SheetSession
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.tables.columns.header import row_texts

_WEEKDAYS = frozenset(["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu", "ahad"])
_DAY_AND_MONTH = re.compile(r"(?<!\d)(?P<day>\d{1,2})\s*[-. ]?\s*(?P<month>[a-z]{3,9})(?![a-z])")
_NUMBERS_ALONE = re.compile(
    r"(?:(?:hari|tgl|tanggal|senin|selasa|rabu|kamis|jum'?at|sabtu|minggu)\W*)?(?P<day>\d{1,2})[-/. ](?P<month>\d{1,2})"
)
_DAY_NUMBER = re.compile(
    r"\b(?:hari|day|pertemuan|sesi|h)\b[\s.-]*(?:ke\b[\s.-]*)?(?P<number>\d{1,2}|i{1,3}|iv|v)\b"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_ATTENDANCE_WORDS = re.compile(r"\b(?:hadir|kehadiran|absen\w*|presensi|attendance)\b")
_REGISTRATION_WORDS = re.compile(r"\b(?:pendaftar\w*|registra\w*|undangan|diundang|calon|rencana)\b")
_OTHER_PEOPLE = re.compile(
    r"\b(?:kontak|contacts?|narahubung|panitia|narasumber|pemateri|fasilitator|instruktur|moderator)\b"
)
_PARTICIPANTS = re.compile(r"\bpeserta\b")
_COUNT_HEADING = re.compile(
    r"(?:jumlah|jml|total|banyaknya)(?: (?:peserta|orang|hadir|kehadiran|undangan|umkm|pelaku usaha|warga|rt|kk))*"
)
_PRICE_HEADING = re.compile(r"\b(?:harga|satuan|qty|kuantitas|volume)\b")
_MAX_COUNT = 1_000
_LIST_FIELDS = frozenset({"kelurahan", "attendance", "signature", "registration"})


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a sheet says of itself. `people` is the number of rows with a name.

    `is_recap` and `is_of_others`: it counts people by kelurahan, or lists prices, speakers or contacts.
    """

    people: int
    days: tuple[date, date] | None
    day_number: int | None
    has_code: bool
    is_recap: bool
    is_of_others: bool
    named_for: int
    has_list_fields: bool

    @property
    def is_list(self) -> bool:
        return self.people > 0 and not self.is_recap and not self.is_of_others

    def rank(self, session: SheetSession | None) -> tuple[object, ...]:
        """Return a key that is highest for the sheet that is most likely the session's list."""
        return (
            self.has_code,
            self.is_list,
            self.matches_day(session),
            self.has_list_fields,
            self.named_for,
            self.people,
        )

    def matches_day(self, session: SheetSession | None) -> int:
        """Return 2 for a sheet of the session's day, 1 for one of an unknown day, and 0 for one of another day."""
        if session is None:
            return 1
        if self.days is not None:
            return 2 if self.days[0] <= session.day <= self.days[1] else 0
        if self.day_number is not None and session.day_number is not None:
            return 2 if self.day_number == session.day_number else 0
        return 1


def describe_sheet(grid: Grid, table: DetectedTable, session: SheetSession | None) -> SheetFacts:
    """Return what the name, the letterhead and the columns of a sheet say of it."""
    above = [*grid.above, *grid.rows[: table.header_row - 1]]
    lines = [grid.sheet, *(" ".join(filter(None, row_texts(row))) for row in above)]
    fields = {column.field for column in table.columns}
    days = (table.stated_date, table.stated_until or table.stated_date) if table.stated_date else None
    return SheetFacts(
        people=count_people(table),
        days=days,
        day_number=find_day_number(grid.sheet),
        has_code=session is not None and any(_names_code(line, session.code) for line in lines),
        is_recap=_is_recap(table, grid),
        is_of_others=_is_of_others(lines, table),
        named_for=next(filter(None, map(_purpose, lines)), 0),
        has_list_fields=not _LIST_FIELDS.isdisjoint(fields),
    )


def count_people(table: DetectedTable) -> int:
    """Return how many rows name somebody; in the report of a meeting how many people do, as they join again."""
    cells = (row.cells.get("name") for row in table.rows)
    names = [name for name in cells if isinstance(name, str) and any(map(str.isalpha, name))]
    return len(names) if table.meeting is None else len(set(map(words, names)))


def find_days(sheet: str, above: Sequence[Sequence[Cell]], year: int | None) -> tuple[date, date] | None:
    """Return the days that a line above the list names alone, or that the sheet is named for: "5 Agt", "05-08".

    `year` completes a name without one.
    """
    for row in above:
        texts = [text for text in row_texts(row) if text]
        if len(texts) == 1 and (days := _days_alone(texts[0])):
            return days
    if days := parse_date_span(sheet):
        return days
    if year is None:
        return None
    name = fold(collapse(sheet))
    found = [
        day
        for match in (*_DAY_AND_MONTH.finditer(name), _NUMBERS_ALONE.fullmatch(name))
        if match and (day := _date(match, year))
    ]
    return (min(found), max(found)) if found else None


def _days_alone(text: str) -> tuple[date, date] | None:
    others = [
        word for word in words(text).split() if word not in _WEEKDAYS and word not in {"hari", "jum", "at"}
    ]
    return parse_date_span(text) if len(others) == 3 else None


def _date(match: re.Match[str], year: int) -> date | None:
    return parse_date(f"{match['day']} {match['month']} {year}", latest=END_OF_CENTURY)


def find_day_number(sheet: str) -> int | None:
    """Return the number of a day in a sheet's name: "Hari 2", "Hari ke-II", or None."""
    match = _DAY_NUMBER.search(fold(sheet))
    if match is None:
        return None
    number = match["number"]
    return int(number) if number.isdigit() else _ROMAN[number]


def kelurahan_of_name(sheet: str, place_keys: Collection[str]) -> str | None:
    """Return the kelurahan that a sheet is named for: "Manggar", "Kel. Teritip"; or None."""
    place = section_place(sheet) or sheet
    return place if place_key(place) in place_keys else None


def _names_code(line: str, code: str) -> bool:
    return bool(code) and re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", line) is not None


def _purpose(line: str) -> int:
    """Return 1 for a line that names attendance, -1 for one that names registration or invitation, else 0."""
    folded = fold(line)
    if _ATTENDANCE_WORDS.search(folded):
        return 1
    return -1 if _REGISTRATION_WORDS.search(folded) else 0


def _is_of_others(lines: Sequence[str], table: DetectedTable) -> bool:
    """Return whether a sheet lists speakers, organizers, contacts or prices."""
    fields = {column.field for column in table.columns}
    if fields.isdisjoint(_LIST_FIELDS) and any(
        _PRICE_HEADING.search(fold(column.header)) for column in table.columns
    ):
        return True
    name = fold(lines[0])
    return bool(_OTHER_PEOPLE.search(name)) and not (
        _PARTICIPANTS.search(name) or "kelurahan" in fields or "attendance" in fields
    )


def _is_recap(table: DetectedTable, grid: Grid) -> bool:
    """Return whether each row counts the people of another kelurahan ("Kelurahan | Nama Lurah | Jumlah Peserta")."""
    fields = {column.field for column in table.columns}
    if not {"attendance", "signature"}.isdisjoint(fields):
        return False
    counts = [column.index for column in table.columns if _COUNT_HEADING.fullmatch(words(column.header))]
    places = [place_key(cell_text(row.cells.get("kelurahan"))) for row in table.rows]
    if not counts or len(places) < 2 or len(set(places) - {""}) < len(places):
        return False
    return any(all(_is_small_number(grid, row.number, index) for row in table.rows) for index in counts)


def _is_small_number(grid: Grid, number: int, index: int) -> bool:
    row = grid.rows[number - 1] if number <= len(grid.rows) else []
    text = cell_text(row[index]) if index < len(row) else ""
    return text.isascii() and text.isdigit() and int(text) < _MAX_COUNT
