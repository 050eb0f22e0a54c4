"""Of columns for several times of one day, those of the session's hours say who came."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from app.spreadsheets.attendance.rows import SessionContext
from tests.spreadsheets.examples import DAY, WITA, attendance_list, detected, judged, outcomes, session

ROWS = (("v", "v"), ("v", None), (None, "v"), ("v", "izin"))
MORNING = ["present", "present", "absent", "present"]
AFTERNOON = ["present", "absent", "present", "excused"]


def at(begin: time, end: time | None = None) -> SessionContext:
    ends_at = None if end is None else datetime.combine(DAY, end, WITA)
    return replace(session(), starts_at=datetime.combine(DAY, begin, WITA), ends_at=ends_at)


@pytest.mark.parametrize(
    "headings",
    [
        ["Paraf Pagi (08.30-12.00)", "Paraf Siang (13.30-15.30)"],
        ["Sesi 1 (08.30)", "Sesi 2 (13.30)"],
        ["TTD Pagi", "TTD Siang/Sore"],
        ["Pagi", "Siang"],
    ],
)
def test_the_column_of_the_sessions_hours_is_read(headings: list[str]) -> None:
    sheet = detected(attendance_list(headings, *ROWS))
    assert outcomes(judged(sheet, at(time(9), time(12)))) == MORNING
    assert outcomes(judged(sheet, at(time(13, 30), time(15, 30)))) == AFTERNOON


def test_a_session_of_the_whole_day_counts_both() -> None:
    """Marks that disagree are asked about."""
    sheet = detected(attendance_list(["Absen Pagi", "Absen Siang"], *ROWS))
    assert outcomes(judged(sheet, at(time(9), time(15)))) == ["present", "present", "present", "asked"]


def test_where_no_column_is_of_the_sessions_hours_it_is_asked() -> None:
    sheet = detected(attendance_list(["Pagi (08.00-10.00)", "Pagi (10.00-12.00)"], ("v", None), (None, "v")))
    assert outcomes(judged(sheet, at(time(19), time(21)))) == ["asked", "asked"]
