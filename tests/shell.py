"""The `jangkau` command as often as one likes, in a process of its own each time, but without waiting for an
interpreter: a process that has the code loaded already, and nothing else, forks itself for each command.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import app.cli

SECONDS_TO_END = 120

_shell = multiprocessing.get_context("forkserver")
_shell.set_forkserver_preload(["__main__", __name__])


def run(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end, as `subprocess.run` would. Raises `TimeoutExpired` if it has none."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stdin").write_text(stdin)
        process = _shell.Process(target=_command, args=(arguments, dict(environment), folder))
        process.start()
        process.join(SECONDS_TO_END)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, SECONDS_TO_END)
        said = [(folder / stream).read_text() for stream in ("stdout", "stderr")]
    return subprocess.CompletedProcess(arguments, process.exitcode, *said)


def _command(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(folder / "stdin", os.O_RDONLY), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    sys.argv = ["jangkau", *arguments]
    app.cli.main()
