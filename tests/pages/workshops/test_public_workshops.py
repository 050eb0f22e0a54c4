"""The pages on which citizens find a workshop: its sessions, what is left, and why one is closed."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.database import writing
from app.i18n import time_text
from app.models import Area, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.services.workshops.workshops import set_archived
from tests.city import LAMARU, MANGGAR, City
from tests.database import on_sqlite
from tests.pages.registrations.public_form import FORM, PAGE, TYPED, sent
from tests.queries.counting import queries_of
from tests.upcoming_sessions import (
    begin_session,
    create_upcoming_session,
    registration_statuses,
    update_session,
)

KEY = re.compile(r'name="request_key" value="([^"]+)"')


def test_who_finds_no_place_is_told_before(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    assert "1 of 1 places left" in citizen.get(PAGE).text
    sent(citizen)

    page = citizen.get(PAGE).text
    assert "All 1 places are taken." in page
    assert "Put me on the waiting list" in page

    answer = sent(citizen, name="Budi Contoh", phone="", email="")
    assert registration_statuses(city) == ["confirmed", "waitlisted"]
    ticket = citizen.get(answer.headers["location"]).text
    assert "You are the first in the queue." in ticket
    assert "The whole session: full (1 places)" in ticket


@on_sqlite
def test_what_is_left_is_explained_line_by_line(citizen: TestClient, city: City) -> None:
    create_upcoming_session(
        city, groups=("umkm", "rt"), capacity=10, places_per_kelurahan=2, places_of_group={"umkm": 3}
    )
    for name, kelurahan in (("Ani Contoh", MANGGAR), ("Budi Contoh", MANGGAR), ("Citra Contoh", LAMARU)):
        city.register("JUALAN-1", name, kelurahan)

    page = citizen.get(PAGE).text
    lines = [
        " ".join(line.split())
        for line in re.findall(r"<li>([^<]+)", page.partition("What is left")[2].partition("</details>")[0])
    ]

    assert lines == [
        "The whole session: 7 of 10 left",
        "Small businesses: full (3 places)",
        "Each kelurahan: 2 places",
        "Manggar: full (2 places)",
        "Lamaru: 1 of 2 left",
    ]
    assert ">Manggar – full: waiting list</option>" in page
    assert ">Lamaru</option>" in page
    assert ">Small businesses – full: waiting list</option>" in page


@on_sqlite
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"registration_opens_at": now() + timedelta(days=2)}, "Registration opens"),
        ({"registration_closes_at": now() - timedelta(days=1)}, "Registration is closed"),
        ({"cancelled_at": now(), "cancelled_why": "Narasumber sakit."}, "Narasumber sakit."),
        (
            {"starts_at": now() - timedelta(hours=4), "ends_at": now() - timedelta(hours=1)},
            "no session to come",
        ),
    ],
)
def test_a_session_that_takes_nobody_says_why(
    citizen: TestClient, city: City, columns: dict[str, object], said: str
) -> None:
    update_session(city, create_upcoming_session(city), **columns)

    page = citizen.get(FORM)
    assert said in page.text
    assert 'name="name"' not in page.text

    answer = sent(citizen)
    assert answer.status_code == 409
    assert 'class="refusal"' in answer.text
    assert city.all(Registration) == []


@on_sqlite
def test_of_several_sessions_one_is_chosen(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=5)
    create_upcoming_session(city, "JUALAN-2", days=12, capacity=7)
    begin_session(city, create_upcoming_session(city, "JUALAN-3", days=1))

    assert 'data-draft="JUALAN-1"' in citizen.get(PAGE).text
    chosen = citizen.get(f"{PAGE}?sesi=JUALAN-2").text
    assert 'data-draft="JUALAN-2"' in chosen
    assert "The whole session: 7 of 7 left" in chosen
    assert "sesi=JUALAN-3" not in chosen


@on_sqlite
def test_unknown_and_hidden_workshops_look_alike(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    create_upcoming_session(city, "TERTUTUP-1", workshop="TERTUTUP", public=False)
    create_upcoming_session(city, "LEWAT-1", workshop="LEWAT")
    with writing(city.engine) as db:
        set_archived(db, city.actor("sari"), "LEWAT", archived=True)

    for address in ("/daftar/TERTUTUP", "/daftar/LEWAT", "/daftar/TIDAK-ADA"):
        assert citizen.get(address).status_code == 404
        for code in ("TERTUTUP-1", "LEWAT-1"):
            assert citizen.post(f"{address}?sesi={code}", data=TYPED).status_code == 404
    assert citizen.post(f"{PAGE}?sesi=TERTUTUP-1", data=TYPED).status_code == 404
    assert re.findall(r'href="/daftar/([^"]+)"', citizen.get("/daftar").text) == ["JUALAN"]


@on_sqlite
def test_a_session_that_has_begun_is_not_the_next_one(citizen: TestClient, city: City) -> None:
    begin_session(city, create_upcoming_session(city))
    begin_session(city, create_upcoming_session(city, "BERLANGSUNG-1", workshop="BERLANGSUNG"))
    next_code = create_upcoming_session(city, "JUALAN-2", days=3)

    page = citizen.get("/daftar").text

    (session,) = [one for one in city.all(WorkshopSession) if one.code == next_code]
    assert f"Next session: {time_text(session.starts_at)}" in page
    assert "BERLANGSUNG" not in page


@on_sqlite
def test_a_page_that_is_kept_shows_each_change_at_once(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=5)
    first = citizen.get(PAGE).text
    assert _without_key(citizen.get(PAGE).text) == _without_key(first)
    assert "5 of 5 places left" in first

    city.register("JUALAN-1", "Ani Contoh", MANGGAR)
    assert "4 of 5 places left" in citizen.get(PAGE).text
    update_session(city, "JUALAN-1", capacity=3)
    assert "2 of 3 places left" in citizen.get(PAGE).text
    with writing(city.engine) as db:
        db.exec(select(Area).where(Area.code == LAMARU)).one().name = "Lamaru Baru"
    assert ">Lamaru Baru</option>" in citizen.get(PAGE).text
    begin_session(city, "JUALAN-1")
    assert "Registration is closed" in citizen.get(PAGE).text


@on_sqlite
def test_of_a_page_that_is_kept_everyone_has_a_key_and_a_language_of_their_own(
    citizen: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    keys = {KEY.findall(citizen.get(PAGE).text)[0] for _ in range(3)}

    assert len(keys) == 3
    assert ">Register</button>" in citizen.get(PAGE).text
    citizen.post("/bahasa/id")
    assert ">Daftar</button>" in citizen.get(PAGE).text


def _without_key(page: str) -> str:
    return KEY.sub("", page)


def test_the_page_asks_the_database_a_fixed_number_of_times(
    citizen: TestClient, city: City, engine: Engine
) -> None:
    create_upcoming_session(city, places_per_kelurahan=1)
    with_one_session = queries_of(engine, lambda: citizen.get(PAGE))
    for number in range(3):
        create_upcoming_session(city, f"JUALAN-{number + 2}", days=20 + number)
        city.register("JUALAN-1", f"Peserta {number}", status=RegistrationStatus.WAITLISTED)

    assert queries_of(engine, lambda: citizen.get(PAGE)) == with_one_session <= 7  # SQLite's BEGIN is one
