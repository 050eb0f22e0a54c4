"""A mark beside few of many rows: whether the others came is asked once for the whole list."""

from dataclasses import replace
from typing import Literal

import pytest

from app.i18n import translator
from app.people.values.cells import Cell
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import attendance_list, detected, judged, outcomes, questions, session


def test_one_mark_among_eight_rows_is_asked_about() -> None:
    found = judged(detected(attendance_list(["Hadir"], "v", *[None] * 7)))
    assert questions(found) == ["marks-few"]
    [warning] = found.warnings
    assert remark_text(warning, translator("en")) == (
        "A mark stands in 1 of 8 rows. Did the others come? Choose what an empty attendance cell means."
    )


@pytest.mark.parametrize("meant", ["present", "absent"])
def test_the_choice_for_empty_cells_answers_it(meant: Literal["present", "absent"]) -> None:
    sheet = detected(attendance_list(["Hadir"], "v", *[None] * 7))
    found = judged(sheet, replace(session(), blank_means=meant))
    assert questions(found) == []
    assert outcomes(found) == ["present", *[meant] * 7]


@pytest.mark.parametrize(("heading", "likelier"), [("Tanda Tangan", "present"), ("Hadir", "absent")])
def test_the_likelier_answer_is_shown_meanwhile(heading: str, likelier: str) -> None:
    """In a column to sign in the others signed on paper."""
    found = judged(detected(attendance_list([heading], "hadir", *[None] * 7)))
    assert questions(found) == ["marks-few"]
    assert outcomes(found) == ["present", *[likelier] * 7]


@pytest.mark.parametrize(
    "marks", [("v", "v", None, None, None), ("v", None, None), ("v", *["-"] * 7), ("sakit", *[None] * 7)]
)
def test_nothing_is_asked_where_marks_are_many_or_say_who_was_missing(marks: tuple[Cell, ...]) -> None:
    assert questions(judged(detected(attendance_list(["Hadir"], *marks)))) == []


def test_where_no_mark_is_clear_the_empty_cells_are_not_either() -> None:
    """Crosses may mean that people came, or that they did not; then the others did."""
    found = judged(detected(attendance_list(["Hadir"], "x", "x", None, "x")))
    assert outcomes(found) == ["asked", "asked", "present", "asked"]
    assert questions(found) == ["marks-few"]


def test_a_row_that_is_corrected_changes_nothing_for_the_others() -> None:
    """What an empty cell means is decided by the list as it was uploaded."""
    sheet = detected(attendance_list(["Tanda Tangan"], None, None, None))
    first, *others = sheet.rows
    corrected = replace(first, cells={**first.cells, "attendance": "hadir"})
    found = judged(replace(sheet, rows=(corrected, *others)))
    assert outcomes(found) == ["present"] * 3


@pytest.mark.parametrize(
    ("mark", "status"),
    [("1,0", "present"), ("0,0", "absent"), ("Checked In", "present"), ("Attending", "asked")],
)
def test_marks_as_programs_export_them(mark: str, status: str) -> None:
    found = judged(detected(attendance_list(["Attendee Status"], "Checked In", "Checked In", mark)))
    assert outcomes(found) == ["present", "present", status]
