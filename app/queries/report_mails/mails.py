"""The monthly report by e-mail: when it is sent and to whom, the mails that are due, and those that were sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import utc, wita
from app.models import (
    MessageStatus,
    Organization,
    ReportFrequency,
    ReportMail,
    ReportMailing,
    ReportRecipient,
    SavedFilter,
    User,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.reports.periods import Period

# WITA: mails are there when offices open.
SENDING_TIME = time(7)
MAX_MAILS_SHOWN = 50


@dataclass(frozen=True)
class MailingView:
    """The monthly report by e-mail: the day of the month, None while it is off, and when it is sent next."""

    day: int | None
    next_at: datetime | None


@dataclass(frozen=True)
class PossibleRecipient:
    """An active user who may be chosen to get the monthly report."""

    id: int
    name: str
    organization: str
    is_chosen: bool


@dataclass(frozen=True)
class ReportMailView:
    """A mail with the monthly report. `error` is the answer of the mail server, or why it was not sent."""

    name: str
    period: Period
    status: MessageStatus
    error: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class DueMail:
    """A mail that is to be sent now; with a `saved_filter_id` that of a saved filter."""

    occasion: str
    user_id: int
    saved_filter_id: int | None
    period: Period


def get_mailing(db: Db) -> MailingView:
    """Return when the monthly report is sent."""
    mailing = db.get(ReportMailing, 1)
    if mailing is None:
        return MailingView(None, None)
    latest = _latest_monthly(now(), mailing.day)
    return MailingView(mailing.day, _latest_monthly(latest + timedelta(days=32), mailing.day))


def gets_monthly_report(db: Db, actor: Actor) -> bool:
    """Return whether the actor was chosen to get the monthly report."""
    return actor.user_id is not None and db.get(ReportRecipient, actor.user_id) is not None


def list_possible_recipients(db: Db, actor: Actor) -> list[PossibleRecipient]:
    """Return all active users by name, without their addresses. Raises `Forbidden` without `REPORT_ISSUE`."""
    actor.require(Permission.REPORT_ISSUE)
    statement = (
        select(col(User.id), col(User.name), col(Organization.name), col(ReportRecipient.user_id))
        .join(Organization, col(Organization.id) == col(User.organization_id))
        .join(ReportRecipient, col(ReportRecipient.user_id) == col(User.id), isouter=True)
        .where(col(User.active))
        .order_by(col(User.name), col(User.id))
    )
    return [
        PossibleRecipient(user_id, name, organization, chosen is not None)
        for user_id, name, organization, chosen in db.execute(statement)
    ]


def list_monthly_mails(db: Db, actor: Actor) -> list[ReportMailView]:
    """Return the latest mails with the monthly report, the newest first. Raises `Forbidden` without `REPORT_ISSUE`."""
    actor.require(Permission.REPORT_ISSUE)
    statement = (
        select(ReportMail, col(User.name))
        .join(User, col(User.id) == col(ReportMail.user_id))
        .where(col(ReportMail.saved_filter_id).is_(None))
        .order_by(col(ReportMail.id).desc())
        .limit(MAX_MAILS_SHOWN)
    )
    return [
        ReportMailView(
            name=name,
            period=Period(from_=mail.period_from, to=mail.period_to),
            status=mail.status,
            error=mail.error or "",
            created_at=mail.created_at,
            sent_at=mail.sent_at,
        )
        for mail, name in db.execute(statement)
    ]


def list_due_mails(db: Db, moment: datetime) -> list[DueMail]:
    """Return the mails that are due at a moment and were not written yet.

    A mail is due from its day at `SENDING_TIME` on until the next one, so that a server that was off sends it later.
    None is due for a day before its reader was chosen or subscribed, or before the monthly report was turned on.
    """
    due = [*_due_monthly_reports(db, moment), *_due_subscriptions(db, moment)]
    written = db.scalars(
        select(col(ReportMail.occasion)).where(
            in_values(db, col(ReportMail.occasion), {mail.occasion for mail in due})
        )
    )
    known = set(written) if due else set()
    return [mail for mail in due if mail.occasion not in known]


def _due_monthly_reports(db: Db, moment: datetime) -> Iterator[DueMail]:
    mailing = db.get(ReportMailing, 1)
    if mailing is None:
        return
    due = _latest_monthly(moment, mailing.day)
    if due < mailing.changed_at:
        return
    period = _month_before(due)
    recipients = (
        select(col(ReportRecipient.user_id))
        .join(User, col(User.id) == col(ReportRecipient.user_id))
        .where(col(User.active), col(ReportRecipient.chosen_at) <= due)
        .order_by(col(ReportRecipient.user_id))
    )
    for user_id in db.scalars(recipients):
        yield DueMail(f"month {period.from_} user {user_id}", user_id, None, period)


def _due_subscriptions(db: Db, moment: datetime) -> Iterator[DueMail]:
    for frequency in ReportFrequency:
        if frequency is ReportFrequency.MONTHLY:
            due = _latest_monthly(moment, 1)
            period = _month_before(due)
        else:
            due = _latest_weekly(moment)
            period = _week_before(due)
        subscribed = (
            select(col(SavedFilter.id), col(SavedFilter.user_id))
            .join(User, col(User.id) == col(SavedFilter.user_id))
            .where(
                col(User.active),
                col(SavedFilter.frequency) == frequency,
                col(SavedFilter.subscribed_at) <= due,
            )
            .order_by(col(SavedFilter.id))
        )
        for filter_id, user_id in db.execute(subscribed):
            yield DueMail(f"{frequency} {period.from_} filter {filter_id}", user_id, filter_id, period)


def _latest_monthly(moment: datetime, day: int) -> datetime:
    """Return the latest time, not after a moment, at which mails of this day of the month are due."""
    due = _at_sending_time(wita(moment).date().replace(day=day))
    if due <= moment:
        return due
    return _at_sending_time((wita(moment).date().replace(day=1) - timedelta(days=1)).replace(day=day))


def _latest_weekly(moment: datetime) -> datetime:
    """Return the latest Monday, not after a moment, on which weekly mails are due."""
    today = wita(moment).date()
    due = _at_sending_time(today - timedelta(days=today.weekday()))
    return due if due <= moment else due - timedelta(days=7)


def _at_sending_time(day: date) -> datetime:
    return utc(datetime.combine(day, SENDING_TIME))


def _month_before(due: datetime) -> Period:
    last = wita(due).date().replace(day=1) - timedelta(days=1)
    return Period(from_=last.replace(day=1), to=last)


def _week_before(due: datetime) -> Period:
    monday = wita(due).date()
    return Period(from_=monday - timedelta(days=7), to=monday - timedelta(days=1))
