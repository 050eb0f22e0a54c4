"""Parse the letterhead above a table: the date and the kelurahan of the list."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.people.values.cells import Cell
from app.people.values.dates import END_OF_CENTURY, parse_date, parse_date_span
from app.people.values.text import words
from app.spreadsheets.detected_table import DayCaption
from app.spreadsheets.tables.columns.header import row_texts

_DATE_LABELS = frozenset(
    {"hari tanggal", "hari tgl", "tanggal", "tgl", "hari", "tanggal kegiatan", "hari dan tanggal", "day date"}
    | {
        "hari tanggal pelaksanaan",
        "tanggal pelaksanaan",
        "tgl pelaksanaan",
        "tanggal acara",
        "hari tanggal waktu",
    }
)
_TIME_LABELS = frozenset(
    {
        "waktu",
        "waktu kegiatan",
        "waktu pelaksanaan",
        "hari waktu",
        "tanggal waktu",
        "tgl waktu",
        "waktu dan tanggal",
    }
)
"""Labels after which a date needs its year, as "08.10 - 12.00" is a time."""
_KELURAHAN_LABELS = frozenset({"kelurahan", "kel", "nama kelurahan", "desa kelurahan", "kelurahan desa"})
_BEGIN_OF_KELURAHAN_LABEL = frozenset({"kel", "nam", "des"})
_DATE_WORDS = ("tanggal", "tgl")
_NEXT_LABEL = re.compile(r"\s+[^\W\d]+\s*:.*", re.DOTALL)
"""Another label in the same cell: "Manggar   Kecamatan : Balikpapan Timur"."""
_KELURAHAN_IN_TITLE = re.compile(
    r"\b(?:kelurahan|kel\.)\s*[^\W\d].*?\s*(?=$|[,(:;–-]|\b(?:kec|kecamatan|tahun|th|kota|rt|rw|bulan|periode)\b)",
    re.IGNORECASE,
)
_IS_VENUE = re.compile(
    r"\b(?:aula|kantor|balai|gedung|bertempat|tempat|di|ruang|rapat|lapangan|halaman|posko|lokasi|pendopo|bpu)\b|:",
    re.IGNORECASE,
)
_WEEKDAYS = r"(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad)"
_ORDINALS = ("pertama", "kedua", "ketiga", "keempat", "kelima", "keenam")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi")
_DAY_CAPTION = re.compile(
    r"(?:\w{1,3}[.)]\s*)?"
    r"(?:(?:daftar\s+(?:hadir|peserta)|absen(?:si)?|presensi|kehadiran|peserta|kegiatan|pelatihan|workshop|bimtek)\b"
    r"[^:]*?\W)?"
    r"(?:(?:hari|day|pertemuan)\s*(?:ke)?\W{0,2}"
    r"(?P<number>pertama|kedua|ketiga|keempat|kelima|keenam|\d|i{1,3}|iv|vi?)(?![\w/])"
    rf"|(?:hari|tanggal|tgl)\b|{_WEEKDAYS}\b)(?P<rest>.*)",
    re.IGNORECASE,
)
"""The caption of a day: "Hari Kedua: Rabu, 6 Agustus 2025", "PRESENSI TANGGAL 6 AGUSTUS 2025", "HARI II"."""
_MAX_CAPTION_LENGTH = 100


@dataclass(frozen=True, slots=True)
class FoundCaption:
    """A caption as it stands in `row` (Excel's number): `days` or None, and the `ordinal` of "Hari Kedua" or None."""

    row: int
    text: str
    days: tuple[date, date] | None
    ordinal: int | None


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The facts of a letterhead. `kelurahan` is the text; `stated_until` is the last of several days."""

    stated_date: date | None
    stated_until: date | None
    kelurahan: str | None


def parse_letterhead(rows: Sequence[Sequence[Cell]]) -> Letterhead:
    """Return the first labelled date and kelurahan in the rows, None where there is none.

    "Tempat: Aula Kelurahan X" is not a kelurahan.
    """
    days, kelurahan = None, None
    for row in rows:
        for label, value, cell in _label_pairs(row):
            if days is None and label in _DATE_LABELS:
                days = parse_date_span(cell if cell is not None else value)
            elif days is None and label in _TIME_LABELS:
                days = _days_with_year(cell if cell is not None else value)
            elif days is None and label == "bulan":
                days = _days_of_month(value)
            elif kelurahan is None and label in _KELURAHAN_LABELS and value:
                kelurahan = value
    if days is None:
        captions = (caption for row in rows if (caption := parse_day_caption(0, row)) is not None)
        days = next((caption.days for caption in captions if caption.days), None)
    first, last = days or (None, None)
    return Letterhead(first, last, kelurahan)


def _days_of_month(value: str) -> tuple[date, date] | None:
    """Return the first and the last day of a month such as "Agustus 2025", of lists for a month, or None."""
    first = parse_date(f"1 {value}", latest=END_OF_CENTURY)
    return None if first is None else (first, first.replace(day=monthrange(first.year, first.month)[1]))


def parse_day_caption(number: int, row: Sequence[Cell]) -> FoundCaption | None:
    """Return the caption of a day in row `number` of Excel, or None for any other row.

    It is a line of a letterhead that is repeated for each day ("Hari/Tanggal : Rabu, 6 Agustus 2025"), or a text alone.
    """
    first = next((cell for cell in row if cell not in (None, "")), None)
    if not isinstance(first, str) or _DAY_CAPTION.match(first.lstrip()) is None:
        return None
    texts = [text for text in row_texts(row) if text]
    match = _DAY_CAPTION.fullmatch(texts[0]) if texts and len(texts[0]) <= _MAX_CAPTION_LENGTH else None
    if match is None:
        return None
    line = " ".join(texts)
    labelled = [(value, cell) for label, value, cell in _label_pairs(row) if label in _DATE_LABELS]
    if labelled:
        value, cell = labelled[0]
        days = parse_date_span(cell if cell is not None else value)
        return FoundCaption(number, line, days, None) if days else None
    days = _days_with_year(match["rest"])
    if days is None and match["number"] is None:
        return None
    return FoundCaption(number, texts[0], days, _parse_ordinal(match["number"]))


def _parse_ordinal(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isdigit():
        return int(text)
    key = text.lower()
    return 1 + (_ORDINALS.index(key) if key in _ORDINALS else _ROMAN.index(key))


def find_day_captions(
    above: Sequence[Sequence[Cell]], between: Sequence[FoundCaption], numbers: Sequence[int]
) -> tuple[DayCaption, ...]:
    """Return the captions that divide the rows of several days, none for the list of one day.

    `above` are the rows above the first header, `between` the captions below it, and `numbers` the rows of people.
    A caption below which nobody stands is none; rows above the first caption get one without a text.
    """
    if not between:
        return ()
    found = (parse_day_caption(number, row) for number, row in enumerate(above, start=1))
    on_top = [caption for caption in found if caption is not None]
    span = next((caption.days for caption in on_top if caption.days), None)
    single = [caption for caption in on_top if caption.days is None or caption.days[0] == caption.days[1]]
    captions = [*(single[-1:] or [FoundCaption(0, "", None, None)]), *between]
    ends = [*(caption.row for caption in captions[1:]), max(numbers, default=0) + 1]
    divided = []
    for caption, end in zip(captions, ends, strict=True):
        first, last = caption.days or _day_in_span(span, caption.ordinal) or (None, None)
        count = sum(caption.row < number < end for number in numbers)
        if count:
            divided.append(DayCaption(caption.row, caption.text, first, last, count))
    days = {(caption.first, caption.last) for caption in divided}
    return tuple(divided) if len(days) > 1 or (len(divided) > 1 and None in next(iter(days))) else ()


def _day_in_span(span: tuple[date, date] | None, ordinal: int | None) -> tuple[date, date] | None:
    """Return the day of that number in the days that the letterhead names, or None if they are not so many."""
    if span is None or ordinal is None:
        return None
    day = span[0] + timedelta(days=ordinal - 1)
    return (day, day) if day <= span[1] else None


def kelurahan_in_title(line: str) -> str | None:
    """Return "KELURAHAN DAMAI" of a title such as "KETUA RT SE-KELURAHAN DAMAI TAHUN 2025", or None.

    A venue's is none: "Tempat: Aula Kelurahan Damai", "Sosialisasi di Kelurahan Damai".
    """
    match = _KELURAHAN_IN_TITLE.search(line)
    if match is None or _IS_VENUE.search(line[: match.start()]):
        return None
    return match[0].strip()


def find_labelled_kelurahan(label: str, text: str) -> str | None:
    """Return the kelurahan of a row "Kelurahan | : Lamaru" between the people, as further pages have it, or None."""
    if label[:3].lower() not in _BEGIN_OF_KELURAHAN_LABEL or words(label) not in _KELURAHAN_LABELS:
        return None
    return text.lstrip(": ") or None


def _days_with_year(cell: Cell) -> tuple[date, date] | None:
    """Return the first and last day if the cell is a date or a text with the year, else None."""
    if not isinstance(cell, str):
        return parse_date_span(cell) if isinstance(cell, date) else None
    days = parse_date_span(cell)
    return days if days is not None and str(days[1].year) in cell else None


def _label_pairs(row: Sequence[Cell]) -> list[tuple[str, str, Cell]]:
    """Return (folded label, value as text, the value's own cell or None) for each label in a row.

    None: the value stands in the label's cell.
    """
    pairs: list[tuple[str, str, Cell]] = []
    texts = row_texts(row)
    for index, text in enumerate(texts):
        label, colon, value = text.partition(":")
        if colon and value.strip():
            pairs.append((words(label), _NEXT_LABEL.sub("", value).strip(), None))
        elif text:
            following = next((i for i in range(index + 1, len(texts)) if texts[i].strip(": ")), None)
            if following is not None:
                pairs.append((words(label), texts[following].lstrip(": "), row[following]))
            first, _, rest = text.partition(" ")
            if words(first) in _DATE_WORDS and rest:
                pairs.append(("tanggal", rest, None))
    return pairs
