"""Measures the coverage report, as JSON and as the page, against raw SQL that counts the same people.

`python -m benchmarks.coverage` runs it; benchmarks/README.md says what is compared, and has the figures,
in milliseconds. `--attendances` narrows it down.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median

import httpx2
import typer
from pydantic import SecretStr
from sqlalchemy import Engine, bindparam, text

from app.database import create_engine, reading, writing
from app.i18n import utc
from app.models import Role
from app.models.base import Instant
from app.permissions import OPERATOR
from app.services.accounts.users import create_user
from app.services.coverage.session_facts import store_facts
from app.services.reference_data import set_up_database
from app.settings import Settings
from benchmarks.contenders import SECRET
from benchmarks.fill import fill
from benchmarks.import_attendance import new_database, postgresql
from benchmarks.servers import SERVICE, serving

SIZES = (100_000, 1_000_000)
TIMES = 5
EMAIL, PASSWORD = "ukur@contoh.id", "untuk pengukuran saja"
Period = tuple[datetime, datetime]
LAST_DAY = datetime(2025, 12, 31)  # noqa: DTZ001 (WITA)
LAST_YEAR, TWO_YEARS = (LAST_DAY.replace(2025, 1, 1), LAST_DAY), (LAST_DAY.replace(2024, 1, 1), LAST_DAY)

FLOOR = """
    SELECT {by}
           count(DISTINCT r.participant_id),
           count(CASE WHEN a.status = 'present' THEN 1 END),
           count(DISTINCT CASE WHEN a.status = 'present' THEN r.participant_id END)
    FROM workshop_session s
    JOIN registration r ON r.workshop_session_id = s.id
    LEFT JOIN attendance a ON a.registration_id = r.id
    WHERE s.starts_at >= :first AND s.starts_at < :last AND s.cancelled_at IS NULL
      AND r.status IN ('confirmed', 'walk-in') AND r.kelurahan_code IS NOT NULL
    {group_by}
"""
KELURAHAN, GROUP = "r.kelurahan_code", "r.target_group_code"
MATRIX = ((KELURAHAN, GROUP),)
"""The divisions of the floor: one statement, which counts the people of each kelurahan and group."""
SAME_PEOPLE = (*MATRIX, (KELURAHAN,), (GROUP,), ())
"""All divisions in which the report counts distinct people, also by kelurahan, by group and in all."""

HEADINGS = (
    "database    attendances  period        floor  all four  json  × floor  × all four   page  × json  again"
)


def main(attendances: list[int] = typer.Option(list(SIZES))) -> None:
    typer.echo(HEADINGS)
    with postgresql() as server:
        for database in ("sqlite", "postgresql"):
            for size in attendances:
                with new_database(database, server) as url:
                    for line in measure(url, size):
                        typer.echo(f"{database:<11} {size:>11,}  {line}")


def measure(url: str, attendances: int) -> Iterator[str]:
    """Fill a database and yield a line of figures for each period."""
    engine = create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))
    set_up_database(engine)
    fill(engine, attendances)
    store_all_facts(engine)
    with writing(engine) as db:
        create_user(db, OPERATOR, email=EMAIL, name="Pengukur", role=Role.VIEWER, password=PASSWORD)
    with logged_in(url) as client:
        for period in (LAST_YEAR, TWO_YEARS):
            yield measure_period(period, engine, client)
    engine.dispose()


def store_all_facts(engine: Engine) -> None:
    """Do what the background work does within minutes."""
    stored = True
    while stored:
        with writing(engine) as db:
            stored = bool(store_facts(db))


def measure_period(period: Period, engine: Engine, client: httpx2.Client) -> str:
    query = "?from={:%Y-%m-%d}&to={:%Y-%m-%d}".format(*period)
    floor, all_four, json, page, again = time_in_turns(
        lambda: count_people(engine, period, MATRIX),
        lambda: count_people(engine, period, SAME_PEOPLE),
        lambda: get_page(client, f"/cakupan.json{query}"),
        lambda: get_page(client, f"/cakupan{query}"),
        conditional_request(client, f"/cakupan{query}"),
    )
    return (
        f"{period[0].year} to {period[1].year} {floor:>7.0f} {all_four:>9.0f} {json:>5.0f} {json / floor:>8.2f}"
        f" {json / all_four:>11.2f} {page:>6.0f} {page / json:>7.2f} {again:>6.1f}"
    )


def time_in_turns(*functions: Callable[[], object]) -> list[float]:
    """Return the median milliseconds of each function. They are called in turns; the first round does not count."""
    rounds = [[milliseconds(function) for function in functions] for _ in range(TIMES + 1)]
    return [median(times) for times in zip(*rounds[1:], strict=True)]


def milliseconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return (time.perf_counter() - started) * 1000


def count_people(engine: Engine, period: Period, divisions: Iterable[tuple[str, ...]]) -> None:
    first, last = utc(period[0]), utc(period[1] + timedelta(days=1))
    with reading(engine) as db:
        for division in divisions:
            by = "".join(f"{column}, " for column in division)
            group_by = f"GROUP BY {', '.join(division)}" if division else ""
            statement = text(FLOOR.format(by=by, group_by=group_by)).bindparams(
                bindparam("first", first, Instant), bindparam("last", last, Instant)
            )
            if not db.execute(statement).all():
                raise RuntimeError("nobody was counted")


def get_page(client: httpx2.Client, path: str) -> None:
    client.get(path).raise_for_status()


def conditional_request(client: httpx2.Client, path: str) -> Callable[[], None]:
    """Return a function that asks for the page with the ETag that the browser has, and expects a 304."""
    tag = client.get(path).headers["etag"]

    def request() -> None:
        if client.get(path, headers={"if-none-match": tag}).status_code != httpx2.codes.NOT_MODIFIED:
            raise RuntimeError("the page was sent although nothing has changed")

    return request


@contextmanager
def logged_in(url: str) -> Iterator[httpx2.Client]:
    with (
        serving(SERVICE, url) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=120) as client,
    ):
        client.post("/masuk", data={"email": EMAIL, "password": PASSWORD}).raise_for_status()
        yield client


if __name__ == "__main__":
    typer.run(main)
