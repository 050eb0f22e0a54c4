"""Attendance marks, alone and over several columns."""

from datetime import date, datetime, time

import pytest

from app.people.values.cells import Cell, join_marks, split_marks
from app.spreadsheets.tables.marks.marks import (
    ParsedMark,
    heading_outcome,
    is_day_heading,
    is_mark_word,
    parse_attendance,
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
        "2025-08-06 08:30:12",
        "8/6/2025 08:30",
        time(8, 30),
        datetime(2025, 8, 6, 8, 30),  # noqa: DTZ001 (Excel's dates know no zone)
    ],
)
def test_present(mark: Cell) -> None:
    assert parse_attendance(mark, DAY) == ParsedMark("present")


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
    assert parse_attendance(mark, DAY) == ParsedMark("absent")


@pytest.mark.parametrize(
    "mark", ["izin", "i", "Ijin", "sakit", "S", "tidak hadir (sakit)", "Tidak hadir - izin", "sakit, demam"]
)
def test_excused(mark: Cell) -> None:
    assert parse_attendance(mark, DAY) == ParsedMark("excused")


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
    assert parse_attendance(mark, DAY) == ParsedMark(None, clear=False)


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
    assert parse_attendance(mark, DAY) == ParsedMark(None)


@pytest.mark.parametrize(
    ("marks", "reading"),
    [
        (["v", "", ""], ParsedMark("present")),
        (["", "x", ""], ParsedMark("excused")),
        (["-", "0", "x"], ParsedMark("absent")),
        ([1, None, None], ParsedMark("present")),
        (["v", "v", ""], ParsedMark(None, clear=False)),
        (["tidak", "", ""], ParsedMark(None, clear=False)),
        (["sakit", "", ""], ParsedMark(None, clear=False)),
        (["", "", "tidak"], ParsedMark("absent")),
        (["-", False, ""], ParsedMark(None)),
        (["……", "v", "……"], ParsedMark("excused")),
        (["☐", "☑", "☐"], ParsedMark("excused")),
        (["", "", ""], ParsedMark(None)),
    ],
)
def test_one_mark_in_columns_of_outcomes(marks: list[Cell], reading: ParsedMark) -> None:
    """The marked column counts, and marks in two are asked about; a dash or a zero is no mark."""
    text = join_marks(zip(["Hadir", "Izin", "Tidak"], marks, strict=True))
    assert parse_attendance(text, DAY) == reading


def test_of_several_days_the_session_s_counts() -> None:
    text = join_marks([("5/8", "hadir"), ("6/8", "izin")])
    assert parse_attendance(text, DAY) == ParsedMark("excused")
    text = join_marks([("05-08-2025", "hadir"), ("06-08-2025", "izin")])
    assert parse_attendance(text, DAY) == ParsedMark("excused")


def test_of_days_without_a_date_none_counts() -> None:
    """Unless the sheet says which days they are: the 6th is the second day of the 5th to the 7th."""
    text = join_marks([("Hari 1", "v"), ("Hari 2", "izin"), ("Hari 3", "v")])
    assert parse_attendance(text, DAY) == ParsedMark(None)
    assert parse_attendance(text, DAY, (date(2025, 8, 5), date(2025, 8, 7))) == ParsedMark("excused")
    assert parse_attendance(join_marks([("Hari 1", ""), ("Izin", "v")]), DAY) == ParsedMark(None)
    assert parse_attendance(join_marks([("Hari 1", ""), ("Pagi", "v")]), DAY) == ParsedMark(None)


@pytest.mark.parametrize(
    ("morning", "afternoon", "reading"),
    [
        ("v", "", ParsedMark("present")),
        ("", "v", ParsedMark("present")),
        ("v", "hadir", ParsedMark("present")),
        ("izin", "", ParsedMark("excused")),
        ("v", "izin", ParsedMark(None, clear=False)),
        ("v", "x", ParsedMark(None, clear=False)),
        ("……", "", ParsedMark(None)),
    ],
)
def test_a_mark_at_one_time_of_the_day_is_enough(morning: str, afternoon: str, reading: ParsedMark) -> None:
    text = join_marks([("Pagi", morning), ("Absen Siang", afternoon)])
    assert (text and parse_attendance(text, DAY)) == reading


def test_marks_survive_as_text_and_can_be_corrected() -> None:
    text = join_marks([("Hadir", None), ("Izin", "x")])
    assert text == "Hadir: | Izin: x"
    assert split_marks(text) == {"Hadir": "", "Izin": "x"}
    assert split_marks("hadir") is None


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
    assert heading_outcome(heading) == outcome


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
