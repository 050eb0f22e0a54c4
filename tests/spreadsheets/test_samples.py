"""The four samples give exactly what stands beside them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.people.values.cells import cell_from_json, cell_to_json
from app.spreadsheets.attendance.rows import JudgedSheet, SessionContext
from app.spreadsheets.detected_table import DetectedTable, SheetRow
from app.spreadsheets.reading import read_sheet
from tests.spreadsheets.examples import SAMPLES, WITA, as_known, codes, judged, row_of

FILES = ("spbe.xlsx", "rt-manggar.xls", "tokoh.csv", "umkm-berantakan.xlsx")


def expected_of(name: str) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((SAMPLES / f"{name}.expected.json").read_text())
    return expected


def context_of(expected: dict[str, Any]) -> SessionContext:
    starts = datetime.strptime(expected["session"]["starts"], "%Y-%m-%d %H:%M").replace(tzinfo=WITA)
    return SessionContext(
        code=expected["session"]["code"],
        starts_at=starts.astimezone(UTC),
        day=starts.date(),
        now=starts.astimezone(UTC) + timedelta(days=1),
        target_groups=tuple(expected["session"]["groups"]),
    )


def sheet_of_sample(name: str) -> DetectedTable:
    return read_sheet((SAMPLES / name).read_bytes())


@pytest.fixture(params=FILES)
def sample(request: pytest.FixtureRequest) -> tuple[dict[str, Any], DetectedTable, JudgedSheet]:
    expected = expected_of(request.param)
    sheet = sheet_of_sample(request.param)
    return expected, sheet, judged(sheet, context_of(expected))


def test_counts_and_layout(sample: tuple[dict[str, Any], DetectedTable, JudgedSheet]) -> None:
    expected, sheet, judgement = sample
    assert judgement.counts == expected["counts"]
    assert sheet.header_row == expected["header_row"]
    assert judgement.blank_means == expected["blank_means"]
    assert judgement.stated_total == expected.get("stated_total")


def test_every_row_and_its_remarks(sample: tuple[dict[str, Any], DetectedTable, JudgedSheet]) -> None:
    expected, _, judgement = sample
    named = {row["number"]: row for row in expected["rows"]}
    for row in judgement.rows:
        wanted = named.get(row.number, {"kind": "create", "codes": []})
        assert (row.kind, codes(row.remarks)) == (wanted["kind"], sorted(wanted["codes"])), row.number


def test_warnings_of_the_file(sample: tuple[dict[str, Any], DetectedTable, JudgedSheet]) -> None:
    expected, sheet, judgement = sample
    title = ["kelurahan-from-title"] if sheet.letterhead_kelurahan else []
    assert codes(judgement.warnings) == sorted(expected.get("warnings", []) + title)


def test_people_and_places(sample: tuple[dict[str, Any], DetectedTable, JudgedSheet]) -> None:
    expected, _, judgement = sample
    if "present" not in expected:
        return
    outcomes = [row.attendance for row in judgement.rows]
    assert outcomes.count("present") == expected["present"]
    assert outcomes.count("absent") == expected["absent"]
    assert len({row.values.kelurahan for row in judgement.rows}) == expected["kelurahan"]


def test_the_same_file_again_changes_nothing(
    sample: tuple[dict[str, Any], DetectedTable, JudgedSheet],
) -> None:
    expected, sheet, judgement = sample
    people, registrations = as_known(judgement)
    again = judged(sheet, context_of(expected), people=people, registrations=registrations)
    assert again.counts["create"] == again.counts["update"] == 0
    assert again.counts["unchanged"] == judgement.counts["create"]


def test_stored_cells_are_judged_alike(sample: tuple[dict[str, Any], DetectedTable, JudgedSheet]) -> None:
    expected, sheet, judgement = sample
    stored = json.dumps(
        [[row.number, {field: cell_to_json(cell) for field, cell in row.cells.items()}] for row in sheet.rows]
    )
    rows = tuple(
        SheetRow(number, {field: cell_from_json(cell) for field, cell in cells.items()})
        for number, cells in json.loads(stored)
    )
    assert rows == sheet.rows
    assert judged(sheet, context_of(expected)) == judgement


def test_what_the_messy_list_holds() -> None:
    expected = expected_of("umkm-berantakan.xlsx")
    judgement = judged(sheet_of_sample("umkm-berantakan.xlsx"), context_of(expected))
    address = row_of(judgement, 10)
    assert (address.values.kelurahan, address.values.rt) == ("64.71.05.1002", "12")
    assert address.values.name == "Muhammad Basri Daulay"
    assert row_of(judgement, 6).values.phone == "+6281200000275"
    assert row_of(judgement, 9).values.phone == "+6281200000278"
    assert row_of(judgement, 12).attendance == "excused"
    assert row_of(judgement, 18).of == 12
    near_miss = row_of(judgement, 15).remarks[0]
    assert [candidate.label for candidate in near_miss.candidates] == ["Manggar"]


def test_position_gives_group_and_rt() -> None:
    expected = expected_of("rt-manggar.xls")
    judgement = judged(sheet_of_sample("rt-manggar.xls"), context_of(expected))
    first = judgement.rows[0].values
    assert (first.target_group, first.rt, first.kelurahan) == ("rt", "31", "64.71.01.1001")
