"""Reports are counted from facts that are stored for each session, unless its registrations were changed since."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, Executable, delete, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from app.database import reading, writing
from app.jobs.tasks import TaskRunner
from app.models import (
    Attendance,
    AttendanceStatus,
    ChangedSession,
    Registration,
    RegistrationStatus,
    SessionFacts,
    Sex,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.queries.coverage.breakdowns import load_session_breakdowns
from app.queries.coverage.facts import has_changed_sessions, load_facts
from app.queries.coverage.filters import CoverageFilters
from app.reports.periods import Period
from app.services.coverage.session_facts import store_facts
from app.settings import Settings
from tests.city import LAMARU, MANGGAR, City
from tests.queries.coverage.comparison import assert_report_is_right

YEAR = CoverageFilters(from_=date(2025, 1, 1), to=date(2025, 12, 31))
PRESENT, ABSENT, EXCUSED = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED
IN_2024 = datetime(2024, 5, 5, 1, tzinfo=UTC)


def list_changes(first: int, second: int, other_session: int, other_person: int) -> list[Executable]:
    """Return statements that change what is counted of two registrations of a session."""
    registration = update(Registration).where(col(Registration.id) == first)
    attendance = update(Attendance).where(col(Attendance.registration_id) == first)
    session = update(WorkshopSession).where(col(WorkshopSession.id) == other_session)
    return [
        registration.values(kelurahan_code=LAMARU),
        registration.values(rt="7"),
        registration.values(sex=Sex.P),
        registration.values(target_group_code="rt"),
        registration.values(status=RegistrationStatus.WAITLISTED),
        registration.values(status=RegistrationStatus.WALK_IN),
        registration.values(participant_id=other_person),
        attendance.values(status=ABSENT),
        registration.values(workshop_session_id=other_session),
        attendance.values(status=PRESENT),
        delete(Attendance).where(col(Attendance.registration_id) == second),
        delete(Registration).where(col(Registration.id) == second),
        session.values(starts_at=IN_2024),
        session.values(cancelled_at=IN_2024),
    ]


def test_every_change_is_counted_at_once(city: City) -> None:
    one, two = city.session("A-1"), city.session("A-2")
    city.register(one, "Siti Aminah", MANGGAR, outcome=PRESENT)
    city.register(one, "Joko Teladan", LAMARU, outcome=PRESENT)
    nur = city.register(two, "Nur Aini", MANGGAR)
    rahmat = city.register(city.session("A-3"), "Rahmat Misal", MANGGAR, outcome=EXCUSED)
    with reading(city.engine) as db:
        first, second, *_ = db.scalars(select(col(Registration.id)).order_by(col(Registration.id)))
        other = db.scalars(select(col(WorkshopSession.id)).where(col(WorkshopSession.code) == two)).one()

    for change in list_changes(first, second, other, rahmat.id):
        with writing(city.engine) as db:
            store_facts(db)
            assert not has_changed_sessions(db)
            db.execute(change)
            assert_report_is_right(db, YEAR)
    city.register(one, "Nur Aini", LAMARU, person=nur, outcome=PRESENT)
    with reading(city.engine) as db:
        assert_report_is_right(db, YEAR)


def test_only_changed_sessions_are_stored_again(city: City, settings: Settings) -> None:
    one, two = city.session("A-1"), city.session("A-2")
    for code in (one, two):
        city.register(code, f"Orang {code}", MANGGAR, outcome=PRESENT)
    runner = TaskRunner(settings, city.engine, NikVault(settings.secret))
    runner.store_facts()
    assert count_rows(city.engine, SessionFacts) == 2

    with writing(city.engine) as db:
        db.execute(update(Registration).values(name_given="Siti"))
        assert not has_changed_sessions(db)
    city.register(two, "Siti Aminah", MANGGAR)

    with reading(city.engine) as db:
        assert db.scalars(select(col(ChangedSession.workshop_session_id)).distinct()).all() == [2]


def test_a_session_that_is_cancelled_while_a_report_is_counted_is_left_out(city: City) -> None:
    """A report is issued in a transaction that writes, which on PostgreSQL sees what others commit meanwhile."""
    one, two = city.session("A-1"), city.session("A-2")
    for code in (one, two):
        city.register(code, f"Orang {code}", MANGGAR, outcome=PRESENT)
    period = Period(from_=date(2025, 1, 1), to=date(2025, 12, 31))
    with writing(city.engine) as db:
        facts = load_facts(db, period, YEAR)
        db.execute(
            update(WorkshopSession).where(col(WorkshopSession.code) == one).values(cancelled_at=IN_2024)
        )

        breakdowns = load_session_breakdowns(db, period, YEAR, facts, ["month", "workshop"], "en")

    assert [[part.participants for part in breakdown.parts] for breakdown in breakdowns] == [[1], [1]]


# SQLite has one writer at a time.
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@on_postgresql
def test_a_change_that_is_committed_while_facts_are_stored_stays_noted(city: City) -> None:
    city.register(city.session(), "Siti Aminah", MANGGAR, outcome=PRESENT)
    with writing(city.engine) as db:
        store_facts(db)

    with writing(city.engine) as marking:
        marking.execute(update(Attendance).values(status=ABSENT))
        with writing(city.engine) as db:
            store_facts(db)

    with writing(city.engine) as db:
        assert has_changed_sessions(db)
        assert_report_is_right(db, YEAR)
        store_facts(db)
        assert not has_changed_sessions(db)
        assert_report_is_right(db, YEAR)


@on_postgresql
def test_a_registration_is_moved_only_after_its_mark_is_committed(city: City) -> None:
    """Otherwise the mark would be noted for the session that the registration has left."""
    city.register(city.session("A-1"), "Siti Aminah", MANGGAR, outcome=PRESENT)
    city.session("A-2")

    with writing(city.engine) as marking, Session(city.engine) as moving:
        marking.execute(update(Attendance).values(status=ABSENT))
        moving.execute(text("SET LOCAL lock_timeout = 100"))
        with pytest.raises(OperationalError, match="lock timeout"):
            moving.execute(update(Registration).values(workshop_session_id=2))


def count_rows(engine: Engine, model: type[SessionFacts]) -> int:
    with reading(engine) as db:
        return db.scalar(select(func.count()).select_from(model)) or 0
