"""Of all that happened to an import's people, only what came later and changed something stands in its way."""

from datetime import datetime

import pytest
from sqlmodel import select

from app.database import reading, writing
from app.models import AttendanceStatus, Participant, Registration, RegistrationStatus
from app.services.imports.commit import CommitChoices
from app.services.imports.undo_obstacles import UndoObstacle, list_undo_obstacles
from app.services.registrations.attendance_marks import Marking, mark
from tests.city import City, sheet
from tests.services.registrations.test_lists import pasted
from tests.upcoming_sessions import begin_session, create_upcoming_session

HEADER = "Nama;Kelurahan;HP;Kehadiran"
CAME, EXCUSED, ABSENT = (f"Rahmat Contoh;Sepinggan;;{said}" for said in ("hadir", "izin", "tidak"))


@pytest.fixture
def code(city: City) -> str:
    return city.session("A-1")


def find_obstacles(city: City, import_id: int) -> list[UndoObstacle]:
    with reading(city.engine) as look:
        return list_undo_obstacles(look, import_id)


def registration_of(city: City, name: str) -> Registration:
    with reading(city.engine) as look:
        person = look.exec(select(Participant).where(Participant.name == name)).one()
        return look.exec(select(Registration).where(Registration.participant_id == person.id)).one()


def marked(city: City, name: str = "Rahmat Contoh") -> datetime:
    with writing(city.engine) as db:
        present = Marking(AttendanceStatus.PRESENT)
        return mark(db, city.actor("budi"), registration_of(city, name), present).received_at


def whats_in_the_way(city: City, import_id: int) -> list[str]:
    return [one.what for one in find_obstacles(city, import_id)]


def test_a_mark_from_before_the_import_stands_in_nobodys_way(city: City, code: str) -> None:
    """Nor is it what changed the registration where something else did."""
    city.import_sheet(code, sheet(HEADER, EXCUSED))
    marked(city)
    made = city.import_sheet(code, sheet(HEADER, ABSENT))
    assert find_obstacles(city, made.id) == []

    with writing(city.engine) as db:
        db.exec(select(Registration)).one().status = RegistrationStatus.CANCELLED
    assert whats_in_the_way(city, made.id) == ["changes"]


def test_only_lists_that_stand_and_changed_the_attendance_are_named(city: City, code: str) -> None:
    """Not the one before, nor later ones that were undone, said the same, or but filled in a telephone."""
    city.import_sheet(code, sheet(HEADER, EXCUSED))
    made = city.import_sheet(code, sheet(HEADER, CAME))
    city.undo(city.import_sheet(code, sheet(HEADER, ABSENT)).id)
    city.import_sheet(code, sheet(HEADER, CAME))
    city.import_sheet(code, sheet(HEADER, "Rahmat Contoh;Sepinggan;081200000009;hadir"))
    marked(city)

    assert whats_in_the_way(city, made.id) == ["marks"]


def test_a_list_that_is_not_saved_or_is_undone_has_nothing_in_its_way(city: City, code: str) -> None:
    made = city.import_sheet(code, sheet(HEADER, CAME))
    waiting = city.upload(code, sheet(HEADER, EXCUSED))
    city.undo(made.id)
    assert [find_obstacles(city, one) for one in (made.id, waiting.id)] == [[], []]


def test_marks_are_from_when_the_last_was_made(city: City, code: str) -> None:
    made = city.import_sheet(code, sheet(HEADER, CAME, "Ayu Misalnya;Manggar;;hadir"))
    marked(city, "Ayu Misalnya")
    last = marked(city)

    assert find_obstacles(city, made.id) == [
        UndoObstacle("marks", ("Rahmat Contoh", "Ayu Misalnya"), 2, last)
    ]


def test_a_later_list_that_says_who_is_not_on_it_was_absent_stands_in_the_way(city: City) -> None:
    code = create_upcoming_session(city)
    listed = pasted(city, "1. Ani Aster - Manggar", code)
    city.commit(listed.id)
    begin_session(city, code)
    later = city.upload(code, sheet(HEADER, CAME))
    city.commit(later.id, choices=CommitChoices(others="absent"))

    [upload] = find_obstacles(city, listed.id)
    assert (upload.what, upload.names, upload.people, upload.import_id) == (
        "upload",
        ("Ani Aster",),
        1,
        later.id,
    )
