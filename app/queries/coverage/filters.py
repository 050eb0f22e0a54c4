"""The filters of the coverage report: what they are called, and the period where none was chosen."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import case, func, select
from sqlmodel import col

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_, Language, wita
from app.models import Area, AreaLevel, Organization, Workshop, WorkshopSession
from app.models.base import YEARS, now
from app.queries.areas import reference
from app.queries.coverage.counts import CoverageFilters
from app.reports.coverage.report import Filters, TargetGroup
from app.reports.periods import Period


def named_filters(db: Db, filters: CoverageFilters, groups: Iterable[TargetGroup]) -> Filters:
    """The filters with the names of what they narrow to. Raises `NotFound` for what there isn't."""
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


def target_groups_of_report(db: Db, language: Language) -> tuple[TargetGroup, ...]:
    """All groups, named in the reader's language."""
    return tuple(
        TargetGroup(code=one.code, label=one.label) for one in reference.list_target_groups(db, language)
    )


def organizers(db: Db) -> list[tuple[int, str]]:
    """Number and name of the organizations that have workshops, in name order."""
    with_workshops = select(col(Workshop.organization_id))
    statement = select(col(Organization.id), col(Organization.name)).where(
        col(Organization.id).in_(with_workshops)
    )
    return [(number, name) for number, name in db.execute(statement.order_by(col(Organization.name)))]


def _workshop_title(db: Db, code: str) -> str:
    title = db.scalars(select(col(Workshop.title)).where(col(Workshop.code) == code)).first()
    if title is None:
        raise NotFound(N_("There is no workshop %(workshop)s."), workshop=code)
    return title


def _kecamatan_name(db: Db, code: str) -> str:
    area = db.get(Area, code)
    if area is None or area.level is not AreaLevel.KECAMATAN:
        raise NotFound(N_("There is no kecamatan %(kecamatan)s."), kecamatan=code)
    return area.name


def _organization_name(db: Db, number: int) -> str:
    organization = db.get(Organization, number)
    if organization is None:
        raise NotFound(N_("There is no such organization."))
    return organization.name


def period_of(db: Db, filters: CoverageFilters) -> Period:
    """The period asked for. A missing end is that of the other end's year, or of the latest with a session."""
    year = (filters.from_ or filters.to or _latest_day(db, filters.workshop)).year
    period = Period(from_=filters.from_ or date(year, 1, 1), to=filters.to or date(year, 12, 31))
    if period.from_ > period.to:
        text = N_("The period ends before it begins.")
        raise Invalid(text, fields={"to": text})
    if period.from_.year not in YEARS or period.to.year not in YEARS:
        text = N_("The period must lie in the years 2000 to 2100.")
        raise Invalid(text, fields={"from": text})
    return period


def _latest_day(db: Db, workshop: str | None) -> date:
    """The WITA day on which the latest session started; while none has, that of the first to come, else today."""
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
