"""Starts servers for benchmarks, each in a process of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contenders import SECRET
from tests.jangkau_command import JANGKAU
from tests.server import free_port

SECONDS_TO_START = 120

UVICORN = (sys.executable, "-m", "uvicorn", "--factory", "--log-level", "warning", "--no-server-header")
SERVICE = (JANGKAU, "serve")
BARE = (*UVICORN, "benchmarks.bare_registration:create_app")
UNLOCKED = (*UVICORN, "benchmarks.unlocked_registration:create_app")


@contextmanager
def serving(command: tuple[str, ...], url: str, workers: int = 1) -> Iterator[int]:
    """Serve a database with the command, and yield the port. Raises `RuntimeError` if the server logs a traceback."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "JANGKAU_DATA_DIR": folder,
            "JANGKAU_DATABASE_URL": url,
            "JANGKAU_SECRET_KEY": SECRET,
            "JANGKAU_SECOND_FACTOR": "off",
            "JANGKAU_PRIVACY_CONTACT": "privasi@contoh.id",
        }
        log = Path(folder, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                [*command, "--port", str(port), "--workers", str(workers)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_listening(port, process, log)
            yield port
        finally:
            process.terminate()
            process.wait(SECONDS_TO_START)
        if "Traceback" in log.read_text():
            raise RuntimeError(log.read_text())


def _wait_until_listening(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
