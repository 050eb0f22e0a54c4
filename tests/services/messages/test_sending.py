"""Sending mails: each once, again where the server puts it off, and never by itself where it may have arrived."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from app.database import writing
from app.errors import Conflict, NotFound, Problem
from app.jobs import tasks
from app.jobs.tasks import TaskRunner
from app.models import Message, MessageStatus, OutboxTask
from app.models.base import now
from app.services.messages.mail_server import Delivery, MailServer, deliver, parse_smtp_url
from app.services.messages.notifications import resend_message
from app.services.messages.sending import RETRY_DELAYS, begin_sending
from app.services.outbox import release_claims
from app.settings import Settings
from tests.city import City
from tests.services.messages.test_notifications import begins_in, come, withdraw
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session


@pytest.fixture
def runner(mail_settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(mail_settings, city.engine, city.vault)


@pytest.fixture(autouse=True)
def session(city: City) -> str:
    return create_upcoming_session(city)


def standing(city: City) -> list[tuple[str, str | None]]:
    """How each message stands, and what the server said."""
    return [(one.status.value, one.error) for one in city.all(Message)]


def let_time_pass(city: City) -> None:
    """What was put off is due."""
    with writing(city.engine) as db:
        db.exec(update(OutboxTask).values(claimed_until=now() - timedelta(seconds=1)))


def test_what_the_server_puts_off_is_tried_again(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    come(city, "Ani Aster")
    runner.drain()
    runner.drain()
    (task,) = city.all(OutboxTask)
    assert standing(city) == [("waiting", "451 Try again later")]
    assert task.claimed_until is not None
    assert now() < task.claimed_until <= now() + RETRY_DELAYS[0]

    smtp_server.answers.clear()
    let_time_pass(city)
    runner.drain()

    assert standing(city) == [("sent", None)]
    assert (len(smtp_server.letters), city.all(OutboxTask)) == (1, [])


def test_it_has_failed_after_the_last_try(city: City, runner: TaskRunner, smtp_server: SmtpServer) -> None:
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    come(city, "Ani Aster")
    for _ in range(len(RETRY_DELAYS) + 1):
        runner.drain()
        let_time_pass(city)

    assert standing(city) == [("failed", "451 Try again later")]
    assert city.all(OutboxTask) == []


def test_a_server_that_is_down_costs_no_mail(city: City, mail_settings: Settings, settings: Settings) -> None:
    come(city, "Ani Aster")
    nowhere = settings.model_copy(update={"smtp_url": type(mail_settings.smtp_url)("smtp://127.0.0.1:1")})
    TaskRunner(nowhere, city.engine, city.vault).drain()
    ((status, said),) = standing(city)
    assert (status, "refused" in (said or "")) == ("waiting", True)

    let_time_pass(city)
    TaskRunner(mail_settings, city.engine, city.vault).drain()

    assert standing(city) == [("sent", None)]


def test_a_mail_that_two_workers_have_at_once_is_tried_again(
    city: City,
    mail_settings: Settings,
    runner: TaskRunner,
    smtp_server: SmtpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first is thought to have ended while it still speaks to the mail server, as when its database restarts."""
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    come(city, "Ani Aster")
    other = TaskRunner(mail_settings, city.engine, city.vault)

    def taken_over(server: MailServer, letter: EmailMessage) -> Delivery:
        with writing(city.engine) as db:
            release_claims(db)
        other.drain()
        return deliver(server, letter)

    monkeypatch.setattr(tasks, "deliver", taken_over)
    runner.drain()
    monkeypatch.undo()
    assert standing(city) == [("waiting", "451 Try again later")]

    smtp_server.answers.clear()
    let_time_pass(city)
    runner.drain()

    assert standing(city) == [("sent", None)]
    assert city.all(OutboxTask) == []


def test_what_the_server_refuses_has_failed_until_somebody_sends_it_again(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["ani@contoh.id"] = "550 No such user here"
    come(city, "Ani Aster")
    runner.drain()
    assert standing(city) == [("failed", "550 No such user here")]
    assert city.all(OutboxTask) == []

    (message,) = city.all(Message)
    smtp_server.answers.clear()
    with pytest.raises(NotFound), writing(city.engine) as db:
        resend_message(db, city.actor("tono"), message.id)
    with writing(city.engine) as db:
        resend_message(db, city.actor("budi"), message.id)
    runner.drain()

    assert standing(city) == [("sent", None)]
    with pytest.raises(Conflict), writing(city.engine) as db:
        resend_message(db, city.actor("budi"), message.id)


def test_what_may_have_arrived_is_not_sent_again_by_itself(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.breaks_off = True
    come(city, "Ani Aster")
    runner.drain()
    let_time_pass(city)
    runner.drain()
    assert [status for status, _ in standing(city)] == ["unknown"]
    assert len(smtp_server.letters) == 1

    smtp_server.breaks_off = False
    (message,) = city.all(Message)
    with writing(city.engine) as db:
        resend_message(db, city.actor("sari"), message.id)
    runner.drain()

    assert standing(city) == [("sent", None)]
    first, second = smtp_server.letters
    assert first["Message-ID"] == second["Message-ID"] == f"<message-{message.id}@127.0.0.1>"


def test_two_workers_send_it_once(city: City, runner: TaskRunner, smtp_server: SmtpServer) -> None:
    """The second has lost sight of the first, which speaks to the mail server meanwhile."""
    come(city, "Ani Aster")
    (message,) = city.all(Message)
    with writing(city.engine) as db:
        assert begin_sending(db, message.id, MailServer("a@contoh.id", "contoh.id", 25), "") is not None

    runner.drain()

    assert standing(city) == [("unknown", None)]
    assert smtp_server.letters == []


def test_people_read_in_the_order_in_which_it_happened(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["ani@contoh.id"] = "451 Try again later"
    ani = come(city, "Ani Aster")
    runner.drain()
    smtp_server.answers.clear()
    withdraw(city, ani)
    runner.drain()
    assert smtp_server.letters == []

    for _ in range(2):
        let_time_pass(city)
        runner.drain()

    assert [str(letter["Subject"]).split(":")[0] for letter in smtp_server.letters] == [
        "Anda mendapat tempat",
        "Pendaftaran Anda dibatalkan",
    ]


def test_without_a_server_messages_wait_until_there_is_one(
    city: City, settings: Settings, mail_settings: Settings, smtp_server: SmtpServer
) -> None:
    come(city, "Ani Aster")
    without = TaskRunner(settings, city.engine, city.vault)
    without.drain()
    assert standing(city) == [("waiting", None)]

    let_time_pass(city)
    TaskRunner(mail_settings, city.engine, city.vault).drain()
    assert standing(city) == [("sent", None)]


def test_what_is_over_is_written_about_no_more(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    come(city, "Ani Aster")
    begins_in(city, -30)

    runner.drain()

    assert (standing(city), smtp_server.letters, city.all(OutboxTask)) == ([("waiting", None)], [], [])
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
def test_the_address_of_the_server_says_how_it_is_spoken_to(url: str, security: str, port: int) -> None:
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
def test_what_is_no_address_of_a_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_smtp_url(url, "a@contoh.id")

    assert "JANGKAU_SMTP_URL" in str(refused.value)
    assert "raha" not in str(refused.value)
