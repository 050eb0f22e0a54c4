"""A coverage report of 2025 with a target of two people in each kelurahan.

In most kelurahan two of three registered people came. The exceptions: 1,204 came from Manggar, one from Lamaru and
nobody from Teritip; the attendance list of Baru Ilir is missing; the session for Baru Tengah is still to come; nobody
registered from Baru Ulu; Kariangau has no target.
"""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.i18n import Translator, translator
from app.reports.coverage.report import (
    CoverageReport,
    CoverageRow,
    Figures,
    Filters,
    TargetGroup,
    Totals,
)
from app.reports.coverage.states import gap_of, state_of
from app.reports.periods import Period

DATA = Path(__file__).parent.parent.parent / "app" / "data"
GROUPS = (TargetGroup(code="umkm", label="Pelaku UMKM"), TargetGroup(code="rt", label="Pengurus RT"))


@pytest.fixture
def english() -> Translator:
    return translator("en")


@pytest.fixture
def report() -> CoverageReport:
    rows = tuple(make_row(record) for record in read_csv("kelurahan.csv"))
    return CoverageReport(
        generated_at=datetime(2025, 11, 3, 16, 30, tzinfo=UTC),
        period=Period(from_=date(2025, 1, 1), to=date(2025, 10, 31)),
        filters=Filters(),
        target_year=2025,
        totals=Totals(
            kelurahan=34,
            with_target=33,
            without_target=0,
            covered=28,
            target_reached=28,
            target=66,
            gap=9,
            registered=1299,
            attendances=1318,
            participants=1258,
            outside=4,
            waitlisted=0,
            moved=1,
            by_group={
                "umkm": Figures(registered=1265, attendances=1290, participants=1230),
                "rt": Figures(registered=34, attendances=28, participants=28),
            },
            by_sex={"L": 600, "P": 650, "unknown": 8},
        ),
        rows=rows,
        groups=GROUPS,
    )


def read_csv(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_row(record: dict[str, str]) -> CoverageRow:
    kecamatan = {area["code"]: area["name"] for area in read_csv("kecamatan.csv")}
    row = CoverageRow(
        kelurahan=record["code"],
        name=record["name"],
        kecamatan=kecamatan[record["kecamatan_code"]],
        state="none",
        target=2,
        registered=0,
        attendances=0,
        participants=0,
        gap=2,
        by_sex={"L": 0, "P": 0, "unknown": 0},
        groups={group.code: Figures() for group in GROUPS},
        tile_column=int(record["tile_column"]),
        tile_row=int(record["tile_row"]),
    )
    return EXCEPTIONS.get(row.name, two_of_three)(row)


def with_people(
    row: CoverageRow, registered: int, participants: int, *, target: int | None = 2, unrecorded: int = 0
) -> CoverageRow:
    """Return the row with these people: half of the participants are men, all registered but one are from an UMKM."""
    rt_officials = min(registered, 1)
    men = participants // 2
    return replace(
        row,
        state=state_of(
            target=target, registered=registered, participants=participants, unrecorded=unrecorded
        ),
        target=target,
        registered=registered,
        attendances=participants,
        participants=participants,
        gap=gap_of(target=target, participants=participants),
        by_sex={"L": men, "P": participants - men, "unknown": 0},
        groups={
            "umkm": Figures(
                registered=registered - rt_officials, attendances=participants, participants=participants
            ),
            "rt": Figures(registered=rt_officials),
        },
    )


def two_of_three(row: CoverageRow) -> CoverageRow:
    return with_people(row, 3, 2)


EXCEPTIONS: dict[str, Callable[[CoverageRow], CoverageRow]] = {
    "Manggar": lambda row: with_people(row, 1213, 1204),
    "Lamaru": lambda row: with_people(row, 3, 1),
    "Teritip": lambda row: with_people(row, 3, 0),
    "Baru Ilir": lambda row: replace(with_people(row, 3, 0, unrecorded=3), unmeasured_why="list-missing"),
    "Baru Tengah": lambda row: replace(
        with_people(row, 3, 0, unrecorded=3), unmeasured_why="session-to-come"
    ),
    "Baru Ulu": lambda row: row,
    "Kariangau": lambda row: with_people(row, 3, 2, target=0),
}
