"""The waiting list: who gets a seat under the caps of session, kelurahan and group, and who moves up in which order."""

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
from app.services.edit_conflicts import CHANGED, fingerprint
from app.services.registrations.registrations import (
    cancel_registration,
    give_seat_beyond_caps,
    register_person,
)
from app.services.registrations.requests import AlreadyRegistered, RegistrationRequest
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
    """A session to come with caps, for which people register."""

    def __init__(self, city: City, **caps: Any) -> None:
        self.city = city
        self.code = create_upcoming_session(city, groups=GROUPS, **caps)

    def register(
        self, name: str, kelurahan: str = "Manggar", group: str = "umkm", **request: Any
    ) -> Registration:
        actor = self.city.actor("sari")
        with writing(self.city.engine) as db:
            workshop_session = db.exec(select(WorkshopSession).where(WorkshopSession.code == self.code)).one()
            data = PersonInput(name, kelurahan, group)
            made = register_person(
                db,
                self.city.vault,
                actor,
                workshop_session.id,
                data,
                RegistrationRequest(Channel.ORGANIZER, **request),
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
            data = replace(workshop_session_input(get_workshop_session_view(db, actor, self.code)), **caps)
            change_workshop_session(db, actor, self.code, data)

    def statuses(self) -> dict[str, tuple[str, int | None]]:
        """Return each person's status and waiting number, by the last word of the name."""
        names = {one.id: one.name.split()[-1] for one in self.city.all(Participant)}
        return {
            names[one.participant_id]: (one.status.value, one.waiting_number)
            for one in self.city.all(Registration)
        }


def test_a_form_opened_earlier_does_not_overwrite_raised_caps(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.register("Ani Aster")
    queue.register("Budi Bakung")
    actor = city.actor("sari")
    with reading(city.engine) as read_db:
        opened = workshop_session_input(get_workshop_session_view(read_db, actor, queue.code))
    queue.change(capacity=2, places_of_group={"umkm": 5, "rt": 5})

    with pytest.raises(Conflict) as refused, writing(city.engine) as db:
        change_workshop_session(
            db, actor, queue.code, replace(opened, venue="Aula Lain"), form_fingerprint=fingerprint(opened)
        )

    assert refused.value.code == CHANGED
    assert queue.statuses() == {"Aster": (CONFIRMED, None), "Bakung": (CONFIRMED, None)}
    assert [workshop_session.capacity for workshop_session in city.all(WorkshopSession)] == [2]


def test_a_free_seat_goes_to_the_first_who_fits_all_caps(city: City) -> None:
    queue = Queue(city, capacity=3, places_per_kelurahan=2, places_of_group={"rt": 1})
    ani = queue.register("Ani Aster")
    queue.register("Budi Bakung")
    dewi = queue.register("Dewi Dahlia", "Lamaru", "rt")
    for name, kelurahan, group in (
        ("Ira Ixora", "Damai", "rt"),
        ("Joko Jambu", "Manggar", "umkm"),
        ("Kiki Kenanga", "Damai", "umkm"),
    ):
        queue.register(name, kelurahan, group)
    assert queue.statuses() == {
        "Aster": (CONFIRMED, None),
        "Bakung": (CONFIRMED, None),
        "Dahlia": (CONFIRMED, None),
        "Ixora": (WAITS, 1),
        "Jambu": (WAITS, 2),
        "Kenanga": (WAITS, 3),
    }

    queue.cancel(ani)
    # Ixora's group is full still; Jambu is the first who fits: a place of Manggar's is free too.
    after_ani = queue.statuses()
    assert (after_ani["Ixora"], after_ani["Jambu"]) == ((WAITS, 1), (CONFIRMED, None))

    queue.cancel(dewi)
    after_dewi = queue.statuses()
    assert (after_dewi["Ixora"], after_dewi["Kenanga"]) == ((CONFIRMED, None), (WAITS, 3))


def test_a_person_passed_over_for_the_kelurahan_cap_keeps_their_number(city: City) -> None:
    queue = Queue(city, capacity=2, places_per_kelurahan=1)
    queue.register("Ani Aster", "Manggar")
    budi = queue.register("Budi Bakung", "Lamaru")
    queue.register("Ira Ixora", "Manggar")
    queue.register("Joko Jambu", "Damai")

    queue.cancel(budi)
    assert queue.statuses()["Ixora"] == (WAITS, 1)
    assert queue.statuses()["Jambu"] == (CONFIRMED, None)

    queue.register("Kiki Kenanga", "Teritip")
    queue.change(capacity=4, places_per_kelurahan=2)
    assert queue.statuses()["Ixora"] == queue.statuses()["Kenanga"] == (CONFIRMED, None)


def test_a_raised_cap_moves_the_waiting_list_up_in_order(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.register("Ani Aster")
    waiting = [queue.register(name, "Damai") for name in ("Ira Ixora", "Joko Jambu", "Kiki Kenanga")]

    queue.change(capacity=3)

    assert [status for status, _ in queue.statuses().values()] == [CONFIRMED, CONFIRMED, CONFIRMED, WAITS]
    with reading(city.engine) as read_db:
        moved, registered = list_registration_history(read_db, waiting[0])
    assert (moved.action, moved.actor, moved.because) == ("move-up", "Budi Petugas", "caps")
    assert (registered.action, registered.full) == ("register", ("session",))


def test_a_lowered_cap_takes_no_seat_away(city: City) -> None:
    queue = Queue(city, capacity=3)
    registrations = [queue.register(name) for name in ("Ani Aster", "Budi Bakung", "Dewi Dahlia")]

    queue.change(capacity=1)
    queue.register("Ira Ixora")
    queue.cancel(registrations[0])

    assert [status for status, _ in queue.statuses().values()] == [CANCELLED, CONFIRMED, CONFIRMED, WAITS]


def test_a_seat_beyond_the_cap_is_logged_with_who_gave_it(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.register("Ani Aster")
    waiting = queue.register("Ira Ixora")
    queue.register("Joko Jambu", overrule=True)

    queue.overrule(waiting)
    with pytest.raises(Conflict, match="not on the waiting list"):
        queue.overrule(waiting)

    assert {status for status, _ in queue.statuses().values()} == {CONFIRMED}
    by_action = {line.action: line for line in city.all(Activity) if line.subject == "registration"}
    assert by_action["overrule"].actor == "Budi Petugas"
    assert (by_action["register"].after or {})["overruled"] == ["session"]


def test_the_history_tells_whose_seat_became_free(city: City) -> None:
    queue = Queue(city, capacity=1)
    ani = queue.register("Ani Aster")
    waiting = queue.register("Ira Ixora")

    queue.cancel(ani)
    queue.cancel(waiting)
    again = queue.register("Ira Ixora")

    assert again.code != waiting.code
    with reading(city.engine) as read_db:
        actions = [(line.action, line.because) for line in list_registration_history(read_db, again)]
    assert actions == [
        ("register", None),
        ("cancel", None),
        ("move-up", ani.code),
        ("register", None),
    ]


def test_a_person_who_cancels_and_registers_again_is_last_in_the_queue(city: City) -> None:
    queue = Queue(city, capacity=1)
    ani = queue.register("Ani Aster")
    waiting = queue.register("Ira Ixora")
    queue.register("Joko Jambu")
    queue.cancel(waiting)
    queue.register("Ira Ixora")

    with reading(city.engine) as read_db:
        workshop_session = read_db.get_one(WorkshopSession, ani.workshop_session_id)
        in_turn = [one.name for one in list_waiting(read_db, city.actor("sari"), workshop_session)]
    queue.cancel(ani)

    assert in_turn == ["Joko Jambu", "Ira Ixora"]
    assert queue.statuses()["Jambu"] == (CONFIRMED, None)


def test_a_form_sent_twice_registers_once(city: City) -> None:
    queue = Queue(city)

    first = queue.register("Ani Aster", request_key="satu")
    second = queue.register("Ani Aster", request_key="satu")
    with pytest.raises(AlreadyRegistered):
        queue.register("Ani Aster", request_key="dua")

    assert first.code == second.code
    assert len(city.all(Registration)) == 1


def test_past_closed_and_cancelled_sessions_take_no_registrations(city: City) -> None:
    queue = Queue(city, capacity=1)
    queue.register("Ani Aster")
    begin_session(city, queue.code)
    with pytest.raises(Conflict, match="closed"):
        queue.register("Budi Bakung")
    assert queue.register("Budi Bakung", overrule=True).status == CONFIRMED

    workshop_session = city.all(WorkshopSession)[0]
    update_session(city, queue.code, ends_at=workshop_session.starts_at + timedelta(minutes=1))
    with pytest.raises(Conflict, match="over"):
        queue.register("Dewi Dahlia", overrule=True)

    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), queue.code, "Hujan deras")
    with pytest.raises(Conflict, match="cancelled"):
        queue.register("Dewi Dahlia", overrule=True)


def test_a_person_id_alone_finds_no_one(city: City) -> None:
    """A person of another organization may be chosen only together with a whole number or address of theirs."""
    queue = Queue(city)
    stranger = city.register(city.session("B-1", by="tono"), "Rahasia Contoh")
    with writing(city.engine) as db:
        db.get_one(Participant, stranger.id).phone = "+6281200000123"
    actor = city.actor("sari")

    def choose(phone: str) -> Registration:
        with writing(city.engine) as db:
            workshop_session = db.exec(
                select(WorkshopSession).where(WorkshopSession.code == queue.code)
            ).one()
            request = RegistrationRequest(Channel.ORGANIZER, decision=Decision(person=stranger.id))
            person = PersonInput("Rahasia Contoh", "Damai", "umkm", phone=phone)
            return register_person(db, city.vault, actor, workshop_session.id, person, request)

    with pytest.raises(Invalid) as refused:
        choose("081200000124")
    assert set(refused.value.fields) == {"name"}
    assert choose("081200000123").participant_id == stranger.id
