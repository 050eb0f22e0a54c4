"""Minutes in an online meeting: durations, times, the order of day and month, zones, overlaps."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.values.cells import Cell
from app.spreadsheets.detected_table import DetectedTable, SheetSession
from app.spreadsheets.meetings.durations import parse_minutes
from app.spreadsheets.meetings.intervals import covered_time
from app.spreadsheets.meetings.moments import WITA, MomentReader, parse_moment
from tests.spreadsheets.examples import DAY, cells, codes, detected, reference, sheets, workbook

PLACES = [kelurahan.name for kelurahan in reference().kelurahan]
STARTS, ENDS = datetime(2025, 8, 5, 9, tzinfo=WITA), datetime(2025, 8, 5, 12, tzinfo=WITA)
SWAPPED = date(2025, 5, 8)
SESSION = SheetSession(DAY, "UJI-1", starts=STARTS, ends=ENDS)
ZOOM = ("Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)")
EVENTS = ("Full Name", "User Action", "Timestamp")


def read(*rows: Sequence[Cell], at: SheetSession | None = SESSION) -> DetectedTable:
    return detected(workbook(*rows), places=PLACES, at=at)


def stay(joined: Cell, left: Cell, *, name: str = "Rina Melati_Damai", email: str = "") -> tuple[Cell, ...]:
    return (name, email, joined, left, None)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("3h 8m 2s", 188),
        ("1:02:03", 62),
        ("58", 58),
        (58, 58),
        ("199 menit", 199),
        ("01 jam 05 menit", 65),
        ("1 hr 2 min", 62),
        ("62 mins", 62),
        ("2 jam", 120),
        ("3j 11m 31d", 192),
        ("38m 0s", 38),
        ("< 1 min", 1),
        ("lama", None),
        ("5 orang", None),
        ("9999h", None),
        ("999:59:59", None),
        (None, None),
        (True, None),
    ],
)
def test_durations(text: Cell, minutes: int | None) -> None:
    found = parse_minutes(text)
    assert (found if found is None else round(found)) == minutes


@pytest.mark.parametrize(
    "text",
    [
        "5/8/2025 8:45:10",
        "05/08/2025, 08.45.10",
        "05-08-25 08:45:10 AM",
        "2025-08-05 08:45:10",
        "2025-08-05T00:45:10Z",
        "2025-08-05 07:45:10 WIB",
        "2025-08-05 07:45:10 GMT+7",
        "2025-08-05 00:45:10+00:00",
        "Aug 5, 2025 08:45:10 AM",
        "5 Agustus 2025 08.45.10",
        "08.45.10",
        datetime.combine(DAY, time(8, 45, 10)),
    ],
)
def test_moments(text: Cell) -> None:
    reader = MomentReader("day-first", WITA, DAY)
    assert reader.read(parse_moment(text)) == datetime(2025, 8, 5, 8, 45, 10, tzinfo=WITA)


@pytest.mark.parametrize("text", ["", "besok", "35/13/2025 08:00", "08:75", "2025-02-30 10:00", 45874.5])
def test_no_moments(text: Cell) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    ("joined", "left"),
    [
        ("08/05/2025 08:51:00 AM", "08/05/2025 10:30:00 AM"),
        ("05/08/2025 08.51", "05/08/2025 10.30"),
        (datetime.combine(SWAPPED, time(8, 51)), datetime.combine(SWAPPED, time(10, 30))),
        (datetime.combine(DAY, time(8, 51)), datetime.combine(DAY, time(10, 30))),
    ],
)
def test_the_day_of_the_session_tells_whether_the_day_or_the_month_comes_first(
    joined: Cell, left: Cell
) -> None:
    """Excel with Indonesian settings reads "08/05/2025" of Zoom as the 8th of May."""
    table = read(ZOOM, stay(joined, left))
    assert cells(table, "minutes") == [90]
    assert (table.stated_date, codes(table.warnings)) == (DAY, [])


def test_dates_that_can_be_read_in_two_ways_are_asked_about() -> None:
    """The 7th of June or the 6th of July, and the session is on neither."""
    table = read(ZOOM, stay("07/06/2025 09:00:00 AM", "07/06/2025 10:00:00 AM"))
    assert table.stated_date is None
    assert codes(table.warnings) == ["meeting-date-unclear"]


@pytest.mark.parametrize(
    ("joined", "left"),
    [
        ("08/01/2025 09:00:00 AM", "08/30/2025 12:00:00 PM"),
        ("12/31/9999 23:00 UTC", "12/31/9999 23:59 UTC"),
        ("01/01/0001 00:00 GMT+14", "01/01/0001 00:10 GMT+14"),
        (datetime.combine(date.max, time(23, 50)), datetime.combine(date.max, time(23, 59))),
    ],
)
def test_times_at_which_nobody_can_have_been_there_are_asked_about(joined: Cell, left: Cell) -> None:
    present = stay("08/05/2025 09:00:00 AM", "08/05/2025 10:00:00 AM", name="Tuti Salak")
    table = read(ZOOM, stay(joined, left), present)
    assert [codes(row.remarks) for row in table.rows] == [["minutes-unclear"], []]
    assert [row.cells.get("minutes") for row in table.rows] == [None, 60]


def test_a_report_of_another_day_states_its_day() -> None:
    """As of every list, the review then asks whether it is the right session."""
    table = read(ZOOM, stay("07/25/2025 09:00:00 AM", "07/25/2025 10:00:00 AM"))
    assert (table.stated_date, cells(table, "minutes")) == (date(2025, 7, 25), [60])


def test_hours_of_another_zone_are_converted_if_the_report_says_it() -> None:
    header = ("Name", "First Join (UTC)", "Last Leave (UTC)", "In-Meeting Duration", "Email")
    row = ("Rina Melati_Damai", "8/5/2025, 1:30:00 AM", "8/5/2025, 4:00:00 AM", "2h 30m 0s", "")
    table = read(header, row)
    assert (cells(table, "minutes"), codes(table.warnings)) == ([150], [])


@pytest.mark.parametrize(
    ("joined", "left", "minutes"),
    [
        ("01:00:00 AM", "04:00:00 AM", 180),
        ("08:00:00 AM", "11:00:00 AM", 120),
        ("01:00:00 PM", "02:00:00 PM", 60),
    ],
)
def test_hours_that_are_not_the_sessions_are_asked_about(joined: str, left: str, minutes: int) -> None:
    """Nobody is absent because the report is in another zone."""
    table = read(ZOOM, stay(f"08/05/2025 {joined}", f"08/05/2025 {left}"))
    assert cells(table, "minutes") == [minutes]
    assert codes(table.warnings) == ["meeting-other-time"]


def test_two_devices_at_once_count_once() -> None:
    table = read(
        ZOOM,
        stay("08/05/2025 08:30:00 AM", "08/05/2025 10:00:00 AM", email="rina@contoh.id"),
        stay("08/05/2025 09:30:00 AM", "08/05/2025 10:30:00 AM", name="Galaxy A12", email="rina@contoh.id"),
        stay("08/05/2025 11:00:00 AM", "08/05/2025 11:15:00 AM", name="Rina", email="rina@contoh.id"),
        stay("08/05/2025 11:50:00 AM", "08/05/2025 12:30:00 PM"),
    )
    assert cells(table, "minutes") == [115] * 4
    assert cells(table, "name") == ["Rina Melati_Damai"] * 4
    assert [codes(row.remarks) for row in table.rows] == [[], ["meeting-other-name"], [], []]


def test_those_who_share_an_address_or_a_name_of_a_device_are_counted_apart() -> None:
    table = read(
        ZOOM,
        stay("08/05/2025 09:00:00 AM", "08/05/2025 10:00:00 AM", email="kantor@contoh.id"),
        stay(
            "08/05/2025 10:00:00 AM", "08/05/2025 12:00:00 PM", name="Budi Kamboja", email="kantor@contoh.id"
        ),
        stay("08/05/2025 09:00:00 AM", "08/05/2025 09:20:00 AM", name="iPhone"),
        stay("08/05/2025 09:20:00 AM", "08/05/2025 10:00:00 AM", name="iPhone"),
    )
    assert cells(table, "minutes") == [60, 120, 20, 40]


def test_a_time_that_cannot_be_read_is_asked_for() -> None:
    """Nor can the time of somebody who left before they joined: hours without AM and PM."""
    table = read(
        ZOOM, stay("pagi", "siang"), stay("08/05/2025 09:00:00 AM", "08/05/2025 10:00:00 AM", name="Budi")
    )
    assert cells(table, "minutes") == [None, 60]
    assert [codes(row.remarks) for row in table.rows] == [["minutes-unclear"], []]


def test_a_session_of_several_days_has_its_hours_on_each() -> None:
    two_days = SheetSession(DAY, "UJI-1", starts=STARTS, ends=ENDS + timedelta(days=1))
    on_the_second = stay("08/06/2025 08:00:00 AM", "08/06/2025 02:00:00 PM")
    assert cells(read(ZOOM, on_the_second, at=two_days), "minutes") == [180]


@pytest.mark.parametrize(
    ("days", "further", "minutes"),
    [
        (1, [("Left", "8/12/2025, 10:00:00 AM")], 60),
        (2, [("Left", "8/6/2025, 10:00:00 AM")], 60),
        (2, [("Joined", "8/6/2025, 9:30:00 AM"), ("Left", "8/6/2025, 10:00:00 AM")], 90),
    ],
)
def test_who_did_not_leave_is_not_counted_beyond_the_meeting_that_they_joined(
    days: int, further: list[tuple[str, str]], minutes: int
) -> None:
    """A leaving on another day is of another meeting, whose joining the report doesn't have."""
    session = SheetSession(DAY, "UJI-1", starts=STARTS, ends=ENDS + timedelta(days=days - 1))
    rina = [("Rina Melati_Damai", *event) for event in [("Joined", "8/5/2025, 10:00:00 AM"), *further]]
    tuti = [
        ("Tuti Salak_Damai", "Joined", "8/5/2025, 9:00:00 AM"),
        ("Tuti Salak_Damai", "Left", "8/5/2025, 11:00:00 AM"),
    ]
    table = read(EVENTS, *rina, *tuti, at=session)
    assert cells(table, "minutes") == [minutes] * len(rina) + [120] * 2
    still_there = [remark.params for remark in table.warnings if remark.code == "meeting-still-there"]
    assert still_there == [{"people": 1, "last": "11.00"}]


@pytest.mark.parametrize(
    ("ends", "minutes"),
    [
        pytest.param(ENDS.replace(day=6, hour=1), 150, id="planned"),
        pytest.param(ENDS.replace(hour=23, minute=30), 90, id="overrun"),
    ],
)
def test_a_meeting_over_midnight_is_one(ends: datetime, minutes: int) -> None:
    night = SheetSession(DAY, "UJI-1", starts=STARTS.replace(hour=22), ends=ends)
    joined = ("Rina Melati_Damai", "Joined", "8/5/2025, 9:55:00 PM")
    left = ("Rina Melati_Damai", "Left", "8/6/2025, 12:30:00 AM")
    table = read(EVENTS, joined, left, at=night)
    assert cells(table, "minutes") == [minutes] * 2
    assert "meeting-still-there" not in [remark.code for remark in table.warnings]


def test_the_hosts_columns_in_a_list_of_meetings_are_not_the_participants() -> None:
    header = ("Topic", "User Name", "User Email", "Duration (Minutes)", "Participants", *ZOOM)
    of_host = ("Literasi", "Diskominfo", "dinas@contoh.id", 200, 2)
    table = read(
        header,
        (*of_host, *stay("08/05/2025 09:00:00 AM", "08/05/2025 10:00:00 AM", email="rina@contoh.id")[:4], 60),
    )
    assert (cells(table, "email"), cells(table, "minutes")) == (["rina@contoh.id"], [60])
    assert table.warnings == ()


def test_meetings_on_other_sheets_are_other_meetings() -> None:
    morning = [
        ZOOM,
        stay("08/05/2025 09:00", "08/05/2025 10:00"),
        stay("08/05/2025 11:00", "08/05/2025 12:00"),
    ]
    evening = [ZOOM, stay("08/05/2025 09:00", "08/05/2025 09:05", name="Rina Melati_Damai")]
    content = sheets(
        {"Pagi": [list(map(str, row)) for row in morning], "Malam": [list(map(str, row)) for row in evening]}
    )
    assert cells(detected(content, places=PLACES, at=SESSION, sheets=["Pagi"]), "minutes") == [120, 120]


def test_without_a_session_all_that_the_report_says_counts() -> None:
    table = read(ZOOM, stay("08/05/2025 08:00:00 AM", "08/05/2025 12:30:00 PM"), at=None)
    assert cells(table, "minutes") == [270]
    assert table.stated_date is None


minutes_of_day = st.integers(0, 24 * 60).map(
    lambda minutes: datetime(2025, 8, 5, tzinfo=UTC) + timedelta(minutes=minutes)
)
intervals = st.lists(st.tuples(minutes_of_day, minutes_of_day), max_size=12)


@given(intervals, minutes_of_day, minutes_of_day, st.randoms())
def test_the_time_covered_does_not_depend_on_the_order_and_is_never_longer_than_the_session(
    stays: list[tuple[datetime, datetime]], starts: datetime, ends: datetime, order: random.Random
) -> None:
    covered = covered_time(stays, starts, ends)
    assert timedelta() <= covered <= max(ends - starts, timedelta())
    minutes = {
        begin + timedelta(minutes=at)
        for begin, end in stays
        for at in range(max((end - begin) // timedelta(minutes=1), 0))
        if starts <= begin + timedelta(minutes=at) < ends
    }
    assert covered == timedelta(minutes=len(minutes))
    order.shuffle(stays)
    assert covered_time([*stays, *stays], starts, ends) == covered
