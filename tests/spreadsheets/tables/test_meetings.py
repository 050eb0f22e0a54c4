"""Reports of online meetings: who hosted, who joined again, what stands in place of a name."""

import pytest

from app.people.matching import Decision
from app.people.values.cells import Cell
from app.spreadsheets.attendance.rows import JudgedSheet
from app.spreadsheets.detected_table import table_from_json, table_to_json
from tests.spreadsheets.examples import codes, detected, judged, reference, row_of, workbook

PLACES = [kelurahan.name for kelurahan in reference().kelurahan]
ZOOM = ("Name (Original Name)", "User Email", "Join Time", "Leave Time", "Duration (Minutes)", "Guest")
TEAMS = ("Name", "First Join", "Last Leave", "In-Meeting Duration", "Email", "Participant ID (UPN)", "Role")
JOINED, LEFT = "08/05/2025 08:51:02 AM", "08/05/2025 12:00:40 PM"

Rows = list[tuple[Cell, ...]]
HEAD: Rows = [("Meeting ID", "Topic", "User Email"), ("987", "Literasi", "dinas@contoh.id"), ()]


def zoom(name: str, email: str = "") -> tuple[Cell, ...]:
    return (name, email, JOINED, LEFT, 190, "Yes")


def read(*rows: tuple[Cell, ...], decisions: dict[int, Decision] | None = None) -> JudgedSheet:
    table = detected(workbook(*rows), places=PLACES)
    return judged(table_from_json(table_to_json(table)), decisions=decisions)


def outcomes(sheet: JudgedSheet) -> list[tuple[str, list[str]]]:
    return [(row.kind, codes(row.remarks)) for row in sheet.rows]


def test_who_joins_again_is_counted_once_and_not_asked_about() -> None:
    """By e-mail, and without one by the same name and kelurahan; in other lists the latter would be asked about."""
    sheet = read(
        ZOOM,
        zoom("Rina Gani_Damai", "rina@contoh.id"),
        zoom("Rina Gani_Damai", "rina@contoh.id"),
        zoom("Lamaru - Dewi"),
        zoom("Dewi (Lamaru)"),
    )
    assert outcomes(sheet) == [("create", []), ("duplicate", []), ("create", []), ("duplicate", [])]
    other_list = read(("Nama", "Kelurahan"), ("Dewi", "Lamaru"), ("Dewi", "Lamaru"))
    assert outcomes(other_list)[1] == ("review", ["person-unclear"])


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        [("Meeting Topic", "Literasi"), ("Host Email", "Dinas@contoh.id"), ()],
        [("Host", "Diskominfo Contoh"), ()],
    ],
)
def test_the_host_named_above_the_participants_is_asked_about_alone(head: Rows) -> None:
    """Nor is the kelurahan of an account asked for, before it is said to be a participant's."""
    top = len(head) + 2
    rows = [
        *head,
        ZOOM,
        zoom("Diskominfo Contoh", "dinas@contoh.id"),
        zoom("Rina Gani_Damai", "rina@contoh.id"),
    ]

    assert outcomes(read(*rows)) == [("review", ["host"]), ("create", [])]

    taking_part = read(*rows, decisions={top: Decision(person="new")})
    assert outcomes(taking_part)[0] == ("error", ["kelurahan-missing"])


@pytest.mark.parametrize("role", ["Organizer", "Host", "Penyelenggara"])
def test_the_organizer_by_role_is_asked_about(role: str) -> None:
    header = ("Nama", "Kelurahan", "Waktu bergabung", "Durasi", "Peran")
    others = [("Dewi", "Lamaru", JOINED, "3h", "Peserta"), ("Maya", "Damai", JOINED, "3h", "Presenter")]
    rows = [header, ("Rina Gani", "Damai", JOINED, "3h", role), *others]
    assert outcomes(read(*rows)) == [("review", ["host"]), ("create", []), ("create", [])]
    assert row_of(read(*rows, decisions={2: Decision(person="new")}), 2).kind == "create"


def test_an_organizer_without_a_kelurahan_has_that_question_first() -> None:
    sheet = read(
        TEAMS,
        ("Rina Gani", JOINED, LEFT, "3h 8m 0s", "rina@contoh.id", "rina@contoh.id", "Organizer"),
        ("Maya Melati (Unverified)", JOINED, LEFT, "3h 8m 0s", "", "", "Attendee"),
    )
    assert outcomes(sheet) == [("error", ["kelurahan-missing"])] * 2
    assert [row.values.name for row in sheet.rows] == ["Rina Gani", "Maya Melati"]


def test_a_column_of_groups_called_peran_stays_one() -> None:
    sheet = read(("Nama", "Kelurahan", "Peran"), ("Rina Gani", "Damai", "Pelaku UMKM"))
    assert sheet.rows[0].values.target_group == "umkm"


def test_a_device_is_nobody_known() -> None:
    """Not even twice the same one; and no kelurahan is missing of it."""
    sheet = read(*HEAD, ZOOM, zoom("iPhone"), zoom("iPhone"), zoom("Damai_Rina Gani (Galaxy A12)"))
    assert outcomes(sheet) == [("review", ["device-name"]), ("review", ["device-name"]), ("create", [])]
