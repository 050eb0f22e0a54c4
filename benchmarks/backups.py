"""Measures backup and restore of a database of half a gigabyte, while ten writes a second go on.

`python -m benchmarks.backups URL TARGET` fills the empty database URL (100,000 attendances, 250 files of 1 MiB and
300,000 lines of the activity log), backs it up in a process of its own, and restores the backup into the empty database
TARGET. It prints seconds by the clock and of the processor, the processes' peak memory, and how long a write took, with
and without a backup. Of PostgreSQL's own work the processor's seconds are not in it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from sqlalchemy import Engine, text

from app.database import create_engine_for, writing
from app.models import Activity, UploadedFile
from app.models.base import now
from app.services.bulk import insert_rows
from app.services.reference_data import set_up_database
from benchmarks.contenders import SECRET
from benchmarks.fill import fill

ATTENDANCES = 100_000
FILES, FILE_BYTES = 250, 2**20
LINES = 300_000
SECONDS_BETWEEN_WRITES = 0.1
SECONDS_OF_CONTROL = 30
COMMAND = [sys.executable, "-c", "from app.cli.commands import main; main()"]


def files() -> Iterator[Mapping[str, Any]]:
    for number in range(1, FILES + 1):
        content = os.urandom(FILE_BYTES)  # as an encrypted file
        yield {
            "id": number,
            "name": f"{number}.xlsx",
            "sha256": "0" * 64,
            "size": FILE_BYTES,
            "content": content,
        }


def log_lines() -> Iterator[Mapping[str, Any]]:
    at = now()
    for number in range(1, LINES + 1):
        yield {
            "id": number,
            "at": at,
            "actor": "Panitia Contoh",
            "action": "register",
            "subject": "registration",
            "subject_id": str(number),
            "address": "",
            "reason": "",
            "values_digest": "ab" * 32,
            "before": None,
            "after": {"name": f"Peserta Contoh {number}", "status": "confirmed"},
            "salt": "cd" * 16,
        }


@contextmanager
def busy_writer(engine: Engine) -> Iterator[list[float]]:
    """Write ten times a second during the block; yield the seconds that each write takes."""
    seconds, stop = list[float](), Event()

    def write() -> None:
        while not stop.wait(SECONDS_BETWEEN_WRITES):
            begun = time.monotonic()
            with writing(engine) as db:
                statement = text("UPDATE participant SET phone = :phone WHERE id = :id")
                db.connection().execute(
                    statement, {"phone": f"+62812{begun:.0f}", "id": len(seconds) % 1000 + 1}
                )
            seconds.append(time.monotonic() - begun)

    thread = Thread(target=write)
    thread.start()
    try:
        yield seconds
    finally:
        stop.set()
        thread.join()


def run(name: str, url: str, *arguments: str) -> None:
    """Run a command of Jangkau on the database, and print what it took."""
    environment = os.environ | {"JANGKAU_DATABASE_URL": url, "JANGKAU_SECRET_KEY": SECRET}
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*COMMAND, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    say(
        f"{name}: {time.monotonic() - begun:.1f} s, {processor:.1f} s of the processor, "
        f"peak {after.ru_maxrss / 1024:.0f} MB"
    )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_writes(name: str, seconds: list[float]) -> None:
    say(f"{len(seconds)} writes {name}: longest {max(seconds) * 1000:.0f} ms")


def main(url: str, target: str) -> None:
    engine = create_engine_for(url)
    set_up_database(engine)
    fill(engine, ATTENDANCES)
    with writing(engine) as db:
        insert_rows(db, UploadedFile, files())
        insert_rows(db, Activity, log_lines())
    with busy_writer(engine) as seconds:
        time.sleep(SECONDS_OF_CONTROL)
    print_writes("without a backup", seconds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "copy.zip"
        with busy_writer(engine) as seconds:
            run("backup", url, "backup", str(file))
        print_writes("during the backup", seconds)
        say(f"{file.stat().st_size / 10**6:.0f} MB")
        run("restore", target, "restore", str(file))
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
