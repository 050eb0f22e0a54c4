"""The filters of the coverage report that users have saved."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import ReportFrequency, SavedFilter
from app.permissions import Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.reports.periods import Period


@dataclass(frozen=True)
class SavedFilterView:
    """A saved filter of a user. `query_string` is that of the coverage page, "" for the report without filters."""

    id: int
    name: str
    query_string: str
    frequency: ReportFrequency | None


def list_saved_filters(db: Db, actor: Actor) -> list[SavedFilterView]:
    """Return the actor's own saved filters, by name. Raises `Forbidden` without `COVERAGE_READ`."""
    actor.require(Permission.COVERAGE_READ)
    statement = select(SavedFilter).where(col(SavedFilter.user_id) == actor.user_id)
    return [
        SavedFilterView(saved.id, saved.name, build_query_string(saved.parameters), saved.frequency)
        for saved in db.scalars(statement.order_by(col(SavedFilter.name)))
    ]


def get_saved_filter(db: Db, actor: Actor, filter_id: int) -> SavedFilter:
    """Return the row of one of the actor's own saved filters. Raises `NotFound` for any other id."""
    actor.require(Permission.COVERAGE_READ)
    saved = db.get(SavedFilter, filter_id)
    if saved is None or saved.user_id != actor.user_id:
        raise NotFound(N_("There is no such saved filter."))
    return saved


def build_query_string(parameters: Mapping[str, Any], period: Period | None = None) -> str:
    """Return the query string of the coverage page, with another `period` if one is given."""
    days = {"from": period.from_, "to": period.to} if period else {}
    query = urlencode({**parameters, **days})
    return f"?{query}" if query else ""


def filters_for(parameters: Mapping[str, Any], period: Period) -> CoverageFilters:
    """Return the filters of saved parameters for a period, instead of the days that were saved."""
    names = {field.name for field in fields(CoverageFilters)} - {"from_", "to"}
    saved = {name: value for name, value in parameters.items() if name in names}
    return CoverageFilters(from_=period.from_, to=period.to, **saved)
