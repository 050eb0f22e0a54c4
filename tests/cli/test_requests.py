"""Requests as no browser sends them, over sockets to a real server: other hosts, slow bodies and broken connections.

The server's log must stay without a traceback, which the fixture `server` checks.
"""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest

from app.database import writing
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.logins import create_login
from app.web.security import SECONDS_FOR_BODY
from tests.city import City, crowd
from tests.database import on_sqlite
from tests.server import Server

pytestmark = pytest.mark.slow


@contextmanager
def connection(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=60) as connected:
        yield connected


def answer_to(server: Server, request: str) -> str:
    """The response to a whole request, written by hand."""
    with connection(server) as connected:
        connected.sendall(request.replace("\n", "\r\n").encode())
        return everything_from(connected)


def everything_from(connected: socket.socket) -> str:
    """What the server sends until it closes the connection."""
    parts = []
    while part := connected.recv(65_536):
        parts.append(part)
    return b"".join(parts).decode(errors="replace")


def get(path: str, *hosts: str) -> str:
    return "\n".join(
        [f"GET {path} HTTP/1.1", *(f"Host: {host}" for host in hosts), "Connection: close", "", ""]
    )


def begun_upload(path: str, kind: str, length: int, *headers: str) -> str:
    """The head of a POST whose body is still to come."""
    more = "".join(f"{header}\r\n" for header in headers)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    )


MULTIPART = "multipart/form-data; boundary=batas"
FILE_BEGUN = (
    b'--batas\r\nContent-Disposition: form-data; name="file"; filename="daftar.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\nNama;Kelurahan\r\n"
)


@on_sqlite
def test_a_host_that_is_not_of_this_site_is_refused(server: Server) -> None:
    for hosts in (("jahat.example",), ("127.0.0.1.jahat.example",), ("127.0.0.1", "jahat.example"), ("[",)):
        for path in ("/daftar", "/api/v1/kelurahan"):
            answer = answer_to(server, get(path, *hosts))
            assert answer.startswith("HTTP/1.1 400 ")
            assert "jahat.example" not in answer
    problem = json.loads(
        answer_to(server, get("/api/v1/kelurahan", "jahat.example")).partition("\r\n\r\n")[2]
    )
    assert (problem["code"], problem["detail"]) == ("wrong-host", f"This site is reached at {server.url}.")
    for host in ("127.0.0.1", "localhost:8123", "[::1]:8000"):
        assert answer_to(server, get("/daftar", host)).startswith("HTTP/1.1 200 ")


@on_sqlite
def test_trace_is_not_answered(server: Server) -> None:
    for path in ("/daftar", "/api/v1/kelurahan"):
        request = get(path, "127.0.0.1").replace("GET", "TRACE")
        assert answer_to(server, request).startswith("HTTP/1.1 405 ")


@on_sqlite
def test_what_precedes_and_follows_a_body_is_limited(server: Server) -> None:
    """The parser keeps all of it, and takes the longer for each piece the more it has."""
    before_head = "GET /health/live"
    in_headers = f"{before_head} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    in_trailers = f"{in_headers}Transfer-Encoding: chunked\r\n\r\n0\r\n"
    for begun, piece in (
        (f"{before_head}?q=", b"a" * 2**20),
        (f"{in_headers}X-Long: ", b"a" * 2**20),
        (in_headers, b"x-many: a\r\n" * 2**17),
        (in_trailers, b"x-many: a\r\n" * 2**17),
    ):
        with connection(server) as connected:
            connected.sendall(begun.encode())
            with pytest.raises(ConnectionError):
                connected.sendall(piece * 64)
        assert answer_to(server, get("/health/live", "127.0.0.1")).startswith("HTTP/1.1 200 ")
    long_cookie = get("/health/live", "127.0.0.1").replace("\n\n", f"\nCookie: {'a' * 30_000}\n\n")
    assert answer_to(server, long_cookie).startswith("HTTP/1.1 200 ")


@on_sqlite
def test_a_health_check_may_name_the_machine(server: Server) -> None:
    """So may the files of the page that refuses a host."""
    for path in ("/health/live", "/health/ready", "/static/activities.css"):
        assert answer_to(server, get(path, "10.0.0.7:8000")).startswith("HTTP/1.1 200 ")


@on_sqlite
def test_a_body_that_trickles_is_ended(server: Server, city: City) -> None:
    """A few bytes a second, to a page and to the API; meanwhile others are answered."""
    uploads = {
        "/daftar/SPBE-2025": ("application/x-www-form-urlencoded", b"name="),
        "/api/v1/workshops": ("application/json", b'{"code": "'),
        "/api/v1/sessions/UMKM-2025-1/attendance-imports": (MULTIPART, FILE_BEGUN),
    }
    begun, answers = time.monotonic(), list[str]()
    with ExitStack() as stack:
        waiting = [stack.enter_context(connection(server)) for _ in uploads]
        for connected, (path, (kind, body)) in zip(waiting, uploads.items(), strict=True):
            connected.sendall(begun_upload(path, kind, 1_000).encode() + body)
            connected.settimeout(0.2)
        while waiting and time.monotonic() < begun + 2 * SECONDS_FOR_BODY:
            assert httpx2.get(f"{server.url}/health/live").is_success
            for connected in list(waiting):
                try:
                    answers.append(everything_from(connected))
                    waiting.remove(connected)
                except TimeoutError:
                    # Only now: a byte that arrives after the answer resets the connection, and the answer with it.
                    connected.sendall(b"a")

    assert [answer.split()[1] for answer in answers] == ["408"] * 3
    assert SECONDS_FOR_BODY - 1 < time.monotonic() - begun < SECONDS_FOR_BODY + 5


@on_sqlite
def test_a_long_upload_over_a_slow_line_arrives(server: Server, city: City) -> None:
    """A file that takes longer than a body may at first, but keeps coming."""
    city.session()
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    body = FILE_BEGUN + crowd(9_000) + b"\r\n--batas--\r\n"
    parts = SECONDS_FOR_BODY + 2
    size = len(body) // parts + 1
    with connection(server) as connected:
        path = "/api/v1/sessions/UMKM-2025-1/attendance-imports"
        connected.sendall(begun_upload(path, MULTIPART, len(body), f"Authorization: Bearer {token}").encode())
        deadline = time.monotonic()
        for number in range(parts):
            connected.sendall(body[number * size : (number + 1) * size])
            deadline += 1
            connected.settimeout(max(0.01, deadline - time.monotonic()))
            if number < parts - 1:
                with pytest.raises(TimeoutError):
                    connected.recv(1)
        connected.settimeout(60)
        assert connected.recv(65_536).startswith(b"HTTP/1.1 201 ")


@on_sqlite
@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/daftar/SPBE-2025", "application/x-www-form-urlencoded", b"name=Siti"),
        ("/masuk", "application/x-www-form-urlencoded", b"email=sari"),
        ("/api/v1/workshops", "application/json", b'{"code": "A'),
        ("/api/v1/sessions/UMKM-2025-1/attendance-imports", MULTIPART, FILE_BEGUN),
        ("/target/2025/unggah", MULTIPART, FILE_BEGUN),
        ("/tidak-ada", "text/plain", b"a"),
    ],
)
def test_a_connection_that_breaks_leaves_no_traceback(
    server: Server, city: City, path: str, kind: str, body: bytes
) -> None:
    with writing(city.engine) as db:
        login = create_login(db, city.users["made"], "uji")
    head = begun_upload(path, kind, 1_000, f"Cookie: jangkau_login={login}")
    with connection(server) as connected:
        connected.sendall(head.encode() + body)

    assert httpx2.get(f"{server.url}/health/ready").is_success
