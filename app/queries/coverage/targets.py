"""The targets of a year: as a report uses them, and as the grid shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import CoverageTarget
from app.models.base import YEARS
from app.permissions import Actor, Permission
from app.queries.activities import ActivityView, list_activities_of
from app.queries.areas import reference
from app.spreadsheets.target_grid import TargetCell

ACTIVITY_SUBJECT = "coverage-target"
MAX_CHANGES_SHOWN = 20


@dataclass(frozen=True)
class Targets:
    """The saved targets of a year by cell."""

    saved: Mapping[TargetCell, int]

    def get(self, kelurahan: str, group: str | None) -> int | None:
        """Return the target of a kelurahan, or with `group` of that group there: its own, else that of all kelurahan.

        None if neither is saved.
        """
        return self.saved.get((kelurahan, group), self.saved.get((None, group)))


@dataclass(frozen=True)
class TargetGrid:
    """The targets of a year with the rows and columns of the grid, and its latest changes."""

    year: int
    targets: Targets
    kelurahan: tuple[reference.KelurahanView, ...]
    groups: tuple[reference.TargetGroupView, ...]
    changes: tuple[ActivityView, ...]

    @property
    def newest_change(self) -> int:
        """The id of the latest change, 0 if there is none; a form sends it back to detect changes by others."""
        return self.changes[0].id if self.changes else 0

    def is_closed(self, kelurahan: reference.KelurahanView) -> bool:
        """Return whether a kelurahan was closed within the year; it is left out of the year's sums then."""
        return kelurahan.valid_to is not None and kelurahan.valid_to < _last_day(self.year)

    @property
    def cells(self) -> list[TargetCell]:
        """All cells row by row, as (kelurahan, group).

        The first row is for all kelurahan (None), the first column for kelurahan as a whole (None).
        """
        rows = (None, *(kelurahan.code for kelurahan in self.kelurahan))
        columns = (None, *(group.code for group in self.groups))
        return [(kelurahan, group) for kelurahan in rows for group in columns]


def load_targets(db: Db, year: int) -> Targets:
    """Return the saved targets of a year, in one query."""
    statement = select(
        col(CoverageTarget.kelurahan_code), col(CoverageTarget.target_group_code), col(CoverageTarget.target)
    ).where(col(CoverageTarget.year) == year)
    return Targets({(kelurahan, group): target for kelurahan, group, target in db.execute(statement)})


def load_target_grid(db: Db, actor: Actor, year: int, language: Language) -> TargetGrid:
    """Return the grid of a year, with the latest 20 changes; its rows are the kelurahan that exist on any day of it.

    Raises `Forbidden` if the actor's role may not set targets, and `NotFound` for a year outside 2000 to 2100.
    """
    actor.require(Permission.TARGET_WRITE)
    require_year(year)
    return TargetGrid(
        year=year,
        targets=load_targets(db, year),
        kelurahan=tuple(reference.list_kelurahan_between(db, date(year, 1, 1), _last_day(year))),
        groups=tuple(reference.list_target_groups(db, language)),
        changes=tuple(list_activities_of(db, ACTIVITY_SUBJECT, str(year), limit=MAX_CHANGES_SHOWN)),
    )


def _last_day(year: int) -> date:
    return date(year, 12, 31)


def require_year(year: int) -> None:
    """Raise `NotFound` for a year outside 2000 to 2100."""
    if year not in YEARS:
        raise NotFound(N_("There are no targets of this year."))


def newest_change(db: Db, year: int) -> int:
    """Return the id of the latest change of the year's targets in the activity log, 0 if there is none."""
    return next((activity.id for activity in list_activities_of(db, ACTIVITY_SUBJECT, str(year), limit=1)), 0)


def target_exists(year: int) -> ColumnElement[bool]:
    """Return the condition that any target of the year is saved."""
    return select(col(CoverageTarget.id)).where(col(CoverageTarget.year) == year).exists()
