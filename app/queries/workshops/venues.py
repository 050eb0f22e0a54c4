"""Venues (tempat) as lists and pages show them; they are the city's, so that everyone sees all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, func, tuple_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import Area, Venue, VenueKind, WorkshopSession
from app.queries.areas.reference import KelurahanView, list_kelurahan
from app.spreadsheets.venues import VenueFacts

PAGE_LENGTH = 50

WifiAnswer: TypeAlias = Literal["yes", "no", "unknown"]
WIFI_ANSWERS: Mapping[WifiAnswer, bool | None] = {"yes": True, "no": False, "unknown": None}


@dataclass(frozen=True)
class VenueView:
    """`kelurahan` is a name, empty where nobody said; `sessions` are those held or to be held there."""

    id: int
    name: str
    kind: str
    kelurahan_code: str | None
    kelurahan: str
    public_wifi: bool | None
    sessions: int


@dataclass(frozen=True)
class VenueFilters:
    """`search` is part of a name. What is empty narrows nothing."""

    search: str = ""
    kelurahan: str = ""
    kind: VenueKind | None = None
    wifi: WifiAnswer | None = None


@dataclass(frozen=True)
class VenuePage:
    """One page in name order; `following` is the id after which the next one begins."""

    venues: tuple[VenueView, ...]
    following: int | None


def venue_names(db: Db) -> Sequence[str]:
    """All of them, in alphabetical order."""
    return db.exec(select(Venue.name).order_by(col(Venue.name))).all()


def venues(db: Db, filters: VenueFilters, *, after: int | None = None, limit: int = PAGE_LENGTH) -> VenuePage:
    """The venues that the filters leave."""
    statement = _views().where(*_conditions(filters)).limit(limit + 1)
    if after is not None:
        name_there = select_columns(col(Venue.name)).where(col(Venue.id) == after).scalar_subquery()
        statement = statement.where(tuple_(col(Venue.name), col(Venue.id)) > tuple_(name_there, after))
    found = [_view(*row) for row in db.execute(statement)]
    return VenuePage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def venue(db: Db, venue_id: int) -> VenueView:
    """One of them. Raises `NotFound`."""
    found = db.execute(_views().where(col(Venue.id) == venue_id)).first()
    if found is None:
        raise NotFound(N_("There is no such venue."))
    return _view(*found)


def kelurahan_without_wifi(db: Db) -> list[KelurahanView]:
    """The kelurahan of today in which no venue is known to have free public Wi-Fi, in code order."""
    statement = select(Venue.kelurahan_code).where(col(Venue.public_wifi).is_(True)).distinct()
    covered = set(db.exec(statement))
    return [place for place in list_kelurahan(db) if place.code not in covered]


def known_venues(db: Db) -> list[VenueFacts]:
    """What a list of venues is compared with, the oldest first."""
    return [
        VenueFacts(venue.name, venue.kind.value, venue.kelurahan_code, venue.public_wifi)
        for venue in db.exec(select(Venue).order_by(col(Venue.id)))
    ]


def _conditions(filters: VenueFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if text := filters.search.strip():
        conditions.append(col(Venue.name).icontains(text, autoescape=True))
    if filters.kelurahan:
        conditions.append(col(Venue.kelurahan_code) == filters.kelurahan)
    if filters.kind:
        conditions.append(col(Venue.kind) == filters.kind)
    if filters.wifi:
        conditions.append(col(Venue.public_wifi).is_(WIFI_ANSWERS[filters.wifi]))
    return conditions


def _views() -> Select[Venue, str, int]:
    sessions = (
        select_columns(func.count())
        .select_from(WorkshopSession)
        .where(col(WorkshopSession.venue_id) == col(Venue.id))
        .scalar_subquery()
    )
    return (
        select_columns(Venue, func.coalesce(col(Area.name), ""), sessions)
        .outerjoin(Area, col(Area.code) == col(Venue.kelurahan_code))
        .order_by(col(Venue.name), col(Venue.id))
    )


def _view(venue: Venue, kelurahan_name: str, sessions: int) -> VenueView:
    return VenueView(
        id=venue.id,
        name=venue.name,
        kind=venue.kind.value,
        kelurahan_code=venue.kelurahan_code,
        kelurahan=kelurahan_name,
        public_wifi=venue.public_wifi,
        sessions=sessions,
    )
