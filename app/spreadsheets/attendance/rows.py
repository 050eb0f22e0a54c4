"""Rows of a sheet after parsing and judging, and the session for which they are judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from app.people.matching import MatchedPerson
from app.people.person import PersonValues
from app.people.remarks import Remark
from app.people.values.cells import Cell
from app.spreadsheets.detected_table import AttendanceStatus, StatedTotalOf

BlankMeans: TypeAlias = Literal["present", "absent"]
Kind: TypeAlias = Literal["create", "update", "unchanged", "duplicate", "skip", "review", "error"]

KINDS: tuple[Kind, ...] = ("create", "update", "unchanged", "duplicate", "skip", "review", "error")
ABOVE = "above"
"""A choice for rows without a kelurahan: that of the row above."""


@dataclass(frozen=True, slots=True)
class SessionContext:
    """The session whose sheet is judged, and what the user chose for the file.

    `starts_at` and `now` are aware instants, `day` is the session's day in WITA. `target_groups` are the workshop's.
    `default_kelurahan` is a code, "outside" or "above". `blank_means` None lets the sheet decide. `registering`: a
    list of people to register, without attendance.
    """

    code: str
    starts_at: datetime
    day: date
    now: datetime
    target_groups: tuple[str, ...]
    default_target_group: str | None = None
    default_kelurahan: str | None = None
    blank_means: BlankMeans | None = None
    registering: bool = False


@dataclass(slots=True)
class ParsedRow:
    """A parsed row. `attendance` is its mark or None; `registration` is the code of a registration or None."""

    number: int
    cells: dict[str, Cell]
    values: PersonValues
    remarks: list[Remark]
    attendance: AttendanceStatus | None = None
    registration: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedSheet:
    """All parsed rows; `blank_means` is the outcome of blank attendance cells in this sheet."""

    rows: tuple[ParsedRow, ...]
    blank_means: BlankMeans
    warnings: tuple[Remark, ...]
    stated_total: int | None
    stated_total_of: StatedTotalOf | None


@dataclass(slots=True)
class JudgedRow(MatchedPerson):
    """The outcome of one row.

    `of` is the row that a duplicate repeats. `registration` is the code of the one that exists. `attendance` is what
    holds after the import: what the row says (`stated_attendance`), else what is recorded, else what a blank means
    (None: unclear).
    `facts` are what the sheet says otherwise than the existing registration (kelurahan, target_group, rt, sex):
    field → new value.
    """

    kind: Kind = "create"
    cells: dict[str, Cell] = field(default_factory=dict)
    registration: str | None = None
    attendance: AttendanceStatus | None = None
    stated_attendance: AttendanceStatus | None = None
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    """All judged rows. `counts` has the key "rows" and every kind."""

    rows: tuple[JudgedRow, ...]
    counts: Mapping[str, int]
    warnings: tuple[Remark, ...]
    blank_means: BlankMeans
    stated_total: int | None
    stated_total_of: StatedTotalOf | None = field(default=None)
