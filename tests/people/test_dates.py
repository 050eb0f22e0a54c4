"""Dates of birth: day first, months by name, two-digit years of a living person."""

from datetime import date, datetime

import pytest

from app.people.values.cells import Cell
from app.people.values.dates import END_OF_CENTURY, parse_birth_date, parse_date, parse_date_span

ON = date(2025, 8, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "5/8/1980",
        "05-08-80",
        "05/08/'80",
        "5 Agustus ’80",
        "5 Agst 1980",
        "5.8.1980",
        "5 Agustus 1980",
        "05 Agu 1980",
        "5-Aug-80",
        "1980-08-05",
        "Balikpapan, 5 Agustus 1980",
        "05081980",
        date(1980, 8, 5),
        datetime(1980, 8, 5, 0, 0),  # noqa: DTZ001 (Excel's dates know no zone)
        29438.0,
    ],
)
def test_read(cell: Cell) -> None:
    """The day stands first, months may be named; a number is an Excel date that lost its format."""
    assert parse_birth_date(cell, on=ON) == date(1980, 8, 5)


def test_two_digit_years_make_a_person_of_5_to_104() -> None:
    assert parse_birth_date("26-01-74", on=ON) == date(1974, 1, 26)
    assert parse_birth_date("01-02-19", on=ON) == date(2019, 2, 1)
    assert parse_birth_date("01-02-22", on=ON) == date(1922, 2, 1)
    assert parse_birth_date("01-09-20", on=ON) == date(1920, 9, 1)


def test_the_youngest_is_five_and_the_oldest_a_hundred_and_four_on_the_day() -> None:
    day = date(2025, 8, 5)
    for born in ("05/08/2020", "05-08-20", "06/08/1920"):
        assert parse_birth_date(born, on=day) is not None
    for born in ("06/08/2020", "05/08/1920"):
        assert parse_birth_date(born, on=day) is None


def test_on_the_29th_of_february_people_have_dates_of_birth_too() -> None:
    assert parse_birth_date("1/3/80", on=date(2028, 2, 29)) == date(1980, 3, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "5/13/1980",
        "31-02-1980",
        "5 Meja 1980",
        "1980",
        1980,
        "besok",
        "5/8/2023",
        "5/8/1880",
        True,
        "00/00/0000",
        10**9,
    ],
)
def test_impossible(cell: Cell) -> None:
    """These, and dates that make a person younger than 5 or older than 104, are no dates of birth."""
    assert parse_birth_date(cell, on=ON) is None


def test_a_date_of_a_letterhead_may_lie_ahead() -> None:
    assert parse_date("Selasa, 5 Agustus 2025", latest=END_OF_CENTURY) == date(2025, 8, 5)
    assert parse_date("10/09/25", latest=END_OF_CENTURY) == date(2025, 9, 10)


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("5 s.d. 6 Agustus 2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("Selasa-Rabu, 5-6 Agustus 2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("Selasa, 5 s/d Rabu, 6 Agst 2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("5, 6 dan 7 Agustus 2025", date(2025, 8, 5), date(2025, 8, 7)),
        ("5 sampai dengan 6 Agustus 2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("05-06/08/2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("5 Agustus 2025 s.d. 6 Agustus 2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("Selasa, 5 Agustus 2025 s/d Rabu, 6 Agustus 2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("05/08/2025 - 06/08/2025", date(2025, 8, 5), date(2025, 8, 6)),
        ("30 Juli s.d. 1 Agustus 2025", date(2025, 7, 30), date(2025, 8, 1)),
        ("31 Desember - 1 Januari 2026", date(2025, 12, 31), date(2026, 1, 1)),
        ("5 Agustus 2025", date(2025, 8, 5), date(2025, 8, 5)),
        ("5 Agustus 2025, 08.00 - 12.00", date(2025, 8, 5), date(2025, 8, 5)),
        ("5 Agustus 2025 - 12 orang", date(2025, 8, 5), date(2025, 8, 5)),
        (date(2025, 8, 5), date(2025, 8, 5), date(2025, 8, 5)),
    ],
)
def test_a_letterhead_names_one_day_or_several(cell: Cell, first: date, last: date) -> None:
    assert parse_date_span(cell) == (first, last)


@pytest.mark.parametrize("cell", ["31-32 Juni 2025", "5 - 6 Lantai 2025"])
def test_days_that_there_are_not(cell: Cell) -> None:
    assert parse_date_span(cell) is None
