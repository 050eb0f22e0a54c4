"""The page of a session; creating, changing, copying and cancelling a session."""

import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from app.models import AttendanceStatus, SessionGroupSeats, Venue, Workshop, WorkshopSession
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session

FORM = {
    "day": "4/11/2025",
    "starts": "9",
    "ends": "12:30",
    "code": "SPBE-2025-1",
    "venue": "Aula  Kelurahan Manggar",
    "mode": "hybrid",
    "online_link": "https://rapat.contoh.id/1",
    "capacity": "40",
}
NEW = "/kegiatan/SPBE-2025/sesi/baru"


def test_an_organizer_creates_a_session_in_wita(
    organizer: TestClient, workshop: Workshop, city: City
) -> None:
    assert 'value="SPBE-2025-1"' in organizer.get(NEW).text

    answer = organizer.post(NEW, data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sesi/SPBE-2025-1")

    page = organizer.get("/sesi/SPBE-2025-1")
    for text in (
        "Tue, 4 Nov 2025, 09.00–12.30 WITA",
        "In person and online",
        "Kelurahan Manggar",
    ):
        assert text in page.text
    (workshop_session,) = city.all(WorkshopSession)
    assert workshop_session.starts_at == datetime(2025, 11, 4, 1, tzinfo=UTC)
    assert workshop_session.capacity == 40
    assert [venue.name for venue in city.all(Venue)] == ["Aula Kelurahan Manggar"]

    next_form = organizer.get(NEW)
    assert 'value="SPBE-2025-2"' in next_form.text
    assert '<option value="Aula Kelurahan Manggar"></option>' in next_form.text


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # the wording is the same on both
@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("day", "", "The date is missing."),
        ("day", "31 Sep 2025", "There is no such day."),
        ("starts", "", "The time is missing."),
        ("starts", "25.00", "This is not a time of day. Write it as 09.00."),
        ("ends", "08.00", "The end must come after the start."),
        ("ends", "besok", "This is not a time of day. Write it as 09.00."),
        ("last_day", "02-11-2025", "The end must come after the start."),
        ("capacity", "banyak", "The number of places must be from 1 to 100,000."),
        ("capacity", "9999999999999", "The number of places must be from 1 to 100,000."),
        ("online_link", "javascript:alert(1)", "A link begins with https://"),
        ("places_per_kelurahan", "0", "The number of places must be from 1 to 100,000."),
        ("min_minutes", "0", "The least minutes must be from 1 to as many as the session lasts."),
        ("min_minutes", "211", "The least minutes must be from 1 to as many as the session lasts."),
        ("places_of_group.umkm", "sepuluh", "The number of places must be from 1 to 100,000."),
        ("registration_opens", "besok", "This is not a date. Write it as 05-12-2026 or 5 Dec 2026."),
        ("registration_opens", "04-11-2025", "Registration must open before the session starts."),
        ("registration_closes", "05-11-2025", "Registration must close before the session ends."),
    ],
)
def test_a_refused_form_keeps_its_values_and_marks_the_wrong_field(
    organizer: TestClient, workshop: Workshop, city: City, field: str, value: str, text: str
) -> None:
    times = {f"{field}_time": "9"} if "registration" in field else {}
    page = organizer.post(NEW, data=FORM | times | {field: value})

    assert page.status_code == 422
    assert f'id="{"ends" if field == "last_day" else field}-error">{text}' in page.text
    assert f'value="{value}"' in page.text
    assert 'value="Aula  Kelurahan Manggar"' in page.text
    assert 'value="hybrid" checked' in page.text
    assert city.all(WorkshopSession) == []
    assert city.all(Venue) == []


def test_a_code_that_is_taken_is_refused(organizer: TestClient, workshop_session: WorkshopSession) -> None:
    page = organizer.post(NEW, data=FORM)
    assert page.status_code == 409
    assert 'id="code-error">There is a session with this code already.' in page.text


def test_the_form_shows_the_session_and_changes_it(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    form = staff.get("/sesi/SPBE-2025-1/ubah")
    for value in ("05-08-2025", "09.00", "12.00", "Aula Balai Kota", "100"):
        assert f'value="{value}"' in form.text
    assert 'value="luring" checked' in form.text

    answer = staff.post("/sesi/SPBE-2025-1/ubah", data=FORM | {"venue": "", "capacity": ""})
    assert answer.headers["location"] == "/sesi/SPBE-2025-1"
    (changed,) = city.all(WorkshopSession)
    assert (changed.venue_id, changed.capacity, changed.mode) == (None, None, "hybrid")

    page = staff.post("/sesi/SPBE-2025-1/ubah", data=FORM | {"ends": ""})
    assert page.status_code == 422
    assert 'value="04-11-2025"' in page.text


def test_a_form_does_not_overwrite_what_others_saved_meanwhile(
    organizer: TestClient, staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    address = "/sesi/SPBE-2025-1/ubah"
    seen = fingerprint_in(organizer.get(address).text)
    form = FORM | {"venue": "Aula Lain"}
    staff.post(
        address, data=form | {"places_of_group.umkm": "9", "seen": fingerprint_in(staff.get(address).text)}
    )

    page = organizer.post(address, data=form | {"capacity": "1", "mode": "daring", "seen": seen})

    assert page.status_code == 409
    assert "Others have changed this meanwhile." in page.text
    assert dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page.text)) == {
        "How it is held": "In person and online",
        "Places": "40",
        "Places for Small businesses": "9",
    }
    assert 'name="capacity" type="text" value="1"' in page.text
    assert city.all(WorkshopSession)[0].capacity == 40

    again = form | {"capacity": "1", "seen": fingerprint_in(page.text)}
    assert organizer.post(address, data=again).status_code == 303
    assert city.all(WorkshopSession)[0].capacity == 1
    assert organizer.post(address, data=again).status_code == 303  # a second click changes nothing


def test_limits_and_times_of_registration_are_saved(
    organizer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    limits = {
        "places_per_kelurahan": "2",
        "places_of_group.umkm": "20",
        "places_of_group.rt": "",
        "registration_opens": "01-10-2025",
        "registration_opens_time": "08.00",
        "registration_closes": "03-11-2025",
        "registration_closes_time": "17.00",
        "min_minutes": "75",
    }

    organizer.post("/sesi/SPBE-2025-1/ubah", data=FORM | limits)

    form = organizer.get("/sesi/SPBE-2025-1/ubah").text
    for name, value in limits.items():
        assert re.search(rf'name="{re.escape(name)}" [^>]*value="{value}"', form), name
    assert "places_of_group.tokoh" not in form
    assert [(limit.target_group_code, limit.places) for limit in city.all(SessionGroupSeats)] == [
        ("umkm", 20)
    ]


def test_a_session_is_copied_to_another_time(
    organizer: TestClient, stranger: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    organizer.post(
        "/sesi/SPBE-2025-1/ubah",
        data=FORM
        | {
            "places_of_group.umkm": "20",
            "registration_closes": "3/11/2025",
            "registration_closes_time": "17",
            "min_minutes": "77",
        },
    )
    assert "77 minutes in the online meeting" in organizer.get("/sesi/SPBE-2025-1").text
    city.register("SPBE-2025-1", "Rina Melati")
    copy = {"day": "1/2/2026", "starts": "13.00", "code": "SPBE-2025-2"}
    assert 'value="SPBE-2025-2"' in organizer.get("/sesi/SPBE-2025-1/salin").text
    assert stranger.post("/sesi/SPBE-2025-1/salin", data=copy).status_code == 404
    refused = organizer.post("/sesi/SPBE-2025-1/salin", data=copy | {"starts": "", "code": "SPBE-2025-7"})
    assert refused.status_code == 422
    assert 'id="starts-error">The time is missing.' in refused.text
    assert 'value="SPBE-2025-7"' in refused.text

    answer = organizer.post("/sesi/SPBE-2025-1/salin", data=copy)

    assert answer.headers["location"] == "/sesi/SPBE-2025-2"
    form = organizer.get("/sesi/SPBE-2025-2/ubah").text
    for value in ("01-02-2026", "13.00", "16.30", "31-01-2026", "21.00", "20", "40", "77"):
        assert f'value="{value}"' in form
    assert "Nobody is registered yet." in organizer.get("/sesi/SPBE-2025-2/peserta").text


def test_a_session_is_cancelled_with_a_reason(staff: TestClient, stranger: TestClient, city: City) -> None:
    create_upcoming_session(city)
    city.register("JUALAN-1", "Rina Melati")
    assert "gave no e-mail address" not in staff.get("/sesi/JUALAN-1").text
    address = "/sesi/JUALAN-1/batalkan"
    assert (
        stranger.get(address).status_code == stranger.post(address, data={"why": "Hujan"}).status_code == 404
    )
    refused = staff.post(address, data={"why": " "})
    assert refused.status_code == 422
    assert 'id="why-error">Give a reason' in refused.text

    assert staff.post(address, data={"why": "Hujan <deras>"}).headers["location"] == "/sesi/JUALAN-1"

    page = staff.get("/sesi/JUALAN-1").text
    assert "Hujan &lt;deras&gt;" in page
    assert "1 people gave no e-mail address" in page
    assert 'href="/sesi/JUALAN-1/whatsapp?kepada=by-hand"' in page
    for gone in ("/sesi/JUALAN-1/ubah", "/sesi/JUALAN-1/unggah", "/sesi/JUALAN-1/daftarkan-orang"):
        assert f'href="{gone}"' not in page
    assert "Cancelled" in staff.get("/kegiatan/JUALAN").text
    assert "JUALAN-1" not in staff.get("/").text
    assert staff.post("/sesi/JUALAN-1/ubah", data=FORM).status_code == 409


def test_the_page_of_a_session_counts_its_attendance(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    code = workshop_session.code
    assert "No attendance sheet has been uploaded" in staff.get(f"/sesi/{code}/unggahan").text

    city.import_sheet(
        code, b"Nama;Kelurahan;Kategori\nRina Melati;Manggar;UMKM\nTuti Kenanga;Damai;RT\n", by="budi"
    )
    city.register(code, "Lukman Cempaka", outcome=AttendanceStatus.EXCUSED)
    city.register(code, "Wati Teratai")

    page = staff.get(f"/sesi/{code}")
    assert re.findall(r'figure-value"><a href="([^"]+)">(\d+)', page.text) == [
        (f"/sesi/{code}/peserta", "4"),
        (f"/sesi/{code}/peserta?hasil=present#pendaftar", "2"),
        (f"/sesi/{code}/peserta?hasil=absent#pendaftar", "0"),
        (f"/sesi/{code}/peserta?hasil=excused#pendaftar", "1"),
        (f"/sesi/{code}/peserta?hasil=none#pendaftar", "1"),
    ]
    assert "It is not recorded whether 1 people came." in page.text
    uploads = staff.get(f"/sesi/{code}/unggahan").text
    assert "daftar.csv" in uploads
    assert "Budi Petugas" in uploads


@pytest.mark.parametrize(
    ("user", "page", "change"),
    [
        ("admin", 200, 200),
        ("organizer", 200, 200),
        ("staff", 200, 200),
        ("viewer", 200, 403),
        ("stranger", 404, 404),
    ],
)
def test_permissions_by_role(
    user: str,
    page: int,
    change: int,
    workshop_session: WorkshopSession,
    request: pytest.FixtureRequest,
    city: City,
) -> None:
    city.upload(workshop_session.code, b"Nama;Kelurahan;Kategori\nRina Melati;Manggar;UMKM\n")
    browser: TestClient = request.getfixturevalue(user)
    allowed = change == 200

    seen = browser.get("/sesi/SPBE-2025-1")
    assert seen.status_code == page
    assert ("/sesi/SPBE-2025-1/unggah" in seen.text) == allowed
    uploads = browser.get("/sesi/SPBE-2025-1/unggahan")
    assert uploads.status_code == change
    assert ("daftar.csv" in uploads.text) == allowed
    for address in ("/sesi/SPBE-2025-1/ubah", NEW):
        assert browser.get(address).status_code == change
        posted = browser.post(address, data=FORM | {"code": "SPBE-2025-9"})
        assert posted.status_code == (303 if allowed else change)
    assert len(city.all(WorkshopSession)) == (2 if allowed else 1)


def fingerprint_in(page: str) -> str:
    """Return the fingerprint of the values that the form shows."""
    match = re.search(r'name="seen" value="(\w+)"', page)
    assert match
    return match[1]
