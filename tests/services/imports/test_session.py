"""What the session says counts for its lists as it is when they are committed: its places, its day."""

from datetime import timedelta

from app.database import writing
from app.models import Registration, RegistrationStatus
from app.services.workshops.workshop_sessions import (
    WorkshopSessionInput,
    change_workshop_session,
    create_workshop_session,
)
from tests.city import MORNING, City, crowd, sheet


def test_people_beyond_the_seats_of_a_kelurahan_are_walk_ins(city: City) -> None:
    workshop = city.workshop("A-W", "umkm")
    data = WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3), capacity=10, places_per_kelurahan=1)
    with writing(city.engine) as db:
        create_workshop_session(db, city.actor("sari"), workshop, "A-1", data)

    city.import_sheet("A-1", sheet("Nama;Kelurahan", "Ani;Manggar", "Budi;Manggar", "Citra;Lamaru"))

    placed = [registration.status for registration in city.all(Registration)]
    assert placed == [RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN, RegistrationStatus.CONFIRMED]


def test_rows_are_judged_by_the_corrected_day_of_the_session(city: City) -> None:
    code = city.session(starts=MORNING - timedelta(days=1))
    two_days = sheet("Nama;Kelurahan;5/8/2025;6/8/2025", "Ani;Manggar;v;", "Budi;Lamaru;;v")
    attendance_import = city.upload(code, two_days)
    with writing(city.engine) as db:
        actor, starts = city.actor("sari"), MORNING + timedelta(days=1)
        change_workshop_session(db, actor, code, WorkshopSessionInput(starts, starts + timedelta(hours=3)))

    city.commit(attendance_import.id)

    assert city.outcomes() == {"Ani": "absent", "Budi": "present"}


def test_people_present_at_a_full_session_are_walk_ins(city: City) -> None:
    city.import_sheet(city.session(capacity=2), crowd(3))

    statuses = [registration.status for registration in city.all(Registration)]
    assert statuses == [
        RegistrationStatus.CONFIRMED,
        RegistrationStatus.CONFIRMED,
        RegistrationStatus.WALK_IN,
    ]
