"""Child processes with limits on memory and time: for files of others, and for documents that take much memory.

The child is a module that reads a line of JSON (limits, what to do) and then the file from standard input, and answers
on standard output. If a library aborts or asks for all memory, only the child ends, and what it took is given back.

Starting Python and loading a reader takes longer than reading a short list. `open_children` therefore starts a process
that loads the module once, and is copied (forked) for each of many files; each copy has its own limits.
"""

import gc
import logging
import math
import os
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn, Protocol

import orjson

GRACE_SECONDS = 5
"""How much longer than its caller waits a child may run."""

SERVE = "--serve"
"""The argument with which a module answers one request after another by `serve_children`."""

MAX_PLACES = 20
_FRAME = re.compile(r'^  File "(.+)", line (\d+), in (.+)$', re.MULTILINE)
_EXCEPTION = re.compile(r"^([A-Za-z_.]+)(?=:|$)", re.MULTILINE)

_PROJECT = Path(__file__).parents[1]
_log = logging.getLogger(__name__)


def run_child(module: str, request: Mapping[str, object], content: bytes, *, seconds: float) -> bytes | None:
    """Run a module as a child process with the request and a file, and return its answer, or None if it died.

    Raises `TimeoutError` if it takes longer than `seconds`.
    """
    try:
        child = subprocess.run(  # noqa: S603 (a module of this program)
            [sys.executable, "-m", module],
            input=orjson.dumps(request) + b"\n" + content,
            capture_output=True,
            timeout=seconds,
            cwd=_PROJECT,
            env=_environment_without_secrets(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    if child.returncode:
        _log_end(module, child.returncode, child.stderr)
        return None
    return child.stdout


def _log_end(module: str, status: int, errors: bytes) -> None:
    _log.warning("%s ended with %s: %s", module, status, _describe_end(errors.decode(errors="replace")))


def _describe_end(errors: str) -> str:
    """Return the places of the last traceback in what a child wrote, and the exception's type; "" without one.

    The rest may quote the file that it read.
    """
    last = errors.rpartition("Traceback (most recent call last):")[2]
    places = [f"{file}:{line} in {name}" for file, line, name in _FRAME.findall(last)]
    types = _EXCEPTION.findall(last)
    return "\n".join((*places[-MAX_PLACES:], *types[-1:])) if places else ""


def limit_process(memory: int, seconds: float) -> None:
    """Limit address space (bytes), processor time and life time of this process. Lower limits of the system stay.

    The limits of time exceed `seconds`, for which the caller waits: an earlier end would look like an abort.
    """
    for kind, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, math.ceil(seconds) + GRACE_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_SECONDS)


def _environment_without_secrets() -> dict[str, str]:
    """Return the environment without the settings of the service and of its libraries (libpq, OpenTelemetry), so that a
    hostile file can't reach secrets.
    """
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("JANGKAU_", "PG", "OTEL_"))
    }


class RunChild(Protocol):
    """`run_child` for the module of a server of children."""

    def __call__(self, request: Mapping[str, object], content: bytes, *, seconds: float) -> bytes | None: ...


_CALL = struct.Struct("!dQ")
"""Before each call: the seconds that its child may take, and the length of request and file."""
_ANSWER = struct.Struct("!iQQ")
"""Before each answer: how the child ended, and the lengths of its answer and of what it wrote to standard error."""
_TOO_SLOW = -1_000


@contextmanager
def open_children(module: str) -> Iterator[RunChild]:
    """Yield a function that does what `run_child` does for this module, without the time that Python takes to start.

    The calls are answered one after another by children that are forks of one process, which has loaded the module and
    reads no file itself. If it dies too, the next call starts another one.
    """
    server: subprocess.Popen[bytes] | None = None

    def run(request: Mapping[str, object], content: bytes, *, seconds: float) -> bytes | None:
        nonlocal server
        if server is None or server.poll() is not None:
            server = _start_server(module)
        try:
            status, answer, errors = _call_server(server, orjson.dumps(request) + b"\n" + content, seconds)
        except (OSError, EOFError):
            _end_server(server)
            server = None
            return None
        if status == _TOO_SLOW:
            raise TimeoutError
        if status:
            _log_end(module, status, errors)
            return None
        return answer

    try:
        yield run
    finally:
        if server is not None:
            _end_server(server)


def _start_server(module: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (a module of this program)
        [sys.executable, "-m", module, SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_PROJECT,
        env=_environment_without_secrets(),
    )


def _end_server(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    with server:
        pass


def _call_server(server: subprocess.Popen[bytes], call: bytes, seconds: float) -> tuple[int, bytes, bytes]:
    """Return how the child ended (0, `_TOO_SLOW` or another status), its answer, and its standard error.

    Raises `OSError` or `EOFError` if the server died.
    """
    if server.stdin is None or server.stdout is None:
        raise EOFError
    server.stdin.write(_CALL.pack(seconds, len(call)))
    server.stdin.write(call)
    server.stdin.flush()
    status, answer, errors = _ANSWER.unpack(_read_exactly(server.stdout, _ANSWER.size))
    return status, _read_exactly(server.stdout, answer), _read_exactly(server.stdout, errors)


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def serve_children(answer: Callable[[bytes], bytes]) -> None:
    """Fork a child for each call on standard input, which writes what `answer` returns, until the input ends."""
    gc.freeze()
    calls, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := calls.read(_CALL.size):
        seconds, size = _CALL.unpack(head)
        status, content, errors = _fork(answer, _read_exactly(calls, size), seconds)
        answers.write(_ANSWER.pack(status, len(content), len(errors)))
        answers.write(content)
        answers.write(errors)
        answers.flush()


def _fork(answer: Callable[[bytes], bytes], call: bytes, seconds: float) -> tuple[int, bytes, bytes]:
    """Return how a fork of this process ended that answers the call, its answer, and its standard error."""
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as errors:
        pid = os.fork()
        if not pid:
            _answer_in_fork(answer, call, writer, errors.fileno())
        os.close(writer)
        content = _read_until(reader, time.monotonic() + seconds)
        os.close(reader)
        if content is None:
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        errors.seek(0)
        return (_TOO_SLOW, b"", b"") if content is None else (status, content, errors.read())


def _answer_in_fork(answer: Callable[[bytes], bytes], call: bytes, writer: int, errors: int) -> NoReturn:
    """Write the answer and end, without a way to the calls and answers of the server."""
    os.dup2(errors, 2)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    status = 1
    try:
        with open(writer, "wb") as stream:
            stream.write(answer(call))
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _read_until(reader: int, deadline: float) -> bytes | None:
    """Return all that is written to a pipe until it is closed, or None if that takes longer."""
    parts: list[bytes] = []
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    while poll.poll(max(0, deadline - time.monotonic()) * 1000):
        part = os.read(reader, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return None
