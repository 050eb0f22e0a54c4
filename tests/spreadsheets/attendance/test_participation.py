"""Lists without marks of attendance, from which a clerk sees all the same that somebody may not have taken part."""

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import attendance_list, detected, judged, outcomes, questions


@pytest.mark.parametrize(
    ("heading", "took_part", "did_not"),
    [
        ("Progress", "100%", "40%"),
        ("Completion status", "Completed", "Not started"),
        ("Status", "Selesai", "Belum mulai"),
        ("Status", "Lulus", "Tidak lulus"),
        ("Skor", 90, 0),
        ("Sertifikat", "Ya", "Tidak"),
        ("Transport (Rp)", 150000, None),
        ("Durasi (menit)", 95, 0),
        ("Foto selfie", "https://foto.example/1.jpg", None),
        ("Tanda Tangan", "ttd-1.png", None),
        ("Check-out", "2025-08-05 12:00", None),
    ],
)
def test_who_has_nothing_where_the_others_have_something_is_asked_about(
    heading: str, took_part: Cell, did_not: Cell
) -> None:
    found = judged(detected(attendance_list([heading], took_part, did_not, took_part)))
    assert outcomes(found) == ["present", "asked", "present"]


def test_one_of_several_signs_of_participation_is_enough() -> None:
    rows = ((60, 90), (70, None), (None, None), (50, 80))
    found = judged(detected(attendance_list(["Pre-test", "Post-test"], *rows)))
    assert outcomes(found) == ["present", "present", "asked", "present"]


@pytest.mark.parametrize(
    ("headings", "rows"),
    [
        (["Sertifikat"], [(None,), (None,), (None,)]),
        (["Nilai"], [(90,), (None,), (None,), (None,)]),
        (["Hadir", "Sertifikat"], [("v", "v"), ("v", None), ("v", "v")]),
        (["Perlu sertifikat?"], [("Ya",), ("Tidak",), ("Ya",)]),
        (["NPWP"], [("1",), (None,), ("3",)]),
    ],
)
def test_columns_that_say_nothing_about_participation_ask_nothing(
    headings: list[str], rows: list[tuple[Cell, ...]]
) -> None:
    """Not filled in yet, filled for the winners, beside marks, about wishes and other things."""
    found = judged(detected(attendance_list(headings, *rows)))
    assert set(outcomes(found)) == {"present"}
    assert questions(found) == []
