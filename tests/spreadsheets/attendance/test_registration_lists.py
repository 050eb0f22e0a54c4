"""Lists of people who registered or said that they will come: by them nobody is present, and nobody absent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

import pytest

from app.i18n import translator
from app.people.values.cells import Cell
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import (
    attendance_list,
    codes,
    detected,
    judged,
    outcomes,
    questions,
    session,
    workbook,
)

REGISTERING = replace(session(begun=False), registering=True)


def form(*answers: Sequence[Cell]) -> bytes:
    """Return a form's answers: of each the time when it was sent, and perhaps one to "Apakah Anda hadir?"."""
    names = ("Rina Melati", "Maya Kenanga", "Dewi Seruni")
    header = ("Timestamp", "Nama", "Kelurahan", "Apakah Anda hadir?")[: 2 + len(answers[0])]
    people = ((sent, name, "Damai", *answer) for name, (sent, *answer) in zip(names, answers, strict=True))
    return workbook(header, *people)


def on(day: int) -> datetime:
    return datetime(2025, 8, day, 9)  # noqa: DTZ001 (Excel's dates know no zone)


@pytest.mark.parametrize(
    ("heading", "answers"),
    [
        ("Apakah Anda bersedia hadir pada Selasa, 5 Agustus 2025?", ("Ya", "Tidak", "Ya")),
        ("Konfirmasi Kehadiran", ("Hadir", "Tidak Hadir", "Hadir")),
        ("RSVP", ("Going", "Not going", "Maybe")),
        ("Approval Status", ("approved", "denied", "pending")),
        ("Will you attend?", ("Yes", "No", "Yes")),
        ("Status", ("Terdaftar", "Terdaftar", "Batal")),
        ("Kehadiran", ("Insya Allah", "Akan hadir", "Bersedia")),
    ],
)
def test_an_intention_is_no_attendance(heading: str, answers: tuple[str, ...]) -> None:
    found = judged(detected(attendance_list([heading], *answers)))
    assert outcomes(found) == [None] * 3
    assert questions(found) == ["looks-like-registration"]
    [question] = found.warnings
    assert f"“{heading}” says who registered" in remark_text(question, translator("en"))


def test_an_intention_beside_attendance_decides_nothing() -> None:
    rows = (("Ya", "v"), ("Ya", None), ("Tidak", "v"))
    found = judged(detected(attendance_list(["Bersedia Hadir", "Hadir"], *rows)))
    assert outcomes(found) == ["present", "absent", "present"]
    assert questions(found) == []


def test_what_was_planned_is_told_from_what_came_about() -> None:
    found = judged(detected(attendance_list(["Rencana", "Realisasi"], ("v", "v"), ("v", None), ("v", "v"))))
    assert outcomes(found) == ["present", "absent", "present"]


def test_one_who_was_ill_does_not_make_attendance_of_intentions() -> None:
    rows = (("Ya", None), ("Ya", "sakit"), ("Ya", None))
    found = judged(detected(attendance_list(["Konfirmasi Kehadiran", "Ket"], *rows)))
    assert outcomes(found) == [None, "excused", None]
    assert questions(found) == ["looks-like-registration"]


@pytest.mark.parametrize(
    "question", ["Bersedia ikut lagi?", "Will you attend the next session on 12 August?"]
)
def test_a_question_about_another_session_says_nothing_about_this_one(question: str) -> None:
    found = judged(detected(attendance_list([question, "TTD"], ("Ya", None), ("Tidak", None), ("Ya", None))))
    assert outcomes(found) == ["present"] * 3
    assert questions(found) == []


def test_a_form_answered_before_the_day_is_a_registration() -> None:
    found = judged(detected(form((on(1), "Ya"), (on(2), "Tidak"), (on(4), "Ya"))))
    assert outcomes(found) == [None] * 3
    assert questions(found) == ["looks-like-registration"]


def test_a_form_answered_at_the_session_is_attendance() -> None:
    found = judged(detected(form((on(5), "Ya"), (on(5), "Tidak"), (on(5), "Ya"))))
    assert outcomes(found) == ["present", "absent", "present"]
    assert questions(found) == []


def test_an_answer_before_the_day_among_those_of_the_day_is_asked_about() -> None:
    """Where only the time of the answer says who came."""
    found = judged(detected(form([on(5)], [on(1)], [on(5)])))
    assert outcomes(found) == ["present", "asked", "present"]


@pytest.mark.parametrize(("stamp", "early"), [("8/4/2025 9:12:00", False), ("7/25/2025 9:12:00", True)])
def test_a_time_that_can_be_read_both_ways_is_not_taken_for_an_earlier_one(stamp: str, early: bool) -> None:
    """8/4 may be the 8th of April or the 4th of August."""
    found = judged(detected(form(*[[stamp]] * 3)), session(date(2025, 8, 4)))
    assert (questions(found) == ["looks-like-registration"]) == early


@pytest.mark.parametrize(("meant", "declined"), [("present", "asked"), ("absent", "absent")])
def test_who_declined_is_not_present_even_if_the_others_came(
    meant: Literal["present", "absent"], declined: str
) -> None:
    sheet = detected(attendance_list(["Bersedia Hadir"], "Ya", "Maaf, belum bisa", "Ya"))
    found = judged(sheet, replace(session(), blank_means=meant))
    assert questions(found) == []
    assert outcomes(found) == [meant, declined, meant]


def test_who_declined_is_left_out_when_the_others_are_registered() -> None:
    answers = ("Ya", "Tidak", "Maaf, belum bisa", "cancelled", "Ya, insya Allah")
    found = judged(detected(attendance_list(["Bersedia Hadir"], *answers)), REGISTERING)
    assert [row.kind for row in found.rows] == ["create", "skip", "skip", "skip", "create"]
    assert [codes(row.remarks) for row in found.rows] == [[], ["declined"], ["declined"], ["declined"], []]
    assert questions(found) == []


def test_absence_from_an_attendance_list_is_no_refusal_when_registering() -> None:
    """A list of last week's session may be used to invite all of its people."""
    found = judged(detected(attendance_list(["Hadir"], "v", "tidak", "v")), REGISTERING)
    assert [row.kind for row in found.rows] == ["create"] * 3


@pytest.mark.parametrize(
    "title", ["DAFTAR CALON PESERTA", "Daftar Undangan Workshop", "DAFTAR PESERTA TERDAFTAR"]
)
def test_a_list_of_people_yet_to_come_says_so_in_its_title(title: str) -> None:
    found = judged(detected(attendance_list([], (), (), (), above=title)))
    assert outcomes(found) == [None] * 3
    assert questions(found) == ["looks-like-registration"]


def test_the_invited_who_signed_came() -> None:
    found = judged(detected(attendance_list(["Tanda Tangan"], (), (), above="DAFTAR UNDANGAN")))
    assert outcomes(found) == ["present"] * 2
