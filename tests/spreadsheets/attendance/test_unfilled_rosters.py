"""Our own roster, uploaded before it was filled in, records nothing."""

from dataclasses import replace
from typing import Literal

import pytest

from app.i18n import translator
from app.people.values.cells import Cell
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import detected, judged, questions, session, workbook


def roster(*rows: tuple[str | None, str, Cell], note: str | None = None) -> DetectedTable:
    """Return a roster of these codes, names and marks; `note` is in the first row."""
    header = ("Kode Pendaftaran", "Nama", "Kelurahan", "Kehadiran", "Catatan")
    people = [
        (code, name, "Damai", mark, note if not i else None) for i, (code, name, mark) in enumerate(rows)
    ]
    return detected(workbook(header, *people))


UNFILLED = (("R-1", "Rina Melati", None), ("R-2", "Maya Kenanga", None), ("R-3", "Dewi Seruni", None))


def test_nobody_is_present_by_an_unfilled_roster() -> None:
    found = judged(roster(*UNFILLED))
    assert [row.attendance for row in found.rows] == [None] * 3
    assert questions(found) == ["roster-unfilled"]
    [question] = found.warnings
    assert "The attendance of the 3 people registered is not filled in" in remark_text(
        question, translator("en")
    )


def test_a_note_beside_one_does_not_say_that_the_others_came() -> None:
    found = judged(roster(*UNFILLED, note="sakit"))
    assert [row.attendance for row in found.rows] == ["excused", None, None]
    assert questions(found) == ["roster-unfilled"]


def test_who_was_written_below_the_roster_came() -> None:
    found = judged(roster(*UNFILLED, (None, "Budi Kamboja", None)))
    assert [row.attendance for row in found.rows] == [None, None, None, "present"]


@pytest.mark.parametrize("meant", ["present", "absent"])
def test_the_choice_for_empty_cells_answers_the_question(meant: Literal["present", "absent"]) -> None:
    """Where all signed on paper."""
    found = judged(roster(*UNFILLED), replace(session(), blank_means=meant))
    assert [row.attendance for row in found.rows] == [meant] * 3
    assert questions(found) == []


def test_a_roster_that_was_filled_in_is_not_asked_about() -> None:
    found = judged(roster(("R-1", "Rina Melati", "hadir"), ("R-2", "Maya Kenanga", None)))
    assert [row.attendance for row in found.rows] == ["present", "absent"]
    assert questions(found) == []
