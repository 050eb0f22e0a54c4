"""The activity log: who did what to what, before and after, for administrators alone."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import reading, writing
from app.i18n import wita_today
from app.models import Activity, UploadedFile, WorkshopSession
from app.permissions import CITIZEN, OPERATOR
from app.services.activities import erase_logged_values, log_activity
from tests.city import City, sheet
from tests.database import on_sqlite


def lines_of(browser: TestClient, search: str = "", **filters: str) -> list[str]:
    """Each line of the log in words."""
    page = browser.get("/catatan", params={"q": search, **filters})
    found = re.findall(r'<p class="log-what">(.*?)</p>', page.text)
    return [re.sub(r"<[^>]+>", "", line) for line in found]


def test_a_change_tells_who_what_before_and_after(
    admin: TestClient, organizer: TestClient, workshop_session: WorkshopSession
) -> None:
    organizer.post(
        "/sesi/SPBE-2025-1/ubah",
        data={
            "day": "05-08-2025",
            "starts": "13.30",
            "ends": "16.00",
            "venue": "Aula Balai Kota",
            "mode": "luring",
        },
    )

    assert lines_of(admin)[0] == "Sari Panitia changed session SPBE-2025-1"
    row = re.search(r'<th scope="row">start</th>(.*?)</tr>', admin.get("/catatan").text)
    assert row is not None
    assert re.findall(r"<td>(.*?)</td>", row[1]) == ["05-08-2025 09.00 WITA", "05-08-2025 13.30 WITA"]


def test_every_word_of_a_search_must_be_there(
    admin: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.workshop("RT-AMAN", by="tono")

    assert lines_of(admin, "tono workshop") == ["Tono Tetangga created workshop RT-AMAN"]
    assert lines_of(admin, "spbe-2025-1 create") == ["Sari Panitia created session SPBE-2025-1"]
    assert lines_of(admin, "tono spbe") == []
    assert "Nothing in the log has this." in admin.get("/catatan?q=tono+spbe").text


def test_a_file_is_found_by_its_name(
    admin: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    uploaded = city.upload(workshop_session.code, sheet("Nama;Kelurahan", "Ani;Manggar"))
    with reading(city.engine) as look:
        name = look.get_one(UploadedFile, uploaded.uploaded_file_id).name

    assert lines_of(admin, f"upload {name}") == [f"Sari Panitia uploaded upload {uploaded.id}"]


def test_the_log_is_narrowed_to_who_did_what_to_what_and_when(
    admin: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.workshop("RT-AMAN", by="tono")
    today = wita_today()

    made = ["Tono Tetangga created workshop RT-AMAN", "Sari Panitia created workshop SPBE-2025"]
    assert lines_of(admin, tindakan="create", hal="workshop") == made
    assert lines_of(admin, siapa="sari", hal="workshop") == made[1:]
    assert lines_of(admin, siapa="sari", tindakan="change") == []
    assert lines_of(admin, hal="workshop", dari=str(today), sampai=str(today)) == made
    assert lines_of(admin, hal="workshop", dari=str(today + timedelta(days=1))) == []
    assert lines_of(admin, hal="workshop", sampai=str(today - timedelta(days=1))) == []
    page = admin.get("/catatan?siapa=sari&tindakan=create&dari=2025-01-01").text
    assert 'value="sari"' in page
    assert '<option value="create" selected>' in page
    assert 'value="01-01-2025"' in page


@on_sqlite
def test_all_that_is_recorded_has_words(admin: TestClient, city: City) -> None:
    """In the page's filters stands every action and subject that some service writes."""
    page = admin.get("/catatan").text
    recorded = [
        (call.args[2], call.args[3])
        for path in Path("app/services").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "log_activity"
    ]
    codes = {str(name.value) for names in recorded for name in names if isinstance(name, ast.Constant)}

    assert len(codes) > 30
    assert {code for code in codes if f'<option value="{code}">' not in page} == set()


def test_what_an_import_did_is_told_in_words(
    admin: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.import_sheet(
        "SPBE-2025-1", sheet("Nama;Kelurahan;Unsur;Kehadiran", "Rina Melati;Manggar;UMKM;hadir")
    )

    saved = admin.get("/catatan?tindakan=commit").text

    assert re.search(r"<td>rows: 1; added: 1; was changed: 0; was already there: 0; .*; wrong: 0</td>", saved)
    assert "<td>the office's public task</td>" in saved


def test_who_acted_without_being_a_user_has_words(admin: TestClient, engine: Engine) -> None:
    with writing(engine) as db:
        for actor in (CITIZEN, OPERATOR):
            log_activity(db, actor, "create", "workshop", "LD-1")
    admin.cookies["jangkau_language"] = "id"
    assert [line.split(" membuat ")[0] for line in lines_of(admin)[:2]] == [
        "baris perintah",
        "halaman pendaftaran",
    ]


def test_the_log_is_read_page_by_page(admin: TestClient, city: City, engine: Engine) -> None:
    with writing(engine) as db:
        for number in range(60):
            log_activity(db, city.actor("sari"), "change", "workshop", f"LD-{number:02}")

    first = admin.get("/catatan?q=sari")
    onward = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert onward is not None
    second = admin.get(onward[1].replace("&amp;", "&"))

    numbers = [re.findall(r'code"><a [^>]*>LD-(\d\d)<', page.text) for page in (first, second)]
    assert [len(shown) for shown in numbers] == [50, 10]
    assert [*numbers[0], *numbers[1]] == [f"{number:02}" for number in reversed(range(60))]
    assert 'rel="next"' not in second.text
    assert 'href="/catatan?q=sari"' in second.text


def test_what_people_typed_is_text(admin: TestClient, organizer: TestClient) -> None:
    organizer.post("/kegiatan/baru", data={"title": "<b>tebal</b>", "code": "LD-1"})
    page = admin.get("/catatan")
    assert "<b>tebal" not in page.text
    assert "&lt;b&gt;tebal&lt;/b&gt;" in page.text


def test_passwords_and_secrets_are_not_in_it(admin: TestClient, engine: Engine, city: City) -> None:
    page = admin.get("/catatan")
    assert "created user" in " ".join(lines_of(admin))
    for secret in ("password_hash", "argon2"):
        assert secret not in page.text
    assert city.all(Activity) != []


@pytest.mark.parametrize("who", ["organizer", "staff", "viewer", "stranger"])
def test_the_log_is_for_administrators(
    who: str, workshop_session: WorkshopSession, request: pytest.FixtureRequest
) -> None:
    browser: TestClient = request.getfixturevalue(who)
    assert browser.get("/catatan").status_code == 403
    assert 'href="/catatan"' not in browser.get("/").text


def test_views_downloads_logins_and_refusals_are_told_with_address_and_reason(
    app: FastAPI,
    admin: TestClient,
    organizer: TestClient,
    stranger: TestClient,
    workshop_session: WorkshopSession,
) -> None:
    elsewhere = TestClient(app, cookies=dict(stranger.cookies), client=("203.0.113.77", 50000))
    elsewhere.get("/sesi/SPBE-2025-1")
    organizer.get("/sesi/SPBE-2025-1/peserta")
    organizer.get("/sesi/SPBE-2025-1/daftar-hadir.xlsx")
    organizer.get("/peserta?search=Rina")

    assert lines_of(admin, jenis="refusals") == ["Tono Tetangga was refused address GET /sesi/{code}"]
    refused = admin.get("/catatan?jenis=refusals").text
    assert "Reason: does not exist, or is not theirs to see" in refused
    assert "From: 203.0.113.0/24" in refused
    assert lines_of(admin, jenis="views", siapa="sari") == [
        "Sari Panitia saw the list of participants",
        "Sari Panitia saw session SPBE-2025-1",
    ]
    assert lines_of(admin, jenis="exports") == ["Sari Panitia downloaded session SPBE-2025-1"]
    assert lines_of(admin, jenis="searches") == [
        "Sari Panitia searched for people in the list of participants"
    ]
    assert "Tono Tetangga logged in as user tono@contoh.id" in lines_of(admin, jenis="logins")
    changes = lines_of(admin, jenis="changes", siapa="sari")
    assert "Sari Panitia created session SPBE-2025-1" in changes
    assert {line.split()[2] for line in changes} <= {"created", "assigned"}


def test_the_log_is_downloaded_as_csv_and_that_is_logged(
    admin: TestClient, organizer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    page = admin.get("/catatan?hal=workshop").text
    link = re.search(r'href="(/catatan\.csv[^"]*)"', page)
    assert link is not None

    file = admin.get(link[1].replace("&amp;", "&"))

    headings, line, *_ = file.content.decode("utf-8-sig").splitlines()
    assert headings.split(";")[2:8] == ["Who", "What", "Of what", "Code or number", "Address", "Reason"]
    assert line.split(";")[2:6] == ["Sari Panitia", "create", "workshop", "SPBE-2025"]
    assert "Workshop Literasi Promosi SPBE" in line
    assert lines_of(admin, jenis="exports") == ["Made Admin downloaded the activity log"]
    assert organizer.get("/catatan.csv").status_code == 403


def test_values_that_were_erased_are_said_to_be(
    admin: TestClient, workshop_session: WorkshopSession, engine: Engine
) -> None:
    with writing(engine) as db:
        erase_logged_values(db, subjects=[("workshop", "SPBE-2025")])

    assert "The details were erased with a person's data." in admin.get("/catatan?hal=workshop").text
    assert ";erased;erased" in admin.get("/catatan.csv?hal=workshop").text
