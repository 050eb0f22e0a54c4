"""What is seen of background work while it is under way."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from app.jobs import Jobs

Seen = TypeVar("Seen")


def drained(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, look: Callable[[], Seen]) -> list[Seen]:
    """Does what is queued; what `look` sees each time that it tells how far it is."""
    seen, tell = list[Seen](), jobs.huey.put

    def tell_and_look(key: str, rows: tuple[int, int]) -> None:
        tell(key, rows)
        seen.append(look())

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(jobs.huey, "put", tell_and_look)
        jobs.drain()
    return seen
