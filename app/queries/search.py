"""Search everything that has a page: workshops, sessions, places, help and pages. People: `queries.people.search`.

Each function returns at most `limit` results within the actor's scope, by one query.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, or_, select, true
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from app.database import Db
from app.i18n import utc, wita_today
from app.models import Area, AreaAlias, AreaLevel, Organization, Venue, Workshop, WorkshopSession
from app.models.base import YEARS, now
from app.people.values.dates import MONTHS
from app.permissions import Actor, Permission
from app.queries.scope import sessions_within, workshops_within

_DAY = re.compile(r"\b(\d{1,2})[ ./-]+(\d{1,2}|[a-z]{3,9})\b\.?(?:[ ./-]+(\d{4}))?", re.IGNORECASE)


@dataclass(frozen=True)
class SearchText:
    """What was typed: its words, and the days that it names ("5 des", "05-12-2026")."""

    words: Sequence[str]
    days: Sequence[date] = ()


@dataclass(frozen=True)
class WorkshopResult:
    code: str
    title: str
    organization: str


@dataclass(frozen=True)
class SessionResult:
    """`venue` is "" without one."""

    code: str
    workshop_title: str
    starts_at: datetime
    ends_at: datetime
    venue: str


@dataclass(frozen=True)
class VenueResult:
    """`kelurahan` is "" if it is not known."""

    id: int
    name: str
    kelurahan: str


@dataclass(frozen=True)
class KelurahanResult:
    code: str
    name: str
    kecamatan_code: str
    kecamatan: str


def parse_search(text: str) -> SearchText:
    """Return the words of a text, and the days that it names. The words of a day are not among them.

    A day without a year may be of last year, this one or the next. One of a year that sessions can't have is words.
    """
    named = _DAY.search(text)
    days = _days_of(*named.groups()) if named else []
    rest = text[: named.start()] + " " + text[named.end() :] if named and days else text
    return SearchText(rest.split(), days)


def _days_of(day: str, month: str, year: str | None) -> list[date]:
    number = int(month) if month.isdecimal() else MONTHS.get(month.casefold(), 0)
    this_year = wita_today().year
    years = [int(year)] if year else [this_year - 1, this_year, this_year + 1]
    found = []
    for candidate in filter(YEARS.__contains__, years):
        try:
            found.append(date(candidate, number, int(day)))
        except ValueError:  # such as 31 February
            continue
    return found


def search_workshops(db: Db, actor: Actor, text: SearchText, limit: int) -> list[WorkshopResult]:
    """Return workshops by words of their titles and codes, the newest first; none if a day is named."""
    if text.days or not text.words:
        return []
    statement = (
        select(col(Workshop.code), col(Workshop.title), col(Organization.name))
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .where(
            workshops_within(actor, Permission.WORKSHOP_READ),
            _has_words(text.words, col(Workshop.title), col(Workshop.code)),
        )
        .order_by(col(Workshop.archived_at).is_not(None), col(Workshop.id).desc())
        .limit(limit)
    )
    return [WorkshopResult(*row) for row in db.execute(statement)]


def search_sessions(db: Db, actor: Actor, text: SearchText, limit: int) -> list[SessionResult]:
    """Return sessions by their day, and by words of code, workshop and venue.

    First those that are not over, the earliest first; then the others, the latest first.
    """
    if not text.days and not text.words:
        return []
    starts, is_coming = col(WorkshopSession.starts_at), col(WorkshopSession.ends_at) >= now()
    columns = (col(WorkshopSession.code), col(Workshop.title), col(Venue.name))
    statement = (
        select(
            col(WorkshopSession.code),
            col(Workshop.title),
            starts,
            col(WorkshopSession.ends_at),
            col(Venue.name),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(sessions_within(actor, Permission.WORKSHOP_READ), _has_words(text.words, *columns))
        .order_by(is_coming.desc(), case((is_coming, starts)), starts.desc())
        .limit(limit)
    )
    if text.days:
        statement = statement.where(or_(*(_is_on(day) for day in text.days)))
    return [
        SessionResult(code, title, starts_at, ends_at, venue or "")
        for code, title, starts_at, ends_at, venue in db.execute(statement)
    ]


def search_venues(db: Db, text: SearchText, limit: int) -> list[VenueResult]:
    """Return venues by words of their names and of their kelurahan's, which every user may see."""
    if text.days or not text.words:
        return []
    statement = (
        select(col(Venue.id), col(Venue.name), col(Area.name))
        .outerjoin(Area, col(Area.code) == col(Venue.kelurahan_code))
        .where(_has_words(text.words, col(Venue.name), col(Area.name)))
        .order_by(col(Venue.name))
        .limit(limit)
    )
    return [VenueResult(id_, name, kelurahan or "") for id_, name, kelurahan in db.execute(statement)]


def search_kelurahan(db: Db, text: SearchText, limit: int) -> list[KelurahanResult]:
    """Return the kelurahan of today whose name, kecamatan or another way of writing it has all the words."""
    if text.days or not text.words:
        return []
    kecamatan, today = aliased(Area), wita_today()
    alias = select(col(AreaAlias.area_code)).where(_has_words(text.words, col(AreaAlias.alias)))
    statement = (
        select(col(Area.code), col(Area.name), col(kecamatan.code), col(kecamatan.name))
        .join(kecamatan, col(kecamatan.code) == col(Area.parent_code))
        .where(
            col(Area.level) == AreaLevel.KELURAHAN,
            col(Area.valid_from) <= today,
            or_(col(Area.valid_to).is_(None), col(Area.valid_to) >= today),
            or_(_has_words(text.words, col(Area.name), col(kecamatan.name)), col(Area.code).in_(alias)),
        )
        .order_by(_has_words(text.words, col(Area.name)).desc(), col(kecamatan.name), col(Area.name))
        .limit(limit)
    )
    return [KelurahanResult(*row) for row in db.execute(statement)]


def _has_words(words: Collection[str], *columns: Mapped[str] | Mapped[str | None]) -> ColumnElement[bool]:
    """Return the condition that each word is part of one of the columns, ignoring case; true without words."""
    return and_(
        true(), *(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words)
    )


def _is_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a session starts on this WITA day."""
    begins = utc(datetime.combine(day, time.min))
    return (col(WorkshopSession.starts_at) >= begins) & (
        col(WorkshopSession.starts_at) < begins + timedelta(days=1)
    )
