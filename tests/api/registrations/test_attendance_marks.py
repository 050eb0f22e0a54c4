"""Marking attendance by a program, such as another check-in application."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from app.i18n import wita
from app.models import AttendanceMark, Registration, RegistrationStatus
from app.models.base import now
from tests.api.conftest import Program
from tests.api.problems import invalid_fields, status_and_code
from tests.city import City

NINE = "2025-08-05T09:00:00+08:00"
TEN = "2025-08-05T10:00:00+08:00"


@pytest.fixture
def siti(city: City) -> str:
    """Where Siti's attendance is marked; she waits for a place."""
    city.session()
    city.register("UMKM-2025-1", "Siti Aminah", status=RegistrationStatus.WAITLISTED)
    return f"/registrations/{city.all(Registration)[0].code}/attendance"


def test_a_mark_is_answered_with_the_attendance(sari: TestClient, siti: str, city: City) -> None:
    later = sari.put(siti, json={"status": "present", "at": TEN, "nonce": "dua"})
    earlier = sari.put(siti, json={"status": "absent", "at": NINE, "nonce": "satu"})
    again = sari.put(siti, json={"status": "absent", "at": NINE, "nonce": "satu"})

    code = city.all(Registration)[0].code
    holds = {"registration": code, "status": "walk-in", "attendance": "present"}
    assert later.json() == holds | {"marked_at": "2025-08-05T02:00:00Z"}
    assert earlier.json() == again.json() == holds | {"marked_at": "2025-08-05T01:00:00Z"}
    assert len(city.all(AttendanceMark)) == 2

    taken_back = sari.put(siti, json={"status": None})
    assert taken_back.json()["attendance"] is None


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "status"),
        ({"status": "hadir"}, "status"),
        ({"status": "present", "at": "2025-08-05T09:00:00"}, "at"),
        ({"status": "present", "nonce": "n" * 65}, "nonce"),
        ({"status": "present", "nonce": ""}, "nonce"),
        ({"status": "present", "by": "sari"}, "by"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_invalid_fields_are_named(sari: TestClient, siti: str, data: dict[str, str], field: str) -> None:
    assert invalid_fields(sari.put(siti, json=data)) == {field}


def test_a_mark_long_before_the_session_must_be_confirmed(sari: TestClient, city: City) -> None:
    city.session("NANTI-1", wita(now() + timedelta(days=9)).replace(tzinfo=None))
    city.register("NANTI-1", "Siti Aminah")
    address = f"/registrations/{city.all(Registration)[0].code}/attendance"
    data = {"status": "excused"}

    assert status_and_code(sari.put(address, json=data)) == (409, "session-not-started")
    assert sari.put(address, json=data | {"confirm": ["session-not-started"]}).status_code == 200


def test_marks_are_only_for_the_actors_scope(program: Program, siti: str) -> None:
    data = {"status": "present"}

    assert status_and_code(program("tono").put(siti, json=data)) == (404, "not-found")
    assert status_and_code(program("rina").put(siti, json=data)) == (403, "forbidden")
    assert program("budi").put(siti, json=data).status_code == 200
