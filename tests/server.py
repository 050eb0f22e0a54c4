"""Fixtures for real processes: `jangkau` runs the command, `server` is a service on a port of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx2
import pytest

from app.settings import Settings
from tests import jangkau_command

SECONDS_TO_START, SECONDS_TO_STOP = 60, 20
SECONDS_BETWEEN_TRIES = 0.02

Jangkau = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """Environment variables that give a process the settings of the test."""
    return {
        "PATH": os.environ["PATH"],
        "JANGKAU_DATA_DIR": str(settings.data_dir),
        "JANGKAU_DATABASE_URL": settings.database_url,
        "JANGKAU_SECRET_KEY": settings.secret_key.get_secret_value(),
        "JANGKAU_SECOND_FACTOR": settings.second_factor,
        "JANGKAU_PRIVACY_CONTACT": settings.privacy_contact,
    }


@pytest.fixture
def jangkau(environment: dict[str, str]) -> Jangkau:
    """A function that runs the command to its end: `jangkau("import", "list.xlsx", "--session", "A-1")`."""

    def run(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return jangkau_command.run([str(argument) for argument in arguments], environment, stdin)

    return run


@dataclass(frozen=True)
class Running:
    """A command that runs until it is stopped."""

    process: BaseProcess
    log: Path

    def kill(self) -> None:
        """End the process as a power cut would."""
        children = children_of(self.process.pid)
        self.process.kill()
        self.process.join()
        deadline = time.monotonic() + SECONDS_TO_STOP
        while any(is_running(child) for child in children):
            if time.monotonic() > deadline:
                pytest.fail("a process has outlived its parent")

    def stop(self) -> None:
        self.process.terminate()
        self.process.join(SECONDS_TO_STOP)
        if self.process.exitcode is None:
            self.kill()
            pytest.fail(f"the process did not stop:\n{self.log.read_text()}")


@dataclass(frozen=True)
class Server(Running):
    url: str

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer requests."""
        return children_of(self.process.pid)


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    """`jangkau serve`, ready to answer. A traceback in its log fails the test."""
    with serving(environment, tmp_path) as server:
        yield server


@contextmanager
def serving(
    environment: dict[str, str],
    folder: Path,
    *,
    new_interpreter: bool = False,
    host: str = "127.0.0.1",
    workers: int = 1,
) -> Iterator[Server]:
    """The same as a context manager, for tests that need several servers, or one that a `new_interpreter` starts.

    `host` is this machine's address or name in the URL.
    """
    port = free_port()
    log, url = folder / f"server-{port}.log", f"http://{host}:{port}"
    command = ["serve", "--port", str(port), "--workers", str(workers)]
    process = jangkau_command.start(
        command, {**environment, "JANGKAU_BASE_URL": url}, output=log, new_interpreter=new_interpreter
    )
    server = Server(process, log, url)
    try:
        _wait_until_alive(server)
        yield server
    finally:
        server.stop()
    assert "Traceback" not in log.read_text(), log.read_text()


@contextmanager
def working(environment: dict[str, str], folder: Path, *, new_interpreter: bool = False) -> Iterator[Running]:
    """`jangkau worker`, which does the background work."""
    log = folder / "worker.log"
    worker = Running(
        jangkau_command.start(["worker"], environment, output=log, new_interpreter=new_interpreter), log
    )
    try:
        wait_until(lambda: log.exists() and "ready" in log.read_text(), worker)
        yield worker
    finally:
        worker.stop()
    assert "Traceback" not in log.read_text(), log.read_text()


def wait_until(is_so: Callable[[], bool], running: Running, seconds: float = SECONDS_TO_START) -> None:
    """Wait until `is_so` returns True. Fails the test if that takes too long, or if the process ends before."""
    deadline = time.monotonic() + seconds
    while not is_so():
        running.process.join(SECONDS_BETWEEN_TRIES)
        if time.monotonic() > deadline or running.process.exitcode is not None:
            pytest.fail(f"waited in vain:\n{running.log.read_text()}")


def children_of(process_id: int | None) -> list[int]:
    """Return the ids of the processes that the main thread of a process has started and not yet waited for."""
    try:
        return [
            int(child) for child in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
        ]
    except FileNotFoundError:
        return []


def is_running(process_id: int) -> bool:
    """Return whether a process has not ended; one that nobody has waited for has."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(server: Server) -> None:
    with httpx2.Client(base_url=server.url) as visitor:

        def answers() -> bool:
            try:
                return visitor.get("/health/live").is_success
            except httpx2.HTTPError:
                return False

        wait_until(answers, server)
