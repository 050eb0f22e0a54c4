"""Writing to a session's people by WhatsApp: numbers in full, which is noted, and a text to send."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.models import Activity, Participant, Registration, RegistrationStatus
from app.models.base import now
from app.people.values.names import name_key
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.upcoming_sessions import begin_session, create_upcoming_session, update_session

pytestmark = on_sqlite

PAGE = "/sesi/JUALAN-1/whatsapp"


@pytest.fixture(autouse=True)
def registered(city: City) -> None:
    """Ani has a place, Budi waits, Citra has a place and no telephone."""
    create_upcoming_session(city)
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


def first_text(browser: TestClient, **asked: str) -> str:
    """What the page offers to send."""
    page = browser.get(PAGE, params=asked).text
    (text,) = re.findall(r"<textarea id=\"teks\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    return unescape(text)


def test_the_text_says_what_holds_for_those_it_goes_to(staff: TestClient, city: City) -> None:
    reminder = first_text(staff)
    assert reminder.startswith("We remind you of:\n*Jualan Daring*")

    assert first_text(staff, kepada="waitlisted", teks=reminder).startswith("You are on the waiting list of:")
    for_all = first_text(staff, kepada="all", teks=reminder)
    assert "remind" not in for_all
    assert "waiting list" not in for_all
    assert first_text(staff, kepada="waitlisted", teks="Bawa ponsel.") == "Bawa ponsel."

    begin_session(city, "JUALAN-1")
    assert first_text(staff) != ""
    update_session(city, "JUALAN-1", ends_at=now())
    assert first_text(staff) == ""
    over = staff.get(PAGE, params={"kepada": "all"}).text
    assert "This session is over: there is nothing to remind of." in over
    assert "wa.me/6281200000501?text=Your%20ticket" in over


def test_of_a_cancelled_session_the_text_says_that(staff: TestClient, city: City) -> None:
    staff.post("/sesi/JUALAN-1/batalkan", data={"why": "Hujan deras"})

    text = first_text(staff)

    assert text.startswith("We are sorry: this session will not be held.\n*Jualan Daring*")
    assert text.endswith("Reason: Hujan deras")


def test_only_for_those_who_take_attendance_there(
    stranger: TestClient, viewer: TestClient, city: City
) -> None:
    assert stranger.get(f"{PAGE}?kepada=all").status_code == 404
    assert viewer.get(f"{PAGE}?kepada=all").status_code == 404
    assert looks(city) == []
