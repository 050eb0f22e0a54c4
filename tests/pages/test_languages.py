"""Indonesian first, English beside it."""

import pytest
from fastapi.testclient import TestClient

from tests.database import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def newcomer(nobody: TestClient) -> TestClient:
    """Someone who has chosen no language yet."""
    nobody.cookies.clear()
    return nobody


def test_pages_are_indonesian_by_default(newcomer: TestClient) -> None:
    page = newcomer.get("/masuk")
    assert '<html lang="id"' in page.text
    assert "Kata sandi" in page.text


@pytest.mark.parametrize(
    ("wanted", "given"), [("en-GB,en;q=0.9,id;q=0.5", "en"), ("id-ID,id;q=0.9,en;q=0.8", "id"), ("fr", "id")]
)
def test_a_browser_may_ask_for_english(newcomer: TestClient, wanted: str, given: str) -> None:
    page = newcomer.get("/masuk", headers={"Accept-Language": wanted})
    assert f'<html lang="{given}"' in page.text


def test_the_switch_leads_back_to_where_one_was(newcomer: TestClient) -> None:
    page = newcomer.get("/masuk?kembali=/kegiatan")
    assert 'action="/bahasa/en"' in page.text
    assert 'name="kembali" value="/masuk?kembali=/kegiatan"' in page.text

    answer = newcomer.post("/bahasa/en", data={"kembali": "/masuk?kembali=/kegiatan"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?kembali=/kegiatan")
    assert "Password" in newcomer.get("/masuk").text

    newcomer.post("/bahasa/id")
    assert "Kata sandi" in newcomer.get("/masuk").text


def test_the_switch_leads_to_no_other_site(newcomer: TestClient) -> None:
    assert newcomer.post("/bahasa/en", data={"kembali": "//contoh.id"}).headers["location"] == "/"


def test_there_are_two_languages(newcomer: TestClient) -> None:
    answer = newcomer.post("/bahasa/fr")
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
