"""Tasks are claimed when they are due, also after the clock was set forward and back."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.database import writing
from app.models import OutboxKind, OutboxTask
from app.models.base import now
from app.services.outbox import MAX_DELAY, claim_task, postpone_task, queue_task, release_claims
from tests.city import City


@pytest.fixture
def postponed(city: City) -> City:
    """A city with one task, which waits for an hour."""
    with writing(city.engine) as db:
        queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=None)
    with writing(city.engine) as db:
        task = claim_task(db)
        assert task is not None
        postpone_task(db, task, timedelta(hours=1))
    return city


def can_claim(city: City) -> bool:
    with writing(city.engine) as db:
        return claim_task(db) is not None


def test_a_postponed_task_waits_also_after_a_restart(postponed: City) -> None:
    with writing(postponed.engine) as db:
        release_claims(db)

    assert not can_claim(postponed)


@pytest.mark.parametrize(("back", "is_due"), [(timedelta(hours=1), False), (timedelta(days=1), True)])
def test_after_a_clock_that_was_ahead_no_task_waits_longer_than_four_hours(
    postponed: City, back: timedelta, is_due: bool
) -> None:
    with writing(postponed.engine) as db:
        (task,) = postponed.all(OutboxTask)
        assert task.claimed_until is not None
        db.exec(update(OutboxTask).values(claimed_until=task.claimed_until + back))

    assert can_claim(postponed) is is_due
    (task,) = postponed.all(OutboxTask)
    assert task.claimed_until is not None
    assert task.claimed_until < now() + MAX_DELAY
