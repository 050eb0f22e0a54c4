"""Fills a database with two years of workshops, the same every time. Some people come again, and a few of them move.

`python -m benchmarks.fill URL` makes a whole office of it, with the size that the pages are measured at: uploads,
messages, the activity log and so on (`benchmarks/filled_office.py`). `--attendances` makes a smaller one.
"""

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import typer
from pydantic import SecretStr
from sqlalchemy import Engine, event, select, text
from sqlmodel import SQLModel, col

from app.database import Db, create_engine, is_postgresql, writing
from app.models import (
    Area,
    AreaLevel,
    Attendance,
    AttendanceStatus,
    Basis,
    Organization,
    OrganizationKind,
    Participant,
    Pillar,
    Registration,
    RegistrationStatus,
    SessionMode,
    Sex,
    TargetGroup,
    Workshop,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.values.names import name_key
from app.services.bulk import insert_rows
from app.services.reference_data import set_up_database
from app.settings import Settings
from benchmarks.contenders import SECRET
from benchmarks.sheets import FIRST, LAST, word

ATTENDANCES = 1_000_000
FIRST_DAY, DAYS = datetime(2024, 1, 1, tzinfo=UTC), 731
PEOPLE_A_SESSION = 250
SESSIONS_A_WORKSHOP = 20
NEWCOMERS, MOVED, ANOTHER_GROUP = 0.5, 0.01, 0.02
STATUSES = {
    RegistrationStatus.CONFIRMED: 85,
    RegistrationStatus.WALK_IN: 6,
    RegistrationStatus.WAITLISTED: 2,
    RegistrationStatus.CANCELLED: 7,
}
OUTCOMES = {AttendanceStatus.PRESENT: 80, AttendanceStatus.ABSENT: 12, AttendanceStatus.EXCUSED: 3, None: 5}
Row = Mapping[str, Any]
COUNTED = (RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN)


@dataclass(frozen=True, slots=True)
class Facts:
    kelurahan: str
    group: str
    sex: Sex | None


@dataclass(frozen=True, slots=True)
class Visit:
    """A registration. `person` and `session` are ids, numbered from 1 in the order in which they first appear."""

    person: int
    session: int
    facts: Facts
    status: RegistrationStatus
    outcome: AttendanceStatus | None


def main(url: str, attendances: int = ATTENDANCES) -> None:
    from benchmarks.filled_office import fill_office

    engine, started = engine_of(url), time.perf_counter()
    set_up_database(engine)
    visits = fill(engine, attendances)
    fill_office(engine, vault(), visits)
    vacuum(engine)
    typer.echo(f"filled in {time.perf_counter() - started:.0f} s")


def engine_of(url: str) -> Engine:
    return create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))


def vault() -> NikVault:
    return NikVault(SECRET.encode())


def fill(engine: Engine, attendances: int) -> list["Visit"]:
    """Fill a database that has only its reference data, until so many people have been present within 24 months."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _enlarge_cache)
        engine.dispose()  # its connections get the larger cache when they are opened again
    with writing(engine) as db:
        kelurahan = select(col(Area.code)).where(col(Area.level) == AreaLevel.KELURAHAN)
        places = sorted(db.scalars(kelurahan))
        groups = sorted(db.scalars(select(col(TargetGroup.code))))
        organization = Organization(name="Panitia Contoh", kind=OrganizationKind.MITRA)
        db.add(organization)
        db.flush()
        visits = list(simulate_visits(attendances, places, groups))
        session_count = visits[-1].session
        insert_rows(db, Workshop, workshops(workshop_of(session_count), organization.id))
        insert_rows(db, WorkshopSession, sessions(session_count))
        insert_rows(db, Participant, participants(visits, session_count))
        insert_rows(db, Registration, registrations(visits, session_count))
        insert_rows(db, Attendance, outcomes(visits, session_count))
        set_sequences(db)
    vacuum(engine)
    return visits


def _enlarge_cache(connection: Any, _entry: object) -> None:
    """Keep half a gigabyte of pages in memory: rows come in an order in which the indexes do not."""
    connection.execute("PRAGMA cache_size = -500000")


def set_sequences(db: Db, *models: type[SQLModel]) -> None:
    """Make PostgreSQL continue the ids after those that were chosen here."""
    if not is_postgresql(db):
        return
    for model in models or (Workshop, WorkshopSession, Participant, Registration):
        name = model.__tablename__
        db.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608
        )


def vacuum(engine: Engine) -> None:
    """Do what PostgreSQL's autovacuum does within a minute. SQLite has none."""
    if engine.dialect.name == "sqlite":
        return
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def workshops(count: int, organization_id: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        yield {
            "id": number,
            "code": f"UKUR-{number}",
            "title": f"Kegiatan Contoh {number}",
            "description": "",
            "organization_id": organization_id,
            "pillar": list(Pillar)[number % len(Pillar)],
            "created_at": FIRST_DAY,
        }


def sessions(count: int) -> Iterator[Row]:
    """Yield sessions that are spread evenly over the two years."""
    for number in range(1, count + 1):
        starts = starts_at(number, count)
        yield {
            "id": number,
            "code": f"UKUR-{workshop_of(number)}-{number}",
            "workshop_id": workshop_of(number),
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=3),
            "mode": SessionMode.LURING,
            "online_link": "",
            "created_at": FIRST_DAY,
        }


def starts_at(session: int, count: int) -> datetime:
    return FIRST_DAY + timedelta(days=DAYS * (session - 1) // count, hours=1)


def participants(visits: list[Visit], session_count: int) -> Iterator[Row]:
    """Yield people as rows of sheets know them: half with a NIK, most with a phone, few with an e-mail address."""
    last = {visit.person: visit for visit in visits}
    key_vault = vault()
    for number in range(1, len(last) + 1):
        facts = last[number].facts
        yield person_row(number, facts, key_vault) | {
            "latest_session_at": starts_at(last[number].session, session_count)
        }


def person_row(number: int, facts: Facts, key_vault: NikVault) -> dict[str, Any]:
    name = f"{FIRST[number * 7 % 12]} {LAST[number // 12 % 9]} {word(1 + number * 7919 % 40_009)}"
    born = date(1950, 1, 1) + timedelta(days=number * 7919 % 18_000)
    day = born.day + (40 if facts.sex is Sex.P else 0)
    nik = f"6471{1 + number % 6:02}{day:02}{born:%m%y}{number // 18_000 + 1:04}" if number % 2 else None
    return {
        "id": number,
        "name": name,
        "name_key": name_key(name),
        "nik_key": key_vault.key(nik) if nik else None,
        "nik_encrypted": key_vault.encrypt(nik) if nik else None,
        "phone": f"+62813{10_000_000 + number}" if number % 10 < 7 else None,
        "email": f"orang{number}@contoh.id" if number % 12 == 0 else None,
        "sex": facts.sex,
        "birth_date": born if number % 4 else None,
        "kelurahan_code": facts.kelurahan,
        "rt": rt_of(number),
        "address": f"Jalan Contoh {number % 300}" if number % 5 == 0 else None,
        "created_at": FIRST_DAY,
    }


def rt_of(person: int) -> str | None:
    """Return the RT of most people: "1" to "60"."""
    return str(1 + person * 31 % 60) if person % 6 else None


def registrations(visits: Iterable[Visit], session_count: int) -> Iterator[Row]:
    for number, visit in enumerate(visits, start=1):
        yield {
            "id": number,
            "code": f"{number:08}",
            "participant_id": visit.person,
            "workshop_session_id": visit.session,
            "status": visit.status,
            "kelurahan_code": visit.facts.kelurahan,
            "rt": rt_of(visit.person),
            "sex": visit.facts.sex,
            "target_group_code": visit.facts.group,
            "basis": Basis.PUBLIC_TASK,
            "created_at": starts_at(visit.session, session_count) - timedelta(days=5),
            "waiting_number": number if visit.status is RegistrationStatus.WAITLISTED else None,
        }


def outcomes(visits: Iterable[Visit], session_count: int) -> Iterator[Row]:
    for number, visit in enumerate(visits, start=1):
        if visit.outcome:
            at = starts_at(visit.session, session_count) + timedelta(days=1)
            yield {"registration_id": number, "status": visit.outcome, "recorded_at": at}


def simulate_visits(attendances: int, kelurahan: list[str], groups: list[str]) -> Iterator[Visit]:
    """Yield registrations session by session, until so many people were present. Half of the people are new."""
    chance = random.Random(6471)  # noqa: S311 (the same city every time, nothing secret)
    known: list[Facts] = []
    session = present = 0
    while present < attendances:
        session += 1
        registered: set[int] = set()
        for _ in range(PEOPLE_A_SESSION):
            if chance.random() < NEWCOMERS or len(known) <= PEOPLE_A_SESSION:
                known.append(
                    Facts(chance.choice(kelurahan), chance.choice(groups), chance.choice([*Sex, None]))
                )
                person = len(known)
            else:
                person = chance.randint(1, len(known))
            if person in registered:
                continue
            registered.add(person)
            known[person - 1] = facts = _move(chance, known[person - 1], kelurahan, groups)
            (status,) = chance.choices(list(STATUSES), list(STATUSES.values()))
            (outcome,) = chance.choices(list(OUTCOMES), list(OUTCOMES.values()))
            outcome = outcome if status in COUNTED else None
            yield Visit(person, session, facts, status, outcome)
            present += outcome is AttendanceStatus.PRESENT
            if present == attendances:
                return


def _move(chance: random.Random, facts: Facts, kelurahan: list[str], groups: list[str]) -> Facts:
    if chance.random() < MOVED:
        facts = replace(facts, kelurahan=chance.choice(kelurahan))
    if chance.random() < ANOTHER_GROUP:
        facts = replace(facts, group=chance.choice(groups))
    return facts


def workshop_of(session: int) -> int:
    return 1 + (session - 1) // SESSIONS_A_WORKSHOP


if __name__ == "__main__":
    typer.run(main)
