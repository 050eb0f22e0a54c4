"""Moving people while others register or move: seats stay exact, and nobody waits forever."""

from functools import partial
from threading import Barrier

import pytest
from sqlmodel import SQLModel, select

from app.database import Db, create_engine, writing
from app.models import AttendanceMark, AttendanceStatus, Channel, Registration, WorkshopSession
from app.people.person import PersonInput
from app.queries.registrations.seats import Seats, get_seats
from app.services.registrations import registrations
from app.services.registrations.registrations import register_person
from app.services.registrations.requests import RegistrationRequest
from app.services.registrations.selections import moves
from app.settings import Settings
from tests.city import City
from tests.services.imports.test_concurrency import at_once
from tests.services.registrations.selections.chosen import Chosen
from tests.upcoming_sessions import create_upcoming_session

NEXT = "JUALAN-2"
SEATS = 5
MOVED, REGISTERED = 8, 8


@pytest.fixture
def crowded(city: City) -> Chosen:
    """A session of eight people, and another one of the workshop with five seats."""
    chosen = Chosen(city, create_upcoming_session(city))
    create_upcoming_session(city, NEXT, capacity=SEATS, days=12)
    for number in range(MOVED):
        city.register(chosen.code, f"Pindahan Contoh {number}")
    return chosen


def register_one(city: City, session_id: int, number: int) -> Registration:
    person = PersonInput(f"Peserta Contoh {number}", "Manggar", "umkm")
    with writing(city.engine) as db:
        request = RegistrationRequest(Channel.ORGANIZER)
        return register_person(db, city.vault, city.actor("sari"), session_id, person, request)


def move_while_others_register(crowded: Chosen) -> None:
    """Move everyone in one transaction, while as many register in transactions of their own."""
    with writing(crowded.city.engine) as db:
        session_id = db.exec(select(WorkshopSession.id).where(WorkshopSession.code == NEXT)).one()
    outcomes = at_once(
        partial(crowded.move, NEXT, expected_seats=0),
        *(partial(register_one, crowded.city, session_id, number) for number in range(REGISTERED)),
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]


def count_confirmed(city: City) -> int:
    return [status.split()[0] for status in Chosen(city, NEXT).statuses().values()].count("confirmed")


def test_moving_while_others_register_gives_out_exactly_the_seats(crowded: Chosen) -> None:
    move_while_others_register(crowded)

    assert count_confirmed(crowded.city) == SEATS
    waiting = [
        int(status.split()[1]) for status in Chosen(crowded.city, NEXT).statuses().values() if " " in status
    ]
    assert sorted(waiting) == list(range(1, MOVED + REGISTERED - SEATS + 1))


def test_without_the_locks_seats_are_oversold(
    crowded: Chosen, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: the move and all others count the seats before any of them has written."""
    all_have_counted = Barrier(1 + REGISTERED)

    def count_together(db: Db, workshop_session: WorkshopSession) -> Seats:
        seats = get_seats(db, workshop_session)
        all_have_counted.wait()
        return seats

    def unlocked(db: Db, model: type[SQLModel], identity: int) -> SQLModel:
        return db.get_one(model, identity)

    for module in (moves, registrations):
        monkeypatch.setattr(module, "get_seats", count_together)
        monkeypatch.setattr(module, "lock_row", unlocked)
    monkeypatch.setattr(moves, "lock_people_table", lambda db: None)
    monkeypatch.setattr(registrations, "lock_identity_keys", lambda db, keys: None)
    with monkeypatch.context() as meanwhile:
        engine = create_engine(settings)  # of this test alone
        meanwhile.setattr(crowded.city, "engine", engine)
        if engine.dialect.name == "sqlite":
            engine.dispatch.begin.clear()  # no waiting for a turn, and no BEGIN
        move_while_others_register(crowded)
        engine.dispose()

    assert count_confirmed(crowded.city) == SEATS + REGISTERED


def test_two_who_move_people_the_opposite_ways_do_not_wait_for_each_other(city: City) -> None:
    first = Chosen(city, create_upcoming_session(city))
    second = Chosen(city, create_upcoming_session(city, NEXT, days=12))
    city.register(first.code, "Ani")
    city.register(second.code, "Budi")

    at_once(
        *(
            partial(first.move, NEXT, "Ani", expected_seats=1),
            partial(second.move, first.code, "Budi", expected_seats=1),
        )
        * 3
    )

    assert (set(first.statuses()), set(second.statuses())) == ({"Budi"}, {"Ani"})


def test_the_rest_is_marked_once_by_two_at_once(city: City) -> None:
    chosen = Chosen(city, city.session("A-1"))
    for number in range(MOVED):
        city.register(chosen.code, f"Peserta Contoh {number}")

    results = at_once(
        partial(chosen.mark_rest, key="a" * 32),
        partial(chosen.mark_rest, key="b" * 32),
        partial(chosen.mark, AttendanceStatus.PRESENT, "Peserta Contoh 0", key="c" * 32),
    )

    assert min(result.changed for result in results[:2]) == 0
    assert city.outcomes()["Peserta Contoh 0"] == "present"
    marks = city.all(AttendanceMark)
    assert len(marks) in {MOVED, MOVED + 1}
