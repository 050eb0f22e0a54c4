"""Lists that people signed on paper: what is typed beside one of them is about that one alone."""

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import (
    attendance_list,
    cells,
    detected,
    judged,
    outcomes,
    questions,
    workbook,
)


@pytest.mark.parametrize(
    "printed", [(None, None, None), ("1.", "2.", "3."), ("1. ....", "2. ....", "3. ....")]
)
def test_everybody_on_a_list_signed_on_paper_came(printed: tuple[Cell, ...]) -> None:
    found = judged(detected(attendance_list(["Tanda Tangan"], *printed)))
    assert outcomes(found) == ["present"] * 3
    assert questions(found) == []


def test_one_who_was_ill_makes_nobody_else_absent() -> None:
    found = judged(detected(attendance_list(["TTD", "Ket"], (), (None, "sakit"), (), ())))
    assert outcomes(found) == ["present", "excused", "present", "present"]
    assert questions(found) == []


def test_one_who_came_late_makes_nobody_else_absent() -> None:
    found = judged(detected(attendance_list(["TTD", "Ket"], (), (None, "hadir terlambat 15 menit"), (), ())))
    assert outcomes(found) == ["present"] * 4
    assert questions(found) == []


@pytest.mark.parametrize(
    "remark",
    [
        "belum ada NIB",
        "izin usaha lengkap",
        "izin belum ada",
        "ijin PIRT masih diproses",
        "tidak ada NIB",
        "tidak punya HP",
        "membawa anak",
        "ya",
    ],
)
def test_what_is_noted_about_a_business_says_nothing_about_attendance(remark: str) -> None:
    found = judged(detected(attendance_list(["TTD", "Keterangan"], (None, remark), (), ())))
    assert outcomes(found) == ["present"] * 3


def test_notes_about_permits_are_no_excuses_among_excuses() -> None:
    """Even where most notes could be read as marks."""
    notes = ("izin usaha lengkap", "sakit", "izin ada acara", "proses izin")
    assert outcomes(judged(detected(attendance_list(["Ket"], *notes)))) == [
        "present",
        "excused",
        "excused",
        "present",
    ]


@pytest.mark.parametrize(
    ("mark", "note", "outcome"),
    [
        ("v", "sakit", "asked"),
        ("v", "tidak hadir", "asked"),
        ("v", "datang terlambat", "present"),
        (None, "terlambat 15 menit", "present"),
        (None, "terlambat daftar", "asked"),
        ("v", "izin pulang duluan", "present"),
        ("-", "sakit", "excused"),
        ("-", "hadir", "asked"),
        ("-", "macet", "absent"),
        (None, "berhalangan hadir", "asked"),
        (None, "cuti", "asked"),
        (None, "dinas luar", "asked"),
        (None, "menyusul", "asked"),
    ],
)
def test_a_note_beside_a_mark(mark: Cell, note: str, outcome: str) -> None:
    """A note that contradicts the mark is asked about; one that explains it is taken."""
    found = judged(detected(attendance_list(["Hadir", "Ket"], (mark, note), "v", "v")))
    assert outcomes(found) == [outcome, "present", "present"]


def test_a_note_that_contradicts_a_mark_in_one_of_several_columns() -> None:
    headings = ["Hadir", "Tidak Hadir", "Izin", "Ket"]
    rows = (
        ("v", None, None, "sakit"),
        (None, None, "v", "sakit"),
        ("v", None, None, "kue basah"),
        (None, "v", None, "sakit"),
    )
    assert outcomes(judged(detected(attendance_list(headings, *rows)))) == [
        "asked",
        "excused",
        "present",
        "absent",
    ]


def test_who_gives_a_reason_for_not_coming_did_not_come() -> None:
    """Whatever the reason is: the heading says that they were not there."""
    headings = ["Hadir", "Alasan Tidak Hadir"]
    rows = (("v", None), (None, "acara keluarga"), (None, "anak sakit"), ("v", "anak sakit"), ("v", "-"))
    found = judged(detected(attendance_list(headings, *rows)))
    assert outcomes(found) == ["present", "absent", "excused", "asked", "present"]


@pytest.mark.parametrize("heading", ["Tidak Hadir", "Belum Hadir", "Alpa"])
def test_a_tick_below_not_present_is_an_absence(heading: str) -> None:
    found = judged(detected(attendance_list([heading], None, "v", None, None)))
    assert outcomes(found) == ["present", "absent", "present", "present"]


def test_a_tick_below_absen_is_attendance() -> None:
    """The word means the roll call as well as an absence."""
    assert outcomes(judged(detected(attendance_list(["Absen"], "v", None, "v")))) == [
        "present",
        "absent",
        "present",
    ]


def test_permits_of_businesses_excuse_nobody() -> None:
    """A column "Izin" that is ticked for most is not about leave."""
    found = judged(detected(attendance_list(["Izin", "TTD"], "v", "v", None, "v")))
    assert "excused" not in outcomes(found)
    assert questions(found) == ["marks-not-read"]


def test_two_columns_of_signatures_are_asked_about() -> None:
    rows = (("v", None), (None, "v"), ("v", "v"))
    found = judged(detected(attendance_list(["Paraf Kedatangan", "Paraf Kepulangan"], *rows)))
    assert questions(found) == ["several-columns"]


def test_hours_at_the_registration_desk_say_who_came() -> None:
    sheet = detected(attendance_list(["Jam Registrasi"], "08.10", None, "08.25"))
    assert cells(sheet, "attendance") == ["08.10", None, "08.25"]
    assert outcomes(judged(sheet)) == ["present", "absent", "present"]


def test_a_line_hadir_or_tidak_hadir_is_about_the_people_below_it() -> None:
    content = workbook(
        ("No", "Nama", "Kelurahan", "TTD"),
        ("HADIR",),
        (1, "Rina Melati", "Damai"),
        (2, "Maya Kenanga", "Damai"),
        ("B. PESERTA YANG TIDAK HADIR:",),
        (1, "Budi Kamboja", "Damai"),
    )
    found = judged(detected(content))
    assert [(row.values.name, row.attendance) for row in found.rows] == [
        ("Rina Melati", "present"),
        ("Maya Kenanga", "present"),
        ("Budi Kamboja", "absent"),
    ]


def test_a_mark_in_a_row_without_a_name_is_about_nobody_else() -> None:
    content = workbook(
        ("Nama", "Kelurahan", "Hadir"),
        ("Rina Melati", "Damai", "v"),
        (None, None, "sakit"),
        ("Maya", "Damai", None),
    )
    found = judged(detected(content))
    assert [row.attendance for row in found.rows if row.values.name] == ["present", "absent"]
