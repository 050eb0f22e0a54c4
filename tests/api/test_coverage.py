"""The coverage report over HTTP, in every format."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from app.database import writing
from app.models import CoverageTarget
from tests.api.conftest import Program
from tests.api.problems import invalid_fields, status_and_code
from tests.city import MANGGAR, SAMPLES, City
from tests.scenarios import scenario

FIGURES = {"target", "registered", "attendances", "participants"}


@scenario
def spbe(city: City) -> None:
    city.session("SPBE-2025-1", groups=("umkm", "rt", "tokoh", "komunitas"))
    city.import_sheet("SPBE-2025-1", (SAMPLES / "spbe.xlsx").read_bytes())


def test_the_document(sari: TestClient, spbe: City) -> None:
    response = sari.get("/reports/coverage.json")

    assert response.headers["content-type"] == "application/json"
    report: dict[str, Any] = response.json()
    assert set(report) >= {"generated_at", "period", "filters", "rule", "totals", "rows"}
    assert report["period"] == {"from": "2025-01-01", "to": "2025-12-31"}
    totals = report["totals"]
    assert (totals["kelurahan"], totals["covered"], totals["outside"]) == (34, 34, 0)
    assert (totals["registered"], totals["attendances"], totals["participants"]) == (68, 68, 68)
    assert set(totals["by_group"]) == {"umkm", "rt", "tokoh", "komunitas", "umum"}
    assert set(totals["by_sex"]) == {"L", "P", "unknown"}
    assert len(report["rows"]) == 34
    first = report["rows"][0]
    assert (first["kelurahan"], first["name"], first["kecamatan"]) == (MANGGAR, "Manggar", "Balikpapan Timur")
    assert (first["state"], first["target"], first["participants"], first["gap"]) == (
        "reached",
        None,
        2,
        None,
    )
    assert set(first["groups"]["umkm"]) == FIGURES


def test_every_format_carries_the_same_figures(sari: TestClient, spbe: City) -> None:
    csv_file, xlsx, pdf = (sari.get(f"/reports/coverage.{name}") for name in ("csv", "xlsx", "pdf"))

    lines = list(
        csv.reader(io.StringIO(csv_file.content.decode("utf-8-sig")), delimiter=_delimiter(csv_file.text))
    )
    assert sum(line[0].startswith("64.71") for line in lines if line and len(line[0]) == len(MANGGAR)) == 34
    assert any("68" in line for line in lines if "Total" in line)
    book = load_workbook(io.BytesIO(xlsx.content))
    assert 68 in {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert pdf.content.startswith(b"%PDF-")
    for response in (csv_file, xlsx, pdf):
        assert response.headers["content-disposition"].startswith("attachment; filename")


def _delimiter(text: str) -> str:
    return ";" if text.count(";") > text.count(",") else ","


def test_filters(sari: TestClient, spbe: City) -> None:
    def participants(**query: str) -> int:
        return int(sari.get("/reports/coverage.json", params=query).json()["totals"]["participants"])

    assert participants(workshop="SPBE-2025-1-W") == 68
    assert participants(**{"from": "2025-08-06"}) == 0
    assert 0 < participants(group="umkm") < 68
    assert participants(sex="L") + participants(sex="P") == 68
    assert participants(to="2024-12-31") == 0
    assert 0 < participants(kecamatan="64.71.01") < 68
    assert participants(organization=str(spbe.users["sari"].organization_id)) == 68
    assert participants(organization=str(spbe.users["tono"].organization_id)) == 0
    assert participants(pillar="aman") == 0


def test_divided_and_compared(sari: TestClient, spbe: City) -> None:
    query = {"from": "2025-08-01", "to": "2025-08-31", "by": "month", "compare": "before"}
    report = sari.get("/reports/coverage.json", params=query).json()

    assert [one["by"] for one in report["breakdowns"]] == ["month"]
    assert report["before"]["period"] == {"from": "2025-07-01", "to": "2025-07-31"}
    table = sari.get("/reports/coverage.csv", params=query).content.decode("utf-8-sig")
    assert "Since the month before\r\nAugust 2025;1;68;68;68;68\r\n" in table


@pytest.mark.parametrize(
    ("report", "figures"),
    [("coverage-gaps", ("gap", "target", "participants")), ("rt-coverage", ("reached", "participants"))],
)
def test_the_reports_beside_it(sari: TestClient, spbe: City, report: str, figures: tuple[str, ...]) -> None:
    with writing(spbe.engine) as db:
        db.add(CoverageTarget(year=2025, kelurahan_code=MANGGAR, target=5))
    answers = {name: sari.get(f"/reports/{report}.{name}") for name in ("json", "csv", "xlsx", "pdf")}

    manggar = next(row for row in answers["json"].json()["rows"] if row["name"] == "Manggar")
    lines = list(csv.reader(io.StringIO(answers["csv"].content.decode("utf-8-sig")), delimiter=";"))
    in_csv = next(line for line in lines if "Manggar" in line)
    assert {str(manggar[figure]) for figure in figures} <= set(in_csv)
    sheet = load_workbook(io.BytesIO(answers["xlsx"].content)).worksheets[0]
    assert in_csv in [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert answers["pdf"].content.startswith(b"%PDF-")
    known = {"If-None-Match": answers["csv"].headers["etag"]}
    assert sari.get(f"/reports/{report}.csv", headers=known).status_code == 304


def test_everyone_sees_the_whole_citys_figures(program: Program, spbe: City) -> None:
    for who in ("rina", "tono", "budi", "made"):
        assert program(who).get("/reports/coverage.json").json()["totals"]["participants"] == 68


def test_invalid_parameters_are_refused(sari: TestClient) -> None:
    path = "/reports/coverage.json"

    assert status_and_code(sari.get(path, params={"workshop": "NIRWANA"})) == (404, "not-found")
    assert status_and_code(sari.get(path, params={"group": "pelaut"})) == (404, "not-found")
    assert invalid_fields(sari.get(path, params={"from": "2025-02-01", "to": "2025-01-31"})) == {"to"}
    assert invalid_fields(sari.get(path, params={"from": "kemarin"})) == {"from"}
    assert invalid_fields(sari.get(path, params={"from": "0001-01-01"})) == {"from"}
    assert invalid_fields(sari.get(path, params={"to": "9999-12-31"})) == {"from"}
    assert invalid_fields(sari.get(path, params={"sex": "X"})) == {"sex"}
    assert invalid_fields(sari.get(path, params={"by": "week"})) == {"by"}
    assert invalid_fields(sari.get(path, params={"kelurahn": MANGGAR})) == {"kelurahn"}
    assert invalid_fields(sari.get("/reports/coverage-gaps.csv", params={"order": "x"})) == {"order"}
    assert status_and_code(sari.get("/reports/rt-coverage.csv", params={"kecamatan": "1"})) == (
        404,
        "not-found",
    )
    assert invalid_fields(sari.get("/reports/coverage.exe")) == {"file_format"}


def test_geojson_needs_boundaries(sari: TestClient, spbe: City) -> None:
    response = sari.get("/reports/coverage.geojson")

    assert status_and_code(response) == (404, "no-boundaries")
