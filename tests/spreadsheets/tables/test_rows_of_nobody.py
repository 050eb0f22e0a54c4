"""Rows that look like people and are nobody: a template's example, officials who sign, letterheads of further pages."""

import pytest

from app.errors import UnreadableFile
from app.people.values.cells import Cell
from app.spreadsheets.reading import read_sheet
from tests.spreadsheets.examples import detected, judged, names, reference, workbook

HEADER = ("No", "Nama", "Kelurahan", "Keterangan")
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]

Rows = list[list[Cell]]


@pytest.mark.parametrize(
    "row",
    [
        ["Contoh", "Budi Santoso", "Damai"],
        [1, "Contoh", "Damai"],
        [1, "contoh: Budi Santoso", "Damai"],
        [1, "(Contoh) Budi Santoso", "Damai"],
        [1, "Budi Santoso (contoh)", "Damai"],
        [1, "Cth. Budi Santoso", "Damai"],
        [1, "Nama Anda", "Kelurahan Anda"],
        [1, "Isi nama lengkap", "Damai"],
        [1, "Budi Santoso", "Damai", "contoh pengisian"],
    ],
)
def test_the_example_row_of_a_template_is_nobody(row: list[Cell]) -> None:
    sheet = detected(workbook(HEADER, row, [1, "Rina Gani", "Damai"], [2, "Siti Contoh", "Manggar"]))
    assert names(sheet) == ["Rina Gani", "Siti Contoh"]


SIGNED: list[Rows] = [
    [
        [None, "Mengetahui,", None, "Balikpapan, 5 Agustus 2025"],
        [None, "Kepala Bidang", None, "Ketua Panitia"],
        [None, "Ir. HASAN, M.T.", None, "SRI, S.Kom."],
        [None, "NIP. 196911201995031004", None, "NIP. 198802172011012003"],
    ],
    [
        [None, "Mengetahui,"],
        [None, "Lurah Damai"],
        [None, "H. HASAN, S.Sos."],
        [None, "NIP. 197506121998031005"],
    ],
    [[None, "Drs. Hasan"], [None, "NIP 197506121998031005"]],
    [[None, None, "PPTK"], [None, None, "Hasan, S.E."]],
]


@pytest.mark.parametrize("signature", SIGNED)
def test_an_official_who_signs_between_two_pages_is_nobody(signature: Rows) -> None:
    rows: Rows = [[*HEADER], [1, "Rina Gani", "Damai"], [2, "Maya", "Manggar"]]
    further: Rows = [[3, "Dewi", "Lamaru"], [None, "Sari", "Teritip"]]

    assert names(detected(workbook(*rows, *signature, *further))) == ["Rina Gani", "Maya", "Dewi", "Sari"]
    assert names(detected(workbook(*rows, *signature, [*HEADER], *further)))[2:] == ["Dewi", "Sari"]
    assert names(detected(workbook(*rows, *signature))) == ["Rina Gani", "Maya"]


def test_in_a_list_without_numbers_the_people_below_the_repeated_header_go_on() -> None:
    header: list[Cell] = ["Nama", "Kelurahan", "No HP"]
    signature: Rows = [["Mengetahui,"], ["Lurah Damai"], ["H. Hasan, S.Sos."], ["NIP. 197506121998031005"]]
    sheet = detected(
        workbook(
            header,
            ["Rina Gani", "Damai", "081200000001"],
            *signature,
            header,
            ["Dewi", "Lamaru"],
            ["Sari", "Damai"],
        )
    )
    assert names(sheet) == ["Rina Gani", "Dewi", "Sari"]


def test_a_person_without_a_number_below_a_sections_total_stays() -> None:
    sheet = detected(
        workbook(
            HEADER,
            [1, "Rina Gani", "Damai"],
            [None, "Jumlah 1 orang"],
            [None, "Sari Ayu", "Manggar"],
            [2, "Dewi", "Damai"],
        )
    )
    assert names(sheet) == ["Rina Gani", "Sari Ayu", "Dewi"]


def test_the_letterhead_of_a_further_page_is_nobody_and_its_kelurahan_counts_from_there() -> None:
    """Nor if the lists have no column for numbers, so that the letterhead stands in that of the names."""
    for columns in (["Nama", "RT"], ["No", "Nama", "RT"]):
        indent: list[Cell] = [1] if len(columns) > 2 else []
        page: Rows = [["PEMERINTAH KOTA CONTOH"], ["DAFTAR HADIR"], ["Tempat", ": Aula Kecamatan"]]
        sheet = judged(
            detected(
                workbook(
                    *page,
                    ["Kelurahan", ": Manggar"],
                    columns,
                    [*indent, "Rina Gani", "1"],
                    *page,
                    ["Kelurahan", ": Lamaru"],
                    columns,
                    [*indent, "Dewi", "3"],
                    ["DAFTAR HADIR (LANJUTAN)"],
                    columns,
                    [*indent, "Sari", "4"],
                ),
                places=PLACES,
            )
        )
        assert [(row.values.name, row.values.kelurahan) for row in sheet.rows] == [
            ("Rina Gani", "64.71.01.1001"),
            ("Dewi", "64.71.01.1002"),
            ("Sari", "64.71.01.1002"),
        ]


@pytest.mark.parametrize(
    "legend",
    ["H = Hadir, I = Izin, S = Sakit, A = Alpa", "H: Hadir; A: Alpa", "v : hadir", "√ = hadir, - = tidak"],
)
def test_the_legend_of_the_marks_is_nobody(legend: str) -> None:
    assert names(detected(workbook(HEADER, [1, "Rina Gani", "Damai"], [], [None, legend]))) == ["Rina Gani"]


def test_the_prepared_rows_of_a_form_with_boxes_that_nobody_ticked_are_nobody() -> None:
    header: list[Cell] = ["No", "Nama", "Kelurahan", "Hadir"]
    for no in (False, "FALSE", "☐"):
        sheet = detected(
            workbook(header, [1, "Rina Gani", "Damai", True], [2, None, None, no], [3, None, None, no])
        )
        assert names(sheet) == ["Rina Gani"]


def test_who_came_late_and_was_added_below_the_signatures_is_read() -> None:
    signed: list[list[Cell]] = [[], [None, "Mengetahui,"], [None, "Lurah Damai"], [None, "Budi Contoh"]]
    late: list[list[Cell]] = [["Peserta susulan (datang 10.20):"], ["-", "Maya Anwar", "Manggar"]]
    sheet = detected(workbook(HEADER, [1, "Rina Gani", "Damai"], *signed, *late), places=PLACES)
    assert names(sheet) == ["Rina Gani", "Maya Anwar"]
    assert sheet.warnings == ()


def test_everybody_below_the_end_is_named_in_a_question() -> None:
    """Known by their kelurahan or their telephone; the officials who sign are nobody."""
    header: list[Cell] = [*HEADER, "No HP"]
    signed: list[list[Cell]] = [[None, "Mengetahui,"], [None, "Lurah Damai"], [None, "Budi Contoh"]]
    below: list[list[Cell]] = [[None, "Maya", "Manggar"], [None, "Dewi", "Mangar", None, "081200000001"]]
    content = workbook(header, [1, "Rina Gani", "Damai"], *signed, *below)
    (warning,) = detected(content, places=PLACES).warnings
    assert (warning.level, dict(warning.params)) == ("review", {"rows": "6–7", "count": 2})


def test_the_second_row_of_an_official_and_lines_kept_free_are_nobody() -> None:
    sheet = detected(
        workbook(
            HEADER,
            [1, "Rina Gani, S.E.", "Damai"],
            [None, "NIP. 19790830 200501 2 007"],
            [2, "Maya, A.Md.", "Damai"],
            [None, "-"],
            [3, "-", "-"],
            [4, "............"],
        ),
        places=PLACES,
    )
    assert names(sheet) == ["Rina Gani, S.E.", "Maya, A.Md."]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"*DAFTAR HADIR*\n1. Rina - Manggar\n2. Budi - Damai\n3. Sari - Lamaru\n", "lines-of-text"),
        (workbook(["No", "Nama Lembaga", "Kelurahan"], [1, "LPM Contoh", "Damai"]), "no-people"),
    ],
)
def test_what_is_no_list_of_people_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_sheet(content)
    assert refused.value.code == code
