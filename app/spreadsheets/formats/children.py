"""Asks a child process, one for each file, which a fork server makes.

A process has its own fork server, from its first file on.
"""

import atexit
import os
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import NamedTuple

_PROJECT = Path(__file__).parents[3]
_ORDER = b"."
LAST_WORDS = 2000
NO_WORD = "a signal ended it, without a word"
NO_SERVER = "the process that makes children was killed again and again"
TRIES = 3
MOMENT = 0.2  # seconds


class ChildDied(Exception):
    """The child ended without an answer; the text is what it wrote about that."""


class _Started(NamedTuple):
    process: subprocess.Popen[bytes]
    orders: socket.socket


class ForkServer:
    """Starts when it is first asked for, and again if it was killed. Any thread may ask."""

    def __init__(self) -> None:
        self._changing = Lock()
        self._started: _Started | None = None

    def ask(self, request: bytes, content: bytes, seconds: float) -> bytes:
        """A new child's answer to one line and a file. Raises `ChildDied`, and `TimeoutError` after so many seconds.

        Where it was the fork server that died, the file has no part in that, and the next one is asked; `RuntimeError`
        where that dies again and again.
        """
        for _ in range(TRIES):
            connection, its_end = socket.socketpair()
            with connection, TemporaryFile() as errors:
                with its_end:
                    server = self._order(its_end.fileno(), errors.fileno())
                connection.settimeout(seconds)
                if answer := whole_answer(connection, request, content):
                    return answer
                if not _is_dead(server):
                    errors.seek(0)
                    raise ChildDied(errors.read()[-LAST_WORDS:].decode(errors="replace") or NO_WORD)
        raise RuntimeError(NO_SERVER)

    def stop(self) -> None:
        """Ends it, and its children."""
        self._end(self._started)

    def _order(self, *files: int) -> subprocess.Popen[bytes]:
        """Has a child made; returns the process that makes it."""
        running = self._running()
        try:
            socket.send_fds(running.orders, [_ORDER], files)
        except OSError:  # It was killed, or another thread has just found that out.
            self._end(running)
            running = self._running()
            socket.send_fds(running.orders, [_ORDER], files)
        return running.process

    def _running(self) -> _Started:
        with self._changing:
            self._started = self._started or _start()
            return self._started

    def _end(self, started: _Started | None) -> None:
        with self._changing:
            if started is not None and started is self._started:
                started.orders.close()
                started.process.wait()
                self._started = None


def _start() -> _Started:
    orders, its_end = socket.socketpair()
    with its_end:
        command = [sys.executable, "-m", "app.spreadsheets.formats.fork_server", str(its_end.fileno())]
        process = subprocess.Popen(  # noqa: S603 (a module of our own)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[its_end.fileno()],
            cwd=_PROJECT,
            env=_environment_without_secrets(),
            start_new_session=True,
        )
    return _Started(process, orders)


def _is_dead(process: subprocess.Popen[bytes]) -> bool:
    """Who is killed lets go of what is open a moment before being dead."""
    try:
        process.wait(MOMENT)
    except subprocess.TimeoutExpired:
        return False
    return True


def whole_answer(connection: socket.socket, request: bytes, content: bytes) -> bytes:
    """What the child says to the end; nothing where it died before that."""
    try:
        connection.sendall(request + b"\n")
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            said = answer.read()
    except (BrokenPipeError, ConnectionResetError):
        return b""
    return said if said.endswith(b"\n") else b""


def _environment_without_secrets() -> dict[str, str]:
    """A process that reads hostile files has no business with the installation's secret or database."""
    return {name: value for name, value in os.environ.items() if not name.startswith("JANGKAU_")}


fork_server = ForkServer()
atexit.register(fork_server.stop)
