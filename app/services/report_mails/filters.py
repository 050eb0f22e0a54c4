"""Save filters of the coverage report under a name, and subscribe to their report."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict, Forbidden, Invalid
from app.i18n import N_
from app.models import ReportFrequency, SavedFilter
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.report_mails.filters import get_saved_filter
from app.services.activities import log_activity

MAX_FILTERS = 30
MAX_NAME_LENGTH = 80


def save_filter(db: Db, actor: Actor, name: str, parameters: Mapping[str, Any]) -> SavedFilter:
    """Save the parameters of the coverage page under a name, and log it.

    Raises `Forbidden` without `COVERAGE_READ`, `Invalid` for a missing, too long or taken name, and `Conflict`
    ("too-many-filters") beyond `MAX_FILTERS`.
    """
    actor.require(Permission.COVERAGE_READ)
    if actor.user_id is None:
        raise Forbidden(N_("Only users can save filters."))
    name = _require_free(db, actor, name)
    saved = SavedFilter(user_id=actor.user_id, name=name, parameters=dict(parameters))
    count = select(func.count()).select_from(SavedFilter).where(col(SavedFilter.user_id) == actor.user_id)
    if (db.scalar(count) or 0) >= MAX_FILTERS:
        raise Conflict(
            N_("You have %(count)s saved filters. Delete one first."),
            code="too-many-filters",
            count=MAX_FILTERS,
        )
    db.add(saved)
    db.flush()
    log_activity(
        db, actor, "create", "saved-filter", saved.id, after={"name": saved.name, **saved.parameters}
    )
    return saved


def rename_filter(db: Db, actor: Actor, filter_id: int, name: str) -> None:
    """Rename one of the actor's own filters, and log it. Raises `NotFound`, and `Invalid` as `save_filter` does."""
    saved = get_saved_filter(db, actor, filter_id)
    before = saved.name
    saved.name = _require_free(db, actor, name, besides=filter_id)
    log_activity(
        db, actor, "change", "saved-filter", filter_id, before={"name": before}, after={"name": saved.name}
    )


def subscribe(db: Db, actor: Actor, filter_id: int, frequency: ReportFrequency | None) -> None:
    """Let the actor get the report of one of their own filters every week or month, or no more with None; log it.

    Raises `NotFound` for the filter of another user.
    """
    saved = get_saved_filter(db, actor, filter_id)
    if saved.frequency is frequency:
        return
    before, saved.frequency = saved.frequency, frequency
    saved.subscribed_at = now() if frequency else None
    log_activity(
        db,
        actor,
        "change",
        "saved-filter",
        filter_id,
        before={"frequency": before},
        after={"frequency": frequency},
    )


def delete_filter(db: Db, actor: Actor, filter_id: int) -> None:
    """Delete one of the actor's own filters with its subscription, and log it. Raises `NotFound`."""
    saved = get_saved_filter(db, actor, filter_id)
    log_activity(db, actor, "delete", "saved-filter", filter_id, before={"name": saved.name})
    db.delete(saved)


def _require_free(db: Db, actor: Actor, name: str, besides: int | None = None) -> str:
    """Return the name without spaces around it. Raises `Invalid` if it can't be used by the actor."""
    name = " ".join(name.split())
    error = ""
    if not name:
        error = N_("Give the filter a name.")
    elif len(name) > MAX_NAME_LENGTH:
        error = N_("At most 80 characters.")
    else:
        taken = select(col(SavedFilter.id)).where(
            col(SavedFilter.user_id) == actor.user_id, col(SavedFilter.name) == name
        )
        if db.scalar(taken) not in {None, besides}:
            error = N_("You have a filter with this name already.")
    if error:
        raise Invalid(error, fields={"name": error})
    return name
