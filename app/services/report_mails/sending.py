"""Mails with the coverage report: queued once for each reader and period, written when they are sent.

A mail is not sent if its reader is no longer active by then, may not see the report, or has unsubscribed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

from app.database import Db
from app.i18n import Language, Translator, days_text, integer_text, long_time_text, translator
from app.models import MessageStatus, Organization, OutboxKind, ReportMail, ReportRecipient, SavedFilter, User
from app.permissions import Actor, Permission
from app.queries.issued_reports.figures import load_coverage_report, make_coverage_file
from app.queries.report_mails.filters import build_query_string, filters_for
from app.queries.report_mails.mails import list_due_mails
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.texts.wording import filter_lines, headline
from app.reports.periods import Period
from app.services.messages.mail_server import Delivery, build_mail
from app.services.messages.sending import NotWaiting, store_result
from app.services.outbox import TryLater, queue_task
from app.services.report_mails.unsubscribing import sign_unsubscribing

NOT_ALLOWED = "no-access"
NOT_MADE = "no-report"


@dataclass(frozen=True)
class MailSite:
    """What a mail needs of the installation: its address, the sender's address, and the secret of its links."""

    url: str
    sender: str
    secret: bytes


def queue_due_mails(db: Db, moment: datetime) -> None:
    """Store and queue the mails that are due at a moment. A mail is queued once, also if this runs twice."""
    for due in list_due_mails(db, moment):
        mail = ReportMail(
            occasion=due.occasion,
            user_id=due.user_id,
            saved_filter_id=due.saved_filter_id,
            period_from=due.period.from_,
            period_to=due.period.to,
        )
        db.add(mail)
        db.flush()
        queue_task(db, OutboxKind.SEND_REPORT, report_mail=mail.id)


def write_report_mail(read_db: Db, mail_id: int, site: MailSite) -> EmailMessage | None:
    """Return the mail with the report as PDF; None if it waits no more, or its reader may not get it.

    Takes a second or two, so it is done before the transaction that marks it as being sent. Raises `Problem` if the
    report can't be made, such as for a workshop that was deleted.
    """
    mail = read_db.get(ReportMail, mail_id)
    actor = _find_reader(read_db, mail) if mail else None
    if mail is None or actor is None or mail.status is not MessageStatus.WAITING:
        return None
    user = read_db.get_one(User, mail.user_id)
    saved = read_db.get(SavedFilter, mail.saved_filter_id) if mail.saved_filter_id else None
    period = Period(from_=mail.period_from, to=mail.period_to)
    filters = filters_for(saved.parameters if saved else {}, period)
    language: Language = "en" if user.language == "en" else "id"
    report = load_coverage_report(read_db, actor, filters, language)
    _ = translator(language)
    pdf = make_coverage_file(read_db, actor, report, filters, "pdf", _, language)
    title = saved.name if saved else _("Monthly report")
    token = sign_unsubscribing(site.secret, mail.user_id, mail.saved_filter_id)
    stop_url = f"{site.url}/cakupan/berhenti/{token}"
    page_url = f"{site.url}/cakupan{build_query_string(saved.parameters if saved else {}, period)}"
    days, coverage = days_text(period.from_, period.to, language), _("Coverage")
    outgoing = build_mail(
        site.sender,
        user.email,
        f"{title}: {coverage}, {days}",
        _write_text(user, report, page_url, stop_url, _, language),
        f"<report-{mail.id}@{urlsplit(site.url).hostname}>",
    )
    outgoing["List-Unsubscribe"] = f"<{stop_url}>"
    outgoing["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    outgoing.add_attachment(pdf.content, maintype="application", subtype="pdf", filename=pdf.name)
    return outgoing


def begin_sending(db: Db, mail_id: int) -> None:
    """Mark a mail that is written as being sent. The caller commits before it hands it over.

    Raises `NotWaiting` if it was deleted or another worker sends it, and `TryLater` if its reader may not get it any
    more: `write_report_mail` then says so.
    """
    mail = _lock(db, mail_id)
    if mail is None or mail.status is not MessageStatus.WAITING:
        raise NotWaiting
    if _find_reader(db, mail) is None:
        raise TryLater(timedelta(0))
    mail.status = MessageStatus.SENDING


def record_delivery(db: Db, mail_id: int, delivery: Delivery, *, queued_at: datetime) -> timedelta | None:
    """Store the result of an attempt. Return how long to wait before the next one, None if there is none."""
    mail = _lock(db, mail_id)
    return store_result(mail, delivery, queued_at=queued_at) if mail else None


def give_up_mail(db: Db, mail_id: int, reason: str = NOT_MADE) -> None:
    """Mark a waiting mail as failed for this reason, and one that is being sent as unknown."""
    mail = _lock(db, mail_id)
    if mail and mail.status is MessageStatus.SENDING:
        mail.status = MessageStatus.UNKNOWN
    elif mail and mail.status is MessageStatus.WAITING:
        mail.status, mail.error = MessageStatus.FAILED, reason


def _lock(db: Db, mail_id: int) -> ReportMail | None:
    """Return the mail with its row locked; None if it was deleted together with its saved filter."""
    return db.get(ReportMail, mail_id, with_for_update=True, populate_existing=True)


def _find_reader(db: Db, mail: ReportMail) -> Actor | None:
    """Return the reader of a mail; None if they are not active, may not see the report, or have unsubscribed."""
    user = db.get(User, mail.user_id)
    if user is None or not user.active or not _is_subscribed(db, mail):
        return None
    actor = Actor.from_user(user, db.get_one(Organization, user.organization_id).kind)
    return actor if actor.can(Permission.COVERAGE_READ) else None


def _is_subscribed(db: Db, mail: ReportMail) -> bool:
    if mail.saved_filter_id is None:
        return db.get(ReportRecipient, mail.user_id) is not None
    saved = db.get(SavedFilter, mail.saved_filter_id)
    return saved is not None and saved.frequency is not None


def _write_text(
    user: User, report: CoverageReport, page_url: str, stop_url: str, _: Translator, language: Language
) -> str:
    """Return the text of the mail: the report in a few lines, and links to its page and to end the mails."""
    status = (
        _("Issued as number %(number)s.") % {"number": report.official.number}
        if report.official
        else _("Working figures as of %(time)s, not issued: they may still change.")
        % {"time": long_time_text(report.generated_at, language)}
    )
    period_label = _("Period")
    on_the_page = _("The whole report is attached. On the page every figure leads to what it counts:")
    how_to_stop = _("You no longer want these mails? This link ends them:")
    totals = report.totals
    figures = [
        (_("Participants"), totals.participants),
        (_("Attendances"), totals.attendances),
        (_("Registered"), totals.registered),
        *([] if totals.gap is None else [(_("Gap"), totals.gap)]),
    ]
    period = f"{period_label}: {days_text(report.period.from_, report.period.to, language)}"
    return "\n\n".join(
        (
            _("Dear %(name)s,") % {"name": user.name},
            f"{headline(report, _, language)}.",
            "\n".join((period, *filter_lines(report.filters, _))),
            "\n".join(f"{label}: {integer_text(number, language)}" for label, number in figures),
            status,
            f"{on_the_page}\n{page_url}",
            f"{how_to_stop}\n{stop_url}",
        )
    )
