"""What a power cut leaves of a server's files: strace records what it writes, and what it has synced by when."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx2
import pytest

from tests.jangkau_command import JANGKAU
from tests.server import SECONDS_TO_START, SECONDS_TO_STOP, free_port

CALLS = "trace=pwrite64,ftruncate,fsync,fdatasync"
# A thread's call as strace prints it, with texts in hexadecimal:
# 1796102325.343152 pwrite64(16</a/file>, "…", 4096, 8192) = 4096 <0.000021>
_CALL = re.compile(
    r"(?P<at>\d+\.\d+) (?P<name>\w+)\(\d+<(?P<path>[^>]*)>"
    r"(?:, \"(?P<content>[^\"]*)\", \d+)?(?:, (?P<number>\d+))?\)\s+= \d+ <(?P<seconds>[\d.]+)>"
)


@dataclass(frozen=True)
class Call:
    """A call that changes or syncs a file, with the times when it began and ended, by `time.time()`."""

    began: float
    ended: float
    name: str
    path: str
    number: int
    content: bytes

    def apply(self, file: bytearray) -> None:
        """Change the file's content as the call did."""
        if self.name == "ftruncate":
            del file[self.number :]
            return
        file.extend(bytes(max(0, self.number - len(file))))
        file[self.number : self.number + len(self.content)] = self.content


@dataclass(frozen=True)
class RecordedDisk:
    """The files of a folder as they were at first, and all calls since."""

    first: Path
    calls: tuple[Call, ...]

    def after_power_cut(
        self, moment: float, folder: Path, dice: Random, without_syncs_of: str = "\0"
    ) -> Path:
        """Write the files as a power cut at `moment` could leave them, and return their folder.

        Of what was written after the last sync of a file any part may have reached the disk: the dice decide. Syncs
        of files whose names end in `without_syncs_of` don't count.
        """
        shutil.copytree(self.first, folder)
        for path in {call.path for call in self.calls}:
            past = [call for call in self.calls if call.path == path and call.began < moment]
            synced = [call.began for call in past if "sync" in call.name and call.ended < moment]
            safe_until = 0.0 if path.endswith(without_syncs_of) else max(synced, default=0.0)
            file = folder / Path(path).name
            content = bytearray(file.read_bytes()) if file.exists() else bytearray()
            for call in past:
                if "sync" not in call.name and (call.ended <= safe_until or dice.random() < 0.5):
                    call.apply(content)
            file.write_bytes(content)
        return folder


class Recording:
    """A server whose calls are recorded. `disk` is what they say, once it has stopped."""

    def __init__(self, url: str, first: Path, calls: Path) -> None:
        self.url = url
        self._first = first
        self._calls = calls

    @property
    def disk(self) -> RecordedDisk:
        calls = (call for file in self._calls.iterdir() for call in _read_calls(file))
        return RecordedDisk(self._first, tuple(sorted(calls, key=lambda call: call.began)))


@contextmanager
def recorded_server(environment: Mapping[str, str], database: Path, folder: Path) -> Iterator[Recording]:
    """`jangkau serve` under strace, killed at the end. `database` is its SQLite file, which nobody else has open."""
    first, calls, log = folder / "first", folder / "calls", folder / "server.log"
    for made in (first, calls):
        made.mkdir()
    shutil.copy(database, first)
    url = f"http://127.0.0.1:{(port := free_port())}"
    options = (
        "-ff",
        "--seccomp-bpf",
        "-ttt",
        "-T",
        "-y",
        "-xx",
        "-s",
        "100000",
        "-e",
        CALLS,
        "-o",
        str(calls / "of-thread"),
    )
    with log.open("w") as output:
        strace = subprocess.Popen(
            ["strace", *options, JANGKAU, "serve", "--port", str(port)],
            env={**environment, "JANGKAU_BASE_URL": url},
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_alive(url, strace, log)
        yield Recording(url, first, calls)
    finally:
        for pid in Path(f"/proc/{strace.pid}/task/{strace.pid}/children").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        strace.wait(SECONDS_TO_STOP)


def _wait_until_alive(url: str, strace: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    with httpx2.Client(base_url=url) as visitor:
        while not _answers(visitor):
            if time.monotonic() > deadline or strace.poll() is not None:
                pytest.fail(f"waited in vain:\n{log.read_text()}")


def _answers(visitor: httpx2.Client) -> bool:
    try:
        return visitor.get("/health/live").is_success
    except httpx2.HTTPError:
        return False


def _read_calls(file: Path) -> Iterator[Call]:
    """The calls of one thread on the files of the database."""
    for line in file.read_text().splitlines():
        if not (call := _CALL.match(line)):
            continue
        path = _decode(call["path"]).decode()
        if not path.endswith((".sqlite3", "-wal")):
            continue
        began = float(call["at"])
        yield Call(
            began,
            began + float(call["seconds"]),
            call["name"],
            path,
            int(call["number"] or 0),
            _decode(call["content"] or ""),
        )


def _decode(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
