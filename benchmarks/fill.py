"""Fills a database with two years of workshops, the same every time. Some people come again, and a few of them move."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, text
from sqlmodel import col

from app.database import writing
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
from app.services.bulk import insert_rows

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


def fill(engine: Engine, attendances: int) -> None:
    """Fill a database that has only its reference data, until so many people have been present within 24 months."""
    with writing(engine) as db:
        kelurahan = select(col(Area.code)).where(col(Area.level) == AreaLevel.KELURAHAN)
        places = sorted(db.scalars(kelurahan))
        groups = sorted(db.scalars(select(col(TargetGroup.code))))
        organization = Organization(name="Panitia Contoh", kind=OrganizationKind.MITRA)
        db.add(organization)
        db.flush()
        visits = list(simulate_visits(attendances, places, groups))
        session_count, people = visits[-1].session, max(visit.person for visit in visits)
        insert_rows(db, Workshop, workshops(workshop_of(session_count), organization.id))
        insert_rows(db, WorkshopSession, sessions(session_count))
        insert_rows(db, Participant, participants(people))
        insert_rows(db, Registration, registrations(visits))
        insert_rows(db, Attendance, outcomes(visits))
    if engine.dialect.name == "postgresql":
        _vacuum(engine)


def _vacuum(engine: Engine) -> None:
    """Do what PostgreSQL's autovacuum does within a minute."""
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
        starts = FIRST_DAY + timedelta(days=DAYS * (number - 1) // count, hours=1)
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


def participants(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        name = f"Orang {number}"
        yield {"id": number, "name": name, "name_key": name.lower(), "created_at": FIRST_DAY}


def registrations(visits: Iterable[Visit]) -> Iterator[Row]:
    for number, visit in enumerate(visits, start=1):
        yield {
            "id": number,
            "code": f"{number:08}",
            "participant_id": visit.person,
            "workshop_session_id": visit.session,
            "status": visit.status,
            "kelurahan_code": visit.facts.kelurahan,
            "sex": visit.facts.sex,
            "target_group_code": visit.facts.group,
            "basis": Basis.PUBLIC_TASK,
            "created_at": FIRST_DAY,
        }


def outcomes(visits: Iterable[Visit]) -> Iterator[Row]:
    for number, visit in enumerate(visits, start=1):
        if visit.outcome:
            yield {"registration_id": number, "status": visit.outcome, "recorded_at": FIRST_DAY}


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
