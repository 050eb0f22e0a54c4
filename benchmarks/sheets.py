"""Creates attendance sheets of any length with invented people. The same length always gives the same sheet."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

FOLDER = Path(".cache/benchmarks")
HEADINGS = ("No", "Nama Lengkap", "NIK", "L/P", "Tgl Lahir", "No HP", "Kelurahan", "RT", "Unsur", "Kehadiran")
FIRST = (
    "Andi",
    "Bunga",
    "Citra",
    "Dimas",
    "Eka",
    "Fajar",
    "Gita",
    "Hadi",
    "Intan",
    "Jaya",
    "Kartika",
    "Lukman",
)
LAST = ("Contoh", "Misal", "Umpama", "Ibarat", "Andaikan", "Percobaan", "Teladan", "Seumpama", "Permisalan")
KELURAHAN = (
    "Manggar", "Lamaru", "Teritip", "Baru Ilir", "Kariangau", "Batu Ampar", "Gn. Samarinda", "Karang Joang",
    "Gunung Sari Ulu", "Mekar Sari", "Sepinggan", "Damai Baru", "Prapatan", "Kel. Klandasan Ilir",
)  # fmt: skip
GROUPS = ("UMKM", "Ketua RT", "Toma", "PKK", "Warga")
MARKS = ("Hadir", "Hadir", "Hadir", "Tidak hadir", "Izin")


def people(rows: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a sheet, in the order of `HEADINGS`. Every row is another person."""
    chance = random.Random(6471)  # noqa: S311 (the same sheet every time, nothing secret)
    for number in range(1, rows + 1):
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(18_000))
        sex = chance.choice("LP")
        day = born.day + (40 if sex == "P" else 0)
        yield (
            number,
            f"{chance.choice(FIRST)} {chance.choice(LAST)} {chance.choice(FIRST)} {word(number)}",
            f"6471{chance.randint(1, 6):02}{day:02}{born:%m%y}{number % 9999 + 1:04}"
            if number <= 9999
            else "",
            sex,
            f"{born:%d/%m/%Y}",
            f"0812{10_000_000 + number}",
            chance.choice(KELURAHAN),
            chance.randint(1, 60),
            chance.choice(GROUPS),
            chance.choice(MARKS),
        )


def sheet_file(rows: int) -> Path:
    """Return the path of an .xlsx file with that many people. It is created once."""
    path = FOLDER / f"attendance-{rows}.xlsx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("Daftar Hadir")
        sheet.append(HEADINGS)
        for row in people(rows):
            sheet.append(row)
        workbook.save(path)
    return path


def word(number: int) -> str:
    """Return a pronounceable name that is different for every number."""
    letters = ""
    while number:
        number, consonant = divmod(number, 17)
        number, vowel = divmod(number, 5)
        letters += "bcdfghjklmnpqrstw"[consonant] + "aiueo"[vowel]
    return letters.capitalize()
