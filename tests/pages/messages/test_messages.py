"""The page of messages: their status, filters, and sending one again."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, delete, select

from app.database import writing
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    Message,
    MessageChannel,
    MessageKind,
    MessageStatus,
    OutboxTask,
    Participant,
    Registration,
)
from app.queries.messages.messages import HELD_BACK
from app.settings import Settings
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.services.messages.test_notifications import register_person
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def session(city: City) -> str:
    return create_upcoming_session(city)


def set_status(city: City, status: MessageStatus, error: str | None = None) -> int:
    """Set the status of the only message and return its id."""
    (message,) = city.all(Message)
    with writing(city.engine) as db:
        db.merge(message).sqlmodel_update({"status": status, "error": error})
    return message.id


def test_without_a_mail_server_messages_are_shown_as_not_sent_yet(
    staff: TestClient, city: City, settings: Settings
) -> None:
    ani = register_person(city, "Ani Aster")
    TaskRunner(settings, city.engine, city.vault).drain()

    page = staff.get("/pesan")

    assert "No mail server is set up" in page.text
    assert badges(page.text) == ["Not sent yet"]
    assert "ani@contoh.id" in page.text
    assert f"http://127.0.0.1:8000/tiket/{ani.code}" in page.text
    staff.cookies["jangkau_language"] = "id"
    assert badges(staff.get("/pesan").text) == ["Belum terkirim"]


def test_a_failed_message_is_sent_again(
    staff: TestClient, admin: TestClient, city: City, mail_settings: Settings, smtp_server: SmtpServer
) -> None:
    register_person(city, "Ani Aster")
    message_id = set_status(city, MessageStatus.FAILED, "550 No such user here")
    assert "550 No such user here" in staff.get("/pesan?status=failed").text

    answer = staff.post(f"/pesan/{message_id}/kirim-lagi", data={"kembali": "/pesan?sesi=JUALAN-1"})

    assert answer.headers["location"] == "/pesan?sesi=JUALAN-1"
    TaskRunner(mail_settings, city.engine, city.vault).drain()
    assert len(smtp_server.mails) == 1
    assert badges(staff.get("/pesan?sesi=JUALAN-1").text) == ["Sent"]
    assert "sent again message" in re.sub("<[^>]+>", "", admin.get("/catatan").text)
    refused = staff.post(f"/pesan/{message_id}/kirim-lagi")
    assert refused.status_code == 409
    assert "will be sent automatically" in refused.text


def test_all_failed_messages_are_sent_again(
    organizer: TestClient,
    stranger: TestClient,
    staff: TestClient,
    city: City,
    mail_settings: Settings,
    smtp_server: SmtpServer,
) -> None:
    for name in ("Ani Aster", "Bayu Bakung", "Citra Cempaka", "Dodi Dahlia"):
        register_person(city, name)
    with writing(city.engine) as db:
        ani, bayu, citra, dodi = db.exec(select(Message).order_by(col(Message.id)))
        ani.status = bayu.status = citra.status = MessageStatus.FAILED
        ani.attempts, citra.error = 9, HELD_BACK
        dodi.status = MessageStatus.UNKNOWN
        db.exec(delete(OutboxTask))
    assert "Send all failed again" in organizer.get("/pesan").text
    assert "Send all failed again" not in staff.get("/pesan").text
    assert "Nothing to send again" in stranger.get("/pesan/kirim-lagi").text
    stranger.post("/pesan/kirim-lagi")
    assert city.all(OutboxTask) == []
    page = organizer.get("/pesan/kirim-lagi?sesi=JUALAN-1").text
    assert "Send 2 messages again?" in page
    assert "2 by e-mail" in page

    answer = organizer.post("/pesan/kirim-lagi", data={"sesi": "JUALAN-1"})

    assert answer.headers["location"] == "/pesan?sesi=JUALAN-1"
    TaskRunner(mail_settings, city.engine, city.vault).drain()
    assert sorted(mail["To"] for mail in smtp_server.mails) == ["ani@contoh.id", "bayu@contoh.id"]
    assert "Send all failed again" not in organizer.get("/pesan").text


def test_a_message_that_may_have_arrived_says_so(staff: TestClient, city: City) -> None:
    register_person(city, "Ani Aster")
    message_id = set_status(city, MessageStatus.UNKNOWN)

    page = staff.get("/pesan").text

    assert "It may have arrived" in page
    assert f'action="/pesan/{message_id}/kirim-lagi"' in page


def test_the_list_is_filtered_by_status_and_session(staff: TestClient, city: City) -> None:
    register_person(city, "Ani Aster")

    assert "There are no messages with this status." in staff.get("/pesan?status=sent").text
    assert badges(staff.get("/pesan?status=&sesi=JUALAN-1").text) == ["Not sent yet"]
    assert badges(staff.get("/pesan?sesi=LAIN-1").text) == []
    assert '<a href="/kegiatan/JUALAN">Jualan Daring</a>' in staff.get("/pesan?sesi=JUALAN-1").text
    assert 'href="/pesan?sesi=JUALAN-1"' in staff.get("/sesi/JUALAN-1/peserta").text


def test_messages_of_other_organizations_are_hidden(
    stranger: TestClient, viewer: TestClient, city: City
) -> None:
    register_person(city, "Ani Aster")
    (message,) = city.all(Message)

    assert "Ani Aster" not in stranger.get("/pesan").text
    assert stranger.post(f"/pesan/{message.id}/kirim-lagi").status_code == 404
    assert viewer.get("/pesan").status_code == 403
    assert [one.action for one in city.all(Activity)].count("send-again") == 0


def badges(page: str) -> list[str]:
    return re.findall(r'<span class="badge[^"]*">(.*?)</span>', page)


def test_a_message_by_whatsapp_is_listed_with_its_state_and_sent_again(
    organizer: TestClient, city: City
) -> None:
    person = Participant(
        name="Budi Bakung", name_key="budi bakung", phone="+6281200000502", kelurahan_code=MANGGAR
    )
    city.register("JUALAN-1", "Budi Bakung", person=person)
    with writing(city.engine) as db:
        message = Message(
            registration_id=city.all(Registration)[-1].id,
            kind=MessageKind.SESSION_CHANGED,
            channel=MessageChannel.WHATSAPP,
            recipient="+6281200000502",
            language="id",
            subject="Sesi berubah",
            body="Sesi berubah\n/tiket/A",
            status=MessageStatus.FAILED,
            error="422 tidak terdaftar di WhatsApp",
        )
        db.add(message)

    page = organizer.get("/pesan").text

    assert "WhatsApp 0812••••502" in page
    assert "The WhatsApp gateway: 422 tidak terdaftar di WhatsApp" in page
    assert "+6281200000502" not in page
    assert organizer.post(f"/pesan/{message.id}/kirim-lagi").status_code == 303
    assert [one.status for one in city.all(Message)] == ["waiting"]
