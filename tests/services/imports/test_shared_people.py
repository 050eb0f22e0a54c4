"""Which rows of sessions that read one file are about the same people, and which are not."""

import pytest

from app.database import reading, writing
from app.models import AttendanceImport, Participant
from app.services.imports.commit import CommitChoices
from app.services.imports.mapping import change_mapping
from app.services.imports.shared.sessions import SessionChoice
from app.services.imports.sheet_choices import SheetChoices
from tests.city import City, sheet
from tests.database import postgresql_in_soak
from tests.services.imports.test_shared_uploads import (
    TWO_NAMESAKES,
    commit_all,
    outcomes,
    read_sessions,
    undo_all,
)
from tests.spreadsheets.examples import sheets

pytestmark = postgresql_in_soak

ALL_READ = CommitChoices(confirm=frozenset({"sheets-unread"}))
TWO_NAME_COLUMNS = sheet(
    "Kelurahan;Nama Hari 1;Nama Hari 2", "Manggar;Ani Contoh;Gina Contoh", "Manggar;Budi Contoh;Hadi Contoh"
)


@pytest.fixture
def three_days(city: City) -> City:
    """A workshop with a session on each of three days in a row."""
    city.workshop_of_days()
    return city


def choose(city: City, import_id: int, **changes: object) -> AttendanceImport:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return change_mapping(read_db, db, city.vault, city.actor("sari"), import_id, changes)


def names(city: City, import_id: int) -> list[str]:
    return [row.result["values"]["name"] for row in city.rows(import_id).values()]


def days_with_other_groups(city: City) -> tuple[AttendanceImport, AttendanceImport]:
    """Two days that have sheet A in common; the first joins sheet B to it, the second sheet C."""

    def group(*people: str) -> list[list[str]]:
        return [["Nama", "Kelurahan", "Hari 1", "Hari 2"], *([name, "Manggar", "v", "v"] for name in people)]

    lists = {
        "A": group("Ani Contoh", "Budi Contoh"),
        "B": group("Eko Misal", "Feri Misal"),
        "C": group("Gina Umpama", "Hadi Umpama"),
    }
    first = city.upload("TIGA-1", sheets(lists), name="kelompok.xlsx")
    first, second = read_sessions(
        city, first.id, SessionChoice("TIGA-1", "A", "Hari 1"), SessionChoice("TIGA-2", "A", "Hari 2")
    )
    choose(city, first.id, sheets=("A", "B"), day_column="Hari 1")
    choose(city, second.id, sheets=("A", "C"), day_column="Hari 2")
    return first, second


def test_people_of_other_joined_sheets_stay_themselves(three_days: City) -> None:
    first, second = days_with_other_groups(three_days)

    three_days.commit(first.id, choices=ALL_READ)
    three_days.commit(second.id, choices=ALL_READ)

    recorded = outcomes(three_days)
    assert list(recorded["TIGA-1"]) == ["Ani Contoh", "Budi Contoh", "Eko Misal", "Feri Misal"]
    assert list(recorded["TIGA-2"]) == ["Ani Contoh", "Budi Contoh", "Gina Umpama", "Hadi Umpama"]
    assert len(three_days.all(Participant)) == 6


def test_answers_about_people_of_other_joined_sheets_are_not_passed_on(three_days: City) -> None:
    first, second = days_with_other_groups(three_days)

    three_days.correct(first.id, 2_000_002, cells={"name": "Eka Misal"})
    three_days.correct(first.id, 2, cells={"name": "Ani Satu"})
    three_days.correct(first.id, 3, decision={"person": {"row": 2_000_003}})

    assert names(three_days, second.id) == ["Ani Satu", "Budi Contoh", "Gina Umpama", "Hadi Umpama"]
    assert three_days.rows(second.id)[3].decision is None


def test_people_of_another_name_column_stay_themselves(three_days: City) -> None:
    columns = SheetChoices(columns={0: "kelurahan", 1: "name", 2: None})
    first = three_days.upload("TIGA-1", TWO_NAME_COLUMNS, choices=columns)
    second = read_sessions(three_days, first.id, SessionChoice("TIGA-2"))[0]
    choose(three_days, second.id, columns={0: "kelurahan", 1: None, 2: "name"})

    commit_all(three_days, first.id)

    assert list(outcomes(three_days)["TIGA-2"]) == ["Gina Contoh", "Hadi Contoh"]


def test_a_session_read_after_the_commit_takes_its_people(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES)
    three_days.correct(first.id, 3, decision={"person": "new"})
    three_days.correct(first.id, 4, cells={"kelurahan": "Lamaru", "name": "Rudy Contoh"})
    three_days.commit(first.id)
    people = [row.participant_id for row in three_days.rows(first.id).values()]

    second = read_sessions(three_days, first.id, SessionChoice("TIGA-2"))[0]

    assert [row.participant_id for row in three_days.rows(second.id).values()] == people
    three_days.commit(second.id)
    assert len(three_days.all(Participant)) == 3
    undo_all(three_days, first.id)
    assert three_days.all(Participant) == []


def test_after_an_undo_a_session_read_meanwhile_forgets_its_people(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES.replace(b"Kelurahan Entah", b"Lamaru"))
    three_days.correct(first.id, 3, decision={"person": "new"})
    three_days.commit(first.id)
    second = read_sessions(three_days, first.id, SessionChoice("TIGA-2"))[0]

    three_days.undo(first.id)

    assert [row.decision for row in three_days.rows(second.id).values()] == [None, None, None]


def test_a_corrected_name_holds_in_a_session_read_later(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES)
    three_days.correct(first.id, 4, cells={"name": "Rudy Contoh"})

    second = read_sessions(three_days, first.id, SessionChoice("TIGA-2"))[0]

    assert names(three_days, second.id)[2] == "Rudy Contoh"
