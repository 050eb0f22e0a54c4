"""Calls of this program's functions in child processes, for documents that take much memory.

`python -m app.child_call` is such a process. Apart from `app.child_process`, because the children that read the files
of others are to load few modules.
"""

import gc
import pickle
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import orjson

from app.child_process import limit_process, run_child
from app.i18n import N_
from app.turns import Turns

MAX_MEMORY_OF_CALL = 2 * 1024**3
MAX_SECONDS_OF_CALL = 120

P = ParamSpec("P")
T = TypeVar("T")
# How many calls have a child at the same time; others wait, so that the memory suffices.
call_turns = Turns(
    2,
    seconds=20,
    busy=N_("Many documents are being made right now. Please try again in %(seconds)s seconds."),
)


def call_in_child(function: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Return what the function returns in a child process, or raise what it raises there.

    The function is one of a module of this program, which the child imports; arguments and result are pickled. Raises
    `TimeoutError` after `MAX_SECONDS_OF_CALL`, and `MemoryError` if the child died, as it does above
    `MAX_MEMORY_OF_CALL`. Raises `Busy` for a request while too many others wait.
    """
    limits = {"memory": MAX_MEMORY_OF_CALL, "seconds": MAX_SECONDS_OF_CALL}
    call = pickle.dumps((function, arguments, keywords))
    with call_turns.turn():
        answer = run_child("app.child_call", limits, call, seconds=MAX_SECONDS_OF_CALL)
    if answer is None:
        raise MemoryError(f"{function.__qualname__} did not end in its child process")
    result, error = pickle.loads(answer)  # noqa: S301 (written by this program)
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def _answer_call() -> None:
    """Call the function on standard input, and write its result or its exception."""
    gc.disable()  # The process ends soon.
    limits = orjson.loads(sys.stdin.buffer.readline())
    limit_process(limits["memory"], limits["seconds"])
    function, arguments, keywords = pickle.load(sys.stdin.buffer)  # noqa: S301 (written by this program)
    result, problem = None, None
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        problem = error
    pickle.dump((result, problem), sys.stdout.buffer)


if __name__ == "__main__":
    _answer_call()
