"""Makes the files beside it: small attendance lists, each with one thing that real lists have, named for it.

`python -m tests.files.make` writes them anew, the same to the byte. With `--libreoffice` those too that LibreOffice
saves, which differ each time. Files with a password ("rahasia") and .xlsb files were made by hand: nothing here
writes those.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.files.workbooks import (
    BORN,
    HEADER,
    MARKED,
    MAYA,
    ON_5_AUGUST_1980_FROM_1904,
    RINA,
    Row,
    dates_from_1904,
    formula_for_a_name,
    header_two_rows,
    hidden_rows,
    letterhead,
    merged_kelurahan,
    merged_name,
    several_sheets,
    stray_cell,
    with_errors,
)
from tests.files.writers import csv_file, dateless, with_part, xlsx
from tests.libreoffice import save_with_libreoffice
from tests.spreadsheets.formats.open_document import COVERED, UNCALCULATED, empty, number, ods, row, text

FOLDER = Path(__file__).parent


def listed(*rows: Sequence[object], encoding: str = "utf-8", separator: str = ",") -> Callable[[], bytes]:
    return lambda: csv_file(*rows, encoding=encoding, separator=separator)


def table(*rows: Row) -> Callable[[], bytes]:
    return lambda: xlsx(*rows)


TWO = (HEADER, RINA, MAYA)
CAFE = (("Nama", "Kelurahan"), ("Nur Café", "Damai"), ("Rina, S.E.", "Manggar"))

FILES: Mapping[str, Callable[[], bytes]] = {
    # kinds of files
    "utf-8-with-a-mark.csv": listed(*CAFE, encoding="utf-8-sig"),
    "utf-16-semicolons.csv": listed(*CAFE, encoding="utf-16", separator=";"),
    "windows-1252.csv": listed(*CAFE, encoding="cp1252", separator=";"),
    "windows-1252-undefined-byte.csv": lambda: b"Nama;Kelurahan\r\nCaf\xe9 \x92 \x8fx;Damai\r\n",
    "tabs.csv": listed(*CAFE, separator="\t"),
    "named-wrongly.csv": table(*TWO),
    "line-ends-in-cells.csv": listed(("Nama", "Kelurahan"), ("Rina\nMelati", "Damai"), (), ("Maya", "Damai")),
    "macros.xlsm": lambda: with_part(xlsx(*TWO), "xl/vbaProject.bin", b"Attribute VB_Name"),
    # refused
    "empty.csv": lambda: b" \r\n\r\n",
    "empty-workbook.xlsx": table(),
    "headings-only.xlsx": table(HEADER),
    "no-name-column.xlsx": table(["Kelurahan", "RT"], ["Damai", 3]),
    "header-in-row-41.csv": listed(*[("judul",)] * 40, *TWO),
    "html-named.xlsx": lambda: b"<html><table><tr><td>Nama</td></tr><tr><td>Rina</td></tr></table></html>",
    "truncated.xlsx": lambda: xlsx(*TWO)[:3000],
    "too-many-columns.csv": listed(("Nama", *(f"Kolom {column}" for column in range(101))), ("Rina",)),
    # where the table is
    "letterhead.xlsx": letterhead,
    "letterhead-in-one-cell.csv": listed(
        ("Hari/Tanggal : Selasa, 5 Agustus 2025 Pukul : 09.00",),
        ("Kelurahan : Manggar     Kecamatan : Balikpapan Timur",),
        ("No", "Nama"),
        (1, "Rina Melati"),
    ),
    "header-two-rows.xlsx": header_two_rows,
    "header-two-rows.csv": listed(
        ("No", "Nama", "Kelurahan", "Kehadiran", "", ""),
        ("", "", "", "Hadir", "Izin", "Tidak"),
        (*RINA, "x", "-", ""),
        ("No", "Nama", "Kelurahan", "Kehadiran", "", ""),
        ("", "", "", "Hadir", "Izin", "Tidak"),
        (*MAYA, "", "", "v"),
    ),
    "numbering-row.csv": listed(HEADER, (1, 2, 3, 4), RINA, MAYA),
    "numbering-in-brackets.csv": listed(HEADER, ("(1)", "(2)", "(3)", "(4)"), RINA, MAYA),
    "repeated-header.xlsx": table(HEADER, RINA, HEADER, MAYA),
    "rows-without-a-name.csv": listed(HEADER, RINA, (2,), (3, "", "", "3. ......"), (4, "", "Manggar")),
    "sections.xlsx": table(
        HEADER,
        ["A", "KELURAHAN MANGGAR"],
        [1, "Rina Melati"],
        [2, "Maya Kenanga", "Damai"],
        [None, "Kel. Teritip"],
        [3, "Dewi Anggrek"],
    ),
    "merged-kelurahan.xlsx": merged_kelurahan,
    "merged-kelurahan.ods": lambda: dateless(
        ods(
            row(text("No"), text("Nama"), text("Kelurahan"), empty(1000)),
            row(number(1), text("Rina Melati"), text("Damai", rows=2)),
            row(number(2), text("Maya Kenanga"), COVERED),
            row(empty(16384), repeated=1_048_000),
        )
    ),
    "merged-name.xlsx": merged_name,
    "hidden-rows.xlsx": hidden_rows,
    "several-sheets.xlsx": several_sheets,
    "subtotals.xlsx": table(HEADER, RINA, [None, "Jumlah Damai", 1], MAYA, [None, "JUMLAH", 2]),
    "total-differs.csv": listed(*TWO, ("", "Jumlah hadir : 3 orang")),
    "signature-block.xlsx": table(
        *TWO,
        [],
        [None, None, "Balikpapan, 5 Agustus 2025"],
        [None, "Mengetahui,"],
        [None, "Lurah Damai"],
        [],
        [None, "Budi Contoh"],
        [None, "NIP. 19700101 000000 0 000"],
    ),
    "stray-cell.xlsx": stray_cell,
    # columns
    "several-columns-for-one.csv": listed(
        ("Nama", "Nama Peserta", "Kelurahan"), ("", "Rina Melati", "Damai"), ("", "Maya Kenanga", "Manggar")
    ),
    "attendance-by-day.csv": listed(
        ("Nama", "Kelurahan", "04/08/2025", "05/08/2025"),
        ("Rina Melati", "Damai", "v", ""),
        ("Maya", "Damai", "", "v"),
    ),
    "marks-in-the-note.csv": listed(
        ("Nama", "Kelurahan", "Keterangan"),
        ("Rina Melati", "Damai", "tidak hadir (sakit)"),
        ("Maya Kenanga", "Damai", "vegetarian"),
    ),
    # values
    "errors.xlsx": with_errors,
    "formula-never-calculated.xlsx": table(["Nama", "Kelurahan", "RT"], ["Rina Melati", "Damai", "=1+2"]),
    "formula-never-calculated.ods": lambda: dateless(
        ods(
            row(text("Nama"), text("Kelurahan"), text("RT")),
            row(text("Rina Melati"), text("Damai"), UNCALCULATED),
        )
    ),
    "dittos.csv": listed(
        MARKED,
        ("Rina Melati", "Damai", "081200000001", "hadir"),
        ("Maya Kenanga", "s.d.a.", "", '"'),
        ("Dewi Anggrek", "idem", "", "sda"),
    ),
    "invisible-characters.csv": listed(
        ("Nama", "Kelurahan"), ("\u202eRi\u200dna\u00a0 Melati\ufeff", "\u200fDa\u00admai\u202c")
    ),
    "name-beginning-with-equals.csv": listed(
        ("Nama", "Kelurahan", "Catatan"), ("'=HYPERLINK(1)", "Damai", "'+62"), ("'Aisyah", "Damai", "'-")
    ),
    "name-beginning-with-equals.xlsx": formula_for_a_name,
    "nik-as-number.xlsx": table(
        ["Nama", "Kelurahan", "NIK", "No HP"], ["Rina Melati", "Damai", 6471052703020000, 81200000001]
    ),
    "rt-spoilt-to-a-date.xlsx": table(
        ["Nama", "Kelurahan", "RT/RW"], ["Rina Melati", "Damai", date(2025, 2, 12)]
    ),
    "dates.xlsx": table(BORN, ["Rina Melati", "Damai", date(1980, 8, 5)]),
    "dates-1904.xlsx": dates_from_1904(date(1980, 8, 5)),
    "dates-1904-without-format.xlsx": dates_from_1904(ON_5_AUGUST_1980_FROM_1904),
    # who it is, and what becomes of a row
    "twice-in-the-list.csv": listed(
        MARKED,
        ("Rina Melati", "Damai", "081200000001", "hadir"),
        ("RINA MELATI, S.E.", "Damai", "0812-0000-0001", "hadir"),
        ("Rina Melati", "Damai", "081200000001", "tidak"),
    ),
    "ticks-of-a-phone.csv": listed(
        MARKED, ("Rina Melati", "Damai", "", "✔\ufe0f"), ("Maya Kenanga", "Damai", "", "☑\ufe0f")
    ),
    "family-on-one-phone.csv": listed(
        MARKED,
        ("Rina Melati", "Damai", "081200000001", "hadir"),
        ("Joko Wijaya", "Damai", "081200000001", "hadir"),
    ),
}

SAVED_BY_LIBREOFFICE: Mapping[str, str] = {
    "errors.xls": "errors.xlsx",
    "errors.ods": "errors.xlsx",
    "merged-kelurahan.xls": "merged-kelurahan.xlsx",
    "dates-1904-without-format.xls": "dates-1904-without-format.xlsx",
    "dates-1904-without-format.ods": "dates-1904-without-format.xlsx",
}


def main(*, libreoffice: bool) -> None:
    for name, make in FILES.items():
        (FOLDER / name).write_bytes(make())
    for name, source in SAVED_BY_LIBREOFFICE.items() if libreoffice else ():
        with TemporaryDirectory() as folder:
            content = save_with_libreoffice(FILES[source](), Path(folder), name.rpartition(".")[2])
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main(libreoffice="--libreoffice" in sys.argv)
