"""What a list says of its session: letterheads as offices write them, names of sheets and of files."""

from dataclasses import dataclass, replace
from datetime import date, time
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.people.values.cells import Cell
from app.people.values.target_groups import group_index
from app.spreadsheets.stated_session import (
    StatedSession,
    stated_session_from_json,
    stated_session_to_json,
)
from app.spreadsheets.tables.detection import detect_lists
from app.spreadsheets.tables.session_facts.hours import parse_hours
from app.spreadsheets.tables.session_facts.names import read_name
from tests.spreadsheets.examples import SAMPLES, reference, workbook
from tests.spreadsheets.field_lists import FIELD, MORE_LISTS

DAY = date(2025, 8, 5)
ON_DAY = StatedSession(first_day=DAY, last_day=DAY)
HEADINGS: list[Cell] = ["No", "Nama", "Kelurahan", "Tanda Tangan"]
PEOPLE: tuple[list[Cell], ...] = ([1, "Suwarti Contoh", "Manggar", None], [2, "Budi Misalnya", "Damai", None])


def stated_by(*rows: list[Cell], name: str = "Daftar Hadir.xlsx") -> StatedSession:
    """Return what a list with these rows above its headings says."""
    (found,) = read(workbook(*rows, *([[]] if rows else []), HEADINGS, *PEOPLE), name)
    return found


def read(content: bytes, name: str = "Daftar Hadir.xlsx") -> list[StatedSession]:
    groups = group_index(reference())
    return [found.stated for found in detect_lists(content, name, place_keys=(), groups=groups, trim=False)]


@dataclass(frozen=True)
class Example:
    """A letterhead, cells of a line divided by "|", and what it says."""

    lines: str
    says: StatedSession

    @property
    def rows(self) -> list[list[Cell]]:
        return [[cell.strip() or None for cell in line.split("|")] for line in self.lines.splitlines()]


LETTERHEADS = {
    "labels, colon and value in three cells; a title in three lines without a label": Example(
        "PEMERINTAH KOTA BALIKPAPAN\nDINAS KOMUNIKASI DAN INFORMATIKA\n"
        "Jalan Contoh No. 1 Telp. (0542) 000000 Balikpapan\n\nDAFTAR HADIR PESERTA\nWORKSHOP LITERASI DIGITAL\n"
        "BAGI PELAKU UMKM\nTAHUN 2025\n\nHari/Tanggal | : | Selasa, 5 Agustus 2025\nPukul | : | 09.00 – 12.00 WITA\n"
        "Tempat | : | Aula Kantor Wali Kota",
        replace(
            ON_DAY,
            title="WORKSHOP LITERASI DIGITAL BAGI PELAKU UMKM",
            starts=time(9),
            ends=time(12),
            venue="Aula Kantor Wali Kota",
            organizer="DINAS KOMUNIKASI DAN INFORMATIKA",
            target_groups=("umkm",),
        ),
    ),
    "an event of one word is completed by its topic; selesai is no end": Example(
        "DAFTAR HADIR\nHari/Tanggal : Selasa, 5 Agustus 2025\nWaktu : 09.00 s.d. selesai\n"
        "Lokasi : Gedung Contoh Lt. 2\nAcara : Sosialisasi\n"
        "Materi : QRIS untuk Pedagang Pasar\nOPD : Dinas Perdagangan\nSasaran : Pedagang",
        replace(
            ON_DAY,
            title="Sosialisasi QRIS untuk Pedagang Pasar",
            starts=time(9),
            venue="Gedung Contoh Lt. 2",
            organizer="Dinas Perdagangan",
            target_groups=("umkm",),
        ),
    ),
    "no labels at all: the office, the title behind ABSENSI, date with hours, a place": Example(
        "KECAMATAN BALIKPAPAN TIMUR\nKELURAHAN MANGGAR\nABSENSI KEGIATAN BIMTEK PEMASARAN DIGITAL ANGKATAN II\n"
        "Selasa, 5 Agustus 2025 Pukul 09.00 - 12.00 WITA\ndi Aula Kelurahan Manggar",
        replace(
            ON_DAY,
            title="BIMTEK PEMASARAN DIGITAL ANGKATAN II",
            starts=time(9),
            ends=time(12),
            venue="Aula Kelurahan Manggar",
            organizer="KELURAHAN MANGGAR",
        ),
    ),
    "the title over DAFTAR HADIR; two labels in one line": Example(
        "WORKSHOP LITERASI PROMOSI SPBE\nDAFTAR HADIR\nHari, tanggal: Selasa, 05/08/2025 | | | Waktu: 08.30 WITA\n"
        "Tempat: Aula Kecamatan Balikpapan Timur | | | Penyelenggara: Diskominfo",
        replace(
            ON_DAY,
            title="WORKSHOP LITERASI PROMOSI SPBE",
            starts=time(8, 30),
            venue="Aula Kecamatan Balikpapan Timur",
            organizer="Diskominfo",
        ),
    ),
    "all labels in one cell": Example(
        "Kegiatan : Pelatihan Konten    Tempat : Aula Contoh     Hari/Tanggal : Selasa, 5 Agustus 2025",
        replace(ON_DAY, title="Pelatihan Konten", venue="Aula Contoh"),
    ),
    "a colon inside the title": Example(
        "Kegiatan : Seri Literasi Digital: Cakap dan Aman Bermedia\n"
        "Hari/Tgl/Jam : Selasa / 5 Agustus 2025 / 09.00 WITA",
        replace(ON_DAY, title="Seri Literasi Digital: Cakap dan Aman Bermedia", starts=time(9)),
    ),
    "all in one sentence": Example(
        "DAFTAR HADIR PESERTA WORKSHOP LITERASI DIGITAL BAGI PELAKU UMKM HARI SELASA TANGGAL 5 AGUSTUS 2025 "
        "DI AULA KANTOR KECAMATAN BALIKPAPAN TIMUR",
        replace(
            ON_DAY,
            title="WORKSHOP LITERASI DIGITAL BAGI PELAKU UMKM",
            venue="AULA KANTOR KECAMATAN BALIKPAPAN TIMUR",
            target_groups=("umkm",),
        ),
    ),
    "who came stands behind DAFTAR HADIR, the event below": Example(
        "TIM PENGGERAK PKK KOTA BALIKPAPAN\nDAFTAR HADIR KADER PKK\nPELATIHAN APLIKASI DASAWISMA\n"
        "TANGGAL 5 AGUSTUS 2025",
        replace(
            ON_DAY,
            title="PELATIHAN APLIKASI DASAWISMA",
            organizer="TIM PENGGERAK PKK KOTA BALIKPAPAN",
            target_groups=("komunitas",),
        ),
    ),
    "an annex of a letter": Example(
        "LAMPIRAN\nNomor : 005/123/Contoh\nDAFTAR HADIR PESERTA KEGIATAN PENINGKATAN KAPASITAS PENGURUS RT\n"
        "KELURAHAN DAMAI KECAMATAN BALIKPAPAN KOTA\nBalikpapan, 5 Agustus 2025",
        replace(ON_DAY, title="PENINGKATAN KAPASITAS PENGURUS RT", target_groups=("rt",)),
    ),
    "several days and groups": Example(
        "Nama Kegiatan | Workshop Branding Produk\nTanggal Pelaksanaan | 5 - 7 Agustus 2025\n"
        "Waktu Pelaksanaan | 08.00 s/d 16.00 WITA\nTempat Pelaksanaan | Hotel Contoh, Ruang Melati\n"
        "Peserta | Pelaku UMKM dan Ketua RT\nNarasumber | Bapak Contoh, S.Kom",
        StatedSession(
            title="Workshop Branding Produk",
            first_day=DAY,
            last_day=date(2025, 8, 7),
            starts=time(8),
            ends=time(16),
            venue="Hotel Contoh, Ruang Melati",
            target_groups=("umkm", "rt"),
        ),
    ),
    "a meeting of a kelurahan; a year without a date is none": Example(
        "PEMERINTAH KOTA BALIKPAPAN\nDAFTAR HADIR MUSYAWARAH PERENCANAAN PEMBANGUNAN\nKELURAHAN MANGGAR\n"
        "TAHUN ANGGARAN 2026\nJam | | | : 08.30 Wita s/d Selesai",
        StatedSession(
            title="MUSYAWARAH PERENCANAAN PEMBANGUNAN",
            starts=time(8, 30),
            organizer="PEMERINTAH KOTA BALIKPAPAN",
        ),
    ),
    "labels of two words, a colon behind DAFTAR HADIR, a part of the address, a speaker": Example(
        "DINAS CONTOH\nKOTA BALIKPAPAN\nBALIKPAPAN 76111\nDAFTAR HADIR :\nNarasumber Ibu Contoh, S.Kom\n"
        "Nama Kegiatan/Acara : Pelatihan Canva\nHari, Tanggal dan Tempat : Selasa, 5 Agustus 2025, Aula Contoh\n"
        "Waktu (WITA) : 09.00\nSasaran Peserta : Ketua RT",
        replace(
            ON_DAY,
            title="Pelatihan Canva",
            starts=time(9),
            venue="Aula Contoh",
            organizer="DINAS CONTOH",
            target_groups=("rt",),
        ),
    ),
    "the title behind DAFTAR HADIR and a colon": Example(
        "Daftar Hadir : Pelatihan Canva\nHari : Jum’at Tanggal : 8 Agustus 2025",
        StatedSession(title="Pelatihan Canva", first_day=date(2025, 8, 8), last_day=date(2025, 8, 8)),
    ),
    "a day of the week that is not the date's": Example(
        "ABSENSI PELATIHAN CANVA\nRabu, 5 Agustus 2025",
        replace(ON_DAY, title="PELATIHAN CANVA", other_day=date(2025, 8, 6)),
    ),
    "left blank, as in a form": Example(
        "DAFTAR HADIR\nDalam rangka | Forum Konsultasi Publik\nHari/Tanggal |\nTempat | ...............",
        StatedSession(title="Forum Konsultasi Publik"),
    ),
    "left blank, two labels in a line": Example(
        "DAFTAR HADIR PESERTA\nKegiatan: | | | Hari/Tanggal:\nPenyelenggara: | | | Tempat:\nWaktu: 09.00",
        StatedSession(starts=time(9)),
    ),
    "an event without a name is no title": Example(
        "DAFTAR HADIR WORKSHOP\nSelasa, 5 Agustus 2025\nHalaman 1 dari 3", ON_DAY
    ),
    "a payment list": Example(
        "DAFTAR PENERIMAAN UANG TRANSPORT PESERTA\nKegiatan | : Workshop Literasi Promosi SPBE\n"
        "Tanggal | : 5 Agustus 2025\nKode Rekening | : 5.1.02.02.01.0003",
        replace(ON_DAY, title="Workshop Literasi Promosi SPBE"),
    ),
    "hours of another zone are asked for": Example(
        "Kegiatan : Webinar Nasional Literasi Keuangan\nWaktu : Selasa, 5 Agustus 2025, 13.00 - 15.00 WIB",
        replace(ON_DAY, title="Webinar Nasional Literasi Keuangan"),
    ),
    "date, hours and place in one line below the title": Example(
        "DAFTAR HADIR BIMTEK SPBE TINGKAT KELURAHAN\nSelasa, 5 Agustus 2025, pukul 09.00 - 12.00 WITA di Aula Contoh",
        replace(
            ON_DAY,
            title="BIMTEK SPBE TINGKAT KELURAHAN",
            starts=time(9),
            ends=time(12),
            venue="Aula Contoh",
        ),
    ),
    "two days of the week below the title": Example(
        "DAFTAR HADIR BIMTEK SPBE TINGKAT KELURAHAN\nSenin s.d. Selasa, 4 - 5 Agustus 2025",
        replace(ON_DAY, title="BIMTEK SPBE TINGKAT KELURAHAN", first_day=date(2025, 8, 4)),
    ),
    "an event behind the date in one line": Example(
        "DAFTAR HADIR\n5 Agustus 2025 - Workshop Literasi Promosi SPBE",
        replace(ON_DAY, title="Workshop Literasi Promosi SPBE"),
    ),
    "our own list names its session": Example(
        "DAFTAR HADIR PESERTA\nKegiatan: Workshop Contoh | | | Hari/Tanggal: Selasa, 5 Agustus 2025\n"
        "Unggah: https://jangkau.contoh.id/sesi/SPBE-2025-1/unggah",
        replace(ON_DAY, title="Workshop Contoh", code="SPBE-2025-1"),
    ),
}


@pytest.mark.parametrize("example", LETTERHEADS.values(), ids=LETTERHEADS)
def test_letterhead(example: Example) -> None:
    assert stated_by(*example.rows) == example.says


def test_letterhead_in_one_cell_and_cells_with_dates_and_hours() -> None:
    found = stated_by(
        ["PEMERINTAH KOTA BALIKPAPAN\nKELURAHAN MANGGAR\nJl. Contoh RT 1 Balikpapan"],
        ["DAFTAR HADIR RAPAT"],
        ["Tanggal", DAY],
        ["Jam", time(9)],
        ["Agenda", "Persiapan Literasi Digital"],
    )

    assert found == replace(
        ON_DAY, title="Persiapan Literasi Digital", starts=time(9), organizer="KELURAHAN MANGGAR"
    )


@pytest.mark.parametrize(
    ("name", "days", "title"),
    [
        (
            "Daftar Hadir Workshop Literasi Digital UMKM 05082025.xlsx",
            (DAY, DAY),
            "Workshop Literasi Digital UMKM",
        ),
        ("2025-08-05 Bimtek Marketplace (1) final.xlsx", (DAY, DAY), "Bimtek Marketplace"),
        ("Bimtek_Marketplace_20250805_rev.csv", (DAY, DAY), "Bimtek Marketplace"),
        ("absensi-pelatihan-canva-5-agustus-2025.xlsx", (DAY, DAY), "pelatihan canva"),
        ("Sosialisasi QRIS 5-7 Agustus 2025.pdf", (DAY, date(2025, 8, 7)), "Sosialisasi QRIS"),
        ("2025/Pelatihan Canva/Hadir 5 Agustus.xlsx", (DAY, DAY), "Pelatihan Canva"),
        ("Hadir 5 Agustus.xlsx", None, ""),
        ("daftar-hadir-SPBE-2025-1.xlsx", None, ""),
        ("IMG-0805.xlsx", None, ""),
        ("Workshop.xlsx", None, ""),
        ("tabel 123456789012.xlsx", None, ""),
    ],
)
def test_names_of_files(name: str, days: tuple[date, date] | None, title: str) -> None:
    found = read_name(name)

    assert (found.days, found.title) == (days, title)


def test_file_and_sheet_say_what_the_letterhead_leaves_out() -> None:
    name = "Pelatihan Canva/Hadir 12 Sept.xlsx"

    found = stated_by(["DAFTAR HADIR SOSIALISASI PAJAK DAERAH TAHUN 2025"], name=name)

    assert (found.title, found.first_day) == ("SOSIALISASI PAJAK DAERAH", date(2025, 9, 12))
    assert stated_by(name="Pelatihan Canva/Hadir 12-09-2025.xlsx") == StatedSession(
        title="Pelatihan Canva", first_day=date(2025, 9, 12), last_day=date(2025, 9, 12)
    )


def test_date_without_a_year_has_that_of_the_folder() -> None:
    letterhead: list[Cell] = ["Hari/Tanggal : Selasa, 5 Agustus"]

    assert stated_by(letterhead, name="Daftar 2025/hadir.xlsx") == ON_DAY
    assert stated_by(letterhead, name="hadir.xlsx") == StatedSession()


def test_day_in_a_name_that_is_another_than_that_of_the_letterhead_is_told() -> None:
    letterhead: list[Cell] = ["Hari/Tanggal : Selasa, 5 Agustus 2025"]

    copied = stated_by(letterhead, name="Daftar Hadir 6 Agustus 2025.xlsx")

    assert (copied.first_day, copied.other_day) == (DAY, date(2025, 8, 6))
    assert stated_session_from_json(stated_session_to_json(copied)) == copied
    assert stated_by(letterhead, name="Daftar Hadir 5 Agustus.xlsx") == ON_DAY


def test_each_sheet_of_a_workbook_says_its_day() -> None:
    book = Workbook()
    for title in ("Hari 1", "Hari 2", "7 Agt", "Rekap"):
        sheet = book.create_sheet(title)
        sheet.append(["DAFTAR HADIR PELATIHAN CANVA"])
        sheet.append(["Tanggal : 5 - 7 Agustus 2025"])
        if title != "Rekap":
            for row in (HEADINGS, *PEOPLE):
                sheet.append(row)
            continue
        for recap in (["No", "Kelurahan", "Jumlah Peserta"], [1, "Manggar", 4], [2, "Damai", 3]):
            sheet.append(recap)
    content = BytesIO()
    book.save(content)

    found = read(content.getvalue())

    assert [(one.title, one.first_day, one.last_day) for one in found] == [
        ("PELATIHAN CANVA", date(2025, 8, day), date(2025, 8, day)) for day in (5, 6, 7)
    ]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09.00 – 12.00 WITA", (time(9), time(12))),
        ("08:30 s/d 12:00 wita", (time(8, 30), time(12))),
        ("Pukul 09.00 WITA s.d. 12.00 WITA", (time(9), time(12))),
        ("jam 9 - 12", (time(9), time(12))),
        ("Pkl. 08.00 Wita sampai dengan selesai", (time(8), None)),
        ("05-08-2025 09:00", (time(9), None)),
        ("Pukul 09.00 – 12.00 (istirahat 10.00)", (time(9), time(12))),
        ("jam 2 - 4 sore", (time(14), time(16))),
        ("jam 9 pagi s.d. 12 siang", (time(9), time(12))),
        ("pukul 10.00 - 1.30 siang", (time(10), time(13, 30))),
        ("1:00 PM - 3:00 PM", (time(13), time(15))),
        ("08:30 AM - 12:00 PM", (time(8, 30), time(12))),
        ("Pukul 7 malam", (time(19), None)),
        ("01.00 - 03.00", (None, None)),
        ("05.08.2025", (None, None)),
        ("14.00 – 09.00", (None, None)),
        ("24.00", (None, None)),
        ("13.00 WIB", (None, None)),
        ("Rp 1.250.000", (None, None)),
    ],
)
def test_hours(text: str, hours: tuple[time | None, time | None]) -> None:
    assert parse_hours(text) == hours


TITLE = "WORKSHOP LITERASI PROMOSI SPBE"


@pytest.mark.parametrize(
    ("path", "title", "day"),
    [
        (SAMPLES / "spbe.xlsx", TITLE, DAY),
        (SAMPLES / "rt-manggar.xls", "LITERASI DIGITAL PENGURUS RT", date(2025, 10, 2)),
        (SAMPLES / "umkm-berantakan.xlsx", "PELATIHAN PEMASARAN DIGITAL UMKM", date(2025, 9, 10)),
        (SAMPLES / "tokoh.csv", "", None),
        (FIELD / "06-kobo-xml.xlsx", "WORKSHOP SPBE", None),
        (FIELD / "16-tiga-hari-tanggal.xlsx", "BIMTEK PEMASARAN DIGITAL (3 HARI)", DAY),
        (FIELD / "19-sheet-per-kelurahan.xlsx", TITLE, DAY),
        (FIELD / "38-daftar-word.docx", "", DAY),
        (FIELD / "45-matriks-bulan.xlsx", "KELAS KOMPUTER WARGA", date(2025, 8, 1)),
        (FIELD / "50-tiga-halaman.xlsx", TITLE, DAY),
        (FIELD / "65-dua-hari-bertumpuk.xlsx", "BIMTEK UMKM", DAY),
        (FIELD / "75-halaman-satu-kelompok.xlsx", "", DAY),
        (MORE_LISTS / "05-warga-rw-rt.xlsx", "SOSIALISASI LAYANAN DIGITAL KOTA BALIKPAPAN", DAY),
        (MORE_LISTS / "07-pkk-dasawisma.xlsx", "PERTEMUAN DASAWISMA DAN POSYANDU", DAY),
        (MORE_LISTS / "09-notulen.xlsx", "RAPAT KOORDINASI LITERASI DIGITAL", DAY),
        (MORE_LISTS / "15-kolom-tersembunyi.xlsx", TITLE, DAY),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_title_and_day_of_lists_from_the_field(path: Path, title: str, day: date | None) -> None:
    found = read(path.read_bytes(), path.name)

    assert {(one.title.upper(), one.first_day) for one in found} == {(title, day)}


def test_report_of_an_online_meeting_says_topic_day_and_hours() -> None:
    content = (FIELD / "14-teams-attendance.csv").read_bytes()
    (teams,) = read(content, "attendance.csv")
    expected = StatedSession(
        title="Webinar Literasi Digital UMKM",
        first_day=date(2025, 5, 8),
        last_day=date(2025, 5, 8),
        other_day=DAY,  # 8/5/25 may be either.
        starts=time(8, 50),
        ends=time(12, 1),
        target_groups=("umkm",),
        is_online=True,
    )
    assert teams == expected
    assert stated_session_from_json(stated_session_to_json(teams)) == teams

    (named,) = read(content, "Webinar 2025-08-05.csv")
    assert (named.first_day, named.other_day) == (DAY, None)
    (by_teams,) = read(content, "Webinar - Attendance report 8-5-25.csv")  # which has the month first
    assert (by_teams.first_day, by_teams.other_day) == (date(2025, 5, 8), DAY)

    meet = (
        b"First name,Last name,Email,Duration,Time joined,Time exited\nRina,Melati,,1 hr,9:00 AM,10:00 AM\n"
    )
    (dated,) = read(meet, "2025-08-05 09_00 Webinar QRIS Pedagang - Attendance report.csv")
    assert (dated.title, dated.first_day, dated.other_day) == ("Webinar QRIS Pedagang", DAY, None)

    (zoom,) = read((FIELD / "10-zoom-participants.csv").read_bytes(), "participants_98765432100.csv")
    assert (zoom.title, zoom.starts, zoom.ends) == ("Webinar Literasi Digital UMKM", time(8, 45), time(12, 3))
