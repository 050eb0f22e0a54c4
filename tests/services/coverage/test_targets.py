"""The targets of a year: saving them, defaults, and their use in a report."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from threading import Barrier

import pytest

from app.database import Db, reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import Activity, CoverageTarget
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.queries.coverage.targets import newest_change
from app.reports.coverage.report import CoverageReport
from app.services.coverage import targets as coverage_targets
from app.services.coverage.targets import set_targets
from app.spreadsheets.target_grid import TargetCell
from tests.city import LAMARU, MANGGAR, City
from tests.services.imports.test_concurrency import at_once, on_postgresql


def set_for(city: City, typed: Mapping[TargetCell, str], *, year: int = 2025, by: str = "rina") -> int:
    with writing(city.engine) as db:
        return set_targets(db, city.actor(by), year, typed)


def report_of(city: City, *, to: date = date(2025, 12, 31), group: str | None = None) -> CoverageReport:
    filters = CoverageFilters(from_=date(2024, 1, 1), to=to, group=group)
    with reading(city.engine) as db:
        return build_coverage_report(db, city.actor("rina"), filters, "en")


def test_the_target_of_a_kelurahan_overrides_the_default(city: City) -> None:
    set_for(city, {(None, None): "2", (None, "umkm"): "5", (MANGGAR, None): "7", (LAMARU, "umkm"): "0"})

    report = report_of(city)
    rows = {row.kelurahan: row for row in report.rows}

    assert (rows[MANGGAR].target, rows[LAMARU].target) == (7, 2)
    assert (rows[MANGGAR].groups["umkm"].target, rows[LAMARU].groups["umkm"].target) == (5, 0)
    assert rows[MANGGAR].groups["rt"].target is None
    assert report.totals.target == 33 * 2 + 7
    assert report.totals.by_group["umkm"].target == 33 * 5
    assert {row.kelurahan: row for row in report_of(city, group="umkm").rows}[MANGGAR].target == 5


def test_the_year_in_which_the_period_ends_decides(city: City) -> None:
    set_for(city, {(None, None): "4"}, year=2024)

    assert {row.target for row in report_of(city, to=date(2024, 12, 31)).rows} == {4}
    assert {row.target for row in report_of(city, to=date(2025, 1, 1)).rows} == {None}


def test_without_a_target_for_all_but_one_only_that_one_can_be_covered(city: City) -> None:
    set_for(city, {(None, None): "0", (MANGGAR, None): "1"})

    totals = report_of(city).totals

    assert (totals.kelurahan, totals.with_target, totals.covered) == (34, 1, 0)


def test_an_empty_cell_takes_the_default_again(city: City) -> None:
    set_for(city, {(None, "umkm"): "5", (MANGGAR, "umkm"): "9"})

    assert set_for(city, {(None, "umkm"): "5", (MANGGAR, "umkm"): " – "}) == 1
    assert {row.kelurahan: row for row in report_of(city).rows}[MANGGAR].groups["umkm"].target == 5


def test_nothing_is_saved_if_a_cell_is_wrong(city: City) -> None:
    with pytest.raises(Invalid) as refused:
        set_for(
            city, {(MANGGAR, None): "3", (LAMARU, None): "-1", (LAMARU, "rt"): "dua", (None, None): "1.5"}
        )

    assert set(refused.value.fields) == {LAMARU, f"{LAMARU}/rt", "*"}
    assert city.all(CoverageTarget) == []


def test_the_log_tells_which_cells_changed(city: City) -> None:
    set_for(city, {(MANGGAR, None): "3", (MANGGAR, "umkm"): "1.000"})
    set_for(city, {(MANGGAR, None): "3", (MANGGAR, "umkm"): ""})
    assert set_for(city, {(MANGGAR, None): "3"}) == 0

    first, second = (line for line in city.all(Activity) if line.subject == "coverage-target")
    assert (first.actor, first.subject_id) == ("Rina Dinas", "2025")
    assert first.after == {MANGGAR: 3, f"{MANGGAR}/umkm": 1000}
    assert (second.before, second.after) == ({f"{MANGGAR}/umkm": 1000}, {f"{MANGGAR}/umkm": None})


def test_saving_conflicts_with_unseen_changes(city: City) -> None:
    with reading(city.engine) as db:
        seen = newest_change(db, 2025)
    set_for(city, {(MANGGAR, None): "3"})

    with pytest.raises(Conflict), writing(city.engine) as db:
        set_targets(db, city.actor("made"), 2025, {(MANGGAR, None): "8"}, seen=seen)

    assert [line.target for line in city.all(CoverageTarget)] == [3]


def test_one_of_two_concurrent_saves_conflicts(city: City) -> None:
    outcomes = saved_at_once(city)

    assert [type(outcome) for outcome in outcomes if outcome != 1] == [Conflict]
    assert len(city.all(CoverageTarget)) == 1


@on_postgresql
def test_without_the_lock_concurrent_saves_would_not_conflict(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: both read the latest change before either writes."""
    both_have_read = Barrier(2)

    def newest_change_for_both(db: Db, year: int) -> int:
        newest = newest_change(db, year)
        both_have_read.wait()
        return newest

    monkeypatch.setattr(coverage_targets, "lock_targets", lambda db: None)
    monkeypatch.setattr(coverage_targets, "newest_change", newest_change_for_both)

    assert saved_at_once(city) == [1, 1]


def saved_at_once(city: City) -> list[int | Conflict]:
    """Rina and Made, who both saw a grid without targets, fill in a cell each: how many changed, or the refusal."""

    def save(who: str, cell: TargetCell) -> int:
        with writing(city.engine) as db:
            return set_targets(db, city.actor(who), 2025, {cell: "3"}, seen=0)

    return at_once(partial(save, "rina", (MANGGAR, None)), partial(save, "made", (LAMARU, None)))


@pytest.mark.parametrize("name", ["sari", "budi"])
def test_organizers_and_staff_set_no_targets(city: City, name: str) -> None:
    with pytest.raises(Forbidden):
        set_for(city, {(None, None): "2"}, by=name)


def test_a_year_that_no_report_is_about(city: City) -> None:
    with pytest.raises(NotFound):
        set_for(city, {(None, None): "2"}, year=1999)
