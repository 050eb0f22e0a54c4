"""Plan sessions: series, duplicates of workshops, the first session of a new workshop, and the calendar."""

import re
from datetime import UTC, date, datetime, timedelta

from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.i18n import wita, wita_today
from app.models import Activity, Organization, SessionStaff, Venue, Workshop, WorkshopSession
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session, morning_in

NEW = "/kegiatan/JUALAN/sesi/baru"
FORM = {
    "day": "5 Jan 2027",
    "starts": "9",
    "ends": "12",
    "venue": "Aula Contoh",
    "capacity": "20",
    "code": "X-1",
}
WEEKLY = FORM | {"repeat": "weekly", "every": "2", "times": "3"}


def ticked(page: str) -> list[str]:
    """Return the days that the preview proposes."""
    return re.findall(r'name="chosen" value="([\d-]+)" checked', page)


def days(city: City) -> list[date]:
    return sorted(wita(session.starts_at).date() for session in city.all(WorkshopSession))


def test_a_session_is_repeated_weekly_after_a_preview(organizer: TestClient, city: City) -> None:
    city.workshop("JUALAN", "umkm")
    budi = city.users["budi"].id if hasattr(city.users["budi"], "id") else city.users["budi"]
    form = WEEKLY | {"places_of_group.umkm": "5", "staff": [str(budi)]}

    preview = organizer.post(NEW, data=form)
    assert preview.status_code == 200
    assert ticked(preview.text) == ["2027-01-05", "2027-01-19", "2027-02-02"]
    assert city.all(WorkshopSession) == []

    answer = organizer.post(NEW, data=form | {"chosen": ["2027-01-05", "2027-02-02"]})

    assert answer.headers["location"] == "/sesi/JUALAN-1/rangkaian"
    first, second = city.all(WorkshopSession)
    assert (second.code, second.capacity) == ("JUALAN-2", 20)
    assert second.starts_at == datetime(2027, 2, 2, 1, tzinfo=UTC)
    assert second.ends_at - second.starts_at == timedelta(hours=3)
    assert first.series_code == second.series_code == "JUALAN-1"
    assert len(city.all(SessionStaff)) == 2
    assert 'name="places_of_group.umkm" type="text" value="5"' in organizer.get("/sesi/JUALAN-2/ubah").text


def hidden_fields(page: str) -> dict[str, list[str]]:
    """Return the hidden fields of a page's forms."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)">', page):
        fields.setdefault(name, []).append(value)
    return fields


def test_a_series_that_is_sent_twice_is_created_once(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    for address in (NEW, "/sesi/JUALAN-1/salin"):
        form = WEEKLY | hidden_fields(organizer.get(address).text)
        preview = organizer.post(address, data=form)
        confirmed = hidden_fields(preview.text) | {"chosen": ticked(preview.text)}
        before = len(city.all(WorkshopSession))
        assert organizer.post(address, data=confirmed).status_code == 303

        again = organizer.post(address, data=confirmed)

        assert (again.status_code, "perhaps because it was sent twice" in again.text) == (409, True)
        assert len(city.all(WorkshopSession)) == before + 3
        confirmed |= hidden_fields(again.text)
        assert organizer.post(address, data=confirmed).status_code == 303


def test_the_preview_leads_back_to_the_form(organizer: TestClient, city: City) -> None:
    city.workshop("JUALAN", "umkm")
    form = organizer.post(NEW, data=WEEKLY | {"back": "1"})
    assert 'id="day"' in form.text
    assert 'value="05-01-2027"' in form.text
    assert city.all(WorkshopSession) == []


def test_a_session_is_repeated_on_listed_dates(organizer: TestClient, city: City) -> None:
    city.workshop("JUALAN", "umkm")
    form = FORM | {"repeat": "dates", "dates": "12-1-2027\r\nSel, 19 Jan 2027; 12/1/2027"}
    assert ticked(organizer.post(NEW, data=form).text) == ["2027-01-05", "2027-01-12", "2027-01-19"]


def test_a_preview_warns_of_sessions_in_the_same_venue(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, days=7, venue="Aula Contoh")
    form = FORM | {"day": f"{morning_in(0):%d-%m-%Y}", "starts": "11", "repeat": "weekly", "times": "3"}

    page = organizer.post(NEW, data=form)

    assert page.text.count('class="clash"') == 1
    assert re.search(rf"{morning_in(7):%Y-%m-%d}.*?Same venue", page.text, re.DOTALL)


def test_what_is_wrong_with_a_series_is_said_beside_its_field(organizer: TestClient, city: City) -> None:
    city.workshop("JUALAN", "umkm")
    for fields, name, text in (
        ({"times": ""}, "times", "Write how many times, or until which date."),
        ({"times": "61"}, "times", "A number from 2 to 60 is needed."),
        ({"times": "", "until": "1-1-2026"}, "until", "This date is before the first session."),
        (
            {"times": "", "every": "1", "until": "1-1-2029"},
            "times",
            "At most 60 sessions are created at once.",
        ),
        ({"every": "tiap"}, "every", "A whole number from 1 on is needed."),
        ({"repeat": "dates", "dates": "besok"}, "dates", "“besok” is not a date."),
        ({"repeat": "dates"}, "dates", "The date is missing."),
    ):
        page = organizer.post(NEW, data=WEEKLY | fields)
        assert page.status_code == 422
        assert f'id="{name}-error">{text}' in page.text
    assert city.all(WorkshopSession) == []


def test_a_series_is_deleted_while_nobody_uses_it(
    organizer: TestClient, stranger: TestClient, viewer: TestClient, city: City
) -> None:
    city.workshop("JUALAN", "umkm")
    organizer.post(NEW, data=WEEKLY | {"chosen": ["2027-01-05", "2027-01-19", "2027-02-02"]})
    city.register("JUALAN-2", "Rina Melati")
    page = "/sesi/JUALAN-1/rangkaian"
    assert "Delete 2 sessions" in organizer.get(page).text
    assert (stranger.post(page).status_code, viewer.post(page).status_code) == (404, 403)

    assert organizer.post(page).headers["location"] == "/kegiatan/JUALAN"

    assert [session.code for session in city.all(WorkshopSession)] == ["JUALAN-2"]
    assert [line.subject_id for line in city.all(Activity) if line.action == "delete"] == [
        "JUALAN-1",
        "JUALAN-3",
    ]
    assert organizer.post("/sesi/JUALAN-2/rangkaian").status_code == 409


def test_a_session_that_has_the_code_of_a_series_by_chance_deletes_none_of_it(
    organizer: TestClient, city: City
) -> None:
    city.workshop("JUALAN", "umkm")
    organizer.post(NEW, data=WEEKLY | {"chosen": ["2027-01-05", "2027-01-19"]})
    with writing(city.engine) as db:
        db.delete(db.exec(select(WorkshopSession).where(WorkshopSession.code == "JUALAN-1")).one())
    organizer.post(NEW, data=FORM | {"code": "JUALAN-1"})

    assert organizer.post("/sesi/JUALAN-1/rangkaian").status_code == 409
    assert [session.code for session in city.all(WorkshopSession)] == ["JUALAN-2", "JUALAN-1"]


def test_a_session_is_duplicated_on_several_days(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=7)
    form = {"day": "5-1-2027", "starts": "13", "repeat": "weekly", "times": "2"}
    assert ticked(organizer.post("/sesi/JUALAN-1/salin", data=form).text) == ["2027-01-05", "2027-01-12"]

    organizer.post("/sesi/JUALAN-1/salin", data=form | {"chosen": ["2027-01-05", "2027-01-12"]})

    *_, last = city.all(WorkshopSession)
    assert (last.code, last.capacity) == ("JUALAN-3", 7)
    assert last.starts_at == datetime(2027, 1, 12, 5, tzinfo=UTC)


def test_a_workshop_is_duplicated_with_its_sessions(
    organizer: TestClient, stranger: TestClient, staff: TestClient, city: City
) -> None:
    create_upcoming_session(city, days=10, groups=("umkm", "rt"))
    create_upcoming_session(city, "JUALAN-2", days=13, capacity=9)
    city.register("JUALAN-1", "Rina Melati")
    page = "/kegiatan/JUALAN/gandakan"
    assert 'value="Jualan Daring"' in organizer.get(page).text
    form = {"code": "JUALAN-B", "title": "Jualan Daring II", "first_day": "5 Jan 2027"}
    assert (stranger.post(page, data=form).status_code, staff.post(page, data=form).status_code) == (404, 403)

    assert organizer.post(page, data=form).headers["location"] == "/kegiatan/JUALAN-B"

    copy = city.all(Workshop)[-1]
    assert (copy.title, copy.public, copy.description) == ("Jualan Daring II", False, "Bawa ponsel sendiri.")
    first, second = city.all(WorkshopSession)[2:]
    assert (first.code, second.code, second.capacity) == ("JUALAN-B-1", "JUALAN-B-2", 9)
    assert first.starts_at == datetime(2027, 1, 5, 1, tzinfo=UTC)
    assert second.starts_at == datetime(2027, 1, 8, 1, tzinfo=UTC)
    assert "Rina Melati" not in organizer.get("/sesi/JUALAN-B-1").text


def test_a_duplicate_stays_with_its_organization(admin: TestClient, city: City) -> None:
    create_upcoming_session(city)

    admin.post("/kegiatan/JUALAN/gandakan", data={"code": "DUA", "title": "Dua", "first_day": "5 Jan 2027"})

    original, copy = city.all(Workshop)
    assert copy.organization_id == original.organization_id
    assert [assigned.user_id for assigned in city.all(SessionStaff)] == [city.users["budi"].id] * 2


def test_a_new_workshop_may_have_its_first_session(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, venue="Aula Contoh")
    form = organizer.get("/kegiatan/baru").text
    for name, value in (
        ("starts", "09.00"),
        ("ends", "12.00"),
        ("venue", "Aula Contoh"),
        ("code", r"LD-\d{4}-1"),
    ):
        assert re.search(rf'<input id="{name}" [^>]*value="{value}"', form), name
    assert re.search(r'name="public" value="true" checked', form)
    data = {"title": "Kelas", "code": "LD-1", "starts": "13", "ends": "15.30", "venue": "Balai Contoh"}
    assert organizer.post("/kegiatan/baru", data=data | {"day": "31-2-2027"}).status_code == 422

    answer = organizer.post("/kegiatan/baru", data=data | {"day": "5-2-2027", "public": "true"})

    assert answer.headers["location"] == "/kegiatan/LD-1"
    session = city.all(WorkshopSession)[-1]
    assert (session.code, session.starts_at) == ("LD-1-1", datetime(2027, 2, 5, 5, tzinfo=UTC))
    assert [venue.name for venue in city.all(Venue)] == ["Aula Contoh", "Balai Contoh"]
    assert organizer.post("/kegiatan/baru", data=data | {"code": "LD-2"}).status_code == 303
    assert len(city.all(WorkshopSession)) == 2


def test_a_new_workshop_is_public_only_if_it_can_be(organizer: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        for organization in db.exec(select(Organization)):
            organization.phone = None
    assert 'name="public" value="true" checked' not in organizer.get("/kegiatan/baru").text


def test_a_new_session_begins_like_the_last_one(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, venue="Balai Contoh")
    form = organizer.get(f"{NEW}?day=2027-01-05").text
    for name, value in (
        ("day", "05-01-2027"),
        ("starts", "09.00"),
        ("ends", "12.00"),
        ("venue", "Balai Contoh"),
    ):
        assert re.search(rf'<input id="{name}" [^>]*value="{value}"', form), name


def test_a_day_of_the_calendar_leads_to_a_new_session(
    organizer: TestClient, viewer: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    day = wita_today()
    link = f"/kalender/sesi-baru?tanggal={day}"
    assert f'href="{link}"' in organizer.get("/kalender").text
    assert "sesi-baru" not in viewer.get("/kalender").text
    assert organizer.get(link).headers["location"] == f"{NEW}?day={day}"

    city.workshop("LAIN", "umkm")
    page = organizer.get(link).text
    assert f'href="{NEW}?day={day}"' in page
    assert f'href="/kegiatan/LAIN/sesi/baru?day={day}"' in page


def test_a_session_is_moved_only_after_a_question(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, registration_closes=morning_in(9))
    city.register("JUALAN-1", "Rina Melati")
    there = morning_in(12)
    before = days(city)

    page = organizer.get(f"/sesi/JUALAN-1/pindah?tanggal={there:%Y-%m-%d}")
    assert "Rina Melati" in page.text
    assert days(city) == before
    seen = re.search(r'name="seen" value="(\w+)"', page.text)
    assert seen is not None

    answer = organizer.post("/sesi/JUALAN-1/pindah", data={"day": f"{there:%d-%m-%Y}", "seen": seen[1]})

    assert answer.headers["location"].startswith("/sesi/JUALAN-1")
    (session,) = city.all(WorkshopSession)
    assert wita(session.starts_at).replace(tzinfo=None) == there
    assert session.registration_closes_at is not None
    assert wita(session.registration_closes_at).replace(tzinfo=None) == morning_in(11)
    again = organizer.post("/sesi/JUALAN-1/pindah", data={"day": "1-2-2027", "seen": seen[1]})
    assert again.status_code == 409
    assert organizer.get("/sesi/JUALAN-1/pindah?tanggal=besok").status_code == 200
    assert organizer.post("/sesi/JUALAN-1/pindah", data={"day": "besok"}).status_code == 422
