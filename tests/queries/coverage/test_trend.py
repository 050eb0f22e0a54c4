"""The trend by month and by year: who is new, and how many kelurahan were reached."""

from datetime import date, datetime
from typing import Any

from app.database import reading
from app.models import AttendanceStatus
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.reports.coverage.trend import Trend
from tests.city import LAMARU, MANGGAR, City
from tests.queries.counting import queries_of

PRESENT = AttendanceStatus.PRESENT


def trend_of(city: City, **filters: Any) -> Trend:
    with reading(city.engine) as db:
        trend = build_coverage_report(db, OPERATOR, CoverageFilters(**filters), "en", trend=True).trend
    assert trend is not None
    return trend


def figures(trend: Trend) -> dict[str, tuple[int, int, int, int]]:
    """Return participants, new, again and kelurahan of the months and years with participants."""
    return {
        part.key: (part.participants, part.newcomers, part.returning, part.kelurahan)
        for part in (*trend.months, *trend.years)
        if part.participants
    }


def session_in(city: City, code: str, day: str) -> str:
    return city.session(code, datetime.fromisoformat(f"{day} 09:00"))


def test_a_person_is_new_once(city: City) -> None:
    """Siti came in December, in March and twice in May, Nur once in May; Joko stayed away."""
    december, march, may, later = (
        session_in(city, f"S-{number}", day)
        for number, day in enumerate(("2024-12-10", "2025-03-05", "2025-05-02", "2025-05-28"))
    )
    siti = city.register(december, "Siti Aminah", MANGGAR, outcome=PRESENT)
    for code in (march, may, later):
        city.register(code, "Siti Aminah", MANGGAR, person=siti, outcome=PRESENT)
    city.register(may, "Nur Aini", LAMARU, outcome=PRESENT)
    city.register(march, "Joko Teladan", LAMARU, outcome=AttendanceStatus.ABSENT)
    city.register(march, "Wayan Contoh", None, outcome=PRESENT)

    trend = trend_of(city, from_=date(2025, 1, 1), to=date(2025, 12, 31))

    assert figures(trend) == {
        "2025-03": (1, 0, 1, 1),
        "2025-05": (2, 1, 1, 2),
        "2024": (1, 1, 0, 1),
        "2025": (2, 1, 1, 2),
    }
    assert [part.key for part in trend.months][::11] == ["2025-01", "2025-12"]


def test_a_short_period_has_the_twelve_months_before_its_end(city: City) -> None:
    city.register(session_in(city, "A-1", "2025-08-05"), "Siti Aminah", MANGGAR, outcome=PRESENT)
    city.register(session_in(city, "B-1", "2025-08-25"), "Nur Aini", MANGGAR, outcome=PRESENT)

    trend = trend_of(city, from_=date(2025, 8, 1), to=date(2025, 8, 20))

    assert (trend.months[0].key, trend.months[-1].key) == ("2024-09", "2025-08")
    assert trend.months[-1].participants == 1, "the 25th is after the period's end"
    assert trend.months[-1].period.to == date(2025, 8, 20)


def test_filters_narrow_it(city: City) -> None:
    first, second = session_in(city, "A-1", "2025-03-05"), session_in(city, "B-1", "2025-08-05")
    siti = city.register(first, "Siti Aminah", MANGGAR, group="rt", outcome=PRESENT)
    city.register(second, "Siti Aminah", LAMARU, person=siti, group="umkm", outcome=PRESENT)

    year = {"from_": date(2025, 1, 1), "to": date(2025, 12, 31)}

    assert figures(trend_of(city, **year, workshop="B-1-W"))["2025-08"] == (1, 1, 0, 1)
    assert list(figures(trend_of(city, **year, group="rt"))) == ["2025-03", "2025"]
    assert figures(trend_of(city, **year, kecamatan="64.71.01"))["2025"] == (1, 1, 0, 2)


def test_it_takes_no_query_of_its_own(city: City) -> None:
    city.register(session_in(city, "A-1", "2025-03-05"), "Siti Aminah", MANGGAR, outcome=PRESENT)

    def build(*, trend: bool) -> None:
        with reading(city.engine) as db:
            build_coverage_report(db, OPERATOR, CoverageFilters(), "en", trend=trend)

    assert queries_of(city.engine, lambda: build(trend=True)) == queries_of(
        city.engine, lambda: build(trend=False)
    )
