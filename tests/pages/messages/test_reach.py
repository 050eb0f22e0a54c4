"""Before something is done of which people are told, the page says how many of them can be told, and how."""

import re

import pytest
from fastapi.testclient import TestClient

from app.models import Participant, Registration, RegistrationStatus
from app.people.values.names import name_key
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.pages.filled_forms import form_data
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def session(city: City) -> str:
    return create_upcoming_session(city)


def register(city: City, name: str, **columns: object) -> str:
    """Register a person with these contacts, and return the registration's code."""
    status = columns.pop("status", RegistrationStatus.CONFIRMED)
    person = Participant(name=name, name_key=name_key(name), kelurahan_code=MANGGAR, **columns)  # type: ignore[arg-type]
    city.register("JUALAN-1", name, person=person, status=status)  # type: ignore[arg-type]
    return city.all(Registration)[-1].code


def register_everyone(city: City) -> None:
    """Five with an e-mail address, seven with a phone number alone, one without either, and one who has cancelled."""
    for number in range(5):
        register(city, f"Surel {number}", email=f"surel{number}@contoh.id", phone=f"+628120000060{number}")
    for number in range(7):
        register(city, f"Telepon {number}", phone=f"+628120000070{number}")
    register(city, "Tanpa Kontak")
    register(city, "Batal Ikut", status=RegistrationStatus.CANCELLED, email="batal@contoh.id")


def note_on(page: str) -> str:
    """Return the text of the note about who is told."""
    found = re.search(r'<div class="note reach">(.*?)</div>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


@pytest.mark.parametrize("page", ["batalkan", "ubah"])
def test_a_session_says_how_many_can_be_told_and_who_cannot(
    organizer: TestClient, city: City, page: str
) -> None:
    register_everyone(city)

    note = note_on(organizer.get(f"/sesi/JUALAN-1/{page}").text)

    assert "12 of 13 can be told: 5 e-mail, 7 WhatsApp." in note
    assert note.endswith("1 can't be told Tanpa Kontak")


def test_more_places_are_told_to_people_who_wait(organizer: TestClient, city: City) -> None:
    register(city, "Ani Aster", email="ani@contoh.id")
    register(city, "Budi Bakung", phone="+6281200000502", status=RegistrationStatus.WAITLISTED)

    page = organizer.get("/sesi/JUALAN-1/ubah").text

    _of_everyone, who_waits = page.split('<div class="note reach">')[1:]
    assert "people on the waiting list who get one are told" in who_waits
    assert "Budi Bakung gave no e-mail address" in who_waits
    assert "Ani Aster" not in who_waits


def test_the_sentence_in_indonesian(organizer: TestClient, city: City) -> None:
    register_everyone(city)
    organizer.cookies["jangkau_language"] = "id"

    assert "12 dari 13 dapat dikabari: 5 surel, 7 WhatsApp" in organizer.get("/sesi/JUALAN-1/batalkan").text


def test_nothing_is_said_where_nobody_is_registered(organizer: TestClient) -> None:
    assert note_on(organizer.get("/sesi/JUALAN-1/batalkan").text) == ""


def test_after_a_cancellation_the_next_step_is_to_write_to_the_others(
    organizer: TestClient, city: City
) -> None:
    register(city, "Ani Aster", email="ani@contoh.id")
    register(city, "Budi Bakung", phone="+6281200000502")

    answer = organizer.post("/sesi/JUALAN-1/batalkan", data={"why": "Hujan"})

    assert answer.headers["location"] == "/sesi/JUALAN-1/whatsapp?kepada=by-hand"
    page = organizer.get(answer.headers["location"]).text
    assert 'value="by-hand" checked> People whom no e-mail or message reaches by itself (1)' in page
    assert "Now tell those whom no e-mail reaches." in page


def test_only_a_new_time_or_place_leads_there(organizer: TestClient, city: City) -> None:
    register(city, "Budi Bakung", phone="+6281200000502")
    form = form_data(organizer.get("/sesi/JUALAN-1/ubah").text)

    more_places = organizer.post("/sesi/JUALAN-1/ubah", data=form | {"capacity": "50"})
    assert more_places.headers["location"] == "/sesi/JUALAN-1"
    form = form_data(organizer.get("/sesi/JUALAN-1/ubah").text)
    elsewhere = organizer.post("/sesi/JUALAN-1/ubah", data=form | {"venue": "Aula Lain"})

    assert elsewhere.headers["location"] == "/sesi/JUALAN-1/whatsapp?kepada=by-hand&tentang=changed"
    assert (
        "The time or the place of this session has changed."
        in organizer.get(elsewhere.headers["location"]).text
    )


@pytest.mark.parametrize(
    ("contacts", "said"),
    [
        ({"email": "ani@contoh.id"}, "Ani Aster is told by e-mail."),
        (
            {"phone": "+6281200000501"},
            "Ani Aster gave no e-mail address: write to them by WhatsApp yourself.",
        ),
        ({}, "Ani Aster gave no contact and can't be told."),
    ],
)
@pytest.mark.parametrize("status", [RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED])
def test_of_one_person_it_is_said_by_which_way(
    staff: TestClient, city: City, contacts: dict[str, str], said: str, status: RegistrationStatus
) -> None:
    """Before their registration is cancelled, and before they get a place beyond the limits."""
    code = register(city, "Ani Aster", status=status, **contacts)

    assert note_on(staff.get(f"/pendaftaran/{code}").text).startswith(said)
