"""Rows of a sheet after parsing and judging, and the session for which they are judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from app.i18n import wita
from app.people.matching import MatchedPerson
from app.people.person import PersonValues
from app.people.remarks import Remark
from app.people.values.cells import Cell
from app.spreadsheets.attendance.minutes import MinutesRule
from app.spreadsheets.detected_table import AttendanceStatus, BlankMeans, Meeting, StatedTotalOf

Kind: TypeAlias = Literal["create", "update", "unchanged", "duplicate", "skip", "review", "error"]

KINDS: tuple[Kind, ...] = ("create", "update", "unchanged", "duplicate", "skip", "review", "error")
ABOVE = "above"
"""A choice for rows without a kelurahan: that of the row above."""


@dataclass(frozen=True, slots=True)
class SessionContext:
    """The session whose sheet is judged, and what the user chose for the file.

    `starts_at`, `ends_at` (if known) and `now` are aware instants, `day` is the session's day in WITA. `target_groups`
    are the workshop's.
    `default_kelurahan` is a code, "outside" or "above". `blank_means` None lets the sheet decide. `registering`: a
    list of people to register, without attendance. `day_column` is the label of the column, or the
    caption of the rows, that the user chose among those of several days. `minutes_rule` says how many minutes in an
    online meeting count as present. `is_online`: nobody came in person, so too few minutes mean absent; otherwise
    somebody recorded as present stays so.
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
    day_column: str | None = None
    ends_at: datetime | None = None
    minutes_rule: MinutesRule | None = None
    is_online: bool = False

    @property
    def hours(self) -> tuple[int, int | None]:
        """The minutes of the day, in WITA, in which the session begins and ends."""
        return _minute_of_day(self.starts_at), None if self.ends_at is None else _minute_of_day(self.ends_at)


def _minute_of_day(instant: datetime) -> int:
    local = wita(instant)
    return 60 * local.hour + local.minute


@dataclass(slots=True)
class ParsedRow:
    """A parsed row. `attendance` is its mark or None; `registration` is the code of a registration or None.

    `undecided`: a question about the whole file must be answered before anybody without a mark is present or absent.
    `declined`: the person said that they won't come, or was denied.
    `has_default_place`: the kelurahan is that of the letterhead or a choice for the file, not the row's own. `minutes`
    in an online meeting decided the attendance; None if it has a mark, or no minutes.
    """

    number: int
    cells: dict[str, Cell]
    values: PersonValues
    remarks: list[Remark]
    attendance: AttendanceStatus | None = None
    registration: str | None = None
    undecided: bool = False
    declined: bool = False
    has_default_place: bool = False
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """A row of the list that was saved last for the session: its cells as texts, the person named, and their phone."""

    cells: Mapping[str, str]
    person: int
    phone: str | None


@dataclass(frozen=True, slots=True)
class ParsedSheet:
    """All parsed rows; `blank_means` is the outcome of blank attendance cells in this sheet.

    `blank_is_open`: until a person has chosen what they mean, blank cells record nothing.
    `meeting` is the application whose report of an online meeting this is, or None: there, rows with the same name and
    place are one person, who joined again. `minutes_rule` is None if minutes decided about no row.
    """

    rows: tuple[ParsedRow, ...]
    blank_means: BlankMeans
    warnings: tuple[Remark, ...]
    stated_total: int | None
    stated_total_of: StatedTotalOf | None
    blank_is_open: bool = False
    meeting: Meeting | None = None
    minutes_rule: MinutesRule | None = None


@dataclass(slots=True)
class JudgedRow(MatchedPerson):
    """The outcome of one row.

    `of` is the row that a duplicate repeats. `registration` is the code of the one that exists. `attendance` is what
    holds after the import: what the row says (`stated_attendance`), else what is recorded, else what a blank means
    (None: unclear, or `undecided` until a question about the whole file is answered). One who `declined` is skipped in
    a list of people to register.
    `facts` are what the sheet says otherwise than the existing registration (kelurahan, target_group, rt, sex):
    field → new value. `minutes` in an online meeting decided the attendance, if it isn't None.
    """

    kind: Kind = "create"
    cells: dict[str, Cell] = field(default_factory=dict)
    registration: str | None = None
    attendance: AttendanceStatus | None = None
    stated_attendance: AttendanceStatus | None = None
    facts: dict[str, str] = field(default_factory=dict)
    undecided: bool = False
    declined: bool = False
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    """All judged rows. `counts` has the key "rows" and every kind. `minutes_rule` is that of `ParsedSheet`."""

    rows: tuple[JudgedRow, ...]
    counts: Mapping[str, int]
    warnings: tuple[Remark, ...]
    blank_means: BlankMeans
    stated_total: int | None
    stated_total_of: StatedTotalOf | None = field(default=None)
    minutes_rule: MinutesRule | None = None
