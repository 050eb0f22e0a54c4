"""The coverage of any rows is what a slow and obvious count gives; of what services write, test_random_histories.py."""

import pytest
from hypothesis import HealthCheck, given, settings

from app.database import Db
from app.queries.coverage.counts import CoverageFilters
from tests.city import City
from tests.queries.coverage.comparing import report_agrees, rolled_back
from tests.queries.coverage.histories import History, filters, histories, live_through

one_city = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@one_city
@given(histories, filters)
def test_figures_are_those_of_a_slow_count(
    city: City, db: Db, history: History, asked: CoverageFilters
) -> None:
    with rolled_back(db):
        live_through(db, history)
        report_agrees(db, asked)
