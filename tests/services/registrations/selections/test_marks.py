"""Several people marked at once: who is left out, what a repeated form does, and what an undo brings back."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.database import writing
from app.errors import Conflict, Forbidden
from app.models import (
    Attendance,
    AttendanceMark,
    AttendanceStatus,
    Channel,
    Participant,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.services.registrations.selections.marks import BulkResult
from tests.city import City, sheet
from tests.services.registrations.selections.chosen import Chosen
from tests.upcoming_sessions import create_upcoming_session

PRESENT, ABSENT, EXCUSED = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED


@pytest.fixture
def past(city: City) -> Chosen:
    """A session that is over: Ani came, Budi and Citra have no outcome, Dewi waits and Eka has cancelled."""
    city.session("A-1")
    city.register("A-1", "Ani", outcome=PRESENT)
    city.register("A-1", "Budi")
    city.register("A-1", "Citra")
    city.register("A-1", "Dewi", status=RegistrationStatus.WAITLISTED)
    city.register("A-1", "Eka", status=RegistrationStatus.CANCELLED)
    with writing(city.engine) as db:
        dewi = db.get_one(Registration, city.all(Registration)[3].id)
        dewi.channel, dewi.waiting_number = Channel.ORGANIZER, 1
    return Chosen(city, "A-1")


def mark_at_door(city: City, name: str, status: AttendanceStatus | None, *, minutes: int) -> None:
    """Send a mark that a device made so many minutes after the session began."""
    with writing(city.engine) as db:
        person = col(Participant.name) == name
        registration = db.scalars(select(Registration).join(Participant).where(person)).one()
        starts = db.get_one(WorkshopSession, registration.workshop_session_id).starts_at
        at = starts + timedelta(minutes=minutes)
        mark_attendance(db, city.actor("budi"), registration, MarkInput(status, at))


def test_the_chosen_are_marked_and_who_has_the_outcome_or_no_seat_is_left_out(past: Chosen) -> None:
    assert past.mark(ABSENT) == BulkResult(changed=3, left_out=2)
    assert past.city.outcomes() == {
        "Ani": "absent",
        "Budi": "absent",
        "Citra": "absent",
        "Dewi": None,
        "Eka": None,
    }
    assert past.mark(ABSENT, "Ani", "Budi", key="b" * 32) == BulkResult(changed=0, left_out=2)


def test_who_came_without_a_seat_becomes_a_walk_in(past: Chosen) -> None:
    assert past.mark(PRESENT, "Dewi", "Budi") == BulkResult(changed=2, left_out=0)
    assert (past.statuses()["Dewi"], past.city.outcomes()["Dewi"]) == ("walk-in 1", "present")


def test_a_form_sent_twice_marks_once(past: Chosen) -> None:
    first, second = past.mark(ABSENT, "Budi"), past.mark(ABSENT, "Budi")

    assert first == second == BulkResult(changed=1, left_out=0)
    assert len(past.city.all(AttendanceMark)) == 1


def test_an_undo_gives_everyone_the_outcome_from_before(past: Chosen) -> None:
    before, statuses = past.city.outcomes(), past.statuses()
    past.mark(EXCUSED, "Ani", "Budi")
    past.mark(PRESENT, "Dewi", key="b" * 32)
    assert past.city.outcomes() != before

    assert past.undo() == BulkResult(changed=2, left_out=0)
    assert past.undo(key="b" * 32) == BulkResult(changed=1, left_out=0)

    assert (past.city.outcomes(), past.statuses()) == (before, statuses)


def test_an_undo_leaves_whoever_was_marked_again_since(past: Chosen) -> None:
    past.mark(ABSENT, "Budi", "Citra")
    past.mark(PRESENT, "Budi", by="budi", key="b" * 32)

    assert past.undo() == BulkResult(changed=1, left_out=1)
    assert (past.city.outcomes()["Budi"], past.city.outcomes()["Citra"]) == ("present", None)
    assert past.undo().changed == 0


def test_an_undo_brings_back_what_a_sheet_said(city: City) -> None:
    code = city.session("A-1")
    city.import_sheet(code, sheet("Nama;Kelurahan;Kehadiran", "Ani Aster;Manggar;tidak"))
    chosen = Chosen(city, code)
    chosen.mark(PRESENT)

    chosen.undo()

    assert [attendance.status for attendance in city.all(Attendance)] == [ABSENT]


def test_the_rest_is_absent_and_nobody_else(past: Chosen) -> None:
    assert past.mark_rest() == BulkResult(changed=2, left_out=0)
    assert past.mark_rest() == BulkResult(changed=2, left_out=0)
    assert past.city.outcomes() == {
        "Ani": "present",
        "Budi": "absent",
        "Citra": "absent",
        "Dewi": None,
        "Eka": None,
    }

    past.undo()

    assert past.city.outcomes()["Budi"] is past.city.outcomes()["Citra"] is None


def test_a_mark_of_the_door_that_arrives_later_stands_against_the_rest_that_is_absent(past: Chosen) -> None:
    past.mark_rest()
    mark_at_door(past.city, "Budi", PRESENT, minutes=-20)
    assert past.city.outcomes()["Budi"] == "present"

    past.undo()
    mark_at_door(past.city, "Citra", PRESENT, minutes=5)

    assert (past.city.outcomes()["Budi"], past.city.outcomes()["Citra"]) == ("present", "present")


def test_the_rest_has_those_whose_mark_was_taken_back(past: Chosen) -> None:
    mark_at_door(past.city, "Budi", PRESENT, minutes=5)
    mark_at_door(past.city, "Budi", None, minutes=6)

    past.mark_rest()

    assert past.city.outcomes()["Budi"] == "absent"


def test_nobody_is_absent_before_the_session_begins(city: City) -> None:
    chosen = Chosen(city, create_upcoming_session(city, days=1))
    city.register(chosen.code, "Ani")

    with pytest.raises(Conflict) as refused:
        chosen.mark_rest()

    assert refused.value.code == "session-not-started"
    assert chosen.mark(EXCUSED) == BulkResult(changed=1, left_out=0)


@pytest.mark.parametrize("by", ["rina", "tono"])
def test_only_who_records_the_attendance_of_the_session_marks_and_undoes(past: Chosen, by: str) -> None:
    past.mark(ABSENT, "Budi")
    with pytest.raises(Forbidden):
        past.mark(PRESENT, "Citra", by=by)
    with pytest.raises(Forbidden):
        past.mark_rest(by=by)
    with pytest.raises(Forbidden):
        past.undo(by=by)
    assert past.city.outcomes()["Budi"] == "absent"
