"""Observing background work while it is under way."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.jobs.tasks import TaskRunner

Observed = TypeVar("Observed")


def drain_and_observe(runner: TaskRunner, observe: Callable[[], Observed]) -> list[Observed]:
    """Do all queued work. Returns the results of `observe`, called each time that progress is reported."""
    observed, progress = list[Observed](), runner.progress

    class ObservedProgress:
        def write(self, *numbers: int) -> None:
            progress.write(*numbers)
            observed.append(observe())

        def __getattr__(self, name: str) -> Any:
            return getattr(progress, name)

    runner.progress = ObservedProgress()
    try:
        runner.drain()
    finally:
        runner.progress = progress
    return observed
