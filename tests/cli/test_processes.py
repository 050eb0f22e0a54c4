"""The processes of `jangkau serve --workers 2`: killed ones are replaced, and all end when they are to."""

import random
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from os import kill
from pathlib import Path
from threading import Event

import httpx2
import pytest
from sqlmodel import select

from app.database import reading
from app.models import LoginFailure
from tests.city import City
from tests.database import on_sqlite
from tests.server import Server, is_running, serving, wait_until

pytestmark = [on_sqlite, pytest.mark.slow, pytest.mark.clock]

WORKERS = 2
KILLS = 10
SECONDS_TO_REPLACE = 2
SECONDS_TO_END = 20
HALF_A_FORM = (
    b"POST /masuk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nemail="
)


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with serving(environment, tmp_path, workers=WORKERS) as server:
        yield server


def test_a_killed_worker_is_replaced_while_the_other_answers(server: Server) -> None:
    """A request fails only if its worker was killed."""
    chance, ended, answers = random.Random(19), Event(), list[bool]()  # noqa: S311 (moments)

    def ask() -> None:
        with httpx2.Client(headers={"Connection": "close"}, timeout=10) as visitor:
            while not ended.is_set():
                try:
                    answers.append(visitor.get(f"{server.url}/health/live").is_success)
                except httpx2.HTTPError:
                    answers.append(False)

    with ThreadPoolExecutor(1) as thread:
        visitor = thread.submit(ask)
        for _ in range(KILLS):
            ended.wait(chance.uniform(0, 0.5))
            kill_and_wait_for_another(server, chance.choice(server.workers()))
            wait_for_an_answer(server, answers)
        ended.set()
        visitor.result()

    assert answers.count(False) <= KILLS


def test_no_worker_outlives_its_parent(server: Server) -> None:
    workers = server.workers()
    server.process.kill()
    server.process.join()

    wait_until_ended(lambda: not any(map(is_running, workers)))
    wait_until_ended(lambda: is_free(httpx2.URL(server.url).port))


@pytest.mark.soak
def test_it_ends_while_bodies_are_half_sent(server: Server) -> None:
    with half_sent_forms(server):
        server.process.terminate()
        server.process.join(SECONDS_TO_END)
        assert server.process.exitcode == 0


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(server: Server, second: signal.Signals) -> None:
    workers = server.workers()
    with half_sent_forms(server):
        server.process.terminate()
        wait_until_refused(server)
        assert server.process.exitcode is None
        assert server.process.pid
        kill(server.process.pid, second)
        server.process.join(3)
        assert server.process.exitcode is not None
    wait_until_ended(lambda: not any(map(is_running, workers)))


@pytest.mark.parametrize(("trusted", "address"), [("127.0.0.1", "203.0.113.7"), ("192.0.2.1", "127.0.0.1")])
def test_a_client_has_the_address_that_a_trusted_proxy_names(
    environment: dict[str, str], tmp_path: Path, city: City, trusted: str, address: str
) -> None:
    with serving({**environment, "FORWARDED_ALLOW_IPS": trusted}, tmp_path) as server:
        httpx2.post(
            f"{server.url}/masuk",
            data={"email": "sari@contoh.id", "password": "bukan kata sandinya"},
            headers={"X-Forwarded-For": "203.0.113.7"},
        )
    with reading(city.engine) as db:
        assert db.exec(select(LoginFailure.address)).one() == address


def kill_and_wait_for_another(server: Server, victim: int) -> None:
    kill(victim, signal.SIGKILL)
    wait_until(lambda: len(set(server.workers()) - {victim}) == WORKERS, server, SECONDS_TO_REPLACE)


def wait_for_an_answer(server: Server, answers: list[bool]) -> None:
    answered = answers.count(True)
    wait_until(lambda: answers.count(True) > answered, server)


@contextmanager
def half_sent_forms(server: Server) -> Iterator[None]:
    """Connections on which the server waits for the rest of a form."""
    port = httpx2.URL(server.url).port
    with ExitStack() as connections:
        for _ in range(8):
            sender = connections.enter_context(socket.create_connection(("127.0.0.1", port)))
            sender.sendall(HALF_A_FORM)
        yield


def wait_until_refused(server: Server) -> None:
    """Wait until the server accepts no more connections."""

    def is_refused() -> bool:
        try:
            return not httpx2.get(f"{server.url}/health/live")
        except httpx2.HTTPError:
            return True

    wait_until(is_refused, server)


def wait_until_ended(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, after the server has ended."""
    deadline = time.monotonic() + SECONDS_TO_REPLACE
    while not is_so():
        assert time.monotonic() < deadline, "a worker goes on"


def is_free(port: int | None) -> bool:
    """Return whether another service could listen on this port now."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
