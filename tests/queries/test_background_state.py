"""What the page about the service's health says of the background work."""

from datetime import timedelta

from sqlmodel import col, select

from app.database import reading, writing
from app.models import Message, MessageStatus, OutboxKind, OutboxTask, WorkerLease
from app.models.base import now
from app.queries.messages.messages import HELD_BACK
from app.queries.operation.background import load_background_state
from app.services.outbox import claim_task, queue_task
from tests.city import City
from tests.services.messages.test_notifications import register_person
from tests.upcoming_sessions import create_upcoming_session


def test_an_idle_installation(city: City) -> None:
    with reading(city.engine) as db:
        state = load_background_state(db)

    assert (state.holder, state.renewed_at, state.oldest_task_at) == (None, None, None)
    assert (state.tasks, state.postponed_tasks, state.messages_waiting) == (0, 0, 0)


def test_tasks_and_messages_are_counted_by_what_becomes_of_them(city: City) -> None:
    create_upcoming_session(city)
    for name in ("Ani Aster", "Bayu Bakung", "Citra Cempaka"):
        register_person(city, name)
    with writing(city.engine) as db:
        db.add(WorkerLease(holder="this-one"))
        failed, held_back, _ = db.exec(select(Message).order_by(col(Message.id)))
        failed.status = held_back.status = MessageStatus.FAILED
        held_back.error = HELD_BACK
        postponed, first, _ = db.exec(select(OutboxTask).order_by(col(OutboxTask.id)))
        postponed.claimed_until = now() + timedelta(hours=1)
        assert claim_task(db) is not None
        queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=None)
        queued_at = first.created_at

    with reading(city.engine) as db:
        state = load_background_state(db)

    assert (state.holder, state.tasks, state.postponed_tasks) == ("this-one", 3, 1)
    assert state.oldest_task_at == queued_at
    assert (state.messages_waiting, state.messages_failed, state.messages_unknown) == (1, 1, 0)
