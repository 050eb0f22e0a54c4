"""How much people attended (percentages, minutes, times) is not whether they came to this session."""

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import attendance_list, detected, judged, outcomes


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("Persentase Kehadiran", (1, 0.87, 0.08, 0)),
        ("Kehadiran", (1, 0.95, 0.4, 1)),
        ("Kehadiran", ("100%", "87 %", "0%", "8,5%")),
        ("Kehadiran (%)", (1, 1, 1, 0)),
        ("Durasi Kehadiran (menit)", (120, 95, 8, 0)),
        ("Kehadiran", (120, 95, 8, 61)),
        ("Jumlah Hadir", (4, 3, 1, 0)),
        ("Kehadiran (JP)", (8, 8, 6, 4)),
    ],
)
def test_a_number_that_measures_attendance_is_asked_about(heading: str, numbers: tuple[Cell, ...]) -> None:
    """0.87 is no hour of arrival, and one time out of four no tick."""
    assert outcomes(judged(detected(attendance_list([heading], *numbers)))) == ["asked"] * 4


def test_who_has_no_percentage_is_asked_about_too() -> None:
    found = judged(detected(attendance_list(["Persentase Kehadiran"], 0.9, None, 0.5)))
    assert outcomes(found) == ["asked"] * 3


def test_the_question_names_the_number_and_what_it_counts() -> None:
    found = judged(detected(attendance_list(["Durasi Kehadiran (menit)"], 120, 95, 8)))
    [remark] = found.rows[0].remarks
    assert remark.params["found"] == "120 (Durasi Kehadiran (menit))"


def test_a_count_beside_the_marks_is_not_read() -> None:
    rows = (("v", 3), (None, 2), ("v", 1))
    found = judged(detected(attendance_list(["Hadir", "Jumlah Hadir"], *rows)))
    assert outcomes(found) == ["present", "absent", "present"]


def test_ones_and_zeros_and_hours_of_arrival_are_marks() -> None:
    assert outcomes(judged(detected(attendance_list(["Kehadiran"], 1, 0, 1)))) == [
        "present",
        "absent",
        "present",
    ]
    assert outcomes(judged(detected(attendance_list(["Kehadiran"], "08.15", "-", "9:05")))) == [
        "present",
        "absent",
        "present",
    ]
