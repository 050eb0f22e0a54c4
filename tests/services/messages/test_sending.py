"""Sending mails: each once, again if the server postpones it, and never automatically if it may have arrived."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from app.database import writing
from app.errors import Conflict, NotFound, Problem
from app.jobs.tasks import TaskRunner
from app.models import Message, MessageStatus, OutboxTask
from app.models.base import now
from app.services.messages import sending
from app.services.messages.mail_server import Delivery, MailServer, deliver, parse_smtp_url
from app.services.messages.notifications import resend_message
from app.services.messages.sending import GIVE_UP_AFTER, MIN_ATTEMPTS, RETRY_DELAYS, begin_sending
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


def test_a_message_fails_two_days_after_it_was_queued(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    """By the clock, and not by how often it was tried; a clock that jumps by a year makes it no failure either."""
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    register_person(city, "Ani Aster")
    for _ in range(20):
        runner.drain()
        make_tasks_due(city)
    assert list_statuses(city) == [("waiting", "451 Try again later")]

    queue_earlier(city, GIVE_UP_AFTER)
    runner.drain()
    assert list_statuses(city) == [("failed", "451 Try again later")]
    assert city.all(OutboxTask) == []


def test_a_clock_that_jumps_makes_no_message_fail(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    """The clock is set forward by a year: the message is tried once more than it would have been."""
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    register_person(city, "Ani Aster")
    queue_earlier(city, timedelta(days=365))
    for _ in range(MIN_ATTEMPTS - 1):
        runner.drain()
        make_tasks_due(city)

    assert list_statuses(city) == [("waiting", "451 Try again later")]


def queue_earlier(city: City, earlier: timedelta) -> None:
    """Let all tasks have been queued earlier."""
    with writing(city.engine) as db:
        db.exec(update(OutboxTask).values(created_at=now() - earlier))


def test_mails_wait_while_the_server_is_down(city: City, mail_settings: Settings, settings: Settings) -> None:
    register_person(city, "Ani Aster")
    nowhere = settings.model_copy(update={"smtp_url": type(mail_settings.smtp_url)("smtp://127.0.0.1:1")})
    TaskRunner(nowhere, city.engine, city.vault).drain()
    ((status, answer),) = list_statuses(city)
    assert (status, "refused" in (answer or "")) == ("waiting", True)

    make_tasks_due(city)
    TaskRunner(mail_settings, city.engine, city.vault).drain()

    assert list_statuses(city) == [("sent", None)]


def test_restarts_while_the_mail_server_is_away_lose_no_mail(
    city: City, mail_settings: Settings, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed seven times while it connects to a server that doesn't answer, and stopped in between while it waits."""
    people = ("Ani Aster", "Bayu Bakung", "Citra Cempaka")
    for name in people:
        register_person(city, name)
    runner = TaskRunner(mail_settings, city.engine, city.vault)

    def die(*_: object, **_options: object) -> None:
        raise KeyboardInterrupt

    for _ in range(7):
        monkeypatch.setattr(smtplib, "SMTP", die)
        with pytest.raises(KeyboardInterrupt):
            runner.drain()
        release(city)
        monkeypatch.undo()
    assert [status for status, _ in list_statuses(city)] == ["waiting"] * 3

    smtp_server.answers = {f"{name.split()[0].lower()}@contoh.id": "451 Later" for name in people}
    for _ in range(7):
        runner.drain()
        postponed = [task.claimed_until for task in city.all(OutboxTask)]
        release(city)
        assert [task.claimed_until for task in city.all(OutboxTask)] == postponed
        assert [message.attempts for message in city.all(Message)] == [1] * 3

    smtp_server.answers.clear()
    make_tasks_due(city)
    runner.drain()
    assert [status for status, _ in list_statuses(city)] == ["sent"] * 3
    assert len(smtp_server.mails) == 3
    assert city.all(OutboxTask) == []


def release(city: City) -> None:
    """Do what a process does when it takes the work over."""
    with writing(city.engine) as db:
        release_claims(db)


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

    def deliver_during_take_over(
        server: MailServer, mail: EmailMessage, begin_sending: Callable[[], None]
    ) -> Delivery:
        release(city)
        monkeypatch.undo()
        other.drain()
        return deliver(server, mail, begin_sending)

    monkeypatch.setattr(sending, "deliver", deliver_during_take_over)
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
    with writing(city.engine) as db:
        begin_sending(db, message.id)

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
