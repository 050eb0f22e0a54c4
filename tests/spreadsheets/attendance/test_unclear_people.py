"""Why it isn't clear who a row is, as the page says it beside the choices."""

from dataclasses import replace
from datetime import date

import pytest

from app.i18n import translator
from app.people.known import KnownPerson
from app.people.matching import Decision, SameAsRow
from app.people.values.cells import Cell
from app.people.values.names import name_key
from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import judged, sheet_of

NIK, OTHER_NIK = "6471056001970003", "6471015706030001"
PHONE, OTHER_PHONE = "+6281200000001", "+6281200000002"
DAMAI = "64.71.06.1005"
RINA = KnownPerson("Rina Gani Anwar", name_key("Rina Gani Anwar"), id=7, kelurahan=DAMAI)
CHOOSE = "Choose one of the people found, or a new person."


def row(name: Cell = "Rina Gani Anwar", **cells: Cell) -> dict[str, Cell]:
    return {"name": name, "kelurahan": "Damai", **cells}


def question_text(found: JudgedRow, language: str = "en") -> str:
    [question] = [remark for remark in found.remarks if remark.code == "person-unclear"]
    return remark_text(question, translator(language))  # type: ignore[arg-type]


def why(cells: dict[str, Cell], *people: KnownPerson, decision: Decision | None = None) -> str:
    """The reason alone, without the sentence around it."""
    decisions = {2: decision} if decision else {}
    text = question_text(judged(sheet_of(cells), people=people, decisions=decisions).rows[0])
    return text.removeprefix("It is not clear who this is: ").removesuffix(f". {CHOOSE}")


@pytest.mark.parametrize(
    ("cells", "known", "reason"),
    [
        (
            row("Budi Kurniawan", nik=NIK),
            replace(RINA, nik_key=NIK),
            "the NIK is the same, but the name is quite different",
        ),
        (
            row("Rina Gani", phone=PHONE),
            replace(RINA, phone=PHONE),
            "the telephone number is the same, but the name is only similar",
        ),
        (
            row("Rina Gani", email="rina@contoh.id"),
            replace(RINA, email="rina@contoh.id"),
            "the e-mail address is the same, but the name is only similar",
        ),
        (row(rt="4"), replace(RINA, rt="3"), "name and place are the same, but this differs: RT"),
        (
            row(sex="L", birth_date="05-08-1980", phone=OTHER_PHONE),
            replace(RINA, sex="P", birth_date=date(1981, 8, 5), phone=PHONE),
            "name and place are the same, but this differs: date of birth, sex, telephone number",
        ),
        (
            row(nik=OTHER_NIK),
            replace(RINA, nik_key=NIK),
            "name and place are the same, but this differs: NIK",
        ),
    ],
)
def test_what_is_the_same_and_what_contradicts(
    cells: dict[str, Cell], known: KnownPerson, reason: str
) -> None:
    """Every question who somebody is says what is the same and what contradicts."""
    assert why(cells, known) == reason


@pytest.mark.parametrize(
    ("cells", "known", "reason"),
    [
        (row(), {}, "several people of this name are in the same place"),
        (
            row(rt="4"),
            {"rt": "3"},
            "several people of this name are in the same place, but with all of them this differs: RT",
        ),
        (
            row("Rina Gani", phone=PHONE),
            {"phone": PHONE},
            "several people with a similar name have this telephone number",
        ),
        (
            row(email="r@contoh.id"),
            {"email": "r@contoh.id"},
            "several people with a similar name have this e-mail address",
        ),
    ],
)
def test_several_people_fit(cells: dict[str, Cell], known: dict[str, str], reason: str) -> None:
    rina = replace(RINA, **known)  # type: ignore[arg-type]
    assert why(cells, rina, replace(rina, id=8)) == reason


def test_each_may_fit_for_a_reason_of_its_own() -> None:
    by_phone, by_email = replace(RINA, phone=PHONE), replace(RINA, id=8, email="rina@contoh.id")
    cells = row("Rina Gani", phone=PHONE, email="rina@contoh.id")
    assert why(cells, by_phone, by_email) == "several people fit"


def test_what_differs_with_one_of_several_alone_is_not_said() -> None:
    people = replace(RINA, rt="3", phone=PHONE), replace(RINA, id=8, rt="3", email="lain@contoh.id")
    assert why(row(rt="4", phone=OTHER_PHONE, email="rina@contoh.id"), *people) == (
        "several people of this name are in the same place, but with all of them this differs: RT"
    )


def test_twice_in_the_file_with_nothing_else_to_tell_by() -> None:
    again = judged(sheet_of(row(), row())).rows[1]

    assert question_text(again) == (
        "It is not clear who this is: name and place are the same, and nothing else tells whether it is one "
        f"person. {CHOOSE}"
    )
    assert "nama dan tempat tinggalnya sama" in question_text(again, "id")


@pytest.mark.parametrize("chosen", [8, SameAsRow(9)])
def test_a_chosen_person_who_no_longer_exists_is_the_reason(chosen: int | SameAsRow) -> None:
    assert (
        why(row(), RINA, decision=Decision(person=chosen))
        == "the person chosen for this row is not there any more"
    )


def test_what_a_row_above_says_of_a_person_known_contradicts_too() -> None:
    """The same RT was never told before row 2 told it of the one who has this telephone."""
    people = [replace(RINA, phone=PHONE)]
    [question] = judged(sheet_of(row(phone=PHONE, rt="4"), row(rt="3")), people=people).rows[1].remarks

    assert question.params == {"why": "name-differs", "differs": "rt", "row_of_7": 2}
