"""A heading may say that a list is not of people who came; then nobody came until somebody says so."""

from dataclasses import replace

import pytest

from tests.spreadsheets.examples import attendance_list, detected, judged, outcomes, questions, session

QUESTION = "not-a-list-of-attendance"


@pytest.mark.parametrize(
    "title",
    [
        "DAFTAR PESERTA YANG TIDAK HADIR",
        "DAFTAR KETIDAKHADIRAN",
        "REKAP PESERTA IZIN DAN SAKIT",
        "DAFTAR PENERIMA SERTIFIKAT",
        "DAFTAR PEMENANG LOMBA",
        "List of absentees",
    ],
)
def test_lists_of_others_than_those_who_came_are_asked_about(title: str) -> None:
    sheet = detected(attendance_list(["No HP"], None, None, above=title))
    assert questions(judged(sheet)) == [QUESTION]
    assert outcomes(judged(sheet)) == [None, None]
    answered = judged(sheet, replace(session(), blank_means="present"))
    assert (questions(answered), outcomes(answered)) == ([], ["present", "present"])


@pytest.mark.parametrize("title", ["DAFTAR UNDANGAN", "DAFTAR PENDAFTAR", "USULAN PESERTA", "WAITING LIST"])
def test_people_of_a_list_made_beforehand_can_be_registered_instead(title: str) -> None:
    found = judged(detected(attendance_list(["No HP"], None, None, above=title)))
    assert (questions(found), outcomes(found)) == (["looks-like-registration"], [None, None])


@pytest.mark.parametrize("title", ["DAFTAR HADIR", "DAFTAR HADIR UNDANGAN", "ABSENSI", "DAFTAR PESERTA"])
def test_headings_of_lists_of_attendance_ask_nothing(title: str) -> None:
    found = judged(detected(attendance_list(["No HP"], None, None, above=title)))
    assert (questions(found), outcomes(found)) == ([], ["present", "present"])


def test_a_list_of_invited_people_who_signed_is_one_of_attendance() -> None:
    found = judged(detected(attendance_list(["TTD"], None, None, above="DAFTAR UNDANGAN")))
    assert (questions(found), outcomes(found)) == ([], ["present", "present"])


def test_absent_people_are_not_present_by_a_column_to_sign_in() -> None:
    found = judged(detected(attendance_list(["TTD"], None, None, above="DAFTAR PESERTA TIDAK HADIR")))
    assert questions(found) == [QUESTION]
