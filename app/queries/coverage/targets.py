"""Targets of a year: as they are kept, as a report uses them, and as the grid shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app.database import Db, lines
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import CoverageTarget
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.activities import ActivityView, list_activities_of
from app.queries.areas import reference
from app.spreadsheets.target_grid import TargetCell

DEFAULT_TARGET = 1
"""Of a kelurahan as a whole, where none is set; groups have none then."""
SUBJECT = "coverage-target"
CHANGES_SHOWN = 20


@dataclass(frozen=True)
class Targets:
    """What is set for a year, by cell."""

    kept: Mapping[TargetCell, int]

    def of(self, kelurahan: str, group: str | None) -> int | None:
        """The kelurahan's own target, else the one for all kelurahan; None where neither is set."""
        return self.kept.get((kelurahan, group), self.kept.get((None, group)))


@dataclass(frozen=True)
class TargetGrid:
    """The year's targets with the rows and columns in which they are shown.

    `newest_change` is the number of the last change, 0 before the first: whoever saves says which one they saw.
    """

    year: int
    targets: Targets
    places: tuple[reference.KelurahanView, ...]
    groups: tuple[reference.TargetGroupView, ...]
    changes: tuple[ActivityView, ...]

    @property
    def newest_change(self) -> int:
        return self.changes[0].id if self.changes else 0

    def is_closed(self, place: reference.KelurahanView) -> bool:
        """Whether a kelurahan ended within the year: what it has still to reach is in no sum of the year's report."""
        return place.valid_to is not None and place.valid_to < _last_day(self.year)

    @property
    def cells(self) -> list[TargetCell]:
        """Every cell, that for all kelurahan first, row by row."""
        kelurahan = (None, *(place.code for place in self.places))
        groups = (None, *(group.code for group in self.groups))
        return [(place, group) for place in kelurahan for group in groups]


def targets_of(db: Db, year: int) -> Targets:
    """What is set for a year; one query."""
    statement = select(
        col(CoverageTarget.kelurahan_code), col(CoverageTarget.target_group_code), col(CoverageTarget.target)
    ).where(col(CoverageTarget.year) == year)
    return Targets({(kelurahan, group): target for kelurahan, group, target in lines(db, statement)})


def target_grid(db: Db, actor: Actor, year: int, language: Language) -> TargetGrid:
    """The grid of a year: its rows are the kelurahan that are valid on some day of it.

    Raises `Forbidden`, and `NotFound` for a year that no report is about.
    """
    actor.require(Permission.TARGET_WRITE)
    require_year(year)
    return TargetGrid(
        year=year,
        targets=targets_of(db, year),
        places=tuple(reference.kelurahan_between(db, date(year, 1, 1), _last_day(year))),
        groups=tuple(reference.target_groups(db, language)),
        changes=tuple(list_activities_of(db, SUBJECT, str(year), limit=CHANGES_SHOWN)),
    )


def _last_day(year: int) -> date:
    return date(year, 12, 31)


def require_year(year: int) -> None:
    """Raises `NotFound` for a year that no report is about."""
    if year not in YEARS:
        raise NotFound(N_("There are no targets of this year."))


def newest_change(db: Db, year: int) -> int:
    """The number of the last change of the year's targets, 0 before the first."""
    return next((line.id for line in list_activities_of(db, SUBJECT, str(year), limit=1)), 0)
