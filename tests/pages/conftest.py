"""Browsers of the users, and a workshop with a session.

Organizer and staff belong to one organization, the stranger is an organizer of another; admin and viewer are
Dinas Kominfo's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import writing
from app.main import create_app
from app.models import User, Workshop, WorkshopSession
from app.services.accounts.logins import create_login
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from app.services.workshops.workshops import WorkshopInput, create_workshop
from app.settings import Settings
from app.web.container import Container
from tests.city import MORNING, City
from tests.published_year import hold_session, issue
from tests.scenarios import scenario


@dataclass(frozen=True)
class People:
    admin: User
    organizer: User
    staff: User
    viewer: User
    stranger: User


@pytest.fixture
def database_kind() -> str:
    """Run tests of pages on SQLite only. Services and queries are tested on both databases, and test_look opens the
    main pages on PostgreSQL."""
    return "sqlite"


@pytest.fixture
def people(city: City) -> People:
    users = city.users
    return People(
        admin=users["made"],
        organizer=users["sari"],
        staff=users["budi"],
        viewer=users["rina"],
        stranger=users["tono"],
    )


@pytest.fixture
def nobody(app: FastAPI, people: People) -> TestClient:
    """A browser in which no user is logged in."""
    return english_browser(app)


@pytest.fixture
def citizen(nobody: TestClient) -> TestClient:
    """The browser of a visitor who registers without an account."""
    return nobody


@pytest.fixture
def admin(app: FastAPI, engine: Engine, people: People) -> TestClient:
    return logged_in(app, engine, people.admin)


@pytest.fixture
def organizer(app: FastAPI, engine: Engine, people: People) -> TestClient:
    return logged_in(app, engine, people.organizer)


@pytest.fixture
def staff(app: FastAPI, engine: Engine, people: People) -> TestClient:
    return logged_in(app, engine, people.staff)


@pytest.fixture
def viewer(app: FastAPI, engine: Engine, people: People) -> TestClient:
    return logged_in(app, engine, people.viewer)


@pytest.fixture
def stranger(app: FastAPI, engine: Engine, people: People) -> TestClient:
    return logged_in(app, engine, people.stranger)


@contextmanager
def served_to_browsers(settings: Settings, **changes: object) -> Iterator[FastAPI]:
    """The service with these settings, changed as given, at the address that browsers of tests use."""
    with served(settings.model_copy(update={"base_url": "http://testserver", **changes})) as app:
        yield app


@contextmanager
def served(settings: Settings) -> Iterator[FastAPI]:
    app = create_app(settings)
    yield app
    container: Container = app.state.container
    container.close()


def logged_in(app: FastAPI, engine: Engine, user: User) -> TestClient:
    """Return a browser in which the user is logged in."""
    browser = english_browser(app)
    with writing(engine) as db:
        browser.cookies["jangkau_login"] = create_login(db, user, "test")
    return browser


def english_browser(app: FastAPI) -> TestClient:
    """Return a browser that is set to English, the language of the texts in the code. It follows no redirects."""
    browser = TestClient(app, follow_redirects=False)
    browser.cookies["jangkau_language"] = "en"
    return browser


@pytest.fixture
def workshop(city: City) -> Workshop:
    """The organizer's workshop for small businesses and heads of RT."""
    return create_spbe_workshop(city)


@pytest.fixture
def workshop_session(city: City, workshop: Workshop) -> WorkshopSession:
    """The session of `workshop`. It is over."""
    return create_spbe_session(city, workshop)


def create_spbe_workshop(city: City) -> Workshop:
    given = WorkshopInput("Workshop Literasi Promosi SPBE", target_groups=("umkm", "rt"))
    with writing(city.engine) as db:
        return create_workshop(db, city.actor("sari"), "SPBE-2025", given)


def create_spbe_session(city: City, workshop: Workshop) -> WorkshopSession:
    given = WorkshopSessionInput(MORNING, MORNING + timedelta(hours=3), "Aula Balai Kota", capacity=100)
    city.add_session(workshop.code, "SPBE-2025-1", given)
    return city.all(WorkshopSession)[-1]


@scenario
def figures_of_2025(city: City) -> None:
    """Two women of Manggar and a man of Damai came in 2025; another workshop reached Lamaru in 2024."""
    city.import_sheet(
        create_spbe_session(city, create_spbe_workshop(city)).code,
        b"Nama;JK;Kelurahan;Kategori\nRina Melati;P;Manggar;UMKM\nTuti Kenanga;P;Manggar;RT\nJoko Anggrek;L;Damai;RT\n",
    )
    before = city.session("LAMA-1", MORNING.replace(year=2024), groups=("rt",))
    city.import_sheet(before, b"Nama;JK;Kelurahan;Kategori\nWati Teratai;P;Lamaru;RT\n")


@scenario
def report_of_2025(city: City) -> None:
    """The year 2025 has a session with some small figures, and an issued report."""
    hold_session(city)
    issue(city)
