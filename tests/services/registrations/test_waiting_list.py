"""Who gets a place, who waits for it, and in which order they move up: under the caps of session, kelurahan, group."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.database import reading, writing
from app.errors import Conflict, Invalid
from app.models import Activity, Channel, Participant, Registration, WorkshopSession
from app.people.matching import Decision
from app.people.person import PersonInput
from app.queries.registrations.history import list_registration_history
from app.queries.registrations.registrations import list_waiting
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.services.registrations.registrations import (
    cancel_registration,
    give_seat_beyond_caps,
    register_person,
)
from app.services.registrations.requests import AlreadyRegistered, RegistrationRequest
from app.services.unseen_changes import CHANGED, seal
from app.services.workshops.workshop_sessions import (
    cancel_session,
    change_workshop_session,
    workshop_session_input,
)
from tests.city import City
from tests.upcoming_sessions import begin_session, create_upcoming_session, update_session

GROUPS = ("umkm", "rt")
CONFIRMED, WAITS, CANCELLED = "confirmed", "waitlisted", "cancelled"


class Queue:
    """A session to come, and the people who ask for its places."""

    def __init__(self, city: City, **caps: Any) -> None:
        self.city = city
        self.code = create_upcoming_session(city, groups=GROUPS, **caps)

    def come(self, name: str, kelurahan: str = "Manggar", group: str = "umkm", **asking: Any) -> Registration:
        actor = self.city.actor("sari")
        with writing(self.city.engine) as db:
            held = db.exec(select(WorkshopSession).where(WorkshopSession.code == self.code)).one()
            given = PersonInput(name, kelurahan, group)
            made = register_person(
                db, self.city.vault, actor, held.id, given, RegistrationRequest(Channel.ORGANIZER, **asking)
            )
            return db.get_one(Registration, made.id)

    def cancel(self, registration: Registration) -> None:
        with writing(self.city.engine) as db:
            cancel_registration(db, self.city.actor("sari"), registration)

    def overrule(self, registration: Registration) -> None:
        with writing(self.city.engine) as db:
            give_seat_beyond_caps(db, self.city.actor("budi"), registration)

    def change(self, **caps: Any) -> None:
        actor = self.city.actor("budi")
        with writing(self.city.engine) as db:
            said = replace(workshop_session_input(get_workshop_session_view(db, actor, self.code)), **caps)
            change_workshop_session(db, actor, self.code, said)

    def stands(self) -> dict[str, tuple[str, int | None]]:
        """Each person's status and number in the queue, by the last word of the name."""
        names = {one.id: one.name.split()[-1] for one in self.city.all(Participant)}
        return {
            names[one.participant_id]: (one.status.value, one.waiting_number)
            for one in self.city.all(Registration)
        }


def test_a_form_that_was_open_does_not_take_back_what_others_raised(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.come("Ani Aster")
    queue.come("Budi Bakung")
    actor = city.actor("sari")
    with reading(city.engine) as look:
        opened = workshop_session_input(get_workshop_session_view(look, actor, queue.code))
    queue.change(capacity=2, places_of_group={"umkm": 5, "rt": 5})

    with pytest.raises(Conflict) as refused, writing(city.engine) as db:
        change_workshop_session(db, actor, queue.code, replace(opened, venue="Aula Lain"), seen=seal(opened))

    assert refused.value.code == CHANGED
    assert queue.stands() == {"Aster": (CONFIRMED, None), "Bakung": (CONFIRMED, None)}
    assert [one.capacity for one in city.all(WorkshopSession)] == [2]


def test_a_freed_place_goes_to_the_first_who_fits_all_caps(city: City) -> None:
    queue = Queue(city, capacity=3, places_per_kelurahan=2, places_of_group={"rt": 1})
    ani = queue.come("Ani Aster")
    queue.come("Budi Bakung")
    dewi = queue.come("Dewi Dahlia", "Lamaru", "rt")
    for name, kelurahan, group in (
        ("Ira Ixora", "Damai", "rt"),
        ("Joko Jambu", "Manggar", "umkm"),
        ("Kiki Kenanga", "Damai", "umkm"),
    ):
        queue.come(name, kelurahan, group)
    assert queue.stands() == {
        "Aster": (CONFIRMED, None),
        "Bakung": (CONFIRMED, None),
        "Dahlia": (CONFIRMED, None),
        "Ixora": (WAITS, 1),
        "Jambu": (WAITS, 2),
        "Kenanga": (WAITS, 3),
    }

    queue.cancel(ani)
    # Ixora's group is full still; Jambu is the first who fits: a place of Manggar's is free too.
    after_ani = queue.stands()
    assert (after_ani["Ixora"], after_ani["Jambu"]) == ((WAITS, 1), (CONFIRMED, None))

    queue.cancel(dewi)
    after_dewi = queue.stands()
    assert (after_dewi["Ixora"], after_dewi["Kenanga"]) == ((CONFIRMED, None), (WAITS, 3))


def test_who_is_passed_over_for_their_kelurahan_keeps_their_turn(city: City) -> None:
    queue = Queue(city, capacity=2, places_per_kelurahan=1)
    queue.come("Ani Aster", "Manggar")
    budi = queue.come("Budi Bakung", "Lamaru")
    queue.come("Ira Ixora", "Manggar")
    queue.come("Joko Jambu", "Damai")

    queue.cancel(budi)
    assert queue.stands()["Ixora"] == (WAITS, 1)
    assert queue.stands()["Jambu"] == (CONFIRMED, None)

    queue.come("Kiki Kenanga", "Teritip")
    queue.change(capacity=4, places_per_kelurahan=2)
    assert queue.stands()["Ixora"] == queue.stands()["Kenanga"] == (CONFIRMED, None)


def test_a_raised_cap_moves_the_queue_up_in_turn_and_says_why(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.come("Ani Aster")
    waiting = [queue.come(name, "Damai") for name in ("Ira Ixora", "Joko Jambu", "Kiki Kenanga")]

    queue.change(capacity=3)

    assert [status for status, _ in queue.stands().values()] == [CONFIRMED, CONFIRMED, CONFIRMED, WAITS]
    with reading(city.engine) as look:
        moved, registered = list_registration_history(look, waiting[0])
    assert (moved.action, moved.actor, moved.because) == ("move-up", "Budi Petugas", "caps")
    assert (registered.action, registered.full) == ("register", ("session",))


def test_a_cap_below_what_is_taken_throws_nobody_out(city: City) -> None:
    queue = Queue(city, capacity=3)
    registrations = [queue.come(name) for name in ("Ani Aster", "Budi Bakung", "Dewi Dahlia")]

    queue.change(capacity=1)
    queue.come("Ira Ixora")
    queue.cancel(registrations[0])

    assert [status for status, _ in queue.stands().values()] == [CANCELLED, CONFIRMED, CONFIRMED, WAITS]


def test_a_place_given_beyond_the_limit_is_recorded_with_who_decided(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.come("Ani Aster")
    waiting = queue.come("Ira Ixora")
    queue.come("Joko Jambu", overrule=True)

    queue.overrule(waiting)
    with pytest.raises(Conflict, match="not on the waiting list"):
        queue.overrule(waiting)

    assert {status for status, _ in queue.stands().values()} == {CONFIRMED}
    by_action = {line.action: line for line in city.all(Activity) if line.subject == "registration"}
    assert by_action["overrule"].actor == "Budi Petugas"
    assert (by_action["register"].after or {})["overruled"] == ["session"]


def test_the_place_of_somebody_who_cancels_says_whose_it_was(city: City) -> None:
    queue = Queue(city, capacity=1)
    ani = queue.come("Ani Aster")
    waiting = queue.come("Ira Ixora")

    queue.cancel(ani)
    queue.cancel(waiting)
    again = queue.come("Ira Ixora")

    assert again.code != waiting.code
    with reading(city.engine) as look:
        actions = [(line.action, line.because) for line in list_registration_history(look, again)]
    assert actions == [
        ("register", None),
        ("cancel", None),
        ("move-up", ani.code),
        ("register", None),
    ]


def test_who_cancels_and_comes_back_stands_at_the_end_of_the_queue(city: City) -> None:
    queue = Queue(city, capacity=1)
    ani = queue.come("Ani Aster")
    waiting = queue.come("Ira Ixora")
    queue.come("Joko Jambu")
    queue.cancel(waiting)
    queue.come("Ira Ixora")

    with reading(city.engine) as look:
        held = look.get_one(WorkshopSession, ani.workshop_session_id)
        in_turn = [one.name for one in list_waiting(look, city.actor("sari"), held)]
    queue.cancel(ani)

    assert in_turn == ["Joko Jambu", "Ira Ixora"]
    assert queue.stands()["Jambu"] == (CONFIRMED, None)


def test_a_form_sent_twice_registers_once(city: City) -> None:
    queue = Queue(city)

    first = queue.come("Ani Aster", request_key="satu")
    second = queue.come("Ani Aster", request_key="satu")
    with pytest.raises(AlreadyRegistered):
        queue.come("Ani Aster", request_key="dua")

    assert first.code == second.code
    assert len(city.all(Registration)) == 1


def test_nobody_is_registered_for_what_is_past_closed_or_cancelled(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.come("Ani Aster")
    begin_session(city, queue.code)
    with pytest.raises(Conflict, match="closed"):
        queue.come("Budi Bakung")
    assert queue.come("Budi Bakung", overrule=True).status == CONFIRMED

    held = city.all(WorkshopSession)[0]
    update_session(city, queue.code, ends_at=held.starts_at + timedelta(minutes=1))
    with pytest.raises(Conflict, match="over"):
        queue.come("Dewi Dahlia", overrule=True)

    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), queue.code, "Hujan deras")
    with pytest.raises(Conflict, match="cancelled"):
        queue.come("Dewi Dahlia", overrule=True)


def test_nobody_is_found_by_trying_numbers(city: City) -> None:
    """A known person's number is taken only with what finds them, or from those whom one sees anyway."""
    queue = Queue(city)
    stranger = city.register(city.session("B-1", by="tono"), "Rahasia Contoh")
    actor = city.actor("sari")

    def choose(name: str) -> Registration:
        with writing(city.engine) as db:
            held = db.exec(select(WorkshopSession).where(WorkshopSession.code == queue.code)).one()
            asking = RegistrationRequest(Channel.ORGANIZER, decision=Decision(person=stranger.id))
            return register_person(db, city.vault, actor, held.id, PersonInput(name, "Damai", "umkm"), asking)

    with pytest.raises(Invalid) as refused:
        choose("Budi Bakung")
    assert set(refused.value.fields) == {"name"}
    assert choose("Rahasia").participant_id == stranger.id
