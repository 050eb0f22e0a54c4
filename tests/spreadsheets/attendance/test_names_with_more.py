"""Rows whose name holds more than one name: what is taken from it, and what is asked before anything else."""

import pytest

from app.people.matching import Decision
from app.people.values.cells import Cell
from tests.spreadsheets.examples import codes, detected, judged, reference, row_of, sheet_of, workbook

PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def test_the_place_behind_a_name_is_the_rows_and_its_own_column_goes_first() -> None:
    sheet = judged(
        sheet_of(
            {"name": "Rina Gani (Kel. Lamaru RT 5)"},
            {"name": "Maya (Lamaru)", "kelurahan": "Damai"},
            {"name": "Dewi (Mangar)"},
        )
    )
    values = [(row.values.name, row.values.kelurahan, row.values.rt) for row in sheet.rows]
    assert values[:2] == [("Rina Gani", "64.71.01.1002", "5"), ("Maya", "64.71.06.1005", None)]
    assert codes(sheet.rows[2].remarks) == ["kelurahan-unclear"]


def test_a_heading_that_says_so_makes_any_text_in_brackets_the_place() -> None:
    content = workbook(
        ("No", "Nama Peserta (Kelurahan)"), (1, "Rina Gani (Damai)"), (2, "Maya (Kampung Contoh)")
    )
    one, other = judged(detected(content, places=PLACES)).rows
    assert (one.values.name, one.values.kelurahan) == ("Rina Gani", "64.71.06.1005")
    assert (other.values.name, codes(other.remarks)) == ("Maya", ["kelurahan-unknown"])


def test_a_position_behind_a_name_gives_group_and_rt() -> None:
    (row,) = judged(sheet_of({"name": "H. Ahmad / Ketua RT 5", "kelurahan": "Damai"})).rows
    assert (row.values.name, row.values.target_group, row.values.rt) == ("H. Ahmad", "rt", "5")


@pytest.mark.parametrize("cell", ["Agus Salim\nDewi Lestari", "1. Agus\n2. Dewi", "Agus Salim &\nDewi"])
def test_two_names_in_two_lines_of_a_cell_are_two_people(cell: str) -> None:
    sheet = judged(detected(workbook(("No", "Nama", "Kelurahan"), (1, cell, "Damai"))))
    assert [codes(row.remarks) for row in sheet.rows] == [["two-people"]]


def test_single_words_in_two_lines_are_two_people_if_other_cells_have_two_lines() -> None:
    header: tuple[Cell, ...] = ("No", "Nama", "Kelurahan", "No HP")
    phones = "081200000001\n081200000002"
    sheet = judged(
        detected(
            workbook(header, (1, "Siti\nAminah", "Damai", "081200000003"), (2, "Agus\nDewi", "Damai", phones))
        )
    )
    assert sheet.rows[0].values.name == "Siti Aminah"
    assert codes(sheet.rows[1].remarks) == ["two-people"]


def test_who_is_meant_is_asked_before_anything_else() -> None:
    """Not the missing kelurahan, and not which of the known people it is; nor is it taken for a row above."""
    sheet = sheet_of(
        {"name": "Agus Salim", "kelurahan": "Damai", "phone": "081200000001"},
        {"name": "Agus Salim & Dewi", "phone": "081200000001"},
    )
    row = row_of(judged(sheet), 3)
    assert (row.kind, codes(row.remarks)) == ("review", ["two-people"])


def test_a_user_says_that_it_is_one_person_by_choosing_who_it_is() -> None:
    sheet = sheet_of({"name": "Bunga - Melati", "kelurahan": "Damai"})
    assert codes(row_of(judged(sheet), 2).remarks) == ["name-unclear"]
    answered = row_of(judged(sheet, decisions={2: Decision(person="new")}), 2)
    assert (answered.kind, answered.values.name) == ("create", "Bunga - Melati")
    assert row_of(judged(sheet, decisions={2: Decision(skip=True)}), 2).kind == "skip"


def test_a_question_about_a_name_shows_no_nik() -> None:
    (row,) = judged(sheet_of({"name": "Agus & Dewi 6471056001970003 Lestari", "kelurahan": "Damai"})).rows
    (remark,) = row.remarks
    assert "6471056001970003" not in str(remark.params)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("Jumadi a.n. Bpk. Hartoyo", "two-people"),
        ("Rusdi mewakili Pak Lurah", "two-people"),
        ("Mewakili Bpk. Sukardi", "name-unclear"),
        ("Perwakilan Karang Taruna", "name-unclear"),
        ("Keluarga Bpk. Slamet (3)", "group-without-names"),
        ("Ibu Tini + 2 anak", "group-without-names"),
        ("Ibu Tini dan 2 anak", "group-without-names"),
    ],
)
def test_deputies_and_families_are_no_single_person(name: str, question: str) -> None:
    found = judged(detected(workbook(("Nama", "Kelurahan", "TTD"), (name, "Damai"))))
    assert (found.rows[0].kind, codes(found.rows[0].remarks)) == ("review", [question])


@pytest.mark.parametrize("name", ["Anak Agung Gede", "H. Ahmad (Ketua RT 14)", "Budi (2)"])
def test_names_that_only_look_like_deputies_or_families_ask_nothing(name: str) -> None:
    found = judged(detected(workbook(("Nama", "Kelurahan", "TTD"), (name, "Damai"))))
    assert found.rows[0].kind == "create"
