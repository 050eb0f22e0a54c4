"""The coverage of any history is what a slow and obvious count gives."""

from hypothesis import HealthCheck, given, settings

from app.database import Db
from app.permissions import OPERATOR
from app.queries.coverage import coverage
from app.queries.coverage_counts import CoverageFilters
from app.reports.coverage import CoverageReport, Figures, Totals
from tests.queries.histories import GROUPS, Count, History, SlowCount, filters, histories, live_through
from tests.stories import City

# The city is the same for all of them: each history is rolled back before the next.
one_city = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@one_city
@given(histories, filters)
def test_figures_are_those_of_a_slow_count(
    city: City, db: Db, history: History, asked: CoverageFilters
) -> None:
    live_through(db, history)
    report = coverage(db, OPERATOR, asked, "en")
    db.rollback()

    rows_agree(report, SlowCount(history, asked))
    totals_agree(report.totals, SlowCount(history, asked))


def rows_agree(report: CoverageReport, slow: SlowCount) -> None:
    targets, year, group = slow.history.targets, report.period.to.year, slow.filters.group
    assert len(report.rows) == 34
    for row in report.rows:
        target = targets.get((year, row.kelurahan, group), 1)
        assert Count(row.registered, row.attendances, row.participants) == slow.count(row.kelurahan)
        assert (row.target, row.gap) == (target, max(0, target - row.participants))
        assert row.state == slow.state(row.kelurahan, target)
        assert row.by_sex == slow.by_sex(row.kelurahan)
        for code in GROUPS:
            assert counted(row.groups[code]) == slow.count(row.kelurahan, code)
            assert row.groups[code].target == targets.get((year, row.kelurahan, code))


def totals_agree(totals: Totals, slow: SlowCount) -> None:
    assert Count(totals.registered, totals.attendances, totals.participants) == slow.count()
    assert totals.by_sex == slow.by_sex()
    assert {code: counted(totals.by_group[code]) for code in GROUPS} == {
        code: slow.count(None, code) for code in GROUPS
    }
    assert (totals.outside, totals.waitlisted, totals.moved) == (
        slow.outside(),
        slow.only_waiting(),
        slow.moved(),
    )


def counted(figures: Figures) -> Count:
    return Count(figures.registered, figures.attendances, figures.participants)
