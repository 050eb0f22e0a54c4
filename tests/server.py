"""The service as a real process: the `jangkau` command, and a server that answers on a port of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from app.settings import Settings
from tests import shell

JANGKAU = str(Path(sys.executable).with_name("jangkau"))
SECONDS_TO_START = 20
SECONDS_BETWEEN_TRIES = 0.02

Jangkau = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a process sees the settings of the test."""
    return {
        "PATH": os.environ["PATH"],
        "JANGKAU_DATA_DIR": str(settings.data_dir),
        "JANGKAU_DATABASE_URL": settings.database_url,
        "JANGKAU_SECRET_KEY": settings.secret_key.get_secret_value(),
    }


@pytest.fixture
def jangkau(environment: dict[str, str]) -> Jangkau:
    """Runs the command to its end: `jangkau("import", "list.xlsx", "--session", "A-1")`."""

    def run(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return shell.run([str(argument) for argument in arguments], environment, stdin)

    return run


@dataclass(frozen=True)
class Server:
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(SECONDS_TO_START)


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    """`jangkau serve`, ready to answer. Whatever ends in a traceback there fails the test."""
    with serving(environment, tmp_path) as server:
        yield server


@contextmanager
def serving(environment: dict[str, str], folder: Path) -> Iterator[Server]:
    """The same, for a test that needs another after the first was killed."""
    port = free_port()
    log, url = folder / f"server-{port}.log", f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [JANGKAU, "serve", "--port", str(port)],
            env={**environment, "JANGKAU_BASE_URL": url},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(url, process, log)
    try:
        _wait_until_alive(server)
        yield server
    finally:
        server.stop()
    assert "Traceback" not in log.read_text(), log.read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(server: Server) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            httpx2.get(f"{server.url}/health/live").raise_for_status()
            return
        except httpx2.HTTPError:
            with suppress(subprocess.TimeoutExpired):
                server.process.wait(SECONDS_BETWEEN_TRIES)
    pytest.fail(f"the server did not start:\n{server.log.read_text()}")
