"""What somebody scribbles where there is room is about attendance all the same."""

from datetime import datetime

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import attendance_list, detected, judged, outcomes, questions, workbook


@pytest.mark.parametrize("heading", ["No HP", "Jabatan", "Alamat", "Info", ""])
@pytest.mark.parametrize(("remark", "outcome"), [("tidak hadir", "absent"), ("(sakit)", "excused")])
def test_a_remark_instead_of_a_phone_or_beside_the_list_counts(
    heading: str, remark: str, outcome: str
) -> None:
    found = judged(detected(attendance_list(["TTD", heading], (), (None, remark), ())))
    assert outcomes(found) == ["present", outcome, "present"]


def test_a_remark_beside_the_list_that_somebody_withdrew_is_asked_about() -> None:
    found = judged(detected(attendance_list(["TTD", ""], (), (None, "batal ikut"), ())))
    assert outcomes(found) == ["present", "asked", "present"]


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Komentar", "Semoga hadir lagi"),
        ("Alamat", "Jl. Rumah Sakit"),
        ("Jabatan", "Panitia masjid"),
        ("Punya NIB", "Tidak"),
        ("Usaha", "izin usaha"),
    ],
)
def test_other_texts_say_nothing_about_attendance(heading: str, text: str) -> None:
    found = judged(detected(attendance_list(["TTD", heading], (), (None, text), ())))
    assert outcomes(found) == ["present"] * 3


def test_marks_in_the_column_of_numbers_are_asked_about() -> None:
    rows = ((1, "Rina Melati"), ("x", "Maya Kenanga"), ("3 v", "Dewi Seruni"), (4, "Budi Kamboja"))
    people = [(number, name, "Damai") for number, name in rows]
    found = judged(detected(workbook(("No", "Nama", "Kelurahan"), *people)))
    assert outcomes(found) == ["present", "asked", "asked", "present"]
    assert questions(found) == []


@pytest.mark.parametrize("other_day", ["2025-07-29 08:50", datetime(2025, 7, 29, 8, 50)])  # noqa: DTZ001 (as Excel has it)
def test_a_check_in_on_another_day_is_asked_about(other_day: Cell) -> None:
    found = judged(detected(attendance_list(["Checked in"], "2025-08-05 08:50", other_day, None)))
    assert outcomes(found) == ["present", "asked", "absent"]
