"""Lists in sections: what a heading between people says of those below it."""

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import cells, detected, judged, names, reference, workbook

HEADER = ("No", "Nama", "Kelurahan", "Paraf")
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def test_a_bare_name_of_a_kelurahan_is_told_by_the_places_known() -> None:
    """A row with nothing but a kelurahan applies to the rows below it; any other name alone is a person."""
    content = workbook(["Nama", "RT"], ["MANGGAR"], ["Rina Gani", 7])
    assert cells(detected(content, places=PLACES), "kelurahan") == ["MANGGAR"]
    assert names(detected(content)) == ["MANGGAR", "Rina Gani"]


def test_below_the_caption_of_a_kecamatan_the_kelurahan_above_applies_to_no_row() -> None:
    content = workbook(
        ["No", "Nama"],
        [None, "Kelurahan Manggar"],
        [1, "Rina Gani"],
        [None, "Kec. Balikpapan Kota"],
        [2, "Maya"],
    )
    assert cells(detected(content), "kelurahan") == ["Kelurahan Manggar", None]


@pytest.mark.parametrize(
    ("headings", "groups"),
    [
        ((["A. PELAKU UMKM"], ["B. UNSUR PENGURUS RT"]), ["PELAKU UMKM", "PENGURUS RT"]),
        ((["I", "UMKM"], ["II", "Ketua RT"]), ["UMKM", "Ketua RT"]),
        ((["UMKM"], ["PKK"]), ["UMKM", "PKK"]),
        ((["UMKM"], ["Kelurahan Manggar"]), ["UMKM", "UMKM"]),
        ((["UMKM"], ["PANITIA"]), ["UMKM", None]),
        ((["UMKM"], ["3", "Ketua RT"]), ["UMKM", "UMKM"]),
    ],
)
def test_a_row_with_nothing_but_a_target_group_applies_to_the_rows_below_it(
    headings: tuple[list[Cell], list[Cell]], groups: list[str | None]
) -> None:
    first, second = headings
    people: list[list[Cell]] = [[1, "Rina Gani", "Damai"], [2, "Maya", "Damai"]]
    known = ["UMKM", "Pelaku UMKM", "Pengurus RT", "Ketua RT", "PKK"]
    sheet = detected(workbook(HEADER, first, people[0], second, people[1]), groups=known)
    found = {row.cells["name"]: row.cells.get("target_group") for row in sheet.rows}
    assert [found["Rina Gani"], found["Maya"]] == groups


@pytest.mark.parametrize(
    ("above", "header", "kelurahan"),
    [
        (["KELURAHAN MANGGAR", "Jl. Mulawarman 1"], ("No", "Nama", "RT"), "KELURAHAN MANGGAR"),
        (["KELURAHAN MANGGAR", "Jl. Mulawarman 1"], ("No", "Nama", "Alamat"), "KELURAHAN MANGGAR"),
        (["KELURAHAN MANGGAR", "Jl. Mulawarman 1"], ("No", "Nama", "Kelurahan"), None),
        (
            ["KECAMATAN TIMUR\nKELURAHAN MANGGAR\nJl. Mulawarman 1"],
            ("No", "Nama", "RT"),
            "KELURAHAN MANGGAR",
        ),
        (["Kelurahan Manggar", "Kelurahan Damai", "Daftar hadir"], ("No", "Nama", "RT"), None),
        (["Kelurahan Atlantis", "Daftar hadir"], ("No", "Nama", "RT"), None),
    ],
)
def test_the_kelurahan_in_whose_letterhead_a_list_stands_is_that_of_its_people(
    above: list[str], header: tuple[str, ...], kelurahan: str | None
) -> None:
    """Only where the list has no column for it, and the letterhead names one that exists."""
    letterhead = [["PEMERINTAH KOTA BALIKPAPAN"], *([line] for line in above)]
    sheet = detected(workbook(*letterhead, header, [1, "Rina Gani", "7"]), places=PLACES)
    assert sheet.letterhead_kelurahan == kelurahan


@pytest.mark.parametrize("below", [[], [["Total", "", 3]], [["Jumlah seluruhnya : 3 orang"]]])
def test_the_totals_of_sections_are_none_of_the_whole_list(below: list[list[Cell]]) -> None:
    damai: list[list[Cell]] = [["Kelurahan Damai"], [1, "Rina Gani"], [2, "Maya"], ["Jumlah", "", 2]]
    manggar: list[list[Cell]] = [["Kelurahan Manggar"], [1, "Budi"], ["Jumlah", "", 1]]
    content = workbook(HEADER, *damai, *manggar, *below)
    assert detected(content).stated_total == 3


def test_a_row_with_nothing_but_an_rt_serves_the_people_below_it() -> None:
    """A further RW without an RT, and a further kelurahan, end it; who has an RT of their own keeps that."""
    content = workbook(
        ["No", "Nama", "RT"],
        ["RW 01"],
        ["RT 03"],
        [1, "Rina Gani"],
        [2, "Maya", "9"],
        ["RT. 04 / RW. 01"],
        [3, "Dewi"],
        ["RW 02"],
        [4, "Sari"],
        ["RT 07"],
        [None, "Kelurahan Damai"],
        [5, "Budi"],
    )
    judgement = judged(detected(content, places=PLACES))
    assert [row.values.rt for row in judgement.rows] == ["3", "9", "4", None, None]


@pytest.mark.parametrize(
    ("title", "kelurahan"),
    [
        ("DAFTAR HADIR KETUA RT SE-KELURAHAN DAMAI TAHUN 2025", "KELURAHAN DAMAI"),
        ("TP PKK KELURAHAN DAMAI KECAMATAN BALIKPAPAN KOTA", "KELURAHAN DAMAI"),
        ("Bertempat di Aula Kelurahan Damai", None),
        ("SOSIALISASI DI KELURAHAN DAMAI", None),
        ("KETUA RT KELURAHAN ATLANTIS", None),
    ],
)
def test_a_title_names_the_kelurahan_of_the_people_and_not_that_of_the_venue(
    title: str, kelurahan: str | None
) -> None:
    sheet = detected(workbook([title], [], ["No", "Nama", "RT"], [1, "Rina Gani", "7"]), places=PLACES)
    assert sheet.letterhead_kelurahan == kelurahan
