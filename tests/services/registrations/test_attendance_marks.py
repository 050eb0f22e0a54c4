"""Marks made at the venue by one or several devices: the attendance they lead to, and the registration's status."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlmodel import col, select

from app.database import reading, writing
from app.errors import Conflict
from app.i18n import WITA
from app.models import (
    Activity,
    Attendance,
    AttendanceMark,
    AttendanceStatus,
    Channel,
    Participant,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.queries.registrations.check_in import list_marks
from app.services.imports.commit import CommitChoices
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from tests.city import LAMARU, City, sheet
from tests.services.people.duplicates import merge_by_names, undo_conflict_code

PRESENT, ABSENT, EXCUSED = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED
NINE = datetime(2025, 8, 5, 9, tzinfo=WITA)
HEADER = "Nama;Kelurahan;Kehadiran"


@pytest.fixture
def siti(city: City) -> City:
    """Siti is registered for the session of nine o'clock."""
    city.session("A-1")
    city.register("A-1", "Siti Aminah")
    return city


def mark(
    city: City,
    status: AttendanceStatus | None,
    minute: int | None = None,
    *,
    name: str = "Siti Aminah",
    by: str = "budi",
    nonce: str | None = None,
    confirmed: bool = False,
) -> AttendanceMark:
    """Mark a person, `minute` minutes after nine by the clock of the device, or now."""
    at = None if minute is None else NINE + timedelta(minutes=minute)
    with writing(city.engine) as db:
        person = col(Participant.name) == name
        registration = db.scalars(select(Registration).join(Participant).where(person)).one()
        return mark_attendance(db, city.actor(by), registration, MarkInput(status, at, nonce, confirmed))


def history(city: City) -> list[tuple[str | None, str | None]]:
    """Return status and user of all marks of the first registration, the latest first."""
    with reading(city.engine) as read_db:
        return [(mark.status, mark.marked_by) for mark in list_marks(read_db, city.all(Registration)[0])]


def test_a_mark_becomes_the_attendance_with_the_time_of_the_device(siti: City) -> None:
    mark(siti, PRESENT, 5)

    (attendance,) = siti.all(Attendance)
    assert (attendance.status, attendance.recorded_at) == (PRESENT, NINE + timedelta(minutes=5))
    assert (attendance.recorded_by, attendance.attendance_import_id) == (siti.users["budi"].id, None)
    line = next(activity for activity in reversed(siti.all(Activity)) if activity.action == "mark")
    assert line.after
    assert (line.after["attendance"], line.after["marked"]) == ("present", "present")


def test_the_later_mark_of_two_devices_counts_and_both_are_kept(siti: City) -> None:
    mark(siti, ABSENT, 10, by="sari")
    mark(siti, PRESENT, 5, by="budi")

    assert siti.outcomes() == {"Siti Aminah": "absent"}
    assert history(siti) == [("absent", "Sari Panitia"), ("present", "Budi Petugas")]


@pytest.mark.parametrize(
    ("marks", "outcome"),
    [
        pytest.param([(PRESENT, 1), (ABSENT, 2), (EXCUSED, 3), (PRESENT, 4)], PRESENT, id="latest"),
        pytest.param([(PRESENT, 1), (ABSENT, 2), (None, 3)], None, id="taken-back"),
        pytest.param([(PRESENT, 1), (None, 2), (None, 3), (EXCUSED, 4)], EXCUSED, id="marked-again"),
    ],
)
@pytest.mark.parametrize("on_the_sheet", [False, True], ids=["unrecorded", "on-the-sheet"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_order_of_arrival_does_not_matter(
    siti: City,
    marks: Sequence[tuple[AttendanceStatus | None, int]],
    outcome: AttendanceStatus | None,
    on_the_sheet: bool,
) -> None:
    """Each order of the marks is tried with a registration of its own."""
    with writing(siti.engine) as db:
        workshop_session = db.scalars(select(WorkshopSession)).one()
        for number, order in enumerate(permutations(marks)):
            person = Participant(name=f"Contoh {number}", name_key="contoh", kelurahan_code=LAMARU)
            db.add(person)
            db.flush()
            data = siti.all(Registration)[0].model_dump(exclude={"id"})
            registration = Registration(**data | {"code": f"KODE{number:04}", "participant_id": person.id})
            registration.workshop_session_id = workshop_session.id
            db.add(registration)
            db.flush()
            if on_the_sheet:
                db.add(Attendance(registration_id=registration.id, status=EXCUSED, recorded_at=NINE))
                db.flush()
            for status, minute in order:
                mark_attendance(
                    db, siti.actor("budi"), registration, MarkInput(status, NINE + timedelta(minutes=minute))
                )
            attendance = db.get(Attendance, registration.id)
            assert (attendance and attendance.status) == outcome, order
            assert len(list_marks(db, registration)) == len(marks)


def test_a_mark_sent_twice_is_kept_once(siti: City) -> None:
    first = mark(siti, PRESENT, 5, nonce="satu")
    mark(siti, ABSENT, 6, nonce="dua")
    lines = len(siti.all(Activity))

    again = mark(siti, PRESENT, 5, nonce="satu")

    assert (again.id, again.marked_at) == (first.id, first.marked_at)
    assert siti.outcomes() == {"Siti Aminah": "absent"}
    assert len(siti.all(AttendanceMark)) == 2
    assert len(siti.all(Activity)) == lines


def test_a_nonce_belongs_to_one_registration(siti: City) -> None:
    siti.register("A-1", "Nur Aini", LAMARU)
    mark(siti, PRESENT, nonce="satu")

    with pytest.raises(Conflict) as refused:
        mark(siti, PRESENT, nonce="satu", name="Nur Aini")

    assert refused.value.code == "nonce-used"


def test_a_mark_from_the_future_counts_as_now(siti: City) -> None:
    ahead = 60 * 24 * 365 * 20
    made = mark(siti, PRESENT, ahead)
    mark(siti, ABSENT)

    assert made.marked_at == made.received_at <= now()
    assert siti.outcomes() == {"Siti Aminah": "absent"}


def test_marks_older_than_a_saved_sheet_do_not_change_the_attendance(siti: City) -> None:
    siti.import_sheet("A-1", sheet(HEADER, "Siti Aminah;Manggar;tidak"))

    mark(siti, PRESENT, 5)
    assert siti.outcomes() == {"Siti Aminah": "absent"}
    assert history(siti) == [("present", "Budi Petugas")]

    mark(siti, None)
    assert siti.outcomes() == {"Siti Aminah": "absent"}

    mark(siti, PRESENT)
    assert siti.outcomes() == {"Siti Aminah": "present"}


def test_a_person_missing_on_a_sheet_is_absent_unless_marked(siti: City) -> None:
    made = siti.upload("A-1", sheet(HEADER, "Budi Contoh;Manggar;hadir"))
    siti.commit(made.id, choices=CommitChoices(others="absent"))
    assert siti.outcomes()["Siti Aminah"] == "absent"

    mark(siti, PRESENT, 5)

    assert siti.outcomes()["Siti Aminah"] == "present"
    with pytest.raises(Conflict) as refused:
        siti.undo(made.id)
    assert (refused.value.code, refused.value.params["names"]) == ("changed-later", "Siti Aminah")


@pytest.mark.parametrize("minute", [None, 5], ids=["marked-after", "sent-after"])
def test_an_upload_is_not_undone_once_its_people_are_marked(city: City, minute: int | None) -> None:
    city.session("A-1")
    made = city.import_sheet("A-1", sheet(HEADER, "Siti Aminah;Manggar;hadir"))
    mark(city, PRESENT, minute)

    with pytest.raises(Conflict, match="Siti Aminah") as refused:
        city.undo(made.id)

    assert refused.value.code == "changed-later"


@pytest.mark.parametrize("status", [RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED])
def test_a_waiting_or_cancelled_person_who_comes_is_a_walk_in_until_the_mark_is_taken_back(
    city: City, status: RegistrationStatus
) -> None:
    city.session("A-1")
    city.register("A-1", "Siti Aminah", status=status)
    with writing(city.engine) as db:
        registration = db.scalars(select(Registration)).one()
        registration.channel = Channel.ORGANIZER
        registration.waiting_number = 3 if status is RegistrationStatus.WAITLISTED else None

    def statuses() -> tuple[str, int | None]:
        (one,) = city.all(Registration)
        return one.status.value, one.waiting_number

    before = statuses()
    mark(city, PRESENT, 5)
    assert statuses() == ("walk-in", before[1])
    mark(city, None, 6)
    assert statuses() == before
    mark(city, ABSENT, 7)
    assert statuses() == before


@pytest.mark.parametrize("days", [2, 1, 0])
def test_attendance_long_before_the_session_must_be_confirmed(city: City, days: int) -> None:
    starts = (now() + timedelta(days=days)).astimezone(WITA).replace(tzinfo=None)
    city.session("A-1", starts)
    city.register("A-1", "Siti Aminah")

    if days > 1:
        with pytest.raises(Conflict) as refused:
            mark(city, PRESENT)
        assert refused.value.code == "session-not-started"
    mark(city, PRESENT, confirmed=days > 1)

    assert city.outcomes() == {"Siti Aminah": "present"}


def test_a_merge_keeps_the_marks_of_both_people(siti: City) -> None:
    siti.register("A-1", "Siti Aminnah")
    mark(siti, PRESENT, 5)
    mark(siti, ABSENT, 6, name="Siti Aminnah")

    merge_by_names(siti, "Siti Aminah", "Siti Aminnah")

    assert history(siti) == [("absent", "Budi Petugas"), ("present", "Budi Petugas")]
    assert list(siti.outcomes().values()) == ["present"]


def test_a_merge_is_not_undone_after_a_new_mark(siti: City) -> None:
    siti.register(siti.session("B-1"), "Siti Aminnah")
    made = merge_by_names(siti, "Siti Aminnah", "Siti Aminah", name="Siti Aminnah")
    with writing(siti.engine) as db:
        [registration] = db.scalars(
            select(Registration).join(WorkshopSession).where(col(WorkshopSession.code) == "A-1")
        )
        mark_attendance(db, siti.actor("budi"), registration, MarkInput(PRESENT))

    assert undo_conflict_code(siti, made) == "changed-later"
