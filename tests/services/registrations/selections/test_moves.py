"""People moved to another session of their workshop: seats, waiting lists, mails, and who stays."""

import pytest
from sqlmodel import col, select

from app.database import Db, reading, writing
from app.errors import Conflict, Forbidden, NotFound
from app.models import (
    Activity,
    AttendanceStatus,
    Message,
    MessageKind,
    Participant,
    Registration,
    RegistrationStatus,
)
from app.queries.registrations.history import list_registration_history
from app.queries.registrations.registrations import get_registration_of_link, list_registrations_of_link
from app.services.registrations.delegation_links import create_delegation_link
from app.services.registrations.selections.moves import PLACES_CHANGED, MoveObstacle, move_registrations
from app.services.workshops.workshop_sessions import cancel_session
from tests.city import LAMARU, City
from tests.services.registrations.selections.chosen import Chosen, get_session
from tests.upcoming_sessions import begin_session, create_upcoming_session

NEXT = "JUALAN-2"


@pytest.fixture
def full(city: City) -> Chosen:
    """A full session: Ani, Budi and Citra have its three seats, Dewi and Eka wait. The next has two, one of Farah."""
    chosen = Chosen(city, create_upcoming_session(city, capacity=3))
    create_upcoming_session(city, NEXT, capacity=2, days=12)
    for name in ("Ani", "Budi", "Citra"):
        city.register(chosen.code, name)
    for number, name in enumerate(("Dewi", "Eka"), start=1):
        city.register(chosen.code, name, status=RegistrationStatus.WAITLISTED)
        give_waiting_number(city, name, number)
    city.register(NEXT, "Farah")
    return chosen


def give_waiting_number(city: City, name: str, number: int) -> None:
    with writing(city.engine) as db:
        get_registration_of(db, name).waiting_number = number


def get_registration_of(db: Db, name: str) -> Registration:
    person = col(Participant.name) == name
    return db.scalars(select(Registration).join(Participant).where(person)).one()


def give_address(city: City, name: str) -> None:
    with writing(city.engine) as db:
        get_registration_of(db, name).contact_email = f"{name.lower()}@contoh.id"


def test_the_moved_get_the_free_seats_the_others_wait_and_their_seats_go_to_who_waited(full: Chosen) -> None:
    codes = {registration.id: registration.code for registration in full.city.all(Registration)}

    full.move(NEXT, "Ani", "Budi")

    assert full.statuses() == {"Citra": "confirmed", "Dewi": "confirmed", "Eka": "confirmed"}
    assert Chosen(full.city, NEXT).statuses() == {
        "Ani": "confirmed",
        "Budi": "waitlisted 1",
        "Farah": "confirmed",
    }
    assert {registration.id: registration.code for registration in full.city.all(Registration)} == codes


def test_what_the_page_says_before_is_what_happens(full: Chosen) -> None:
    plan = full.plan(NEXT, "Ani", "Budi", "Dewi")

    assert (plan.confirmed, plan.waiting, plan.left_out) == (
        tuple(full.ids("Ani")),
        (*full.ids("Budi"), *full.ids("Dewi")),
        {},
    )
    assert full.move(NEXT, "Ani", "Budi", "Dewi") == plan


def test_who_is_told_what(full: Chosen) -> None:
    for name in ("Ani", "Budi", "Dewi"):
        give_address(full.city, name)

    full.move(NEXT, "Ani", "Budi")

    assert {(message.recipient, message.kind) for message in full.city.all(Message)} == {
        ("ani@contoh.id", MessageKind.SESSION_CHANGED),
        ("budi@contoh.id", MessageKind.WAITLISTED),
        ("dewi@contoh.id", MessageKind.MOVED_UP),
    }


def test_a_cap_of_a_kelurahan_keeps_the_moved_waiting_too(city: City) -> None:
    chosen = Chosen(city, create_upcoming_session(city))
    create_upcoming_session(city, NEXT, places_per_kelurahan=1, days=12)
    for name, kelurahan in (("Ani", LAMARU), ("Budi", LAMARU), ("Citra", None)):
        city.register(chosen.code, name, kelurahan)

    chosen.move(NEXT)

    assert Chosen(city, NEXT).statuses() == {"Ani": "confirmed", "Budi": "waitlisted 1", "Citra": "confirmed"}


def test_who_stays_and_why(full: Chosen) -> None:
    city = full.city
    farah = next(person for person in city.all(Participant) if person.name == "Farah")
    city.register(full.code, "Farah", person=farah)
    city.register(full.code, "Gani", status=RegistrationStatus.CANCELLED)
    city.register(full.code, "Hana", status=RegistrationStatus.WALK_IN)
    city.register(full.code, "Ira", outcome=AttendanceStatus.EXCUSED)

    plan = full.move(NEXT, "Farah", "Gani", "Hana", "Ira")

    assert plan.moved == ()
    assert sorted(plan.left_out.values()) == sorted(MoveObstacle)


def test_nobody_is_moved_if_the_promised_seats_are_gone(full: Chosen) -> None:
    full.city.register(NEXT, "Galih")
    before = full.city.people_and_attendance()

    with pytest.raises(Conflict) as refused:
        full.move(NEXT, "Ani", "Budi", expected_seats=1)

    assert refused.value.code == PLACES_CHANGED
    assert full.city.people_and_attendance() == before


def test_a_form_sent_twice_moves_once_and_answers_the_same(full: Chosen) -> None:
    ids = full.ids("Ani", "Budi")
    first = full.move(NEXT, "Ani", "Budi", expected_seats=1)
    moved = full.city.people_and_attendance()

    with writing(full.city.engine) as db:
        sessions = get_session(db, full.code), get_session(db, NEXT)
        again = move_registrations(db, full.city.actor("sari"), *sessions, ids, expected_seats=1)

    assert again == first
    assert full.city.people_and_attendance() == moved


def test_people_of_a_cancelled_session_are_moved_also_after_it(full: Chosen) -> None:
    with writing(full.city.engine) as db:
        cancel_session(db, full.city.actor("sari"), full.code, "Hujan lebat")
    begin_session(full.city, full.code)

    full.move(NEXT, "Ani")

    assert Chosen(full.city, NEXT).statuses()["Ani"] == "confirmed"
    assert full.statuses()["Dewi"] == "waitlisted 1"


def test_nobody_moves_out_of_or_into_a_session_that_has_begun_or_is_of_another_workshop(full: Chosen) -> None:
    other = create_upcoming_session(full.city, "LAIN-1", workshop="LAIN")
    for target, code in ((other, "other-workshop"), (full.code, "other-workshop")):
        with pytest.raises(Conflict) as refused:
            full.move(target, "Ani")
        assert refused.value.code == code
    begin_session(full.city, NEXT)
    with pytest.raises(Conflict, match="cancelled or has begun"):
        full.move(NEXT, "Ani")
    begin_session(full.city, full.code)
    with pytest.raises(Conflict, match="moved out of it"):
        full.move(NEXT, "Ani")


def test_a_delegation_link_no_longer_reaches_who_was_moved_out_of_its_session(full: Chosen) -> None:
    with writing(full.city.engine) as db:
        link = create_delegation_link(db, full.city.actor("sari"), full.code, LAMARU)
        registration = get_registration_of(db, "Ani")
        registration.delegation_link_id, code = link.id, registration.code
    full.move(NEXT, "Ani")

    with reading(full.city.engine) as db:
        assert list_registrations_of_link(db, link) == []
        with pytest.raises(NotFound):
            get_registration_of_link(db, link, code)


@pytest.mark.parametrize("by", ["rina", "tono"])
def test_only_who_records_the_attendance_of_both_sessions_moves(full: Chosen, by: str) -> None:
    with pytest.raises(Forbidden):
        full.move(NEXT, "Ani", by=by)
    with pytest.raises(Forbidden):
        full.plan(NEXT, "Ani", by=by)


def test_the_history_says_from_where_and_why_others_moved_up(full: Chosen) -> None:
    full.move(NEXT, "Ani")

    with reading(full.city.engine) as db:
        moved = list_registration_history(db, get_registration_of(db, "Ani"))[0]
        raised = list_registration_history(db, get_registration_of(db, "Dewi"))[0]
    assert (moved.action, moved.moved_from, moved.actor) == ("move", full.code, "Sari Panitia")
    assert (raised.action, raised.because) == ("move-up", "move")
    assert [line.action for line in full.city.all(Activity)][-2:] == ["move", "move-up"]
