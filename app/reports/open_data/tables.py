"""The published tables: their rows, and what their columns mean. CSV files and all metadata are made of these."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.i18n import N_
from app.reports.coverage.states import STATES
from app.reports.open_data.published import OpenData

Value = str | int | bool | None
Row = Sequence[Value]


@dataclass(frozen=True)
class OpenColumn:
    """A column of a published table. `type` and `constraints` are those of Table Schema; `meaning` is a msgid."""

    name: str
    type: Literal["boolean", "date", "integer", "string", "year"]
    meaning: str
    constraints: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenTable:
    """A published table. `title` and `about` are msgids, `key` names the columns that identify a row."""

    name: str
    title: str
    about: str
    columns: tuple[OpenColumn, ...]
    key: tuple[str, ...]
    rows: Callable[[OpenData], Iterator[Row]]

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"


REQUIRED = {"required": True}
COUNT = {"minimum": 0}

_YEAR = OpenColumn("year", "year", N_("year of the sessions (WITA), 1 January to 31 December"), REQUIRED)
_KELURAHAN_CODE = OpenColumn(
    "kelurahan_code",
    "string",
    N_("code of the kelurahan, as the Ministry of Home Affairs gives it"),
    {**REQUIRED, "pattern": r"\d{2}\.\d{2}\.\d{2}\.\d{4}"},
)
_KELURAHAN = OpenColumn("kelurahan", "string", N_("name of the kelurahan"), REQUIRED)
_KECAMATAN = OpenColumn("kecamatan", "string", N_("name of its kecamatan"), REQUIRED)
_GROUP_CODE = OpenColumn("group_code", "string", N_("code of the target group"), REQUIRED)
_GROUP = OpenColumn("group", "string", N_("name of the target group"), REQUIRED)
_PARTICIPANTS = OpenColumn(
    "participants",
    "integer",
    N_(
        "distinct people who were present at least once; empty if the figure is hidden to protect them. Totals count "
        "everyone once, so they can be less than the sum of their parts"
    ),
    COUNT,
)
_HIDDEN = OpenColumn(
    "participants_hidden",
    "boolean",
    N_("true if the figure is hidden: 1 to 4 people, or a figure from which such a one could be computed"),
    REQUIRED,
)


def _participants_rows(data: OpenData) -> Iterator[Row]:
    for published in data.reports:
        for row in published.figures.kelurahan:
            for entry in published.figures.groups:
                people = row.groups[entry.group.code]
                yield (
                    *(published.year, row.code, row.name, row.kecamatan),
                    *(entry.group.code, entry.group.label, people, people is None),
                )


def _kelurahan_rows(data: OpenData) -> Iterator[Row]:
    for published in data.reports:
        for row in published.figures.kelurahan:
            people = row.participants
            yield (
                *(published.year, row.code, row.name, row.kecamatan),
                *(row.state, row.target, people, people is None),
            )


def _group_rows(data: OpenData) -> Iterator[Row]:
    for published in data.reports:
        for entry in published.figures.groups:
            people = entry.participants
            yield published.year, entry.group.code, entry.group.label, people, people is None


def _year_rows(data: OpenData) -> Iterator[Row]:
    for published in data.reports:
        totals = published.figures.totals
        people = totals.participants
        yield (
            *(published.year, published.number, published.issued_on.isoformat()),
            *(
                totals.kelurahan,
                totals.covered,
                totals.registered,
                totals.attendances,
                people,
                people is None,
            ),
        )


TABLES = (
    OpenTable(
        "participants",
        N_("Participants by kelurahan and target group"),
        N_("Participants of digital-literacy workshops by year, kelurahan and target group"),
        (_YEAR, _KELURAHAN_CODE, _KELURAHAN, _KECAMATAN, _GROUP_CODE, _GROUP, _PARTICIPANTS, _HIDDEN),
        ("year", "kelurahan_code", "group_code"),
        _participants_rows,
    ),
    OpenTable(
        "kelurahan",
        N_("Coverage by kelurahan"),
        N_("State, target and participants by year and kelurahan"),
        (
            *(_YEAR, _KELURAHAN_CODE, _KELURAHAN, _KECAMATAN),
            OpenColumn(
                "state",
                "string",
                N_(
                    "reached: as many participants as the target, or at least one where none is set; partial: fewer; "
                    "zero: nobody came of those registered; unmeasured: attendance is not recorded yet; none: nobody "
                    "registered. Empty where the state would tell a hidden figure"
                ),
                {"enum": sorted(STATES)},
            ),
            OpenColumn("target", "integer", N_("target of the year, empty where none is set"), COUNT),
            *(_PARTICIPANTS, _HIDDEN),
        ),
        ("year", "kelurahan_code"),
        _kelurahan_rows,
    ),
    OpenTable(
        "groups",
        N_("Participants by target group"),
        N_("Participants of the whole city by year and target group"),
        (_YEAR, _GROUP_CODE, _GROUP, _PARTICIPANTS, _HIDDEN),
        ("year", "group_code"),
        _group_rows,
    ),
    OpenTable(
        "years",
        N_("Totals by year"),
        N_("Totals of the whole city by year, with the issued report that states them"),
        (
            _YEAR,
            OpenColumn("report_number", "string", N_("number of the issued report"), REQUIRED),
            OpenColumn("issued_on", "date", N_("day on which the report was issued"), REQUIRED),
            OpenColumn(
                "kelurahan",
                "integer",
                N_("number of kelurahan at the end of the year"),
                {**REQUIRED, **COUNT},
            ),
            OpenColumn("kelurahan_reached", "integer", N_("those of them that were reached"), COUNT),
            OpenColumn("registered", "integer", N_("distinct people who were registered"), COUNT),
            OpenColumn("attendances", "integer", N_("people present, counted once at each session"), COUNT),
            *(_PARTICIPANTS, _HIDDEN),
        ),
        ("year",),
        _year_rows,
    ),
)
