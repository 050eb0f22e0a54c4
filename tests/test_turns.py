"""Turns at work that takes much memory."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from app.errors import Busy
from app.request_context import RequestContext, current_request
from app.turns import Turns

SECONDS = 20


@pytest.fixture
def busy_turns() -> Iterator[tuple[Turns, Event]]:
    """Turns of which the only one is taken until the event is set; one request may wait for a moment."""
    turns, end, begun = Turns(1, waiting=1, seconds=0.2, busy="busy"), Event(), Barrier(2)

    def hold() -> None:
        with turns.turn():
            begun.wait(SECONDS)
            end.wait(SECONDS)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(hold)
        begun.wait(SECONDS)
        yield turns, end
        end.set()


def ask(turns: Turns, *, is_request: bool) -> str:
    current_request.set(RequestContext("test") if is_request else None)
    try:
        with turns.turn():
            return "done"
    except Busy:
        return "busy"


def test_a_request_gives_up_and_background_work_waits(busy_turns: tuple[Turns, Event]) -> None:
    turns, end = busy_turns
    with ThreadPoolExecutor(3) as threads:
        background = threads.submit(ask, turns, is_request=False)
        requests = [threads.submit(ask, turns, is_request=True) for _ in range(2)]
        assert [request.result(SECONDS) for request in requests] == ["busy", "busy"]
        assert not background.done()
        end.set()
        assert background.result(SECONDS) == "done"
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(ask, turns, is_request=True).result(SECONDS) == "done"
