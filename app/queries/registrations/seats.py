"""The places of a session: its caps, how far they are used, and which of them keep somebody waiting."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, false, func, null, select, true, union_all
from sqlmodel import col

from app.database import Db, lines
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


class Seats:
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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seats) and vars(self) == vars(other)

    @property
    def are_limited(self) -> bool:
        return self.capacity is not None or self.per_kelurahan is not None or bool(self.of_group)

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


_OfGroups = defaultdict[int, dict[str, int]]
_Counted = defaultdict[int, dict[tuple[str | None, str], int]]

# Put together once: whoever registers asks them while others wait.
_GROUP_PLACES = (
    select(
        col(SessionGroupPlaces.workshop_session_id),
        null(),
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
_GROUP_PLACES_AND_COUNTED = union_all(
    _GROUP_PLACES.order_by(None).add_columns(true().label("is_cap")), _COUNTED.add_columns(false())
).order_by(col(SessionGroupPlaces.target_group_code))


def seats_of(db: Db, workshop_session: WorkshopSession) -> Seats:
    """The session's caps as they are used now. Whoever gives out places holds the session's row meanwhile."""
    return places_by_session(db, [workshop_session])[workshop_session.id]


def places_by_session(db: Db, workshop_sessions: Collection[WorkshopSession]) -> dict[int, Seats]:
    """The caps of several sessions, by their ids; one query, however many."""
    caps, taken = _OfGroups(dict), _Counted(dict)
    asked = {"ids": [held.id for held in workshop_sessions], "status": RegistrationStatus.CONFIRMED}
    for session_id, kelurahan, group, count, is_cap in lines(db, _GROUP_PLACES_AND_COUNTED, asked):
        if is_cap:
            caps[session_id][group] = count
        else:
            taken[session_id][kelurahan, group] = count
    return {
        held.id: Seats(held.capacity, held.places_per_kelurahan, caps[held.id], taken[held.id])
        for held in workshop_sessions
    }


def waiting_by_cap(db: Db, workshop_session: WorkshopSession, places: Seats) -> Counter[Cap]:
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


def group_places_by_session(db: Db, ids: Collection[int]) -> _OfGroups:
    """What `group_places` tells, of several sessions by their ids."""
    caps = _OfGroups(dict)
    for session_id, _kelurahan, group, places in lines(db, _GROUP_PLACES, {"ids": ids}):
        caps[session_id][group] = places
    return caps


def _counted(db: Db, ids: Collection[int], status: RegistrationStatus) -> _Counted:
    """Registrations of a status by session, then by kelurahan and group."""
    counted = _Counted(dict)
    for session_id, kelurahan, group, count in lines(db, _COUNTED, {"ids": ids, "status": status}):
        counted[session_id][kelurahan, group] = count
    return counted
