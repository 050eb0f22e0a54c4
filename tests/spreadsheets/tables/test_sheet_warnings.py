"""Warnings about a sheet as a whole: its total, its days, how it writes dates."""

from dataclasses import replace
from datetime import date

import pytest

from app.people.values.cells import Cell
from tests.spreadsheets.examples import codes, judged, session, sheet_of, with_total


def row(**cells: Cell) -> dict[str, Cell]:
    return {
        "name": "Rina Gani",
        "kelurahan": "Damai",
        "phone": "081200000001",
        "attendance": "hadir",
        **cells,
    }


def test_the_sheet_s_total_is_compared_with_people_counted_once() -> None:
    sheet = sheet_of(row(), row(), row(name="Budi", phone="081200000002", kelurahan="Atlantis"))
    assert codes(judged(with_total(sheet, 2)).warnings) == []
    assert codes(judged(with_total(sheet, 3)).warnings) == ["total-differs"]


def test_a_total_of_those_present_is_compared_with_them() -> None:
    sheet = sheet_of(row(), row(name="Budi", phone=None, attendance="izin"))
    present = replace(with_total(sheet, 1), stated_total_of="present")
    assert judged(present).warnings == ()
    [differs] = judged(replace(present, stated_total=2)).warnings
    assert (differs.code, dict(differs.params)) == ("total-differs", {"stated": 2, "found": 1})
    registering = replace(session(), registering=True)
    assert judged(replace(present, stated_total=2), registering).warnings == ()


@pytest.mark.parametrize(
    ("first", "last", "differs"), [(4, 5, False), (5, 6, False), (3, 4, True), (6, 7, True)]
)
def test_a_sheet_of_several_days_is_of_each_of_them(first: int, last: int, differs: bool) -> None:
    sheet = replace(sheet_of(row()), stated_date=date(2025, 8, first), stated_until=date(2025, 8, last))
    assert ("date-differs" in codes(judged(sheet).warnings)) == differs


def test_another_date_and_a_session_that_has_not_begun() -> None:
    sheet = replace(sheet_of(row()), stated_date=date(2025, 8, 6))
    assert codes(judged(sheet, session(begun=False)).warnings) == ["date-differs", "session-not-started"]


@pytest.mark.parametrize(
    ("dates", "doubtful"),
    [
        (("8/5/1980", "12/25/1980"), True),
        (("8/5/1980", "25/12/1980"), False),
        (("8/5/1980", "12/32/1980"), False),
        (("8/5/1980", "31/2/1980"), False),
    ],
)
def test_a_date_with_its_month_first_casts_doubt_on_the_others(
    dates: tuple[str, str], doubtful: bool
) -> None:
    """Dates are read day first; where one can only be month first, the sheet is warned of."""
    one, other = (
        row(name=name, phone=None, birth_date=day) for name, day in zip(("Ani", "Budi"), dates, strict=True)
    )
    found = judged(sheet_of(one, other))
    assert ("dates-month-first" in codes(found.warnings)) == doubtful
    assert found.rows[0].values.birth_date == date(1980, 5, 8)
