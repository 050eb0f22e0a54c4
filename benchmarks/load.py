"""Measures a mixed load: pages 70 %, registrations 20 %, marks at the door 8 %, reports 2 %, by 16 clients for 60 s.

`python -m benchmarks.load` fills a database of 20,000 attendances on each database, serves it with one process, and
prints the responses of each kind; `--database postgresql` takes one of them, `--url` a database that `benchmarks.fill`
filled before, `--workers` several processes. benchmarks/README.md says what is measured.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from urllib.parse import urlencode
from uuid import uuid4

import typer
import uvloop
from sqlalchemy import Engine, make_url
from sqlmodel import col, select

from app.database import reading, writing
from app.models import Registration, User, WorkshopSession
from app.models.base import now
from app.services.accounts.logins import create_login
from benchmarks.citizens import http_request
from benchmarks.clients import exchange
from benchmarks.fill import engine_of
from benchmarks.fill import main as fill_database
from benchmarks.filled_office import EMAIL, GROUPS, LARGE
from benchmarks.import_attendance import new_database, postgresql
from benchmarks.servers import SERVICE, serving
from benchmarks.sheets import FIRST, LAST, word

ATTENDANCES, CLIENTS, SECONDS = 20_000, 16, 60.0
PAGES, REGISTRATIONS, CHECK_IN, REPORTS = "pages", "registrations", "check-in", "reports"
SHARES = {PAGES: 70, REGISTRATIONS: 20, CHECK_IN: 8, REPORTS: 2}
OF_CITIZENS = ("/", "/jadwal", "/daftar/KELAS-1", "/daftar/KELAS-7", "/privasi")
OF_STAFF = (
    "/",
    "/kegiatan",
    "/kalender",
    "/peserta",
    "/unggahan",
    f"/sesi/{LARGE}-1",
    f"/sesi/{LARGE}-1/peserta",
)
HEADINGS = "database    what           responses  a second  p50 ms  p95 ms  p99 ms  errors"
BAD_REQUEST, SECONDS_TO_END = 400, 60


@dataclass
class City:
    """What requests name: tickets of the session that runs now, and the sessions that are open for registering."""

    tickets: list[str]
    open_sessions: list[tuple[str, str]]
    kelurahan: list[str]


@dataclass
class Result:
    """The seconds that each response took, the statuses of those over 399, and the clients' own processor time."""

    waited: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in SHARES})
    errors: dict[str, Counter[int]] = field(default_factory=lambda: {kind: Counter() for kind in SHARES})
    processor: float = 0.0


def requests(city: City, login: str, people: Iterator[int], number: int) -> Iterator[tuple[str, bytes]]:
    """A browser of staff, which also registers citizens: requests without end, of kinds by their shares."""
    chance = random.Random(number)  # noqa: S311 (the same requests every time)
    of_staff = f"Cookie: jangkau_login={login}"
    pages = cycle(
        [
            *(http_request(f"GET {path}") for path in OF_CITIZENS),
            *(http_request(f"GET {path}", of_staff) for path in OF_STAFF),
        ]
    )
    while True:
        (kind,) = chance.choices(list(SHARES), list(SHARES.values()))
        match kind:
            case "pages":
                yield kind, next(pages)
            case "registrations":
                yield kind, registration(city, next(people))
            case "check-in":
                yield kind, mark(chance.choice(city.tickets), of_staff)
            case _:
                yield kind, http_request("GET /cakupan?from=2025-01-01&to=2025-12-31", of_staff)


def registration(city: City, number: int) -> bytes:
    workshop, session = city.open_sessions[number % len(city.open_sessions)]
    form = {
        "request_key": f"muatan-{number:016}",
        "name": f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]} {word(number)}",
        "kelurahan": city.kelurahan[number * 7 % len(city.kelurahan)],
        "target_group": GROUPS[number * 3 % len(GROUPS)],
        "phone": f"0815{10_000_000 + number}",
        "consent": "true",
    }
    return http_request(
        f"POST /daftar/{workshop}?sesi={session}",
        "Content-Type: application/x-www-form-urlencoded",
        f"X-Forwarded-For: 10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
        body=urlencode(form),
    )


def mark(ticket: str, of_staff: str) -> bytes:
    body = {"registration": ticket, "status": "present", "at": now().isoformat(), "nonce": uuid4().hex}
    return http_request(
        f"POST /sesi/{LARGE}-1/hadir/tanda", of_staff, "Content-Type: application/json", body=json.dumps(body)
    )


def main(
    url: list[str] = typer.Option([]),
    database: list[str] = typer.Option(["sqlite", "postgresql"]),
    attendances: int = ATTENDANCES,
    clients: int = CLIENTS,
    seconds: float = SECONDS,
    workers: int = 1,
) -> None:
    typer.echo(HEADINGS)
    if url:
        for address in url:
            print_load(address, clients, seconds, workers)
        return
    with postgresql() as server:
        for kind in database:
            with new_database(kind, server) as address:
                fill_database(address, attendances)
                print_load(address, clients, seconds, workers)


def print_load(url: str, clients: int, seconds: float, workers: int) -> None:
    database = make_url(url).get_backend_name()
    result = measure(url, clients, seconds, workers)
    for kind, waited in result.waited.items():
        typer.echo(line(database, kind, waited, result.errors[kind], seconds))
    everything = [wait for waits in result.waited.values() for wait in waits]
    typer.echo(line(database, "all", everything, sum(result.errors.values(), Counter()), seconds))
    typer.echo(f"{database}: the clients took {result.processor / seconds:.0%} of a core")


def measure(url: str, clients: int, seconds: float, workers: int) -> Result:
    engine = engine_of(url)
    city, login = load_city(engine), log_in(engine)
    engine.dispose()
    people = count(int(time.time()) % 1_000_000)
    with serving(SERVICE, url, workers) as port:
        sent = [requests(city, login, people, number) for number in range(clients)]
        return uvloop.run(send_all(port, sent, seconds))


async def send_all(port: int, sent: Iterable[Iterator[tuple[str, bytes]]], seconds: float) -> Result:
    """Send the requests of each client one after the other until the time is over, those of all clients at once."""
    result, before = Result(), time.process_time()
    until = time.perf_counter() + seconds
    async with asyncio.timeout(seconds + SECONDS_TO_END), asyncio.TaskGroup() as group:
        for requests_of_client in sent:
            group.create_task(send(port, requests_of_client, until, result))
    result.processor = time.process_time() - before
    return result


async def send(port: int, sent: Iterator[tuple[str, bytes]], until: float, result: Result) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (started := time.perf_counter()) < until:
        kind, request = next(sent)
        head = await exchange(reader, writer, request)
        result.waited[kind].append(time.perf_counter() - started)
        status = int(head.split(b" ", 2)[1])
        if status >= BAD_REQUEST:
            result.errors[kind][status] += 1
    writer.close()


def load_city(engine: Engine) -> City:
    with reading(engine) as db:
        of_large = (
            select(Registration.code, Registration.kelurahan_code)
            .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
            .where(WorkshopSession.code == f"{LARGE}-1")
        )
        rows = db.exec(of_large).all()
        codes = db.exec(
            select(WorkshopSession.code).where(col(WorkshopSession.code).startswith("KELAS-"))
        ).all()
    return City(
        tickets=[code for code, _ in rows],
        open_sessions=[("-".join(code.split("-")[:2]), code) for code in codes],
        kelurahan=sorted({code for _, code in rows if code}),
    )


def log_in(engine: Engine) -> str:
    with writing(engine) as db:
        return create_login(db, db.exec(select(User).where(User.email == EMAIL)).one(), "ukur")


def line(database: str, what: str, waited: list[float], errors: Counter[int], seconds: float) -> str:
    if not waited:
        return f"{database:<11} {what:<14} {0:>9}"
    in_order = sorted(waited)
    p50, p95, p99 = (in_order[int(share * (len(in_order) - 1))] * 1000 for share in (0.5, 0.95, 0.99))
    return (
        f"{database:<11} {what:<14} {len(waited):>9,} {len(waited) / seconds:>9.1f} {p50:>7.1f} {p95:>7.1f} "
        f"{p99:>7.1f} {errors.total():>7} {dict(errors) if errors else ''}".rstrip()
    )


if __name__ == "__main__":
    typer.run(main)
