"""An attendance that was recorded at the door, and a sheet that says otherwise."""

from dataclasses import replace

import pytest

from app.i18n import translator
from app.people.known import DoorMark, KnownPerson, KnownRegistration
from app.people.matching import Decision
from app.people.values.cells import Cell
from app.people.values.names import name_key
from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.remark_texts import remark_text
from tests.spreadsheets.examples import codes, judged, sheet_of

MANGGAR = "64.71.01.1001"
RINA = KnownPerson("Rina Gani", name_key("Rina Gani"), id=1, kelurahan=MANGGAR)
AT_THE_DOOR = KnownRegistration(
    "R1", 1, "confirmed", "present", MANGGAR, "umkm", door=DoorMark("09.12", "Sari")
)


def row_of_rina(mark: Cell, registration: KnownRegistration = AT_THE_DOOR, *decisions: Decision) -> JudgedRow:
    sheet = sheet_of(
        {"name": "Rina Gani", "kelurahan": "Manggar", "attendance": mark},
        {"name": "Budi Contoh", "kelurahan": "Manggar", "attendance": "hadir"},
    )
    chosen = dict(enumerate(decisions, start=2))
    return judged(sheet, people=[RINA], registrations=[registration], decisions=chosen).rows[0]


def test_a_sheet_never_overturns_the_door_without_asking() -> None:
    found = row_of_rina("tidak hadir")

    assert (found.kind, found.attendance) == ("review", "present")
    [question] = [remark for remark in found.remarks if remark.code == "attendance-differs"]
    text = remark_text(question, translator("id"))
    assert text.startswith("Hadir di pintu 09.12 (Sari) → Tidak hadir di lembar")


@pytest.mark.parametrize(
    ("keep", "kind", "attendance"), [("door", "unchanged", "present"), ("sheet", "update", "absent")]
)
def test_somebody_chooses(keep: str, kind: str, attendance: str) -> None:
    found = row_of_rina("tidak hadir", AT_THE_DOOR, Decision(keep=keep, over="present 09.12"))  # type: ignore[arg-type]
    assert (found.kind, found.attendance) == (kind, attendance)


def test_an_answer_does_not_hold_for_a_later_mark() -> None:
    found = row_of_rina("tidak hadir", AT_THE_DOOR, Decision(keep="sheet", over="excused 08.55"))
    assert (found.kind, found.attendance) == ("review", "present")


@pytest.mark.parametrize("mark", [None, "hadir"])
def test_a_blank_and_the_same_mark_contradict_nothing(mark: Cell) -> None:
    found = row_of_rina(mark)
    assert (found.kind, found.attendance) == ("unchanged", "present")


def test_what_a_list_recorded_is_changed_by_the_next() -> None:
    found = row_of_rina("tidak hadir", replace(AT_THE_DOOR, door=None))
    assert (found.kind, found.attendance, codes(found.remarks)) == ("update", "absent", ["person-by-name"])


def test_the_same_person_twice_repeats_what_the_sheet_says() -> None:
    """The answer for the first row is not asked for again in the second."""
    rows = [
        {"name": "Rina Gani", "kelurahan": "Manggar", "registration": "R1", "attendance": "tidak hadir"}
        for _ in range(2)
    ]
    decisions = {2: Decision(keep="door", over="present 09.12")}
    again = judged(sheet_of(*rows), people=[RINA], registrations=[AT_THE_DOOR], decisions=decisions).rows[1]
    assert (again.kind, codes(again.remarks)) == ("duplicate", [])
