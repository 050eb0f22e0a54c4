"""Whether this process is ready, for `/health/ready`: asked often, and answered within seconds in any case."""

import asyncio
import time
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread

from sqlalchemy import Engine

from app.services.operation.readiness import ReadinessChecks

SECONDS_KEPT = 1.5
SECONDS_TO_ANSWER = 3


class Readiness:
    """Runs the checks in a thread of their own, at most once in `SECONDS_KEPT`, and never twice at the same time.

    Not in the threads that requests use: those may all be waiting for the database. The thread is a daemon, so that a
    database that never answers does not keep the process from ending.
    """

    def __init__(self, engine: Engine, report_engine: Engine) -> None:
        self._checks = ReadinessChecks(engine, report_engine)
        self._result: Future[list[str]] | None = None
        self._ended_at = float("-inf")

    async def find_failing(self) -> list[str]:
        """Return what fails, as `ReadinessChecks.find_failing` does; the check that is stuck after `SECONDS_TO_ANSWER`.

        Called on the event loop alone, so that it needs no lock.
        """
        result = self._result
        if result is None or (result.done() and time.monotonic() - self._ended_at > SECONDS_KEPT):
            result = self._result = Future()
            Thread(target=copy_context().run, args=(self._run, result), name="readiness", daemon=True).start()
        done, _ = await asyncio.wait([asyncio.wrap_future(result)], timeout=SECONDS_TO_ANSWER)
        return result.result() if done else [self._checks.running]

    def _run(self, result: "Future[list[str]]") -> None:
        try:
            failing = self._checks.find_failing()
        except BaseException as error:
            self._ended_at = time.monotonic()
            result.set_exception(error)
            raise
        self._ended_at = time.monotonic()
        result.set_result(failing)
