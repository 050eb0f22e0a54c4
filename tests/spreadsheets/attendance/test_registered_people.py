"""People who are registered for the session, as lists on paper and of meetings name them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.i18n import translator
from app.people.known import KnownPerson, KnownRegistration
from app.people.matching import Decision
from app.people.values.cells import Cell
from app.people.values.names import name_key
from app.spreadsheets.attendance.rows import JudgedRow, JudgedSheet
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import codes, judged, session, sheet_of

MANGGAR, LAMARU = "64.71.01.1001", "64.71.01.1002"
PHONE, OTHER_PHONE = "+6281200000001", "+6281200000002"

REGISTERED = (
    "Muhammad Yusuf Hidayat",
    "Rina Gani Anwar",
    "Budi Contoh Santoso",
    "Siti Aminah Contoh",
    "Ahmad Dahlan Misal",
    "Sri Rahayu Ningsih",
    "Dewi Contoh Lestari",
    "Joko Misal Susilo",
    "Nurhayati Contoh",
    "Abdul Rahman Saleh",
    "Kartini Misal",
)
ON_PAPER = (
    "M. Yusuf H.",
    "Bu Rina",
    "Pak RT Budi",
    "St. Aminah C",
    "Achmad Dahlan",
    "Rahayu Ningsih",
    "Dewi",
    "J. Susilo",
    "Nur Hayati Contoh",
    "Abd. Rahman",
    "Kartini, S.Pd.",
)


def person(id_: int, name: str, kelurahan: str = MANGGAR, **details: str) -> KnownPerson:
    return KnownPerson(name, name_key(name), id=id_, kelurahan=kelurahan, **details)  # type: ignore[arg-type]


def registered(*people: KnownPerson, status: str = "confirmed") -> list[KnownRegistration]:
    return [
        KnownRegistration(
            f"R{one.id}", one.id, status, None, one.kelurahan, "umkm", outside_place=one.outside_place
        )
        for one in people
    ]


def listed(
    *rows: Mapping[str, Cell], people: list[KnownPerson], decisions: dict[int, Decision] | None = None
) -> JudgedSheet:
    return judged(sheet_of(*rows), people=people, registrations=registered(*people), decisions=decisions)


def who(row: JudgedRow) -> list[str | int]:
    """The people whom the row's question offers, in order."""
    return [
        candidate.value
        for remark in row.remarks
        if remark.code == "person-unclear"
        for candidate in remark.candidates
    ]


def test_nobody_of_eleven_registered_people_becomes_a_new_person_in_silence() -> None:
    """The list on paper names all of them, but in its own way."""
    people = [person(id_, name) for id_, name in enumerate(REGISTERED, start=1)]
    judgement = listed(*({"name": name, "kelurahan": "Manggar"} for name in ON_PAPER), people=people)

    assert judgement.counts["create"] == 0
    for id_, row in enumerate(judgement.rows, start=1):
        assert row.person == id_ or who(row)[0] == id_, row.values.name


def test_those_whom_other_rows_name_exactly_are_not_offered() -> None:
    """Rina Gani Anwar signed herself, below; another Rina came too."""
    people = [person(1, "Rina Gani Anwar")]
    rows = {"name": "Rina", "kelurahan": "Lamaru"}, {"name": "Rina Gani Anwar", "kelurahan": "Manggar"}
    judgement = listed(*rows, people=people)

    assert [row.kind for row in judgement.rows] == ["create", "update"]


def test_a_new_person_is_a_choice_and_the_two_are_different_people_from_then_on() -> None:
    row = {"name": "Bu Rina", "kelurahan": "Manggar"}
    found = listed(row, people=[person(1, "Rina Gani Anwar")], decisions={2: Decision(person="new")}).rows[0]

    assert (found.kind, found.distinct_from) == ("create", (1,))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (
            {"name": "Rina Gani", "kelurahan": "Lamaru"},
            "the same name is registered for this session with another kelurahan",
        ),
        ({"name": "Budi Lain", "kelurahan": "Manggar", "phone": PHONE}, "under another name"),
        ({"name": "R. Gani", "kelurahan": "Manggar"}, "a similar name is registered"),
    ],
)
def test_the_question_says_why_somebody_registered_may_be_meant(cells: dict[str, Cell], reason: str) -> None:
    found = listed(cells, people=[person(1, "Rina Gani", phone=PHONE)]).rows[0]

    assert (found.kind, who(found)) == ("review", [1])
    assert reason in remark_text(found.remarks[0], translator("en"))


def test_people_who_are_known_but_not_registered_here_are_not_guessed() -> None:
    judgement = judged(sheet_of({"name": "Bu Rina", "kelurahan": "Manggar"}), people=[person(1, "Rina Gani")])
    assert judgement.rows[0].kind == "create"


@pytest.mark.parametrize(
    "identity", [{"registration": "R1"}, {"phone": PHONE}, {"email": "rina@contoh.id"}, {}]
)
def test_a_list_of_names_takes_kelurahan_and_group_from_the_registration(identity: dict[str, Cell]) -> None:
    """As the list of a meeting held online: it has no kelurahan."""
    rina = person(1, "Rina Gani", phone=PHONE, email="rina@contoh.id")
    sheet = sheet_of({"name": "Rina Gani", "attendance": "hadir", **identity})
    groups = session(groups=("umkm", "tokoh"))
    found = judged(sheet, groups, people=[rina], registrations=registered(rina)).rows[0]

    assert (found.kind, found.person, found.facts) == ("update", 1, {})
    assert (found.values.kelurahan, found.values.target_group) == (MANGGAR, "umkm")
    assert codes(found.remarks) == ([] if identity else ["person-by-name"])


@pytest.mark.parametrize("identity", [{}, {"phone": PHONE}])
def test_a_kelurahan_for_the_whole_file_is_not_theirs(identity: dict[str, Cell]) -> None:
    """The letterhead names Lamaru; Rina, who is registered, lives in Manggar. A guest takes the letterhead's."""
    rina = person(1, "Rina Gani", phone=PHONE)
    rows = sheet_of({"name": "Rina Gani", **identity}, {"name": "Tamu Lain"})
    sheet = replace(rows, letterhead_kelurahan="Lamaru")
    found, guest = judged(sheet, people=[rina], registrations=registered(rina)).rows

    assert (found.kind, found.values.kelurahan, found.facts) == ("update", MANGGAR, {})
    assert (guest.kind, guest.values.kelurahan) == ("create", LAMARU)


def test_registered_from_outside_the_city() -> None:
    rina = person(1, "Rina Gani", "outside", outside_place="Samarinda")
    found = listed({"name": "Rina Gani"}, people=[rina]).rows[0]

    assert (found.kind, found.values.kelurahan, found.values.outside_place) == (
        "update",
        "outside",
        "Samarinda",
    )


def test_two_registered_of_the_same_name_are_asked_about_and_nothing_else_is() -> None:
    people = [person(1, "Rina Gani"), person(2, "Rina Gani", LAMARU)]
    found = listed({"name": "Rina Gani"}, people=people).rows[0]

    assert (found.kind, who(found), codes(found.remarks)) == ("review", [1, 2], ["person-unclear"])


def test_a_name_twice_on_a_list_of_names_is_asked_about() -> None:
    rows = listed({"name": "Rina Gani"}, {"name": "Rina Gani"}, people=[person(1, "Rina Gani")]).rows

    assert [row.kind for row in rows] == ["update", "review"]


def test_a_name_only_that_nobody_registered_has_still_needs_its_kelurahan() -> None:
    found = listed({"name": "Tamu Lain"}, people=[person(1, "Rina Gani")]).rows[0]
    assert (found.kind, codes(found.remarks)) == ("error", ["kelurahan-missing"])


def test_another_phone_under_the_same_name_without_kelurahan_is_asked_about() -> None:
    found = listed(
        {"name": "Rina Gani", "phone": OTHER_PHONE}, people=[person(1, "Rina Gani", phone=PHONE)]
    ).rows[0]
    assert (found.kind, who(found)) == ("review", [1])


def test_a_printed_row_of_a_person_with_an_odd_name_asks_nothing() -> None:
    name = "Dewi Contoh, S.Pd. dan Siti Misal"
    people = [person(1, name), person(2, "Siti Misal")]
    row = {"name": name, "registration": "R1", "attendance": "Hadir"}

    sheet = listed(
        row, row | {"name": "Dewi Contoh dan Joko Misal"}, row | {"registration": ""}, people=people
    )

    assert [(judged_row.kind, judged_row.person) for judged_row in sheet.rows[:1]] == [("update", 1)]
    assert [codes(judged_row.remarks) for judged_row in sheet.rows[1:]] == [["two-people"], ["two-people"]]
