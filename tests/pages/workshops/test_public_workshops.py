"""The pages on which citizens find a workshop: its sessions, what is left, and why one is closed."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.database import writing
from app.i18n import long_period_text, wita
from app.models import (
    Area,
    Organization,
    Registration,
    RegistrationStatus,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.services.workshops.workshops import set_archived
from tests.city import LAMARU, MANGGAR, OWN, City
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

    assert "Go on the waiting list for this session" in citizen.get(PAGE).text
    page = citizen.get(FORM).text
    assert "All 1 places are taken." in page
    assert "Put me on the waiting list" in page

    answer = sent(citizen, name="Budi Contoh", phone="", email="budi@contoh.id")
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

    page = citizen.get(FORM).text
    lines = [
        " ".join(line.split())
        for line in re.findall(r"<li>([^<]+)", page.partition("What is left")[2].partition("</details>")[0])
    ]

    assert lines == [
        "The whole session: 7 of 10 left",
        "Small businesses: full (3 places)",
        "Each kelurahan: 2 places",
        "Lamaru: 1 of 2 left",
        "Manggar: full (2 places)",
    ]
    assert ">Manggar – full: waiting list</option>" in page
    assert ">Lamaru</option>" in page
    assert re.search(r"> Small businesses\s+– full: waiting list</label>", page)


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
def test_the_first_session_with_places_is_chosen(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, days=5, capacity=1)
    city.register("JUALAN-1", "Ani Contoh")
    create_upcoming_session(city, "JUALAN-2", days=12, capacity=7)
    begin_session(city, create_upcoming_session(city, "JUALAN-3", days=1))

    chosen, _, others = citizen.get(PAGE).text.partition("3 sessions")

    assert "Next session with places" in chosen
    assert "7 of 7 places left" in chosen
    assert re.findall(r"sesi=([A-Z0-9-]+)", chosen) == ["JUALAN-2"]
    assert re.findall(r"sesi=([A-Z0-9-]+)", others) == ["JUALAN-1", "JUALAN-2"]


@on_sqlite
def test_without_places_the_first_open_session_is_chosen(citizen: TestClient, city: City) -> None:
    for number in (1, 2):
        create_upcoming_session(city, f"JUALAN-{number}", days=5 * number, capacity=1)
        city.register(f"JUALAN-{number}", f"Ani Contoh {number}")

    page = citizen.get(PAGE).text

    assert re.findall(r"sesi=([A-Z0-9-]+)", page)[0] == "JUALAN-1"
    assert "Go on the waiting list for this session" in page


@on_sqlite
def test_the_form_of_a_session_has_a_page_of_its_own(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=5)
    create_upcoming_session(city, "JUALAN-2", days=12, capacity=7)

    assert 'name="name"' not in citizen.get(PAGE).text
    form = citizen.get(f"{PAGE}?sesi=JUALAN-2").text
    assert 'data-draft="JUALAN-2"' in form
    assert "7 of 7 places left" in form
    assert 'name="name"' not in citizen.get(f"{PAGE}?sesi=TIDAK-ADA").text


@on_sqlite
def test_sixty_sessions_are_filtered_by_month_place_and_places(citizen: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        db.add(Venue(name="Balai Contoh", kelurahan_code=LAMARU))
    for number in range(60):
        venue = "Balai Contoh" if number % 2 else "Aula Contoh"
        create_upcoming_session(city, f"JUALAN-{number}", days=3 + 2 * number, capacity=1, venue=venue)
    city.register("JUALAN-1", "Ani Contoh")
    starts = {one.code: one.starts_at for one in city.all(WorkshopSession)}
    month = f"{wita(starts['JUALAN-30']):%Y-%m}"

    def listed(query: str) -> set[str]:
        _, _, page = citizen.get(f"{PAGE}?{query}").text.partition('class="session-lines"')
        return set(re.findall(r"sesi=([A-Z0-9-]+)", page))

    of_month = {code for code, at in starts.items() if f"{wita(at):%Y-%m}" == month}
    at_balai = {f"JUALAN-{number}" for number in range(1, 60, 2)}
    assert listed("") == set(starts)
    assert listed(f"bulan={month}") == of_month
    assert listed("tempat=Lamaru") == at_balai
    assert listed("tempat=Lamaru&sisa=true") == at_balai - {"JUALAN-1"}
    assert listed(f"tempat=Lamaru&bulan={month}") == of_month & at_balai

    nothing = citizen.get(f"{PAGE}?tempat=Tidak+Ada").text
    assert "0 sessions found" in nothing
    assert f'<a href="{PAGE}#sesi">Show all</a>' in nothing


@on_sqlite
def test_the_organizer_can_be_called(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    for columns, phone, called in (
        ({"contact_phone": None}, "+62542000001", "(0542) 000001"),
        ({"contact_phone": "+6281200000411"}, "+6281200000411", "0812-0000-0411"),
    ):
        with writing(city.engine) as db:
            db.exec(select(Workshop)).one().sqlmodel_update(columns)
            organization = db.exec(select(Organization).where(Organization.name == OWN)).one()
            organization.phone = "+62542000001"
        page = citizen.get(PAGE).text
        assert f'<a href="tel:{phone}">{called}</a>' in page
        assert ("https://wa.me/" in page) == phone.startswith("+628")


@on_sqlite
def test_a_session_says_when_and_where_it_is(citizen: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        db.add(Venue(name="Balai Contoh", kelurahan_code=LAMARU))
    create_upcoming_session(city, venue="Balai Contoh")
    (session,) = city.all(WorkshopSession)

    for address in (PAGE, FORM):
        page = citizen.get(address).text
        assert "For: Small businesses" in page
        assert long_period_text(session.starts_at, session.ends_at, "en") in page
        assert "Balai Contoh, Kelurahan Lamaru" in page
        assert (
            'href="https://www.openstreetmap.org/search?query=Balai%20Contoh%2C%20Lamaru%2C%20Balikpapan"'
            in page
        )


@on_sqlite
def test_the_map_shows_the_address_that_an_organizer_entered(
    citizen: TestClient, organizer: TestClient, city: City
) -> None:
    typed = {"name": "Balai Contoh", "address": " Jalan  Contoh 5 ", "kind": "aula", "kelurahan": LAMARU}
    assert organizer.post("/tempat/baru", data=typed).status_code == 303
    assert (
        organizer.post("/tempat/baru", data=typed | {"name": "Lain", "address": "x" * 201}).status_code == 422
    )
    create_upcoming_session(city, venue="Balai Contoh")

    page = citizen.get(PAGE).text

    assert "Balai Contoh, Jalan Contoh 5, Kelurahan Lamaru" in page
    assert "search?query=Jalan%20Contoh%205%2C%20Lamaru%2C%20Balikpapan" in page


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
    listed = re.findall(r'href="/daftar/([^"?]+)', citizen.get("/").text)
    assert set(listed) == {"JUALAN"}


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
    assert ">Lamaru Baru</option>" in citizen.get(FORM).text
    begin_session(city, "JUALAN-1")
    assert "Registration is closed" in citizen.get(PAGE).text


@on_sqlite
def test_of_a_page_that_is_kept_everyone_has_a_key_and_a_language_of_their_own(
    citizen: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    keys = {KEY.findall(citizen.get(FORM).text)[0] for _ in range(3)}

    assert len(keys) == 3
    assert ">Register</button>" in citizen.get(FORM).text
    citizen.post("/bahasa/id")
    assert ">Daftar</button>" in citizen.get(FORM).text


def _without_key(page: str) -> str:
    return KEY.sub("", page)


def test_the_page_asks_the_database_a_fixed_number_of_times(
    citizen: TestClient, city: City, engine: Engine
) -> None:
    create_upcoming_session(city, places_per_kelurahan=1)
    citizen.get("/privasi")  # the letterhead is asked for once and kept
    with_one_session = queries_of(engine, lambda: citizen.get(PAGE))
    for number in range(3):
        create_upcoming_session(city, f"JUALAN-{number + 2}", days=20 + number)
        city.register("JUALAN-1", f"Peserta {number}", status=RegistrationStatus.WAITLISTED)

    assert queries_of(engine, lambda: citizen.get(PAGE)) == with_one_session <= 7  # SQLite's BEGIN is one
    assert queries_of(engine, lambda: citizen.get(FORM)) <= 8
