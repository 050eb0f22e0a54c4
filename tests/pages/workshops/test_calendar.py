"""The calendar of the sessions of a month."""

import re
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from app.database import writing
from app.services.workshops.workshop_sessions import cancel_session
from tests.city import City


def test_sessions_are_shown_on_their_day_in_wita(
    organizer: TestClient, stranger: TestClient, city: City
) -> None:
    city.session("A-1", datetime(2026, 8, 1, 0, 30))  # noqa: DTZ001 (in UTC it is July still)
    city.session("B-1", datetime(2026, 8, 31, 23))  # noqa: DTZ001
    city.session("C-1", datetime(2026, 9, 1, 9))  # noqa: DTZ001
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), "B-1", "Hujan deras")

    page = organizer.get("/kalender?bulan=2026-08").text

    assert "Calendar: August 2026" in page
    days = re.findall(
        r'<td [^>]*class="([^"]*)">\s*<p class="day">.*?>(?:<strong>)?(\d+)\b.*?</p>(.*?)</td>',
        page,
        re.DOTALL,
    )
    assert len(days) % 7 == 0
    codes_by_day = {
        number: re.findall('/sesi/([^"]+)', text) for classes, number, text in days if "free" not in classes
    }
    assert codes_by_day == {"1": ["A-1"], "31": ["B-1"]}
    assert "called-off" in page
    assert 'href="/kalender?bulan=2026-07"' in page
    assert 'href="/kalender?bulan=2026-09"' in page
    assert "No session begins in this month." in stranger.get("/kalender?bulan=2026-08").text


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # the wording is the same on both
@pytest.mark.parametrize("month", ["", "2026-13", "besok", "0001-01"])
def test_a_wrong_month_shows_the_current_one(organizer: TestClient, month: str) -> None:
    assert 'class="today ' in organizer.get("/kalender", params={"bulan": month}).text


def test_the_calendar_links_to_no_month_after_2100(organizer: TestClient) -> None:
    assert "bulan=2101-01" not in organizer.get("/kalender?bulan=2100-12").text
