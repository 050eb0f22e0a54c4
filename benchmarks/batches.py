"""Measures a batch of lists: 200 files of 60 people with new sessions, from upload to saved, in a process of its own.

`python -m benchmarks.batches` measures both databases; benchmarks/README.md has the figures. Only processor time can be
compared between runs on a machine with other work.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import typer
from pydantic import SecretStr

from app.database import create_engine, reading, writing
from app.jobs.tasks import TaskRunner
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.queries.imports.batches.batch_lists import ListStatus
from app.queries.imports.batches.batches import get_batch_view
from app.services.imports.batches.new_sessions import create_sessions
from app.services.imports.batches.saving import save_ready
from app.services.imports.batches.uploads import upload_batch
from app.services.reference_data import set_up_database
from app.settings import Settings
from benchmarks.contenders import SECRET
from benchmarks.import_attendance import new_database, postgresql
from benchmarks.processor_time import ProcessorTime, descendants
from tests.lists import folder_of_lists, zip_of

SECONDS_BETWEEN_LOOKS = 0.2
STEPS = ("upload", "read and match", "create sessions", "judge", "save")


def main(lists: int = 200, people: int = 60) -> None:
    typer.echo(f"{lists} lists of {people} people")
    typer.echo("database    step             seconds  processor seconds")
    with postgresql() as server:
        for database in ("sqlite", "postgresql"):
            with new_database(database, server) as url:
                command = [sys.executable, "-m", "benchmarks.batches", "--url", url]
                sizes = ["--lists", str(lists), "--people", str(people)]
                done = subprocess.run(  # noqa: S603 (this program)
                    [*command, *sizes], check=True, capture_output=True, text=True, timeout=3600
                )
            measured = json.loads(done.stdout)
            for step in STEPS:
                seconds, processor = measured[step]
                typer.echo(f"{database:<11} {step:<16} {seconds:>7.1f} {processor:>18.1f}")
            read = [sum(measured[step][at] for step in ("read and match", "judge")) for at in (0, 1)]
            typer.echo(f"{database:<11} {'read and judged':<16} {read[0]:>7.1f} {read[1]:>18.1f}")
            typer.echo(f"{database:<11} at most {measured['megabytes']:.0f} MB, parsers included")


def measure(url: str, lists: int, people: int) -> None:
    """Do the steps in this process, and print their seconds and the memory as JSON."""
    content = zip_of(folder_of_lists(lists, people=people))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=url, data_dir=Path(folder), secret_key=SecretStr(SECRET))
        engine = create_engine(settings)
        set_up_database(engine)
        vault, runner = NikVault(settings.secret), TaskRunner(settings, engine, NikVault(settings.secret))
        processor = ProcessorTime(engine)
        measured: dict[str, object] = {}

        def step(name: str, work: Callable[[], None]) -> None:
            processor.start()
            begun, own = time.monotonic(), _own_seconds()
            work()
            measured[name] = (time.monotonic() - begun, _own_seconds() - own + processor.seconds())

        def upload() -> None:
            with writing(engine) as db:
                upload_batch(db, vault, OPERATOR, "tahun", [("tahun.zip", content)])

        def create() -> None:
            with writing(engine) as db:
                create_sessions(db, OPERATOR, 1)

        def save() -> None:
            with writing(engine) as db:
                save_ready(db, OPERATOR, 1)
            # The searches for possible duplicates among the people, which each queues, follow when all are saved.
            for _ in range(lists):
                runner.perform_next()

        with peak_memory() as peak:
            for name, work in zip(STEPS, (upload, runner.drain, create, runner.drain, save), strict=True):
                step(name, work)
        with reading(engine) as db:
            counts = get_batch_view(db, OPERATOR, 1).counts
        if counts != {ListStatus.SAVED: lists}:
            raise SystemExit(f"not all lists were saved: {counts}")
        engine.dispose()
        typer.echo(json.dumps({**measured, "megabytes": peak[0]}))


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """Yield a list whose only item becomes the most memory (MB) of this process and its children together."""
    peak, ended = [0.0], Event()

    def watch() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            peak[0] = max(peak[0], _megabytes())

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()
        peak[0] = max(peak[0], _megabytes())


def _megabytes() -> float:
    """Return the memory of this process and of its descendants; what forks share is counted once."""
    kilobytes = 0
    for pid in (os.getpid(), *descendants(os.getpid())):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def _own_seconds() -> float:
    """Return the processor time of this process and of those that it has started and that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def run(url: str = "", lists: int = 200, people: int = 60) -> None:
    if url:
        measure(url, lists, people)
    else:
        main(lists, people)


if __name__ == "__main__":
    typer.run(run)
