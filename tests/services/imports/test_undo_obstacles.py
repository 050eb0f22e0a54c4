"""Of all that happened to an import's people, only what came later and changed something stands in its way."""

from datetime import datetime

import pytest
from sqlmodel import select

from app.database import reading, writing
from app.models import AttendanceStatus, Participant, Registration, RegistrationStatus
from app.services.imports.commit import CommitChoices
from app.services.imports.undo_obstacles import UndoObstacle, list_undo_obstacles
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from tests.city import City, sheet
from tests.database import postgresql_in_soak
from tests.services.registrations.test_lists import paste_list
from tests.upcoming_sessions import begin_session, create_upcoming_session

pytestmark = postgresql_in_soak

HEADER = "Nama;Kelurahan;HP;Kehadiran"
CAME, EXCUSED, ABSENT = (f"Rahmat Contoh;Sepinggan;;{said}" for said in ("hadir", "izin", "tidak"))


@pytest.fixture
def code(city: City) -> str:
    return city.session("A-1")


def find_obstacles(city: City, import_id: int) -> list[UndoObstacle]:
    with reading(city.engine) as db:
        return list_undo_obstacles(db, import_id)


def registration_of(city: City, name: str) -> Registration:
    with reading(city.engine) as db:
        person = db.exec(select(Participant).where(Participant.name == name)).one()
        return db.exec(select(Registration).where(Registration.participant_id == person.id)).one()


def marked(city: City, name: str = "Rahmat Contoh") -> datetime:
    with writing(city.engine) as db:
        present = MarkInput(AttendanceStatus.PRESENT)
        return mark_attendance(db, city.actor("budi"), registration_of(city, name), present).received_at


def whats_in_the_way(city: City, import_id: int) -> list[str]:
    return [obstacle.what for obstacle in find_obstacles(city, import_id)]


def test_a_mark_from_before_the_import_is_no_obstacle(city: City, code: str) -> None:
    """Nor is it what changed the registration where something else did."""
    city.import_sheet(code, sheet(HEADER, EXCUSED))
    marked(city)
    attendance_import = city.upload(code, sheet(HEADER, ABSENT))
    city.correct(attendance_import.id, 2, decision={"keep": "sheet"})
    city.commit(attendance_import.id)
    assert find_obstacles(city, attendance_import.id) == []

    with writing(city.engine) as db:
        db.exec(select(Registration)).one().status = RegistrationStatus.CANCELLED
    assert whats_in_the_way(city, attendance_import.id) == ["changes"]


def test_only_committed_lists_that_changed_the_attendance_are_obstacles(city: City, code: str) -> None:
    """Not the one before, nor later ones that were undone, said the same, or but filled in a telephone."""
    city.import_sheet(code, sheet(HEADER, EXCUSED))
    attendance_import = city.import_sheet(code, sheet(HEADER, CAME))
    city.undo(city.import_sheet(code, sheet(HEADER, ABSENT)).id)
    city.import_sheet(code, sheet(HEADER, CAME))
    city.import_sheet(code, sheet(HEADER, "Rahmat Contoh;Sepinggan;081200000009;hadir"))
    marked(city)

    assert whats_in_the_way(city, attendance_import.id) == ["marks"]


def test_an_import_that_is_not_committed_has_no_obstacles(city: City, code: str) -> None:
    attendance_import = city.import_sheet(code, sheet(HEADER, CAME))
    waiting = city.upload(code, sheet(HEADER, EXCUSED))
    city.undo(attendance_import.id)
    assert [find_obstacles(city, import_id) for import_id in (attendance_import.id, waiting.id)] == [[], []]


def test_marks_have_the_time_of_the_last_mark(city: City, code: str) -> None:
    attendance_import = city.import_sheet(code, sheet(HEADER, CAME, "Ayu Misalnya;Manggar;;hadir"))
    marked(city, "Ayu Misalnya")
    last = marked(city)

    assert find_obstacles(city, attendance_import.id) == [
        UndoObstacle("marks", ("Rahmat Contoh", "Ayu Misalnya"), 2, last)
    ]


def test_a_later_list_that_marked_unlisted_people_absent_is_an_obstacle(city: City) -> None:
    code = create_upcoming_session(city)
    listed = paste_list(city, "1. Ani Aster - Manggar", code)
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
