"""Reports of each application as they are downloaded: recognised, with the minutes of each person."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.spreadsheets.detected_table import DetectedTable, SheetSession
from tests.spreadsheets.examples import DAY, WITA, codes, detected, judged, reference

REPORTS = Path(__file__).parent / "reports"
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]
SESSION = SheetSession(
    DAY,
    "UJI-1",
    starts=datetime(2025, 8, 5, 9, tzinfo=WITA).astimezone(UTC),
    ends=datetime(2025, 8, 5, 12, tzinfo=WITA).astimezone(UTC),
)

NOT_CLIPPED, STILL_THERE = ["meeting-not-clipped"], ["meeting-still-there"]


def read(name: str) -> DetectedTable:
    return detected((REPORTS / name).read_bytes(), places=PLACES, at=SESSION)


@pytest.mark.parametrize(
    ("name", "meeting", "people", "warnings"),
    [
        (
            "zoom-rincian-baru.csv",
            "zoom",
            ["5 skip 180", "6 create 90", "7 duplicate 90", "8 create 170", "9 duplicate 170", "10 skip 180"],
            [],
        ),
        ("zoom-tanpa-rincian.csv", "zoom", ["2 create 60", "3 create 60"], []),
        ("zoom-unik.csv", "zoom", ["5 skip 180", "6 create 130", "7 create 180"], NOT_CLIPPED),
        (
            "zoom-webinar.csv",
            "zoom",
            [
                "7 skip 180",
                "10 skip 120",
                "13 create 170",
                "14 duplicate 170",
                "15 create 30",
                "16 create 0",
                "19 error 20",
            ],
            [],
        ),
        ("meet.csv", "meet", ["2 error 65", "3 create 160"], []),
        ("meet-lembar-indonesia.csv", "meet", ["2 error 65", "3 create 160"], []),
        (
            "teams-lama.csv",
            "teams",
            [
                "2 error 105",
                "3 duplicate 105",
                "4 error 120",
                "5 duplicate 105",
                "6 duplicate 120",
                "7 error 165",
                "8 duplicate 165",
            ],
            STILL_THERE,
        ),
        ("teams-indonesia.csv", "teams", ["11 skip 180", "12 error 60", "13 error 120"], []),
        ("webex.csv", "webex", ["2 skip 180", "3 create 175", "4 duplicate 175", "5 create 30"], []),
        ("webex-baru.csv", "webex", ["2 skip 180", "3 create 60"], []),
    ],
)
def test_a_report_is_recognised_and_its_minutes_are_counted(
    name: str, meeting: str, people: list[str], warnings: list[str]
) -> None:
    table = read(name)
    assert table.meeting == meeting
    assert table.stated_date in {DAY, None}
    sheet = judged(table)
    assert [f"{row.number} {row.kind} {row.cells['minutes']}" for row in sheet.rows] == people
    assert codes(sheet.warnings) == warnings


def test_the_names_of_a_webinar_are_those_of_the_registration() -> None:
    """Who registered and did not come is absent by the report's own word."""
    rows = judged(read("zoom-webinar.csv")).rows
    assert [row.values.name for row in rows[:6]] == [
        *("Diskominfo Contoh", "Hadi Anggrek", "Rina Melati", "Rina Melati", "Budi Kamboja", "Dewi Seruni"),
    ]
    assert rows[5].attendance == "absent"


def test_a_report_of_registrations_says_nothing_of_who_came() -> None:
    table = read("zoom-pendaftaran.csv")
    assert table.meeting is None
    assert codes(table.warnings) == ["looks-like-registration"]
    assert {row.attendance for row in judged(table).rows} == {None}
