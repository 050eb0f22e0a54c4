"""Venues (tempat) as lists and pages show them. Every user sees all of them, whichever organization owns them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, func, tuple_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import Area, Organization, Venue, VenueKind, WorkshopSession
from app.permissions import Actor, Permission, Scope
from app.queries.areas.reference import KelurahanView, list_kelurahan
from app.spreadsheets.venues import VenueFacts

PAGE_LENGTH = 50

WifiAnswer: TypeAlias = Literal["yes", "no", "unknown"]
WIFI_ANSWERS: Mapping[WifiAnswer, bool | None] = {"yes": True, "no": False, "unknown": None}


@dataclass(frozen=True)
class VenueView:
    """A venue. `kelurahan` is a name, or "" if it is not known; `sessions` is the number of sessions at this venue.
    `address` is street and number, "" if it is not known.

    `owner` is the name of the organization that it belongs to, "" for none.
    """

    id: int
    name: str
    kind: str
    kelurahan_code: str | None
    kelurahan: str
    address: str
    public_wifi: bool | None
    organization_id: int | None
    owner: str
    sessions: int


@dataclass(frozen=True)
class VenueFilters:
    """Filters for venues: part of a name (ignoring case), kelurahan code, kind, Wi-Fi. Empty fields do not filter."""

    search: str = ""
    kelurahan: str = ""
    kind: VenueKind | None = None
    wifi: WifiAnswer | None = None


@dataclass(frozen=True)
class VenuePage:
    """A page of venues in the order of names. `following` is the `after` of the next page, None on the last."""

    venues: tuple[VenueView, ...]
    following: int | None


def list_venue_names(db: Db) -> Sequence[str]:
    """Return the names of all venues in alphabetical order."""
    return db.exec(select(Venue.name).order_by(col(Venue.name))).all()


def list_venues(
    db: Db, filters: VenueFilters, *, after: int | None = None, limit: int = PAGE_LENGTH
) -> VenuePage:
    """Return a page of at most `limit` venues that match the filters, by name.

    It begins after the venue with the id `after`, and is empty if that venue no longer exists.
    """
    statement = _select_views().where(*_conditions(filters)).limit(limit + 1)
    if after is not None:
        name_of_last = select_columns(col(Venue.name)).where(col(Venue.id) == after).scalar_subquery()
        statement = statement.where(tuple_(col(Venue.name), col(Venue.id)) > tuple_(name_of_last, after))
    views = [_to_view(*row) for row in db.execute(statement)]
    return VenuePage(tuple(views[:limit]), views[limit - 1].id if len(views) > limit else None)


def get_venue_view(db: Db, venue_id: int) -> VenueView:
    """Return a venue by its id as pages show it. Raises `NotFound`."""
    row = db.execute(_select_views().where(col(Venue.id) == venue_id)).first()
    if row is None:
        raise NotFound(N_("There is no such venue."))
    return _to_view(*row)


def list_kelurahan_without_wifi(db: Db) -> list[KelurahanView]:
    """Return the current kelurahan in which no venue is known to have free public Wi-Fi, in the order of codes."""
    statement = select(Venue.kelurahan_code).where(col(Venue.public_wifi).is_(True)).distinct()
    covered = set(db.exec(statement))
    return [place for place in list_kelurahan(db) if place.code not in covered]


def list_venue_facts(db: Db, actor: Actor) -> list[VenueFacts]:
    """Return all venues, the oldest first, for comparison with a list that the actor has uploaded."""
    statement = (
        select_columns(Venue, func.coalesce(col(Organization.name), ""))
        .outerjoin(Organization, col(Organization.id) == col(Venue.organization_id))
        .order_by(col(Venue.id))
    )
    return [
        VenueFacts(
            venue.name,
            venue.kind.value,
            venue.kelurahan_code,
            venue.public_wifi,
            owner,
            is_locked=not can_change_venue(actor, venue),
        )
        for venue, owner in db.execute(statement)
    ]


def can_change_venue(actor: Actor, venue: Venue | VenueView) -> bool:
    """Return whether the actor may change and delete this venue: it is their organization's, or they may change all."""
    match actor.scope(Permission.VENUE_WRITE):
        case Scope.ALL:
            return True
        case Scope.OWN:
            return venue.organization_id is not None and venue.organization_id == actor.organization_id
        case _:
            return False


def _conditions(filters: VenueFilters) -> list[ColumnElement[bool]]:
    """Return the conditions on `Venue` for these filters, none for empty filters."""
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


def _select_views() -> Select[Venue, str, str, int]:
    """Return the statement whose rows are the arguments of `_to_view`, for all venues by name."""
    sessions = (
        select_columns(func.count())
        .select_from(WorkshopSession)
        .where(col(WorkshopSession.venue_id) == col(Venue.id))
        .scalar_subquery()
    )
    return (
        select_columns(
            Venue, func.coalesce(col(Area.name), ""), func.coalesce(col(Organization.name), ""), sessions
        )
        .outerjoin(Organization, col(Organization.id) == col(Venue.organization_id))
        .outerjoin(Area, col(Area.code) == col(Venue.kelurahan_code))
        .order_by(col(Venue.name), col(Venue.id))
    )


def _to_view(venue: Venue, kelurahan_name: str, owner: str, sessions: int) -> VenueView:
    return VenueView(
        id=venue.id,
        name=venue.name,
        kind=venue.kind.value,
        kelurahan_code=venue.kelurahan_code,
        kelurahan=kelurahan_name,
        address=venue.address,
        public_wifi=venue.public_wifi,
        organization_id=venue.organization_id,
        owner=owner,
        sessions=sessions,
    )
