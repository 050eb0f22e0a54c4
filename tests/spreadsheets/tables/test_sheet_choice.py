"""Which sheet of a workbook is the session's list, what is said of the others, and several sheets as one list."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pytest
from openpyxl import Workbook

from app.people.values.cells import Cell
from app.spreadsheets.detected_table import DetectedTable, SheetSession, table_from_json, table_to_json
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.reading import read_sheet
from tests.spreadsheets.examples import codes, detected, judged, names, reference, saved

Row: TypeAlias = Sequence[Cell]
FIELD = Path(__file__).parents[2] / "field"
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]
HEADER = ("No", "Nama", "Kelurahan", "TTD")
RINA, MAYA, DEWI = (1, "Rina Melati", "Damai"), (2, "Maya Kenanga", "Manggar"), (3, "Dewi Anggrek", "Teritip")
SECOND_DAY = SheetSession(date(2025, 8, 6), "UMKM-7-2", 2)


def book(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """A workbook with these sheets, each of these rows."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        page = workbook.create_sheet(title)
        for row in rows:
            page.append(list(row))
    return saved(workbook)


def unread(sheet: DetectedTable) -> list[tuple[str, str | int, str | int]]:
    return [
        (remark.level, remark.params["sheets"], remark.params["people"])
        for remark in sheet.warnings
        if remark.code == "sheets-unread"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"5 Agt": []}, {"6 Agt": []}, id="date as the name"),
        pytest.param({"Selasa 05-08": []}, {"Rabu 06-08": []}, id="date in numbers"),
        pytest.param({"Hari 1": []}, {"Hari II": []}, id="number of the day"),
        pytest.param(
            {"A": [("Tanggal: 5 Agustus 2025",)]}, {"B": [("Tanggal", "6 Agustus 2025")]}, id="letterhead"
        ),
        pytest.param(
            {"A": [("Selasa, 5 Agustus 2025",)]}, {"B": [("Rabu, 6 Agustus 2025",)]}, id="date alone"
        ),
        pytest.param(
            {"A": []}, {"B": [("Unggah: https://contoh.id/sesi/UMKM-7-2/daftar-hadir",)]}, id="our roster"
        ),
    ],
)
def test_the_sheet_of_the_session_is_read_even_if_it_is_shorter(
    first: Mapping[str, Sequence[Row]], second: Mapping[str, Sequence[Row]]
) -> None:
    (one, above), (other, other_above) = *first.items(), *second.items()
    sheet = detected(
        book({one: [*above, HEADER, RINA, MAYA, DEWI], other: [*other_above, HEADER, RINA]}), at=SECOND_DAY
    )
    assert (sheet.sheet, unread(sheet)) == (other, [("review", one, 3)])


def test_the_fullest_sheet_is_read_where_nothing_else_tells() -> None:
    sheet = detected(book({"Sheet1": [HEADER, RINA], "Sheet2": [HEADER, RINA, MAYA]}))
    assert (sheet.sheet, unread(sheet)) == ("Sheet2", [("review", "Sheet1", 1)])


def test_who_came_goes_before_who_registered() -> None:
    sheet = detected(book({"Pendaftar": [HEADER, RINA, MAYA, DEWI], "Daftar Hadir": [HEADER, RINA]}))
    assert (sheet.sheet, unread(sheet)) == ("Daftar Hadir", [("review", "Pendaftar", 3)])


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "REKAP",
            [
                ("No", "Kelurahan", "Nama Lurah", "Jumlah Peserta"),
                (1, "Damai", "Budi", 3),
                (2, "Manggar", "Sari", 4),
            ],
        ),
        ("Kontak Panitia", [("Nama", "Jabatan", "No HP"), *[(f"Budi {n}", "Ketua", "0812") for n in "ABCD"]]),
        ("RAB", [("No", "Nama", "Satuan", "Harga"), *[(n, "Nasi kotak", "buah", 25_000) for n in range(5)]]),
    ],
)
def test_a_recap_contacts_and_prices_are_no_list_and_no_question(name: str, rows: Sequence[Row]) -> None:
    sheet = detected(book({name: rows, "Daftar": [HEADER, RINA]}))
    assert (sheet.sheet, unread(sheet)) == ("Daftar", [])
    assert [(one.name, one.read, one.is_list) for one in sheet.sheet_summaries] == [
        (name, False, False),
        ("Daftar", True, True),
    ]


def test_a_recap_alone_is_asked_about() -> None:
    rows: list[Row] = [
        ("No", "Kelurahan", "Nama Lurah", "Jumlah"),
        (1, "Damai", "Budi", 3),
        (2, "Manggar", "Sari", 4),
    ]
    assert codes(detected(book({"Sheet1": rows})).warnings) == ["sheet-is-recap"]


def test_a_list_with_a_count_per_person_is_no_recap() -> None:
    rows: list[Row] = [("Nama", "Kelurahan", "Jumlah Karyawan"), ("Rina", "Damai", 3), ("Maya", "Manggar", 4)]
    assert codes(detected(book({"Sheet1": rows})).warnings) == []


def test_each_sheet_is_described() -> None:
    content = book({"5 Agt": [HEADER, RINA, MAYA], "6 Agt": [HEADER, RINA], "Catatan": [("Bawa spanduk",)]})
    sheet = table_from_json(table_to_json(detected(content, at=SECOND_DAY)))
    assert [(one.name, one.people, one.stated_date, one.read) for one in sheet.sheet_summaries] == [
        ("5 Agt", 2, date(2025, 8, 5), False),
        ("6 Agt", 1, date(2025, 8, 6), True),
        ("Catatan", 0, None, False),
    ]


def test_a_sheet_that_cannot_be_read_does_not_stop_another() -> None:
    wide = ["Nama", *(f"Kolom {number}" for number in range(101))]
    sheet = detected(book({"Data": [wide, ["Budi"]], "Daftar": [HEADER, RINA]}))
    assert sheet.sheet == "Daftar"


def test_a_sheet_named_for_a_kelurahan_serves_its_rows() -> None:
    content = book({"Kel. Manggar": [("No", "Nama"), (1, "Rina Melati")]})
    (row,) = judged(detected(content, places=PLACES)).rows
    assert row.values.kelurahan == "64.71.01.1001"


# --- several sheets as one list ---


def test_sheets_for_kelurahan_are_joined_where_a_person_says_so() -> None:
    content = (FIELD / "19-sheet-per-kelurahan.xlsx").read_bytes()
    asked = detected(content, places=PLACES)
    assert unread(asked) == [("review", "Manggar Baru, Lamaru, Teritip", 15)]
    joined = detected(content, places=PLACES, sheets="all")
    judgement = judged(joined)
    assert (judgement.counts["create"], codes(judgement.warnings)) == (20, ["kelurahan-from-sheets"])
    assert [row.values.kelurahan for row in judgement.rows[::5]] == [
        "64.71.01.1001",
        "64.71.01.1004",
        "64.71.01.1002",
        "64.71.01.1003",
    ]
    assert [row.number for row in judgement.rows[::5]] == [6, 2_000_006, 4_000_006, 6_000_006]


def test_only_the_named_sheets_are_joined() -> None:
    content = book({"A": [HEADER, RINA], "B": [HEADER, MAYA], "C": [HEADER, DEWI]})
    sheet = read_sheet(content, sheets=("A", "C"))
    assert (names(sheet), unread(sheet)) == (["Rina Melati", "Dewi Anggrek"], [("review", "B", 1)])
    with pytest.raises(SheetFailure, match="no-such-sheet"):
        detected(content, sheets=("A", "D"))


def test_the_totals_of_joined_sheets_are_added() -> None:
    total = (None, "Jumlah", 1)
    content = book({"A": [HEADER, RINA, total], "B": [HEADER, MAYA, total]})
    sheet = detected(content, sheets="all")
    assert (sheet.stated_total, codes(judged(sheet).warnings)) == (2, [])


def test_a_person_on_two_joined_sheets_is_one_person() -> None:
    judgement = judged(detected(book({"A": [HEADER, RINA], "B": [HEADER, RINA]}), sheets="all"))
    assert [row.kind for row in judgement.rows] != ["create", "create"]
