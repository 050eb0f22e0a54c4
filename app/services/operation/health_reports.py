"""Store what the background work finds when it checks the installation, and tell administrators by mail."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import Language, translator
from app.models import HealthReport, Role, User
from app.models.base import now
from app.queries.operation.health_lines import STATE_NAMES, HealthLine
from app.services.accounts.mails import AccountMail, queue_account_mail

MAIL_INTERVAL = timedelta(days=1)
# An administrator has chosen these, and sees them on the page and in `jangkau check`.
CHOICES = {"address", "second-factor", "privacy-contact", "photos"}


def save_health_report(db: Db, lines: Sequence[HealthLine]) -> None:
    """Store which lines are not in order, and queue the mail to administrators that is due.

    A mail is due when a line is not in order at two checks in succession, but not within a day of the last one; and
    once when all is in order again.
    """
    report = db.get(HealthReport, 1, with_for_update=True)
    if report is None:
        report = HealthReport()
        db.add(report)
    wrong = [line for line in lines if not line.is_ok and line.key not in CHOICES]
    is_lasting = any(line.name in report.states for line in wrong)
    moment = now()
    # The absolute time: a clock that is set back must not keep the mails away for as long.
    is_due = report.mailed_at is None or abs(moment - report.mailed_at) >= MAIL_INTERVAL
    if is_lasting and is_due:
        _queue_mails(db, AccountMail.HEALTH_WRONG, wrong)
        report.mailed_at, report.is_announced = moment, True
    elif not wrong and report.is_announced:
        _queue_mails(db, AccountMail.HEALTH_RIGHT, ())
        report.is_announced = False
    report.checked_at = moment
    report.states = {line.name: line.state.value for line in wrong}


def _queue_mails(db: Db, kind: AccountMail, lines: Sequence[HealthLine]) -> None:
    """Queue a mail to every active administrator, in the language of each."""
    admins = select(User).where(col(User.role) == Role.ADMIN, col(User.active)).order_by(col(User.id))
    for admin in db.scalars(admins):
        language: Language = "en" if admin.language == "en" else "id"
        params = {"lines": "\n\n".join(_describe(line, language) for line in lines)} if lines else {}
        queue_account_mail(db, kind, admin, **params)


def _describe(line: HealthLine, language: Language) -> str:
    """Return a line as a paragraph of a mail: its state, its name, what was found, and what to do."""
    state = translator(language)(STATE_NAMES[line.state])
    found = f"{state}: {line.name_in(language)}. {line.text_in(language)}"
    return f"{found}\n{line.advice_in(language)}" if line.advice else found
