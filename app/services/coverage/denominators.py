"""Records what sources say of areas. What was said before stays: a report of an earlier day still uses it."""

from dataclasses import dataclass
from datetime import date

from app.database import Db
from app.errors import Invalid
from app.i18n import N_, wita_today
from app.models import Area, Denominator, Indicator
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.coverage.denominators import denominator_by_id
from app.services.activities import log_activity, snapshot

LONGEST_SOURCE = 300


@dataclass(frozen=True)
class DenominatorInput:
    """`value` are inhabitants, UMKM or RT of the area on the day `as_of`; `source` says who counted them."""

    area_code: str
    indicator: str
    value: int | None
    as_of: date | None
    source: str


def add_denominator(db: Db, actor: Actor, given: DenominatorInput) -> Denominator:
    """A new figure, or the correction of one. Raises `Invalid` with a sentence for each field."""
    actor.require(Permission.TARGET_WRITE)
    line = _checked(db, given)
    db.add(line)
    db.flush()
    log_activity(db, actor, "create", "denominator", line.id, after=snapshot(line))
    return line


def remove_denominator(db: Db, actor: Actor, denominator_id: int) -> None:
    """Takes back what was recorded by mistake; the activity log keeps it. Raises `NotFound`."""
    line = denominator_by_id(db, actor, denominator_id)
    log_activity(db, actor, "delete", "denominator", line.id, before=snapshot(line))
    db.delete(line)


def _checked(db: Db, given: DenominatorInput) -> Denominator:
    fields = {}
    source = " ".join(given.source.split())
    if not given.area_code or db.get(Area, given.area_code) is None:
        fields["area_code"] = N_("Choose an area.")
    if given.indicator not in set(Indicator):
        fields["indicator"] = N_("Choose what was counted.")
    if not given.value:
        fields["value"] = N_("A whole number from 1 on is needed.")
    if given.as_of is None or given.as_of.year not in YEARS or given.as_of > wita_today():
        fields["as_of"] = N_("Choose the day for which the source says it, today at the latest.")
    if not source or len(source) > LONGEST_SOURCE:
        fields["source"] = N_("Name the source, in at most 300 characters.")
    if fields or given.value is None or given.as_of is None:
        raise Invalid(N_("Please correct the marked fields."), fields=fields)
    return Denominator(
        area_code=given.area_code,
        indicator=Indicator(given.indicator),
        value=given.value,
        as_of=given.as_of,
        source=source,
    )
