"""Sending mails: each once, again if the server postpones it, and never automatically if it may have arrived."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from app.database import writing
from app.errors import Conflict, NotFound, Problem
from app.jobs import deliveries
from app.jobs.tasks import TaskRunner
from app.models import Message, MessageStatus, OutboxTask
from app.models.base import now
from app.services.messages.mail_server import Delivery, MailServer, deliver, parse_smtp_url
from app.services.messages.notifications import resend_message
from app.services.messages.sending import RETRY_DELAYS, Senders, begin_sending
from app.services.outbox import release_claims
from app.settings import Settings
from tests.city import City
from tests.services.messages.test_notifications import cancel_registration, register_person, set_start
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session


@pytest.fixture
def runner(mail_settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(mail_settings, city.engine, city.vault)


@pytest.fixture(autouse=True)
def session(city: City) -> str:
    return create_upcoming_session(city)


def list_statuses(city: City) -> list[tuple[str, str | None]]:
    """Return the status of each message and the server's answer."""
    return [(one.status.value, one.error) for one in city.all(Message)]


def make_tasks_due(city: City) -> None:
    """Let postponed tasks be due."""
    with writing(city.engine) as db:
        db.exec(update(OutboxTask).values(claimed_until=now() - timedelta(seconds=1)))


def test_a_mail_that_the_server_postpones_is_tried_again(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    register_person(city, "Ani Aster")
    runner.drain()
    runner.drain()
    (task,) = city.all(OutboxTask)
    assert list_statuses(city) == [("waiting", "451 Try again later")]
    assert task.claimed_until is not None
    assert now() < task.claimed_until <= now() + RETRY_DELAYS[0]

    smtp_server.answers.clear()
    make_tasks_due(city)
    runner.drain()

    assert list_statuses(city) == [("sent", None)]
    assert (len(smtp_server.mails), city.all(OutboxTask)) == (1, [])


def test_a_message_fails_after_the_last_attempt(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    register_person(city, "Ani Aster")
    for _ in range(len(RETRY_DELAYS) + 1):
        runner.drain()
        make_tasks_due(city)

    assert list_statuses(city) == [("failed", "451 Try again later")]
    assert city.all(OutboxTask) == []


def test_mails_wait_while_the_server_is_down(city: City, mail_settings: Settings, settings: Settings) -> None:
    register_person(city, "Ani Aster")
    nowhere = settings.model_copy(update={"smtp_url": type(mail_settings.smtp_url)("smtp://127.0.0.1:1")})
    TaskRunner(nowhere, city.engine, city.vault).drain()
    ((status, answer),) = list_statuses(city)
    assert (status, "refused" in (answer or "")) == ("waiting", True)

    make_tasks_due(city)
    TaskRunner(mail_settings, city.engine, city.vault).drain()

    assert list_statuses(city) == [("sent", None)]


def test_a_mail_that_two_workers_send_at_once_is_tried_again(
    city: City,
    mail_settings: Settings,
    runner: TaskRunner,
    smtp_server: SmtpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its claim is released while it is sending, as when the database restarts."""
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    register_person(city, "Ani Aster")
    other = TaskRunner(mail_settings, city.engine, city.vault)

    def deliver_during_take_over(server: MailServer, mail: EmailMessage) -> Delivery:
        with writing(city.engine) as db:
            release_claims(db)
        other.drain()
        return deliver(server, mail)

    monkeypatch.setattr(deliveries, "deliver", deliver_during_take_over)
    runner.drain()
    monkeypatch.undo()
    assert list_statuses(city) == [("waiting", "451 Try again later")]

    smtp_server.answers.clear()
    make_tasks_due(city)
    runner.drain()

    assert list_statuses(city) == [("sent", None)]
    assert city.all(OutboxTask) == []


def test_a_refused_mail_has_failed_until_staff_send_it_again(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["ani@contoh.id"] = "550 No such user here"
    register_person(city, "Ani Aster")
    runner.drain()
    assert list_statuses(city) == [("failed", "550 No such user here")]
    assert city.all(OutboxTask) == []

    (message,) = city.all(Message)
    smtp_server.answers.clear()
    with pytest.raises(NotFound), writing(city.engine) as db:
        resend_message(db, city.actor("tono"), message.id)
    with writing(city.engine) as db:
        resend_message(db, city.actor("budi"), message.id)
    runner.drain()

    assert list_statuses(city) == [("sent", None)]
    with pytest.raises(Conflict), writing(city.engine) as db:
        resend_message(db, city.actor("budi"), message.id)


def test_a_mail_that_may_have_arrived_is_not_sent_again_automatically(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.breaks_off = True
    register_person(city, "Ani Aster")
    runner.drain()
    make_tasks_due(city)
    runner.drain()
    assert [status for status, _ in list_statuses(city)] == ["unknown"]
    assert len(smtp_server.mails) == 1

    smtp_server.breaks_off = False
    (message,) = city.all(Message)
    with writing(city.engine) as db:
        resend_message(db, city.actor("sari"), message.id)
    runner.drain()

    assert list_statuses(city) == [("sent", None)]
    first, second = smtp_server.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<message-{message.id}@127.0.0.1>"


def test_a_mail_that_another_worker_sends_is_not_sent_again(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    """The other one has committed the status "sending" and speaks to the mail server."""
    register_person(city, "Ani Aster")
    (message,) = city.all(Message)
    other = Senders(MailServer("a@contoh.id", "contoh.id", 25), None, "")
    with writing(city.engine) as db:
        assert begin_sending(db, message.id, other) is not None

    runner.drain()

    assert list_statuses(city) == [("unknown", None)]
    assert smtp_server.mails == []


def test_mails_about_a_registration_are_sent_in_order(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    ani = register_person(city, "Ani Aster")
    runner.drain()
    smtp_server.answers.clear()
    cancel_registration(city, ani)
    runner.drain()
    assert smtp_server.mails == []

    for _ in range(2):
        make_tasks_due(city)
        runner.drain()

    assert [str(mail["Subject"]).split(":")[0] for mail in smtp_server.mails] == [
        "Anda mendapat tempat",
        "Pendaftaran Anda dibatalkan",
    ]


def test_messages_wait_until_a_mail_server_is_configured(
    city: City, settings: Settings, mail_settings: Settings, smtp_server: SmtpServer
) -> None:
    register_person(city, "Ani Aster")
    without = TaskRunner(settings, city.engine, city.vault)
    without.drain()
    assert list_statuses(city) == [("waiting", None)]

    make_tasks_due(city)
    TaskRunner(mail_settings, city.engine, city.vault).drain()
    assert list_statuses(city) == [("sent", None)]


def test_no_mail_is_sent_after_the_session(city: City, runner: TaskRunner, smtp_server: SmtpServer) -> None:
    register_person(city, "Ani Aster")
    set_start(city, -30)

    runner.drain()

    assert (list_statuses(city), smtp_server.mails, city.all(OutboxTask)) == ([("waiting", None)], [], [])
    (message,) = city.all(Message)
    with writing(city.engine) as db:
        db.exec(update(Message).values(status=MessageStatus.FAILED))
    with pytest.raises(Conflict, match="over"), writing(city.engine) as db:
        resend_message(db, city.actor("sari"), message.id)


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtp://surat.contoh.id", "plain", 25),
        ("smtp://surat.contoh.id?starttls", "starttls", 587),
        ("smtps://surat.contoh.id", "tls", 465),
    ],
)
def test_the_smtp_url_determines_encryption_port_and_login(url: str, security: str, port: int) -> None:
    found = parse_smtp_url(url.replace("//", "//jangkau:r%40hasia@"), "a@contoh.id")

    assert (found.security, found.port, found.user, found.password) == (security, port, "jangkau", "r@hasia")


@pytest.mark.parametrize(
    "url",
    [
        "surat.contoh.id",
        "smtp://jangkau:raha#sia@surat.contoh.id",
        "smtp://jangkau:raha/sia@surat.contoh.id",
        "smtp://jangkau:rahasia@surat.contoh.id?startls",
    ],
)
def test_an_invalid_smtp_url_is_refused_without_quoting_its_password(url: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_smtp_url(url, "a@contoh.id")

    assert "JANGKAU_SMTP_URL" in str(refused.value)
    assert "raha" not in str(refused.value)
