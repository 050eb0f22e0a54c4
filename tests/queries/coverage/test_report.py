"""The coverage report by example."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.database import reading, writing
from app.errors import Invalid, NotFound
from app.i18n import wita
from app.models import (
    Area,
    AttendanceStatus,
    CoverageTarget,
    Denominator,
    Indicator,
    RegistrationStatus,
    Sex,
)
from app.models.base import now
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.reports.coverage.breakdowns import DIMENSIONS
from app.reports.coverage.report import CoverageReport, CoverageRow
from tests.city import LAMARU, MANGGAR, MORNING, SAMPLES, SEPINGGAN, City
from tests.queries.counting import queries_of

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT


def report_of(city: City, **filters: Any) -> CoverageReport:
    with reading(city.engine) as db:
        return build_coverage_report(db, OPERATOR, CoverageFilters(**filters), "en")


def row_of(report: CoverageReport, kelurahan: str) -> CoverageRow:
    return next(row for row in report.rows if row.kelurahan == kelurahan)


def set_target(
    city: City, number: int, kelurahan: str = MANGGAR, *, group: str | None = None, year: int = 2025
) -> None:
    with writing(city.engine) as db:
        db.add(CoverageTarget(year=year, kelurahan_code=kelurahan, target_group_code=group, target=number))


def test_the_workshop_of_68_reaches_all_34(city: City) -> None:
    code = city.session("SPBE-2025-1", groups=("umkm", "rt", "tokoh", "komunitas"))
    city.import_sheet(code, (SAMPLES / "spbe.xlsx").read_bytes())

    report = report_of(city, workshop="SPBE-2025-1-W")

    totals = report.totals
    assert (totals.kelurahan, totals.covered, totals.without_target, totals.gap) == (34, 34, 34, None)
    assert report.totals.registered == report.totals.attendances == report.totals.participants == 68
    assert {(row.participants, row.state) for row in report.rows} == {(2, "reached")}
    assert [row.kelurahan for row in report.rows] == sorted(row.kelurahan for row in report.rows)
    assert sum(figures.participants for figures in report.totals.by_group.values()) == 68


def test_a_year_begins_and_ends_in_wita(city: City) -> None:
    """01:00 on New Year's day in Balikpapan is still the old year in UTC."""
    eve = datetime(2025, 12, 31, 23, 30)  # noqa: DTZ001 (WITA)
    city.register(city.session("OLD-1", eve), "Siti Aminah", MANGGAR, outcome=PRESENT)
    city.register(city.session("NEW-1", eve + timedelta(hours=1)), "Nur Aini", LAMARU, outcome=PRESENT)

    old = report_of(city, from_=date(2025, 1, 1), to=date(2025, 12, 31))
    new = report_of(city, from_=date(2026, 1, 1), to=date(2026, 1, 1))

    assert (row_of(old, MANGGAR).participants, row_of(old, LAMARU).participants) == (1, 0)
    assert (row_of(new, MANGGAR).participants, row_of(new, LAMARU).participants) == (0, 1)


def test_a_person_who_came_twice_is_one_participant(city: City) -> None:
    siti = city.register(city.session("A-1"), "Siti Aminah", MANGGAR, outcome=PRESENT)
    city.register(city.session("B-1"), "Siti Aminah", MANGGAR, person=siti, outcome=PRESENT)
    city.register(city.session("C-1"), "Siti Aminah", MANGGAR, person=siti, outcome=ABSENT)

    totals = report_of(city).totals

    assert (totals.registered, totals.attendances, totals.participants, totals.moved) == (1, 2, 1, 0)


def test_a_person_who_moved_counts_in_both_kelurahan_and_once_in_the_city(city: City) -> None:
    siti = city.register(city.session("A-1"), "Siti Aminah", MANGGAR, outcome=PRESENT)
    city.register(city.session("B-1"), "Siti Aminah", SEPINGGAN, person=siti, outcome=PRESENT)

    report = report_of(city)

    assert row_of(report, MANGGAR).participants == row_of(report, SEPINGGAN).participants == 1
    assert (report.totals.participants, report.totals.moved) == (1, 1)


def test_a_person_has_the_sex_that_any_registration_has(city: City) -> None:
    siti = city.register(city.session("A-1"), "Siti Aminah", MANGGAR, outcome=PRESENT)
    city.register(city.session("B-1"), "Siti Aminah", MANGGAR, person=siti, sex=Sex.P, outcome=PRESENT)
    city.register(city.session("C-1"), "Siti Aminah", MANGGAR, person=siti, outcome=PRESENT)

    report = report_of(city)

    assert report.totals.by_sex == row_of(report, MANGGAR).by_sex == {"L": 0, "P": 1, "unknown": 0}


def test_people_from_outside_are_counted_separately(city: City) -> None:
    city.register(city.session(), "Siti Aminah", None, outcome=PRESENT)

    totals = report_of(city).totals

    assert (totals.outside, totals.registered, totals.participants) == (1, 0, 0)


def test_cancelled_registrations_do_not_count_and_waiting_people_are_counted_separately(city: City) -> None:
    code = city.session()
    city.register(code, "Siti Aminah", status=RegistrationStatus.CANCELLED)
    city.register(code, "Nur Aini", status=RegistrationStatus.WAITLISTED)

    report = report_of(city)

    assert (report.totals.registered, report.totals.waitlisted) == (0, 1)
    assert row_of(report, MANGGAR).state == "none"


def test_the_states(city: City) -> None:
    places = [row.kelurahan for row in report_of(city).rows[:6]]
    reached, partial, zero, list_missing, to_come, no_target = places
    past, future = (
        city.session("A-1"),
        city.session("B-1", wita(now() + timedelta(days=1)).replace(tzinfo=None)),
    )
    for place in (reached, partial):
        set_target(city, 2, place, year=now().year)
    set_target(city, 0, no_target, year=now().year)
    for number, place in enumerate((reached, reached, partial)):
        city.register(past, f"Datang {number}", place, outcome=PRESENT)
    city.register(past, "Tidak Datang", zero, outcome=ABSENT)
    city.register(past, "Belum Tercatat", list_missing)
    city.register(future, "Akan Datang", to_come)

    report = report_of(city, from_=date(2025, 1, 1), to=date(now().year, 12, 31))

    assert [row_of(report, place).state for place in places] == [
        "reached",
        "partial",
        "zero",
        "unmeasured",
        "unmeasured",
        "none",
    ]
    assert row_of(report, list_missing).unmeasured_why == "list-missing"
    assert row_of(report, to_come).unmeasured_why == "session-to-come"
    totals = report.totals
    assert (totals.kelurahan, totals.with_target, totals.without_target) == (34, 2, 31)
    assert (totals.covered, totals.target_reached, totals.reached_without_target) == (1, 1, 0)


def test_no_target_is_not_a_target(city: City) -> None:
    """Two came from Manggar and one from Lamaru; only Sepinggan has a target."""
    code = city.session()
    for name, place in (("Siti Aminah", MANGGAR), ("Nur Aini", MANGGAR), ("Joko Teladan", LAMARU)):
        city.register(code, name, place, outcome=PRESENT)
    set_target(city, 4, SEPINGGAN)

    report = report_of(city)

    lamaru = row_of(report, LAMARU)
    assert (lamaru.target, lamaru.gap, lamaru.state) == (None, None, "reached")
    assert (report.totals.target, report.totals.gap) == (4, 4)
    assert (report.totals.covered, report.totals.target_reached, report.totals.without_target) == (2, 0, 33)
    assert SEPINGGAN in {row.kelurahan for row in report.short_rows}
    assert not {LAMARU, MANGGAR} & {row.kelurahan for row in report.short_rows}
    assert report_of(city, group="umkm").totals.target is None, "of a group none is set"


def test_targets_are_those_of_the_year_in_which_the_period_ends(city: City) -> None:
    set_target(city, 5, year=2025)
    set_target(city, 7, year=2026)
    set_target(city, 3, group="umkm", year=2026)

    report = report_of(city, from_=date(2025, 7, 1), to=date(2026, 6, 30))

    manggar = row_of(report, MANGGAR)
    assert (report.target_year, manggar.target, manggar.groups["umkm"].target) == (2026, 7, 3)
    assert (row_of(report, LAMARU).target, row_of(report, LAMARU).groups["umkm"].target) == (None, None)
    assert (report.totals.target, report.totals.gap) == (7, 7)
    assert (report.totals.by_group["umkm"].target, report.totals.by_group["rt"].target) == (3, None)


def test_without_a_period_it_is_the_year_of_the_latest_session_that_has_begun(city: City) -> None:
    city.session("A-1", MORNING)
    city.session("B-1", MORNING.replace(year=2024))
    city.session("C-1", MORNING.replace(year=now().year + 1))

    assert report_of(city).period.to == date(2025, 12, 31)
    assert report_of(city, workshop="B-1-W").period.from_ == date(2024, 1, 1)
    assert report_of(city, workshop="C-1-W").period.from_ == date(now().year + 1, 1, 1)


def test_without_any_session_it_is_this_year(city: City) -> None:
    assert report_of(city).period.from_.year == wita(now()).year


def test_a_missing_end_is_that_of_the_other_ends_year(city: City) -> None:
    city.session()

    assert report_of(city, from_=date(2023, 4, 1)).period.to == date(2023, 12, 31)
    assert report_of(city, to=date(2023, 4, 1)).period.from_ == date(2023, 1, 1)


def test_filters_narrow_it(city: City) -> None:
    spbe, umkm = city.session("A-1"), city.session("B-1")
    city.register(spbe, "Siti Aminah", MANGGAR, group="rt", outcome=PRESENT)
    city.register(umkm, "Nur Aini", MANGGAR, group="umkm", outcome=PRESENT)
    set_target(city, 4, group="rt")

    by_workshop, by_group = report_of(city, workshop="A-1-W"), report_of(city, group="rt")

    assert by_workshop.totals.participants == by_group.totals.participants == 1
    assert by_workshop.filters.workshop_title == "Kegiatan A-1-W"
    assert (by_group.filters.group_label, row_of(by_group, MANGGAR).target) == ("RT officials", 4)
    assert report_of(city, sex="P").totals.participants == 0


@pytest.mark.parametrize("filters", [{"workshop": "NIRWANA"}, {"group": "pelaut"}], ids=str)
def test_an_unknown_filter_is_refused(city: City, filters: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        report_of(city, **filters)


@pytest.mark.parametrize(
    "filters",
    [
        {"from_": date(2025, 2, 1), "to": date(2025, 1, 31)},
        {"from_": date.min},
        {"to": date.max},
    ],
    ids=str,
)
def test_an_impossible_period_is_refused(city: City, filters: dict[str, date]) -> None:
    with pytest.raises(Invalid):
        report_of(city, **filters)


def test_a_closed_kelurahan_has_a_row_if_it_has_registrations(city: City) -> None:
    city.register(city.session(), "Siti Aminah", MANGGAR, outcome=PRESENT)
    with writing(city.engine) as db:
        for closed in (MANGGAR, LAMARU):
            db.get_one(Area, closed).valid_to = date(2025, 9, 30)

    year = report_of(city, from_=date(2025, 1, 1), to=date(2025, 12, 31))
    summer = report_of(city, from_=date(2025, 6, 1), to=date(2025, 9, 30))

    assert row_of(year, MANGGAR).closed_on == date(2025, 9, 30)
    assert LAMARU not in {row.kelurahan for row in year.rows}
    assert (year.totals.kelurahan, year.totals.covered, year.totals.participants) == (32, 0, 1)
    assert (summer.totals.kelurahan, row_of(summer, MANGGAR).closed_on) == (34, None)


def test_the_number_of_queries_does_not_grow_with_the_city(city: City) -> None:
    def build() -> CoverageReport:
        with reading(city.engine) as db:
            return build_coverage_report(
                db, OPERATOR, CoverageFilters(), "en", dimensions=DIMENSIONS, compare=True
            )

    city.register(city.session("B-1"), "Siti Aminah", MANGGAR)
    few = queries_of(city.engine, build)
    for number in range(5):
        code = city.session(f"A-{number}")
        city.register(code, f"Orang {number}", MANGGAR, outcome=PRESENT)
        city.register(code, f"Tetangga {number}", LAMARU)
        set_target(city, number, SEPINGGAN, year=2020 + number)

    assert queries_of(city.engine, build) == few


def test_rates_count_the_people_of_their_denominator(city: City) -> None:
    with writing(city.engine) as db:
        for indicator, value in ((Indicator.UMKM, 50), (Indicator.POPULATION, 400)):
            denominator = Denominator(
                area_code=MANGGAR, indicator=indicator, value=value, as_of=date(2024, 12, 31), source="BPS"
            )
            db.add(denominator)
    code = city.session()
    city.register(code, "Siti Aminah", MANGGAR, group="umkm", outcome=PRESENT)
    city.register(code, "Nur Aini", MANGGAR, group="rt", outcome=PRESENT)
    city.register(code, "Joko Teladan", LAMARU, group="umkm", outcome=PRESENT)

    with reading(city.engine) as db:
        rates = build_coverage_report(db, OPERATOR, CoverageFilters(), "en", dimensions=DIMENSIONS).rates

    in_manggar = {rate.measure: (rate.participants, rate.rate) for rate in rates if rate.area == MANGGAR}
    assert in_manggar == {"umkm": (1, 2.0), "penduduk": (2, 5.0)}
    with reading(city.engine) as db:
        of_rt = build_coverage_report(
            db, OPERATOR, CoverageFilters(group="rt"), "en", dimensions=DIMENSIONS
        ).rates
    assert {rate.measure for rate in of_rt} == {"penduduk"}
