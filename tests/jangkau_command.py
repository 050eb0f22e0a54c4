"""Run the `jangkau` command in a process of its own.

The process is forked from one that has loaded the code and made the routes, and nothing else, so that no test waits
for an interpreter.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from app.cli import commands
from app.main import make_routes

JANGKAU = str(Path(sys.executable).with_name("jangkau"))
SECONDS_TO_END = 120
NOTHING = Path(os.devnull)

_shell = multiprocessing.get_context("forkserver")
_shell.set_forkserver_preload(["__main__", "app.main", __name__])
make_routes()


def run(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, as `subprocess.run` would. Raises `TimeoutExpired` after two minutes."""
    with tempfile.TemporaryDirectory() as name:
        typed, output, errors = (Path(name) / stream for stream in ("stdin", "stdout", "stderr"))
        typed.write_text(stdin)
        process = start(arguments, environment, stdin=typed, output=output, errors=errors)
        process.join(SECONDS_TO_END)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, SECONDS_TO_END)
        said = output.read_text(), errors.read_text()
    return subprocess.CompletedProcess(arguments, process.exitcode, *said)


def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdin: Path = NOTHING,
    output: Path,
    errors: Path | None = None,
    new_interpreter: bool = False,
) -> BaseProcess:
    """Start the command and return its process. Errors are written to `output` unless `errors` is given.

    With `new_interpreter` the installed command is started by an interpreter of its own.
    """
    streams = (stdin, output, errors or output)
    process = _shell.Process(target=_command, args=(arguments, dict(environment), streams, new_interpreter))
    process.start()
    return process


def _command(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    streams: tuple[Path, Path, Path],
    new_interpreter: bool,
) -> None:
    stdin, *outputs = streams
    os.dup2(os.open(stdin, os.O_RDONLY), 0)
    for number, path in enumerate(outputs, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    if new_interpreter:
        os.execve(JANGKAU, [JANGKAU, *arguments], environment)  # noqa: S606 (no shell is wanted)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    sys.argv = ["jangkau", *arguments]
    commands.main()
