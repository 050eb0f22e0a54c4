"""What every page shares: its frame, its navigation, and that it stays light and whole."""

import gzip
import re
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.database import writing
from app.models import Message, MessageKind, WorkshopSession
from app.web import static_files
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session

LIGHT = 60_000
"""Bytes on the wire of a page with everything it loads, at most: a phone on a weak signal waits for each."""

PAGES = (
    "/",
    "/kegiatan",
    "/kegiatan/baru",
    "/kegiatan/SPBE-2025",
    "/kegiatan/SPBE-2025/ubah",
    "/kegiatan/SPBE-2025/sesi/baru",
    "/sesi/SPBE-2025-1",
    "/sesi/SPBE-2025-1/peserta",
    "/sesi/SPBE-2025-1/undang",
    "/sesi/SPBE-2025-1/kehadiran",
    "/sesi/SPBE-2025-1/unggahan",
    "/sesi/SPBE-2025-1/ubah",
    "/sesi/SPBE-2025-1/salin",
    "/sesi/SPBE-2025-1/batalkan",
    "/sesi/SPBE-2025-1/daftarkan",
    "/sesi/SPBE-2025-1/daftarkan-orang",
    "/sesi/SPBE-2025-1/rekonsiliasi",
    "/sesi/SPBE-2025-1/rekonsiliasi/otherwise",
    "/sesi/SPBE-2025-1/rekonsiliasi/elsewhere",
    "/kalender",
    "/tempat",
    "/tempat/baru",
    "/tempat/unggah",
    "/cakupan",
    "/cakupan/berikutnya",
    "/cakupan/rt",
    "/target/2025",
    "/target/2025/unggah",
    "/pembanding",
    "/pembanding/baru",
    "/catatan",
    "/peserta",
    "/pesan",
    "/unggahan",
    "/mungkin-kembar",
    "/cari",
    "/cari?q=a",
    "/administrasi",
    "/administrasi/mulai",
    "/administrasi/kop-surat",
    "/administrasi/surel",
    "/administrasi/pemberitahuan",
    "/administrasi/kebocoran",
    "/administrasi/kebocoran/baru",
    "/privasi",
    "/privasi/2026-2",
    "/daftar",
    "/jadwal",
    "/sesi/SPBE-2025-1/hadir",
    "/sesi/SPBE-2025-1/delegasi",
    "/sesi/SPBE-2025-1/whatsapp",
    "/tidak-ada",
)


@pytest.fixture
def database_kind() -> str:
    """So that PostgreSQL, the stricter one, reads for each page too."""
    return "postgresql"


def test_every_page_stands_in_the_frame(admin: TestClient, workshop_session: WorkshopSession) -> None:
    for path in PAGES:
        page = admin.get(path).text
        assert page.count("<h1>") == 1, path
        assert re.search(r"<title>\s*\S.* · Jangkau</title>", page), path
        assert page.index('href="#content"') < page.index("<header") < page.index('<main id="content"'), path
        assert 'lang="en"' in page, path


def test_every_input_has_a_label(admin: TestClient, workshop_session: WorkshopSession) -> None:
    for path in PAGES:
        page = admin.get(path).text
        for name in re.findall(r'<(?:input|select|textarea) id="(\w+)"', page):
            assert f'<label for="{name}"' in page, f"{path}: {name}"


@pytest.mark.parametrize(
    ("who", "places"),
    [
        (
            "admin",
            [
                "/",
                "/kegiatan",
                "/unggahan",
                "/peserta",
                "/cakupan",
                "/administrasi",
            ],
        ),
        ("organizer", ["/", "/kegiatan", "/unggahan", "/peserta", "/cakupan"]),
        ("staff", ["/", "/kegiatan", "/unggahan", "/peserta", "/cakupan"]),
        ("viewer", ["/", "/kegiatan", "/cakupan"]),
    ],
)
def test_the_navigation_offers_what_the_role_may_open(
    who: str, places: list[str], workshop_session: WorkshopSession, request: pytest.FixtureRequest
) -> None:
    browser: TestClient = request.getfixturevalue(who)
    navigation = re.search(r'<nav aria-label="Main">(.*?)</nav>', browser.get("/kegiatan").text, re.DOTALL)
    assert navigation is not None
    assert re.findall(r'<a href="([^"]+)"', navigation[1]) == places
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', navigation[1]) == ["/kegiatan"]
    for place in places:
        assert browser.get(place).status_code == 200


@pytest.mark.parametrize(
    ("who", "lists"),
    [
        ("organizer", ["/peserta", "/mungkin-kembar", "/usulan", "/permintaan-data", "/pesan"]),
        ("staff", ["/peserta", "/usulan", "/pesan"]),
    ],
)
def test_lists_about_people_lead_to_each_other(
    who: str, lists: list[str], workshop_session: WorkshopSession, request: pytest.FixtureRequest
) -> None:
    browser: TestClient = request.getfixturevalue(who)
    for address in lists:
        tabs = re.search(r'<nav class="tabs".*?</nav>', browser.get(address).text, re.DOTALL)
        assert tabs is not None
        assert re.findall(r'<a href="([^"]+)"', tabs[0]) == lists
        assert re.findall(r'<a href="([^"]+)" aria-current="page"', tabs[0]) == [address]


def test_a_session_belongs_to_the_workshops(admin: TestClient, workshop_session: WorkshopSession) -> None:
    assert '<a href="/kegiatan" aria-current="page">' in admin.get("/sesi/SPBE-2025-1").text


def test_a_sentence_about_what_was_done_is_shown_once(organizer: TestClient) -> None:
    organizer.post("/kegiatan/baru", data={"title": "Jualan Daring", "code": "LD-1"})
    assert 'role="status">The workshop has been created.' in organizer.get("/kegiatan/LD-1").text
    assert "The workshop has been created." not in organizer.get("/kegiatan/LD-1").text


def test_an_address_that_is_not_there_is_a_page_too(nobody: TestClient) -> None:
    page = nobody.get("/tidak-ada")
    assert page.status_code == 404
    assert "This page does not exist." in page.text
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/masuk", "/daftar/JUALAN"])
def test_a_page_is_light_with_everything_it_loads(nobody: TestClient, city: City, path: str) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"), capacity=40, places_per_kelurahan=2)
    page = nobody.get(path)
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    answers = {address: nobody.get(address) for address in loaded}

    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(loaded, 200)
    weight = sum(len(gzip.compress(answer.content)) for answer in (page, *answers.values()))
    assert weight < LIGHT, weight


def test_what_browsers_may_keep_for_good_says_so(admin: TestClient, nobody: TestClient) -> None:
    kept = re.search(r'href="(/static/pages\.css\?v=\w+)"', admin.get("/").text)
    assert kept is not None
    assert "immutable" in nobody.get(kept[1]).headers["cache-control"]
    assert nobody.get("/static/pages.css").headers["cache-control"] == "no-cache"
    assert nobody.get("/static/jangkau.css").headers["cache-control"] == "no-cache"
    assert nobody.get("/static/tidak-ada.css").status_code == 404


@pytest.mark.parametrize("path", ["/masuk", "/daftar", "/daftar/JUALAN", "/privasi", "/tidak-ada"])
def test_citizens_wait_for_no_second_file_before_they_read(nobody: TestClient, city: City, path: str) -> None:
    """The style sheet is in the page, where the policy allows it by its checksum; scripts wait for the page."""
    create_upcoming_session(city)
    page = nobody.get(path)

    [style] = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    checksum = b64encode(sha256(style.encode()).digest()).decode()
    assert f"'sha256-{checksum}'" in page.headers["content-security-policy"]
    assert "</" not in style
    assert not re.findall(r'<link rel="stylesheet"[^>]*>', page.text)
    scripts = re.findall(r"<script[^>]*>", page.text)
    assert [script for script in scripts if "defer" not in script and 'type="module"' not in script] == []


def test_a_changed_style_sheet_shows_when_the_page_is_loaded_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(static_files.STATIC_FOLDER, tmp_path / "static"))
    monkeypatch.setattr(static_files, "STATIC_FOLDER", copy)
    before = static_files.joined_sheet(), static_files.public_sheet()

    (copy / "jangkau.css").write_text("p { color: red }")
    after = static_files.joined_sheet(), static_files.public_sheet()

    assert {sheet.url for sheet in before}.isdisjoint(sheet.url for sheet in after)
    assert all("color: red" in sheet.text for sheet in after)


def test_a_fault_of_ours_is_a_page_for_users_too(app: FastAPI, city: City, admin: TestClient) -> None:
    """A mail whose text nobody can have written makes the list of messages fail."""
    create_upcoming_session(city)
    registration = city.register("JUALAN-1", "Siti Contoh")
    with writing(city.engine) as db:
        mail = Message(
            registration_id=registration.id,
            kind=MessageKind.CONFIRMED,
            recipient="siti@contoh.id",
            language="id",
            subject="Halo",
            body="Halo",
        )
        db.add(mail)
    browser = TestClient(app, cookies=dict(admin.cookies), raise_server_exceptions=False)

    page = browser.get("/pesan")

    assert page.status_code == 500
    assert "Something went wrong on our side." in page.text
    assert page.headers["content-security-policy"]
