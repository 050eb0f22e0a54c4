"""Attendance marks, alone and over several columns."""

from datetime import date, datetime, time

import pytest

from app.people.cells import Cell, spread_marks, spread_text
from app.spreadsheets.attendance.marks import (
    MarkReading,
    is_day_heading,
    is_mark_word,
    outcome_of_heading,
    read_attendance,
)

DAY = date(2025, 8, 6)


@pytest.mark.parametrize(
    "mark",
    [
        "hadir",
        "H",
        "hdr",
        "Ya",
        "y",
        "1",
        1,
        1.0,
        True,
        "TRUE",
        "v",
        "✓",
        "✔",
        "√",
        "ü",
        "ttd",
        "ada",
        "Hadir (telat)",
        "1. v",
        "12 ✓",
        "(3) ttd",
        "Ya, saya hadir",
        "08.30",
        "Pukul 8:30 WITA",
        "2025-08-05 08:30:12",
        time(8, 30),
        datetime(2025, 8, 5, 8, 30),  # noqa: DTZ001 (Excel's dates know no zone)
    ],
)
def test_present(mark: Cell) -> None:
    assert read_attendance(mark, DAY) == MarkReading("present")


@pytest.mark.parametrize(
    "mark",
    [
        "tidak hadir",
        "Tidak",
        "th",
        "tdk",
        "tdk hadir",
        "a",
        "alpa",
        "Absen",
        "0",
        0,
        False,
        "false",
        "-",
        "tdk bisa hadir",
        "tanpa keterangan",
        "TK",
        "2. tidak hadir",
    ],
)
def test_absent(mark: Cell) -> None:
    assert read_attendance(mark, DAY) == MarkReading("absent")


@pytest.mark.parametrize(
    "mark", ["izin", "i", "Ijin", "sakit", "S", "tidak hadir (sakit)", "Tidak hadir - izin", "sakit, demam"]
)
def test_excused(mark: Cell) -> None:
    assert read_attendance(mark, DAY) == MarkReading("excused")


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        "X",
        "?",
        "hadir?",
        "hadir / tidak",
        "2",
        7,
        "00:00:00",
        "24.75",
        "besok",
        "hadir, izin pulang",
        "Ya, saya akan hadir",
        "3. x",
        date(2025, 8, 6),
    ],
)
def test_unclear(mark: Cell) -> None:
    """These are asked about."""
    assert read_attendance(mark, DAY) == MarkReading(None, clear=False)


@pytest.mark.parametrize(
    "mark",
    [
        None,
        "",
        "  ",
        "………………",
        "..........",
        "______",
        "1. ........",
        "2……",
        "Kosong: tidak hadir",
        "Blank: present",
    ],
)
def test_blank(mark: Cell) -> None:
    assert read_attendance(mark, DAY) == MarkReading(None)


@pytest.mark.parametrize(
    ("marks", "reading"),
    [
        (["v", "", ""], MarkReading("present")),
        (["", "x", ""], MarkReading("excused")),
        (["-", "0", "x"], MarkReading("absent")),
        ([1, None, None], MarkReading("present")),
        (["v", "v", ""], MarkReading(None, clear=False)),
        (["tidak", "", ""], MarkReading(None, clear=False)),
        (["sakit", "", ""], MarkReading(None, clear=False)),
        (["", "", "tidak"], MarkReading("absent")),
        (["-", False, ""], MarkReading(None)),
        (["……", "v", "……"], MarkReading("excused")),
        (["☐", "☑", "☐"], MarkReading("excused")),
        (["", "", ""], MarkReading(None)),
    ],
)
def test_one_mark_in_columns_of_outcomes(marks: list[Cell], reading: MarkReading) -> None:
    """The marked column counts, and marks in two are asked about; a dash or a zero is no mark."""
    text = spread_text(zip(["Hadir", "Izin", "Tidak"], marks, strict=True))
    assert read_attendance(text, DAY) == reading


def test_of_several_days_the_session_s_counts() -> None:
    text = spread_text([("5/8", "hadir"), ("6/8", "izin")])
    assert read_attendance(text, DAY) == MarkReading("excused")
    text = spread_text([("05-08-2025", "hadir"), ("06-08-2025", "izin")])
    assert read_attendance(text, DAY) == MarkReading("excused")


def test_of_days_without_a_date_the_first_counts() -> None:
    assert read_attendance(spread_text([("Hari 1", ""), ("Hari 2", "v")]), DAY) == MarkReading(None)
    assert read_attendance(spread_text([("Hari 1", "v"), ("Hari 2", "")]), DAY) == MarkReading("present")
    assert read_attendance(spread_text([("Hari 1", ""), ("Izin", "v")]), DAY) == MarkReading(None)
    assert read_attendance(spread_text([("Hari 1", ""), ("Pagi", "v")]), DAY) == MarkReading(None)


@pytest.mark.parametrize(
    ("morning", "afternoon", "reading"),
    [
        ("v", "", MarkReading("present")),
        ("", "v", MarkReading("present")),
        ("v", "hadir", MarkReading("present")),
        ("izin", "", MarkReading("excused")),
        ("v", "izin", MarkReading(None, clear=False)),
        ("v", "x", MarkReading(None, clear=False)),
        ("……", "", MarkReading(None)),
    ],
)
def test_whoever_was_there_for_a_part_of_the_day_came(
    morning: str, afternoon: str, reading: MarkReading
) -> None:
    text = spread_text([("Pagi", morning), ("Absen Siang", afternoon)])
    assert (text and read_attendance(text, DAY)) == reading


def test_marks_survive_as_text_and_can_be_corrected() -> None:
    text = spread_text([("Hadir", None), ("Izin", "x")])
    assert text == "Hadir: | Izin: x"
    assert spread_marks(text) == {"Hadir": "", "Izin": "x"}
    assert spread_marks("hadir") is None


@pytest.mark.parametrize(
    ("heading", "outcome"),
    [
        ("Hadir", "present"),
        ("H", "present"),
        ("Izin/Sakit", "excused"),
        ("Tanpa Keterangan", "absent"),
        ("Hadir/Izin", None),
        ("No", None),
    ],
)
def test_headings_of_outcomes(heading: str, outcome: str | None) -> None:
    assert outcome_of_heading(heading) == outcome


@pytest.mark.parametrize(
    "heading",
    ["Hari 1", "Hari ke-2", "H2", "Hari II", "05-08-2025", "5 Agustus 2025", "5/8", "Selasa, 5 Agustus"],
)
def test_headings_of_days(heading: str) -> None:
    assert is_day_heading(heading)


@pytest.mark.parametrize("heading", ["1", "Nama", "RT", "H", "V"])
def test_headings_of_neither(heading: str) -> None:
    assert not is_day_heading(heading)


@pytest.mark.parametrize(
    ("text", "is_one"), [("tidak hadir", True), ("ttd", True), ("✓", True), ("1.", False), ("hadir?", False)]
)
def test_words_that_are_only_about_attendance(text: str, *, is_one: bool) -> None:
    assert is_mark_word(text) is is_one
