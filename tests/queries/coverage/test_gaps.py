"""The gaps of the coverage report, compared with a search in plain Python, and the RT coverage."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine
from sqlmodel import col, select

from app.database import Db, reading, writing
from app.models import Area, AttendanceStatus, Denominator, Indicator, Registration, Venue
from app.models.base import now
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.gaps import build_coverage_gaps
from app.queries.coverage.rt import build_rt_coverage
from app.services.coverage.session_facts import store_facts
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.queries.counting import queries_of
from tests.queries.coverage.random_registrations import CityData, city_data, filters, insert
from tests.queries.coverage.reference_count import ReferenceCount, Visit, people, present

# All examples share a city: each one is rolled back before the next.
one_city = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])

Gap = tuple[str, str | None, int | None, int, int, int, int]


@pytest.mark.slow
@one_city
@given(city_data, filters)
def test_gaps_equal_the_reference(
    city: City, db: Db, data: CityData, report_filters: CoverageFilters
) -> None:
    insert(db, data)
    store_facts(db)
    gaps = build_coverage_gaps(db, OPERATOR, report_filters, "en").gaps
    by_share = build_coverage_gaps(db, OPERATOR, report_filters, "en", "share").gaps
    expected = set(reference_gaps(ReferenceCount(db, report_filters)))
    db.rollback()

    assert {
        (gap.kelurahan, gap.group, gap.gap, gap.never_came, gap.expected, gap.waiting, gap.lists_missing)
        for gap in gaps
    } == expected
    assert len(gaps) == len(expected)
    missing = [gap.gap for gap in gaps if gap.gap is not None]
    assert [gap.gap for gap in gaps][: len(missing)] == sorted(missing, reverse=True)
    shares = [gap.share for gap in by_share if gap.share is not None]
    assert [gap.share for gap in by_share][: len(shares)] == sorted(shares)


def reference_gaps(reference: ReferenceCount) -> Iterator[Gap]:
    """Yield kelurahan, group, gap, never came, expected, waiting, and sessions with missing outcomes."""
    report_filters = reference.filters
    for place, row in reference.rows().items():
        targets: dict[str | None, int | None] = {report_filters.group: row["target"]}
        if report_filters.group is None:
            targets |= {group: row["groups"][group]["target"] or 0 for group in reference.groups}
        for group, target in targets.items():
            in_kelurahan = [
                visit
                for visit in reference.visits
                if visit.kelurahan == place and group in (None, visit.group)
            ]
            visits = [visit for visit in in_kelurahan if visit.status != "waitlisted"]
            waiting = len(people(visit for visit in in_kelurahan if visit.status == "waitlisted"))
            came = people(present(visits))
            if (1 if target is None else target) > len(came):
                missing = None if target is None else target - len(came)
                absent = never_came(visits, came)
                coming = expected(visits, came)
                yield place, group, missing, absent, coming, waiting, lists_missing(visits)


def never_came(visits: list[Visit], came: set[int]) -> int:
    open_outcomes = people(visit for visit in visits if visit.outcome is None)
    return len(people(visits) - came - open_outcomes)


def expected(visits: list[Visit], came: set[int]) -> int:
    to_come = (visit for visit in visits if visit.outcome is None and visit.session["ends_at"] > now())
    return len(people(to_come) - came)


def lists_missing(visits: list[Visit]) -> int:
    over = [visit for visit in visits if visit.session["ends_at"] <= now()]
    return len({visit.session["id"] for visit in over if visit.outcome is None})


def test_a_venue_with_wifi_is_suggested_first(city: City, engine: Engine) -> None:
    with writing(engine) as db:
        db.add_all(
            [
                Venue(name="Aula Contoh", kelurahan_code=MANGGAR, public_wifi=False),
                Venue(name="Balai Contoh", kelurahan_code=MANGGAR, public_wifi=True),
                Venue(name="Cafe Contoh", kelurahan_code=MANGGAR, public_wifi=None),
                Venue(name="Gedung Contoh", kelurahan_code=LAMARU, public_wifi=None),
            ]
        )
    with reading(engine) as db:
        gaps = build_coverage_gaps(db, OPERATOR, CoverageFilters(), "en").gaps
    venues = {gap.kelurahan: gap.venues for gap in gaps}

    counts = venues[MANGGAR]
    assert (counts.with_wifi, counts.without_wifi, counts.unknown, counts.best) == (1, 1, 1, "Balai Contoh")
    assert venues[LAMARU].best == "Gedung Contoh"
    assert venues[SEPINGGAN].best == ""


@pytest.fixture
def rt_of_two_kelurahan(city: City, engine: Engine) -> None:
    """In Manggar RT 3 has two attendances, RT 4 one and RT 5 none; RT 3 of Lamaru is another RT, and Wati has no RT."""
    first, second = city.session("RT-1"), city.session("RT-2")
    came, away = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
    rina = city.register(first, "Rina Melati", MANGGAR, outcome=came)
    city.register(second, "Rina Melati", MANGGAR, person=rina, outcome=came)
    for name, kelurahan, outcome in (
        ("Tuti Kenanga", MANGGAR, came),
        ("Joko Anggrek", MANGGAR, away),
        ("Sri Teratai", LAMARU, came),
        ("Wati Teratai", MANGGAR, came),
    ):
        city.register(first, name, kelurahan, outcome=outcome)
    with writing(engine) as db:
        registrations = db.exec(select(Registration).order_by(col(Registration.id))).all()
        for registration, rt in zip(registrations, ("3", "3", "4", "5", "3", None), strict=True):
            registration.rt = rt


@pytest.mark.usefixtures("rt_of_two_kelurahan")
def test_an_rt_counts_once_in_its_kelurahan(engine: Engine) -> None:
    with reading(engine) as db:
        coverage = build_rt_coverage(db, OPERATOR, CoverageFilters(), "en")
    places = {place.code: place for place in coverage.kelurahan}

    assert (places[MANGGAR].reached, places[MANGGAR].without_rt, places[MANGGAR].participants) == (2, 1, 3)
    assert (places[LAMARU].reached, places[LAMARU].without_rt) == (1, 0)
    assert (coverage.total.reached, coverage.total.known, coverage.kecamatan) == (3, None, ())
    assert len(coverage.kelurahan) == 34


@pytest.mark.usefixtures("rt_of_two_kelurahan")
def test_rt_have_a_share_only_if_their_number_is_known(engine: Engine) -> None:
    with writing(engine) as db:
        manggar = db.get_one(Area, MANGGAR)
        for code, value, day in (
            (MANGGAR, 8, date(2025, 1, 1)),
            (MANGGAR, 9, date(2026, 6, 1)),
            (manggar.parent_code or "", 30, date(2025, 1, 1)),
        ):
            db.add(
                Denominator(area_code=code, indicator=Indicator.RT, value=value, as_of=day, source="Contoh")
            )
    with reading(engine) as db:
        coverage = build_rt_coverage(db, OPERATOR, CoverageFilters(to=date(2025, 12, 31)), "en")
    shares = {place.code: place.share for place in coverage.kelurahan}

    assert (shares.pop(MANGGAR), set(shares.values())) == (25, {None})
    assert [(area.code, area.reached, area.share) for area in coverage.kecamatan] == [
        (manggar.parent_code, 3, 10)
    ]
    assert coverage.total.share is None
    assert [(source.source, source.as_of) for source in coverage.sources] == [("Contoh", date(2025, 1, 1))]


@pytest.mark.usefixtures("rt_of_two_kelurahan")
def test_the_rt_of_a_kecamatan_leave_out_closed_kelurahan(
    engine: Engine,
) -> None:
    """The 40 RT of Manggar, closed in September, belong to its successors, so they are not in the sum."""
    with writing(engine) as db:
        kecamatan = db.get_one(Area, MANGGAR).parent_code or ""
        inside = db.exec(select(Area).where(Area.parent_code == kecamatan)).all()
        for area, value in (*((area, 5) for area in inside), (db.get_one(Area, "64.71"), 1700)):
            rt = 40 if area.code == MANGGAR else value
            day = date(2025, 1, 1)
            db.add(
                Denominator(area_code=area.code, indicator=Indicator.RT, value=rt, as_of=day, source="Contoh")
            )
        db.get_one(Area, MANGGAR).valid_to = date(2025, 9, 30)
    with reading(engine) as db:
        coverage = build_rt_coverage(db, OPERATOR, CoverageFilters(kecamatan=kecamatan), "en")

    assert [area.code for area in coverage.kecamatan] == [coverage.total.code] == [kecamatan]
    assert (coverage.total.reached, coverage.total.known) == (3, 5 * (len(inside) - 1))


def test_the_number_of_queries_does_not_grow_with_people(city: City, engine: Engine) -> None:
    session = city.session("RT-1")

    def counted() -> list[int]:
        with reading(engine) as db:
            return [
                queries_of(engine, lambda: build_coverage_gaps(db, OPERATOR, CoverageFilters(), "en")),
                queries_of(engine, lambda: build_rt_coverage(db, OPERATOR, CoverageFilters(), "en")),
            ]

    city.register(session, "Rina Melati", MANGGAR, outcome=AttendanceStatus.PRESENT)
    before = counted()
    for number in range(5):
        city.register(session, f"Peserta {number}", LAMARU)
    assert counted() == before
