"""A list that was saved, and is uploaded again with corrections."""

import pytest
from sqlmodel import select

from app.database import writing
from app.errors import Conflict
from app.models import AttendanceStatus, Participant, RowKind
from app.services.imports.commit import CommitChoices
from tests.city import MANGGAR, City, sheet
from tests.database import postgresql_in_soak

pytestmark = postgresql_in_soak

HEADER = "Nama;Kelurahan;Unsur;Telepon;Kehadiran"
ANI = "Ani Contoh;Manggar;umkm;081200000411;hadir"
BUDI = "Budi Misal;Manggar;umkm;081200000412;hadir"
CICI = "Cici Umpama;Lamaru;umkm;081200000413;tidak"
REMOVE = CommitChoices(missing="remove")


def test_the_attendance_of_people_who_are_missing_now_is_left_unless_somebody_chooses(city: City) -> None:
    code = city.session()
    city.import_sheet(code, sheet(HEADER, ANI, BUDI, CICI))
    city.import_sheet(code, sheet(HEADER, ANI, CICI))

    assert city.outcomes() == {"Ani Contoh": "present", "Budi Misal": "present", "Cici Umpama": "absent"}


def test_it_is_removed_and_restored_by_the_undo(city: City) -> None:
    code = city.session()
    city.import_sheet(code, sheet(HEADER, ANI, BUDI, CICI))
    before = city.people_and_attendance()

    corrected = city.upload(code, sheet(HEADER, ANI, CICI))
    city.commit(corrected.id, choices=REMOVE)
    assert city.outcomes() == {"Ani Contoh": "present", "Budi Misal": None, "Cici Umpama": "absent"}

    city.undo(corrected.id)
    assert city.people_and_attendance() == before


def test_people_whose_attendance_is_removed_are_not_marked_absent_with_the_others(city: City) -> None:
    code = city.session()
    city.register(code, "Dodi Peserta")
    city.import_sheet(code, sheet(HEADER, ANI, BUDI, CICI))
    before = city.people_and_attendance()

    corrected = city.upload(code, sheet(HEADER, ANI, CICI))
    city.commit(corrected.id, choices=CommitChoices(missing="remove", others="absent"))
    assert (city.outcomes()["Budi Misal"], city.outcomes()["Dodi Peserta"]) == (None, "absent")

    city.undo(corrected.id)
    assert city.people_and_attendance() == before


def test_neither_list_is_undone_against_what_came_later(city: City) -> None:
    code = city.session()
    first = city.import_sheet(code, sheet(HEADER, ANI, BUDI))
    corrected = city.commit(city.upload(code, sheet(HEADER, ANI)).id, choices=REMOVE)
    with pytest.raises(Conflict, match="Budi Misal"):
        city.undo(first.id)

    city.import_sheet(code, sheet(HEADER, BUDI))
    with pytest.raises(Conflict, match="Budi Misal"):
        city.undo(corrected.id)


def test_another_list_of_the_session_is_no_correction(city: City) -> None:
    """Two halves of a class, each on a list of its own: nobody of the first is missing from the second."""
    code = city.session()
    city.import_sheet(code, sheet(HEADER, ANI, BUDI))
    city.commit(city.upload(code, sheet(HEADER, CICI)).id, choices=REMOVE)

    assert city.outcomes() == {"Ani Contoh": "present", "Budi Misal": "present", "Cici Umpama": "absent"}


def test_marks_made_at_the_door_are_never_removed(city: City) -> None:
    code = city.session()
    city.register(code, "Dedi Tamsil", outcome=AttendanceStatus.PRESENT)
    city.import_sheet(code, sheet(HEADER, ANI, BUDI))
    city.commit(city.upload(code, sheet(HEADER, ANI)).id, choices=REMOVE)

    assert city.outcomes() == {"Dedi Tamsil": "present", "Ani Contoh": "present", "Budi Misal": None}


def test_the_same_rows_are_not_asked_again(city: City) -> None:
    """A person, a kelurahan, a skipped row and a corrected cell; one row of them has moved."""
    code = city.session()
    known = city.register(city.session("LAIN-1"), "Rina Gani", MANGGAR)
    rows = (
        "Rina Gani;Manggar;umkm;;hadir",
        "Rina Gani;Manggar;umkm;;hadir",
        "Budi Misal;Gunung Sari;umkm;;hadir",
        "Tamu Lain;Manggar;umkm;;x",
        "Cici Umpama;Lamaru;umkm;;x",
    )
    first = city.upload(code, sheet(HEADER, *rows))
    city.correct(first.id, 3, decision={"person": "new"})
    city.correct(first.id, 4, decision={"kelurahan": MANGGAR})
    city.correct(first.id, 5, decision={"skip": True})
    city.correct(first.id, 6, cells={"attendance": "izin"})
    city.commit(first.id)
    before = city.people_and_attendance()

    again = city.upload(code, sheet(HEADER, *rows[:2], "Dedi Tamsil;Lamaru;umkm;;tidak", *rows[2:]))

    kinds = {number: row.kind for number, row in city.rows(again.id).items()}
    assert kinds == {
        2: RowKind.UNCHANGED,
        3: RowKind.UNCHANGED,
        4: RowKind.CREATE,
        5: RowKind.UNCHANGED,
        6: RowKind.SKIP,
        7: RowKind.UNCHANGED,
    }
    [warning] = [warning for warning in again.warnings if warning["code"] == "answers-reused"]
    assert warning["params"] == {"rows": 4, "file": "daftar.csv"}
    assert {row.participant_id for row in city.rows(again.id).values()} >= {known.id}
    city.commit(again.id)
    city.undo(again.id)
    assert city.people_and_attendance() == before


def test_the_answers_of_an_undone_list_are_forgotten(city: City) -> None:
    code = city.session()
    content = sheet(HEADER, "Budi Misal;Gunung Sari;umkm;;hadir")
    first = city.upload(code, content)
    city.correct(first.id, 2, decision={"kelurahan": MANGGAR})
    city.commit(first.id)
    city.undo(first.id)

    assert city.rows(city.upload(code, content).id)[2].kind is RowKind.REVIEW


def test_a_corrected_phone_is_that_of_the_same_person(city: City) -> None:
    code = city.session()
    city.import_sheet(code, sheet(HEADER, ANI, BUDI))
    corrected = city.upload(code, sheet(HEADER, ANI.replace("0411", "0499"), BUDI))

    row = city.rows(corrected.id)[2]
    assert (row.kind, row.result["changes"]) == (RowKind.UPDATE, {"phone": "+6281200000499"})
    before = city.people_and_attendance()
    city.commit(corrected.id)
    assert [person.phone for person in city.all(Participant)] == ["+6281200000499", "+6281200000412"]

    city.undo(corrected.id)
    assert city.people_and_attendance() == before


def test_a_phone_that_somebody_corrected_meanwhile_is_kept(city: City) -> None:
    """The list replaces only what the earlier list wrote."""
    code = city.session()
    city.import_sheet(code, sheet(HEADER, ANI, BUDI))
    with writing(city.engine) as db:
        db.exec(select(Participant).where(Participant.name == "Ani Contoh")).one().phone = "+6281200000488"
    corrected = city.upload(code, sheet(HEADER, ANI.replace("0411", "0499"), BUDI))

    row = city.rows(corrected.id)[2]
    assert (row.kind, row.result["changes"]) == (RowKind.UNCHANGED, {})
    assert [(remark["field"], remark["code"]) for remark in row.messages] == [("phone", "detail-differs")]


def test_a_corrected_name_asks_with_the_earlier_person_first(city: City) -> None:
    code = city.session()
    city.import_sheet(code, sheet(HEADER, "Ani Contoh;Manggar;umkm;;hadir", BUDI))
    [ani, _] = city.all(Participant)

    corrected = city.upload(code, sheet(HEADER, "Hartini Wibowo;Manggar;umkm;;hadir", BUDI))

    row = city.rows(corrected.id)[2]
    [question] = row.messages
    assert (row.kind, question["code"]) == (RowKind.REVIEW, "person-unclear")
    assert question["candidates"][0]["value"] == ani.id


def test_rows_that_moved_are_no_corrections(city: City) -> None:
    """A row was inserted at the top: below it every number names another person than before."""
    code = city.session()
    city.import_sheet(code, sheet(HEADER, ANI, BUDI, CICI))
    again = city.upload(code, sheet(HEADER, "Dedi Tamsil;Manggar;umkm;081200000499;hadir", ANI, BUDI, CICI))

    kinds = [row.kind for row in city.rows(again.id).values()]
    assert kinds == [RowKind.CREATE, RowKind.UNCHANGED, RowKind.UNCHANGED, RowKind.UNCHANGED]
