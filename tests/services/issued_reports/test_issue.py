"""Issuing reports: numbers, stored figures and files, revisions."""

import hashlib
from dataclasses import replace
from datetime import date

import orjson
import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid
from app.models import AttendanceStatus, IssuedReport, IssuedReportFile
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.reports import (
    get_issued_file,
    get_issued_report,
    list_issued_files,
    list_revisions,
    load_issued_figures,
    slug_of,
)
from app.queries.issued_reports.verification import Verdict, verify_sha256, verify_text
from app.reports.coverage.stored import dump_report, revive_report
from app.reports.official import Signatory
from app.services.issued_reports.issue import (
    ReportText,
    format_number,
    issue_report,
    preview_checksum,
    preview_report,
    revise_report,
)
from tests.city import LAMARU, MANGGAR, City
from tests.database import on_sqlite

BASE_URL = "https://jangkau.contoh.id"
YEAR_2025 = CoverageFilters(date(2025, 1, 1), date(2025, 12, 31))
KEPALA = Signatory(
    name="Wayan Contoh, S.Kom.", role="Kepala Dinas", rank="Pembina Tk. I / IV b", nip="197001012000031001"
)


def report_text(**changes: object) -> ReportText:
    text = ReportText(
        title="Laporan Cakupan 2025",
        classification="biasa",
        narrative="Paragraf pertama.\n\nParagraf kedua.",
        signatories=(KEPALA,),
        request_key="",
    )
    return replace(text, **changes)  # type: ignore[arg-type]


def issue(
    city: City, filters: CoverageFilters = YEAR_2025, *, by: str = "made", **changes: object
) -> IssuedReport:
    with writing(city.engine) as db:
        return issue_report(db, city.actor(by), filters, report_text(**changes), BASE_URL)


def revise(city: City, report: IssuedReport, **changes: object) -> IssuedReport:
    with writing(city.engine) as db:
        text = report_text(**changes)
        return revise_report(
            db, city.actor("made"), slug_of(report.number), text, "Daftar susulan.", BASE_URL
        )


@pytest.fixture
def held(city: City) -> City:
    """A session at which one of two people was present."""
    session = city.session()
    city.register(session, "Ani Contoh", outcome=AttendanceStatus.PRESENT)
    city.register(session, "Bayu Contoh", LAMARU, outcome=AttendanceStatus.ABSENT)
    return city


def test_issued_report_keeps_figures_and_files(held: City) -> None:
    report = issue(held)
    with reading(held.engine) as db:
        files = {file.kind: file for file in list_issued_files(db, report.id)}
        contents = {kind: get_issued_file(db, OPERATOR, report.number, kind).content for kind in files}
        figures = load_issued_figures(db, report.id)
    assert report.number.startswith("001/JGK/")
    assert list(files) == ["pdf", "xlsx", "csv", "json"]
    for kind, content in contents.items():
        assert files[kind].sha256 == hashlib.sha256(content).hexdigest()
    assert report.number in contents["csv"].decode()
    assert figures.official is not None
    assert figures.official.verify_url == f"{BASE_URL}/verifikasi/{slug_of(report.number)}"
    assert [session.attendances for session in figures.sessions] == [1]
    assert {gap.kelurahan for gap in figures.gaps} >= {LAMARU}
    assert revive_report(dump_report(figures)) == figures

    document = orjson.loads(contents["json"])
    assert document["totals"]["participants"] == 1
    for name in ("generated_at", "before", "official", "closed_periods"):
        document.pop(name)
    canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(canonical).hexdigest() == report.checksum


@pytest.mark.slow
def test_numbers_follow_each_other_and_begin_anew_with_the_year(held: City) -> None:
    numbers = [issue(held).sequence for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert format_number(12, date(2026, 11, 30)) == "012/JGK/XI/2026"


def test_same_form_issues_once(held: City) -> None:
    first, second = issue(held, request_key="k"), issue(held, request_key="k")
    assert first.number == second.number
    assert len(held.all(IssuedReport)) == 1


def test_figures_that_changed_since_the_preview_are_not_issued(held: City) -> None:
    with reading(held.engine) as db:
        seen = preview_checksum(preview_report(db, held.actor("rina"), YEAR_2025))
    held.register("UMKM-2025-1", "Citra Contoh", outcome=AttendanceStatus.PRESENT)
    with pytest.raises(Conflict) as caught:
        issue(held, by="rina", seen=seen)
    assert caught.value.code == "figures-changed"
    assert held.all(IssuedReport) == []


@pytest.mark.parametrize("name", ["sari", "budi"])
def test_others_may_not_issue(held: City, name: str) -> None:
    with pytest.raises(Forbidden):
        issue(held, by=name)


def test_wrong_fields_are_named(city: City) -> None:
    nameless = Signatory(name=" ", role="Kepala Dinas", nip="123")
    with pytest.raises(Invalid) as caught:
        issue(city, title=" ", classification="umum", signatories=(KEPALA, nameless))
    assert set(caught.value.fields) == {
        "title",
        "classification",
        "signatory-2-name",
        "signatory-2-nip",
    }


@pytest.mark.slow
def test_revision_replaces_a_report(held: City) -> None:
    first = issue(held)
    held.register("UMKM-2025-1", "Citra Contoh", outcome=AttendanceStatus.PRESENT)
    second = revise(held, first)
    with pytest.raises(Conflict) as caught:
        revise(held, first)
    assert caught.value.code == "already-revised"
    third = revise(held, second)
    with reading(held.engine) as db:
        views = list_revisions(db, get_issued_report(db, OPERATOR, second.number))
        figures = [load_issued_figures(db, view.id) for view in views]
    assert [view.number for view in views] == [third.number, second.number, first.number]
    assert [view.revised_by for view in views] == ["", third.number, second.number]
    assert [report.totals.participants for report in figures] == [2, 2, 1]
    assert [report.official and report.official.revision for report in figures] == [2, 1, 0]


def test_verification_recognises_files_checksums_and_numbers(held: City) -> None:
    first = issue(held)
    files = held.all(IssuedReportFile)
    second = revise(held, first)
    with reading(held.engine) as db:
        for file in files:
            verification = verify_sha256(db, file.sha256)
            assert verification.found_by == file.kind
            assert verification.verdict is Verdict.REVISED
            assert verification.newest is not None
            assert verification.newest.number == second.number
            changed = hashlib.sha256(file.content[:-1] + bytes([file.content[-1] ^ 1])).hexdigest()
            assert verify_sha256(db, changed).verdict is Verdict.UNKNOWN
        assert verify_text(db, slug_of(second.number).lower()).verdict is Verdict.GENUINE
        assert verify_text(db, second.checksum.upper()).verdict is Verdict.GENUINE
        assert verify_text(db, "999/JGK/I/2020").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("table", ["issued_report", "issued_report_file"])
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "UPDATE {table} SET id = id + 100"])
def test_database_refuses_to_change_what_was_issued(held: City, table: str, statement: str) -> None:
    issue(held)
    with held.engine.begin() as connection, pytest.raises(DatabaseError, match="never changed"):
        connection.execute(sql(statement.format(table=table)))


@on_sqlite
@pytest.mark.parametrize("table", ["issued_report", "issued_report_file"])
def test_what_was_issued_is_not_replaced_either(held: City, table: str) -> None:
    """REPLACE deletes a row and runs no trigger for that."""
    issue(held)
    with held.engine.begin() as connection, pytest.raises(DatabaseError, match="never changed"):
        connection.execute(sql(f"REPLACE INTO {table} SELECT * FROM {table}"))  # noqa: S608 (names of this test)


def test_filters_are_kept(held: City) -> None:
    filters = replace(YEAR_2025, group="umkm", kecamatan=MANGGAR[:8])
    report = issue(held, filters)
    with reading(held.engine) as db:
        view = get_issued_report(db, OPERATOR, report.number)
    assert view.filters == filters
    assert view.is_filtered
