"""What a row changes of a known person and of a registration: blanks are filled, what is there stays."""

from dataclasses import replace
from datetime import date

import pytest

from app.people.known import KnownPerson, KnownRegistration, detail_remarks, person_changes
from app.people.person import PersonValues
from app.people.values.names import name_key
from app.spreadsheets.attendance.judge import registration_facts

DAMAI, MANGGAR = "64.71.06.1005", "64.71.01.1001"
NIK, OTHER_NIK = "6471056001970003", "6471015706030001"
STRANGER = KnownPerson("Rina Gani Anwar", name_key("Rina Gani Anwar"), id=7)
ROW = PersonValues(
    name="Rina Gani Anwar",
    name_key=STRANGER.name_key,
    nik=NIK,
    nik_key=NIK,
    sex="P",
    birth_date=date(1997, 1, 20),
    phone="+6281200000001",
    email="rina@contoh.id",
    kelurahan=DAMAI,
    rt="3",
    address="Jl. Mawar 5",
    organization="Warung Rina",
)
RINA = replace(
    STRANGER,
    nik_key=NIK,
    **{
        field: getattr(ROW, field)
        for field in ("sex", "birth_date", "phone", "email", "kelurahan", "rt", "address", "organization")
    },
)


def differing(row: PersonValues, person: KnownPerson = RINA) -> list[str | None]:
    return [message.field for message in detail_remarks(person, row)]


def test_every_blank_detail_is_filled() -> None:
    assert person_changes(STRANGER, ROW) == {
        "nik": NIK,
        "sex": "P",
        "birth_date": date(1997, 1, 20),
        "phone": "+6281200000001",
        "email": "rina@contoh.id",
        "kelurahan": DAMAI,
        "rt": "3",
        "address": "Jl. Mawar 5",
        "organization": "Warung Rina",
    }


def test_what_is_known_already_stays_whatever_the_row_says() -> None:
    other = replace(
        ROW, nik=OTHER_NIK, nik_key=OTHER_NIK, phone="+6281200000002", address="Jl. Melati 1", rt="4"
    )
    assert person_changes(RINA, ROW) == {}
    assert person_changes(RINA, replace(other, kelurahan=MANGGAR)) == {}
    for person in (RINA, STRANGER):
        assert person_changes(person, PersonValues("Rina Gani Anwar", STRANGER.name_key)) == {}


def test_an_rt_is_filled_only_where_the_person_lives() -> None:
    """An RT of Damai says nothing of where somebody lives in Manggar."""
    assert person_changes(replace(RINA, rt=None), ROW) == {"rt": "3"}
    assert person_changes(replace(RINA, rt=None, kelurahan=MANGGAR), ROW) == {}


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("phone", {"phone": "+6281200000002"}),
        ("email", {"email": "gani@contoh.id"}),
        ("birth_date", {"birth_date": date(1998, 1, 20)}),
        ("sex", {"sex": "L"}),
        ("nik", {"nik": OTHER_NIK, "nik_key": OTHER_NIK}),
        ("name", {"name": "Budi Kurniawan", "name_key": name_key("Budi Kurniawan")}),
        ("rt", {"rt": "4"}),
    ],
)
def test_a_detail_that_the_row_says_otherwise_is_warned_of(field: str, changed: dict[str, str]) -> None:
    assert differing(replace(ROW, **changed)) == [field]  # type: ignore[arg-type]


def test_what_one_of_the_two_does_not_say_differs_in_nothing() -> None:
    assert differing(ROW) == []
    assert differing(ROW, STRANGER) == []
    assert differing(ROW, replace(RINA, rt=None)) == differing(replace(ROW, rt=None)) == []
    assert differing(PersonValues("Rina Gani Anwar", STRANGER.name_key)) == []
    assert differing(PersonValues()) == []


def test_another_rt_in_another_kelurahan_is_no_difference() -> None:
    assert differing(replace(ROW, kelurahan=MANGGAR, rt="4")) == []


def test_what_the_sheet_says_otherwise_than_the_registration() -> None:
    registered = KnownRegistration("R7", 7, "confirmed", "present", MANGGAR, "umkm", "4", "L")
    assert registration_facts(registered, ROW, "rt") == {
        "kelurahan": DAMAI,
        "target_group": "rt",
        "rt": "3",
        "sex": "P",
    }
    assert registration_facts(registered, PersonValues(), None) == {}
    same = KnownRegistration("R7", 7, "confirmed", "present", DAMAI, "rt", "3", "P")
    assert registration_facts(same, ROW, "rt") == {}
