"""Visitors without an account are answered a few at a time; the others wait, and take no thread for it.

Python computes in one thread at a time. Where hundreds come at once, forty threads that each give way at every
question to the database spend about half of their time on giving way.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")


def few_at_once(
    most: int,
) -> Callable[[Callable[_Asked, _Answer]], Callable[_Asked, Awaitable[_Answer]]]:
    """A route that runs in a thread, as a plain `def` does, but in no more than so many of this process."""
    turns = CapacityLimiter(most)

    def limited(route: Callable[_Asked, _Answer]) -> Callable[_Asked, Awaitable[_Answer]]:
        @wraps(route)
        async def answer(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
            return await to_thread.run_sync(partial(route, *args, **kwargs), limiter=turns)

        return answer

    return limited
