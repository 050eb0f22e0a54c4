"""Writing to a session's people by WhatsApp: a list with a link for each, in which staff tick whom they wrote to."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.models import (
    Activity,
    DelegationLink,
    Participant,
    Registration,
    RegistrationStatus,
    WhatsAppRecipient,
)
from app.models.base import now
from app.people.values.names import name_key
from app.services.registrations.delegation_links import create_delegation_link
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.upcoming_sessions import begin_session, create_upcoming_session, update_session

pytestmark = on_sqlite

PAGE = "/sesi/JUALAN-1/whatsapp"
TEXT = "Bawa ponsel & kuota.\r\nSampai jumpa!"


@pytest.fixture(autouse=True)
def register_people(city: City) -> None:
    """Register Ani, Budi on the waiting list, Citra without a contact, and Dewi with an e-mail address."""
    create_upcoming_session(city)
    register(city, "Budi Bakung", phone="+6281200000502", status=RegistrationStatus.WAITLISTED)
    register(city, "Ani Aster", phone="+6281200000501")
    register(city, "Citra Cempaka")
    register(city, "Dewi Dahlia", phone="+6281200000504", email="dewi@contoh.id")


def register(
    city: City,
    name: str,
    *,
    phone: str | None = None,
    email: str | None = None,
    status: RegistrationStatus = RegistrationStatus.CONFIRMED,
) -> None:
    person = Participant(name=name, name_key=name_key(name), phone=phone, email=email, kelurahan_code=MANGGAR)
    city.register("JUALAN-1", name, person=person, status=status)


def make_list(browser: TestClient, to: str = "all", text: str = TEXT, **further: str) -> str:
    """Make a list and return its address."""
    answer = browser.post(PAGE, data={"kepada": to, "teks": text, **further})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def names_on(page: str) -> list[str]:
    return re.findall(r'<a href="/pendaftaran/\w+">(.+?)</a>', page)


def code_of(city: City, name: str) -> str:
    codes = {one.id: one.name for one in city.all(Participant)}
    return next(one.code for one in city.all(Registration) if codes[one.participant_id] == name)


def list_viewers(city: City) -> list[str]:
    """Return the names of users who, by the activity log, saw phone numbers."""
    return [one.actor for one in city.all(Activity) if one.action == "list-phones"]


def test_phone_numbers_are_on_the_list_alone_and_looking_at_them_is_logged(
    staff: TestClient, city: City
) -> None:
    first = staff.get(PAGE).text
    assert "*Jualan Daring*" in first
    assert "0812" not in first
    address = make_list(staff, "confirmed")
    assert list_viewers(city) == []

    page = staff.get(address).text

    assert names_on(page) == ["Ani Aster", "Citra Cempaka", "Dewi Dahlia"]
    assert re.findall(r"0812[\d-]+", page) == ["0812-0000-0501", "0812-0000-0504"]
    assert list_viewers(city) == ["Budi Petugas"]


def test_each_link_has_the_text_and_the_persons_ticket(staff: TestClient, city: City) -> None:
    page = staff.get(make_list(staff, "waitlisted")).text

    (link,) = re.findall(r'href="(https://wa\.me/[^"]+)"', page)
    url = urlsplit(unescape(link))
    assert url.path == "/6281200000502"
    code = code_of(city, "Budi Bakung")
    assert parse_qs(url.query)["text"] == [
        f"Bawa ponsel & kuota.\nSampai jumpa!\n\nYour ticket: http://127.0.0.1:8000/tiket/{code}"
    ]
    assert 'data-copies="copied"' in page


def test_ticks_are_stored_and_counted_and_can_be_taken_back(
    staff: TestClient, organizer: TestClient, city: City
) -> None:
    address = make_list(staff)
    ani = code_of(city, "Ani Aster")
    assert "0 of 4 sent" in staff.get(address).text

    ticked = staff.post(f"{address}/{ani}", data={"terkirim": "true"})
    again = organizer.post(f"{address}/{ani}", data={"terkirim": "true"})

    assert ticked.headers["location"] == again.headers["location"] == f"{address}#orang-{ani}"
    page = organizer.get(address).text
    assert "1 of 4 sent" in page
    assert re.search(rf'id="orang-{ani}" class="done">.*?✓ [^<]*, Budi Petugas', page, re.DOTALL)
    assert names_on(organizer.get(f"{address}?belum=true").text) == [
        "Budi Bakung",
        "Citra Cempaka",
        "Dewi Dahlia",
    ]
    assert "1 of 4 sent" in organizer.get(PAGE).text

    organizer.post(f"{address}/{ani}", data={"terkirim": "false"})
    assert "0 of 4 sent" in organizer.get(address).text
    assert [one.sent_by for one in city.all(WhatsAppRecipient)] == [None] * 4
    done = [(one.action, one.actor) for one in city.all(Activity) if "tick-whatsapp" in one.action]
    assert done == [("tick-whatsapp", "Budi Petugas"), ("untick-whatsapp", "Sari Panitia")]


def test_htmx_gets_the_list_at_once(staff: TestClient, city: City) -> None:
    address = make_list(staff)

    answer = staff.post(
        f"{address}/{code_of(city, 'Ani Aster')}",
        data={"terkirim": "true", "belum": "true"},
        headers={"hx-request": "true"},
    )

    assert answer.status_code == 200
    assert "1 of 4 sent" in answer.text
    assert "Ani Aster" not in names_on(answer.text)


def test_the_list_of_those_whom_no_mail_reaches(staff: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        link = create_delegation_link(db, city.actor("sari"), "JUALAN-1", MANGGAR)
        db.get_one(DelegationLink, link.id).contact_phone = "+6281200000700"
    with writing(city.engine) as db:
        citra = db.exec(select(Registration).where(Registration.code == code_of(city, "Citra Cempaka"))).one()
        citra.delegation_link_id = link.id

    page = staff.get(make_list(staff, "by-hand")).text

    assert names_on(page) == ["Ani Aster", "Budi Bakung", "Citra Cempaka"]
    (to_kelurahan,) = re.findall(r'href="https://wa\.me/6281200000700\?text=([^"]+)"', page)
    assert to_kelurahan.startswith("For%20Citra%20Cempaka%3A%0A%0ABawa")
    assert "(their kelurahan)" in page


def suggested_text(browser: TestClient, **query: str) -> str:
    """Return the text that the page suggests."""
    page = browser.get(PAGE, params=query).text
    (text,) = re.findall(r"<textarea id=\"teks\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    return unescape(text)


def test_the_suggested_text_fits_its_recipients(staff: TestClient, city: City) -> None:
    reminder = suggested_text(staff)
    assert reminder.startswith("We remind you of:\n*Jualan Daring*")
    assert "You are on the waiting list of:" in staff.get(make_list(staff, "waitlisted", reminder)).text
    for_all = suggested_text(staff, kepada="all", teks=reminder)
    assert "remind" not in for_all
    assert "waiting list" not in for_all
    assert suggested_text(staff, kepada="by-hand", tentang="changed").startswith("The time or the place")
    assert suggested_text(staff, kepada="waitlisted", teks="Bawa ponsel.") == "Bawa ponsel."

    begin_session(city, "JUALAN-1")
    assert suggested_text(staff) != ""
    update_session(city, "JUALAN-1", ends_at=now())
    assert suggested_text(staff) == ""
    assert "This session is over: there is nothing to remind of." in staff.get(PAGE).text


def test_the_suggested_text_of_a_cancelled_session(staff: TestClient, city: City) -> None:
    staff.post("/sesi/JUALAN-1/batalkan", data={"why": "Hujan deras"})

    text = suggested_text(staff)

    assert text.startswith("We are sorry: this session will not be held.\n*Jualan Daring*")
    assert text.endswith("Reason: Hujan deras")


def test_a_list_needs_people_and_a_text(staff: TestClient, city: City) -> None:
    empty = staff.post(PAGE, data={"kepada": "confirmed", "teks": "x" * 1501})
    assert empty.status_code == 422
    assert 'id="teks-error"' in empty.text
    assert "x" * 1501 in empty.text
    for registration in city.all(Registration):
        staff.post(f"/pendaftaran/{registration.code}/batalkan")
    nobody = staff.post(PAGE, data={"kepada": "all", "teks": TEXT})
    assert "There is nobody of this kind." in nobody.text


def test_only_staff_of_the_organization_see_and_tick_a_list(
    staff: TestClient, stranger: TestClient, viewer: TestClient, city: City
) -> None:
    address = make_list(staff)
    tick = f"{address}/{code_of(city, 'Ani Aster')}"

    for browser, status in ((stranger, 404), (viewer, 403)):
        assert browser.get(address).status_code == status
        assert browser.post(PAGE, data={"kepada": "all", "teks": "Halo"}).status_code == status
        assert browser.post(tick, data={"terkirim": "true"}).status_code == status
    assert list_viewers(city) == []
    assert not any(one.sent_at for one in city.all(WhatsAppRecipient))


def test_a_list_belongs_to_its_session(staff: TestClient, city: City) -> None:
    create_upcoming_session(city, "JUALAN-2")
    address = make_list(staff)
    elsewhere = address.replace("JUALAN-1", "JUALAN-2")

    assert staff.get(elsewhere).status_code == 404
    assert (
        staff.post(f"{elsewhere}/{code_of(city, 'Ani Aster')}", data={"terkirim": "true"}).status_code == 404
    )
