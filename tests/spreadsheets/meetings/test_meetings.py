"""Reports of online meetings: who is no participant, who joined again, what stands in place of a name."""

import pytest

from app.people.matching import Decision
from app.people.values.cells import Cell
from app.spreadsheets.attendance.rows import JudgedSheet
from app.spreadsheets.detected_table import table_from_json, table_to_json
from tests.spreadsheets.examples import as_known, codes, detected, judged, reference, row_of, workbook

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
def test_the_host_named_above_the_participants_is_set_aside_until_taken_in(head: Rows) -> None:
    """Nor is anything asked about an account, before it is said to be a participant's."""
    top = len(head) + 2
    rows = [
        *head,
        ZOOM,
        zoom("Diskominfo Contoh", "dinas@contoh.id"),
        zoom("Rina Gani_Damai", "rina@contoh.id"),
    ]

    assert outcomes(read(*rows)) == [("skip", ["meeting-host"]), ("create", [])]

    taken_in = read(*rows, decisions={top: Decision(skip=False)})
    assert outcomes(taken_in)[0] == ("review", ["name-unclear"])
    taken_in = read(*rows, decisions={top: Decision(person="new")})
    assert outcomes(taken_in)[0] == ("error", ["kelurahan-missing"])


@pytest.mark.parametrize(
    "role", ["Organizer", "Co-organizer", "Host", "Penyelenggara", "Rekan penyelenggara"]
)
def test_those_who_hold_the_meeting_are_set_aside_by_their_role(role: str) -> None:
    header = ("Nama", "Kelurahan", "Waktu bergabung", "Durasi", "Peran")
    others = [("Dewi", "Lamaru", JOINED, "3h", "Peserta"), ("Maya", "Damai", JOINED, "3h", "Presenter")]
    rows = [header, ("Rina Gani", "Damai", JOINED, "3h", role), *others]
    assert outcomes(read(*rows)) == [
        ("skip", ["meeting-host"]),
        ("create", []),
        ("skip", ["meeting-panelist"]),
    ]
    assert row_of(read(*rows, decisions={2: Decision(skip=False)}), 2).kind == "create"


def test_everybody_presents_where_teams_was_left_as_it_is() -> None:
    """Its setting "Who can present: Everyone" gives all from the organization that role."""
    sheet = read(
        (*TEAMS, "Kelurahan"),
        ("Rina Gani", JOINED, LEFT, "3h 8m 0s", "rina@contoh.id", "rina@contoh.id", "Organizer", "Damai"),
        ("Maya Melati", JOINED, LEFT, "3h 8m 0s", "", "", "Presenter", "Damai"),
        ("Dewi Seruni", JOINED, LEFT, "3h 8m 0s", "", "", "Presenter", "Lamaru"),
        ("Tuti Teratai (Guest)", JOINED, LEFT, "3h 8m 0s", "", "", "Attendee", "Damai"),
    )
    assert [row.kind for row in sheet.rows] == ["skip", "create", "create", "create"]


def test_a_speaker_who_is_registered_takes_part() -> None:
    header = (*TEAMS[:5], "Role", "Kelurahan")
    rows = [
        header,
        ("Rina Gani", JOINED, LEFT, "3h", "", "Presenter", "Damai"),
        ("Maya Melati", JOINED, LEFT, "3h", "", "Attendee", "Damai"),
    ]
    people, registrations = as_known(read(("Nama", "Kelurahan"), ("Rina Gani", "Damai")))
    table = detected(workbook(*rows), places=PLACES)
    sheet = judged(table, people=people, registrations=registrations)
    assert [row.kind for row in sheet.rows] == ["unchanged", "create"]
    assert "meeting-panelist" not in codes(sheet.rows[0].remarks)


@pytest.mark.parametrize(
    "name",
    [
        "Otter.ai",
        "Fireflies.ai Notetaker",
        "read.ai meeting notes",
        "Zoom AI Companion",
        "Recorder",
        "Rekaman",
        "Rina's Notetaker",
        "OtterPilot (Rina Gani)",
        "Rekaman Zoom 2",
    ],
)
def test_programs_that_take_notes_are_set_aside(name: str) -> None:
    assert outcomes(read(ZOOM, zoom(name), zoom("Rina Gani_Damai"))) == [
        ("skip", ["meeting-bot"]),
        ("create", []),
    ]


@pytest.mark.parametrize("name", ["Rekaman Sari_Damai", "Fathomah_Damai", "Reader Ahmad_Damai"])
def test_people_are_no_programs(name: str) -> None:
    assert outcomes(read(ZOOM, zoom(name))) == [("create", [])]


def test_a_column_of_groups_called_peran_stays_one() -> None:
    sheet = read(("Nama", "Kelurahan", "Peran"), ("Rina Gani", "Damai", "Pelaku UMKM"))
    assert sheet.rows[0].values.target_group == "umkm"


def test_speakers_in_another_list_are_asked_about() -> None:
    sheet = read(
        ("Nama", "Kelurahan", "Peran"), ("Rina Gani", "Damai", "Narasumber"), ("Dewi", "Lamaru", "Peserta")
    )
    assert "group-unclear" in codes(sheet.rows[0].remarks)


def test_a_device_is_nobody_known() -> None:
    """Not even twice the same one; and no kelurahan is missing of it."""
    sheet = read(*HEAD, ZOOM, zoom("iPhone"), zoom("iPhone"), zoom("Damai_Rina Gani (Galaxy A12)"))
    assert outcomes(sheet) == [("review", ["device-name"]), ("review", ["device-name"]), ("create", [])]
