"""Where to go next, for any history, is what a slow and obvious search finds; and the RT that were reached."""

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
from app.queries.coverage.counts import CoverageFilters
from app.queries.coverage.gaps import coverage_gaps
from app.queries.coverage.rt import rt_coverage
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.queries.counting import queries_of
from tests.queries.coverage.histories import History, filters, histories, live_through
from tests.queries.coverage.slow_count import SlowCount, Visit, people, present

# The city is the same for all of them: each history is rolled back before the next.
one_city = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])

Gap = tuple[str, str | None, int, int, int, int, int]


@pytest.mark.slow
@one_city
@given(histories, filters)
def test_gaps_are_those_of_a_slow_search(
    city: City, db: Db, history: History, asked: CoverageFilters
) -> None:
    live_through(db, history)
    found = coverage_gaps(db, OPERATOR, asked, "en").gaps
    by_share = coverage_gaps(db, OPERATOR, asked, "en", "share").gaps
    slow = set(slow_gaps(SlowCount(db, asked)))
    db.rollback()

    assert {
        (gap.kelurahan, gap.group, gap.gap, gap.never_came, gap.expected, gap.waiting, gap.lists_missing)
        for gap in found
    } == slow
    assert len(found) == len(slow)
    assert [gap.gap for gap in found] == sorted((gap.gap for gap in found), reverse=True)
    assert [gap.share for gap in by_share] == sorted(gap.share for gap in found)


def slow_gaps(slow: SlowCount) -> Iterator[Gap]:
    """Kelurahan, group, people missing, who never came, are expected, wait, sessions without all outcomes."""
    asked = slow.asked
    for place, row in slow.rows().items():
        targets: dict[str | None, int] = {asked.group: row["target"]}
        if asked.group is None:
            targets |= {group: row["groups"][group]["target"] or 0 for group in slow.groups}
        for group, target in targets.items():
            there = [
                visit for visit in slow.visits if visit.kelurahan == place and group in (None, visit.group)
            ]
            visits = [visit for visit in there if visit.status != "waitlisted"]
            waiting = len(people(visit for visit in there if visit.status == "waitlisted"))
            came = people(present(visits))
            if target > len(came):
                missing, absent = target - len(came), never_came(visits, came)
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


def test_the_first_venue_to_think_of_has_wifi(city: City, engine: Engine) -> None:
    with writing(engine) as db:
        db.add_all(
            [
                Venue(name="Aula Contoh", kelurahan_code=MANGGAR, public_wifi=False),
                Venue(name="Balai Contoh", kelurahan_code=MANGGAR, public_wifi=True),
                Venue(name="Cafe Contoh", kelurahan_code=MANGGAR, public_wifi=None),
                Venue(name="Gedung Contoh", kelurahan_code=LAMARU, public_wifi=None),
            ]
        )
    with reading(engine) as look:
        gaps = coverage_gaps(look, OPERATOR, CoverageFilters(), "en").gaps
    venues = {gap.kelurahan: gap.venues for gap in gaps}

    there = venues[MANGGAR]
    assert (there.with_wifi, there.without_wifi, there.unknown, there.best) == (1, 1, 1, "Balai Contoh")
    assert venues[LAMARU].best == "Gedung Contoh"
    assert venues[SEPINGGAN].best == ""


@pytest.fixture
def rt_of_two_kelurahan(city: City, engine: Engine) -> None:
    """RT 3 of Manggar came twice, RT 4 once, RT 5 stayed away; RT 3 of Lamaru is another RT, and Wati named none."""
    held, later = city.session("RT-1"), city.session("RT-2")
    came, away = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
    rina = city.register(held, "Rina Melati", MANGGAR, outcome=came)
    city.register(later, "Rina Melati", MANGGAR, person=rina, outcome=came)
    for name, kelurahan, outcome in (
        ("Tuti Kenanga", MANGGAR, came),
        ("Joko Anggrek", MANGGAR, away),
        ("Sri Teratai", LAMARU, came),
        ("Wati Teratai", MANGGAR, came),
    ):
        city.register(held, name, kelurahan, outcome=outcome)
    with writing(engine) as db:
        found = db.exec(select(Registration).order_by(col(Registration.id))).all()
        for registration, rt in zip(found, ("3", "3", "4", "5", "3", None), strict=True):
            registration.rt = rt


@pytest.mark.usefixtures("rt_of_two_kelurahan")
def test_an_rt_counts_once_where_somebody_came(engine: Engine) -> None:
    with reading(engine) as look:
        found = rt_coverage(look, OPERATOR, CoverageFilters(), "en")
    places = {one.code: one for one in found.kelurahan}

    assert (places[MANGGAR].reached, places[MANGGAR].without_rt, places[MANGGAR].participants) == (2, 1, 3)
    assert (places[LAMARU].reached, places[LAMARU].without_rt) == (1, 0)
    assert (found.whole.reached, found.whole.known, found.kecamatan) == (3, None, ())
    assert len(found.kelurahan) == 34


@pytest.mark.usefixtures("rt_of_two_kelurahan")
def test_a_share_of_rt_stands_where_their_number_is_known_and_nowhere_else(engine: Engine) -> None:
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
    with reading(engine) as look:
        found = rt_coverage(look, OPERATOR, CoverageFilters(to=date(2025, 12, 31)), "en")
    shares = {one.code: one.share for one in found.kelurahan}

    assert (shares.pop(MANGGAR), set(shares.values())) == (25, {None})
    assert [(one.code, one.reached, one.share) for one in found.kecamatan] == [(manggar.parent_code, 3, 10)]
    assert found.whole.share is None
    assert [(one.source, one.as_of) for one in found.sources] == [("Contoh", date(2025, 1, 1))]


@pytest.mark.usefixtures("rt_of_two_kelurahan")
def test_of_one_kecamatan_only_its_own_rt_are_told_and_those_of_a_split_kelurahan_once(
    engine: Engine,
) -> None:
    """Manggar's 40 RT are its successors' since September; the kecamatan's number is known of the others alone."""
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
    with reading(engine) as look:
        found = rt_coverage(look, OPERATOR, CoverageFilters(kecamatan=kecamatan), "en")

    assert [one.code for one in found.kecamatan] == [found.whole.code] == [kecamatan]
    assert (found.whole.reached, found.whole.known) == (3, 5 * (len(inside) - 1))


def test_neither_takes_more_queries_for_more_people(city: City, engine: Engine) -> None:
    held = city.session("RT-1")

    def counted() -> list[int]:
        with reading(engine) as look:
            return [
                queries_of(engine, lambda: coverage_gaps(look, OPERATOR, CoverageFilters(), "en")),
                queries_of(engine, lambda: rt_coverage(look, OPERATOR, CoverageFilters(), "en")),
            ]

    city.register(held, "Rina Melati", MANGGAR, outcome=AttendanceStatus.PRESENT)
    before = counted()
    for number in range(5):
        city.register(held, f"Peserta {number}", LAMARU)
    assert counted() == before
