"""A ticket, for anyone who has its code: shown, kept, corrected and cancelled."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from icalendar import Calendar

from app.i18n import utc
from app.models import Activity, Participant, Registration, RegistrationStatus
from app.models.base import now
from app.settings import Settings
from tests.city import LAMARU, MANGGAR, City
from tests.database import on_sqlite
from tests.pages.conftest import english_browser, served
from tests.queries.counting import statements_of
from tests.upcoming_sessions import (
    begin_session,
    create_upcoming_session,
    morning_in,
    registration_statuses,
    update_session,
)

SITI = {
    "name": "Siti Contoh",
    "kelurahan": MANGGAR,
    "target_group": "umkm",
    "phone": "+6281200000411",
    "email": "",
    "consent": "true",
}


def registered(citizen: TestClient, **otherwise: str) -> str:
    """Register a person on the public page; return the address of the ticket."""
    answer = citizen.post("/daftar/JUALAN?sesi=JUALAN-1", data=SITI | otherwise)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def another(citizen: TestClient, name: str, kelurahan: str = MANGGAR, **otherwise: str) -> str:
    email = f"{name.split()[0].lower()}@contoh.id"
    return registered(citizen, name=name, kelurahan=kelurahan, **{"phone": "", "email": email} | otherwise)


def corrected(citizen: TestClient, ticket: str, **otherwise: str) -> Response:
    return citizen.post(f"{ticket}/ubah", data=SITI | otherwise)


def calendar(citizen: TestClient, ticket: str) -> Any:
    """Return the event of the ticket's calendar file."""
    answer = citizen.get(f"{ticket}.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


@on_sqlite
def test_a_ticket_shows_what_is_needed_at_the_door(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    ticket = registered(citizen)

    page = citizen.get(ticket)

    code = ticket.removeprefix("/tiket/")
    for said in (
        "Siti Contoh",
        "Aula Contoh",
        "09.00–12.00 WITA",
        "You have a place",
        f">{code}<",
        "Manggar",
        "Show it at the door.",
    ):
        assert said in page.text
    assert '<img src="data:image/svg+xml' in page.text
    assert page.headers["x-robots-tag"] == "noindex"
    assert citizen.get(f"/tiket/{code.lower()}").status_code == 200


@on_sqlite
def test_whatsapp_keeps_the_ticket_and_invites_without_it(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    ticket = registered(citizen)

    texts = [
        parse_qs(urlsplit(address.replace("&amp;", "&")).query)["text"][0]
        for address in re.findall(r'href="(https://wa\.me/[^"]+)"', citizen.get(ticket).text)
    ]

    assert [("/tiket/" in text, "/daftar/JUALAN?sesi=JUALAN-1" in text) for text in texts] == [
        (True, False),
        (False, True),
    ]


@on_sqlite
def test_the_calendar_follows_changes_of_the_ticket(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    first, waiting = registered(citizen), another(citizen, "Budi Contoh")

    event = calendar(citizen, first)
    starts = utc(morning_in(10))
    assert starts == event.DTSTART
    assert starts + timedelta(hours=3) == event.DTEND
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Jualan Daring", "Aula Contoh")
    assert (str(event["STATUS"]), str(event["URL"])) == ("CONFIRMED", f"http://127.0.0.1:8000{first}")
    assert calendar(citizen, waiting)["STATUS"] == "TENTATIVE"

    citizen.post(f"{first}/batal")
    later = calendar(citizen, first)
    assert (later["UID"], later["STATUS"]) == (event["UID"], "CANCELLED")
    assert later["SEQUENCE"] > event["SEQUENCE"]
    assert calendar(citizen, waiting)["STATUS"] == "CONFIRMED"


def test_the_seat_of_a_cancelled_registration_goes_to_the_next(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    first, waiting = registered(citizen), another(citizen, "Budi Contoh")
    assert "Yes, cancel it" in citizen.get(f"{first}/batal").text

    answer = citizen.post(f"{first}/batal")

    assert answer.headers["location"] == first
    assert registration_statuses(city) == ["cancelled", "confirmed"]
    assert "Register again" in citizen.get(first).text
    assert "You have a place" in citizen.get(waiting).text


def test_a_correction_changes_ticket_and_record(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))
    ticket = registered(citizen)
    assert 'value="Siti Contoh"' in citizen.get(f"{ticket}/ubah").text

    answer = corrected(
        citizen,
        ticket,
        name="Siti Contoh Aminah",
        kelurahan=LAMARU,
        target_group="rt",
        phone="0812 0000 0412",
        email="siti@contoh.id",
    )

    assert answer.headers["location"] == ticket
    (made,) = city.all(Registration)
    assert (made.kelurahan_code, made.target_group_code, made.status) == (LAMARU, "rt", "confirmed")
    (person,) = city.all(Participant)
    assert (person.name, person.kelurahan_code) == ("Siti Contoh Aminah", LAMARU)
    assert (person.phone, person.email) == ("+6281200000412", "siti@contoh.id")
    assert [activity.action for activity in city.all(Activity)][-2:] == ["correct-person", "correct-person"]


@pytest.mark.parametrize(
    ("otherwise", "field"), [({"kelurahan": LAMARU}, "kelurahan"), ({"target_group": "rt"}, "target_group")]
)
def test_a_correction_keeps_the_seat_only_if_the_new_cap_has_one(
    citizen: TestClient, city: City, otherwise: dict[str, str], field: str
) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"), places_per_kelurahan=1, places_of_group={"rt": 1})
    ticket = registered(citizen)
    another(citizen, "Budi Contoh", LAMARU, target_group="rt")

    page = corrected(citizen, ticket, **otherwise)

    assert page.status_code == 422
    assert re.search(rf'id="{field}-error">There is no place left for this', page.text)
    assert [registration.kelurahan_code for registration in city.all(Registration)] == [MANGGAR, LAMARU]


@on_sqlite
def test_people_with_a_seat_in_a_full_session_may_change_kelurahan(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1, places_per_kelurahan=1)
    ticket = registered(citizen)
    waiting = another(citizen, "Budi Contoh")

    assert corrected(citizen, ticket, kelurahan=LAMARU).status_code == 303
    assert registration_statuses(city) == ["confirmed", "waitlisted"]
    assert corrected(citizen, waiting, name="Budi Contoh", kelurahan=LAMARU).status_code == 303
    assert registration_statuses(city) == ["confirmed", "waitlisted"]


@on_sqlite
def test_a_corrected_kelurahan_frees_a_seat_for_the_waiting_list(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, places_per_kelurahan=1)
    ticket = registered(citizen)
    another(citizen, "Budi Contoh")

    corrected(citizen, ticket, kelurahan=LAMARU)

    assert registration_statuses(city) == ["confirmed", "confirmed"]


@on_sqlite
def test_the_group_of_a_ticket_is_kept(citizen: TestClient, organizer: TestClient, city: City) -> None:
    """Also if the workshop does not offer it (any more)."""
    create_upcoming_session(city)
    city.register("JUALAN-1", "Siti Contoh", group="tokoh")
    (made,) = city.all(Registration)
    page = citizen.get(f"/tiket/{made.code}/ubah").text
    assert 'value="tokoh" required checked' in page
    assert 'value="umkm" required>' in page

    assert corrected(citizen, f"/tiket/{made.code}", target_group="tokoh").status_code == 303
    assert [
        (registration.target_group_code, registration.contact_phone)
        for registration in city.all(Registration)
    ] == [("tokoh", SITI["phone"])]


@on_sqlite
def test_an_invalid_correction_is_shown_again(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    ticket = registered(citizen)

    page = corrected(citizen, ticket, phone="0812", email="siti@contoh.id")

    assert page.status_code == 422
    assert 'id="phone-error">This is not a telephone number.' in page.text
    assert 'value="siti@contoh.id"' in page.text


@on_sqlite
@pytest.mark.parametrize("ended", ["begun", "cancelled", "session cancelled"])
def test_a_ticket_is_not_changed_after_the_session_began(citizen: TestClient, city: City, ended: str) -> None:
    code = create_upcoming_session(city)
    ticket = registered(citizen)
    if ended == "begun":
        begin_session(city, code)
    elif ended == "cancelled":
        citizen.post(f"{ticket}/batal")
    else:
        update_session(city, code, cancelled_at=now(), cancelled_why="Narasumber sakit.")

    page = citizen.get(ticket).text

    assert f"{ticket}/ubah" not in page
    assert ("Narasumber sakit." in page) == (ended == "session cancelled")
    assert "can't be corrected any more" in citizen.get(f"{ticket}/ubah").text
    assert corrected(citizen, ticket, name="Orang Lain").status_code == 409
    assert city.all(Participant)[0].name == "Siti Contoh"
    if ended == "begun":
        assert citizen.post(f"{ticket}/batal").status_code == 409
        assert registration_statuses(city) == ["confirmed"]


@on_sqlite
def test_a_waiting_person_sees_how_many_are_ahead_and_no_link(citizen: TestClient, city: City) -> None:
    create_upcoming_session(
        city, capacity=1, mode="daring", online_link="https://rapat.contoh.id/1", venue=""
    )
    first, *_others, last = (
        registered(citizen),
        another(citizen, "Budi Contoh"),
        another(citizen, "Cici Contoh"),
    )

    assert "https://rapat.contoh.id/1" in citizen.get(first).text
    assert calendar(citizen, first)["LOCATION"] == "https://rapat.contoh.id/1"
    page = citizen.get(last).text
    assert "People ahead of you: 1." in page
    assert "It says when you get a place." in page
    assert "Show it at the door." not in page
    assert "https://rapat.contoh.id/1" not in page
    assert "https://rapat.contoh.id/1" not in citizen.get(f"{last}.ics").text
    assert [str(registration.status) for registration in city.all(Registration)].count(
        RegistrationStatus.WAITLISTED
    ) == 2


@on_sqlite
def test_guessing_codes_is_slowed_down_in_all_processes_and_a_ticket_still_opens(
    citizen: TestClient, city: City, settings: Settings
) -> None:
    create_upcoming_session(city)
    ticket = registered(citizen)
    with served(settings.model_copy(update={"base_url": "http://testserver"})) as other_process:
        neighbour = english_browser(other_process)
        for number in range(10):
            for browser in (citizen, neighbour):
                assert browser.get(f"/tiket/TIDAK{number:03}").status_code == 404

        for browser in (citizen, neighbour):
            refused = browser.get("/tiket/TIDAKADA")
            assert refused.status_code == 429
            assert 0 < int(refused.headers["retry-after"]) <= 60
            assert browser.get(ticket).status_code == 200
            assert corrected(browser, ticket).status_code == 303


@on_sqlite
def test_corrections_of_a_ticket_are_limited_and_not_its_neighbours(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    ticket, other = registered(citizen), another(citizen, "Budi Contoh")
    answers = [corrected(citizen, ticket, name="").status_code for _turn in range(21)]

    assert answers == [422] * 20 + [429]
    assert corrected(citizen, other, name="Budi Contoh").status_code == 303


@on_sqlite
def test_looking_at_a_ticket_writes_nothing(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    ticket = registered(citizen)
    citizen.get("/privasi")  # the letterhead is asked for once and kept

    executed = statements_of(city.engine, lambda: citizen.get(ticket))

    assert executed
    assert [statement for statement in executed if not statement.startswith("SELECT")] == ["BEGIN"]
