"""The first page: what waits for whoever is logged in."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from app.i18n import wita
from app.models import WorkshopSession
from tests.stories import City

LIST = b"Nama;Kelurahan;Kategori\nRina Melati;Manggar;UMKM\n"
UNCLEAR = b"Nama;Kelurahan;Kategori\nRina Melati;Gunung Sari;UMKM\n"


def test_a_session_that_is_over_waits_for_its_attendance(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    page = staff.get("/")
    assert 'href="/sesi/SPBE-2025-1/unggah"' in page.text

    uploaded = city.upload("SPBE-2025-1", LIST)
    page = staff.get("/")
    assert f'href="/unggahan/{uploaded.id}"' in page.text
    assert "Ready to be saved" in page.text

    city.commit(uploaded.id)
    page = staff.get("/")
    assert "No upload waits." in page.text
    assert "The attendance of every session that is over has been recorded." in page.text
    assert "/sesi/SPBE-2025-1" not in page.text


def test_an_upload_says_how_many_rows_need_attention(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.upload("SPBE-2025-1", UNCLEAR)
    assert "1 need attention" in staff.get("/").text


def test_a_session_to_come_misses_nothing_yet(organizer: TestClient, city: City) -> None:
    tomorrow = wita(datetime.now(UTC)) + timedelta(days=1)
    city.session("NANTI-1", tomorrow.replace(tzinfo=None))

    page = organizer.get("/")

    assert page.text.index("Coming sessions") < page.text.index("/sesi/NANTI-1")
    assert "The attendance of every session that is over has been recorded." in page.text


@pytest.mark.parametrize(
    ("who", "sees_session", "sees_upload"),
    [
        ("admin", True, True),
        ("organizer", True, True),
        ("staff", True, True),
        ("viewer", True, False),
        ("stranger", False, False),
    ],
)
def test_everyone_sees_what_waits_for_them(
    who: str,
    sees_session: bool,
    sees_upload: bool,
    workshop_session: WorkshopSession,
    city: City,
    request: pytest.FixtureRequest,
) -> None:
    uploaded = city.upload("SPBE-2025-1", LIST)

    page = request.getfixturevalue(who).get("/")

    assert ("/sesi/SPBE-2025-1" in page.text) == sees_session
    assert (f"/unggahan/{uploaded.id}" in page.text) == sees_upload
    assert ("/sesi/SPBE-2025-1/unggah" in page.text) == sees_upload


def test_everyone_sees_where_the_city_stands(
    stranger: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.imported("SPBE-2025-1", LIST)
    page = stranger.get("/")
    assert "1 of 34 kelurahan reached their target for 2025" in page.text
    assert "Period 01-01-2025 to 31-12-2025" in page.text
