"""Who stands twice in a sheet: the second row repeats the first, or it is asked whether it does."""

import pytest

from app.people.known import KnownPerson, KnownRegistration
from app.people.matching import Decision, SameAsRow
from app.people.values.cells import Cell
from app.people.values.names import name_key
from tests.spreadsheets.examples import codes, judged, sheet_of

NIK = "6471056001970003"
PHONE = "+6281200000001"
DAMAI = "64.71.06.1005"


def row(name: Cell = "Rina Gani Anwar", **cells: Cell) -> dict[str, Cell]:
    return {"name": name, "kelurahan": "Damai", **cells}


def rina(**details: str) -> KnownPerson:
    return KnownPerson("Rina Gani Anwar", name_key("Rina Gani Anwar"), id=7, kelurahan=DAMAI, **details)  # type: ignore[arg-type]


def in_file(*rows: dict[str, Cell]) -> list[tuple[str, list[str]]]:
    return [(judged_row.kind, codes(judged_row.remarks)) for judged_row in judged(sheet_of(*rows)).rows]


@pytest.mark.parametrize(
    "same",
    [{"nik": NIK}, {"phone": PHONE}, {"email": "rina@contoh.id"}, {"rt": "3"}, {"birth_date": "05-08-1980"}],
)
def test_twice_in_the_file(same: dict[str, Cell]) -> None:
    """The lower row is the duplicate."""
    assert in_file(row(**same), row("RINA GANI ANWAR, S.E.", **same)) == [("create", []), ("duplicate", [])]


def test_twice_in_the_file_by_name_and_kelurahan_alone_is_asked() -> None:
    assert in_file(row(), row()) == [("create", []), ("review", ["person-unclear"])]


def test_twice_in_the_file_and_contradicting_is_asked() -> None:
    assert in_file(row(rt="3"), row(rt="4")) == [("create", []), ("review", ["person-unclear"])]


def test_a_person_decides_that_two_rows_are_one() -> None:
    judgement = judged(sheet_of(row(), row()), decisions={3: Decision(person=SameAsRow(2))})
    assert [(found.kind, found.of) for found in judgement.rows] == [("create", None), ("duplicate", 2)]


def test_two_rows_that_are_one_known_person() -> None:
    """Rows are compared with each other first, then with the database."""
    judgement = judged(
        sheet_of(row(nik=NIK), row("Rina Gani Anwr", phone=PHONE, kelurahan="Manggar")),
        people=[rina(nik_key=NIK, phone=PHONE)],
    )
    assert [(found.kind, found.of) for found in judgement.rows] == [("create", None), ("duplicate", 2)]


def test_a_row_in_error_is_not_what_others_repeat() -> None:
    assert in_file(row(phone=PHONE, kelurahan="Atlantis"), row(phone=PHONE)) == [
        ("error", ["kelurahan-unknown"]),
        ("create", []),
    ]


@pytest.mark.parametrize("same", [{"phone": PHONE}, {"nik": NIK}])
def test_faults_of_a_repeated_row_do_not_matter(same: dict[str, Cell]) -> None:
    assert in_file(row(**same), row(**same, kelurahan="Atlantis", attendance="x")) == [
        ("create", []),
        ("duplicate", []),
    ]


def test_a_faulty_row_is_no_repetition_by_details_alone() -> None:
    assert in_file(row(rt="3"), row(rt="3", attendance="x"))[1] == ("review", ["attendance-unclear"])


def test_a_row_without_a_name_is_a_person_who_has_its_nik() -> None:
    assert in_file(row(nik=NIK), row(None, nik=NIK)) == [("create", []), ("duplicate", [])]


def test_two_rows_of_one_phone_under_an_unclear_name_are_asked() -> None:
    rows = judged(sheet_of(row(phone=PHONE), row("Rina Gani", phone=PHONE))).rows
    [question] = rows[1].remarks
    assert [(one.kind, one.value) for one in question.candidates] == [("row", 2)]


def test_a_row_is_repeated_whatever_it_changes() -> None:
    known = KnownRegistration("R7", 7, "confirmed", "present", DAMAI, "umkm")
    again = row(phone=PHONE, attendance="hadir")
    rows = judged(sheet_of(again, again), people=[rina()], registrations=[known]).rows
    assert [(found.kind, found.of) for found in rows] == [("update", None), ("duplicate", 2)]


def test_two_rows_that_disagree_on_attendance_are_asked() -> None:
    """The lower row is asked about; the upper one stays as it was judged."""
    rows = judged(sheet_of(row(phone=PHONE, attendance="hadir"), row(phone=PHONE, attendance="tidak"))).rows
    assert [(found.kind, found.attendance) for found in rows] == [("create", "present"), ("review", "absent")]
    assert codes(rows[1].remarks) == ["duplicate-differs"]


def test_a_blank_disagrees_with_nothing() -> None:
    again = judged(sheet_of(row(phone=PHONE, attendance="hadir"), row(phone=PHONE))).rows[1]
    assert (again.kind, again.attendance, again.remarks) == ("duplicate", "present", [])
