"""Many people register at once for few seats: exactly as many get one as there are, on both databases."""

from functools import partial
from threading import Barrier

import pytest
from sqlmodel import SQLModel, select

from app.database import Db, create_engine, writing
from app.models import Activity, Channel, Registration, RegistrationStatus, WorkshopSession
from app.people.person import PersonInput
from app.permissions import CITIZEN
from app.queries.registrations.seats import Seats, get_seats
from app.services.registrations import registrations
from app.services.registrations.registrations import cancel_registration, register_person
from app.services.registrations.requests import RegistrationRequest
from app.settings import Settings
from tests.city import City
from tests.services.imports.test_concurrency import at_once, on_postgresql
from tests.services.registrations.test_waiting_list import CANCELLED, CONFIRMED, Queue
from tests.upcoming_sessions import create_upcoming_session

PEOPLE, SEATS = 20, 5


@pytest.mark.parametrize("channel", [Channel.ORGANIZER, Channel.SELF])
def test_twenty_people_at_once_get_exactly_the_five_seats(city: City, channel: Channel) -> None:
    register_everyone_at_once(city, create_upcoming_session(city, capacity=SEATS), channel)

    all_registrations = city.all(Registration)
    assert [registration.status for registration in all_registrations].count(
        RegistrationStatus.CONFIRMED
    ) == SEATS
    assert sorted(
        registration.waiting_number for registration in all_registrations if registration.waiting_number
    ) == list(range(1, PEOPLE - SEATS + 1))


def test_without_the_lock_seats_are_oversold(
    city: City, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: on PostgreSQL without locks, on SQLite without a transaction. All of them count
    the seats before any has written."""
    code = create_upcoming_session(city, capacity=SEATS)
    all_have_counted = Barrier(PEOPLE)

    def count_together(db: Db, workshop_session: WorkshopSession) -> Seats:
        seats = get_seats(db, workshop_session)
        all_have_counted.wait()
        return seats

    def unlocked(db: Db, model: type[SQLModel], identity: int) -> SQLModel:
        return db.get_one(model, identity)

    monkeypatch.setattr(registrations, "get_seats", count_together)
    monkeypatch.setattr(registrations, "lock_identity_keys", lambda db, keys: None)
    monkeypatch.setattr(registrations, "lock_row", unlocked)
    with monkeypatch.context() as meanwhile:
        engine = create_engine(settings)  # of this test alone
        meanwhile.setattr(city, "engine", engine)
        if engine.dialect.name == "sqlite":
            engine.dispatch.begin.clear()  # no waiting for a turn, and no BEGIN
        register_everyone_at_once(city, code)
        engine.dispose()

    assert [registration.status for registration in city.all(Registration)].count(
        RegistrationStatus.CONFIRMED
    ) == PEOPLE


@on_postgresql
def test_who_has_looked_before_another_changed_it_sees_what_it_is_once_they_hold_it(city: City) -> None:
    """Two cancel the same registration: the second found it when it was confirmed still."""
    queue = Queue(city, capacity=1)
    ani = queue.register("Ani Aster")
    queue.register("Budi Bakung")

    with writing(city.engine) as second:
        found = second.get_one(Registration, ani.id)
        queue.cancel(ani)
        cancel_registration(second, city.actor("sari"), found)

    assert [activity.action for activity in city.all(Activity)].count("cancel") == 1
    assert queue.statuses() == {"Aster": (CANCELLED, None), "Bakung": (CONFIRMED, None)}


def register_everyone_at_once(city: City, code: str, channel: Channel = Channel.ORGANIZER) -> None:
    """Register everyone in threads that start together, by the organizer's form or by the public page."""
    with writing(city.engine) as db:
        session_id = db.exec(select(WorkshopSession.id).where(WorkshopSession.code == code)).one()

    def register(number: int) -> Registration:
        person = PersonInput(
            f"Peserta Contoh {number:02}", "Manggar", "umkm", email=f"peserta{number}@contoh.id"
        )
        request = RegistrationRequest(channel, consent=True)
        actor = CITIZEN if channel is Channel.SELF else city.actor("sari")
        with writing(city.engine) as db:
            return register_person(db, city.vault, actor, session_id, person, request)

    outcomes = at_once(*(partial(register, number) for number in range(PEOPLE)))
    assert all(isinstance(outcome, Registration) for outcome in outcomes), outcomes
