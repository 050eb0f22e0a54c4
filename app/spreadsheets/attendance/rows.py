"""Rows of a sheet, parsed and judged, and the session that they are judged for."""

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
"""What may be chosen for rows without a kelurahan, beside a code: the one that was written last."""


@dataclass(frozen=True, slots=True)
class SessionContext:
    """The session whose sheet is judged, and what staff said about the file.

    `starts_at` and `now` are aware instants, `day` is the session's day in WITA. `target_groups` are the workshop's.
    `default_kelurahan` is a code, "outside" or "above". `blank_means` None lets the sheet decide. A list for
    `registering` people says nothing of attendance.
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
    """A row parsed alone. `attendance` is what it says, None where it says nothing; `registration` is a code."""

    number: int
    cells: dict[str, Cell]
    values: PersonValues
    remarks: list[Remark]
    attendance: AttendanceStatus | None = None
    registration: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedSheet:
    """All rows parsed alone; `blank_means` is what an empty attendance cell stands for in this sheet."""

    rows: tuple[ParsedRow, ...]
    blank_means: BlankMeans
    warnings: tuple[Remark, ...]
    stated_total: int | None
    stated_total_of: StatedTotalOf | None


@dataclass(slots=True)
class JudgedRow(MatchedPerson):
    """What becomes of one row.

    `of` is the row that a duplicate repeats. `registration` is the code of the one that exists. `attendance` is what
    holds after the import: what the row says, else what is recorded, else what a blank means (None: unclear).
    `facts` are what the sheet says otherwise than the existing registration (kelurahan, target_group, rt, sex):
    field → new value.
    """

    kind: Kind = "create"
    cells: dict[str, Cell] = field(default_factory=dict)
    registration: str | None = None
    attendance: AttendanceStatus | None = None
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    """All rows judged. `counts` has "rows" and every kind."""

    rows: tuple[JudgedRow, ...]
    counts: Mapping[str, int]
    warnings: tuple[Remark, ...]
    blank_means: BlankMeans
    stated_total: int | None
    stated_total_of: StatedTotalOf | None = field(default=None)
