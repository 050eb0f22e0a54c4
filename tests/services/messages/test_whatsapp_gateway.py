"""Sending WhatsApp messages through a gateway: once, again if it asks for it, never if it may have arrived."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.database import writing
from app.errors import Problem
from app.jobs import deliveries
from app.jobs.tasks import TaskRunner
from app.models import Message, OutboxTask, Participant
from app.models.base import now
from app.people.values.names import name_key
from app.services.messages import whatsapp_gateway
from app.services.messages.mail_server import Delivery
from app.services.messages.notifications import resend_message
from app.services.messages.sending import RETRY_DELAYS
from app.services.messages.whatsapp_gateway import WhatsAppGateway, whatsapp_gateway_from_settings
from app.services.outbox import release_claims
from app.services.workshops.workshop_sessions import cancel_session
from app.settings import Settings
from tests.city import MANGGAR, City
from tests.database import postgresql_in_soak
from tests.upcoming_sessions import create_upcoming_session
from tests.whatsapp_gateway import TOKEN, WhatsAppServer

pytestmark = postgresql_in_soak

PHONE = "+6281200000502"


@pytest.fixture
def city(city: City, whatsapp_settings: Settings) -> City:
    """The city of an installation that has the gateway, with a session that is cancelled.

    Ani has an e-mail address and a phone number, Budi only a phone number.
    """
    assert whatsapp_settings.sends_whatsapp
    city.engine = city.engine.execution_options(has_whatsapp_gateway=True)
    create_upcoming_session(city)
    register(city, "Ani Aster", email="ani@contoh.id", phone="+6281200000501")
    register(city, "Budi Bakung", phone=PHONE)
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-1", "Hujan deras")
    return city


@pytest.fixture
def runner(whatsapp_settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(whatsapp_settings, city.engine, city.vault)


def register(city: City, name: str, *, phone: str, email: str | None = None) -> None:
    person = Participant(name=name, name_key=name_key(name), phone=phone, email=email, kelurahan_code=MANGGAR)
    city.register("JUALAN-1", name, person=person)


def of_budi(city: City) -> Message:
    (message,) = [message for message in city.all(Message) if message.channel == "whatsapp"]
    return message


def status_of(city: City) -> tuple[str, str | None]:
    message = of_budi(city)
    return message.status.value, message.error


def make_tasks_due(city: City) -> None:
    with writing(city.engine) as db:
        db.exec(update(OutboxTask).values(claimed_until=now() - timedelta(seconds=1)))


def test_who_has_only_a_phone_is_told_through_the_gateway(
    city: City, runner: TaskRunner, whatsapp_server: WhatsAppServer
) -> None:
    assert [(one.channel.value, one.recipient) for one in city.all(Message)] == [
        ("email", "ani@contoh.id"),
        ("whatsapp", PHONE),
    ]

    runner.drain()

    (request,) = whatsapp_server.requests
    message = of_budi(city)
    assert request.body.keys() == {"id", "to", "text"}
    assert request.body["to"] == PHONE
    assert request.body["id"] == request.headers["idempotency-key"] == f"message-{message.id}@127.0.0.1"
    assert "Hujan deras" in request.body["text"]
    assert "http://127.0.0.1:8000/tiket/" in request.body["text"]
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert status_of(city) == ("sent", None)
    assert message.sent_at is not None

    make_tasks_due(city)
    runner.drain()
    assert len(whatsapp_server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 422, 302])
def test_a_message_that_the_gateway_refuses_has_failed(
    city: City, runner: TaskRunner, whatsapp_server: WhatsAppServer, status: int
) -> None:
    whatsapp_server.status, whatsapp_server.answer = status, f'{{"error":\n "not on WhatsApp {TOKEN}"}}'

    runner.drain()

    assert status_of(city) == ("failed", f'{status} {{"error": "not on WhatsApp …"}}')
    make_tasks_due(city)
    runner.drain()
    assert len(whatsapp_server.requests) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_message_that_the_gateway_postpones_is_tried_again(
    city: City, runner: TaskRunner, whatsapp_server: WhatsAppServer, status: int
) -> None:
    whatsapp_server.status, whatsapp_server.answer = status, "sebentar"
    for delay in RETRY_DELAYS:
        runner.drain()
        assert status_of(city) == ("waiting", f"{status} sebentar")
        task = next(task for task in city.all(OutboxTask) if task.payload["message"] == of_budi(city).id)
        assert task.claimed_until is not None
        assert now() + delay - timedelta(seconds=20) < task.claimed_until <= now() + delay
        make_tasks_due(city)

    whatsapp_server.status = 201
    runner.drain()

    assert status_of(city) == ("sent", None)
    assert len({request.body["id"] for request in whatsapp_server.requests}) == 1


def test_a_message_waits_while_the_gateway_is_down(
    city: City, runner: TaskRunner, whatsapp_server: WhatsAppServer
) -> None:
    whatsapp_server.stop()

    runner.drain()

    assert status_of(city) == ("waiting", "ConnectError")


@pytest.mark.parametrize("fault", ["silent", "breaks_off"])
def test_without_an_answer_it_is_not_known_and_not_sent_again(
    city: City,
    runner: TaskRunner,
    whatsapp_server: WhatsAppServer,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    monkeypatch.setattr(whatsapp_gateway, "TIMEOUT_SECONDS", 0.3)
    setattr(whatsapp_server, fault, True)

    runner.drain()
    make_tasks_due(city)
    runner.drain()

    assert status_of(city)[0] == "unknown"
    assert len(whatsapp_server.requests) == 1


def test_a_worker_that_dies_between_leaves_it_unknown(
    city: City, runner: TaskRunner, whatsapp_server: WhatsAppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway has taken the message, and the worker is killed before it stores that."""

    def die(*_: object, **_options: object) -> Delivery:
        raise KeyboardInterrupt

    monkeypatch.setattr(deliveries, "record_delivery", die)
    with pytest.raises(KeyboardInterrupt):
        runner.drain()
    assert status_of(city) == ("sending", None)

    monkeypatch.undo()
    with writing(city.engine) as db:
        release_claims(db)
    runner.drain()

    assert status_of(city) == ("unknown", None)
    assert len(whatsapp_server.requests) == 1


def test_staff_send_again_what_failed(
    city: City, runner: TaskRunner, whatsapp_server: WhatsAppServer
) -> None:
    whatsapp_server.status = 400
    runner.drain()
    whatsapp_server.status = 201

    with writing(city.engine) as db:
        resend_message(db, city.actor("sari"), of_budi(city).id)
    runner.drain()

    assert status_of(city) == ("sent", None)


def test_without_a_gateway_nothing_is_written(city: City) -> None:
    engine = city.engine.execution_options(has_whatsapp_gateway=False)
    create_upcoming_session(city, "JUALAN-2")
    before = len(city.all(Message))
    city.register("JUALAN-2", "Budi Bakung", person=city.all(Participant)[1])
    with writing(engine) as db:
        cancel_session(db, city.actor("sari"), "JUALAN-2", "Hujan")

    assert len(city.all(Message)) == before


def test_neither_url_nor_token_is_logged_or_shown(
    city: City,
    runner: TaskRunner,
    whatsapp_server: WhatsAppServer,
    whatsapp_settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    whatsapp_server.status, whatsapp_server.answer = 500, f"{TOKEN} at {whatsapp_server.url}"

    runner.drain()

    shown = f"{caplog.text}{of_budi(city).error}{whatsapp_settings}{runner.deliveries.senders.gateway!r}"
    assert TOKEN not in shown
    assert "kunci=rahasia" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "gerbang-rahasia.contoh.id",
        "ftp://gerbang-rahasia.contoh.id",
        "https://",
        "https://rahasia@:x",
        "https://rahasia:99999999",
        "https://gerbang rahasia.contoh.id",
    ],
)
def test_a_url_that_is_none_is_refused_without_quoting_it(settings: Settings, url: str) -> None:
    wrong = Settings(**settings.model_dump() | {"whatsapp_url": url})
    with pytest.raises(Problem) as refused:
        whatsapp_gateway_from_settings(wrong)
    assert "rahasia" not in str(refused.value)


def test_the_settings_say_whether_there_is_a_gateway(
    settings: Settings, whatsapp_settings: Settings, whatsapp_server: WhatsAppServer
) -> None:
    assert whatsapp_gateway_from_settings(settings) is None
    assert whatsapp_gateway_from_settings(whatsapp_settings) == WhatsAppGateway(whatsapp_server.url, TOKEN)
