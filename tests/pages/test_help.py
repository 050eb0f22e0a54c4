"""The pages of the help."""

import pytest
from fastapi.testclient import TestClient

from app.help_topics import help_topics
from tests.database import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def reader(nobody: TestClient) -> TestClient:
    """Somebody without a login who reads Indonesian."""
    nobody.cookies.clear()
    return nobody


def test_strangers_see_what_is_for_them_first(reader: TestClient) -> None:
    page = reader.get("/bantuan").text
    assert page.index("Mendaftar ke sebuah kegiatan") < page.index("Menetapkan target")


def test_every_topic_opens_and_its_links_lead_somewhere(reader: TestClient) -> None:
    for topic in help_topics("id"):
        page = reader.get(f"/bantuan/{topic.key}")
        assert page.status_code == 200, topic.key
        assert f"<h1>{topic.title}</h1>" in page.text
        assert page.text.count("<li>") > 3
    assert reader.get("/bantuan/tidak-ada").status_code == 404


def test_a_search_shows_where_the_words_are(reader: TestClient) -> None:
    page = reader.get("/bantuan?q=sinyal").text
    assert "/bantuan/hari-pelaksanaan" in page
    assert "selagi ada sinyal" in page

    assert "Tidak ada bantuan yang memuat semua kata itu" in reader.get("/bantuan?q=zirkonium").text


def test_a_file_outside_the_pictures_is_not_sent(reader: TestClient) -> None:
    assert reader.get("/bantuan/gambar/topics.csv").status_code == 404
    assert reader.get("/bantuan/gambar/..%2Ftopics.csv").status_code == 404


def test_a_page_links_the_help_for_what_its_reader_may_do(organizer: TestClient, viewer: TestClient) -> None:
    assert "/bantuan/kegiatan-baru" in organizer.get("/kegiatan").text

    assert "/bantuan/kegiatan-baru" not in viewer.get("/kegiatan").text
    assert "/bantuan/membaca-cakupan" in viewer.get("/cakupan").text
