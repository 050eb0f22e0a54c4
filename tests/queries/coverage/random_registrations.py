"""Random registrations with outcomes and targets, inserted directly into the database."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from sqlmodel import select

from app.database import Db
from app.i18n import utc
from app.models import (
    Attendance,
    AttendanceStatus,
    Basis,
    CoverageTarget,
    Participant,
    Registration,
    RegistrationStatus,
    Sex,
    User,
    Workshop,
    WorkshopSession,
)
from app.queries.coverage.filters import CoverageFilters
from tests.city import LAMARU, MANGGAR, SEPINGGAN

PLACES = (MANGGAR, LAMARU, SEPINGGAN)
GROUPS = ("umkm", "rt")
WORKSHOPS = ("SPBE", "UMKM")
# In WITA: around the turn of the year, which is eight hours later in UTC, and one session to come.
STARTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2024-12-31 23:30",
        "2025-01-01 00:00",
        "2025-06-01 09:00",
        "2025-12-31 23:59",
        "2026-01-01 00:30",
        "2099-05-05 09:00",
    )
)
PERIODS = (
    (date(2025, 1, 1), date(2025, 12, 31)),
    (date(2024, 12, 31), date(2026, 1, 1)),
    (date(2025, 6, 1), date(2025, 6, 1)),
    (date(2099, 1, 1), date(2099, 12, 31)),
    (date(2023, 1, 1), date(2023, 12, 31)),
)
COUNTED = (RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN)


@dataclass(frozen=True)
class Visit:
    """A registration with its outcome; `session` is an index of `STARTS`."""

    person: int
    session: int
    kelurahan: str | None
    group: str
    status: RegistrationStatus
    outcome: AttendanceStatus | None


@dataclass(frozen=True)
class CityData:
    """Visits, the sex of each person, and targets by year, kelurahan (None: all) and group (None: as a whole)."""

    visits: tuple[Visit, ...]
    sexes: tuple[Sex | None, ...]
    targets: dict[tuple[int, str | None, str | None], int]


PEOPLE = 4
visits = st.builds(
    Visit,
    person=st.integers(0, PEOPLE - 1),
    session=st.integers(0, len(STARTS) - 1),
    kelurahan=st.sampled_from([MANGGAR, *PLACES, None]),
    group=st.sampled_from(GROUPS),
    status=st.sampled_from([*COUNTED, *RegistrationStatus]),
    outcome=st.sampled_from([AttendanceStatus.PRESENT, *AttendanceStatus, None]),
)
city_data = st.builds(
    CityData,
    visits=st.lists(
        visits, min_size=5, max_size=20, unique_by=lambda visit: (visit.person, visit.session)
    ).map(tuple),
    sexes=st.tuples(*[st.sampled_from([*Sex, None])] * PEOPLE),
    targets=st.dictionaries(
        st.tuples(
            st.sampled_from([2025, 2026]),
            st.sampled_from([*PLACES, None]),
            st.sampled_from([*GROUPS, None]),
        ),
        st.integers(0, 3),
        max_size=6,
    ),
)
filters = st.builds(
    lambda period, workshop, group, sex: CoverageFilters(period[0], period[1], workshop, group, sex),
    st.sampled_from([*PERIODS, *PERIODS[:2] * 4]),
    st.sampled_from([None] * 6 + [*WORKSHOPS]),
    st.sampled_from([None] * 6 + [*GROUPS]),
    st.sampled_from([None] * 6 + ["L", "P"]),
)


def workshop_of(session: int) -> str:
    return WORKSHOPS[session % len(WORKSHOPS)]


def insert(db: Db, data: CityData) -> None:
    """Insert the data into an empty city."""
    organization_id = db.exec(select(User.organization_id)).first() or 0
    workshops = {code: Workshop(code=code, title=code, organization_id=organization_id) for code in WORKSHOPS}
    people = [
        Participant(name=f"Orang {number}", name_key=f"{number} orang") for number in range(len(data.sexes))
    ]
    db.add_all([*workshops.values(), *people])
    db.flush()
    sessions = [
        WorkshopSession(
            code=f"S-{number}",
            workshop_id=workshops[workshop_of(number)].id,
            starts_at=utc(starts),
            ends_at=utc(starts + timedelta(hours=3)),
        )
        for number, starts in enumerate(STARTS)
    ]
    db.add_all(sessions)
    db.flush()
    for number, visit in enumerate(data.visits):
        registration = Registration(
            code=f"R{number}",
            participant_id=people[visit.person].id,
            workshop_session_id=sessions[visit.session].id,
            status=visit.status,
            kelurahan_code=visit.kelurahan,
            outside_place=None if visit.kelurahan else "Samarinda",
            sex=data.sexes[visit.person],
            target_group_code=visit.group,
            basis=Basis.PUBLIC_TASK,
        )
        db.add(registration)
        db.flush()
        if visit.outcome:
            db.add(Attendance(registration_id=registration.id, status=visit.outcome))
    for (year, kelurahan, group), target in data.targets.items():
        db.add(CoverageTarget(year=year, kelurahan_code=kelurahan, target_group_code=group, target=target))
    db.flush()
