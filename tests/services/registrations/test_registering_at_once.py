"""Many register themselves at once: nobody waits for a stranger, and nobody is made twice or overlooked."""

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
from app.queries.people.known_people import people_named
from app.services.activities import log_activity
from app.services.imports.commit import commit
from app.services.registrations import recognition, registering
from app.services.registrations.new_registrations import Registered
from app.services.registrations.registrations import register_by_page
from app.services.registrations.requests import RegistrationRequest
from tests.city import City, sheet
from tests.queries.counting import statements_of
from tests.services.imports.test_concurrency import at_once, on_postgresql
from tests.upcoming_sessions import JUALAN, create_upcoming_session

SESSIONS = 6


@pytest.fixture
def sessions(city: City) -> list[str]:
    return [create_upcoming_session(city, f"{JUALAN}-{number}") for number in range(SESSIONS)]


def test_somebody_new_in_six_sessions_at_once_is_made_once(city: City, sessions: list[str]) -> None:
    made = at_once(*(partial(registered, city, session) for session in sessions))

    assert {one.participant_id for one in made} == {city.all(Participant)[0].id}
    assert len(city.all(Participant)) == 1
    assert len(city.all(Registration)) == SESSIONS


@on_postgresql
def test_without_their_keys_they_would_be_made_again(
    city: City, sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: the second looks before the first has written."""
    monkeypatch.setattr(recognition, "lock_identity_keys", lambda db, keys: None)
    monkeypatch.setattr(registering, "log_activity", without_turn)

    with writing(city.engine) as first, impatient(city) as second:
        come(first, city, sessions[0])
        come(second, city, sessions[1])

    assert len(city.all(Participant)) == 2


@on_postgresql
def test_one_waits_for_the_same_person_and_for_no_other(
    city: City, sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        registering, "log_activity", without_turn
    )  # for which everyone waits, but not for long

    with writing(city.engine) as first, impatient(city) as other:
        come(first, city, sessions[0])
        come(other, city, sessions[1], "Budi Contoh", phone="0812 0000 0002")
        with pytest.raises(OperationalError), impatient(city) as second:
            come(second, city, sessions[2], phone="0812 0000 0003")
        with pytest.raises(OperationalError), impatient(city) as third:
            come(third, city, sessions[2], "Siti A.")  # the same telephone

    assert [one.name for one in city.all(Participant)] == ["Siti Aminah", "Budi Contoh"]


@on_postgresql
def test_what_one_has_just_told_of_a_person_is_not_overwritten_by_another(
    city: City, sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both know them, one by the telephone and one by the e-mail, and look before either has written."""
    city.import_sheet(
        city.session(), sheet("Nama;Kelurahan;HP;Email", "Siti Aminah;Manggar;081200000001;siti@contoh.id")
    )
    both_have_looked = Barrier(2)

    def look(*asked: Any) -> KnownPeople:
        known = people_named(*asked)
        both_have_looked.wait()
        return known

    monkeypatch.setattr(recognition, "people_named", look)
    by_phone = partial(registered, city, sessions[0], nik="6471054408900002")
    by_mail = partial(
        registered,
        city,
        sessions[1],
        "Siti Aminnah",
        phone="",
        email="siti@contoh.id",
        nik="6471025506840001",
    )
    at_once(by_phone, by_mail)

    [siti] = city.all(Participant)
    first = next(line for line in city.all(Activity) if line.action == "register")
    told = {sessions[0]: "6471054408900002", sessions[1]: "6471025506840001"}
    code = {held.id: held.code for held in city.all(WorkshopSession)}
    assert first.after is not None
    assert city.vault.decrypt(siti.nik_encrypted or "") == told[code[first.after["workshop_session_id"]]]


@on_postgresql
def test_an_import_waits_for_those_who_are_registering(city: City, sessions: list[str]) -> None:
    listed = city.upload(city.session(), sheet("Nama;Kelurahan", "Siti Aminah;Manggar"))

    with writing(city.engine) as first:
        come(first, city, sessions[0])
        with pytest.raises(OperationalError), impatient(city) as second:
            commit(second, city.vault, city.actor("sari"), listed.id)
    city.commit(listed.id)

    assert [one.name for one in city.all(Participant)] == ["Siti Aminah"]


@on_postgresql
def test_lines_are_numbered_in_the_order_in_which_they_are_committed(city: City, sessions: list[str]) -> None:
    """An import is judged anew where there is a newer line than it knew: none may come to light below that."""
    with writing(city.engine) as first:
        come(first, city, sessions[0])
        with pytest.raises(OperationalError), impatient(city) as second:
            come(second, city, sessions[1], "Budi Contoh", phone="0812 0000 0002")
    registered(city, sessions[1], "Budi Contoh", phone="0812 0000 0002")

    siti, budi = (line for line in city.all(Activity) if line.action == "register")
    assert budi.id == siti.id + 1  # who waited in vain had no number yet


def test_nothing_is_written_after_the_line_in_the_log(city: City, sessions: list[str]) -> None:
    """Whoever has the log's turn and still needs a row may wait for somebody who waits for the turn."""
    headings = "Nama;Kelurahan;HP"
    city.import_sheet(city.session(), sheet(headings, "Siti Aminah;Manggar;081200000001"))
    unclear = partial(registered, city, sessions[0], "Siti Amirudin", phone="081200000001")

    written = [one for one in statements_of(city.engine, unclear) if "INSERT INTO" in one]

    assert any("INTO possible_duplicate" in one for one in written)
    assert "INSERT INTO activity" in written[-1]


def test_one_form_for_two_sessions_at_once_registers_once(city: City, sessions: list[str]) -> None:
    made = at_once(*(partial(registered, city, session, request_key="formulir-1") for session in sessions))

    assert not [one for one in made if isinstance(one, Conflict)]
    assert {one.id for one in made} == {city.all(Registration)[0].id}
    assert len(city.all(Registration)) == 1


def registered(city: City, session_code: str, name: str = "Siti Aminah", **given: str) -> Registered:
    with writing(city.engine) as db:
        return come(db, city, session_code, name, **given)


def come(
    db: Db,
    city: City,
    session_code: str,
    name: str = "Siti Aminah",
    *,
    phone: str = "0812 0000 0001",
    request_key: str | None = None,
    **details: str,
) -> Registered:
    """By the workshop's public page."""
    given = PersonInput(name, "Manggar", "umkm", phone=phone, **details)
    asking = RegistrationRequest(Channel.SELF, consent=True, request_key=request_key)
    return register_by_page(db, city.vault, JUALAN, session_code, given, asking)


def without_turn(db: Db, *said: Any, in_turn: bool, **values: Any) -> None:
    log_activity(db, *said, **values)


@contextmanager
def impatient(city: City) -> Iterator[Db]:
    """A change that fails where it has to wait for another."""
    with writing(city.engine) as db:
        db.execute(text("SET LOCAL lock_timeout = '100ms'"))
        yield db
