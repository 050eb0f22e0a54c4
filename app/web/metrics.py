"""Figures for Prometheus at `/metrics`: requests, connections in use, and what waits in the database.

No label has personal data: routes are templates, and states and kinds are words of the code. With several worker
processes each writes its figures to files of one folder (`PROMETHEUS_MULTIPROC_DIR`, which `jangkau serve` makes), from
which any of them answers for all.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from app.database import reading
from app.queries.operation.figures import load_operation_figures

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# The library's own end at 10 s; a page is to take less than one second.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one application, which uses the connections of `engine`."""

    def __init__(self, engine: Engine) -> None:
        # Imported here: the library looks for the folder when it is imported.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "jangkau_requests", "Requests by route and status.", labels, registry=self._registry
        )
        self._seconds = Histogram(
            "jangkau_request_seconds",
            "Time until the answer was sent, by route.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._connections = Gauge(
            "jangkau_database_connections_in_use",
            "Connections that are taken from the pool.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )
        event.listen(engine, "checkout", lambda *_: self._connections.inc())
        event.listen(engine, "checkin", lambda *_: self._connections.dec())

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def render(self, engine: Engine) -> bytes:
        """Return all figures in Prometheus' text format, without those of the database while it doesn't answer."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry, folder = self._registry, os.environ.get(FOLDER)
        if folder:
            _forget_ended_processes(Path(folder))
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        from_database = CollectorRegistry()
        from_database.register(_DatabaseFigures(engine))
        return generate_latest(registry) + generate_latest(from_database)


class _DatabaseFigures:
    """A collector that counts in the database what waits and what became of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterable["GaugeMetricFamily"]:
        """Yield the figures, or only that the database does not answer."""
        from prometheus_client.core import GaugeMetricFamily

        figures = None
        with suppress(SQLAlchemyError), reading(self._engine) as db:
            figures = load_operation_figures(db)
        yield GaugeMetricFamily(
            "jangkau_database_up", "Whether the database answers.", value=int(figures is not None)
        )
        if figures is None:
            return
        for name, text, label, values in (
            ("jangkau_outbox_tasks", "Background tasks that are queued.", "kind", figures.tasks),
            ("jangkau_messages", "Messages by state.", "state", figures.messages),
            ("jangkau_imports", "Uploaded lists by state.", "state", figures.imports),
        ):
            family = GaugeMetricFamily(name, text, labels=[label])
            for value, count in values.items():
                family.add_metric([value], count)
            yield family
        yield GaugeMetricFamily(
            "jangkau_outbox_oldest_seconds",
            "Age of the oldest background task that is due.",
            value=figures.oldest_task_seconds,
        )


@contextmanager
def shared_folder(workers: int) -> Iterator[None]:
    """Let several worker processes that are started in the block share their figures by a folder that ends with it."""
    if workers == 1 or FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="jangkau-metrics-") as folder:
        os.environ[FOLDER] = folder
        yield
        del os.environ[FOLDER]


def _forget_ended_processes(folder: Path) -> None:
    """Remove the gauges of processes that have ended. Their counters stay, so that none goes back."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if not Path(f"/proc/{pid}").exists():
            file.unlink(missing_ok=True)
