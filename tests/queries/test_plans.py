"""Lists of people are read from indexes: the plan of SQLite names no scan of a table and no sorting."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.database import reading
from app.queries.people.participant_filters import (
    ParticipantFilters,
    ParticipantOrder,
    ParticipantSort,
    select_participant_ids,
)
from tests.city import City
from tests.database import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def plan(city: City) -> Callable[..., str]:
    """A function that returns the plan of an administrator's list."""

    def plan_of(order: ParticipantSort = ParticipantSort.NAME, search: str = "") -> str:
        with reading(city.engine) as db:
            ids = select_participant_ids(
                db, city.actor("made"), ParticipantFilters(search), ParticipantOrder(order)
            )
            statement = ids.limit(51).compile(city.engine, compile_kwargs={"literal_binds": True})
            lines = db.execute(text(f"EXPLAIN QUERY PLAN {statement}".replace(":", "\\:")))
            return "\n".join(line.detail for line in lines)

    return plan_of


def test_a_page_by_name_ends_with_the_page(plan: Callable[..., str]) -> None:
    by_name = plan()

    assert "USING COVERING INDEX ix_participant_name" in by_name
    assert "TEMP B-TREE" not in by_name


def test_a_search_by_name_reads_the_index_of_names_alone(plan: Callable[..., str]) -> None:
    assert "SCAN participant USING COVERING INDEX ix_participant_name" in plan(search="melati")


def test_a_search_by_phone_reads_the_index_of_phones(plan: Callable[..., str]) -> None:
    assert "USING COVERING INDEX ix_participant_phone" in plan(search="0812 0000")


def test_sessions_are_counted_by_their_index_alone(plan: Callable[..., str]) -> None:
    assert "SCAN registration USING COVERING INDEX ix_registration_person" in plan(ParticipantSort.SESSIONS)
