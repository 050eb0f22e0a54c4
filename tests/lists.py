"""Attendance lists as a city office keeps them in a folder: each with a letterhead, of a workshop and a day of its own.

All people are made up. The same arguments make the same files.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from openpyxl import Workbook

TITLES = (
    ("Pelatihan Literasi Digital UMKM", "Pelaku UMKM", "umkm"),
    ("Sosialisasi SPBE bagi Ketua RT", "Ketua RT", "rt"),
    ("Bimbingan Teknis Promosi Daring", "Pelaku UMKM", "umkm"),
    ("Workshop Cek Fakta dan Anti Hoaks", "Komunitas", "komunitas"),
    ("Kelas Keamanan Digital Warga", "Masyarakat umum", "umum"),
)
VENUES = (
    "Aula Dinas Kominfo",
    "Aula Kelurahan Manggar",
    "Balai Warga Sepinggan",
    "Gedung Kesenian",
    "Aula Kecamatan Balikpapan Timur",
)
HOURS = (("08.30", "11.30"), ("09.00", "12.00"), ("13.00", "16.00"))
KELURAHAN = (
    "Manggar",
    "Lamaru",
    "Sepinggan",
    "Teritip",
    "Damai",
    "Klandasan Ilir",
    "Gunung Bahagia",
    "Batu Ampar",
)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
ORGANIZER = "Dinas Komunikasi dan Informatika Kota Balikpapan"
_FIRST = (
    *("Suwarti", "Rahmawati", "Junaidi", "Hendra", "Marlina", "Yusran", "Fitriani", "Agustinus", "Norhayati"),
    *("Bambang", "Sulistyowati", "Darmawan", "Ernawati", "Firmansyah", "Gunadi", "Hasnah", "Irwansyah"),
    *("Kartini", "Lukman", "Maimunah", "Nurdin", "Oktavia", "Purnomo", "Rosdiana", "Syahrul", "Tarmizi"),
    *("Utari", "Wahyuni", "Yohana", "Zulkifli"),
)
_LAST = (
    *("Contohan", "Misalnya", "Andaian", "Umpama", "Rekaan", "Khayalan", "Percobaan", "Bayangan", "Tiruan"),
    *("Samaran", "Ibaratan", "Karangan", "Cobaan", "Modelan", "Latihan", "Pratama", "Ujiwati", "Teladan"),
    *("Peragaan", "Gubahan", "Dongengan", "Kiasan", "Ilustrasi", "Fiktifa", "Simulasi", "Purwarupa"),
)
_MIDDLE = (
    *(
        "Ayu",
        "Budi",
        "Citra",
        "Dewi",
        "Eka",
        "Fajar",
        "Gita",
        "Indah",
        "Joko",
        "Kasih",
        "Laras",
        "Mulya",
        "Nanda",
    ),
    *("Putri", "Ratna", "Sari", "Tri", "Wulan", "Bayu", "Surya", "Jaya"),
)


@dataclass(frozen=True)
class Person:
    """A made-up participant."""

    name: str
    kelurahan: str
    phone: str


@dataclass(frozen=True)
class ListedSession:
    """What the letterhead of a list says."""

    title: str
    day: date
    starts: str
    ends: str
    venue: str
    group: str

    @property
    def day_text(self) -> str:
        """The day as it is written: "Selasa, 5 Agustus 2025"."""
        day = self.day
        return f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def made_up_people(count: int, *, seed: int = 1) -> list[Person]:
    """Return people with names and phone numbers that nobody else of them has."""
    random = Random(seed)  # noqa: S311 (made-up people)
    names = [f"{first} {middle} {last}" for first in _FIRST for middle in _MIDDLE for last in _LAST]
    random.shuffle(names)
    return [
        Person(name, random.choice(KELURAHAN), f"0812{seed:02}{number:06}")
        for number, name in enumerate((names * (count // len(names) + 1))[:count])
    ]


def listed_sessions(count: int, *, first_day: date = date(2025, 2, 3)) -> Iterator[ListedSession]:
    """Yield sessions of the workshops `TITLES` in turn, no two of a workshop on one day."""
    for number in range(count):
        title, group, _ = TITLES[number % len(TITLES)]
        starts, ends = HOURS[number % len(HOURS)]
        day = first_day + timedelta(days=3 * number)
        yield ListedSession(title, day, starts, ends, VENUES[number % len(VENUES)], group)


def list_rows(session: ListedSession, people: Iterable[Person]) -> list[list[str]]:
    """Return the rows of a list: letterhead, headings, a row for each person, all of whom have signed."""
    return [
        [ORGANIZER.upper()],
        ["DAFTAR HADIR PESERTA"],
        [],
        ["Kegiatan", f": {session.title}"],
        ["Hari/Tanggal", f": {session.day_text}"],
        ["Waktu", f": {session.starts} - {session.ends} WITA"],
        ["Tempat", f": {session.venue}"],
        ["Peserta", f": {session.group}"],
        [],
        ["No", "Nama Lengkap", "Kelurahan", "No. HP", "Unsur", "Keterangan Hadir"],
        *(
            [str(number), person.name, person.kelurahan, person.phone, session.group, "Hadir"]
            for number, person in enumerate(people, start=1)
        ),
    ]


def xlsx_list(session: ListedSession, people: Iterable[Person]) -> bytes:
    """Return the list as an .xlsx file of one sheet."""
    return xlsx_lists({"Daftar Hadir": list_rows(session, people)})


def xlsx_lists(sheets: Mapping[str, Iterable[Iterable[str]]]) -> bytes:
    """Return an .xlsx file with these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def csv_list(session: ListedSession, people: Iterable[Person]) -> bytes:
    """Return the list as a .csv file with semicolons, as Excel writes it here."""
    output = io.StringIO()
    csv.writer(output, delimiter=";").writerows(list_rows(session, people))
    return output.getvalue().encode("utf-8-sig")


def folder_of_lists(
    count: int = 40, *, people: int = 20, seed: int = 1, first_day: date = date(2025, 2, 3)
) -> dict[str, bytes]:
    """Return clean lists by their paths, in a folder for each workshop; every fourth is a .csv file.

    Nobody is on two of them.
    """
    everybody = iter(made_up_people(count * people, seed=seed))
    files = {}
    for number, session in enumerate(listed_sessions(count, first_day=first_day)):
        listed = [next(everybody) for _ in range(people)]
        is_csv = number % 4 == 3
        path = f"{session.title}/Daftar Hadir {session.day:%d-%m-%Y}.{'csv' if is_csv else 'xlsx'}"
        files[path] = csv_list(session, listed) if is_csv else xlsx_list(session, listed)
    return files


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return a zip file of these files."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return output.getvalue()
