"""The orders in which a session's registrations are listed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import Area, Attendance, AttendanceStatus, Registration, RegistrationStatus
from app.queries.people.records import shown_name

STATUS_ORDER = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WALK_IN,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.CANCELLED,
)
OUTCOME_ORDER = (AttendanceStatus.PRESENT, AttendanceStatus.EXCUSED, AttendanceStatus.ABSENT)


class SortKey(StrEnum):
    """By what registrations are sorted; `TIME` is the order in which they were made."""

    NAME = "name"
    KELURAHAN = "kelurahan"
    STATUS = "status"
    TIME = "time"


@dataclass(frozen=True)
class RegistrationOrder:
    """An order of registrations; those that are equal by it follow by name, then in the order in which they were made.

    Kelurahan are in the order of their kecamatan's name and their own, and places outside the city follow them. The
    status is followed by the outcome.
    """

    key: SortKey = SortKey.NAME
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "RegistrationOrder":
        """Return the order of a URL's parameter, a key that is preceded by "-" if it is descending; else by name."""
        key = text.removeprefix("-")
        is_known = key in set(SortKey)
        return cls(SortKey(key), descending=text.startswith("-")) if is_known else cls()

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key.value

    def order_by(self) -> Sequence[ColumnElement[Any]]:
        """Return the terms for a statement that has `Registration`, `Participant`, `Area` and `Attendance`."""
        terms = _TERMS[self.key]()
        sorted_terms = [term.desc() for term in terms] if self.descending else terms
        return (*sorted_terms, _name())


def _name() -> ColumnElement[Any]:
    return func.lower(shown_name())


def _by_kelurahan() -> list[ColumnElement[Any]]:
    kecamatan = aliased(Area)
    name_of_kecamatan = (
        select(col(kecamatan.name))
        .where(col(kecamatan.code) == col(Area.parent_code))
        .correlate(Area)
        .scalar_subquery()
    )
    is_outside = case((col(Registration.kelurahan_code).is_(None), 1), else_=0)
    return [
        is_outside,
        func.coalesce(name_of_kecamatan, ""),
        func.coalesce(Area.name, ""),
        func.coalesce(Registration.outside_place, ""),
    ]


def _by_status() -> list[ColumnElement[Any]]:
    status = case(
        *((col(Registration.status) == status, place) for place, status in enumerate(STATUS_ORDER)),
        else_=len(STATUS_ORDER),
    )
    outcome = case(
        *((col(Attendance.status) == outcome, place) for place, outcome in enumerate(OUTCOME_ORDER)),
        else_=len(OUTCOME_ORDER),
    )
    return [status, outcome, func.coalesce(Registration.waiting_number, 0)]


_TERMS: Mapping[SortKey, Callable[[], list[ColumnElement[Any]]]] = {
    SortKey.NAME: lambda: [_name()],
    SortKey.KELURAHAN: _by_kelurahan,
    SortKey.STATUS: _by_status,
    SortKey.TIME: lambda: [col(Registration.id) + 0],
}
