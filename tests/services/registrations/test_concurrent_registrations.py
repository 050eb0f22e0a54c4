"""Concurrent registrations wait only for those of the same person, and no person is created twice or overlooked."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.database import Db, writing
from app.errors import Conflict
from app.models import Activity, Channel, Participant, Registration, WorkshopSession
from app.people.known import KnownPeople
from app.people.person import PersonInput
from app.permissions import CITIZEN
from app.queries.people.known_people import load_people_for_form
from app.queries.workshops.public_workshops import get_public_session
from app.services.imports.commit import commit_import
from app.services.registrations import person_input, registrations
from app.services.registrations.registrations import register_person
from app.services.registrations.requests import RegistrationRequest
from app.services.registrations.walk_ins import WalkInInput, register_walk_in
from tests.city import City, sheet
from tests.services.imports.test_concurrency import at_once, on_postgresql
from tests.upcoming_sessions import JUALAN, create_upcoming_session

SESSIONS = 6


@pytest.fixture
def sessions(city: City) -> list[str]:
    return [create_upcoming_session(city, f"{JUALAN}-{number}") for number in range(SESSIONS)]


@pytest.mark.parametrize(
    ("channel", "names", "details"),
    [
        (Channel.SELF, ("Siti Aminah", "Siti Aminnah"), {"phone": "0812 0000 0001"}),
        (Channel.SELF, ("Siti Aminah", "Siti Aminnah"), {"email": "siti@contoh.id"}),
        (Channel.ORGANIZER, ("Siti Aminah", "Siti Aminnah"), {"phone": "0812 0000 0001"}),
        (Channel.ORGANIZER, ("Siti Aminah", "Siti Aminnah"), {"nik": "6471054408900002"}),
        (Channel.ORGANIZER, ("Siti Aminah", "Siti Aminnah"), {"email": "siti@contoh.id"}),
        (Channel.ORGANIZER, ("Siti Aminah", "Hj. Siti Aminah"), {}),
    ],
)
def test_a_new_person_who_registers_for_six_sessions_at_once_is_created_once(
    city: City, sessions: list[str], channel: Channel, names: tuple[str, str], details: dict[str, str]
) -> None:
    made = at_once(
        *(
            partial(register, city, session, names[number % 2], channel=channel, **{"phone": "", **details})
            for number, session in enumerate(sessions)
        )
    )

    assert {one.participant_id for one in made} == {city.all(Participant)[0].id}
    assert len(city.all(Participant)) == 1
    assert len(city.all(Registration)) == SESSIONS


@on_postgresql
def test_without_the_lock_the_person_would_be_created_twice(
    city: City, sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: the second transaction searches before the first has written."""
    monkeypatch.setattr(registrations, "lock_identity_keys", lambda db, keys: None)

    with writing(city.engine) as first, writing_without_waiting(city) as second:
        register_in_session(first, city, sessions[0])
        register_in_session(second, city, sessions[1])

    assert len(city.all(Participant)) == 2


@on_postgresql
def test_a_request_waits_for_the_same_person_and_for_no_other(city: City, sessions: list[str]) -> None:
    """Different people whose keys share a lock would wait too; these don't share one."""
    with writing(city.engine) as first, writing_without_waiting(city) as other:
        register_in_session(first, city, sessions[0])
        register_in_session(other, city, sessions[1], "Budi Contoh", phone="0812 0000 0002")
        with pytest.raises(OperationalError), writing_without_waiting(city) as second:
            register_in_session(second, city, sessions[2], phone="0812 0000 0003")
        with pytest.raises(OperationalError), writing_without_waiting(city) as third:
            register_in_session(third, city, sessions[2], "Siti A.")  # the same telephone

    assert {person.name for person in city.all(Participant)} == {"Siti Aminah", "Budi Contoh"}


@on_postgresql
def test_concurrent_registrations_do_not_overwrite_the_record_of_a_person(
    city: City, sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One finds the person by phone, the other by e-mail, and both search before either has written."""
    city.import_sheet(
        city.session(), sheet("Nama;Kelurahan;HP;Email", "Siti Aminah;Manggar;081200000001;siti@contoh.id")
    )
    both_have_searched = Barrier(2)

    def search_together(*arguments: Any) -> KnownPeople:
        known = load_people_for_form(*arguments)
        both_have_searched.wait()
        return known

    monkeypatch.setattr(person_input, "load_people_for_form", search_together)
    by_phone = partial(register, city, sessions[0], nik="6471054408900002", channel=Channel.ORGANIZER)
    by_mail = partial(
        register,
        city,
        sessions[1],
        "Siti Aminnah",
        phone="",
        email="siti@contoh.id",
        nik="6471025506840001",
        channel=Channel.ORGANIZER,
    )
    at_once(by_phone, by_mail)

    [siti] = city.all(Participant)
    first = min(city.all(Registration), key=lambda one: one.created_at)
    told = {sessions[0]: "6471054408900002", sessions[1]: "6471025506840001"}
    niks = {
        told[workshop_session.code]
        for workshop_session in city.all(WorkshopSession)
        if workshop_session.code in told
    }
    assert city.vault.decrypt(siti.nik_encrypted or "") in niks
    assert first.participant_id == siti.id


@on_postgresql
def test_a_commit_waits_for_concurrent_registrations(city: City, sessions: list[str]) -> None:
    listed = city.upload(city.session(), sheet("Nama;Kelurahan", "Siti Aminah;Manggar"))

    with writing(city.engine) as first:
        register_in_session(first, city, sessions[0])
        with pytest.raises(OperationalError), writing_without_waiting(city) as second:
            commit_import(second, city.vault, city.actor("sari"), listed.id)
    city.commit(listed.id)

    assert [person.name for person in city.all(Participant)] == ["Siti Aminah"]


@on_postgresql
def test_a_registration_committed_late_is_not_overlooked(city: City, sessions: list[str]) -> None:
    """Budi's registration has a later id in the log, but is committed first, and the sheet is judged in between."""
    with writing(city.engine) as first:
        register_in_session(first, city, sessions[0])
        register(city, sessions[1], "Budi Contoh", phone="0812 0000 0002")
        listed = city.upload(city.session(), sheet("Nama;Kelurahan", "Siti Aminah;Manggar"))

    city.commit(listed.id)

    assert {person.name for person in city.all(Participant)} == {"Siti Aminah", "Budi Contoh"}
    siti, budi = (line for line in city.all(Activity) if line.action == "register")
    assert siti.id < budi.id


@on_postgresql
def test_registrations_walk_ins_and_imports_at_once_wait_for_each_other_in_one_order(
    city: City, sessions: list[str]
) -> None:
    """A deadlock would be an error of the database, which `at_once` raises."""
    names = ["Siti Aminah", "Budi Contoh", "Rahmat Contoh"]
    people = sheet("Nama;Kelurahan", *(f"{name};Manggar" for name in names))
    imports = [city.upload(city.session(code), people).id for code in ("A-1", "B-1")]

    at_once(
        *(
            partial(register, city, session, name, phone="", channel=Channel.ORGANIZER)
            for session in sessions[:3]
            for name in names
        ),
        *(partial(register_guest, city, sessions[3], name) for name in names),
        *(partial(city.commit, one) for one in imports),
    )

    assert sorted(person.name for person in city.all(Participant)) == sorted(names)
    assert len(city.all(Registration)) == len(names) * 6


def test_one_form_for_two_sessions_at_once_registers_once(city: City, sessions: list[str]) -> None:
    made = at_once(*(partial(register, city, session, request_key="formulir-1") for session in sessions))

    assert not [one for one in made if isinstance(one, Conflict)]
    assert {one.id for one in made} == {city.all(Registration)[0].id}
    assert len(city.all(Registration)) == 1


def register(city: City, session_code: str, name: str = "Siti Aminah", **details: Any) -> Registration:
    with writing(city.engine) as db:
        return register_in_session(db, city, session_code, name, **details)


def register_in_session(
    db: Db,
    city: City,
    session_code: str,
    name: str = "Siti Aminah",
    *,
    phone: str = "0812 0000 0001",
    request_key: str | None = None,
    channel: Channel = Channel.SELF,
    **details: str,
) -> Registration:
    """Register a person for a session, on the workshop's public page unless another channel is named."""
    person = PersonInput(name, "Manggar", "umkm", phone=phone, **details)
    request = RegistrationRequest(channel, consent=True, request_key=request_key)
    actor = CITIZEN if channel is Channel.SELF else city.actor("sari")
    session_id = get_public_session(db, JUALAN, session_code).id
    return register_person(db, city.vault, actor, session_id, person, request)


def register_guest(city: City, session_code: str, name: str) -> Registration:
    with writing(city.engine) as db:
        session_id = get_public_session(db, JUALAN, session_code).id
        walk_in = WalkInInput(PersonInput(name, "Manggar", "umkm"), confirmed=True)
        return register_walk_in(db, city.vault, city.actor("sari"), session_id, walk_in)


@contextmanager
def writing_without_waiting(city: City) -> Iterator[Db]:
    """Open a transaction that fails if it has to wait for another."""
    with writing(city.engine) as db:
        db.execute(text("SET LOCAL lock_timeout = '100ms'"))
        yield db
