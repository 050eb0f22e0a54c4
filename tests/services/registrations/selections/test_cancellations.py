"""Several registrations cancelled at once, for a reason."""

import pytest

from app.database import reading
from app.errors import Conflict, Forbidden, Invalid
from app.models import Activity, AttendanceStatus, Message, MessageKind, Registration, RegistrationStatus
from tests.city import City
from tests.services.registrations.selections.chosen import Chosen
from tests.services.registrations.selections.test_moves import (
    get_registration_of,
    give_address,
    give_waiting_number,
)
from tests.upcoming_sessions import begin_session, create_upcoming_session


@pytest.fixture
def full(city: City) -> Chosen:
    """A session with two seats, those of Ani and Budi; Citra and Dewi wait."""
    chosen = Chosen(city, create_upcoming_session(city, capacity=2))
    for name in ("Ani", "Budi"):
        city.register(chosen.code, name)
    for number, name in enumerate(("Citra", "Dewi"), start=1):
        city.register(chosen.code, name, status=RegistrationStatus.WAITLISTED)
        give_waiting_number(city, name, number)
    return chosen


def test_the_chosen_are_cancelled_and_none_of_them_moves_up_before(full: Chosen) -> None:
    for registration in ("Ani", "Citra", "Dewi"):
        give_address(full.city, registration)

    result = full.cancel("Ani", "Citra")

    assert (result.changed, result.left_out, len(result.codes)) == (2, 0, 2)

    assert full.statuses() == {
        "Ani": "cancelled",
        "Budi": "confirmed",
        "Citra": "cancelled",
        "Dewi": "confirmed",
    }
    assert [(message.recipient, message.kind) for message in full.city.all(Message)] == [
        ("citra@contoh.id", MessageKind.CANCELLED),
        ("ani@contoh.id", MessageKind.CANCELLED),
        ("dewi@contoh.id", MessageKind.MOVED_UP),
    ]
    reasons = {line.reason for line in full.city.all(Activity) if line.action == "cancel"}
    assert reasons == {"Sesi terlalu penuh"}


def test_who_is_cancelled_already_or_has_an_outcome_is_left_out(full: Chosen) -> None:
    full.city.register(full.code, "Eka", outcome=AttendanceStatus.EXCUSED)
    full.city.register(full.code, "Farah", status=RegistrationStatus.CANCELLED)

    with reading(full.city.engine) as db:
        ani = get_registration_of(db, "Ani").code

    result = full.cancel("Eka", "Farah", "Ani")

    assert (result.changed, result.left_out, result.codes) == (1, 2, (ani,))


def test_a_reason_is_needed_and_the_session_must_be_to_come(full: Chosen) -> None:
    with pytest.raises(Invalid):
        full.cancel("Ani", why="  ")
    begin_session(full.city, full.code)
    with pytest.raises(Conflict) as refused:
        full.cancel("Ani")
    assert refused.value.code == "too-late"
    assert {str(registration.status) for registration in full.city.all(Registration)} == {
        "confirmed",
        "waitlisted",
    }


@pytest.mark.parametrize("by", ["rina", "tono"])
def test_only_who_records_the_attendance_of_the_session_cancels(full: Chosen, by: str) -> None:
    with pytest.raises(Forbidden):
        full.cancel("Ani", by=by)
