"""Issuing at once: numbers without a gap, and one report of a form that is sent twice."""

from dataclasses import replace
from datetime import date
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.database import Db, reading, writing
from app.models import AttendanceStatus, ClosedPeriod, IssuedReport, IssuedReportFile
from app.reports.coverage.files.download import coverage_download
from app.reports.formats.download import MEDIA_TYPES
from app.services.issued_reports import issue as issuing
from app.services.issued_reports.issue import _next_sequence
from tests.city import City
from tests.issued_reports import BASE_URL, YEAR_2025, issue, report_text
from tests.services.imports.test_concurrency import at_once, on_postgresql
from tests.services.issued_reports.test_closing import close


@pytest.mark.slow
def test_reports_issued_at_once_have_numbers_without_a_gap(city: City) -> None:
    city.session()
    at_once(*[partial(issue, city) for _ in range(3)])
    assert sorted(report.sequence for report in city.all(IssuedReport)) == [1, 2, 3]


def test_form_that_is_sent_twice_at_once_issues_one_report(city: City) -> None:
    city.session()
    first, second = at_once(*[partial(issue, city, request_key="k")] * 2)
    assert first.number == second.number
    assert len(city.all(IssuedReport)) == 1


def test_overlapping_periods_are_not_closed_at_once(city: City) -> None:
    city.session()
    reports = [issue(city), issue(city, replace(YEAR_2025, to=date(2025, 6, 30)))]
    results = at_once(*[partial(close, city, report) for report in reports])
    assert len(city.all(ClosedPeriod)) == 1
    assert sorted(type(result).__name__ for result in results) == ["ClosedPeriod", "Conflict"]


def test_files_that_were_made_before_the_lock_are_stored_if_nothing_has_changed(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = city.session()
    city.register(code, "Ani Contoh", outcome=AttendanceStatus.PRESENT)
    to = (city.actor("made"), YEAR_2025, report_text(), BASE_URL)
    with reading(city.engine) as read_db:
        drafts = [issuing.draft_report(read_db, *to) for _ in range(3)]

    made = count_files_made(monkeypatch)
    for draft in drafts[:2]:
        with writing(city.engine) as db:
            issuing.issue_report(db, *to, draft)
    assert len(made) == len(MEDIA_TYPES)  # The second draft has the number of the first.
    city.register(code, "Bayu Contoh", outcome=AttendanceStatus.PRESENT)
    with writing(city.engine) as db:
        report = issuing.issue_report(db, *to, drafts[2])

    contents = {file.content for file in city.all(IssuedReportFile)}
    assert {file.content for file in drafts[0].files.values()} <= contents
    assert drafts[2].files["pdf"].content not in contents
    assert (report.sequence, report.checksum != drafts[2].official.checksum) == (3, True)


def count_files_made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with each file that is made for a report."""
    made: list[object] = []
    download = coverage_download

    def make(*given: Any) -> Any:
        made.append(given)
        return download(*given)

    monkeypatch.setattr(issuing, "coverage_download", make)
    return made


@on_postgresql
def test_without_the_lock_one_of_two_fails(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the tests above: both read the newest number before either writes."""
    city.session()
    both_have_read = Barrier(2)

    def next_sequence_for_both(db: Db, year: int) -> int:
        sequence = _next_sequence(db, year)
        both_have_read.wait()
        return sequence

    monkeypatch.setattr(issuing, "lock_issued_reports", lambda db: None)
    monkeypatch.setattr(issuing, "_next_sequence", next_sequence_for_both)
    with pytest.raises(IntegrityError):
        at_once(*[partial(issue, city)] * 2)
    assert len(city.all(IssuedReport)) == 1
