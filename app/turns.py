"""Turns at work that takes so much memory that few threads of this process may do it at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from app.errors import Busy
from app.request_context import current_request


class Turns:
    """Lets `at_once` threads of this process do something at the same time.

    Of the requests beyond that at most `waiting` wait, and each at most `seconds`: they keep their place at the
    database meanwhile. Background work and commands wait as long as it takes. `busy` is the msgid of the refusal.
    """

    def __init__(self, at_once: int, *, waiting: int = 16, seconds: float, busy: str) -> None:
        self._running = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._waiting, self._max_waiting, self._seconds = 0, waiting, seconds
        self._busy = busy

    def limit_waiting(self, number: int) -> None:
        """Let at most so many requests wait, and one in any case."""
        self._max_waiting = max(number, 1)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and keep it until the block ends. Raises `Busy` for a request that can't get it in time."""
        if current_request.get() is None:
            self._running.acquire()
        elif not self._running.acquire(blocking=False):
            self._wait()
        try:
            yield
        finally:
            self._running.release()

    def _wait(self) -> None:
        """Wait for the semaphore. Raises `Busy` if too many wait already, or after the time."""
        with self._lock:
            if self._waiting >= self._max_waiting:
                raise Busy(self._busy, seconds=int(self._seconds))
            self._waiting += 1
        try:
            if not self._running.acquire(timeout=self._seconds):
                raise Busy(self._busy, seconds=int(self._seconds))
        finally:
            with self._lock:
                self._waiting -= 1
