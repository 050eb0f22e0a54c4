"""What a visitor sees first: the next workshops, what can be looked for, and the calendar."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import writing
from app.i18n import long_period_text, month_text, wita
from app.models import SessionMode, Venue, WorkshopSession
from app.models.base import now
from tests.city import LAMARU, MANGGAR, City
from tests.queries.counting import queries_of
from tests.upcoming_sessions import begin_session, create_upcoming_session, update_session


@pytest.fixture
def offers(city: City) -> City:
    """Workshops for small businesses in Lamaru, for RT officials online, and for everyone in two months."""
    with writing(city.engine) as db:
        db.add(Venue(name="Balai Contoh", kelurahan_code=LAMARU))
    create_upcoming_session(city, capacity=1, venue="Balai Contoh")
    create_upcoming_session(city, "JUALAN-2", days=11, capacity=5, venue="Balai Contoh")
    create_upcoming_session(city, "RT-1", workshop="RT", groups=("rt",), days=3, venue="")
    update_session(city, "RT-1", mode=SessionMode.DARING)
    create_upcoming_session(city, "SEMUA-1", workshop="SEMUA", groups=(), days=62)
    return city


def found(visitor: TestClient, query: str = "") -> list[str]:
    """Return the codes of the workshops on the page, in its order."""
    return re.findall(r'<h3><a href="/daftar/([^"]+)"', visitor.get(f"/{query}").text)


def test_a_visitor_sees_the_next_workshops_and_users_their_home(
    citizen: TestClient, staff: TestClient, offers: City
) -> None:
    sessions = {one.code: one for one in offers.all(WorkshopSession)}
    offers.register("JUALAN-1", "Ani Contoh")

    page = citizen.get("/").text

    assert found(citizen) == ["RT", "JUALAN", "SEMUA"]
    assert '<a class="staff-login" href="/masuk">Log in for staff</a>' in page
    with_places = sessions["JUALAN-2"]
    assert long_period_text(with_places.starts_at, with_places.ends_at, "en") in page
    assert "5 of 5 places left" in page
    assert 'href="/daftar/JUALAN?sesi=JUALAN-2"' in page
    assert "For: RT officials" in page
    assert "For everyone" in page
    assert "Log in for staff" not in staff.get("/").text
    assert "JUALAN?sesi=JUALAN-2" in staff.get("/daftar").text


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("?q=lamaru", ["JUALAN"]),
        ("?q=BALAI+daring", ["JUALAN"]),
        (f"?kelurahan={LAMARU}", ["JUALAN"]),
        ("?kelompok=rt", ["RT", "SEMUA"]),
        ("?cara=daring", ["RT"]),
        ("?cara=luring", ["JUALAN", "SEMUA"]),
        ("?kelompok=umkm&cara=daring", []),
        (f"?kelurahan={MANGGAR}", []),
        ("?q=tidak+ada", []),
        ("?bulan=kacau", ["RT", "JUALAN", "SEMUA"]),
    ],
)
def test_what_is_looked_for_is_found(citizen: TestClient, offers: City, query: str, codes: list[str]) -> None:
    assert found(citizen, query) == codes
    if not codes:
        assert 'href="/">Show all</a>' in citizen.get(f"/{query}").text


def test_a_month_is_found_in_the_list_and_in_the_calendar(citizen: TestClient, offers: City) -> None:
    sessions = {one.code: one for one in offers.all(WorkshopSession)}
    at = wita(sessions["SEMUA-1"].starts_at)

    assert found(citizen, f"?bulan={at:%Y-%m}") == ["SEMUA"]
    assert f'href="/jadwal?bulan={at:%Y-%m}"' in citizen.get(f"/?bulan={at:%Y-%m}").text
    page = citizen.get(f"/jadwal?bulan={at:%Y-%m}").text
    assert month_text(at.date(), "en") in page
    assert re.findall(r"sesi=([A-Z0-9-]+)", page) == ["SEMUA-1"]
    first = citizen.get("/jadwal").text
    assert month_text(wita(sessions["RT-1"].starts_at).date(), "en") in first
    assert "RT-1" in first
    assert "RT-1" not in citizen.get("/jadwal?kelompok=umkm").text
    assert "No session begins in this month." in citizen.get("/jadwal?bulan=2020-01").text


def test_a_month_without_public_sessions_has_an_empty_page_and_calendar(citizen: TestClient) -> None:
    assert "No workshop is open to the public at the moment." in citizen.get("/").text
    assert "No session begins in this month." in citizen.get("/jadwal").text


def test_sessions_that_have_begun_or_are_cancelled_or_hidden_are_left_out(
    citizen: TestClient, city: City
) -> None:
    begin_session(city, create_upcoming_session(city))
    begin_session(city, create_upcoming_session(city, "BERLANGSUNG-1", workshop="BERLANGSUNG"))
    update_session(city, create_upcoming_session(city, "BATAL-1", workshop="BATAL"), cancelled_at=now())
    create_upcoming_session(city, "TERTUTUP-1", workshop="TERTUTUP", public=False)
    create_upcoming_session(city, "JUALAN-2", days=3)

    assert found(citizen) == ["JUALAN"]
    assert re.findall(r"sesi=([A-Z0-9-]+)", citizen.get("/").text) == ["JUALAN-2"]
    assert set(re.findall(r"sesi=([A-Z0-9-]+)", citizen.get("/jadwal").text)) == {"JUALAN-2"}


def test_many_workshops_have_several_pages(citizen: TestClient, city: City) -> None:
    for number in range(25):
        create_upcoming_session(city, f"W{number:02}-1", workshop=f"W{number:02}", days=2 + number)

    assert found(citizen) == [f"W{number:02}" for number in range(24)]
    assert 'href="/?halaman=2"' in citizen.get("/").text
    assert found(citizen, "?halaman=2") == ["W24"]


def test_the_page_asks_the_database_a_fixed_number_of_times(
    citizen: TestClient, offers: City, engine: Engine
) -> None:
    citizen.get("/privasi")  # the letterhead is asked for once and kept
    before = queries_of(engine, lambda: citizen.get("/"))
    for number in range(3):
        create_upcoming_session(offers, f"LAIN{number}-1", workshop=f"LAIN{number}", days=20 + number)
        create_upcoming_session(offers, f"LAIN{number}-2", workshop=f"LAIN{number}", days=30 + number)

    assert queries_of(engine, lambda: citizen.get("/")) == before <= 7  # SQLite's BEGIN is one
