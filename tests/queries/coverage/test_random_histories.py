"""Every figure of the coverage report is what a slow and obvious count gives, whatever the history."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database import Db
from app.queries.coverage.counts import CoverageFilters
from tests.city import City
from tests.queries.coverage.comparing import report_agrees, rolled_back
from tests.queries.coverage.life import Deed, Life, plan
from tests.queries.coverage.random_histories import asked, histories

HISTORIES = int(os.environ.get("TEST_HISTORIES", "25"))


@pytest.mark.slow
def test_figures_are_those_of_a_slow_count(city: City, db: Db) -> None:
    plan(city)

    @settings(max_examples=HISTORIES, suppress_health_check=[HealthCheck.too_slow])
    @given(histories(), st.lists(asked, min_size=2, max_size=2))
    def agree(deeds: list[Deed], wanted: list[CoverageFilters]) -> None:
        with rolled_back(db):
            Life(db, city.vault).live(deeds)
            for filters in wanted:
                report_agrees(db, filters)

    agree()
