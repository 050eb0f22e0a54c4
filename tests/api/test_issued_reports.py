"""Issued reports over HTTP: their list, each with its files, and official figures of a closed period."""

import hashlib

from fastapi.testclient import TestClient

from app.database import writing
from app.models import IssuedReport, IssuedReportFile, TokenScope
from app.queries.issued_reports.reports import slug_of
from app.services.issued_reports.closing import close_period
from tests.api.conftest import Program
from tests.api.problems import status_and_code
from tests.city import City
from tests.issued_reports import issued, revise

__all__ = ["issued"]

YEAR = "from=2025-01-01&to=2025-12-31"


def test_reports_are_listed_with_their_files(program: Program, issued: City) -> None:
    revise(issued, issued.all(IssuedReport)[0])
    client = program("budi", TokenScope.FIGURES)
    page = client.get("/reports/issued?limit=1").json()
    second = client.get(f"/reports/issued?cursor={page['next']}").json()
    (first,) = second["reports"]
    assert second["next"] is None
    assert first["revised_by"] == page["reports"][0]["number"]
    assert page["reports"][0]["revises"] == first["number"]
    one = client.get(f"/reports/issued/{slug_of(first['number'])}").json()
    assert one["period"] == {"from": "2025-01-01", "to": "2025-12-31"}
    assert [file["kind"] for file in one["files"]] == ["pdf", "xlsx", "csv", "json"]
    for file in one["files"]:
        content = client.get(file["url"].removeprefix("/api/v1")).content
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert len(content) == file["size"]


def test_unknown_reports_and_files_are_not_found(sari: TestClient, issued: City) -> None:
    slug = slug_of(issued.all(IssuedReport)[0].number)
    for path in (f"{slug}/docx", "999-JGK-I-2020", "2020"):
        assert status_and_code(sari.get(f"/reports/issued/{path}")) == (404, "not-found")


def test_closed_period_has_official_figures_unless_asked_otherwise(sari: TestClient, issued: City) -> None:
    report = issued.all(IssuedReport)[0]
    with writing(issued.engine) as db:
        close_period(db, issued.actor("made"), report.number)
    stored = {file.kind: file.content for file in issued.all(IssuedReportFile)}
    for kind in ("json", "csv"):
        assert sari.get(f"/reports/coverage.{kind}?{YEAR}").content == stored[kind]
    working = sari.get(f"/reports/coverage.json?{YEAR}&figures=working").json()
    assert working["official"] is None
    (closed,) = working["closed_periods"]
    assert (closed["number"], closed["late_uploads"]) == (report.number, 0)
