"""Mails to people who registered: what they say, and that they are written with what they tell of or not at all."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import update
from sqlmodel import select

from app.database import reading, writing
from app.i18n import Language, date_text
from app.jobs.tasks import TaskRunner
from app.models import (
    Channel,
    Message,
    MessageKind,
    OutboxTask,
    Participant,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.people.person import PersonInput
from app.people.values.names import name_key
from app.queries.workshops.workshop_sessions import workshop_session
from app.services.registrations.registrations import cancel, register, register_delegation
from app.services.registrations.requests import NoPlaces, RegistrationRequest
from app.services.workshops.session_cancellation import cancel_session
from app.services.workshops.workshop_sessions import change_workshop_session, said_of
from app.settings import Settings
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.services.imports.test_concurrency import at_once
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session, morning_in, update_session

SUBJECTS: dict[Language, list[str]] = {
    "id": [
        "Anda mendapat tempat",
        "Anda masuk daftar tunggu",
        "Pendaftaran Anda dibatalkan",
        "Anda kini mendapat tempat",
        "Sesi berubah",
        "Sesi dibatalkan",
    ],
    "en": [
        "You have a place",
        "You are on the waiting list",
        "Your registration is cancelled",
        "You have a place now",
        "The session has changed",
        "The session is cancelled",
    ],
}


@pytest.fixture
def runner(mail_settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(mail_settings, city.engine, city.vault)


def come(city: City, name: str, language: Language = "id", *, email: str | None = None) -> Registration:
    """Somebody registers for the session JUALAN-1 with an address of their own."""
    with writing(city.engine) as db:
        held = db.exec(select(WorkshopSession).where(WorkshopSession.code == "JUALAN-1")).one()
        address = email or f"{name.split()[0].lower()}@contoh.id"
        asking = RegistrationRequest(Channel.ORGANIZER, language)
        given = PersonInput(name, "Manggar", "umkm", email=address)
        made = register(db, city.vault, city.actor("sari"), held.id, given, asking)
        return db.get_one(Registration, made.id)


def withdraw(city: City, registration: Registration) -> None:
    with writing(city.engine) as db:
        cancel(db, city.actor("sari"), registration)


def move(city: City, **said: object) -> None:
    """The session's place or time is changed by its organizer."""
    with writing(city.engine) as db:
        sari = city.actor("sari")
        given = replace(said_of(workshop_session(db, sari, "JUALAN-1")), **said)  # type: ignore[arg-type]
        change_workshop_session(db, sari, "JUALAN-1", given)


def knows(city: City, name: str, **otherwise: object) -> Participant:
    """Somebody with an address is registered, and nobody has written to them of it."""
    email = f"{name.split()[0].lower()}@contoh.id"
    person = Participant(name=name, name_key=name_key(name), email=email, kelurahan_code=MANGGAR)
    return city.register("JUALAN-1", name, person=person, **otherwise)  # type: ignore[arg-type]


def begins_in(city: City, hours: float) -> None:
    starts = now() + timedelta(hours=hours)
    update_session(city, "JUALAN-1", starts_at=starts, ends_at=starts + timedelta(hours=3))


def reminded(city: City) -> list[str]:
    return [one.recipient for one in city.all(Message) if one.kind is MessageKind.REMINDER]


@on_sqlite
@pytest.mark.parametrize("language", ["id", "en"])
def test_people_read_in_their_language_what_happened(
    city: City, runner: TaskRunner, smtp_server: SmtpServer, language: Language
) -> None:
    create_upcoming_session(city, capacity=1)
    ani, budi = come(city, "Ani Aster", language), come(city, "Budi Bakung", language)
    withdraw(city, ani)
    move(city, venue="Balai Contoh")
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-1", "Hujan deras")
    runner.drain()

    day = date_text(morning_in(10).date())
    assert [str(letter["Subject"]) for letter in smtp_server.letters] == [
        f"{what}: Jualan Daring, {day}" for what in SUBJECTS[language]
    ]
    assert [letter["To"] for letter in smtp_server.letters] == [
        f"{name}@contoh.id" for name in ("ani", "budi", "ani", "budi", "budi", "budi")
    ]
    first, *_, before_last, last = smtp_server.texts()
    greeting = {"id": "Yth. Ani Aster,", "en": "Dear Ani Aster,"}
    assert first.startswith(greeting[language])
    ticket = {"id": "Tiket Anda, untuk melihat", "en": "Your ticket, to look at"}
    assert [ticket[language] in text for text in smtp_server.texts()] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]
    for fact in (f"{day} 09.00–12.00 WITA", "Aula Contoh", f"http://127.0.0.1:8000/tiket/{ani.code}"):
        assert fact in first
    assert "Balai Contoh" in before_last
    assert "Hujan deras" in last
    assert f"/tiket/{budi.code}" in last


@on_sqlite
def test_a_confirmation_brings_the_session_to_the_calendar(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city, mode="hybrid", online_link="https://rapat.contoh.id/jualan")
    ani = come(city, "Ani Aster")
    runner.drain()

    (letter,) = smtp_server.letters
    assert letter["From"] == "Jangkau <jangkau@127.0.0.1>"
    event = calendar_of(letter)
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("Jualan Daring", "CONFIRMED")
    assert str(event["UID"]).startswith(ani.code)
    assert "https://rapat.contoh.id/jualan" in smtp_server.texts()[0]


def calendar_of(letter: EmailMessage) -> Any:
    (attached,) = letter.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    (event,) = Calendar.from_ical(attached.get_content()).walk("VEVENT")
    return event


@on_sqlite
def test_who_waits_gets_no_link_to_the_meeting(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city, capacity=1, mode="daring", online_link="https://rapat.contoh.id/jualan")
    come(city, "Ani Aster")
    come(city, "Budi Bakung")
    runner.drain()

    assert ["https://rapat" in text for text in smtp_server.texts()] == [True, False]


@on_sqlite
def test_nobody_is_written_to_without_an_address_or_about_what_is_over(city: City) -> None:
    create_upcoming_session(city)
    city.register("JUALAN-1", "Citra Cempaka")
    come(city, "Ani Aster")
    begins_in(city, -30)

    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-1", "Hujan deras")

    assert [one.kind for one in city.all(Message)] == [MessageKind.CONFIRMED]


@on_sqlite
def test_more_places_change_nothing_that_people_need_to_know(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    come(city, "Ani Aster")
    move(city, capacity=2)

    assert [one.kind for one in city.all(Message)] == [MessageKind.CONFIRMED]


def test_what_is_taken_back_tells_nobody(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    given = [
        PersonInput(name, "Manggar", "umkm", email=f"{name[0]}@contoh.id") for name in ("Ani Aster", "Budi B")
    ]

    with reading(city.engine) as look:
        held = workshop_session(look, city.actor("sari"), "JUALAN-1")
    with pytest.raises(NoPlaces), writing(city.engine) as db:
        register_delegation(
            db, city.vault, city.actor("sari"), held.id, given, RegistrationRequest(Channel.DELEGATION)
        )

    assert city.all(Message) == []
    assert city.all(OutboxTask) == []


def test_a_day_before_people_are_reminded_once(
    city: City, runner: TaskRunner, mail_settings: Settings, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city)
    knows(city, "Ani Aster")
    knows(city, "Budi Bakung", status=RegistrationStatus.WAITLISTED)
    knows(city, "Citra Cempaka", status=RegistrationStatus.CANCELLED)
    begins_in(city, 25)
    runner.send_reminders()
    assert reminded(city) == []

    begins_in(city, 23.9)
    come(city, "Dewi Dahlia")  # who is told when it is, at this moment
    other = TaskRunner(mail_settings, city.engine, city.vault)
    at_once(runner.send_reminders, other.send_reminders)
    runner.send_reminders()
    runner.drain()
    other.send_reminders()
    other.drain()

    assert reminded(city) == ["ani@contoh.id"]
    assert sorted(letter["To"] for letter in smtp_server.letters) == ["ani@contoh.id", "dewi@contoh.id"]


def test_another_time_is_another_reminder(city: City, runner: TaskRunner) -> None:
    create_upcoming_session(city)
    knows(city, "Ani Aster")
    begins_in(city, 20)
    runner.send_reminders()

    with writing(city.engine) as db:
        db.exec(update(Message).values(created_at=now() - timedelta(days=2)))
    begins_in(city, 21)
    runner.send_reminders()
    runner.send_reminders()

    assert reminded(city) == ["ani@contoh.id"] * 2


def test_of_a_cancelled_session_nobody_is_reminded(city: City, runner: TaskRunner) -> None:
    create_upcoming_session(city)
    knows(city, "Ani Aster")
    begins_in(city, 20)
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-1", "Hujan deras")

    runner.send_reminders()

    assert [one.kind for one in city.all(Message)] == [MessageKind.SESSION_CANCELLED]
