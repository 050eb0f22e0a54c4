"""Two records of one person, both registered for a session: their place, their ticket and their letters."""

from app.database import reading
from app.jobs.tasks import TaskRunner
from app.models import Registration, RegistrationStatus
from app.queries.registrations.history import list_registration_history
from app.settings import Settings
from tests.city import City
from tests.services.messages.test_notifications import register_person
from tests.services.people.duplicates import merged
from tests.services.registrations.test_waiting_list import Queue
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session

CONFIRMED = RegistrationStatus.CONFIRMED


def standing_of(city: City) -> dict[str, tuple[RegistrationStatus, int | None]]:
    return {one.code: (one.status, one.waiting_number) for one in city.all(Registration)}


def why(city: City, registration: Registration) -> tuple[str | None, tuple[str, ...]]:
    """What came of a registration last: because of what, and which caps were full."""
    with reading(city.engine) as look:
        newest = list_registration_history(look, registration)[0]
    return newest.because, newest.full


def test_the_place_of_a_double_goes_to_who_waits(city: City) -> None:
    queue = Queue(city, capacity=2)
    first, _, waiting = (queue.register(name) for name in ("Siti Aster", "Siti Bakung", "Budi Dahlia"))

    merged(city, "Siti Aster", "Siti Bakung")

    assert standing_of(city) == {first.code: (CONFIRMED, None), waiting.code: (CONFIRMED, None)}
    assert why(city, waiting) == ("merge", ())


def test_the_ticket_at_the_persons_own_address_and_all_letters_stay(
    city: City, mail_settings: Settings, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city)
    register_person(city, "Ani Aster")
    own = register_person(city, "Dewi Dahlia")

    merged(city, "Ani Aster", "Dewi Dahlia", email="Dewi Dahlia")

    assert standing_of(city) == {own.code: (CONFIRMED, None)}
    TaskRunner(mail_settings, city.engine, city.vault).drain()
    assert [mail["To"] for mail in smtp_server.mails] == ["ani@contoh.id", "dewi@contoh.id"]
