"""The home page: what the user has to do."""

import re
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.i18n import wita_today
from app.models import (
    CoverageTarget,
    Message,
    MessageKind,
    MessageStatus,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from tests.city import City
from tests.upcoming_sessions import begin_session, create_upcoming_session

LIST = b"Nama;Kelurahan;Kategori\nRina Melati;Manggar;UMKM\n"
UNCLEAR = b"Nama;Kelurahan;Kategori\nRina Melati;Gunung Sari;UMKM\n"


def test_sessions_that_are_over_without_attendance_are_listed(
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
    assert "There is nothing to do." in page.text
    assert "/sesi/SPBE-2025-1" not in page.text


def test_an_upload_says_how_many_rows_need_attention(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.upload("SPBE-2025-1", UNCLEAR)
    assert "1 need attention" in staff.get("/").text


def test_the_next_session_is_a_card_and_further_ones_are_listed(staff: TestClient, city: City) -> None:
    create_upcoming_session(city, "JUALAN-1", days=2)
    create_upcoming_session(city, "JUALAN-2", days=3)

    page = staff.get("/").text

    assert (
        page.index("Next: Jualan Daring")
        < page.index("/sesi/JUALAN-1")
        < page.index("Coming sessions")
        < page.index("/sesi/JUALAN-2")
    )


def test_users_who_may_record_attendance_see_todays_sessions(
    staff: TestClient, viewer: TestClient, city: City
) -> None:
    begin_session(city, create_upcoming_session(city))

    page = staff.get("/").text

    assert page.index("Today: Jualan Daring") < page.index('href="/sesi/JUALAN-1/hadir"')
    assert "Today's sessions" not in page
    assert "There is nothing to do." not in page
    assert "Today" not in viewer.get("/").text

    begin_session(city, create_upcoming_session(city, "JUALAN-2"))
    page = staff.get("/").text
    assert page.index("Today's sessions") < page.rindex("JUALAN-2/hadir")


def test_coming_sessions_with_a_waiting_list_are_listed(
    staff: TestClient, viewer: TestClient, city: City
) -> None:
    coming = create_upcoming_session(city, "JUALAN-1", days=2)
    over = city.session()
    for code in (coming, over):
        city.register(code, "Ani Kamboja", status=RegistrationStatus.WAITLISTED)

    page = staff.get("/").text

    assert "/sesi/JUALAN-1/peserta?status=waitlisted#pendaftar" in page
    assert "/sesi/UMKM-2025-1/peserta?status=waitlisted" not in page
    assert "?status=waitlisted" not in viewer.get("/").text


def test_unsent_mails_are_counted_until_the_session_is_over(
    staff: TestClient, stranger: TestClient, city: City
) -> None:
    coming, over = create_upcoming_session(city, "JUALAN-1", days=2), city.session()
    for code in (coming, over):
        city.register(code, "Ani Kamboja")
    long_ago = now() - timedelta(days=1)
    with writing(city.engine) as db:
        for registration in db.exec(select(Registration)):
            db.add_all(
                [
                    mail(registration, MessageStatus.FAILED),
                    mail(registration, MessageStatus.SENT),
                    mail(registration, MessageStatus.WAITING),
                    mail(registration, MessageStatus.WAITING, created_at=long_ago),
                ]
            )

    page = staff.get("/").text

    assert '<a href="/pesan?status=failed">Failed: 1</a>' in page
    assert '<a href="/pesan?status=waiting">Not sent yet: 1</a>' in page
    assert "/pesan?status=sent" not in page
    assert "/pesan?status=" not in stranger.get("/").text


def mail(registration: Registration, status: MessageStatus, created_at: datetime | None = None) -> Message:
    return Message(
        registration_id=registration.id,
        kind=MessageKind.CONFIRMED,
        recipient="ani@contoh.id",
        language="id",
        subject="Tempat Anda",
        body="Sampai jumpa.",
        status=status,
        created_at=created_at or now(),
    )


@pytest.mark.parametrize(
    ("user", "sees_session", "sees_upload"),
    [
        ("admin", True, True),
        ("organizer", True, True),
        ("staff", True, True),
        ("viewer", True, False),
        ("stranger", False, False),
    ],
)
def test_each_role_sees_its_own_tasks(
    user: str,
    sees_session: bool,
    sees_upload: bool,
    workshop_session: WorkshopSession,
    city: City,
    request: pytest.FixtureRequest,
) -> None:
    uploaded = city.upload("SPBE-2025-1", LIST)

    page = request.getfixturevalue(user).get("/")

    assert ("/sesi/SPBE-2025-1" in page.text) == sees_session
    assert (f"/unggahan/{uploaded.id}" in page.text) == sees_upload
    assert ("/sesi/SPBE-2025-1/unggah" in page.text) == sees_upload


@pytest.mark.parametrize(
    ("user", "sees"),
    [("admin", True), ("organizer", True), ("staff", False), ("viewer", True), ("stranger", True)],
)
def test_users_who_plan_see_the_coverage_of_the_city(
    user: str, sees: bool, workshop_session: WorkshopSession, city: City, request: pytest.FixtureRequest
) -> None:
    city.import_sheet("SPBE-2025-1", LIST)

    page = request.getfixturevalue(user).get("/").text

    assert ("1 of 34 kelurahan were reached (at least one participant)" in page) == sees
    assert ("33 kelurahan from which nobody has registered" in page) == sees
    assert ('href="/cakupan/berikutnya"' in page) == sees
    assert ("There is nothing to do." in page) != sees


def test_the_kelurahan_without_registrations_are_folded_and_lead_to_their_coverage(
    organizer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.import_sheet("SPBE-2025-1", LIST)

    page = organizer.get("/").text

    folded = page[page.index("<details>") : page.index("</details>")]
    assert folded.count('<a href="/cakupan?kecamatan=') == 33
    assert '<a href="/cakupan?kecamatan=64.71.01#64.71.01.1002">Lamaru</a>' in folded


def test_at_most_three_cards_say_what_to_do_now(
    organizer: TestClient, viewer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    assert cards(organizer) == ["Sessions without attendance: 1", "Something new"]

    city.upload("SPBE-2025-1", LIST)
    begin_session(city, create_upcoming_session(city))
    city.session("LAIN-1")
    assert cards(organizer) == ["Today: Jualan Daring", "Uploads that wait for you: 1", "Something new"]

    year = wita_today().year
    target, coverage, areas = cards(viewer)
    assert target == f"No target is set for {year}"
    assert "0 of 34 kelurahan" in coverage
    assert areas == "Where to go next"
    with writing(city.engine) as db:
        db.add(CoverageTarget(year=year, target=1))
    assert f"No target is set for {year}" not in cards(viewer)


def cards(browser: TestClient) -> list[str]:
    """Return the headings of the cards on the home page."""
    page = browser.get("/").text
    return re.findall(r"<h2>(.*?)</h2>", page[page.index('<ul class="todo">') : page.index("</main>")])
