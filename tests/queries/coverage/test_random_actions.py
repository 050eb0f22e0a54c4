"""After random actions every figure of the coverage report equals a count in plain Python."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database import Db
from app.queries.coverage.filters import CoverageFilters
from tests.city import City
from tests.database import postgresql_in_soak
from tests.queries.coverage.actions import Action, CityActions, create_sessions
from tests.queries.coverage.comparison import assert_report_is_right, rolled_back
from tests.queries.coverage.random_actions import action_lists, report_filters

pytestmark = postgresql_in_soak

HISTORIES = int(os.environ.get("TEST_HISTORIES", "15"))


@pytest.mark.slow
def test_figures_equal_the_reference_count(city: City, db: Db) -> None:
    create_sessions(city)

    @settings(max_examples=HISTORIES, suppress_health_check=[HealthCheck.too_slow])
    @given(action_lists(), st.lists(report_filters, min_size=2, max_size=2))
    def check(actions: list[Action], filters_to_check: list[CoverageFilters]) -> None:
        with rolled_back(db):
            CityActions(db, city.vault).perform(actions)
            for filters in filters_to_check:
                assert_report_is_right(db, filters)

    check()
