"""The filters of the coverage report: their names, and the default period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import case, func, select
from sqlmodel import col

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_, Language, wita
from app.models import Area, AreaLevel, Organization, Workshop, WorkshopSession
from app.models.base import YEARS, now
from app.queries.areas import reference
from app.reports.coverage.breakdowns import Pillar
from app.reports.coverage.report import Filters, TargetGroup
from app.reports.periods import Period


@dataclass(frozen=True)
class CoverageFilters:
    """The filters of a report by code or id; None is "all". `resolve_period` fills in a missing period."""

    from_: date | None = None
    to: date | None = None
    workshop: str | None = None
    group: str | None = None
    sex: Literal["L", "P"] | None = None
    kecamatan: str | None = None
    pillar: Pillar | None = None
    organization: int | None = None


def load_filter_names(db: Db, filters: CoverageFilters, groups: Iterable[TargetGroup]) -> Filters:
    """Return the filters with the names of what they select; `groups` are all target groups.

    Raises `NotFound` for an unknown workshop, group, kecamatan or organization.
    """
    labels = {group.code: group.label for group in groups}
    if filters.group and filters.group not in labels:
        raise NotFound(N_("There is no target group %(group)s."), group=filters.group)
    return Filters(
        workshop=filters.workshop,
        workshop_title=_workshop_title(db, filters.workshop) if filters.workshop else None,
        group=filters.group,
        group_label=labels.get(filters.group or ""),
        sex=filters.sex,
        kecamatan=filters.kecamatan,
        kecamatan_name=_kecamatan_name(db, filters.kecamatan) if filters.kecamatan else None,
        pillar=filters.pillar,
        organization=filters.organization,
        organization_name=_organization_name(db, filters.organization)
        if filters.organization is not None
        else None,
    )


def list_target_groups(db: Db, language: Language) -> tuple[TargetGroup, ...]:
    """Return all target groups in the order of reports, with their labels in the language."""
    return tuple(
        TargetGroup(code=group.code, label=group.label)
        for group in reference.list_target_groups(db, language)
    )


def list_organizers(db: Db) -> list[tuple[int, str]]:
    """Return id and name of the organizations that have workshops, by name."""
    with_workshops = select(col(Workshop.organization_id))
    statement = (
        select(col(Organization.id), col(Organization.name))
        .where(col(Organization.id).in_(with_workshops))
        .order_by(col(Organization.name))
    )
    return [(organization_id, name) for organization_id, name in db.execute(statement)]


def _workshop_title(db: Db, code: str) -> str:
    """Return the title of a workshop. Raises `NotFound`."""
    title = db.scalars(select(col(Workshop.title)).where(col(Workshop.code) == code)).first()
    if title is None:
        raise NotFound(N_("There is no workshop %(workshop)s."), workshop=code)
    return title


def _kecamatan_name(db: Db, code: str) -> str:
    """Return the name of a kecamatan. Raises `NotFound`, also for the code of another area."""
    area = db.get(Area, code)
    if area is None or area.level is not AreaLevel.KECAMATAN:
        raise NotFound(N_("There is no kecamatan %(kecamatan)s."), kecamatan=code)
    return area.name


def _organization_name(db: Db, organization_id: int) -> str:
    """Return the name of an organization. Raises `NotFound`."""
    organization = db.get(Organization, organization_id)
    if organization is None:
        raise NotFound(N_("There is no such organization."))
    return organization.name


def resolve_period(db: Db, filters: CoverageFilters) -> Period:
    """Return the period of a report.

    A missing beginning or end is the first or last day of the other one's year. Without both it is the whole year of
    the latest session that has begun, else of the first session to come, else this year. Raises `Invalid` for a period
    that ends before it begins, or lies outside the years 2000 to 2100.
    """
    year = (filters.from_ or filters.to or _latest_session_day(db, filters.workshop)).year
    period = Period(from_=filters.from_ or date(year, 1, 1), to=filters.to or date(year, 12, 31))
    if period.from_ > period.to:
        text = N_("The period ends before it begins.")
        raise Invalid(text, fields={"to": text})
    if period.from_.year not in YEARS or period.to.year not in YEARS:
        text = N_("The period must lie in the years 2000 to 2100.")
        raise Invalid(text, fields={"from": text})
    return period


def _latest_session_day(db: Db, workshop: str | None) -> date:
    """Return the WITA day of the latest session that has begun, else of the first to come, else today.

    Only sessions that are not cancelled, and of the workshop with this code if one is given.
    """
    starts_at = col(WorkshopSession.starts_at)
    statement = select(func.max(case((starts_at <= now(), starts_at))), func.min(starts_at)).where(
        col(WorkshopSession.cancelled_at).is_(None)
    )
    if workshop:
        statement = statement.join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id)).where(
            col(Workshop.code) == workshop
        )
    latest, first = db.execute(statement).one()
    return wita(latest or first or now()).date()
