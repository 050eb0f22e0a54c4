"""Several lists in one sheet: side by side, with other columns further down, of several days, of other people."""

from collections.abc import Sequence
from datetime import date

import pytest

from app.people.values.cells import Cell
from app.spreadsheets.attendance.rows import JudgedSheet
from app.spreadsheets.detected_table import table_from_json, table_to_json, to_excel_row
from tests.spreadsheets.examples import detected, judged, reference, session, workbook

HEADER = ("No", "Nama", "Kelurahan", "Paraf")
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]

Rows = list[list[Cell]]


def read(*rows: Sequence[Cell], day: date = date(2025, 8, 5)) -> JudgedSheet:
    return judged(table_from_json(table_to_json(detected(workbook(*rows), places=PLACES))), session(day))


def people(sheet: JudgedSheet) -> list[tuple[int, str]]:
    return [(row.number, row.values.name) for row in sheet.rows]


def warnings(sheet: JudgedSheet) -> list[tuple[str, str]]:
    return [(warning.level, warning.code) for warning in sheet.warnings]


def test_two_lists_side_by_side_are_both_read() -> None:
    """The left one first, as they are numbered; a row of the right one has a number of its own."""
    heading: list[Cell] = ["No", "Nama", "Kelurahan"]
    sheet = read(
        [*heading, None, *heading],
        [1, "Rina Gani", "Damai", None, 3, "Dewi", "Lamaru"],
        [2, "Maya", "Manggar", None, 4, "Sari", "Teritip"],
        ["Jumlah", 4],
    )
    assert people(sheet) == [(2, "Rina Gani"), (3, "Maya"), (2_000_002, "Dewi"), (2_000_003, "Sari")]
    assert [to_excel_row(row.number) for row in sheet.rows] == [2, 3, 2, 3]
    assert [row.values.kelurahan for row in sheet.rows][2:] == ["64.71.01.1002", "64.71.01.1003"]
    assert warnings(sheet) == []


def test_a_signature_below_the_right_list_is_nobody() -> None:
    below: Rows = [
        [None, None, None, None, "Mengetahui,"],
        [None, None, None, None, "Hasan, S.Sos."],
        [None, None, None, None, "NIP. 197506121998031005"],
    ]
    sheet = read([*HEADER[:3]] * 2, [1, "Rina Gani", "Damai", 2, "Dewi", "Lamaru"], *below)
    assert [name for _, name in people(sheet)] == ["Rina Gani", "Dewi"]


def test_an_empty_list_beside_the_first_changes_nothing() -> None:
    sheet = read([*HEADER[:3]] * 2, [1, "Rina Gani", "Damai", 3], [2, "Maya", "Manggar", 4])
    assert people(sheet) == [(2, "Rina Gani"), (3, "Maya")]


def test_a_repeated_header_with_another_order_of_columns_counts_for_the_rows_below_it() -> None:
    sheet = read(
        HEADER,
        (1, "Rina Gani", "Damai", "hadir"),
        (2, "Maya", "Manggar", "tidak hadir"),
        ("No", "Kelurahan", "Nama", "Paraf"),
        (3, "Lamaru", "Dewi", "hadir"),
        (4, "Teritip", "Sari", "tidak hadir"),
    )
    assert [(row.values.name, row.values.kelurahan, row.attendance) for row in sheet.rows] == [
        ("Rina Gani", "64.71.06.1005", "present"),
        ("Maya", "64.71.01.1001", "absent"),
        ("Dewi", "64.71.01.1002", "present"),
        ("Sari", "64.71.01.1003", "absent"),
    ]


def test_a_person_whose_name_begins_like_a_heading_is_no_header() -> None:
    header = ("Nama", "Kelurahan", "Unsur", "Kehadiran")
    sheet = read(
        header, ("Nama Susulan", "Damai", "UMKM", "Hadir"), ("Namira", "Desa Contoh", "UMKM", "Hadir")
    )
    assert [name for _, name in people(sheet)] == ["Nama Susulan", "Namira"]


def test_the_columns_chosen_for_the_first_list_count_below_the_same_heading() -> None:
    """Here somebody said that "Wilayah" is no kelurahan, but "Domisili" is."""
    content = workbook(
        ("No", "Nama", "Wilayah", "Domisili"),
        (1, "Rina Gani", "Manggar", "Damai"),
        ("No", "Wilayah", "Nama", "Domisili"),
        (2, "Manggar", "Dewi", "Damai"),
    )
    chosen: dict[int, str | None] = {2: None, 3: "kelurahan"}
    sheet = judged(detected(content, places=PLACES, columns=chosen))
    assert {row.values.kelurahan for row in sheet.rows} == {"64.71.06.1005"}


@pytest.mark.parametrize("caption", ["NARASUMBER", "B. Panitia", "Daftar peserta yang tidak hadir"])
def test_a_list_of_other_people_further_down_is_named_and_left_out(caption: str) -> None:
    sheet = read(
        HEADER,
        (1, "Rina Gani", "Damai"),
        [],
        [caption],
        ("No", "Nama", "Instansi", "Paraf"),
        (1, "Dr. Sri Contoh", "Universitas Contoh"),
        (2, "Hasan", "Diskominfo"),
    )
    assert people(sheet) == [(2, "Rina Gani")]
    (warning,) = sheet.warnings
    assert (warning.level, warning.code, warning.params) == (
        "warning",
        "rows-of-other-list",
        {"caption": caption, "row": 6, "count": 2},
    )


def test_a_list_of_speakers_above_that_of_the_participants_is_left_out_too() -> None:
    speakers: Rows = [["NARASUMBER"], [*HEADER], [1, "Dr. Sri Contoh", "Damai"]]
    participants: Rows = [["PESERTA"], [*HEADER], [1, "Rina Gani", "Damai"]]
    assert people(read(*speakers, *participants)) == [(6, "Rina Gani")]


def test_a_list_of_the_committee_alone_is_read() -> None:
    assert people(read(["DAFTAR HADIR PANITIA"], HEADER, (1, "Rina Gani", "Damai"))) == [(3, "Rina Gani")]
    both = read(HEADER, (1, "Maya", "Damai"), ["PANITIA DAN PESERTA"], HEADER, (2, "Rina Gani", "Damai"))
    assert [name for _, name in people(both)] == ["Maya", "Rina Gani"]


FIRST, SECOND = (1, "Rina Gani", "Damai"), (1, "Dewi", "Lamaru")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["Hari Pertama: Selasa, 5 Agustus 2025"], ["Hari Kedua: Rabu, 6 Agustus 2025"]),
        (["Hari/Tanggal", ": Selasa, 5 Agustus 2025"], ["Hari/Tanggal", ": Rabu, 6 Agustus 2025"]),
        (["PRESENSI TANGGAL 5 AGUSTUS 2025"], ["PRESENSI TANGGAL 6 AGUSTUS 2025"]),
        ([None, "Selasa, 5 Agustus 2025"], [None, "Rabu, 6 Agustus 2025"]),
        (["Daftar Hadir Hari I (5 Agustus 2025)"], ["Daftar Hadir Hari II (6 Agustus 2025)"]),
    ],
)
def test_of_days_below_each_other_only_the_people_of_the_sessions_day_are_read(
    one: list[Cell], other: list[Cell]
) -> None:
    """Whether or not each day has its own headings; a warning counts the rows that were left out."""
    for again in ([HEADER], []):
        rows = [one, HEADER, FIRST, (2, "Maya", "Manggar"), other, *again, SECOND]
        first, second = read(*rows), read(*rows, day=date(2025, 8, 6))
        assert [name for _, name in people(first)] == ["Rina Gani", "Maya"]
        assert [name for _, name in people(second)] == ["Dewi"]
        assert warnings(first) == warnings(second) == [("warning", "rows-of-other-days")]
        assert [warning.params["count"] for warning in (*first.warnings, *second.warnings)] == [1, 2]


def test_where_no_caption_names_the_sessions_day_the_file_is_asked_about() -> None:
    rows = [
        ["Hari/Tanggal : 5 Agustus 2025"],
        HEADER,
        FIRST,
        ["Hari/Tanggal : 6 Agustus 2025"],
        HEADER,
        SECOND,
    ]
    sheet = read(*rows, day=date(2025, 8, 7))
    assert [name for _, name in people(sheet)] == ["Rina Gani", "Dewi"]
    (warning,) = sheet.warnings
    assert (warning.level, warning.code) == ("review", "other-days")
    assert warning.params["captions"] == "Hari/Tanggal : 5 Agustus 2025”, “Hari/Tanggal : 6 Agustus 2025"


def test_numbered_days_are_those_of_the_letterheads_span() -> None:
    rows = [["HARI KE-1"], HEADER, FIRST, ["HARI KE-2"], HEADER, SECOND]
    assert warnings(read(*rows)) == [("review", "other-days")]
    dated = read(["Tanggal : 5 s.d. 6 Agustus 2025"], *rows, day=date(2025, 8, 6))
    assert [name for _, name in people(dated)] == ["Dewi"]


def test_pages_of_one_day_are_one_list() -> None:
    page: Rows = [["Hari/Tanggal : Selasa, 5 Agustus 2025"], [*HEADER]]
    sheet = read(*page, FIRST, *page, (2, "Dewi", "Lamaru"))
    assert [name for _, name in people(sheet)] == ["Rina Gani", "Dewi"]
    assert sheet.warnings == ()


def test_people_called_hari_are_people() -> None:
    sheet = read(
        HEADER, (1, "Hari Santoso", "Damai"), (None, "Hari Wijaya", "Manggar"), (None, "Hari", "Damai")
    )
    assert [name for _, name in people(sheet)] == ["Hari Santoso", "Hari Wijaya", "Hari"]
