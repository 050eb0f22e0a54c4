"""The public workshops with sessions to come, for the page on which citizens look for one and for its calendar."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import Language, wita
from app.models import Area, Organization, SessionMode, Venue, Workshop, WorkshopSession
from app.models.base import now
from app.queries.areas.reference import KelurahanView, TargetGroupView, list_kelurahan, list_target_groups
from app.queries.registrations.seats import get_seats_by_session
from app.queries.workshops.group_question import GENERAL_PUBLIC
from app.queries.workshops.public_workshops import (
    PublicSession,
    PublicVenue,
    is_public,
    list_audiences,
    public_session,
    public_venue,
    select_session,
)


@dataclass(frozen=True)
class ScheduleFilters:
    """What a citizen looks for; empty fields do not filter.

    `search` are words that a workshop's texts or venues contain, `kelurahan` the code of that of the venue,
    `target_group` a group that may come. `month` is the first day of a month, and `online` chooses sessions that people
    can join from elsewhere, or with False those that have a venue.
    """

    search: str = ""
    kelurahan: str = ""
    target_group: str = ""
    month: date | None = None
    online: bool | None = None


@dataclass(frozen=True)
class ScheduledWorkshop:
    """A public workshop with its sessions to come that match the filters, the earliest first; at least one.

    `audience` are the groups that it is for, () if it is for everyone.
    """

    code: str
    title: str
    organization: str
    audience: tuple[TargetGroupView, ...]
    sessions: tuple[PublicSession, ...]

    @property
    def next_session(self) -> PublicSession:
        """The first session with places, else the first that is open, else the first."""
        return select_session(self.sessions) or self.sessions[0]


@dataclass(frozen=True)
class Schedule:
    """The workshops that match the filters, by their next session, and the choices that find at least one.

    `is_empty` tells whether there is no session at all, whatever the filters.
    """

    workshops: tuple[ScheduledWorkshop, ...]
    months: tuple[date, ...]
    kelurahan: tuple[KelurahanView, ...]
    target_groups: tuple[TargetGroupView, ...]
    is_empty: bool


@dataclass(frozen=True)
class _Line:
    """A session to come with its workshop, before its seats are counted."""

    workshop: Workshop
    organization: str
    workshop_session: WorkshopSession
    venue: PublicVenue | None
    audience: tuple[TargetGroupView, ...]

    @property
    def month(self) -> date:
        return wita(self.workshop_session.starts_at).date().replace(day=1)

    def matches(self, filters: ScheduleFilters) -> bool:
        mode = self.workshop_session.mode
        unwanted = {None: None, True: SessionMode.LURING, False: SessionMode.DARING}[filters.online]
        groups = {group.code for group in self.audience}
        return (
            self._contains(filters.search)
            and filters.kelurahan in {"", self.venue.kelurahan_code if self.venue else None}
            and (not filters.target_group or not groups or filters.target_group in groups)
            and filters.month in {None, self.month}
            and mode is not unwanted
        )

    def _contains(self, search: str) -> bool:
        """Return whether the texts of workshop and venue contain each word, ignoring case."""
        venue = (self.venue.name, self.venue.address, self.venue.kelurahan) if self.venue else ()
        groups = (group.label for group in self.audience)
        workshop = self.workshop
        texts = (workshop.title, workshop.description, workshop.code, self.organization, *venue, *groups)
        text = " ".join(texts).casefold()
        return all(word in text for word in search.casefold().split())


def get_schedule(db: Db, filters: ScheduleFilters, language: Language) -> Schedule:
    """Return the public workshops with sessions that have not begun and are not cancelled; with five queries in all."""
    moment = now()
    lines = _list_lines(db, moment, language)
    matching = [line for line in lines if line.matches(filters)]
    codes = {line.venue.kelurahan_code for line in lines if line.venue}
    groups = {group.code for line in lines for group in line.audience}
    return Schedule(
        workshops=tuple(sorted(_workshops(db, matching, moment), key=_next_start)),
        months=tuple(sorted({line.month for line in lines})),
        kelurahan=tuple(place for place in list_kelurahan(db) if place.code in codes),
        target_groups=tuple(group for group in list_target_groups(db, language) if group.code in groups),
        is_empty=not lines,
    )


def list_workshops_beside(
    db: Db, audience: Collection[TargetGroupView], language: Language
) -> list[ScheduledWorkshop]:
    """Return the workshops that a person may join who belongs to none of the groups of `audience`.

    They are those that take everyone, or have another group; by their next session.
    """
    return [
        workshop
        for workshop in get_schedule(db, ScheduleFilters(), language).workshops
        if not workshop.audience
        or any(group.code == GENERAL_PUBLIC or group not in audience for group in workshop.audience)
    ]


def _list_lines(db: Db, moment: datetime, language: Language) -> list[_Line]:
    """Return all public sessions to come, by workshop, then the earliest first."""
    rows = db.execute(
        select(Workshop, col(Organization.name), WorkshopSession, Venue, col(Area.name))
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .join(WorkshopSession, col(WorkshopSession.workshop_id) == col(Workshop.id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .outerjoin(Area, col(Area.code) == col(Venue.kelurahan_code))
        .where(
            is_public(), col(WorkshopSession.cancelled_at).is_(None), col(WorkshopSession.starts_at) > moment
        )
        .order_by(col(Workshop.id), col(WorkshopSession.starts_at), col(WorkshopSession.id))
    ).all()
    audiences = list_audiences(db, {workshop.id for workshop, *_ in rows}, language)
    return [
        _Line(
            workshop, organization, workshop_session, public_venue(venue, kelurahan), audiences[workshop.id]
        )
        for workshop, organization, workshop_session, venue, kelurahan in rows
    ]


def _workshops(db: Db, lines: list[_Line], moment: datetime) -> Iterator[ScheduledWorkshop]:
    """Yield each workshop of the lines with its sessions and their seats."""
    seats = get_seats_by_session(db, [line.workshop_session for line in lines])
    for _workshop_id, of_workshop in groupby(lines, key=lambda line: line.workshop.id):
        first, *others = of_workshop
        yield ScheduledWorkshop(
            code=first.workshop.code,
            title=first.workshop.title,
            organization=first.organization,
            audience=first.audience,
            sessions=tuple(
                public_session(line.workshop_session, line.venue, seats[line.workshop_session.id], moment)
                for line in (first, *others)
            ),
        )


def _next_start(workshop: ScheduledWorkshop) -> tuple[datetime, str]:
    return workshop.next_session.starts_at, workshop.code
