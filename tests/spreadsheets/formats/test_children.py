"""Who reads files: a process that forks for each of them. What one file does there touches no other."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app.spreadsheets.formats.children import ChildDied, ForkServer, whole_answer
from app.spreadsheets.reading import MEMORY_BYTES

REQUEST = {
    "list": "participants",
    "memory": MEMORY_BYTES,
    "seconds": 30,
    "trim": False,
    "place_keys": [],
    "group_keys": [],
    "sheet": None,
    "header_row": None,
    "columns": [],
}
SECRET = "rahasia-kota"
READS_AND_WAITS = """
from tests.spreadsheets.test_children import names, ForkServer
server = ForkServer()
print(*names(server, "Rina"), flush=True)
input()
"""
LIMITED_TO_A_SECOND = """
import resource
from app.spreadsheets.child import limit_process
limit_process(2**40, 1)
print(*resource.getrlimit(resource.RLIMIT_CPU))
"""


@pytest.fixture
def fork_server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.stop()


def names(fork_server: ForkServer, *people: str) -> list[str]:
    """The people of a list, as a child read them."""
    content = "\n".join(["Nama;Kelurahan", *(f"{name};Damai" for name in people)])
    answer = fork_server.ask(json.dumps(REQUEST).encode(), content.encode(), 30)
    return [cells["name"] for _, cells in json.loads(answer)["sheet"]["rows"]]


def fork_servers_of(parent: int) -> set[int]:
    """The ids of the processes that make children for this one."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # Others come and go meanwhile.
            if b"app.spreadsheets.formats.fork_server" in (process / "cmdline").read_bytes().split(b"\0"):
                status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
                if int(status["PPid"]) == parent:
                    found.add(int(process.name))
    return found


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_everybody_gets_the_answer_to_their_own_file(fork_server: ForkServer) -> None:
    lists = [[f"Rina {number}", f"Maya {number}"] for number in range(40)]
    with ThreadPoolExecutor(8) as eight:
        answers = list(eight.map(lambda people: names(fork_server, *people), lists))
    assert answers == lists


def test_a_child_that_dies_says_why_and_takes_nobody_along(fork_server: ForkServer) -> None:
    with pytest.raises(ChildDied, match="KeyError: 'memory'"):
        fork_server.ask(b"{}", b"Nama;Kelurahan", 30)
    assert names(fork_server, "Rina") == ["Rina"]


def test_half_an_answer_of_a_child_that_died_is_none() -> None:
    caller, child = socket.socketpair()
    with caller, child:
        child.sendall(b'{"sheet":{"rows":[[2,{"name":"Ri')
        child.shutdown(socket.SHUT_WR)
        assert whole_answer(caller, b"{}", b"Nama;Kelurahan") == b""


def test_a_child_that_computes_all_the_time_outlives_its_callers_patience() -> None:
    """Else whoever waits for a list that takes too long would be told that it is damaged."""
    command = [sys.executable, "-c", LIMITED_TO_A_SECOND]
    limits = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert int(limits.split()[0]) > 1


def test_one_that_was_killed_is_started_again(fork_server: ForkServer) -> None:
    before = fork_servers_of(os.getpid())
    assert names(fork_server, "Rina") == ["Rina"]
    (it,) = fork_servers_of(os.getpid()) - before
    ended = os.pidfd_open(it)
    os.kill(it, signal.SIGKILL)
    assert select.select([ended], [], [], 10)[0]
    os.close(ended)
    with ThreadPoolExecutor(8) as eight:
        answers = list(eight.map(lambda name: names(fork_server, name), ["Maya"] * 8))
    assert answers == [["Maya"]] * 8


def test_whoever_asks_one_that_is_killed_is_answered_by_the_next(fork_server: ForkServer) -> None:
    """It is held up meanwhile, so that it is killed with all of their files before it."""
    before = fork_servers_of(os.getpid())
    assert names(fork_server, "Rina") == ["Rina"]
    (it,) = fork_servers_of(os.getpid()) - before
    os.kill(it, signal.SIGSTOP)
    with ThreadPoolExecutor(8) as eight:
        answers = [eight.submit(names, fork_server, *["Maya"] * 20) for _ in range(8)]
        waiting = [answer for answer in answers if not answer.done()]
        os.kill(it, signal.SIGKILL)
        assert [len(answer.result()) for answer in answers] == [20] * 8
    assert len(waiting) == 8


def test_it_knows_no_secret(fork_server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JANGKAU_SECRET_KEY", SECRET)
    monkeypatch.setenv("BALIKPAPAN", "terang")
    before = fork_servers_of(os.getpid())
    assert names(fork_server, "Rina") == ["Rina"]
    (it,) = fork_servers_of(os.getpid()) - before
    known = Path(f"/proc/{it}/environ").read_text()
    assert "terang" in known
    assert SECRET not in known


def test_it_ends_when_the_service_is_killed() -> None:
    command = [sys.executable, "-c", READS_AND_WAITS]
    service = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with service:
        assert service.stdout is not None
        assert service.stdout.readline() == "Rina\n"
        (it,) = fork_servers_of(service.pid)
        ended = os.pidfd_open(it)
        service.kill()
        assert select.select([ended], [], [], 10)[0]
        os.close(ended)


def test_no_file_stays_open(fork_server: ForkServer) -> None:
    names(fork_server, "Rina")
    before = open_files()
    for _ in range(5):
        names(fork_server, "Rina")
    assert open_files() == before
