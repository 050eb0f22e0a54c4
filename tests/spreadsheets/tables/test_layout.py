"""Where the table is in a sheet, which rows are people, and what stands around them."""

from datetime import date, datetime

import pytest
from openpyxl import Workbook

from app.errors import UnreadableFile
from app.people.values.cells import Cell
from app.spreadsheets.reading import read_sheet
from tests.files.make import FOLDER
from tests.spreadsheets.examples import detected, names, reference, saved, workbook

HEADER = ("No", "Nama", "Kelurahan", "Paraf")
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def test_rows_are_numbered_as_excel_shows_them() -> None:
    sheet = detected(
        workbook(["DAFTAR HADIR"], [], HEADER, [1, "Rina Gani", "Damai"], [], [2, "Maya", "Manggar"])
    )
    assert sheet.header_row == 3
    assert [row.number for row in sheet.rows] == [4, 6]


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        (["Tanggal : 5 s.d. 6 Agustus 2025"], date(2025, 8, 5)),
        (["Hari/Tanggal", ":", "5-6 Agustus 2025"], date(2025, 8, 5)),
        (["Tgl 5 Agst 2025"], date(2025, 8, 5)),
        (["Waktu : Selasa, 5 Agustus 2025"], date(2025, 8, 5)),
        (["Waktu", datetime(2025, 8, 5)], date(2025, 8, 5)),  # noqa: DTZ001 (Excel's dates know no zone)
        (["Waktu : 08.10 - 12.00 WITA"], None),
        (["Waktu", 900], None),
        (["Batas pendaftaran : 4 Agustus 2025"], None),
        (["Dicetak", date(2025, 8, 4)], None),
        (["Dicetak 4 Agustus 2025"], None),
        (["Waktu : pagi"], None),
    ],
)
def test_the_date_that_a_letterhead_states(line: list[Cell], stated: date | None) -> None:
    """It stands after a colon or in the next cell; a time, a deadline or a date of printing is none."""
    sheet = detected(workbook(line, HEADER, [1, "Rina Gani", "Damai"]))
    assert sheet.stated_date == stated


def test_of_two_dates_and_two_kelurahan_of_a_letterhead_the_first_counts() -> None:
    lines: list[list[Cell]] = [
        ["Tanggal : 5 Agustus 2025"],
        ["Kelurahan", ": Manggar"],
        ["Tgl : 6 Agustus 2025"],
        ["Waktu : Kamis, 7 Agustus 2025"],
        ["Kelurahan : Damai"],
    ]
    sheet = detected(workbook(*lines, HEADER, [1, "Rina Gani", "Damai"]))
    assert (sheet.stated_date, sheet.stated_until) == (date(2025, 8, 5), date(2025, 8, 5))
    assert sheet.letterhead_kelurahan == "Manggar"


def test_a_smaller_list_above_the_one_that_is_read_is_reported_as_left_out() -> None:
    speakers: list[list[Cell]] = [["NARASUMBER"], ["No", "Nama", "Instansi"], [1, "Dr. Sri", "Unmul"]]
    sheet = detected(workbook(*speakers, [], ["No", "Nama", "Kelurahan", "HP"], [1, "Rina", "Damai"]))
    assert names(sheet) == ["Rina"]
    assert [(warning.code, warning.params) for warning in sheet.warnings] == [
        ("rows-above-header", {"row": 3})
    ]


def test_the_header_is_looked_for_in_forty_rows() -> None:
    title: list[list[Cell]] = [["judul"]] * 39
    assert detected(workbook(*title, HEADER, [1, "Rina Gani", "Damai"])).header_row == 40


def test_a_row_without_a_name_but_with_other_data_is_one() -> None:
    sheet = detected(
        workbook(HEADER, [1, "Rina Gani", "Damai"], [2, None, "Manggar", None], [None, "Maya", "Damai"])
    )
    assert names(sheet) == ["Rina Gani", None, "Maya"]


def test_a_nip_below_the_name_is_no_person() -> None:
    book = Workbook()
    for row in (
        ("No", "Nama / NIP", "Kelurahan"),
        (1, "Rina Gani", "Damai"),
        (None, "NIP. 19800505 200501 2 001"),
        (2, "Budi Santoso", "Manggar"),
        (None, "19790505 200501 1 001"),
        (3, "19790505 200501 1 002", "Damai"),
    ):
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("A2:A3")
    book.worksheets[0].merge_cells("C2:C3")
    assert names(detected(saved(book))) == ["Rina Gani", "Budi Santoso", ""]


@pytest.mark.parametrize(
    "ending",
    [
        [
            [None, None, "Balikpapan, 5 Agustus 2025"],
            [None, None, "Lurah Damai,"],
            [None, None, "Budi Santoso"],
        ],
        [[None, "Mengetahui,"], [None, "Lurah Damai"], [None, "Budi Santoso"], [None, "NIP. 19700101"]],
        [[None, "Total", 2], [None, "Ketua Panitia", "Sekretaris"], [None, "Budi", "Sri"]],
        [[None, "Kepala Dinas Kominfo"], [], [None, "Budi Santoso"]],
    ],
)
def test_the_table_ends_at_total_or_signature(ending: list[list[Cell]]) -> None:
    """The table ends at the first total, note or signature below which no numbered row follows."""
    sheet = detected(workbook(HEADER, [1, "Rina Gani", "Damai"], [2, "Maya Anwar", "Damai"], [], *ending))
    assert names(sheet) == ["Rina Gani", "Maya Anwar"]


@pytest.mark.parametrize("header", [("No", "Nama", "Kelurahan"), (None, "Nama", "Kelurahan")])
@pytest.mark.parametrize(
    "note",
    ["Catatan: konsumsi 40 kotak", "Keterangan", "*) diwakili", "Ket. : v = hadir", "NB: dilanjutkan besok"],
)
def test_what_is_noted_below_the_table_is_no_person(header: tuple[str | None, ...], note: str) -> None:
    people: list[list[Cell]] = [[1, "Rina Gani", "Damai"], [2, "Maya", "Manggar"]]
    sheet = detected(workbook(header, *people, [None, note], [None, "H = Hadir"], [None, "Ibu Sri"]))
    assert names(sheet)[:2] == ["Rina Gani", "Maya"]
    assert names(sheet)[2:] == []


@pytest.mark.parametrize(
    "lines",
    [
        [["Ket:"], ["H", "Hadir"], ["S", "Sakit"]],
        [[None, "Laki-laki", "1 orang"], [None, "Perempuan", "1 orang"], [None, "Jumlah", "2 orang"]],
        [[None, "Hadir : 2"], [None, "Tidak hadir = 0"]],
    ],
)
def test_what_marks_mean_and_how_many_there_are_is_no_person(lines: list[list[Cell]]) -> None:
    people: list[list[Cell]] = [[1, "Rina Gani", "Damai"], [2, "Maya", "Manggar"]]
    sheet = detected(workbook(HEADER, *people, *lines))
    assert names(sheet) == ["Rina Gani", "Maya"]


@pytest.mark.parametrize(
    "caption",
    [
        "UNSUR RT",
        "Perwakilan PKK",
        "Kecamatan Balikpapan Timur",
        "Kec. Balikpapan Timur",
        "Tidak hadir :",
        "Hal. 2",
    ],
)
def test_a_caption_between_numbered_people_is_no_person(caption: str) -> None:
    content = workbook(
        HEADER, [None, caption], [1, "Rina Gani", "Damai"], [None, caption], [2, "Maya", "Damai"]
    )
    assert names(detected(content)) == ["Rina Gani", "Maya"]


def test_a_group_s_name_is_a_participant_in_a_list_without_numbers() -> None:
    content = workbook(["Nama", "Kelurahan"], ["Kelompok Tani Makmur"], ["Rina Gani", "Damai"])
    assert names(detected(content)) == ["Kelompok Tani Makmur", "Rina Gani"]


def test_what_a_page_carries_over_to_the_next_is_no_total() -> None:
    content = workbook(HEADER, [1, "Rina Gani", "Damai"], [None, "Jumlah pindahan", 1], [2, "Maya", "Damai"])
    sheet = detected(content)
    assert (names(sheet), sheet.stated_total) == (["Rina Gani", "Maya"], None)


def test_a_numbered_row_below_a_total_continues_the_table() -> None:
    sheet = detected(
        workbook(
            HEADER,
            [1, "Rina Gani", "Damai"],
            [None, "Total", 1],
            [2, "Maya Anwar", "Manggar"],
            [None, "Total", 2],
        )
    )
    assert names(sheet) == ["Rina Gani", "Maya Anwar"]
    assert sheet.stated_total == 2


def test_the_soft_line_end_of_a_word_processor_is_no_reason_to_refuse_a_csv() -> None:
    assert names(detected(b"Nama;Kelurahan\nRina\x0bGani;Damai")) == ["Rina Gani"]


def test_a_lurah_is_a_participant_too() -> None:
    """A position that may also sign a list ends the table only where no name stands in the row."""
    sheet = detected(
        workbook(
            ["Nama", "Kelurahan", "Jabatan"],
            ["Rina Gani", "Damai", "Lurah"],
            ["Maya", "Damai", "Ketua Panitia"],
        )
    )
    assert names(sheet) == ["Rina Gani", "Maya"]


def test_a_total_of_those_present() -> None:
    """ "Jumlah hadir" is compared with those present; a total of some other people states nothing."""
    sheet = detected(
        workbook(
            HEADER,
            [1, "Rina", "Damai"],
            [None, "Jumlah perempuan", 5],
            [None, "Jumlah hadir : 1 orang"],
            [None, "Jumlah izin", 3],
        )
    )
    assert (sheet.stated_total, sheet.stated_total_of) == (1, "present")


def test_a_total_of_money_is_none_of_people() -> None:
    content = workbook(["No", "Nama", "Uang"], [1, "Rina", 150_000], ["Jumlah", None, 150_000])
    assert detected(content).stated_total is None


def test_a_line_of_several_totals_states_none() -> None:
    sheet = detected(workbook(["No", "Nama", "L", "P"], [1, "Rina", None, "v"], [None, "Jumlah", 0, 1]))
    assert sheet.stated_total is None


def test_another_sheet_is_read_where_it_is_asked_for() -> None:
    content = (FOLDER / "several-sheets.xlsx").read_bytes()
    sheet = read_sheet(content, sheet="Hari 2")
    assert (sheet.sheet, sheet.sheets) == ("Hari 2", ("Sampul", "Blangko", "Daftar", "Hari 2"))
    assert names(sheet) == ["Maya Kenanga"]
    with pytest.raises(UnreadableFile, match="no participants"):
        read_sheet(content, sheet="Blangko")
    with pytest.raises(UnreadableFile, match="Arsip"):
        read_sheet(content, sheet="Arsip")


def test_a_person_names_header_and_columns() -> None:
    """What a person says about header row and columns overrides what is detected."""
    content = workbook(["Judul"], ["Siapa", "Mana", "Nama"], ["Rina Gani", "Damai", "Warung Rina"])
    sheet = read_sheet(content, header_row=2, columns={0: "name", 1: "kelurahan", 2: None})
    assert (sheet.header_row, sheet.rows[0].cells) == (2, {"name": "Rina Gani", "kelurahan": "Damai"})


def test_the_preview_shows_texts_past_the_header() -> None:
    sheet = detected(workbook(["DAFTAR"], HEADER, [1, "Rina", "Damai"]))
    assert sheet.preview == (("DAFTAR", "", "", ""), HEADER, ("1", "Rina", "Damai", ""))


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (("Nama", "Kehadiran"), [("Rina Gani", "hadir"), ("Lurah Manggar", "hadir"), ("Maya", "hadir")]),
        (("Nama", "Kelurahan"), [("Rina Gani", "Damai"), ("Petugas Puskesmas", "Damai"), ("Maya", "Damai")]),
        (("Nama", "Kelurahan"), [("Rina Gani", "Damai"), ("Sub Total", 1), ("Maya", "Damai")]),
        (("Nama", "Kelurahan"), [("Rina Gani", "Damai"), ("Jumlah", 1), ("Maya", "Damai")]),
        (("Nama", "Kelurahan", "Hadir"), [("Rina Gani", "Damai", "………………"), ("Maya", "Damai", "………………")]),
    ],
)
def test_a_list_without_numbers_goes_on_below_what_looks_like_its_end(
    header: tuple[str, ...], rows: list[tuple[Cell, ...]]
) -> None:
    """A row with a mark or a kelurahan beside the name continues it."""
    people = names(detected(workbook(header, *rows), places=PLACES))
    assert (people[0], people[-1]) == ("Rina Gani", "Maya")


def test_a_person_below_the_end_of_a_numbered_list_is_reported_as_left_out() -> None:
    signed: list[list[Cell]] = [[None, "Mengetahui,"], [None, "Lurah Damai"], [None, "Budi Santoso"]]
    late: list[Cell] = [None, "Maya Anwar", "Manggar"]
    sheet = detected(workbook(HEADER, [1, "Rina Gani", "Damai"], *signed, late), places=PLACES)
    assert names(sheet) == ["Rina Gani"]
    assert [(one.level, one.code, dict(one.params)) for one in sheet.warnings] == [
        ("review", "rows-below-end", {"rows": "6", "count": 1})
    ]
    assert detected(workbook(HEADER, [1, "Rina Gani", "Damai"], *signed), places=PLACES).warnings == ()


def test_a_kelurahan_alone_above_the_header_applies_to_the_first_section() -> None:
    title, manggar, damai = ["DAFTAR HADIR"], ["KELURAHAN MANGGAR"], ["KELURAHAN DAMAI"]
    people = ["Rina"], ["Maya"]
    sheet = detected(
        workbook(title, manggar, [], ["Nama", "Paraf"], people[0], damai, ["Nama", "Paraf"], people[1]),
        places=["Manggar", "Damai"],
    )
    assert sheet.letterhead_kelurahan == "KELURAHAN MANGGAR"
    assert [row.cells.get("kelurahan") for row in sheet.rows] == [None, "KELURAHAN DAMAI"]


def test_an_office_s_letterhead_is_no_section() -> None:
    sheet = detected(
        workbook(["KELURAHAN MANGGAR"], ["DAFTAR HADIR"], ["Nama", "Kelurahan"], ["Rina", None]),
        places=["Manggar"],
    )
    assert sheet.letterhead_kelurahan is None
