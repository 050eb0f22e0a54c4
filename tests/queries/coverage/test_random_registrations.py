"""The coverage report of random registrations equals a count in plain Python."""

import pytest
from hypothesis import HealthCheck, given, settings

from app.database import Db
from app.queries.coverage.filters import CoverageFilters
from app.services.coverage.session_facts import store_facts
from tests.city import City
from tests.database import postgresql_in_soak
from tests.queries.coverage.comparison import assert_report_is_right, rolled_back
from tests.queries.coverage.random_registrations import CityData, city_data, filters, insert

pytestmark = postgresql_in_soak

one_city = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@one_city
@given(city_data, filters)
def test_figures_equal_the_reference_count(
    city: City, db: Db, data: CityData, report_filters: CoverageFilters
) -> None:
    with rolled_back(db):
        insert(db, data)
        assert_report_is_right(db, report_filters)
        store_facts(db)
        assert_report_is_right(db, report_filters)
