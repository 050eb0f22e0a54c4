"""The page to write to a session's people by WhatsApp."""

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
def register_people(city: City) -> None:
    """Register Ani, Budi on the waiting list, and Citra without a phone number."""
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


def list_viewers(city: City) -> list[str]:
    """Return the names of users who, by the activity log, saw phone numbers."""
    return [one.actor for one in city.all(Activity) if one.action == "list-phones"]


def test_phone_numbers_are_shown_on_request_and_logged(staff: TestClient, city: City) -> None:
    first = staff.get(PAGE)
    assert "*Jualan Daring*" in first.text
    assert "+62812" not in first.text
    assert list_viewers(city) == []

    shown = staff.get(f"{PAGE}?kepada=confirmed").text

    assert re.findall(r"\+62\d+", shown) == ["+6281200000501"]
    assert "Citra Cempaka" in shown
    assert "Budi Bakung" not in shown
    assert list_viewers(city) == ["Budi Petugas"]
    assert re.findall(r"\+62\d+", staff.get(f"{PAGE}?kepada=all").text) == [
        "+6281200000501",
        "+6281200000502",
    ]


def test_each_link_has_the_text_and_the_persons_ticket(staff: TestClient, city: City) -> None:
    text = "Bawa ponsel & kuota.\r\nSampai jumpa!"

    page = staff.get(PAGE, params={"kepada": "waitlisted", "teks": text}).text

    (link,) = re.findall(r'href="(https://wa\.me/[^"]+)"', page)
    url = urlsplit(unescape(link))
    code = next(one.code for one in city.all(Registration) if one.status is RegistrationStatus.WAITLISTED)
    assert url.path == "/6281200000502"
    assert parse_qs(url.query)["text"] == [
        f"Bawa ponsel & kuota.\nSampai jumpa!\n\nYour ticket: http://127.0.0.1:8000/tiket/{code}"
    ]
    assert 'data-copies="copied"' in page


def suggested_text(browser: TestClient, **query: str) -> str:
    """Return the text that the page suggests."""
    page = browser.get(PAGE, params=query).text
    (text,) = re.findall(r"<textarea id=\"teks\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    return unescape(text)


def test_the_suggested_text_fits_its_recipients(staff: TestClient, city: City) -> None:
    reminder = suggested_text(staff)
    assert reminder.startswith("We remind you of:\n*Jualan Daring*")

    assert suggested_text(staff, kepada="waitlisted", teks=reminder).startswith(
        "You are on the waiting list of:"
    )
    for_all = suggested_text(staff, kepada="all", teks=reminder)
    assert "remind" not in for_all
    assert "waiting list" not in for_all
    assert suggested_text(staff, kepada="waitlisted", teks="Bawa ponsel.") == "Bawa ponsel."

    begin_session(city, "JUALAN-1")
    assert suggested_text(staff) != ""
    update_session(city, "JUALAN-1", ends_at=now())
    assert suggested_text(staff) == ""
    over = staff.get(PAGE, params={"kepada": "all"}).text
    assert "This session is over: there is nothing to remind of." in over
    assert "wa.me/6281200000501?text=Your%20ticket" in over


def test_the_suggested_text_of_a_cancelled_session(staff: TestClient, city: City) -> None:
    staff.post("/sesi/JUALAN-1/batalkan", data={"why": "Hujan deras"})

    text = suggested_text(staff)

    assert text.startswith("We are sorry: this session will not be held.\n*Jualan Daring*")
    assert text.endswith("Reason: Hujan deras")


def test_only_staff_of_the_organization_see_phone_numbers(
    stranger: TestClient, viewer: TestClient, city: City
) -> None:
    assert stranger.get(f"{PAGE}?kepada=all").status_code == 404
    assert viewer.get(f"{PAGE}?kepada=all").status_code == 403
    assert list_viewers(city) == []
