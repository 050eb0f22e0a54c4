"""Codes and asterisks mean what the list itself says, and nobody is present by a code that says otherwise."""

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import (
    attendance_list,
    codes,
    detected,
    judged,
    outcomes,
    questions,
    workbook,
)


def read(headings: list[str], rows: list[tuple[Cell, ...]], legend: str) -> list[str | None]:
    """Return the outcomes of a list with the legend below it."""
    names = ("Rina Melati", "Maya Kenanga", "Dewi Seruni", "Budi Kamboja", "Joko Teratai")
    people = [(name, "Damai", *row) for name, row in zip(names, rows, strict=False)]
    return outcomes(judged(detected(workbook(("Nama", "Kelurahan", *headings), *people, (), (legend,)))))


@pytest.mark.parametrize(
    ("legend", "expected"),
    [
        ("Kode Ket: 1 = meninggal dunia, 2 = pindah domisili", ["present", "asked", "present", "asked"]),
        ("Ket: 1 = tidak hadir, 2 = izin", ["present", "absent", "present", "excused"]),
        ("1 = pedagang, 2 = mahasiswa", ["present", "present", "present", "present"]),
    ],
)
def test_codes_in_the_notes_of_a_signed_list_are_no_ticks(legend: str, expected: list[str]) -> None:
    assert read(["TTD", "Ket"], [(None, None), (None, 1), (None, None), (None, 2)], legend) == expected


@pytest.mark.parametrize(
    ("marks", "legend", "expected"),
    [
        ((1, 1, 1, 2, 3), "1 = hadir, 2 = izin, 3 = alpa", ["present"] * 3 + ["excused", "absent"]),
        ((0, 1, 0), "0 = hadir, 1 = tidak hadir", ["present", "absent", "present"]),
        (("A", "B", "C"), "A = hadir, B = izin, C = alpa", ["present", "excused", "absent"]),
        (("T", "L", "A"), "T = tepat waktu, L = terlambat, A = alpa", ["present", "present", "absent"]),
        (("x", "v", "x"), "x = tidak hadir, v = hadir", ["absent", "present", "absent"]),
    ],
)
def test_marks_mean_what_the_legend_says(marks: tuple[Cell, ...], legend: str, expected: list[str]) -> None:
    """Whatever they mean elsewhere."""
    assert read(["Kehadiran"], [(mark,) for mark in marks], legend) == expected


def test_a_column_that_only_a_legend_explains_is_asked_about() -> None:
    legend = ("hijau = hadir, merah = tidak hadir",)
    rows = [(name, "Damai", colour) for name, colour in (("Rina Melati", "hijau"), ("Dewi Seruni", "merah"))]
    found = judged(detected(workbook(("Nama", "Kelurahan", "Warna"), *rows, (), legend)))
    assert questions(found) == ["marks-not-read"]


@pytest.mark.parametrize(
    ("footnote", "outcome"),
    [("*) tidak hadir", "absent"), ("* sakit", "excused"), ("*) diwakili istri", "asked"), ("", "asked")],
)
def test_an_asterisk_behind_a_name_means_its_footnote(footnote: str, outcome: str) -> None:
    """One that nothing explains may mean anything."""
    rows = (("Rina Melati", "Damai"), ("Maya Kenanga *", "Damai"), ("Dewi Seruni", "Damai"))
    found = judged(detected(workbook(("Nama", "Kelurahan", "TTD"), *rows, (), (footnote,))))
    assert outcomes(found) == ["present", outcome, "present"]
    assert found.rows[1].values.name == "Maya Kenanga"


def test_an_asterisk_that_means_something_else_changes_nothing() -> None:
    rows = (("Rina Melati", "Damai"), ("Maya Kenanga *", "Damai"))
    found = judged(detected(workbook(("Nama", "Kelurahan", "TTD"), *rows, (), ("*) ketua kelompok",))))
    assert outcomes(found) == ["present", "present"]
    assert codes(found.rows[1].remarks) == []


def test_without_a_legend_a_number_in_a_note_is_a_note() -> None:
    found = judged(detected(attendance_list(["TTD", "Ket"], (None, None), (None, 2), (None, None))))
    assert outcomes(found) == ["present", "present", "present"]
