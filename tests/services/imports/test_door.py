"""Attendance that was recorded at the door, and a sheet that says otherwise."""

import pytest
from sqlmodel import select

from app.database import reading, writing
from app.errors import Conflict
from app.models import Attendance, AttendanceStatus, Participant, Registration, RowKind
from app.queries.imports.changes import FieldChange
from app.queries.imports.review import list_review_rows
from app.services.imports.commit import CommitChoices
from app.services.imports.review import correct_rows_with_same_question
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from tests.city import City, sheet

HEADER = "Nama;Kelurahan;Unsur;Kehadiran"


def mark(city: City, person: Participant, status: AttendanceStatus, *, by: str = "sari") -> None:
    with writing(city.engine) as db:
        registration = db.exec(select(Registration).where(Registration.participant_id == person.id)).one()
        mark_attendance(db, city.actor(by), registration, MarkInput(status))


def test_the_mark_at_the_door_stays_until_somebody_chooses(city: City) -> None:
    code = city.session()
    ani = city.register(code, "Ani Contoh")
    mark(city, ani, AttendanceStatus.PRESENT)
    upload = city.upload(
        code, sheet(HEADER, "Ani Contoh;Manggar;umkm;tidak hadir", "Budi Contoh;Manggar;umkm;hadir")
    )
    row = city.rows(upload.id)[2]
    [found] = [remark for remark in row.messages if remark["code"] == "attendance-differs"]
    assert (row.kind, found["params"]["by"], found["params"]["door"]) == (RowKind.REVIEW, "Sari", "present")
    with pytest.raises(Conflict):
        city.commit(upload.id)

    city.correct(upload.id, 2, decision={"keep": "door"})
    city.commit(upload.id)

    assert city.outcomes() == {"Ani Contoh": "present", "Budi Contoh": "present"}
    assert city.all(Attendance)[0].attendance_import_id is None


def test_the_sheet_that_was_chosen_overturns_the_door_and_its_undo_restores_it(city: City) -> None:
    code = city.session()
    mark(city, city.register(code, "Ani Contoh"), AttendanceStatus.PRESENT)
    before = city.people_and_attendance()
    upload = city.upload(code, sheet(HEADER, "Ani Contoh;Manggar;umkm;tidak hadir"))
    city.correct(upload.id, 2, decision={"keep": "sheet"})
    with reading(city.engine) as db:
        [shown] = list_review_rows(db, city.vault, city.actor("sari"), "id", upload.id, [2])
    assert shown.changes == (FieldChange("attendance", "present", "absent"),)

    city.commit(upload.id)
    assert city.outcomes() == {"Ani Contoh": "absent"}
    city.undo(upload.id)

    assert city.people_and_attendance() == before


def test_one_answer_serves_all_rows_that_differ(city: City) -> None:
    code = city.session()
    for name in ("Ani Contoh", "Budi Contoh", "Cici Contoh"):
        mark(city, city.register(code, name), AttendanceStatus.PRESENT)
    lines = [f"{name} Contoh;Manggar;umkm;tidak" for name in ("Ani", "Budi")]
    upload = city.upload(code, sheet(HEADER, *lines, "Cici Contoh;Manggar;umkm;izin"))

    with writing(city.engine) as db:
        answer = {"keep": "door"}
        actor = city.actor("sari")
        correct_rows_with_same_question(db, city.vault, actor, upload.id, 2, decision=answer)

    assert [row.kind for row in city.rows(upload.id).values()] == [RowKind.UNCHANGED] * 3


def test_a_mark_made_between_review_and_saving_is_not_overturned(city: City) -> None:
    """The rows are judged again before they are written, and this one asks then."""
    code = city.session()
    ani = city.register(code, "Ani Contoh")
    upload = city.upload(
        code, sheet(HEADER, "Ani Contoh;Manggar;umkm;tidak hadir", "Budi Contoh;Manggar;umkm;hadir")
    )
    mark(city, ani, AttendanceStatus.PRESENT, by="budi")

    with pytest.raises(Conflict, match="need your attention"):
        city.commit(upload.id)
    city.commit(upload.id, choices=CommitChoices(only_valid=True))

    assert city.outcomes() == {"Ani Contoh": "present", "Budi Contoh": "present"}


def test_a_mark_made_after_the_answer_is_asked_about_again(city: City) -> None:
    code = city.session()
    ani = city.register(code, "Ani Contoh")
    mark(city, ani, AttendanceStatus.PRESENT)
    upload = city.upload(code, sheet(HEADER, "Ani Contoh;Manggar;umkm;tidak hadir"))
    city.correct(upload.id, 2, decision={"keep": "sheet"})
    mark(city, ani, AttendanceStatus.EXCUSED, by="budi")

    with pytest.raises(Conflict, match="need your attention"):
        city.commit(upload.id)
    assert city.outcomes() == {"Ani Contoh": "excused"}


def test_a_blank_says_nothing_against_the_door(city: City) -> None:
    code = city.session()
    mark(city, city.register(code, "Ani Contoh"), AttendanceStatus.PRESENT)
    upload = city.upload(code, sheet(HEADER, "Ani Contoh;Manggar;umkm;", "Budi Contoh;Manggar;umkm;hadir"))

    assert city.rows(upload.id)[2].kind is RowKind.UNCHANGED
