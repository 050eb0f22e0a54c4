"""The boundaries of the kelurahan, for maps and for the page on which administrators look after them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, select

from app.database import Db
from app.geography.boundaries import Boundaries
from app.geography.checking import Place
from app.geography.findings import Finding
from app.i18n import wita_today
from app.models import Area, AreaLevel, BoundarySet, BoundaryStage, User
from app.permissions import Actor, Permission
from app.reports.coverage.report import CoverageReport


@dataclass(frozen=True)
class BoundarySetView:
    """Boundaries as administrators see them. `missing` names open kelurahan that they lack, such as newer ones."""

    boundaries: Boundaries
    remarks: tuple[Finding, ...]
    checksum: str
    uploaded_at: datetime
    uploaded_by: str
    missing: tuple[str, ...]


def find_boundaries(db: Db) -> Boundaries | None:
    """Return the boundaries that maps show; None if there are none."""
    return _to_boundaries(db.get(BoundarySet, BoundaryStage.SHOWN))


def add_boundaries(db: Db, report: CoverageReport) -> CoverageReport:
    """Return the report with the boundaries that maps show now, unless it has its own: an issued one may have none."""
    return report if report.boundaries else replace(report, boundaries=find_boundaries(db))


def find_boundary_set(db: Db, actor: Actor, stage: BoundaryStage) -> BoundarySetView | None:
    """Return the boundaries of a stage, None if there are none. Raises `Forbidden` for all but administrators."""
    actor.require(Permission.USER_WRITE)
    boundary_set = db.get(BoundarySet, stage)
    boundaries = _to_boundaries(boundary_set)
    if boundary_set is None or boundaries is None:
        return None
    user = db.get(User, boundary_set.uploaded_by) if boundary_set.uploaded_by else None
    return BoundarySetView(
        boundaries=boundaries,
        remarks=tuple(Finding(remark["code"], remark["params"]) for remark in boundary_set.remarks),
        checksum=boundary_set.checksum,
        uploaded_at=boundary_set.uploaded_at,
        uploaded_by=user.name if user else "",
        missing=tuple(place.name for place in list_places(db) if place.code not in boundaries.shapes),
    )


def list_places(db: Db) -> list[Place]:
    """Return every kelurahan that is valid today, by code, with the point where it is known to be."""
    today = wita_today()
    kelurahan = select(Area).where(
        col(Area.level) == AreaLevel.KELURAHAN,
        col(Area.valid_from) <= today,
        (col(Area.valid_to).is_(None)) | (col(Area.valid_to) >= today),
    )
    return _to_places(db.exec(kelurahan.order_by(Area.code)))


def _to_places(areas: Iterable[Area]) -> list[Place]:
    return [Place(area.code, area.name, area.longitude, area.latitude) for area in areas]


def _to_boundaries(boundary_set: BoundarySet | None) -> Boundaries | None:
    if boundary_set is None:
        return None
    return Boundaries(geojson=boundary_set.geojson, source=boundary_set.source, as_of=boundary_set.as_of)
