"""The list of workshops, the page of a workshop; creating, changing and archiving a workshop."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.models import Workshop, WorkshopSession, WorkshopTargetGroup
from tests.city import City
from tests.queries.counting import queries_of
from tests.upcoming_sessions import create_upcoming_session

TITLE = "Jualan Daring untuk Pemula"


def test_an_organizer_creates_a_workshop(organizer: TestClient, city: City) -> None:
    proposed = re.search(r'name="code" type="text" value="([^"]+)"', organizer.get("/kegiatan/baru").text)
    assert proposed is not None

    answer = organizer.post(
        "/kegiatan/baru",
        data={"title": TITLE, "code": proposed[1], "target_groups": ["umkm", "umum"], "pillar": "cakap"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/kegiatan/{proposed[1]}")

    page = organizer.get(answer.headers["location"])
    for text in (
        TITLE,
        "The workshop has been created.",
        "Panitia Literasi SPBE",
        "Digital skills",
        "Small businesses",
    ):
        assert text in page.text
    assert {link.target_group_code for link in city.all(WorkshopTargetGroup)} == {"umkm", "umum"}
    assert TITLE in organizer.get("/kegiatan").text

    assert f'value="{proposed[1]}"' not in organizer.get("/kegiatan/baru").text


def test_a_refused_form_keeps_its_values_and_marks_the_wrong_field(organizer: TestClient, city: City) -> None:
    page = organizer.post(
        "/kegiatan/baru",
        data={"title": " ", "code": "LD-9", "description": "Bawa <ponsel>", "target_groups": "rt"},
    )

    assert page.status_code == 422
    assert '<small class="error" id="title-error">A title is needed.</small>' in page.text
    assert 'aria-describedby="title-error"' in page.text
    assert "Bawa &lt;ponsel&gt;" in page.text
    assert 'value="LD-9"' in page.text
    assert 'value="rt" checked' in page.text
    assert 'value="umkm" checked' not in page.text
    assert city.all(Workshop) == []


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        ("spbe-2025", 409, "There is a workshop with this code already."),
        ("SPBE/2025", 422, "A code has 2 to 40 letters, digits or hyphens"),
    ],
)
def test_a_wrong_code_is_refused(
    organizer: TestClient, workshop: Workshop, code: str, status: int, text: str
) -> None:
    page = organizer.post("/kegiatan/baru", data={"title": TITLE, "code": code})
    assert page.status_code == status
    assert f'id="code-error">{text}' in page.text
    assert f'value="{TITLE}"' in page.text


def test_an_organizer_changes_a_workshop(organizer: TestClient, workshop: Workshop, city: City) -> None:
    form = organizer.get("/kegiatan/SPBE-2025/ubah")
    assert 'value="Workshop Literasi Promosi SPBE"' in form.text
    assert 'value="umkm" checked' in form.text

    answer = organizer.post("/kegiatan/SPBE-2025/ubah", data={"title": TITLE, "target_groups": "komunitas"})
    assert answer.headers["location"] == "/kegiatan/SPBE-2025"
    assert TITLE in organizer.get("/kegiatan/SPBE-2025").text
    assert [link.target_group_code for link in city.all(WorkshopTargetGroup)] == ["komunitas"]

    page = organizer.post("/kegiatan/SPBE-2025/ubah", data={"title": "", "description": "masih di sini"})
    assert page.status_code == 422
    assert "masih di sini" in page.text
    assert city.all(Workshop)[0].title == TITLE


def test_the_page_of_a_public_workshop_shows_its_public_address(organizer: TestClient) -> None:
    data = {"title": TITLE, "code": "LD-1"}
    organizer.post("/kegiatan/baru", data=data)
    assert "/daftar/LD-1" not in organizer.get("/kegiatan/LD-1").text

    organizer.post("/kegiatan/LD-1/ubah", data=data | {"public": "true"})

    assert 'value="http://127.0.0.1:8000/daftar/LD-1"' in organizer.get("/kegiatan/LD-1").text
    assert 'name="public" value="true" checked' in organizer.get("/kegiatan/LD-1/ubah").text


def test_an_archived_workshop_is_kept_out_of_the_lists(
    organizer: TestClient, stranger: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    assert "JUALAN-1" in organizer.get("/").text
    assert stranger.post("/kegiatan/JUALAN/arsipkan").status_code == 404
    assert "Still to come: 1 session." in organizer.get("/kegiatan/JUALAN").text

    assert organizer.post("/kegiatan/JUALAN/arsipkan").headers["location"] == "/kegiatan/JUALAN"

    assert codes_in(organizer, "") == []
    assert "JUALAN-1" not in organizer.get("/").text
    assert "JUALAN" in organizer.get("/kegiatan?arsip=1").text
    page = organizer.get("/kegiatan/JUALAN").text
    assert "Archived" in page
    assert "/kegiatan/JUALAN/sesi/baru" not in page

    organizer.post("/kegiatan/JUALAN/aktifkan")
    assert codes_in(organizer, "") == ["JUALAN"]


def test_html_in_a_title_is_escaped(organizer: TestClient) -> None:
    data = {"title": "<script>alert(1)</script>", "code": "LD-1"}
    page = organizer.get(organizer.post("/kegiatan/baru", data=data).headers["location"])
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


def test_search_finds_by_title_and_code(organizer: TestClient, city: City, workshop: Workshop) -> None:
    city.workshop("RT-AMAN")

    assert codes_in(organizer, "promosi") == ["SPBE-2025"]
    assert codes_in(organizer, "rt-a") == ["RT-AMAN"]
    assert codes_in(organizer, "%") == []
    assert "No workshop has this in its title or code." in organizer.get("/kegiatan?q=%25").text


def codes_in(browser: TestClient, search: str) -> list[str]:
    page = browser.get("/kegiatan", params={"q": search})
    return re.findall(r'<a href="/kegiatan/([A-Z0-9-]+)">', page.text)


def test_the_figures_of_a_workshop_add_up_its_sessions(
    viewer: TestClient, city: City, workshop: Workshop, workshop_session: WorkshopSession
) -> None:
    city.import_sheet(
        workshop_session.code, b"Nama;Kelurahan;Kategori\nRina Melati;Manggar;UMKM\nTuti Kenanga;Damai;RT\n"
    )

    page = viewer.get("/kegiatan/SPBE-2025")

    assert re.findall(r'figure-value">(\d+)', page.text) == ["1", "2", "2"]
    assert "Recorded" in page.text


@pytest.mark.parametrize(
    ("user", "page", "change"),
    [
        ("admin", 200, 200),
        ("organizer", 200, 200),
        ("staff", 200, 403),
        ("viewer", 200, 403),
        ("stranger", 404, 404),
    ],
)
def test_permissions_by_role(
    user: str, page: int, change: int, workshop: Workshop, request: pytest.FixtureRequest, city: City
) -> None:
    browser: TestClient = request.getfixturevalue(user)

    assert browser.get("/kegiatan/SPBE-2025").status_code == page
    assert browser.get("/kegiatan/SPBE-2025/ubah").status_code == change
    posted = browser.post("/kegiatan/SPBE-2025/ubah", data={"title": TITLE})
    assert posted.status_code == (303 if change == 200 else change)
    assert [kept.title == TITLE for kept in city.all(Workshop)] == [change == 200]
    assert codes_in(browser, "") == (["SPBE-2025"] if page == 200 else [])

    may_create = user in {"admin", "organizer", "stranger"}
    assert ('href="/kegiatan/baru"' in browser.get("/kegiatan").text) == may_create
    assert browser.get("/kegiatan/baru").status_code == (200 if may_create else 403)
    if page == 200:
        assert ("/kegiatan/SPBE-2025/ubah" in browser.get("/kegiatan/SPBE-2025").text) == (change == 200)


def test_a_longer_list_takes_no_more_queries(
    app: FastAPI, organizer: TestClient, city: City, workshop: Workshop
) -> None:
    engine: Engine = app.state.container.engine
    organizer.get("/privasi")  # the letterhead is asked for once and kept
    queries = queries_of(engine, lambda: organizer.get("/kegiatan"))
    for number in range(5):
        city.session(f"RT-{number}")

    assert queries_of(engine, lambda: organizer.get("/kegiatan")) == queries
