"""Columns for several days: the one that is certainly of the session's day is read, or it is asked which one."""

from datetime import date

import pytest
from openpyxl import Workbook

from app.i18n import translator
from app.people.remarks import Remark
from app.people.values.cells import Cell
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import (
    attendance_list,
    codes,
    detected,
    judged,
    outcomes,
    questions,
    saved,
    session,
)

DAYS = ["Hari I", "Hari II", "Hari III"]
MARKS = (("v", "v", None), ("v", None, "v"), ("v", "v", "v"), (None, "v", "v"))
ON_5_TO_7 = "Hari/Tanggal: Selasa s.d. Kamis, 5 s.d. 7 Agustus 2025"


@pytest.mark.parametrize(
    ("day", "came"),
    [
        (5, ["present", "present", "present", "absent"]),
        (6, ["present", "absent", "present", "present"]),
        (7, ["absent", "present", "present", "present"]),
    ],
)
def test_the_letterhead_says_which_day_is_hari_ii(day: int, came: list[str]) -> None:
    sheet = detected(attendance_list(DAYS, *MARKS, above=ON_5_TO_7))
    found = judged(sheet, session(date(2025, 8, day)))
    assert outcomes(found) == came
    assert questions(found) == []
    assert codes(found.warnings) == ["several-attendance-columns"]


@pytest.mark.parametrize(
    ("headings", "above"),
    [
        (DAYS, None),
        (["Pertemuan 1", "Pertemuan 2", "Pertemuan 3"], None),
        (["04/08/2025", "06/08/2025", "07/08/2025"], None),
        (DAYS, "Tanggal: 5 Agustus 2025"),
        (["Hari I", "Hari II", "Hari II"], "Tanggal: 4 s.d. 6 Agustus 2025"),
    ],
)
def test_where_no_day_is_certain_nobody_is_present_or_absent(headings: list[str], above: str | None) -> None:
    found = judged(detected(attendance_list(headings, *MARKS, above=above)))
    assert outcomes(found) == [None] * 4
    assert questions(found) == ["several-attendance-columns"]
    question = next(warning for warning in found.warnings if warning.level == "review")
    assert "until then nobody is present or absent" in remark_text(question, translator("en"))


def test_a_session_outside_of_the_days_of_the_list_is_none_of_them() -> None:
    sheet = detected(attendance_list(DAYS, *MARKS, above=ON_5_TO_7))
    found = judged(sheet, session(date(2025, 8, 9)))
    assert outcomes(found) == [None] * 4
    assert questions(found) == ["date-differs", "several-attendance-columns"]


def test_the_weekday_tells_the_column_of_a_week() -> None:
    """The 5th of August 2025 was a Tuesday."""
    found = judged(detected(attendance_list(["Senin", "Selasa", "Rabu"], *MARKS)))
    assert outcomes(found) == ["present", "absent", "present", "present"]
    assert questions(found) == []


@pytest.mark.parametrize(("day", "came"), [(5, ["present", "absent"]), (6, ["absent", "present"])])
def test_the_grid_of_a_month_has_a_column_for_each_day(day: int, came: list[str]) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    marks: list[list[Cell]] = [[None] * 31, [None] * 31]
    marks[0][4], marks[1][5] = "v", "v"
    sheet.append(["Bulan: Agustus 2025"])
    sheet.append(["Nama", "Kelurahan", "Tanggal"])
    sheet.append([None, None, *range(1, 32)])
    for name, ticked in zip(("Rina Melati", "Maya Kenanga"), marks, strict=True):
        sheet.append([name, "Damai", *ticked])
    sheet.merge_cells("C2:AG2")
    found = judged(detected(saved(book)), session(date(2025, 8, day)))
    assert outcomes(found) == came
    assert questions(found) == []


def test_columns_for_outcomes_are_no_days() -> None:
    """I stands for izin there, and is no Roman number."""
    headings = ["H", "I", "S", "A"]
    rows = (("v",), (None, "v"), (None, None, "v"), (None, None, None, "v"), ())
    found = judged(detected(attendance_list(headings, *rows)))
    assert outcomes(found) == ["present", "excused", "excused", "absent", "absent"]
    assert questions(found) == []


def test_columns_to_sign_on_several_days_leave_nothing_to_choose() -> None:
    found = judged(detected(attendance_list(["TTD Hari 1", "TTD Hari 2"], (), (), ())))
    assert outcomes(found) == ["present"] * 3
    [warning] = found.warnings
    assert (warning.level, warning.code) == ("warning", "signed-on-several-days")
    assert "“TTD Hari 1”, “TTD Hari 2”" in remark_text(warning, translator("en"))


def test_few_marks_on_the_session_s_day_are_asked_about() -> None:
    headings = ["05/08/2025", "06/08/2025"]
    rows = (("v", "v"), *[(None, "v")] * 7)
    found = judged(detected(attendance_list(headings, *rows)))
    assert questions(found) == ["marks-few"]


@pytest.mark.parametrize("checked_in", ["2025-08-04 08:55", "04/08/2025 08.55", "8/4/2025 08:55"])
def test_a_check_in_on_another_day_is_asked_about(checked_in: str) -> None:
    """Programs export all days of an event in one list."""
    times = ("2025-08-05 08:55", checked_in, None)
    found = judged(detected(attendance_list(["Check-in Time"], *times)))
    assert outcomes(found) == ["present", "asked", "absent"]


def test_days_that_people_came_in_one_cell_are_asked_about() -> None:
    found = judged(detected(attendance_list(["Sesi yang Dihadiri"], "Hari 1, Hari 2", "Hari 2", "Hari 1")))
    assert outcomes(found) == ["asked"] * 3


@pytest.mark.parametrize(
    "headings",
    [
        ("Pertemuan 1 (5/8)", "Pertemuan 2 (12/8)"),
        ("Hari I / 5 Agustus 2025", "Hari II / 6 Agustus 2025"),
        ("Day 1 - 5 Aug 2025", "Day 2 - 6 Aug 2025"),
        ("Sel, 5 Agt", "Rab, 6 Agt"),
    ],
)
def test_a_date_beside_the_number_or_the_weekday_tells_the_day(headings: tuple[str, ...]) -> None:
    found = judged(detected(attendance_list(headings, ("H", "S"), ("A", "H"), ("H", "H"))))
    assert outcomes(found) == ["present", "absent", "present"]
    assert questions(found) == []


def test_letters_below_bare_numbers_are_asked_about() -> None:
    rows = (("H", "H", "S"), ("H", "A", "H"), ("A", "H", "H"))
    found = judged(detected(attendance_list(["1", "2", "3"], *rows)))
    assert set(questions(found)) == {"marks-not-read"}


def test_a_question_that_was_stored_without_the_columns_can_still_be_shown() -> None:
    stored = Remark("warning", "attendance", "several-attendance-columns", {})
    assert "Attendance is given for several days: “–”" in remark_text(stored, translator("en"))
