"""Dates and times as people type them into fields."""

from datetime import date, time

import pytest
from fastapi.testclient import TestClient

from app.web.date_fields import date_error, parse_clock, parse_day, typed_date
from tests.database import on_sqlite


@pytest.mark.parametrize(
    "text",
    [
        *("05-12-2026", "5/12/2026", "5-12-26", "5.12.2026", "05122026", "5 12 2026", " 5 / 12 / 2026 "),
        *(
            "5 Des 2026",
            "5 desember 2026",
            "5 Dec 2026",
            "Sab, 5 Des 2026",
            "Jum'at 5 Des 2026",
            "2026-12-05",
        ),
    ],
)
def test_a_date_may_be_written_in_many_ways(text: str) -> None:
    assert parse_day(text) == date(2026, 12, 5)
    assert date_error(text) == ""
    assert typed_date(text) == "05-12-2026"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("besok", "This is not a date. Write it as 05-12-2026 or 5 Dec 2026."),
        ("tanggal 5 Des 2026 atau 6 Des 2026", "This is not a date. Write it as 05-12-2026 or 5 Dec 2026."),
        ("31-02-2026", "There is no such day."),
        ("0-1-2026", "There is no such day."),
        ("12/25/2026", "There is no such month. The day comes first: 25-12-2026."),
        ("5 Des", "The year is missing, as in 05-12-2026."),
        ("5/12", "The year is missing, as in 05-12-2026."),
        ("5-12-1926", "The year must be one of 2000 to 2100."),
        ("20255-12-31", "This is not a date. Write it as 05-12-2026 or 5 Dec 2026."),
    ],
)
def test_what_is_wrong_with_a_date_is_said(text: str, error: str) -> None:
    assert parse_day(text) is None
    assert date_error(text) == error
    assert typed_date(text) == text


@pytest.mark.parametrize("text", ["9", "09", "9.00", "09:00", "9,00", "0900", "pukul 9", "09.00 WITA"])
def test_a_time_may_be_written_in_many_ways(text: str) -> None:
    assert parse_clock(text) == time(9)


@pytest.mark.parametrize("text", ["", "24.00", "9.60", "pagi", "9-12", "90000"])
def test_what_is_no_time_of_day(text: str) -> None:
    assert parse_clock(text) is None


@on_sqlite
def test_filters_take_dates_as_typed_and_as_in_links(admin: TestClient) -> None:
    for typed in ("5/12/2026", "2026-12-05"):
        page = admin.get("/catatan", params={"dari": typed})
        assert 'name="dari" type="text"' in page.text
        assert 'value="05-12-2026"' in page.text
        report = admin.get("/cakupan", params={"from": typed, "to": "31 Des 2026"})
        assert report.status_code == 200
        assert 'value="31-12-2026"' in report.text


@on_sqlite
@pytest.mark.parametrize(("path", "field"), [("/catatan", "dari"), ("/cakupan", "from")])
def test_a_filter_says_beside_it_what_is_wrong(admin: TestClient, path: str, field: str) -> None:
    page = admin.get(path, params={field: "31-02-2026"})

    assert page.status_code == 422
    assert f'id="{field}-error">There is no such day.' in page.text
    assert 'value="31-02-2026"' in page.text


@on_sqlite
def test_no_page_leaves_dates_to_the_browsers_language(admin: TestClient) -> None:
    for path in ("/kegiatan/baru", "/administrasi/wilayah/baru", "/administrasi/kebocoran/baru", "/cakupan"):
        page = admin.get(path).text
        assert not any(f'type="{kind}"' in page for kind in ("date", "datetime-local", "time", "month"))
