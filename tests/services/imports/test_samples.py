"""The four samples as an organizer uploads them: judged as stands beside each, then committed, then again."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from app.database import reading
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    BlankMeans,
    ImportStatus,
    Participant,
    Registration,
    RowKind,
)
from app.queries.imports.rows import load_committed_codes
from app.services.imports.commit import CommitChoices
from tests.city import SAMPLES, City
from tests.database import postgresql_in_soak

pytestmark = postgresql_in_soak

CLEAN = ("spbe.xlsx", "rt-manggar.xls", "tokoh.csv")
MESSY = "umkm-berantakan.xlsx"


def expected_of(name: str) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((SAMPLES / f"{name}.expected.json").read_text())
    return expected


def uploaded(city: City, name: str) -> AttendanceImport:
    told = expected_of(name)["session"]
    starts = datetime.strptime(told["starts"], "%Y-%m-%d %H:%M")  # noqa: DTZ007 (a wall-clock time in WITA)
    city.session(told["code"], starts, groups=tuple(told["groups"]))
    return city.upload(told["code"], (SAMPLES / name).read_bytes(), name=name)


def codes(remarks: list[dict[str, Any]]) -> list[str]:
    return sorted(remark["code"] for remark in remarks)


@pytest.mark.parametrize("name", [*CLEAN, MESSY])
def test_a_sample_is_judged_as_expected(city: City, name: str) -> None:
    expected = expected_of(name)

    attendance_import = uploaded(city, name)
    rows = city.rows(attendance_import.id)

    assert attendance_import.status is ImportStatus.REVIEW
    assert attendance_import.counts == expected["counts"]
    assert (attendance_import.header_row, attendance_import.blank_means) == (
        expected["header_row"],
        BlankMeans(expected["blank_means"]),
    )
    assert attendance_import.stated_total == expected.get("stated_total")
    assert set(codes(attendance_import.warnings)) >= set(expected.get("warnings", []))
    named = {row["number"]: (RowKind(row["kind"]), sorted(row["codes"])) for row in expected["rows"]}
    assert {number: (row.kind, codes(row.messages)) for number, row in rows.items()} == {
        number: named.get(number, (RowKind.CREATE, [])) for number in rows
    }


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_sample_becomes_people_and_attendance(city: City, name: str) -> None:
    expected = expected_of(name)
    attendance_import = uploaded(city, name)

    city.commit(attendance_import.id)

    registrations, outcomes = (
        city.all(Registration),
        Counter(str(attendance.status) for attendance in city.all(Attendance)),
    )
    assert len(city.all(Participant)) == len(registrations) == expected["counts"]["create"]
    assert len({registration.kelurahan_code for registration in registrations}) == expected["kelurahan"]
    assert (outcomes["present"], outcomes["absent"]) == (expected["present"], expected["absent"])
    assert {registration.target_group_code for registration in registrations} <= set(
        expected["session"]["groups"]
    )


@pytest.mark.parametrize("name", CLEAN)
def test_the_same_sample_again_changes_nothing(city: City, name: str) -> None:
    expected = expected_of(name)
    city.commit(uploaded(city, name).id)
    before = city.people_and_attendance()

    again = city.import_sheet(expected["session"]["code"], (SAMPLES / name).read_bytes())

    assert again.counts["unchanged"] == again.counts["rows"] == expected["counts"]["rows"]
    assert city.people_and_attendance() == before


def test_only_the_valid_rows_of_the_messy_sample_can_be_committed(city: City) -> None:
    expected = expected_of(MESSY)
    attendance_import = uploaded(city, MESSY)

    city.commit(attendance_import.id, choices=CommitChoices(only_valid=True))

    assert len(city.all(Participant)) == len(city.all(Attendance)) == expected["counts"]["create"]
    rows = city.all(AttendanceImportRow)
    left_out = {row.number for row in rows if row.kind in (RowKind.REVIEW, RowKind.ERROR)}
    assert len(left_out) == expected["counts"]["review"] + expected["counts"]["error"]
    with reading(city.engine) as db:
        written = load_committed_codes(db, rows)
    assert set(written) == {row.number for row in rows if row.kind is RowKind.CREATE}
    assert set(written.values()) == {registration.code for registration in city.all(Registration)}
