"""Closing periods: what is refused, what comes in later, and undoing what an official report counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden
from app.i18n import translator, wita_today
from app.models import AttendanceStatus, ClosedPeriod, ImportStatus, IssuedReport
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.figures import load_coverage_report, make_coverage_file
from app.queries.issued_reports.reports import (
    get_issued_file,
    get_issued_report,
    list_late_uploads,
    load_issued_figures,
    slug_of,
)
from app.reports.formats.download import Format
from app.services.imports.undo_obstacles import list_undo_obstacles
from app.services.issued_reports.closing import close_period
from app.services.issued_reports.issue import revise_report
from tests.city import City, sheet
from tests.database import postgresql_in_soak
from tests.issued_reports import BASE_URL, issue, report_text

pytestmark = postgresql_in_soak

YEAR_2025 = CoverageFilters(date(2025, 1, 1), date(2025, 12, 31))
FIRST_LIST = sheet("Nama;Kelurahan;Unsur;Kehadiran", "Ani Contoh;Manggar;umkm;hadir")
LATE_LIST = sheet("Nama;Kelurahan;Unsur;Kehadiran", "Bayu Contoh;Lamaru;umkm;hadir")
FORMATS: tuple[Format, ...] = ("json", "csv", "xlsx", "pdf")


def close(
    city: City, report: IssuedReport, *, by: str = "made", despite_open_uploads: bool = False
) -> ClosedPeriod:
    with writing(city.engine) as db:
        return close_period(
            db, city.actor(by), slug_of(report.number), despite_open_uploads=despite_open_uploads
        )


def refusal(change: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as caught:
        change()
    return caught.value.code


def participants(city: City, filters: CoverageFilters = YEAR_2025, *, working: bool = False) -> int:
    with reading(city.engine) as db:
        report = load_coverage_report(db, city.actor("sari"), filters, "id", working=working)
    return report.totals.participants


def revise(city: City, report: IssuedReport) -> IssuedReport:
    with writing(city.engine) as db:
        return revise_report(
            db, city.actor("made"), slug_of(report.number), report_text(), "Daftar susulan.", BASE_URL
        )


@pytest.mark.slow
def test_late_upload_counts_in_the_next_revision(city: City) -> None:
    """The walk of a year: closed, a list comes late, everyone sees the official figures, the revision counts it."""
    session = city.session()
    counted = city.import_sheet(session, FIRST_LIST)
    first = issue(city)
    close(city, first)
    late = city.import_sheet(session, LATE_LIST)
    assert (participants(city), participants(city, working=True)) == (1, 2)
    with reading(city.engine) as db:
        view = get_issued_report(db, OPERATOR, first.number)
        assert [upload.import_id for upload in list_late_uploads(db, city.actor("made"), view)] == [late.id]
        assert [upload.import_id for upload in list_late_uploads(db, city.actor("tono"), view)] == [None]
        august = replace(YEAR_2025, from_=date(2025, 8, 1))
        touching = load_coverage_report(db, OPERATOR, august, "id")
        assert [(note.number, note.late_uploads) for note in touching.closed_periods] == [(first.number, 1)]
        for file_format in FORMATS:
            report = load_coverage_report(db, OPERATOR, august, "id")
            file = make_coverage_file(db, OPERATOR, report, august, file_format, translator("id"), "id")
            if file_format in {"json", "csv"}:
                assert first.number in file.content.decode()
    assert refusal(lambda: city.undo(counted.id)) == "period-closed"
    with reading(city.engine) as db:
        (obstacle,) = list_undo_obstacles(db, counted.id)
    assert (obstacle.what, obstacle.number) == ("closed", first.number)

    second = revise(city, first)
    assert participants(city) == 2
    (closed,) = city.all(ClosedPeriod)
    assert closed.issued_report_id == second.id
    with reading(city.engine) as db:
        former, newest = (get_issued_report(db, OPERATOR, report.number) for report in (first, second))
        assert [upload.import_id for upload in list_late_uploads(db, OPERATOR, former)] == [late.id]
        assert list_late_uploads(db, OPERATOR, newest) == []
    assert refusal(lambda: city.undo(late.id)) == "period-closed"


@pytest.mark.slow
def test_report_on_a_part_of_a_closed_period_names_its_report(city: City) -> None:
    """Its figures are those of now, so they may differ from the official ones. A revision names only itself."""
    session = city.session()
    year = issue(city)
    close(city, year)
    city.import_sheet(session, LATE_LIST)
    part = issue(city, replace(YEAR_2025, group="umkm"))
    revised = revise(city, year)
    with reading(city.engine) as db:
        notes = load_issued_figures(db, part.id).closed_periods
        table = get_issued_file(db, OPERATOR, part.number, "csv").content.decode()
        assert load_issued_figures(db, revised.id).closed_periods == ()
    assert [(note.number, note.late_uploads) for note in notes] == [(year.number, 1)]
    assert f"angka resminya ada di laporan {year.number}" in table


def test_late_upload_is_undone_as_ever(city: City) -> None:
    session = city.session()
    close(city, issue(city))
    late = city.import_sheet(session, LATE_LIST)
    assert city.undo(late.id).status is ImportStatus.UNDONE
    assert participants(city) == 0


def test_period_with_uploads_in_review_is_closed_only_knowingly(city: City) -> None:
    session = city.session()
    in_review = city.upload(session, FIRST_LIST)
    report = issue(city)
    assert refusal(lambda: close(city, report)) == "open-uploads"
    assert city.all(ClosedPeriod) == []
    close(city, report, despite_open_uploads=True)
    city.commit(in_review.id)
    assert (participants(city), participants(city, working=True)) == (0, 1)
    with reading(city.engine) as db:
        view = get_issued_report(db, OPERATOR, report.number)
        assert [upload.import_id for upload in list_late_uploads(db, OPERATOR, view)] == [in_review.id]


@pytest.mark.slow
def test_what_cannot_close_a_period(city: City) -> None:
    city.session()
    today = wita_today()
    current = issue(city, CoverageFilters(date(today.year, 1, 1), today))
    assert refusal(lambda: close(city, current)) == "period-not-over"
    filtered = issue(city, replace(YEAR_2025, group="umkm"))
    assert refusal(lambda: close(city, filtered)) == "report-filtered"
    year = issue(city)
    revised = revise(city, year)
    assert refusal(lambda: close(city, year)) == "already-revised"
    close(city, revised)
    assert close(city, revised).issued_report_id == revised.id
    overlapping = issue(city, replace(YEAR_2025, from_=date(2025, 12, 31), to=date(2026, 1, 31)))
    assert refusal(lambda: close(city, overlapping)) == "period-overlaps"
    assert refusal(lambda: issue(city)) == "period-closed"
    next_month = issue(city, CoverageFilters(date(2026, 1, 1), date(2026, 1, 31)))
    close(city, next_month)
    assert len(city.all(ClosedPeriod)) == 2


@pytest.mark.slow
def test_the_newest_report_closes_the_period_and_stays_the_newest(city: City) -> None:
    """Open data publish the newest: two reports on one period could otherwise both be called official."""
    city.session()
    older, newer = issue(city), issue(city)
    assert refusal(lambda: close(city, older)) == "newer-report"
    close(city, newer)
    assert refusal(lambda: revise(city, older)) == "period-closed"
    assert revise(city, newer).revises_id == newer.id


def test_report_that_was_issued_before_the_periods_end_does_not_close_it(city: City) -> None:
    city.session()
    issued = issue(city)
    early = issued.model_dump(exclude={"id"}) | {
        "number": "009/JGK/VI/2025",
        "sequence": 9,
        "request_key": "early",
        "issued_at": datetime(2025, 6, 1, tzinfo=UTC),
    }
    with writing(city.engine) as db:
        db.add(IssuedReport(**early))
    report = city.all(IssuedReport)[-1]
    assert refusal(lambda: close(city, report)) == "issued-too-early"
    close(city, revise(city, report))


@pytest.mark.parametrize("name", ["sari", "budi"])
def test_others_may_not_close(city: City, name: str) -> None:
    city.session()
    report = issue(city)
    with pytest.raises(Forbidden):
        close(city, report, by=name)


def test_official_files_are_the_stored_ones(city: City) -> None:
    session = city.session()
    city.register(session, "Ani Contoh", outcome=AttendanceStatus.PRESENT)
    close(city, issue(city))
    with reading(city.engine) as db:
        official = load_coverage_report(db, OPERATOR, YEAR_2025, "en")
        compared = load_coverage_report(db, OPERATOR, YEAR_2025, "en", compare=True)
        by_month = load_coverage_report(db, OPERATOR, YEAR_2025, "en", by="month")
        file = make_coverage_file(db, OPERATOR, official, YEAR_2025, "json", translator("en"), "en")
    assert compared.official is None
    assert by_month.official is None
    assert official.official is not None
    assert orjson.loads(file.content)["official"]["number"] == official.official.number
