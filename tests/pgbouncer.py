"""pgbouncer in transaction mode in front of the PostgreSQL of the tests."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import OperationalError

from tests.database import url_text
from tests.server import SECONDS_TO_START, free_port

# Debian's package has it there, which is not in everyone's PATH.
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def pooled(database_url: str, folder: Path, pool_size: int) -> Iterator[str]:
    """Run pgbouncer with so many connections to the server, and yield the address of the database behind it.

    All other settings are those that it has by default, except that it asks for no password.
    """
    assert PROGRAM is not None, "pgbouncer is not installed: make pgbouncer"
    port, log = free_port(), folder / "pgbouncer.log"
    config = folder / "pgbouncer.ini"
    config.write_text(_config(make_url(database_url), port, pool_size))
    with log.open("w") as output, config.open() as settings:
        process = subprocess.Popen(
            [PROGRAM, "/dev/stdin"], stdin=settings, stdout=output, stderr=output, user=_user(database_url)
        )
    address = URL.create("postgresql+psycopg", "jangkau", host="127.0.0.1", port=port, database="jangkau")
    try:
        _wait_until_ready(address, process, log)
        yield url_text(address)
    finally:
        process.terminate()
        process.wait()


def _user(database_url: str) -> str | None:
    """Return the user that it runs as, None for this process's: as root it refuses to run.

    The owner of the server's socket, if there is one, may use it. The configuration reaches it as its standard input,
    because it may not look into the test's folder.
    """
    if os.geteuid() != 0:
        return None
    socket_folder = make_url(database_url).query.get("host")
    return Path(str(socket_folder)).owner() if socket_folder else "nobody"


def _config(server: URL, port: int, pool_size: int) -> str:
    """Return the configuration. The server is reached by its socket or its port, as its address says."""
    host = server.query.get("host") or server.host
    parts = {"host": host, "port": server.port, "dbname": server.database, "user": server.username}
    if server.password:
        parts["password"] = server.password
    connection = " ".join(f"{name}={value}" for name, value in parts.items() if value)
    return f"""[databases]
jangkau = {connection}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
"""


def _wait_until_ready(address: URL, process: subprocess.Popen[bytes], log: Path) -> None:
    engine, deadline = create_engine(address), time.monotonic() + SECONDS_TO_START
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
        else:
            break
    engine.dispose()
