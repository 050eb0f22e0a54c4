"""What the judge takes and gives: the session, the people known, a person's decisions, the judged rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, TypeAlias

from app.people.identity import People
from app.spreadsheets.document import AttendanceStatus, Cell, Message, Sex, StatedTotalOf

BlankMeans: TypeAlias = Literal["present", "absent"]
Kind: TypeAlias = Literal["create", "update", "unchanged", "duplicate", "skip", "review", "error"]

KINDS: tuple[Kind, ...] = ("create", "update", "unchanged", "duplicate", "skip", "review", "error")
OUTSIDE = "outside"
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
class RowValues:
    """The cells of one row as values. `kelurahan` is a code or "outside", then `outside_place` names where.

    `nik` is in clear and `nik_key` what it is looked up by; `phone` is E.164; `rt` has no leading zeros.
    `attendance` is what the row says, None where it says nothing.
    """

    name: str = ""
    name_key: str = ""
    nik: str | None = None
    nik_key: str | None = None
    sex: Sex | None = None
    birth_date: date | None = None
    phone: str | None = None
    email: str | None = None
    kelurahan: str | None = None
    outside_place: str | None = None
    kecamatan: str | None = None
    rt: str | None = None
    address: str | None = None
    target_group: str | None = None
    organization: str | None = None
    note: str | None = None
    registration: str | None = None
    attendance: AttendanceStatus | None = None


@dataclass(slots=True)
class InterpretedRow:
    """A row read alone: its values and what was to remark on its cells."""

    number: int
    cells: dict[str, Cell]
    values: RowValues
    messages: list[Message]


@dataclass(frozen=True, slots=True)
class InterpretedSheet:
    """All rows read alone; `blank_means` is what an empty attendance cell stands for in this sheet."""

    rows: tuple[InterpretedRow, ...]
    blank_means: BlankMeans
    warnings: tuple[Message, ...]
    stated_total: int | None
    stated_total_of: StatedTotalOf | None


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """What must be looked up to judge a sheet; `niks` are keyed hashes, `person_ids` were named by decisions."""

    niks: frozenset[str]
    phones: frozenset[str]
    emails: frozenset[str]
    name_keys: frozenset[str]
    registrations: frozenset[str]
    person_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A participant of the database, as far as the judge compares. `kelurahan` is a code or "outside".

    `groups` are those to which the person belongs on the session's day.
    """

    id: int
    code: str
    name: str
    name_key: str
    nik_key: str | None = None
    phone: str | None = None
    email: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    kelurahan: str | None = None
    outside_place: str | None = None
    rt: str | None = None
    address: str | None = None
    organization: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownRegistration:
    """A registration for this session, with its facts as they are frozen there."""

    code: str
    person_id: int
    status: str
    attendance: AttendanceStatus | None = None
    kelurahan: str | None = None
    target_group: str | None = None
    rt: str | None = None
    sex: Sex | None = None


class Known:
    """The people that may be meant and their registrations for this session, indexed for the judge."""

    def __init__(
        self, people: Iterable[KnownPerson] = (), registrations: Iterable[KnownRegistration] = ()
    ) -> None:
        self.person = {person.id: person for person in people}
        self.registration = {registration.code: registration for registration in registrations}
        self.registration_of = {known.person_id: known for known in self.registration.values()}
        # In an order that doesn't depend on the database's: of many who share a phone only the first are compared.
        self.people = People(
            (id_, self._as_registered(person)) for id_, person in sorted(self.person.items())
        )

    def _as_registered(self, person: KnownPerson) -> KnownPerson:
        """The person as they were for this session: who has moved since is recognised on its sheet all the same."""
        registration = self.registration_of.get(person.id)
        if registration is None or registration.kelurahan in (None, person.kelurahan):
            return person
        return replace(person, kelurahan=registration.kelurahan, outside_place=None, rt=registration.rt)


@dataclass(frozen=True, slots=True)
class SameAsRow:
    """The answer "this is the person of row n"."""

    row: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person chose for one row: who it is (a known person's id), where they live, or to leave it out."""

    person: int | Literal["new"] | SameAsRow | None = None
    kelurahan: str | None = None
    skip: bool = False


@dataclass(slots=True)
class JudgedRow:
    """What becomes of one row.

    `of` is the row that a duplicate repeats. `person` is a known person's id, None where a new one is made.
    `registration` is the code of the one that exists. `attendance` is what holds after the import: what the row
    says, else what is recorded, else what a blank means (None: unclear). `changes` are a known person's blank
    details that would be filled, `facts` what the sheet says otherwise than the existing registration
    (kelurahan, target_group, rt, sex): field → new value. Under "nik" `changes` holds the NIK in clear.
    `told_apart` are the known people and the rows above that a person said this isn't, by choosing somebody new.
    """

    number: int
    kind: Kind
    values: RowValues
    cells: dict[str, Cell]
    of: int | None = None
    person: int | None = None
    registration: str | None = None
    attendance: AttendanceStatus | None = None
    changes: dict[str, str | date] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    told_apart: tuple[int | SameAsRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """All rows judged. `counts` has "rows" and every kind."""

    rows: tuple[JudgedRow, ...]
    counts: Mapping[str, int]
    warnings: tuple[Message, ...]
    blank_means: BlankMeans
    stated_total: int | None
    stated_total_of: StatedTotalOf | None = field(default=None)
