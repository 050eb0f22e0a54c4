"""Figures are right at every moment while registrations are changed and facts are stored at the same time."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from random import Random
from threading import Event, Thread

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app.database import Db, reading, writing
from app.models import Attendance, AttendanceStatus, Registration, RegistrationStatus, WorkshopSession
from app.queries.coverage.facts import has_changed_sessions
from app.queries.coverage.filters import CoverageFilters
from app.services.coverage.session_facts import store_facts
from tests.city import LAMARU, MANGGAR, City
from tests.database import on_postgresql
from tests.queries.coverage.comparison import assert_report_is_right

YEAR = CoverageFilters(from_=date(2025, 1, 1), to=date(2025, 12, 31))
SECONDS = 10
random = Random(19)  # noqa: S311 (no secret)


@on_postgresql
@pytest.mark.soak
def test_figures_are_right_at_every_moment(city: City) -> None:
    """Four threads change, one stores, and each report is compared within its snapshot. SQLite has one writer."""
    for number in range(4):
        city.session(f"S-{number}")
        for person in range(5):
            outcome = AttendanceStatus.PRESENT if person % 2 else None
            city.register(f"S-{number}", f"Orang {number}-{person}", MANGGAR, outcome=outcome)
    stop, compared = Event(), 0
    with reading(city.engine) as db:
        registrations = list(db.scalars(select(col(Registration.id))))
        sessions = list(db.scalars(select(col(WorkshopSession.id))))

    def repeat(action: Callable[[Db], object]) -> None:
        while not stop.is_set():
            with suppress(DBAPIError), writing(city.engine) as db:
                action(db)

    def change(db: Db) -> None:
        for _ in range(random.randint(1, 3)):
            change_something(db, random.choice(registrations), sessions)

    threads = [
        Thread(target=repeat, args=(action,)) for action in (change, change, change, change, store_facts)
    ]
    for thread in threads:
        thread.start()
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with reading(city.engine) as db:
                assert_report_is_right(db, YEAR)
            compared += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert compared > 5
    with writing(city.engine) as db:
        store_facts(db)
        assert not has_changed_sessions(db)
        assert_report_is_right(db, YEAR)


def change_something(db: Db, registration_id: int, sessions: list[int]) -> None:
    registration = update(Registration).where(col(Registration.id) == registration_id)
    of_registration = col(Attendance.registration_id) == registration_id
    match random.randrange(5):
        case 0:
            db.execute(registration.values(kelurahan_code=random.choice([MANGGAR, LAMARU])))
        case 1:
            statuses = [
                RegistrationStatus.CONFIRMED,
                RegistrationStatus.CANCELLED,
                RegistrationStatus.WALK_IN,
            ]
            db.execute(registration.values(status=random.choice(statuses)))
        case 2:
            db.execute(registration.values(workshop_session_id=random.choice(sessions)))
        case 3:
            db.execute(delete(Attendance).where(of_registration))
        case _:
            status = random.choice(list(AttendanceStatus))
            if db.scalar(select(col(Attendance.registration_id)).where(of_registration)):
                db.execute(update(Attendance).where(of_registration).values(status=status))
            else:
                db.add(Attendance(registration_id=registration_id, status=status))
                db.flush()
