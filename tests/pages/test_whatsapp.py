"""Writing to a session's people by WhatsApp: numbers in full, which is noted, and a text to send."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.models import Activity, Participant, Registration, RegistrationStatus
from app.spreadsheets.names import name_key
from tests.coming import coming_session
from tests.database import on_sqlite
from tests.stories import MANGGAR, City

pytestmark = on_sqlite

PAGE = "/sesi/JUALAN-1/whatsapp"


@pytest.fixture(autouse=True)
def registered(city: City) -> None:
    """Ani has a place, Budi waits, Citra has a place and no telephone."""
    coming_session(city)
    register(city, "Budi Bakung", "+6281200000502", RegistrationStatus.WAITLISTED)
    register(city, "Ani Aster", "+6281200000501")
    register(city, "Citra Cempaka", None)


def register(
    city: City,
    name: str,
    phone: str | None,
    status: RegistrationStatus = RegistrationStatus.CONFIRMED,
) -> None:
    person = Participant(name=name, name_key=name_key(name), phone=phone, kelurahan_code=MANGGAR)
    city.register("JUALAN-1", name, person=person, status=status)


def looks(city: City) -> list[str]:
    """Who saw telephone numbers."""
    return [one.actor for one in city.all(Activity) if one.action == "list-phones"]


def test_numbers_are_shown_when_asked_for_and_that_is_noted(staff: TestClient, city: City) -> None:
    first = staff.get(PAGE)
    assert "*Jualan Daring*" in first.text
    assert "+62812" not in first.text
    assert looks(city) == []

    shown = staff.get(f"{PAGE}?kepada=confirmed").text

    assert re.findall(r"\+62\d+", shown) == ["+6281200000501"]
    assert "Citra Cempaka" in shown
    assert "Budi Bakung" not in shown
    assert looks(city) == ["Budi Petugas"]
    assert re.findall(r"\+62\d+", staff.get(f"{PAGE}?kepada=all").text) == [
        "+6281200000501",
        "+6281200000502",
    ]


def test_each_link_opens_the_text_with_the_persons_own_ticket(staff: TestClient, city: City) -> None:
    text = "Bawa ponsel & kuota.\r\nSampai jumpa!"

    page = staff.get(PAGE, params={"kepada": "waitlisted", "teks": text}).text

    (link,) = re.findall(r'href="(https://wa\.me/[^"]+)"', page)
    address = urlsplit(unescape(link))
    code = next(one.code for one in city.all(Registration) if one.status is RegistrationStatus.WAITLISTED)
    assert address.path == "/6281200000502"
    assert parse_qs(address.query)["text"] == [
        f"Bawa ponsel & kuota.\nSampai jumpa!\n\nYour ticket: http://127.0.0.1:8000/tiket/{code}"
    ]
    assert 'data-copies="copied"' in page


def test_only_for_those_who_take_attendance_there(
    stranger: TestClient, viewer: TestClient, city: City
) -> None:
    assert stranger.get(f"{PAGE}?kepada=all").status_code == 404
    assert viewer.get(f"{PAGE}?kepada=all").status_code == 404
    assert looks(city) == []
