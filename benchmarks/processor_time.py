"""The processor time of a server, which is steadier than the clock where other work shares the machine."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, text

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
Times = dict[int, float]


class ProcessorTime:
    """Measures the processes that this one started, and PostgreSQL's on this machine. Reads Linux's `/proc`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._before = (0.0, Times())

    def start(self) -> None:
        self._before = self._read()

    def seconds(self) -> float:
        """Return the seconds of processor time since `start`."""
        before, backends_before = self._before
        after, backends = self._read()
        return after - before + sum(total - backends_before.get(pid, 0) for pid, total in backends.items())

    def _read(self) -> tuple[float, Times]:
        """Return the time of all own processes, also of those that have ended, and that of each backend."""
        return sum(_totals(descendants(os.getpid())).values()), _totals(self._backends())

    def _backends(self) -> list[int]:
        if self._engine.dialect.name != "postgresql":
            return []
        with self._engine.connect() as db:
            return list(db.scalars(text(BACKENDS)))


def descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield int(child)
            yield from descendants(int(child))


def _totals(pids: Iterable[int]) -> Times:
    """Return the seconds of each process that still runs, and of its children that have ended."""
    totals = {}
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            totals[pid] = sum(int(field) for field in fields[11:15]) / TICKS_A_SECOND
    return totals
