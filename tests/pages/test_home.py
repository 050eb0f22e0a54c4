"""The home page: what the user has to do."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.models import Message, MessageKind, MessageStatus, Registration, RegistrationStatus, WorkshopSession
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


def test_a_coming_session_is_listed_and_is_no_task(staff: TestClient, city: City) -> None:
    create_upcoming_session(city, "JUALAN-1", days=2)

    page = staff.get("/").text

    assert page.index("Coming sessions") < page.index("/sesi/JUALAN-1")
    assert "There is nothing to do." in page


def test_users_who_may_record_attendance_see_todays_sessions(
    staff: TestClient, viewer: TestClient, city: City
) -> None:
    begin_session(city, create_upcoming_session(city))

    page = staff.get("/").text

    assert page.index("Today") < page.index("Under way") < page.index('href="/sesi/JUALAN-1/hadir"')
    assert "There is nothing to do." not in page
    assert "Today" not in viewer.get("/").text


def test_coming_sessions_with_a_waiting_list_are_listed(
    staff: TestClient, viewer: TestClient, city: City
) -> None:
    coming = create_upcoming_session(city, "JUALAN-1", days=2)
    over = city.session()
    for code in (coming, over):
        city.register(code, "Ani Kamboja", status=RegistrationStatus.WAITLISTED)

    page = staff.get("/").text

    assert "/sesi/JUALAN-1?status=waitlisted#pendaftar" in page
    assert "/sesi/UMKM-2025-1?status=waitlisted" not in page
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

    assert ("1 of 34 kelurahan reached their target for 2025" in page) == sees
    assert ("Nobody has registered yet from 33 kelurahan:" in page) == sees
    assert ('href="/cakupan/berikutnya"' in page) == sees
    assert ("There is nothing to do." in page) != sees
