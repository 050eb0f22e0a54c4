"""Who a row is: the person known already, another row of the file, someone new, or a question."""

import random
from dataclasses import replace
from datetime import date
from string import ascii_lowercase

import pytest

from app.people import identity
from app.people.identity import MAX_SHARING
from app.people.known import KnownPerson, KnownRegistration
from app.people.matching import Decision
from app.people.values.cells import Cell
from app.people.values.names import name_key, similarity
from app.spreadsheets.attendance.rows import JudgedRow
from tests.spreadsheets.examples import codes, judged, sheet_of

NIK, OTHER_NIK = "6471056001970003", "6471015706030001"
PHONE, OTHER_PHONE = "+6281200000001", "+6281200000002"
DAMAI = "64.71.06.1005"


def rina(**details: str | date) -> KnownPerson:
    known = {"name": "Rina Gani Anwar", "kelurahan": DAMAI, **details}
    return KnownPerson(id=7, name_key=name_key(str(known["name"])), **known)  # type: ignore[arg-type]


def row(name: Cell = "Rina Gani Anwar", **cells: Cell) -> dict[str, Cell]:
    return {"name": name, "kelurahan": "Damai", **cells}


def of_known(cells: dict[str, Cell], *people: KnownPerson, decision: Decision | None = None) -> JudgedRow:
    return judged(sheet_of(cells), people=people, decisions={2: decision} if decision else {}).rows[0]


def test_a_stranger_is_new() -> None:
    found = of_known(row("Budi Santoso", phone=OTHER_PHONE), rina(phone=PHONE))
    assert (found.kind, found.person, codes(found.remarks)) == ("create", None, [])


@pytest.mark.parametrize("name", ["Rina Gani Anwar", "RINA G. ANWAR, S.Pd", "Rina Gani"])
def test_the_same_nik_is_the_same_person_unless_the_name_is_clearly_different(name: str) -> None:
    assert of_known(row(name, nik=NIK, kelurahan="Manggar"), rina(nik_key=NIK)).person == 7


def test_the_same_nik_under_a_clearly_different_name_is_asked() -> None:
    found = of_known(row("Budi Kurniawan", nik=NIK), rina(nik_key=NIK))
    assert (found.kind, codes(found.remarks)) == ("review", ["person-unclear"])
    assert [(candidate.kind, candidate.value) for candidate in found.remarks[0].candidates] == [("person", 7)]


def test_the_same_phone_with_the_same_name() -> None:
    assert of_known(row("Rina Gani Anwr", phone="0812 0000 0001"), rina(phone=PHONE)).person == 7


def test_the_same_email_with_the_same_name() -> None:
    found = of_known(row(email="Rina@Contoh.id", kelurahan="Manggar"), rina(email="rina@contoh.id"))
    assert found.person == 7


def test_families_share_phones() -> None:
    found = of_known(row("Budi Kurniawan", phone=PHONE), rina(phone=PHONE))
    assert (found.kind, found.person, codes(found.remarks)) == ("create", None, ["phone-shared"])
    by_email = of_known(row("Budi Kurniawan", email="rg@contoh.id"), rina(email="rg@contoh.id"))
    assert (by_email.kind, by_email.person, codes(by_email.remarks)) == ("create", None, [])


def office(people: int, **shared: Cell) -> list[dict[str, Cell]]:
    """As many people with unlike names, who all give the office's number, or something else that they share."""
    chance = random.Random(34)  # noqa: S311 (the same made-up names every time, nothing secret)
    names = (" ".join("".join(chance.choices(ascii_lowercase, k=8)) for _ in range(2)) for _ in range(people))
    return [row(name, **(shared or {"phone": PHONE})) for name in names]


@pytest.mark.parametrize("shared", [{"phone": PHONE}, {"email": "kantor@contoh.id"}])
def test_a_person_who_shares_a_contact_with_many_still_matches_by_name(
    shared: dict[str, Cell],
) -> None:
    listed = office(3 * MAX_SHARING, **shared)
    rows = judged(sheet_of(*listed, {**listed[-1], "kelurahan": "Manggar"})).rows
    assert {found.kind for found in rows[:-1]} == {"create"}
    assert (rows[-1].kind, rows[-1].of) == ("duplicate", rows[-2].number)


@pytest.mark.parametrize(
    ("shared", "own"),
    [
        ({"phone": PHONE}, {"phone": OTHER_PHONE}),
        ({"email": "kantor@contoh.id"}, {"email": "rina@contoh.id"}),
        ({"email": "kantor@contoh.id"}, {}),
    ],
)
def test_a_namesake_elsewhere_is_not_the_one_who_shares_a_contact_with_many(
    shared: dict[str, Cell], own: dict[str, Cell]
) -> None:
    listed = office(MAX_SHARING + 1, **shared)
    namesake = row(listed[-1]["name"], kelurahan="Manggar", **own)
    assert {found.kind for found in judged(sheet_of(namesake, *listed)).rows} == {"create"}


def test_matches_do_not_depend_on_the_order_of_known_people() -> None:
    others = [
        replace(rina(phone=PHONE), id=number, name=str(cells["name"]), name_key=name_key(str(cells["name"])))
        for number, cells in enumerate(office(2 * MAX_SHARING), start=100)
    ]
    for people in ([rina(phone=PHONE), *others], [*others, rina(phone=PHONE)]):
        assert of_known(row("Rina Gani Anwr", phone=PHONE, kelurahan="Manggar"), *people).person == 7


def test_a_phone_that_everybody_gives_is_not_compared_all_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = [0]

    def counted(one: str, other: str) -> float:
        compared[0] += 1
        return similarity(one, other)

    monkeypatch.setattr(identity, "similarity", counted)
    judged(sheet_of(*office(500)))
    assert 0 < compared[0] <= 500 * MAX_SHARING


def test_the_same_phone_under_an_unclear_name_is_asked() -> None:
    """Under a clearly different name it is another person: families share phones."""
    found = of_known(row("Rina Gani", phone=PHONE), rina(phone=PHONE))
    assert (found.kind, codes(found.remarks)) == ("review", ["person-unclear"])


def test_name_and_kelurahan_alone_match_with_a_warning() -> None:
    found = of_known(row(), rina())
    assert (found.person, codes(found.remarks)) == (7, ["person-by-name"])


def test_name_and_kelurahan_with_the_same_rt_or_birth_date_match() -> None:
    for found in (
        of_known(row(rt="3"), rina(rt="3")),
        of_known(row(birth_date="05-08-1980"), rina(birth_date=date(1980, 8, 5))),
    ):
        assert (found.person, codes(found.remarks)) == (7, [])


def test_of_several_namesakes_none_is_taken_because_the_others_contradict() -> None:
    namesakes = (rina(rt="4"), replace(rina(), id=8))
    [question] = of_known(row(rt="3"), *namesakes).remarks
    assert [one.value for one in question.candidates] == [7, 8]


@pytest.mark.parametrize(
    ("cell", "known"),
    [
        ({"nik": OTHER_NIK}, {"nik_key": NIK}),
        ({"phone": OTHER_PHONE}, {"phone": PHONE}),
        ({"rt": "4"}, {"rt": "3"}),
        ({"sex": "L"}, {"sex": "P"}),
    ],
)
def test_name_and_kelurahan_with_a_contradiction_are_asked(
    cell: dict[str, Cell], known: dict[str, str]
) -> None:
    found = of_known(row(**cell), rina(**known))
    assert (found.kind, codes(found.remarks)) == ("review", ["person-unclear"])


def test_the_same_name_in_another_kelurahan_is_another_person() -> None:
    assert of_known(row(kelurahan="Manggar"), rina()).person is None


def test_a_merely_similar_name_is_a_new_person() -> None:
    assert of_known(row("Rina Gani Anwr"), rina()).person is None


def test_a_registration_code_is_the_strongest() -> None:
    registration = KnownRegistration("ABC123", 7, "confirmed")
    judgement = judged(
        sheet_of(row("Rini", registration="ABC123", phone=OTHER_PHONE), row("Dewi", registration="ZZZ")),
        people=[rina(phone=PHONE)],
        registrations=[registration],
    )
    first, second = judgement.rows
    assert (first.person, first.registration, first.kind) == (7, "ABC123", "update")
    assert (second.person, codes(second.remarks)) == (None, ["registration-unknown"])


def test_a_user_decides_which_person_it_is() -> None:
    cells = row("Budi Kurniawan", nik=NIK)
    assert of_known(cells, rina(nik_key=NIK), decision=Decision(person="new")).person is None
    assert of_known(cells, rina(nik_key=NIK), decision=Decision(person=7)).person == 7
    assert of_known(cells, decision=Decision(skip=True)).kind == "skip"


def test_a_nik_of_another_person_is_not_saved() -> None:
    """Told apart from its owner by a decision or a code, a person is saved without it, with a warning."""
    other = row("Budi Kurniawan", nik=NIK, rt="3")
    new_person = of_known(other, rina(nik_key=NIK), decision=Decision(person="new"))
    assert (new_person.kind, codes(new_person.remarks)) == ("create", ["nik-taken"])
    assert (new_person.values.nik, new_person.values.nik_key) == (None, None)

    dewi = rina(name="Dewi Contoh")
    by_code = judged(
        sheet_of(row("Dewi Contoh", nik=NIK, registration="ABC123")),
        people=[replace(dewi, id=8), rina(nik_key=NIK)],
        registrations=[KnownRegistration("ABC123", person_id=8, status="confirmed")],
    ).rows[0]
    assert (by_code.person, "nik" in by_code.changes, codes(by_code.remarks)) == (8, False, ["nik-taken"])

    twice = judged(sheet_of(row(nik=NIK), other), decisions={3: Decision(person="new")}).rows
    assert [one.values.nik for one in twice] == [NIK, None]


def test_a_row_that_may_be_the_row_above_or_a_known_person_offers_both() -> None:
    again = row(phone=OTHER_PHONE)
    asked = judged(sheet_of(again, row()), people=[rina(phone=PHONE)], decisions={2: Decision(person="new")})
    [question] = asked.rows[1].remarks
    assert [(one.kind, one.value) for one in question.candidates] == [("row", 2), ("person", 7)]


def test_a_row_above_and_the_known_person_it_matched_are_one_choice() -> None:
    people = [rina(phone=PHONE), replace(rina(), id=8, name="Dewi", name_key="dewi")]
    twice = sheet_of(row(phone=PHONE), row())

    [question] = judged(twice, people=people).rows[1].remarks
    assert [(one.kind, one.value) for one in question.candidates] == [("person", 7)]

    chosen = judged(twice, people=people, decisions={3: Decision(person=7)}).rows[1]
    assert (chosen.kind, chosen.of) == ("duplicate", 2)


def test_a_chosen_person_who_no_longer_exists_is_asked_about_again() -> None:
    for people in ((), (rina(),)):
        asked = of_known(row(), *people, decision=Decision(person=8))
        assert (asked.kind, asked.person) == ("review", None)
        [question] = asked.remarks
        assert question.code == "person-unclear"
        assert [one.value for one in question.candidates] == [one.id for one in people]


def test_namesakes_with_different_rt_match_each_their_own_row() -> None:
    one = KnownPerson("Rina Gani", name_key("Rina Gani"), id=7, kelurahan=DAMAI, rt="3")
    other = KnownPerson("Rina Gani", name_key("Rina Gani"), id=8, kelurahan=DAMAI, rt="4")
    judgement = judged(sheet_of(row("Rina Gani", rt="3"), row("Rina Gani", rt="4")), people=[one, other])
    assert [found.person for found in judgement.rows] == [7, 8]
