"""Adds and removes denominators. A newer one doesn't replace an older one: reports on earlier days still use that."""

from dataclasses import dataclass
from datetime import date

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_, wita_today
from app.models import Area, Denominator, Indicator
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.coverage.denominators import load_denominator
from app.services.activities import log_activity, snapshot

MAX_SOURCE_LENGTH = 300


@dataclass(frozen=True)
class DenominatorInput:
    """`value` inhabitants, UMKM or RT of an area on the day `as_of`, according to `source`."""

    area_code: str
    indicator: str
    value: int | None
    as_of: date | None
    source: str


def add_denominator(db: Db, actor: Actor, data: DenominatorInput) -> Denominator:
    """Add a denominator and log it.

    Raises `Forbidden` without `TARGET_WRITE`, and `Invalid` with a sentence for each wrong field.
    """
    actor.require(Permission.TARGET_WRITE)
    denominator = _validate(db, data)
    db.add(denominator)
    db.flush()
    log_activity(db, actor, "create", "denominator", denominator.id, after=snapshot(denominator))
    return denominator


def remove_denominator(db: Db, actor: Actor, denominator_id: int) -> None:
    """Delete a denominator that was added by mistake; the activity log keeps its values.

    Raises `Forbidden` without `TARGET_WRITE`, and `NotFound`.
    """
    actor.require(Permission.TARGET_WRITE)
    denominator = load_denominator(db, denominator_id)
    log_activity(db, actor, "delete", "denominator", denominator.id, before=snapshot(denominator))
    db.delete(denominator)


def _validate(db: Db, data: DenominatorInput) -> Denominator:
    """Return the denominator, not added to `db` yet. Raises `Invalid` with a sentence for each wrong field.

    The area must exist, the value be at least 1, and the day neither in the future nor before 2000.
    """
    fields = {}
    source = " ".join(data.source.split())
    if not data.area_code or db.get(Area, data.area_code) is None:
        fields["area_code"] = N_("Choose an area.")
    if data.indicator not in set(Indicator):
        fields["indicator"] = N_("Choose what was counted.")
    if not data.value:
        fields["value"] = N_("A whole number from 1 on is needed.")
    if data.as_of is None or data.as_of.year not in YEARS or data.as_of > wita_today():
        fields["as_of"] = N_("Choose the day for which the source says it, today at the latest.")
    if not source or len(source) > MAX_SOURCE_LENGTH:
        fields["source"] = N_("Name the source, in at most 300 characters.")
    if fields or data.value is None or data.as_of is None:
        raise Invalid(PLEASE_CORRECT, fields=fields)
    return Denominator(
        area_code=data.area_code,
        indicator=Indicator(data.indicator),
        value=data.value,
        as_of=data.as_of,
        source=source,
    )
