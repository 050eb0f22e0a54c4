"""Visitors without an account are answered a few at a time; the others wait, and take no thread for it.

Python computes in one thread at a time. Where hundreds come at once, forty threads that each give way at every
question to the database spend about half of their time on giving way.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar, cast

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from app.web.container import container_of

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")


def few_at_once(
    most: int, *, on_postgresql: int | None = None
) -> Callable[[Callable[_Asked, _Answer]], Callable[_Asked, Awaitable[_Answer]]]:
    """A route that runs in a thread, as a plain `def` does, but in no more than so many of this process.

    `on_postgresql` are more of those who change something: where the database is another process they wait for it, and
    the interpreter is free meanwhile. SQLite's work is done in their own thread, one after the other.
    """
    turns, turns_on_postgresql = CapacityLimiter(most), CapacityLimiter(on_postgresql or most)

    def limited(route: Callable[_Asked, _Answer]) -> Callable[_Asked, Awaitable[_Answer]]:
        @wraps(route)
        async def answer(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
            embedded = not on_postgresql or container_of(cast(Request, kwargs["request"])).settings.embedded
            limiter = turns if embedded else turns_on_postgresql
            return await to_thread.run_sync(partial(route, *args, **kwargs), limiter=limiter)

        return answer

    return limited
