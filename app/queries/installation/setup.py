"""The steps by which an administrator sets up a new installation. Whether one is done is read from the data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, func, literal, select
from sqlmodel import col

from app.database import Db
from app.i18n import wita_today
from app.models import (
    Activity,
    MessageStatus,
    Organization,
    SavedLetterhead,
    SetupStep,
    SkippedSetupStep,
    User,
    WorkshopSession,
)
from app.permissions import Actor, Permission
from app.queries.coverage.targets import target_exists

# How the activity log names an attempt to send a test mail; its subject's id is the mail server.
TEST_MAIL, MAIL_SERVER = "test-mail", "mail-server"

StepState: TypeAlias = Literal["done", "open", "skipped"]


@dataclass(frozen=True)
class SetupStepView:
    """A step, its state, and the `reason` for which it was skipped ("" otherwise)."""

    step: SetupStep
    state: StepState
    reason: str = ""


@dataclass(frozen=True)
class MailTrial:
    """An attempt to send a test mail: when, whether the server took the mail, and its answer if not."""

    at: datetime
    is_sent: bool
    answer: str


def list_setup_steps(db: Db, actor: Actor, mail_server: str) -> list[SetupStepView]:
    """Return all steps in their order, for administrators; empty for everyone else. Two queries.

    A step that is done counts as done even if it was skipped. `mail_server` is host and port of the mail server, "" if
    none is set up.
    """
    if not actor.can(Permission.USER_WRITE):
        return []
    done = dict(zip(SetupStep, db.execute(select(*_conditions(mail_server))).one(), strict=True))
    reasons = {row.step: row.reason for row in db.scalars(select(SkippedSetupStep))}
    return [_to_view(step, reasons.get(step), is_done=bool(done[step])) for step in SetupStep]


def _to_view(step: SetupStep, reason: str | None, *, is_done: bool) -> SetupStepView:
    if is_done:
        return SetupStepView(step, "done")
    return SetupStepView(step, "open") if reason is None else SetupStepView(step, "skipped", reason)


def _conditions(mail_server: str) -> list[ColumnElement[bool]]:
    """Return for each step the condition that it is done.

    They are: a saved letterhead; an organization beside the first; an active user beside the first; a session; a target
    of this year; a test mail that this mail server took.
    """
    organizations = select(func.count()).select_from(Organization).scalar_subquery()
    users = select(func.count()).select_from(User).where(col(User.active)).scalar_subquery()
    conditions: dict[SetupStep, ColumnElement[bool]] = {
        SetupStep.LETTERHEAD: select(col(SavedLetterhead.id)).exists(),
        SetupStep.ORGANIZATION: organizations > 1,
        SetupStep.USERS: users > 1,
        SetupStep.WORKSHOP: select(col(WorkshopSession.id)).exists(),
        SetupStep.TARGETS: target_exists(wita_today().year),
        SetupStep.MAIL: (
            select(col(Activity.id))
            .where(*_is_test_of(mail_server), col(Activity.reason) == MessageStatus.SENT.value)
            .exists()
            if mail_server
            else literal(value=False)
        ),
    }
    return [conditions[step] for step in SetupStep]


def find_latest_mail_trial(db: Db, actor: Actor, mail_server: str) -> MailTrial | None:
    """Return the latest attempt to send a test mail through this server, None without one.

    Raises `Forbidden` for all but administrators.
    """
    actor.require(Permission.USER_WRITE)
    statement = select(Activity).where(*_is_test_of(mail_server)).order_by(col(Activity.id).desc()).limit(1)
    line = db.scalars(statement).first()
    if line is None:
        return None
    answer = str((line.after or {}).get("answer", ""))
    return MailTrial(line.at, line.reason == MessageStatus.SENT.value, answer)


def _is_test_of(mail_server: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a line of the activity log is about a test mail through this server."""
    return (
        col(Activity.subject_id) == mail_server,
        col(Activity.subject) == MAIL_SERVER,
        col(Activity.action) == TEST_MAIL,
    )
