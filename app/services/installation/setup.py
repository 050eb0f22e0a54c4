"""Skip a step of setting up an installation, or take that back."""

from sqlmodel import col, delete

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.models import SetupStep, SkippedSetupStep
from app.permissions import Actor, Permission
from app.services.activities import log_activity

MAX_REASON_LENGTH = 200


def skip_setup_step(db: Db, actor: Actor, step: SetupStep, reason: str) -> None:
    """Store that a step is not taken, and why; log it.

    Raises `Forbidden` for all but administrators, and `Invalid` for a reason that is missing or too long.
    """
    actor.require(Permission.USER_WRITE)
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON_LENGTH:
        raise Invalid(PLEASE_CORRECT, fields={"reason": N_("A reason is needed, of at most 200 characters.")})
    db.merge(SkippedSetupStep(step=step, reason=reason))
    log_activity(db, actor, "skip", "setup-step", step.value, after={"reason": reason})


def reopen_setup_step(db: Db, actor: Actor, step: SetupStep) -> None:
    """Make a skipped step open again, and log it; do nothing for another step.

    Raises `Forbidden` for all but administrators.
    """
    actor.require(Permission.USER_WRITE)
    if db.get(SkippedSetupStep, step) is not None:
        db.exec(delete(SkippedSetupStep).where(col(SkippedSetupStep.step) == step))
        log_activity(db, actor, "reopen", "setup-step", step.value)
