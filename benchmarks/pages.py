"""Measures every GET route for an administrator and a citizen, at a million attendances, on both databases.

`python -m benchmarks.pages` fills new databases, asks for each page and prints those that take longest; with `--url` it
asks a database that `benchmarks.fill` filled before. `--attendances` makes smaller ones, `--only` narrows the walk down
to addresses that contain a text (several may be given), `--every` prints all of them, `--times` asks more or less often
than three times. A request is given up after 30 s. benchmarks/README.md says what is measured.
"""

import re
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import typer
from sqlalchemy import Engine, func, make_url
from sqlmodel import col, select

from app.database import Db, reading, writing
from app.models import (
    AttendanceImport,
    DataRequest,
    Denominator,
    EvaluationIndicator,
    GroupMembership,
    ImportStatus,
    IssuedReport,
    PeopleMerge,
    PossibleDuplicate,
    PrivacyNotice,
    Registration,
    TokenScope,
    User,
    Venue,
    WhatsAppList,
    WorkshopSession,
)
from app.permissions import OPERATOR
from app.queries.issued_reports.reports import slug_of
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.logins import create_login
from app.services.coverage.session_facts import store_facts
from benchmarks.fill import ATTENDANCES, engine_of
from benchmarks.fill import main as fill_database
from benchmarks.filled_office import EMAIL, LARGE
from benchmarks.import_attendance import new_database, postgresql
from benchmarks.processor_time import ProcessorTime
from benchmarks.servers import SERVICE, serving
from tests.access.test_routes import load_table
from tests.browser.every_page import is_page

BOUND = 1.0
TIMES, TIMES_OF_SLOW = 3, 2
TIMEOUT = 30.0
TIMED_OUT = 0  # instead of an HTTP status
ADMINISTRATOR, CITIZEN = "administrator", "citizen"
COLUMNS = {ADMINISTRATOR: "NIK admin", CITIZEN: "stranger"}
PRINTED = 15
HEADINGS = "database    who            status  ms  first ms  cpu ms      kB  address"

# Parameters that name no row of the database, and those that name the first row of a table.
FIXED = {
    "document_format": "pdf",
    "file_format": "csv",
    "file_kind": "csv",
    "file_name": "years.csv",
    "format_": "json",
    "language": "en",
    "number": "2",
    "outcome": "present",
    "path": "mark.svg",
    "picture": "mendaftar.png",
    "step": "rows",
    "topic_key": "mendaftar",
    "year": "2025",
}
FIRST: dict[str, Any] = {
    "denominator_id": Denominator.id,
    "indicator_id": EvaluationIndicator.id,
    "list_id": WhatsAppList.id,
    "membership_id": GroupMembership.id,
    "merge_id": PeopleMerge.id,
    "pair_id": PossibleDuplicate.id,
    "report_number": IssuedReport.number,
    "request_id": DataRequest.id,
    "user_id": User.id,
    "venue_id": Venue.id,
    "version": PrivacyNotice.version,
}
# Addresses with a query, for what the bare ones don't ask of the database.
QUERIES = {
    ADMINISTRATOR: (
        "/peserta?search=Contoh",
        "/peserta?search=bunga+teladan",
        "/peserta?search=tidakada",
        "/peserta?search=081310012345",
        "/peserta?kelurahan=64.71.01.1001&urut=-sessions",
        "/peserta?urut=kelurahan",
        "/peserta?urut=sessions",
        "/peserta?urut=latest",
        "/peserta?halaman=200",
        "/peserta?target_group=umkm",
        "/peserta?from=2024-01-01&to=2025-12-31",
        "/peserta?from=2025-01-01&to=2025-12-31&kelurahan=64.71.01.1001",
        "/peserta?from=2025-01-01&to=2025-12-31&counted=registered&urut=-sessions",
        "/cari?q=Contoh",
        "/cari?q=bunga+teladan",
        "/cari?q=081310012345",
        "/cakupan?from=2024-01-01&to=2025-12-31",
        f"/sesi/{LARGE}-1/peserta?halaman=100",
        f"/sesi/{LARGE}-1/hadir?search=bunga",
        "/kalender?bulan=2025-05",
        "/kegiatan?search=contoh",
        "/pesan?status=failed",
        "/catatan?actor=Petugas",
        "/catatan?subject=registration",
        f"/api/v1/sessions/{LARGE}-1/registrations?limit=200",
    ),
    CITIZEN: ("/daftar?q=kelas", "/jadwal?q=kelas"),
}


@dataclass(frozen=True, slots=True)
class Visit:
    who: str
    path: str
    template: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds until the whole answer was there: the first time, and the least of all times.

    `processor` is the least processor time of server and database, `size` the bytes of the body. A page is slow if both
    times are over the bound: on a shared machine the clock alone says nothing.
    """

    visit: Visit
    status: int
    first: float
    seconds: float
    processor: float
    size: int

    @property
    def failed(self) -> bool:
        return self.status == TIMED_OUT or self.status >= 500

    @property
    def is_slow_page(self) -> bool:
        return min(self.seconds, self.processor) > BOUND and (
            is_page(self.visit.template) or "/api/" in self.visit.template
        )

    def line(self, database: str) -> str:
        mark = " <-- over a second" if self.is_slow_page else ""
        mark = f" <-- given up after {TIMEOUT:.0f} s" if self.status == TIMED_OUT else mark
        least, first, processor = (
            round(seconds * 1000) for seconds in (self.seconds, self.first, self.processor)
        )
        return (
            f"{database:<11} {self.visit.who:<14} {self.status:>3} {least:>6} {first:>9} {processor:>7} "
            f"{self.size / 1000:>7.0f}  {self.visit.path}{mark}"
        )


def main(
    url: list[str] = typer.Option([]),
    attendances: int = ATTENDANCES,
    only: list[str] = typer.Option([]),
    every: bool = False,
    times: int = TIMES,
) -> None:
    typer.echo(HEADINGS)
    if url:
        for address in url:
            walk_and_print(address, only, times, every=every)
        return
    with postgresql() as server:
        for database in ("sqlite", "postgresql"):
            with new_database(database, server) as address:
                fill_database(address, attendances)
                walk_and_print(address, only, times, every=every)


def walk_and_print(url: str, only: Collection[str], times: int, *, every: bool) -> None:
    """Walk and print the slowest pages, or every answer in the order of the routes; then a line that sums up."""
    database = make_url(url).get_backend_name()
    answers = []
    for answer in walk(url, only, times):
        answers.append(answer)
        if every:
            typer.echo(answer.line(database))
    if not every:
        for answer in sorted(answers, key=lambda answer: -answer.seconds)[:PRINTED]:
            typer.echo(answer.line(database))
    slow, failed = (
        sum(answer.is_slow_page for answer in answers),
        sum(answer.failed for answer in answers),
    )
    typer.echo(
        f"{database}: {len(answers)} addresses, {slow} pages over {BOUND:.0f} s, {failed} without an answer"
    )


def walk(url: str, only: Collection[str] = (), times: int = TIMES) -> Iterator[Answer]:
    """Serve the database, ask for each address, and yield the answers. `only` are texts that addresses contain."""
    engine = engine_of(url)
    store_all_facts(engine)
    with reading(engine) as db:
        visits = [visit for visit in list_visits(db) if not only or any(text in visit.path for text in only)]
    with serving(SERVICE, url) as port:
        clients = {who: client_of(engine, port, who) for who in COLUMNS}
        processor = ProcessorTime(engine)
        for visit in visits:
            yield measure(clients[visit.who], visit, processor, times)
    engine.dispose()


def client_of(engine: Engine, port: int, who: str) -> httpx2.Client:
    cookies, headers = {"jangkau_language": "id"}, {"connection": "close"}
    if who == ADMINISTRATOR:
        with writing(engine) as db:
            user = db.exec(select(User).where(User.email == EMAIL)).one()
            cookies["jangkau_login"] = create_login(db, user, "ukur")
            token = create_api_token(db, OPERATOR, user, "ukur", scope=TokenScope.WRITE)
        headers["authorization"] = f"Bearer {token}"
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{port}", cookies=cookies, headers=headers, timeout=TIMEOUT
    )


def store_all_facts(engine: Engine) -> None:
    """Store what reports count of each session. The background work would take minutes to come round to it."""
    sessions = 1
    while sessions:
        with writing(engine) as db:
            sessions = store_facts(db)


def measure(client: httpx2.Client, visit: Visit, processor: ProcessorTime, times: int) -> Answer:
    first = ask(client, visit, processor)
    again = range((times if first.seconds < BOUND * 3 else min(times, TIMES_OF_SLOW)) - 1)
    answers = [first, *(ask(client, visit, processor) for _ in again)]
    return replace(
        first,
        seconds=min(answer.seconds for answer in answers),
        processor=min(answer.processor for answer in answers),
    )


def ask(client: httpx2.Client, visit: Visit, processor: ProcessorTime) -> Answer:
    """Ask once. The connection is closed after `TIMEOUT`, also if parts of the answer still come."""
    processor.start()
    started, size, status = time.perf_counter(), 0, TIMED_OUT
    with suppress(httpx2.TimeoutException), client.stream("GET", visit.path) as response:
        for part in response.iter_bytes():
            size += len(part)
            if time.perf_counter() - started > TIMEOUT:
                raise httpx2.ReadTimeout("the answer is still coming")
        status = response.status_code
    seconds = time.perf_counter() - started
    return Answer(visit, status, seconds, seconds, processor.seconds(), size)


def list_visits(db: Db) -> list[Visit]:
    """Return the address of each GET route that each may open and whose things are in the database."""
    values = Values(db)
    visits = []
    for (method, template), cells in load_table().items():
        if method != "GET":
            continue
        for who, column in COLUMNS.items():
            path = values.path(template)
            if cells[column] == "ok" and path is not None:
                visits.append(Visit(who, path, template))
    for who, queries in QUERIES.items():
        visits += [Visit(who, path, path.partition("?")[0]) for path in queries]
    return visits


class Values:
    """The values of parameters: those for which the answers are largest."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._registration = db.scalar(
            select(col(Registration.code))
            .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
            .where(col(WorkshopSession.code) == f"{LARGE}-1")
            .limit(1)
        )
        most = (
            select(col(Registration.participant_id))
            .group_by(col(Registration.participant_id))
            .order_by(func.count().desc())
            .limit(1)
        )
        self._participant = db.scalar(most)

    def path(self, template: str) -> str | None:
        """Return the template's path, None if the database has nothing for one of its parameters."""
        try:
            return re.sub(r"\{(\w+)(?::\w+)?\}", lambda parameter: self._value(template, parameter), template)
        except LookupError:
            return None

    def _value(self, template: str, parameter: re.Match[str]) -> str:
        before, name = template[: parameter.start()].rstrip("/").rpartition("/")[2], parameter[1]
        if name in {"code", "workshop_code", "registration_code"}:
            return self._code(template, before)
        if name == "import_id":
            undone = re.search(r"batalkan|undo|lembar", template)
            return self._import(ImportStatus.COMMITTED if undone else ImportStatus.REVIEW)
        if name == "file_format" and re.search(r"roster|daftar-hadir", template):
            return "xlsx"
        if name == "participant_id":
            return str(self._participant)
        if name in FIXED:
            return FIXED[name]
        if name not in FIRST:
            raise LookupError(name)
        first = self._db.scalar(select(FIRST[name]).order_by(FIRST[name]).limit(1))
        if first is None:
            raise LookupError(name)
        return slug_of(first) if name == "report_number" else str(first)

    def _code(self, template: str, before: str) -> str:
        match before:
            case "daftar":
                return LARGE
            case "kegiatan" | "workshops":
                return LARGE
            case "sesi" | "sessions":
                return f"{LARGE}-2" if re.search(r"unggah|rekonsiliasi", template) else f"{LARGE}-1"
            case "wilayah":
                return "64.71.01.1001"
            case "kelompok":
                return "umkm"
            case _:
                return str(self._registration)

    def _import(self, status: ImportStatus) -> str:
        found = self._db.scalar(
            select(func.max(col(AttendanceImport.id))).where(col(AttendanceImport.status) == status)
        )
        if found is None:
            raise LookupError(status)
        return str(found)


if __name__ == "__main__":
    typer.run(main)
