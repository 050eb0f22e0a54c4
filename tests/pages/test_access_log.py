"""Who saw people, searched for them, took them away in a file or was refused is in the activity log."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import reduce

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.database import writing
from app.models import (
    ACCESS_ACTIONS,
    Activity,
    GroupMembership,
    PossibleDuplicate,
    Registration,
    WorkshopSession,
)
from app.permissions import OPERATOR
from app.routers import api, pages
from app.services import activities
from app.services.accounts.api_tokens import create_api_token
from app.services.people import searches
from app.web.access_log import PEOPLE_PAGES
from tests.city import MORNING, City, sheet
from tests.pages.conftest import People

NAME = "Kinanti Larasati"
LIST = sheet(
    "Nama;Kelurahan;Unsur;Kehadiran", f"{NAME};Manggar;UMKM;hadir", f"{NAME};Antah Berantah;UMKM;hadir"
)
Access = tuple[str, str, str, str]


@pytest.fixture
def kinanti(city: City, workshop_session: WorkshopSession) -> Registration:
    """Kinanti is registered for the session, and has a namesake whom she may be."""
    person = city.register(workshop_session.code, NAME)
    namesake = city.register(workshop_session.code, f"{NAME} Dewi")
    with writing(city.engine) as db:
        db.add(PossibleDuplicate(participant_id=person.id, other_id=namesake.id, likeness=90))
        db.add(GroupMembership(participant_id=person.id, target_group_code="umkm", valid_from=MORNING.date()))
    return city.all(Registration)[0]


def accesses(city: City) -> list[Access]:
    """Each line of the log about access that changes nothing: who did what to what."""
    return [
        (line.actor, line.action, line.subject, line.subject_id)
        for line in city.all(Activity)
        if line.action in ACCESS_ACTIONS
    ]


def test_a_page_of_a_person_is_one_line_however_often_it_is_opened(
    organizer: TestClient, staff: TestClient, city: City, kinanti: Registration
) -> None:
    person = f"/peserta/{kinanti.participant_id}"
    for path in (person, f"{person}/ubah", person, f"{person}/kelompok"):
        assert organizer.get(path).status_code == 200
    staff.get(person)

    id_ = str(kinanti.participant_id)
    assert accesses(city) == [
        ("Sari Panitia", "view", "participant", id_),
        ("Budi Petugas", "view", "participant", id_),
    ]


def test_a_view_after_a_while_is_a_line_of_its_own(
    organizer: TestClient, city: City, kinanti: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    organizer.get(f"/pendaftaran/{kinanti.code}")
    monkeypatch.setattr(activities, "VIEW_LASTS", timedelta(0))
    organizer.get(f"/pendaftaran/{kinanti.code}")

    assert accesses(city) == [("Sari Panitia", "view", "registration", kinanti.code)] * 2


def test_the_line_has_the_shortened_address_of_the_browser(
    app: FastAPI, organizer: TestClient, city: City, kinanti: Registration
) -> None:
    elsewhere = TestClient(app, cookies=dict(organizer.cookies), client=("203.0.113.77", 50000))
    elsewhere.get(f"/pendaftaran/{kinanti.code}")

    assert city.all(Activity)[-1].address == "203.0.113.0/24"


def test_a_search_is_logged_without_its_terms(
    organizer: TestClient, city: City, kinanti: Registration
) -> None:
    organizer.get("/peserta", params={"search": NAME})
    organizer.get("/peserta", params={"search": NAME.upper()})
    organizer.get("/peserta", params={"search": "Orang Lain"})

    assert accesses(city) == [
        ("Sari Panitia", "search-people", "participant", ""),
        ("Sari Panitia", "view", "participant", ""),
        ("Sari Panitia", "search-people", "participant", ""),
        ("Sari Panitia", "search-people", "participant", ""),
    ]
    first, again, other = (line.after for line in city.all(Activity) if line.action == "search-people")
    assert first == again
    assert first != other
    assert "kinanti" not in str(first).lower()


def test_no_search_is_answered_that_is_not_logged(
    organizer: TestClient, city: City, kinanti: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that tries one phone number after the other is stopped after a busy minute's worth."""
    monkeypatch.setattr(searches, "SEARCHES", replace(searches.SEARCHES, uses=3))

    answers = [organizer.get("/peserta", params={"search": f"Nama {number}"}) for number in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert sum(line.action == "search-people" for line in city.all(Activity)) == 3


def test_a_ticket_that_staff_open_is_logged_and_not_one_of_its_owner(
    citizen: TestClient, staff: TestClient, city: City, kinanti: Registration
) -> None:
    citizen.get(f"/tiket/{kinanti.code}")
    assert accesses(city) == []

    staff.get(f"/tiket/{kinanti.code}")
    assert accesses(city) == [("Budi Petugas", "view", "registration", kinanti.code)]


def test_who_is_refused_is_logged_with_the_reason(
    stranger: TestClient, viewer: TestClient, city: City, kinanti: Registration
) -> None:
    assert stranger.get(f"/peserta/{kinanti.participant_id}").status_code == 404
    assert viewer.post(f"/pendaftaran/{kinanti.code}/batalkan").status_code == 403
    assert viewer.get("/catatan").status_code == 403
    assert stranger.get("/no-such-page").status_code == 404

    assert accesses(city) == [
        ("Tono Tetangga", "refuse", "page", "GET /peserta/{participant_id}"),
        ("Rina Dinas", "refuse", "page", "POST /pendaftaran/{code}/batalkan"),
        ("Rina Dinas", "refuse", "page", "GET /catatan"),
    ]
    lines = [line for line in city.all(Activity) if line.action == "refuse"]
    assert [line.reason for line in lines] == ["not-found", "forbidden", "forbidden"]
    assert lines[0].after == {"participant_id": str(kinanti.participant_id)}


def test_a_secret_in_a_link_is_not_logged(organizer: TestClient, city: City) -> None:
    organizer.get("/kata-sandi/rahasia-yang-salah")
    assert "rahasia-yang-salah" not in str([line.model_dump() for line in city.all(Activity)])


def test_nobody_fills_the_log_with_refusals(stranger: TestClient, city: City, kinanti: Registration) -> None:
    for _ in range(15):
        assert stranger.get(f"/peserta/{kinanti.participant_id}").status_code == 404
    assert len(accesses(city)) == 10


def test_tokens_that_see_people_or_are_not_valid_are_logged(
    app: FastAPI, city: City, kinanti: Registration
) -> None:
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    program = TestClient(app, base_url="http://testserver/api/v1")
    path = "/sessions/SPBE-2025-1/registrations"

    assert program.get(path).status_code == 401
    assert program.get(path, headers={"Authorization": "Bearer invented"}).status_code == 401
    assert program.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 200

    assert accesses(city) == [
        ("unknown token", "refuse", "page", "GET /api/v1/sessions/{code}/registrations"),
        ("Sari Panitia", "view", "session", "SPBE-2025-1"),
    ]
    assert [line.reason for line in city.all(Activity)[-2:]] == ["unauthenticated", "api"]


def test_views_change_neither_a_ticket_nor_the_version_of_reports(
    organizer: TestClient, city: City, kinanti: Registration
) -> None:
    calendar = organizer.get(f"/tiket/{kinanti.code}.ics").text
    report = organizer.get("/cakupan", params={"from": "2025-01-01", "to": "2025-12-31"})

    organizer.get(f"/pendaftaran/{kinanti.code}")
    organizer.get("/sesi/SPBE-2025-1/peserta")

    sequence = re.compile(r"SEQUENCE:\d+")
    assert sequence.findall(organizer.get(f"/tiket/{kinanti.code}.ics").text) == sequence.findall(calendar)
    again = organizer.get("/cakupan", params={"from": "2025-01-01", "to": "2025-12-31"})
    assert again.headers["etag"] == report.headers["etag"]
    assert "saw" not in organizer.get(f"/pendaftaran/{kinanti.code}").text


@pytest.mark.slow
def test_every_page_with_a_name_on_it_is_logged(
    app: FastAPI, admin: TestClient, people: People, city: City, kinanti: Registration
) -> None:
    """Every GET route is opened; where the answer has Kinanti's name in it, the log must say so."""
    uploaded = city.upload("SPBE-2025-1", LIST)
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, people.admin, "uji")
    values = {
        "code": kinanti.code,
        "participant_id": kinanti.participant_id,
        "membership_id": city.all(GroupMembership)[0].id,
        "pair_id": city.all(PossibleDuplicate)[0].id,
        "registration_code": kinanti.code,
        "import_id": uploaded.id,
        "number": 2,
        "step": "rows",
        "outcome": "present",
        "file_format": "xlsx",
        "year:int": 2025,
        "workshop_code": "SPBE-2025",
        "user_id": people.organizer.id,
    }
    unlogged: list[str] = []
    opened = 0
    for route in (route for router in (*pages.routers, *api.routers) for route in router.routes):
        if not (isinstance(route, APIRoute) and "GET" in (route.methods or ())):
            continue
        of = values | {"code": _code_for(route.path, kinanti)}
        names: list[str] = re.findall(r"\{(.+?)\}", route.path)
        path = reduce(lambda path, name: path.replace(f"{{{name}}}", str(of.get(name, 1))), names, route.path)
        headers = {"Authorization": f"Bearer {token}"} if path.startswith("/api") else {}
        lines = len(accesses(city))
        answer = admin.get(path, headers=headers)
        opened += answer.status_code == 200
        if NAME in answer.text and len(accesses(city)) == lines and route.path not in PEOPLE_PAGES:
            unlogged.append(route.path)

    assert opened > 60
    assert unlogged == []


def _code_for(path: str, registration: Registration) -> str:
    if "/sesi/" in path or "/sessions/" in path:
        return "SPBE-2025-1"
    return "SPBE-2025" if "/kegiatan/" in path or "/workshops/" in path else registration.code


def test_every_page_in_the_table_exists() -> None:
    routes = {
        route.path
        for router in (*pages.routers, *api.routers)
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    assert set(PEOPLE_PAGES) <= routes
