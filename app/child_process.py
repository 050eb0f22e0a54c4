"""Child processes with limits on memory and time: for files of others, and for documents that take much memory.

The child is a module that reads a line of JSON (limits, what to do) and then the file from standard input, and answers
on standard output. If a library aborts or asks for all memory, only the child ends, and what it took is given back.
"""

import logging
import math
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

GRACE_SECONDS = 5
"""How much longer than its caller waits a child may run."""

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
        ending = _describe_end(child.stderr.decode(errors="replace"))
        _log.warning("%s ended with %s: %s", module, child.returncode, ending)
        return None
    return child.stdout


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
