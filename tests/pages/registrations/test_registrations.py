"""A session's places and people, and one registration with what happened to it."""

import re
from functools import partial

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.models import Channel, Registration, RegistrationStatus, WorkshopSession
from app.people.person import PersonInput
from app.services.registrations.corrections import correct_registration
from app.services.registrations.registrations import register_person
from app.services.registrations.requests import RegistrationRequest
from tests.city import LAMARU, City
from tests.pages.filled_forms import form_data
from tests.queries.counting import queries_of
from tests.upcoming_sessions import begin_session, create_upcoming_session, registration_statuses

SESSION = "/sesi/JUALAN-1"
PEOPLE = f"{SESSION}/peserta"
TABS = ("", "/peserta", "/undang", "/kehadiran", "/unggahan")


def come(city: City, name: str, kelurahan: str = "Manggar", group: str = "umkm", phone: str = "") -> str:
    """Register a person by an organizer; return the registration's code."""
    with writing(city.engine) as db:
        workshop_session = db.exec(select(WorkshopSession).where(WorkshopSession.code == "JUALAN-1")).one()
        data = PersonInput(name, kelurahan, group, phone=phone)
        actor = city.actor("sari")
        return register_person(
            db, city.vault, actor, workshop_session.id, data, RegistrationRequest(Channel.ORGANIZER)
        ).code


def names_in(page: str) -> list[str]:
    """Who stands in the list of registered people."""
    listed = page[page.index('id="pendaftar"') :]
    return re.findall(r'<th scope="row"><a href="/pendaftaran/\w+">([^<]+)</a>', listed)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_each_cap_has_a_row_with_its_seats(organizer: TestClient, city: City) -> None:
    create_upcoming_session(
        city, groups=("umkm", "rt"), capacity=3, places_per_kelurahan=2, places_of_group={"umkm": 2}
    )
    for name, kelurahan, group in (
        ("Ani Aster", "Manggar", "umkm"),
        ("Budi Bakung", "Manggar", "umkm"),
        ("Dewi Dahlia", "Lamaru", "umkm"),
        ("Ira Ixora", "Manggar", "rt"),
    ):
        come(city, name, kelurahan, group)

    text = text_of(organizer.get(SESSION).text)

    for line in (
        "The whole session 2 / 3 1 0",
        "Small businesses Full 2 / 2 0 1",
        "Manggar Full 2 / 2 0 1",
        "every other kelurahan: 0 of 2",
    ):
        assert line in text
    text = text_of(organizer.get(PEOPLE).text)
    # On a phone the second line of a person says what the other columns do.
    assert re.search(r"1 Dewi Dahlia Lamaru · Small businesses · Small businesses: 2 of 2 ", text)
    assert re.search(r"2 Ira Ixora Manggar · RT officials · Manggar: 2 of 2 ", text)


def test_the_page_tells_which_kelurahan_have_seats_left(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=3, places_per_kelurahan=2)
    said = (
        "Every kelurahan has places left",
        "Kelurahan with places left: all but those above",
        "The whole session is full: there is no place left for any kelurahan.",
    )
    for name, kelurahan, holds in (
        ("Ani Aster", "Manggar", said[0]),
        ("Budi Bakung", "Manggar", said[1]),
        ("Dewi Dahlia", "Lamaru", said[2]),
    ):
        come(city, name, kelurahan)
        page = organizer.get(SESSION).text
        assert [sentence for sentence in said if sentence in page] == [holds]


def test_a_cap_lower_than_the_seats_taken_is_marked(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=3)
    for name in ("Ani Aster", "Budi Bakung", "Dewi Dahlia"):
        come(city, name)
    form = organizer.get(f"{SESSION}/ubah").text

    organizer.post(f"{SESSION}/ubah", data=form_data(form) | {"capacity": "1"})

    assert "2 beyond the limit" in organizer.get(SESSION).text
    assert registration_statuses(city) == ["confirmed"] * 3


def test_the_registered_are_searched_filtered_and_paged(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    come(city, "Ani Aster", phone="081200000123")
    city.register("JUALAN-1", "Budi Bakung", LAMARU, status=RegistrationStatus.WALK_IN)
    city.register("JUALAN-1", "Citra Contoh", None, group="rt", status=RegistrationStatus.CANCELLED)

    assert names_in(organizer.get(PEOPLE).text) == ["Ani Aster", "Budi Bakung", "Citra Contoh"]
    for query, names in (
        ({"q": "aster"}, ["Ani Aster"]),
        ({"q": "0812-0000-0123"}, ["Ani Aster"]),
        ({"q": "%"}, []),
        ({"status": "walk-in"}, ["Budi Bakung"]),
        ({"kelurahan": LAMARU}, ["Budi Bakung"]),
        ({"kelurahan": "outside"}, ["Citra Contoh"]),
        ({"kelompok": "rt"}, ["Citra Contoh"]),
        ({"status": "cancelled", "kelompok": "umkm"}, []),
    ):
        assert names_in(organizer.get(PEOPLE, params=query).text) == names, query
    page = organizer.get(PEOPLE).text
    assert "0812••••123" in page
    assert "081200000123" not in page

    for number in range(100):
        city.register("JUALAN-1", f"Peserta {number:02}")
    first = organizer.get(PEOPLE, params={"kelompok": "umkm"}).text
    following = re.search(r'rel="next" href="([^"#]+)', first)
    assert following
    second = organizer.get(following[1].replace("&amp;", "&")).text
    assert len(names_in(first)) == 100
    assert names_in(second) == ["Peserta 98", "Peserta 99"]


@pytest.mark.parametrize("tab", TABS)
def test_more_people_take_no_more_queries(tab: str, app: FastAPI, organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=2, places_per_kelurahan=1)
    come(city, "Ani Aster")
    come(city, "Budi Bakung")
    engine, address = app.state.container.engine, SESSION + tab
    organizer.get(address)  # from here on this view is in the log
    few = queries_of(engine, lambda: organizer.get(address))
    for number, kelurahan in enumerate(("Manggar", "Lamaru", "Damai", "Teritip", "Sepinggan")):
        come(city, f"Peserta {number}", kelurahan)

    assert queries_of(engine, lambda: organizer.get(address)) == few


def test_a_tab_asks_only_for_what_it_shows(app: FastAPI, organizer: TestClient, city: City) -> None:
    """The tab of people asks for the most, that of the attendance for nothing but the session."""
    create_upcoming_session(city, capacity=2)
    come(city, "Ani Aster")
    organizer.get(PEOPLE)
    engine = app.state.container.engine

    counts = {tab: queries_of(engine, partial(organizer.get, f"{SESSION}{tab}")) for tab in TABS}

    assert counts["/kehadiran"] < counts["/undang"] < counts[""] < counts["/peserta"]
    assert counts["/unggahan"] < counts[""]


def test_a_link_and_a_text_to_send_to_people(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    page = organizer.get(f"{SESSION}/undang").text
    assert 'value="http://127.0.0.1:8000/daftar/JUALAN"' in page
    assert "*Jualan Daring*" in page
    assert "https://wa.me/?text=%2AJualan%20Daring%2A" in page

    create_upcoming_session(city, "TERTUTUP-1", workshop="TERTUTUP", public=False)
    assert "This workshop has no public page." in organizer.get("/sesi/TERTUTUP-1/undang").text


def test_the_history_of_a_registration_tells_why_it_has_its_seat(
    organizer: TestClient, staff: TestClient, city: City
) -> None:
    create_upcoming_session(city, capacity=1)
    first, waiting = come(city, "Ani Aster"), come(city, "Budi Bakung")
    assert "Turn 1. The whole session: 1 of 1" in text_of(organizer.get(f"/pendaftaran/{waiting}").text)

    answer = staff.post(f"/pendaftaran/{first}/batalkan")
    assert answer.headers["location"] == f"/pendaftaran/{first}"

    page = organizer.get(f"/pendaftaran/{waiting}")
    text = text_of(page.text)
    assert "Budi Petugas moved up from the waiting list · Registered" in text
    assert f"when registration {first} was cancelled" in text
    assert "Full were: The whole session" in text
    assert f'href="/tiket/{waiting}"' in page.text
    assert f"/pendaftaran/{waiting}/batalkan" in page.text


def test_the_history_names_a_correction_that_freed_the_seat(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, places_per_kelurahan=1)
    first, waiting = come(city, "Ani Aster"), come(city, "Budi Bakung")
    with writing(city.engine) as db:
        registration = db.exec(select(Registration).where(Registration.code == first)).one()
        elsewhere = PersonInput("Ani Aster", "Lamaru", "umkm")
        correct_registration(db, city.vault, city.actor("sari"), registration, elsewhere)

    page = organizer.get(f"/pendaftaran/{waiting}").text
    assert f"when registration {first} was corrected" in page
    assert f'href="/pendaftaran/{first}"' in page

    organizer.post(f"/pendaftaran/{first}/batalkan")
    again = come(city, "Ani Aster", "Lamaru")

    assert again != first
    page = organizer.get(f"/pendaftaran/{waiting}").text
    assert f"when registration {first} was corrected" in page
    assert f'href="/pendaftaran/{first}"' not in page


def test_an_organizer_gives_a_seat_beyond_the_cap(staff: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    come(city, "Ani Aster")
    waiting = come(city, "Budi Bakung")
    assert f"/pendaftaran/{waiting}/beri-tempat" in staff.get(PEOPLE).text

    staff.post(f"/pendaftaran/{waiting}/beri-tempat")

    assert registration_statuses(city) == ["confirmed", "confirmed"]
    text = text_of(staff.get(f"/pendaftaran/{waiting}").text)
    assert "Budi Petugas gave a place beyond the limits · " in text
    assert staff.post(f"/pendaftaran/{waiting}/beri-tempat").status_code == 409


def test_no_seat_is_given_in_a_cancelled_session(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    waiting = [come(city, name) for name in ("Ani Aster", "Budi Bakung")][1]
    assert "goes by itself to the first" in organizer.get(PEOPLE).text
    organizer.post(f"{SESSION}/batalkan", data={"why": "Hujan deras"})

    page = organizer.get(PEOPLE).text

    assert waiting in page
    assert "The session is cancelled: nobody gets a place any more." in page
    assert "goes by itself" not in page
    assert "beri-tempat" not in page
    assert "goes to the first who waits" not in organizer.get(f"/pendaftaran/{waiting}").text


def test_a_registration_is_not_cancelled_after_the_session_began(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    code = come(city, "Ani Aster")
    begin_session(city, "JUALAN-1")

    refused = organizer.post(f"/pendaftaran/{code}/batalkan")

    assert refused.status_code == 409
    assert "mark the attendance instead" in refused.text
    assert f"/pendaftaran/{code}/batalkan" not in organizer.get(f"/pendaftaran/{code}").text


@pytest.mark.parametrize(
    ("who", "status"),
    [("admin", 200), ("staff", 200), ("viewer", 403), ("stranger", 404)],
)
def test_only_users_with_the_permission_see_and_change_registrations(
    who: str, status: int, request: pytest.FixtureRequest, city: City
) -> None:
    create_upcoming_session(city, capacity=1)
    first, waiting = come(city, "Ani Aster"), come(city, "Budi Bakung")
    browser: TestClient = request.getfixturevalue(who)
    may = status == 200

    page = browser.get(PEOPLE)
    assert page.status_code == status
    assert ("Ani Aster" in page.text) == may
    assert browser.get(f"/pendaftaran/{first}").status_code == status
    for address in (f"/pendaftaran/{waiting}/beri-tempat", f"/pendaftaran/{first}/batalkan"):
        assert browser.post(address).status_code == (303 if may else status)
    assert registration_statuses(city) == (["cancelled", "confirmed"] if may else ["confirmed", "waitlisted"])
    assert len(city.all(Registration)) == 2
