"""The places of a session: its caps, how far they are used, and which of them keep somebody waiting."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from app.database import Db
from app.models import Registration, RegistrationStatus, SessionGroupPlaces, WorkshopSession


@dataclass(frozen=True)
class Cap:
    """One limit and how many of its places are taken. `code` is the kelurahan's or the group's, None the session's."""

    kind: Literal["session", "kelurahan", "group"]
    code: str | None
    places: int
    taken: int

    @property
    def left(self) -> int:
        return max(0, self.places - self.taken)

    @property
    def over(self) -> int:
        """How many have a place beyond the limit: it was lowered, or somebody overruled it."""
        return max(0, self.taken - self.places)


class Places:
    """The caps of one session. A confirmed registration uses a place of each cap that it falls under.

    Walk-ins use none, and people from outside the city (kelurahan None) fall under no kelurahan's cap.
    """

    def __init__(
        self,
        capacity: int | None,
        per_kelurahan: int | None,
        of_group: Mapping[str, int],
        taken: Mapping[tuple[str | None, str], int],
    ) -> None:
        self.capacity = capacity
        self.per_kelurahan = per_kelurahan
        self.of_group = of_group
        self.taken = 0
        self.taken_by_kelurahan: Counter[str | None] = Counter()
        self.taken_by_group: Counter[str] = Counter()
        for (kelurahan, group), count in taken.items():
            self.take(kelurahan, group, count)

    def take(self, kelurahan: str | None, group: str, count: int = 1) -> None:
        self.taken += count
        self.taken_by_kelurahan[kelurahan] += count
        self.taken_by_group[group] += count

    def caps(self, kelurahan: str | None, group: str) -> Iterable[Cap]:
        """The caps under which somebody of this kelurahan and group falls."""
        if self.capacity is not None:
            yield self.session_cap(self.capacity)
        if self.per_kelurahan is not None and kelurahan is not None:
            yield self.kelurahan_cap(kelurahan, self.per_kelurahan)
        if group in self.of_group:
            yield self.group_cap(group)

    def full(self, kelurahan: str | None, group: str) -> tuple[Cap, ...]:
        """The caps that have no place left for somebody of this kelurahan and group; none where they can come."""
        return tuple(cap for cap in self.caps(kelurahan, group) if cap.left == 0)

    def all_caps(self) -> Iterable[Cap]:
        """Every cap line by line: the session's, each group's, and those of kelurahan from which somebody comes."""
        if self.capacity is not None:
            yield self.session_cap(self.capacity)
        yield from map(self.group_cap, self.of_group)
        if self.per_kelurahan is not None:
            for kelurahan in sorted(code for code in self.taken_by_kelurahan if code):
                yield self.kelurahan_cap(kelurahan, self.per_kelurahan)

    def session_cap(self, capacity: int) -> Cap:
        return Cap("session", None, capacity, self.taken)

    def kelurahan_cap(self, kelurahan: str, places: int) -> Cap:
        return Cap("kelurahan", kelurahan, places, self.taken_by_kelurahan[kelurahan])

    def group_cap(self, group: str) -> Cap:
        return Cap("group", group, self.of_group[group], self.taken_by_group[group])


# Put together once: whoever registers asks them while others wait.
_GROUP_PLACES = (
    select(
        col(SessionGroupPlaces.workshop_session_id),
        col(SessionGroupPlaces.target_group_code),
        col(SessionGroupPlaces.places),
    )
    .where(col(SessionGroupPlaces.workshop_session_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(SessionGroupPlaces.target_group_code))
)
_PLACE = (
    col(Registration.workshop_session_id),
    col(Registration.kelurahan_code),
    col(Registration.target_group_code),
)
_COUNTED = (
    select(*_PLACE, func.count())
    .where(
        col(Registration.workshop_session_id).in_(bindparam("ids", expanding=True)),
        col(Registration.status) == bindparam("status"),
    )
    .group_by(*_PLACE)
)


def places_of(db: Db, workshop_session: WorkshopSession) -> Places:
    """The session's caps as they are used now. Whoever gives out places holds the session's row meanwhile."""
    return places_by_session(db, [workshop_session])[workshop_session.id]


def places_by_session(db: Db, workshop_sessions: Collection[WorkshopSession]) -> dict[int, Places]:
    """The caps of several sessions, by their ids; two queries, however many."""
    ids = [held.id for held in workshop_sessions]
    caps = group_places_by_session(db, ids)
    taken = _counted(db, ids, RegistrationStatus.CONFIRMED)
    return {
        held.id: Places(held.capacity, held.places_per_kelurahan, caps[held.id], taken[held.id])
        for held in workshop_sessions
    }


def waiting_by_cap(db: Db, workshop_session: WorkshopSession, places: Places) -> Counter[Cap]:
    """How many people each cap of the session keeps waiting; somebody may wait for several."""
    waiting: Counter[Cap] = Counter()
    for (kelurahan, group), count in _counted(db, [workshop_session.id], RegistrationStatus.WAITLISTED)[
        workshop_session.id
    ].items():
        for cap in places.full(kelurahan, group):
            waiting[cap] += count
    return waiting


def group_places(db: Db, workshop_session_id: int) -> dict[str, int]:
    """The groups that have a cap of their own, with it."""
    return group_places_by_session(db, [workshop_session_id])[workshop_session_id]


def group_places_by_session(db: Db, ids: Collection[int]) -> defaultdict[int, dict[str, int]]:
    """What `group_places` tells, of several sessions by their ids."""
    caps: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for session_id, group, places in db.execute(_GROUP_PLACES, {"ids": ids}):
        caps[session_id][group] = places
    return caps


def _counted(
    db: Db, ids: Collection[int], status: RegistrationStatus
) -> defaultdict[int, dict[tuple[str | None, str], int]]:
    """Registrations of a status by session, then by kelurahan and group."""
    counted: defaultdict[int, dict[tuple[str | None, str], int]] = defaultdict(dict)
    for session_id, kelurahan, group, count in db.execute(_COUNTED, {"ids": ids, "status": status}):
        counted[session_id][kelurahan, group] = count
    return counted
