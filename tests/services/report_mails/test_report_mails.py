"""Reports by e-mail: on their day, once for each reader and month, to those who may still have them."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import update
from sqlmodel import col

from app.database import reading, writing
from app.errors import Forbidden, Invalid
from app.i18n import translator, utc, wita_today
from app.jobs.tasks import TaskRunner
from app.models import (
    AttendanceStatus,
    BoundarySet,
    BoundaryStage,
    IssuedReportFile,
    OutboxTask,
    ReportFrequency,
    ReportMail,
    ReportMailing,
    ReportRecipient,
    SavedFilter,
    User,
    Workshop,
)
from app.models.base import now
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.reports import load_issued_figures, slug_of
from app.queries.report_mails.mails import list_due_mails
from app.reports.coverage.stored import canonical_figures, checksum_of
from app.services.issued_reports.closing import close_period
from app.services.report_mails.filters import save_filter, subscribe
from app.services.report_mails.mailing import change_mailing
from app.services.report_mails.sending import begin_sending, queue_due_mails
from app.services.report_mails.unsubscribing import get_subscription, sign_unsubscribing, unsubscribe
from app.settings import Settings
from tests.boundaries import make_boundary_set
from tests.city import City
from tests.database import postgresql_in_soak
from tests.issued_reports import issue
from tests.pages.conftest import english_browser, served
from tests.smtp_server import SmtpServer

pytestmark = postgresql_in_soak

LONG_AGO = now() - timedelta(days=400)


@pytest.fixture
def runner(mail_settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(mail_settings, city.engine, city.vault)


def this_month(day: int, hour: int = 8) -> datetime:
    """Return a time in WITA on a day of this month."""
    first = wita_today().replace(day=1)
    return utc(datetime(first.year, first.month, day, hour))  # noqa: DTZ001 (WITA)


def choose(city: City, *names: str, since: datetime | None = None) -> None:
    """Choose these users for the 5th of each month, as if that was done on the 2nd of this one."""
    with writing(city.engine) as db:
        change_mailing(db, city.actor("made"), 5, [city.users[name].id for name in names])
        db.flush()
        db.exec(update(ReportMailing).values(changed_at=since or this_month(2)))
        db.exec(update(ReportRecipient).values(chosen_at=since or this_month(2)))


def send_due(runner: TaskRunner, moment: datetime) -> None:
    """Send what is due at a moment, as the timetable does every ten minutes."""
    with writing(runner.engine) as db:
        queue_due_mails(db, moment)
    runner.drain()


def month_before() -> tuple[date, date]:
    last = wita_today().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def attend(city: City, day: date) -> None:
    """Let two women of Manggar come to a session on a day."""
    code = city.session("BULANAN-1", datetime(day.year, day.month, day.day, 9))  # noqa: DTZ001 (WITA)
    city.import_sheet(
        code, b"Nama;JK;Kelurahan;Kategori\nRina Melati;P;Manggar;UMKM\nTuti Kenanga;P;Manggar;RT\n"
    )


@pytest.mark.slow
def test_chosen_people_get_last_month_once_on_the_day(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    first, last = month_before()
    attend(city, first)
    choose(city, "rina", "sari")

    send_due(runner, this_month(4, 23))
    assert smtp_server.mails == []

    for hour in (7, 8, 20):  # a restart in between: the timetable may ask again
        send_due(runner, this_month(5, hour))
    send_due(runner, this_month(28))

    assert sorted(mail["To"] for mail in smtp_server.mails) == ["rina@contoh.id", "sari@contoh.id"]
    assert {mail.status.value for mail in city.all(ReportMail)} == {"sent"}
    mail = smtp_server.mails[0]
    text = smtp_server.texts()[0]
    assert "Peserta: 2" in text
    assert "angka kerja" in text.casefold()
    assert f"/cakupan?from={first}&to={last}" in text
    (attachment,) = mail.iter_attachments()
    content = attachment.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "Manggar" in "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert not re.search("Rina Melati|Tuti Kenanga", text)


def test_a_closed_month_is_sent_as_it_was_issued(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    first, last = month_before()
    attend(city, first)
    report = issue(city, CoverageFilters(first, last))
    with writing(city.engine) as db:
        close_period(db, city.actor("made"), slug_of(report.number))
    city.register("BULANAN-1", "Peserta Susulan", outcome=AttendanceStatus.PRESENT)
    choose(city, "rina")

    send_due(runner, this_month(5))

    assert f"nomor {report.number}" in smtp_server.texts()[0]
    assert "Peserta: 2" in smtp_server.texts()[0]
    (attachment,) = smtp_server.mails[0].iter_attachments()
    stored = next(file for file in city.all(IssuedReportFile) if file.kind == "pdf")
    assert attachment.get_payload(decode=True) == stored.content


def test_an_issued_report_keeps_its_boundaries_and_its_checksum_does_not_know_them(city: City) -> None:
    first, last = month_before()
    with writing(city.engine) as db:
        db.add(make_boundary_set())
    report = issue(city, CoverageFilters(first, last))
    with writing(city.engine) as db:
        db.delete(db.get_one(BoundarySet, BoundaryStage.SHOWN))
        stored = load_issued_figures(db, report.id)

    assert stored.boundaries
    assert len(stored.boundaries.shapes) == 34
    figures = canonical_figures(replace(stored, boundaries=None), translator("id"))
    assert (figures, checksum_of(figures)) == (report.figures, report.checksum)


def test_nobody_gets_one_by_default_and_none_for_a_day_before_it_was_chosen(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    send_due(runner, this_month(28))

    choose(city, "rina", since=this_month(5, 8))
    send_due(runner, this_month(28))
    with writing(city.engine) as db:
        db.exec(update(ReportMailing).values(changed_at=this_month(2)))
    send_due(runner, this_month(28))

    assert (smtp_server.mails, city.all(ReportMail)) == ([], [])


def test_who_is_shut_out_after_it_was_queued_gets_nothing(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    choose(city, "rina", "sari", "tono")
    with writing(city.engine) as db:
        queue_due_mails(db, this_month(5))
    with writing(city.engine) as db:
        db.exec(update(User).where(col(User.email) == "rina@contoh.id").values(active=False))
        db.delete(db.get_one(ReportRecipient, city.users["sari"].id))

    runner.drain()

    assert [mail["To"] for mail in smtp_server.mails] == ["tono@contoh.id"]
    assert [(mail.status.value, mail.error) for mail in city.all(ReportMail)] == [
        ("failed", "no-access"),
        ("failed", "no-access"),
        ("sent", None),
    ]


def test_a_mail_that_the_server_postpones_is_tried_again_and_one_that_broke_off_is_not(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    choose(city, "rina")
    smtp_server.answers["rina@contoh.id"] = "451 Try again later"
    send_due(runner, this_month(5))
    assert [mail.status.value for mail in city.all(ReportMail)] == ["waiting"]

    smtp_server.answers.clear()
    smtp_server.breaks_off = True
    for _ in range(2):
        with writing(city.engine) as db:
            db.exec(update(OutboxTask).values(claimed_until=now() - timedelta(seconds=1)))
        send_due(runner, this_month(5))

    assert [mail.status.value for mail in city.all(ReportMail)] == ["unknown"]
    assert len(smtp_server.mails) == 1


def test_a_mail_of_a_worker_that_died_while_sending_is_not_sent_again(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    choose(city, "rina")
    with writing(city.engine) as db:
        queue_due_mails(db, this_month(5))
    with writing(city.engine) as db:
        begin_sending(db, city.all(ReportMail)[0].id)

    runner.drain()

    assert [mail.status.value for mail in city.all(ReportMail)] == ["unknown"]
    assert (smtp_server.mails, city.all(OutboxTask)) == ([], [])


def test_a_subscription_to_a_saved_filter(city: City, runner: TaskRunner, smtp_server: SmtpServer) -> None:
    first, last = month_before()
    attend(city, first)
    with writing(city.engine) as db:
        women = save_filter(db, city.actor("sari"), "Laki-laki", {"sex": "L", "from": "2020-01-01"})
        subscribe(db, city.actor("sari"), women.id, ReportFrequency.MONTHLY)
        women.subscribed_at = LONG_AGO

    send_due(runner, this_month(3))
    send_due(runner, this_month(3))

    (mail,) = smtp_server.mails
    assert mail["Subject"].startswith("Laki-laki: ")
    assert "Peserta: 0" in smtp_server.texts()[0]
    assert f"sex=L&from={first}&to={last}" in smtp_server.texts()[0]


def test_a_weekly_mail_is_about_the_week_before(city: City) -> None:
    with writing(city.engine) as db:
        saved = save_filter(db, city.actor("sari"), "Semua", {})
        subscribe(db, city.actor("sari"), saved.id, ReportFrequency.WEEKLY)
        saved.subscribed_at = utc(datetime(2026, 11, 1))  # noqa: DTZ001 (WITA)

    with reading(city.engine) as db:
        wednesday = utc(datetime(2026, 11, 25, 12))  # noqa: DTZ001 (WITA)
        (due,) = list_due_mails(db, wednesday)
        monday_night = utc(datetime(2026, 11, 23, 1))  # noqa: DTZ001
        (due_before,) = list_due_mails(db, monday_night)

    assert (due.period.from_, due.period.to) == (date(2026, 11, 16), date(2026, 11, 22))
    assert due_before.period.to == date(2026, 11, 15)


def test_a_filter_of_what_was_deleted_fails_and_says_so(
    city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    with writing(city.engine) as db:
        saved = save_filter(db, city.actor("sari"), "Lama", {"workshop": "TIDAK-ADA"})
        subscribe(db, city.actor("sari"), saved.id, ReportFrequency.MONTHLY)
        saved.subscribed_at = LONG_AGO
    send_due(runner, this_month(2))

    assert [(mail.status.value, mail.error) for mail in city.all(ReportMail)] == [("failed", "no-report")]
    assert (smtp_server.mails, city.all(OutboxTask), city.all(Workshop)) == ([], [], [])


def test_the_timetable_queues_nothing_without_a_mail_server(
    city: City, settings: Settings, runner: TaskRunner
) -> None:
    choose(city, "rina", since=LONG_AGO)

    TaskRunner(settings, city.engine, city.vault).run_due()
    assert city.all(ReportMail) == []

    runner.send_reports()
    assert len(city.all(ReportMail)) == 1


@pytest.mark.slow
def test_the_link_in_a_mail_ends_it_without_logging_in(
    city: City,
    runner: TaskRunner,
    smtp_server: SmtpServer,
    mail_settings: Settings,
) -> None:
    choose(city, "rina", "sari")
    send_due(runner, this_month(5))
    mail = next(mail for mail in smtp_server.mails if mail["To"] == "rina@contoh.id")
    path = re.sub(r"^<https?://[^/]+|>$", "", mail["List-Unsubscribe"])

    with served(mail_settings) as app:
        anybody = english_browser(app)
        anybody.base_url = "http://127.0.0.1:8000"
        assert "Stop these mails" in anybody.get(path).text
        assert len(city.all(ReportRecipient)) == 2, "a program that opens links ends nothing"
        assert refused(anybody, path)

        # As a mail program does it (RFC 8058).
        answer = anybody.post(path, data={"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        assert [recipient.user_id for recipient in city.all(ReportRecipient)] == [city.users["sari"].id]
        assert "You get no more of these mails" in anybody.get(path).text
        assert anybody.post(path).status_code == 200


def test_the_link_of_a_deleted_filter_ends_nothing_else(city: City) -> None:
    """SQLite gives its id to the filter that is saved next, and its user may get the monthly report, too."""
    choose(city, "tono")
    secret = b"secret of the links"
    with writing(city.engine) as db:
        saved = save_filter(db, city.actor("sari"), "Perempuan", {"sex": "P"})
        subscribe(db, city.actor("sari"), saved.id, ReportFrequency.MONTHLY)
        token = sign_unsubscribing(secret, city.users["tono"].id, saved.id)

    with writing(city.engine) as db:
        assert not get_subscription(db, secret, token).is_active
        unsubscribe(db, secret, token)

    assert [saved.frequency for saved in city.all(SavedFilter)] == [ReportFrequency.MONTHLY]
    assert [recipient.user_id for recipient in city.all(ReportRecipient)] == [city.users["tono"].id]


def refused(anybody: TestClient, path: str) -> bool:
    """Return whether a token whose signature has another first character is refused."""
    data, signature = path.rsplit(".", 1)
    changed = f"{data}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    return anybody.post(changed).status_code == 404


def test_who_may_choose_and_whom(city: City) -> None:
    rina = city.users["rina"].id
    for name in ("sari", "budi"):
        with writing(city.engine) as db, pytest.raises(Forbidden):
            change_mailing(db, city.actor(name), 5, [rina])
    for day, recipients in ((29, [rina]), (0, [rina]), (5, []), (5, [rina, 999])):
        with writing(city.engine) as db, pytest.raises(Invalid):
            change_mailing(db, city.actor("rina"), day, recipients)
    with writing(city.engine) as db:
        change_mailing(db, city.actor("rina"), 5, [rina])

    assert city.all(SavedFilter) == []
    assert [recipient.chosen_by for recipient in city.all(ReportRecipient)] == [rina]
