"""How many requests of this process use the database at the same time."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, fail_after
from fastapi.concurrency import run_in_threadpool

from app.child_call import call_turns
from app.database import MAX_REQUESTS
from app.errors import Unavailable
from app.faults import Fault
from app.i18n import N_
from app.paper.reading import photo_turns
from app.request_context import current_request
from app.services.accounts.passwords import password_checks

Params = ParamSpec("Params")
Result = TypeVar("Result")

MAX_SECONDS_TO_WAIT = 4
REQUESTS_THAT_NEVER_WAIT = 4
TOO_MANY = N_("Jangkau has too much to do at the moment. Nothing was changed. Please try again.")

_limiter = CapacityLimiter(MAX_REQUESTS)


def limit_requests(number: int) -> None:
    """Let so many requests of this process use the database at the same time.

    Not all of them may wait for the check of a password, a document or a photo: some are left for the others.
    """
    _limiter.total_tokens = number
    for turns in (password_checks, call_turns, photo_turns):
        turns.limit_waiting(number - REQUESTS_THAT_NEVER_WAIT)


@asynccontextmanager
async def database_turn() -> AsyncIterator[None]:
    """Wait until fewer than `max_requests` others use the database, and use it in the block.

    A request holds no thread and no connection while it waits. Without this, requests could hold all connections of the
    pool and wait for a thread, while requests in all threads wait for a connection. Raises `Unavailable` (503) if the
    wait is too long.
    """
    begun = time.monotonic()
    try:
        with fail_after(MAX_SECONDS_TO_WAIT):
            await _limiter.acquire()
    except TimeoutError:
        problem = Unavailable(TOO_MANY, retry_after=5)
        problem.details["reason"] = Fault.BUSY.value
        raise problem from None
    if context := current_request.get():
        context.waited = time.monotonic() - begun
    try:
        yield
    finally:
        _limiter.release()


async def run_in_turn(
    function: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs
) -> Result:
    """Call a function that uses the database in a thread, in a turn of its own. Raises `Unavailable`.

    For what a request does before or after its handler. The handler's own turn must be over.
    """
    async with database_turn():
        return await run_in_threadpool(function, *args, **kwargs)
