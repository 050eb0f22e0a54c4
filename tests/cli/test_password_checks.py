"""Many wrong passwords at once, sent to a real server with real password hashes."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import httpx2
import pytest

from tests.city import City
from tests.database import on_sqlite
from tests.server import Jangkau, Server

AT_ONCE = 18
MIB = 1024
PASSWORD = "kebun raya di tepi kota"


def peak_memory(server: Server) -> int:
    """Return the most memory that the server's worker has had, in KiB."""
    (worker,) = server.workers()
    status = Path(f"/proc/{worker}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1])


def log_in(server: Server, email: str) -> int:
    """Send a wrong password, and return the status of the answer."""
    with httpx2.Client(base_url=server.url, timeout=60) as browser:
        return browser.post("/masuk", data={"email": email, "password": "bukan kata sandinya"}).status_code


@on_sqlite
@pytest.mark.slow
def test_eighteen_wrong_passwords_at_once_take_the_memory_of_two(server: Server, city: City) -> None:
    """Each hash takes 64 MiB. Logins that have to wait are answered all the same."""
    assert log_in(server, "siapa@contoh.id") == 401
    before = peak_memory(server)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        emails = [f"orang{number}@contoh.id" for number in range(AT_ONCE)]
        answers = list(threads.map(lambda email: log_in(server, email), emails))

    assert answers == [401] * AT_ONCE
    assert peak_memory(server) - before < 3 * 64 * MIB


@on_sqlite
@pytest.mark.slow
@pytest.mark.clock
def test_a_wrong_password_takes_as_long_for_an_account_as_for_none(server: Server, jangkau: Jangkau) -> None:
    """Within half of the time: hashes differ by as much on a machine that does other work."""
    create = ("user", "create", "ani@contoh.id", "--name", "Ani", "--role", "staff", "--password-stdin")
    assert jangkau(*create, stdin=f"{PASSWORD}\n").returncode == 0
    assert log_in(server, "hangat@contoh.id") == 401

    def fastest(email: str) -> float:
        times = []
        for _ in range(4):
            began = perf_counter()
            assert log_in(server, email) == 401
            times.append(perf_counter() - began)
        return min(times)

    known, unknown = fastest("ani@contoh.id"), fastest("siapa@contoh.id")

    assert known == pytest.approx(unknown, rel=0.5)
