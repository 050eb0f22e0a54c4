"""Mails to registered people: their texts, when they are written, and reminders."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import update
from sqlmodel import select

from app.database import reading, writing
from app.i18n import Language, day_text
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
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.services.registrations import registrations
from app.services.registrations.requests import NotEnoughSeats, RegistrationRequest
from app.services.workshops.workshop_sessions import (
    cancel_session,
    change_workshop_session,
    workshop_session_input,
)
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


def register_person(
    city: City, name: str, language: Language = "id", *, email: str | None = None
) -> Registration:
    """Register a person with an e-mail address for the session JUALAN-1."""
    with writing(city.engine) as db:
        workshop_session = db.exec(select(WorkshopSession).where(WorkshopSession.code == "JUALAN-1")).one()
        address = email or f"{name.split()[0].lower()}@contoh.id"
        registration_request = RegistrationRequest(Channel.ORGANIZER, language)
        data = PersonInput(name, "Manggar", "umkm", email=address)
        result = registrations.register_person(
            db, city.vault, city.actor("sari"), workshop_session.id, data, registration_request
        )
        return db.get_one(Registration, result.id)


def cancel_registration(city: City, registration: Registration) -> None:
    with writing(city.engine) as db:
        registrations.cancel_registration(db, city.actor("sari"), registration)


def change_session(city: City, **changes: object) -> None:
    """Change fields of the session as its organizer."""
    with writing(city.engine) as db:
        sari = city.actor("sari")
        data = replace(workshop_session_input(get_workshop_session_view(db, sari, "JUALAN-1")), **changes)  # type: ignore[arg-type]
        change_workshop_session(db, sari, "JUALAN-1", data)


def register_without_mail(city: City, name: str, **columns: object) -> Participant:
    """Add a registration of a person with an e-mail address, without the mail about it."""
    email = f"{name.split()[0].lower()}@contoh.id"
    person = Participant(name=name, name_key=name_key(name), email=email, kelurahan_code=MANGGAR)
    return city.register("JUALAN-1", name, person=person, **columns)  # type: ignore[arg-type]


def set_start(city: City, hours: float) -> None:
    starts = now() + timedelta(hours=hours)
    update_session(city, "JUALAN-1", starts_at=starts, ends_at=starts + timedelta(hours=3))


def list_reminded(city: City) -> list[str]:
    return [one.recipient for one in city.all(Message) if one.kind is MessageKind.REMINDER]


@on_sqlite
@pytest.mark.parametrize("language", ["id", "en"])
def test_mails_report_changes_in_the_language_of_the_registration(
    city: City, runner: TaskRunner, smtp_server: SmtpServer, language: Language
) -> None:
    create_upcoming_session(city, capacity=1)
    ani, budi = register_person(city, "Ani Aster", language), register_person(city, "Budi Bakung", language)
    cancel_registration(city, ani)
    change_session(city, venue="Balai Contoh")
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-1", "Hujan deras")
    runner.drain()

    day = day_text(morning_in(10).date(), language)
    assert [str(mail["Subject"]) for mail in smtp_server.mails] == [
        f"{what}: Jualan Daring, {day}" for what in SUBJECTS[language]
    ]
    assert [mail["To"] for mail in smtp_server.mails] == [
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
    for fact in (f"{day}, 09.00–12.00 WITA", "Aula Contoh", f"http://127.0.0.1:8000/tiket/{ani.code}"):
        assert fact in first
    assert "Balai Contoh" in before_last
    assert "Hujan deras" in last
    assert f"/tiket/{budi.code}" in last


@on_sqlite
def test_a_confirmation_has_a_calendar_attachment(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city, mode="hybrid", online_link="https://rapat.contoh.id/jualan")
    ani = register_person(city, "Ani Aster")
    runner.drain()

    (mail,) = smtp_server.mails
    assert mail["From"] == "Jangkau <jangkau@127.0.0.1>"
    event = read_calendar(mail)
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("Jualan Daring", "CONFIRMED")
    assert str(event["UID"]).startswith(ani.code)
    assert "https://rapat.contoh.id/jualan" in smtp_server.texts()[0]


def read_calendar(mail: EmailMessage) -> Any:
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    (event,) = Calendar.from_ical(attached.get_content()).walk("VEVENT")
    return event


@on_sqlite
def test_mails_to_the_waiting_list_have_no_link_to_the_meeting(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city, capacity=1, mode="daring", online_link="https://rapat.contoh.id/jualan")
    register_person(city, "Ani Aster")
    register_person(city, "Budi Bakung")
    runner.drain()

    assert ["https://rapat" in text for text in smtp_server.texts()] == [True, False]


@on_sqlite
def test_no_mail_without_an_address_or_after_the_session(city: City) -> None:
    create_upcoming_session(city)
    city.register("JUALAN-1", "Citra Cempaka")
    register_person(city, "Ani Aster")
    set_start(city, -30)

    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-1", "Hujan deras")

    assert [one.kind for one in city.all(Message)] == [MessageKind.CONFIRMED]


@on_sqlite
def test_a_changed_capacity_sends_no_mail(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    register_person(city, "Ani Aster")
    change_session(city, capacity=2)

    assert [one.kind for one in city.all(Message)] == [MessageKind.CONFIRMED]


def test_a_rolled_back_registration_sends_no_mail(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    data = [
        PersonInput(name, "Manggar", "umkm", email=f"{name[0]}@contoh.id") for name in ("Ani Aster", "Budi B")
    ]

    with reading(city.engine) as look:
        view = get_workshop_session_view(look, city.actor("sari"), "JUALAN-1")
    with pytest.raises(NotEnoughSeats), writing(city.engine) as db:
        registrations.register_delegation(
            db,
            city.vault,
            city.actor("sari"),
            view.id,
            data,
            RegistrationRequest(Channel.DELEGATION, informed=True, contact="0812 0000 0700"),
        )

    assert city.all(Message) == []
    assert city.all(OutboxTask) == []


def test_people_with_a_seat_are_reminded_once_a_day_before(
    city: City, runner: TaskRunner, mail_settings: Settings, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city)
    register_without_mail(city, "Ani Aster")
    register_without_mail(city, "Budi Bakung", status=RegistrationStatus.WAITLISTED)
    register_without_mail(city, "Citra Cempaka", status=RegistrationStatus.CANCELLED)
    set_start(city, 25)
    runner.send_reminders()
    assert list_reminded(city) == []

    set_start(city, 23.9)
    register_person(city, "Dewi Dahlia")  # Her confirmation states the time.
    other = TaskRunner(mail_settings, city.engine, city.vault)
    at_once(runner.send_reminders, other.send_reminders)
    runner.send_reminders()
    runner.drain()
    other.send_reminders()
    other.drain()

    assert list_reminded(city) == ["ani@contoh.id"]
    assert sorted(mail["To"] for mail in smtp_server.mails) == ["ani@contoh.id", "dewi@contoh.id"]


def test_a_session_moved_to_another_time_has_a_new_reminder(city: City, runner: TaskRunner) -> None:
    create_upcoming_session(city)
    register_without_mail(city, "Ani Aster")
    set_start(city, 20)
    runner.send_reminders()

    with writing(city.engine) as db:
        db.exec(update(Message).values(created_at=now() - timedelta(days=2)))
    set_start(city, 21)
    runner.send_reminders()
    runner.send_reminders()

    assert list_reminded(city) == ["ani@contoh.id"] * 2


def test_a_cancelled_session_has_no_reminder(city: City, runner: TaskRunner) -> None:
    create_upcoming_session(city)
    register_without_mail(city, "Ani Aster")
    set_start(city, 20)
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-1", "Hujan deras")

    runner.send_reminders()

    assert [one.kind for one in city.all(Message)] == [MessageKind.SESSION_CANCELLED]
