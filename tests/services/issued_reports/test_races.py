"""Issuing at once: numbers without a gap, and one report of a form that is sent twice."""

from dataclasses import replace
from datetime import date
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy.exc import IntegrityError

from app.database import Db
from app.models import ClosedPeriod, IssuedReport
from app.services.issued_reports import issue as issuing
from app.services.issued_reports.issue import _next_sequence
from tests.city import City
from tests.issued_reports import YEAR_2025, issue
from tests.services.imports.test_concurrency import at_once, on_postgresql
from tests.services.issued_reports.test_closing import close


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
