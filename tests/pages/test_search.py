"""Search finds what its reader may see, and nothing of what they may not."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.database import writing
from app.i18n import day_text
from app.models import Activity, Participant, Registration, Role, Venue
from app.permissions import OPERATOR
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.users import create_user
from app.services.workshops.session_staff import assign_staff
from tests.city import LAMARU, MANGGAR, City
from tests.pages.conftest import logged_in
from tests.upcoming_sessions import create_upcoming_session, morning_in

PHONE = "+6281200000123"


@pytest.fixture
def searched(city: City) -> City:
    """Sari's session has Siti Aminah; Tono's has Tuti Kenanga, whose telephone is known."""
    create_upcoming_session(city)
    city.register("JUALAN-1", "Siti Aminah", MANGGAR)
    city.register(city.session("PESISIR-1", by="tono"), "Tuti Kenanga", LAMARU)
    with writing(city.engine) as db:
        db.exec(select(Participant).where(Participant.name == "Tuti Kenanga")).one().phone = PHONE
        for registration in db.exec(select(Registration)):
            registration.opens_record = True
    return city


def found(browser: TestClient, text: str, **params: str) -> list[str]:
    """Return the links of the results."""
    page = browser.get("/cari", params={"q": text, **params}).text
    results = page[page.index('<div id="found"') : page.index("</main>")]
    return re.findall(r'<li>\s*<a href="([^"]+)"', results)


@pytest.mark.parametrize("text", ["jualan", "JUALAN-1", "daring jual"])
def test_a_session_is_found_by_title_and_code(organizer: TestClient, searched: City, text: str) -> None:
    assert "/sesi/JUALAN-1" in found(organizer, text)


def test_a_session_is_found_by_its_day(organizer: TestClient, searched: City) -> None:
    day = morning_in(10).date()
    for text in (
        day_text(day, "id").rpartition(" ")[0],
        day_text(day, "id"),
        f"{day:%d-%m-%Y}",
        f"jualan {day.day}/{day.month}",
    ):
        assert found(organizer, text) == ["/sesi/JUALAN-1"], text
    other = morning_in(11).date()
    assert found(organizer, f"{other:%d-%m-%Y}") == []


def test_sessions_to_come_are_first_and_the_rest_is_one_link_away(organizer: TestClient, city: City) -> None:
    codes = [create_upcoming_session(city, f"JUALAN-{number}", days=number) for number in range(7, 0, -1)]

    assert found(organizer, "jualan")[:5] == [f"/sesi/{code}" for code in codes[:1:-1]]
    assert "/cari?q=jualan&amp;kelompok=sessions" in organizer.get("/cari?q=jualan").text
    assert len(found(organizer, "jualan", kelompok="sessions")) == 7


def test_workshops_of_other_organizations_are_not_found(
    organizer: TestClient, stranger: TestClient, searched: City
) -> None:
    assert "/kegiatan/JUALAN" in found(organizer, "jualan")
    assert found(stranger, "jualan") == []


def test_people_are_found_by_the_organization_that_registered_them(
    organizer: TestClient, stranger: TestClient, admin: TestClient, searched: City
) -> None:
    siti, tuti = (f"/peserta/{person.id}" for person in searched.all(Participant))

    assert found(organizer, "siti amin") == [siti]
    assert found(stranger, "siti amin") == []
    assert found(admin, "siti amin") == [siti]
    assert found(admin, "kenanga") == [tuti]
    assert found(organizer, "kenanga") == []


def test_people_of_others_are_found_by_a_whole_telephone_as_initials(
    organizer: TestClient, stranger: TestClient, searched: City
) -> None:
    page = organizer.get("/cari", params={"q": "0812-0000-0123"}).text
    assert "T. K." in page
    assert "Lamaru" in page
    assert "Kenanga" not in page
    assert "/peserta/" not in page[page.index('<div id="found"') :]
    assert "T. K." not in organizer.get("/cari", params={"q": "0812-0000-012"}).text

    assert found(stranger, "081200000123") == [f"/peserta/{searched.all(Participant)[1].id}"]


def test_staff_find_people_of_their_sessions_alone(
    staff: TestClient, organizer: TestClient, searched: City
) -> None:
    assert len(found(staff, "siti")) == 1
    with writing(searched.engine) as db:
        assign_staff(db, searched.actor("sari"), "JUALAN-1", [])
    assert found(staff, "siti") == []
    assert len(found(organizer, "siti")) == 1


def test_viewers_need_the_grant_to_find_people(
    viewer: TestClient, app: FastAPI, engine: Engine, searched: City
) -> None:
    with writing(engine) as db:
        granted = create_user(
            db,
            OPERATOR,
            email="dewi@contoh.id",
            name="Dewi Dinas",
            role=Role.VIEWER,
            organization=DINAS_KOMINFO,
            may_see_participants=True,
        )
    assert found(viewer, "siti") == []
    assert found(viewer, "081200000123") == []
    assert len(found(logged_in(app, engine, granted), "siti")) == 1


def test_two_letters_find_nobody(organizer: TestClient, searched: City) -> None:
    assert not [link for link in found(organizer, "si") if link.startswith("/peserta")]


def test_a_search_for_people_is_logged_without_what_was_searched(
    organizer: TestClient, viewer: TestClient, searched: City
) -> None:
    found(viewer, "siti aminah")
    found(organizer, "siti aminah")

    lines = [line for line in searched.all(Activity) if line.action == "search-people"]
    assert [(line.actor, line.subject) for line in lines] == [("Sari Panitia", "participant")]
    assert "siti" not in str(lines[0].after)


def test_places_are_found_by_their_names_and_other_ways_of_writing_them(
    organizer: TestClient, searched: City
) -> None:
    with writing(searched.engine) as db:
        db.add(Venue(name="Balai Warga Contoh", kelurahan_code=MANGGAR))

    assert found(organizer, "balai warga") == ["/tempat?q=Balai%20Warga%20Contoh"]
    assert f"/cakupan?kecamatan=64.71.01#{LAMARU}" in found(organizer, "lamaru")
    assert f"/cakupan?kecamatan=64.71.01#{LAMARU}" in found(organizer, "lemaru")
    assert f'id="{LAMARU}"' in organizer.get("/cakupan?kecamatan=64.71.01").text


def test_pages_are_found_by_name_if_the_role_may_open_them(
    admin: TestClient, viewer: TestClient, organizer: TestClient, people: object
) -> None:
    assert found(admin, "users")[0] == "/administrasi/pengguna"
    assert "/administrasi/pengguna" not in found(organizer, "users")
    assert "/target" in found(viewer, "target")
    assert "/target" not in found(organizer, "targets")
    admin.cookies["jangkau_language"] = "id"
    assert found(admin, "pengguna")[0] == "/administrasi/pengguna"


def test_help_is_found_by_its_words(viewer: TestClient, people: object) -> None:
    assert "/bantuan/hari-pelaksanaan" in found(viewer, "without a connection")
    viewer.cookies["jangkau_language"] = "id"
    assert "/bantuan/hari-pelaksanaan" in found(viewer, "tanpa sinyal")


@pytest.mark.slow
def test_every_page_that_search_offers_can_be_opened(
    admin: TestClient, viewer: TestClient, city: City
) -> None:
    for browser in (admin, viewer):
        for text in ("a", "e", "i"):
            for link in found(browser, text, kelompok="pages"):
                assert browser.get(link).status_code in {200, 303}, link


def test_nothing_found_says_so(organizer: TestClient, people: object) -> None:
    assert "Nothing is found by “zzz”." in organizer.get("/cari?q=zzz").text
    assert "Nothing is found" not in organizer.get("/cari").text


def test_strangers_log_in_first(nobody: TestClient) -> None:
    assert nobody.get("/cari?q=siti").headers["location"].startswith("/masuk")
