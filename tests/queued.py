"""What is seen of background work while it is under way."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.jobs.tasks import TaskRunner

Seen = TypeVar("Seen")


def drain_and_observe(runner: TaskRunner, look: Callable[[], Seen]) -> list[Seen]:
    """Do what is queued; return what `look` sees each time that progress is reported."""
    seen, progress = list[Seen](), runner.progress

    class Watched:
        def write(self, *numbers: int) -> None:
            progress.write(*numbers)
            seen.append(look())

        def __getattr__(self, name: str) -> Any:
            return getattr(progress, name)

    runner.progress = Watched()
    try:
        runner.drain()
    finally:
        runner.progress = progress
    return seen
