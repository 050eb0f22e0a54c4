"""Merging two people who are registered for the same session: their seat, their ticket and their mails."""

from app.database import reading
from app.jobs.tasks import TaskRunner
from app.models import Registration, RegistrationStatus
from app.queries.registrations.history import list_registration_history
from app.settings import Settings
from tests.city import City
from tests.services.messages.test_notifications import register_person
from tests.services.people.duplicates import merge_by_names
from tests.services.registrations.test_waiting_list import Queue
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session

CONFIRMED = RegistrationStatus.CONFIRMED


def states(city: City) -> dict[str, tuple[RegistrationStatus, int | None]]:
    return {
        registration.code: (registration.status, registration.waiting_number)
        for registration in city.all(Registration)
    }


def latest_change(city: City, registration: Registration) -> tuple[str | None, tuple[str, ...]]:
    """Return the cause of a registration's latest change, and which caps were full."""
    with reading(city.engine) as db:
        newest = list_registration_history(db, registration)[0]
    return newest.because, newest.full


def test_the_seat_of_the_duplicate_goes_to_the_waiting_list(city: City) -> None:
    queue = Queue(city, capacity=2)
    first, _, waiting = (queue.register(name) for name in ("Siti Aster", "Siti Bakung", "Budi Dahlia"))

    merge_by_names(city, "Siti Aster", "Siti Bakung")

    assert states(city) == {first.code: (CONFIRMED, None), waiting.code: (CONFIRMED, None)}
    assert latest_change(city, waiting) == ("merge", ())


def test_the_ticket_sent_to_the_persons_own_address_and_all_mails_stay(
    city: City, mail_settings: Settings, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city)
    register_person(city, "Ani Aster")
    own = register_person(city, "Dewi Dahlia")

    merge_by_names(city, "Ani Aster", "Dewi Dahlia", email="Dewi Dahlia")

    assert states(city) == {own.code: (CONFIRMED, None)}
    TaskRunner(mail_settings, city.engine, city.vault).drain()
    assert [mail["To"] for mail in smtp_server.mails] == ["ani@contoh.id", "dewi@contoh.id"]
