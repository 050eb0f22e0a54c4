"""Limits are counted in the database: exactly, for all processes together, and no longer than their period."""

from datetime import timedelta
from functools import partial

from sqlmodel import update

from app.database import writing
from app.errors import TooManyRequests
from app.models import LimitedUse
from app.models.base import now
from app.services.limits import Limit, count_use, delete_ended_limits
from tests.city import City
from tests.services.imports.test_concurrency import at_once

THREE = Limit("three", 3, timedelta(minutes=1))


def use(city: City, of: str = "192.0.2.7") -> int:
    """Count a use; return the seconds to wait, 0 if it is allowed."""
    try:
        with writing(city.engine) as db:
            count_use(db, THREE, of)
    except TooManyRequests as problem:
        return problem.seconds
    return 0


def test_of_many_at_once_as_many_pass_as_are_allowed(city: City) -> None:
    waits = at_once(*(partial(use, city) for _ in range(8)))

    assert sorted(wait > 0 for wait in waits) == [False] * 3 + [True] * 5
    assert max(waits) <= 60
    assert use(city, "192.0.2.8") == 0


def test_a_period_that_is_over_counts_no_more(city: City) -> None:
    for _turn in range(3):
        use(city)
    assert use(city) > 0

    with writing(city.engine) as db:
        db.exec(update(LimitedUse).values(ends_at=now() - timedelta(seconds=1)))

    assert [use(city) > 0 for _turn in range(4)] == [False, False, False, True]


def test_a_period_that_began_while_the_clock_was_ahead_begins_anew(city: City) -> None:
    for _turn in range(4):
        use(city)
    with writing(city.engine) as db:
        db.exec(update(LimitedUse).values(ends_at=now() + timedelta(days=1)))

    assert [use(city) > 0 for _turn in range(4)] == [False, False, False, True]
    assert use(city) <= 60


def test_what_is_over_is_deleted_and_no_address_is_stored(city: City) -> None:
    use(city)
    use(city, "192.0.2.8")
    with writing(city.engine) as db:
        ended = db.get(LimitedUse, ("three", city.all(LimitedUse)[0].key))
        assert ended
        ended.ends_at = now()

    with writing(city.engine) as db:
        delete_ended_limits(db)

    (left,) = city.all(LimitedUse)
    assert "192.0.2" not in str(left)
    assert left.ends_at > now()
