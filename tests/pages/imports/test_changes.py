"""What a sheet changes is shown old → new: in the review, in the person's history and in the reconciliation."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.database import writing
from app.models import AttendanceStatus, Participant, Registration
from app.people.values.cells import Cell
from app.permissions import OPERATOR
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from tests.pages.imports.sheets import RINA, kind_of, listed, row_text, saved, uploaded

pytestmark = pytest.mark.usefixtures("workshop_session")

DEWI = (2, "Dewi Anggrek", None, "Lamaru", "UMKM", "081200000104", "hadir")


def absent(person: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return (*person[:-1], "tidak")


def mark_present(engine: Engine) -> None:
    with writing(engine) as db:
        for registration in db.exec(select(Registration)):
            mark_attendance(db, OPERATOR, registration, MarkInput(AttendanceStatus.PRESENT))


def test_changes_are_shown_before_and_after_saving(staff: TestClient, engine: Engine) -> None:
    saved(staff, listed(RINA))
    moved = (*RINA[:3], "Lamaru", *RINA[4:-1], "izin")
    address = uploaded(staff, listed(moved))
    changes = ("Attendance: Present → Excused", "Kelurahan: Manggar → Lamaru")

    for change in changes:
        assert change in row_text(staff.get(address), 2)
    staff.post(f"{address}/simpan")
    with writing(engine) as db:
        person = db.exec(select(Participant)).one()
    sheet_number = address.rsplit("/", 1)[1]
    pages = (
        row_text(staff.get(address), 2),
        staff.get(f"/peserta/{person.id}").text,
        staff.get(f"/sesi/SPBE-2025-1/rekonsiliasi/lembar/{sheet_number}/excused").text,
    )
    for page in pages:
        for change in changes:
            assert change in page


def test_the_door_is_answered_for_all_rows_with_one_press(staff: TestClient, engine: Engine) -> None:
    saved(staff, listed(RINA, DEWI))
    mark_present(engine)
    address = uploaded(staff, listed(absent(RINA), absent(DEWI)))
    page = staff.get(address)
    assert "2 people were recorded otherwise at the door than on this sheet." in page.text
    assert "→ Absent on the sheet" in row_text(page, 2)

    staff.post(f"{address}/baris/2", data={"choice": "attendance:door", "alike": "true"})

    page = staff.get(address)
    assert (kind_of(page, 2), kind_of(page, 3)) == ("unchanged", "unchanged")
    assert "recorded otherwise at the door" not in page.text


def test_one_row_takes_the_sheets(staff: TestClient, engine: Engine) -> None:
    saved(staff, listed(RINA, DEWI))
    mark_present(engine)
    address = uploaded(staff, listed(absent(RINA), DEWI))
    staff.post(f"{address}/baris/2", data={"choice": "attendance:sheet"})

    page = staff.get(address)
    assert kind_of(page, 2) == "update"
    assert "Attendance: Present → Absent" in row_text(page, 2)
    staff.post(f"{address}/baris/2", data={"choice": "take-back"})
    assert kind_of(staff.get(address), 2) == "review"


def test_people_missing_from_a_corrected_list_are_named_and_asked_about(staff: TestClient) -> None:
    saved(staff, listed(RINA, DEWI))
    address = uploaded(staff, listed(RINA))
    page = staff.get(address).text
    assert "1 people have an attendance from an earlier list, but are not on this one." in page
    assert "Dewi Anggrek</a>, Present" in page

    staff.post(f"{address}/simpan", data={"missing": "remove"})

    assert "Not on the sheet any more, attendance removed" in staff.get(address).text
