"""The seats of a session: its caps, how many seats of each are taken, and how many people wait for one."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from app.database import Db
from app.models import Registration, RegistrationStatus, SessionGroupSeats, WorkshopSession


@dataclass(frozen=True)
class Cap:
    """One limit and how many of its seats are taken. `code` is the kelurahan's or the group's, None the session's."""

    kind: Literal["session", "kelurahan", "group"]
    code: str | None
    seats: int
    taken: int

    @property
    def left(self) -> int:
        return max(0, self.seats - self.taken)

    @property
    def over(self) -> int:
        """How many people have a seat beyond the limit, because it was lowered or overruled."""
        return max(0, self.taken - self.seats)


class Seats:
    """The caps of one session. A confirmed registration takes a seat of each cap that it falls under.

    Walk-ins take none, and people from outside the city (kelurahan None) fall under no kelurahan's cap.
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
    def is_limited(self) -> bool:
        return self.capacity is not None or self.per_kelurahan is not None or bool(self.of_group)

    def take(self, kelurahan: str | None, group: str, count: int = 1) -> None:
        """Count the seats of people of this kelurahan and group as taken."""
        self.taken += count
        self.taken_by_kelurahan[kelurahan] += count
        self.taken_by_group[group] += count

    def caps(self, kelurahan: str | None, group: str) -> Iterable[Cap]:
        """Yield the caps that apply to a person of this kelurahan and group."""
        if self.capacity is not None:
            yield self.session_cap(self.capacity)
        if self.per_kelurahan is not None and kelurahan is not None:
            yield self.kelurahan_cap(kelurahan, self.per_kelurahan)
        if group in self.of_group:
            yield self.group_cap(group)

    def full_caps(self, kelurahan: str | None, group: str) -> tuple[Cap, ...]:
        """Return the caps by which there is no seat for a person of this kelurahan and group, () if there is one."""
        return tuple(cap for cap in self.caps(kelurahan, group) if cap.left == 0)

    def all_caps(self, order: Iterable[str] = ()) -> Iterable[Cap]:
        """Yield the session's cap, each group's, and that of each kelurahan with at least one seat taken.

        Kelurahan come in the `order` of their codes there.
        """
        if self.capacity is not None:
            yield self.session_cap(self.capacity)
        yield from map(self.group_cap, self.of_group)
        if self.per_kelurahan is not None:
            position = {code: number for number, code in enumerate(order)}
            taken = (code for code in self.taken_by_kelurahan if code)
            for kelurahan in sorted(taken, key=lambda code: (position.get(code, 0), code)):
                yield self.kelurahan_cap(kelurahan, self.per_kelurahan)

    def session_cap(self, capacity: int) -> Cap:
        return Cap("session", None, capacity, self.taken)

    def kelurahan_cap(self, kelurahan: str, seats: int) -> Cap:
        return Cap("kelurahan", kelurahan, seats, self.taken_by_kelurahan[kelurahan])

    def group_cap(self, group: str) -> Cap:
        return Cap("group", group, self.of_group[group], self.taken_by_group[group])


_GROUP_SEATS = (
    select(
        col(SessionGroupSeats.workshop_session_id),
        col(SessionGroupSeats.target_group_code),
        col(SessionGroupSeats.places),
    )
    .where(col(SessionGroupSeats.workshop_session_id).in_(bindparam("sessions", expanding=True)))
    .order_by(col(SessionGroupSeats.target_group_code))
)
_COUNTED = (
    col(Registration.workshop_session_id),
    col(Registration.kelurahan_code),
    col(Registration.target_group_code),
)
_COUNTS = (
    select(*_COUNTED, func.count())
    .where(
        col(Registration.workshop_session_id).in_(bindparam("sessions", expanding=True)),
        col(Registration.status) == bindparam("status"),
    )
    .group_by(*_COUNTED)
)

_GroupSeats = defaultdict[int, dict[str, int]]
_Counts = defaultdict[int, dict[tuple[str | None, str], int]]


def get_seats(db: Db, workshop_session: WorkshopSession) -> Seats:
    """Return the session's caps as they are used now. Lock the session's row first to give out seats by them."""
    return get_seats_by_session(db, [workshop_session])[workshop_session.id]


def get_seats_by_session(db: Db, workshop_sessions: Collection[WorkshopSession]) -> dict[int, Seats]:
    """Return `get_seats` of several sessions, by their ids; with two queries in all."""
    ids = [workshop_session.id for workshop_session in workshop_sessions]
    caps, taken = (
        get_group_seats_by_session(db, ids),
        _count_by_session(db, ids, RegistrationStatus.CONFIRMED),
    )
    return {
        row.id: Seats(row.capacity, row.places_per_kelurahan, caps[row.id], taken[row.id])
        for row in workshop_sessions
    }


def count_waiting_by_cap(db: Db, workshop_session: WorkshopSession, seats: Seats) -> Counter[Cap]:
    """Return how many people each cap of the session keeps waiting; a person may wait for several."""
    waiting: Counter[Cap] = Counter()
    for (kelurahan, group), count in _count_by_session(
        db, [workshop_session.id], RegistrationStatus.WAITLISTED
    )[workshop_session.id].items():
        for cap in seats.full_caps(kelurahan, group):
            waiting[cap] += count
    return waiting


def get_group_seats(db: Db, workshop_session_id: int) -> dict[str, int]:
    """Return the number of seats of each target group that has a cap of its own."""
    return get_group_seats_by_session(db, [workshop_session_id])[workshop_session_id]


def get_group_seats_by_session(db: Db, ids: Collection[int]) -> _GroupSeats:
    """Return `get_group_seats` of several sessions, by their ids."""
    caps = _GroupSeats(dict)
    for session_id, group, seats in db.execute(_GROUP_SEATS, {"sessions": list(ids)}):
        caps[session_id][group] = seats
    return caps


def _count_by_session(db: Db, ids: Collection[int], status: RegistrationStatus) -> _Counts:
    """Return the number of registrations of a status by session, then by kelurahan and group."""
    counts = _Counts(dict)
    values = {"sessions": list(ids), "status": status}
    for session_id, kelurahan, group, count in db.execute(_COUNTS, values):
        counts[session_id][kelurahan, group] = count
    return counts
