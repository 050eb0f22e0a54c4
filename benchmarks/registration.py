"""How many visits and registrations a second the service takes, beside bare routes; and a race for few places.

`make bench` runs it; benchmarks/README.md says what is compared, and has the figures.
"""

from collections.abc import Iterator
from itertools import islice

import typer
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlmodel import col

from app.database import create_engine, reading
from app.models import Participant, Registration, RegistrationStatus
from app.settings import Settings
from benchmarks.citizens import make_workshops, registrations, visits
from benchmarks.clients import Load, load
from benchmarks.contenders import SECRET
from benchmarks.import_attendance import new_database, postgresql
from benchmarks.servers import BARE, SERVICE, UNLOCKED, serving

CLIENTS, SECONDS, WARM_UP = 32, 20.0, 2.0
WORKSHOPS, PLACES, PLACES_PER_KELURAHAN = 20, 200, 20
OK, SEE_OTHER = 200, 303

RACERS, RACING, PLACES_OF_RACE, PROCESSES = 1_000, 50, 100, 4


def main(
    seconds: float = SECONDS,
    database: list[str] = typer.Option(["sqlite", "postgresql"]),
    race: bool = True,
) -> None:
    with postgresql() as server:
        typer.echo("database    what                     a second  of bare  p50 ms  p99 ms  errors")
        for kind in database:
            with new_database(kind, server) as url:
                make_workshops(url, WORKSHOPS, PLACES, PLACES_PER_KELURAHAN)
                citizens = registrations(WORKSHOPS)
                for name, requests, status in (
                    ("page", visits(), OK),
                    ("registration", citizens, SEE_OTHER),
                ):
                    bare = measured(BARE, url, requests, status, seconds)
                    typer.echo(line(kind, f"bare {name}", bare, bare))
                    jangkau = measured(SERVICE, url, requests, status, seconds)
                    typer.echo(line(kind, f"jangkau {name}", jangkau, bare))
        if race:
            typer.echo(
                f"\n{RACERS:,} people, {PLACES_OF_RACE} places, {RACING} clients, {PROCESSES} processes:"
            )
            for name, command in (("jangkau", SERVICE), ("without its locks", UNLOCKED)):
                with new_database("postgresql", server) as url:
                    typer.echo(f"{name}: {raced(command, url)}")


def measured(
    command: tuple[str, ...], url: str, requests: Iterator[bytes], status: int, seconds: float
) -> Load:
    with serving(command, url) as port:
        load(port, requests, status, CLIENTS, WARM_UP)
        return load(port, requests, status, CLIENTS, seconds)


def line(database: str, name: str, done: Load, bare: Load) -> str:
    share = done.per_second / bare.per_second
    return (
        f"{database:<11} {name:<23} {done.per_second:>9.1f} {share:>8.0%} "
        f"{done.milliseconds(0.5):>7.1f} {done.milliseconds(0.99):>7.1f} {done.errors:>7}"
    )


def raced(command: tuple[str, ...], url: str) -> str:
    """Everyone at once for one session; then what the database says came of it."""
    make_workshops(url, 1, PLACES_OF_RACE)
    with serving(command, url, PROCESSES) as port:
        done = load(port, islice(registrations(1), RACERS), SEE_OTHER, RACING)
    engine = create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))
    with reading(engine) as db:
        statuses = dict(
            db.execute(select(col(Registration.status), func.count()).group_by(Registration.status)).all()
        )
        people = db.scalar(select(func.count()).select_from(Participant))
        of_people = db.scalar(select(func.count(col(Registration.participant_id).distinct())))
        queue = db.scalars(
            select(col(Registration.waiting_number))
            .where(col(Registration.waiting_number).is_not(None))
            .order_by(col(Registration.id))
        ).all()
    engine.dispose()
    waiting = statuses.get(RegistrationStatus.WAITLISTED, 0)
    in_order = list(queue) == list(range(1, waiting + 1))
    return (
        f"{statuses.get(RegistrationStatus.CONFIRMED, 0)} confirmed, {waiting} waiting "
        f"({'in order' if in_order else 'NOT in order'}), {sum(statuses.values())} registrations of "
        f"{of_people} of {people} people, {done.errors} errors, {done.seconds:.1f} s"
    )


if __name__ == "__main__":
    typer.run(main)
