"""The monthly report by e-mail: turn it on for a day of the month, and choose who gets it."""

from collections.abc import Collection

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import ReportMailing, ReportRecipient, User
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.services.activities import log_activity

DAYS = range(1, 29)
"""Days that every month has."""


def change_mailing(db: Db, actor: Actor, day: int | None, recipients: Collection[int]) -> None:
    """Set the day of the month on which the report of the month before is sent to these users, and log it.

    With None it is not sent. A new day holds from its next date on. Raises `Forbidden` without `REPORT_ISSUE`, and
    `Invalid` for another day, without a user, and for users who are not active.
    """
    actor.require(Permission.REPORT_ISSUE)
    mailing = db.get(ReportMailing, 1, with_for_update=True)
    chosen = {recipient.user_id: recipient for recipient in db.exec(select(ReportRecipient))}
    before = {"day": mailing.day if mailing else None, "recipients": sorted(chosen)}
    _require_valid(db, day, recipients)
    if day is None and mailing:
        db.delete(mailing)
    elif day is not None and (mailing is None or mailing.day != day):
        db.merge(ReportMailing(day=day, changed_at=now(), changed_by=actor.user_id))
    for user_id in chosen.keys() - set(recipients):
        db.delete(chosen[user_id])
    for user_id in set(recipients) - chosen.keys():
        db.add(ReportRecipient(user_id=user_id, chosen_by=actor.user_id))
    after = {"day": day, "recipients": sorted(recipients)}
    log_activity(db, actor, "change", "monthly-report", 1, before=before, after=after)


def stop_monthly_report(db: Db, actor: Actor) -> None:
    """Take the actor off the users who get the monthly report, and log it. Does nothing if they don't get it."""
    recipient = db.get(ReportRecipient, actor.user_id) if actor.user_id else None
    if recipient:
        db.delete(recipient)
        log_activity(db, actor, "unsubscribe", "monthly-report", actor.user_id)


def _require_valid(db: Db, day: int | None, recipients: Collection[int]) -> None:
    errors = {}
    if day is not None and day not in DAYS:
        errors["day"] = N_("Choose a day from 1 to 28.")
    if day is not None and not recipients:
        errors["recipient"] = N_("Choose at least one person.")
    active = select(User.id).where(col(User.active), in_values(db, col(User.id), set(recipients)))
    if recipients and len(db.exec(active).all()) < len(set(recipients)):
        errors["recipient"] = N_("Somebody you have chosen has no active account any more. Choose again.")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
