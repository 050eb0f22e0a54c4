"""Undo takes back what one import made or changed, and nothing else."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.database import reading, writing
from app.errors import Conflict
from app.models import (
    Attendance,
    AttendanceStatus,
    ImportStatus,
    Participant,
    Registration,
    RegistrationStatus,
)
from app.queries.imports.rows import list_import_rows, load_committed_codes
from app.services.imports.commit import CommitChoices
from app.services.imports.undo_obstacles import UndoObstacle, list_undo_obstacles
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from tests.city import LAMARU, MANGGAR, MORNING, SAMPLES, City, crowd, sheet
from tests.scenarios import scenario

HEADER = "Nama;Kelurahan;HP;Email;RT;Kehadiran"
NEXT_WEEK = MORNING + timedelta(days=7)


@scenario
def three_known(city: City) -> None:
    """Siti and Budi came to A-1, and Nur was registered for it without an outcome."""
    code = city.session("A-1")
    city.import_sheet(
        code, sheet(HEADER, "Siti Aminah;Manggar;081200000001;;;hadir", "Budi Contoh;Lamaru;;;;tidak")
    )
    city.register(code, "Nur Aini", LAMARU)


def test_undo_restores_everything(three_known: City) -> None:
    """Undo takes back what the import made or changed, and nothing else."""
    before = three_known.people_and_attendance()
    content = sheet(
        HEADER,
        "Siti Aminah;Manggar;081200000001;siti@contoh.id;12;tidak",
        "Budi Contoh;Lamaru;081200000002;;3;hadir",
        "Rahmat Contoh;Sepinggan;;;;hadir",
    )
    attendance_import = three_known.upload("A-1", content)
    three_known.commit(attendance_import.id, choices=CommitChoices(others="absent"))
    assert three_known.outcomes() == {
        "Siti Aminah": "absent",
        "Budi Contoh": "present",
        "Nur Aini": "absent",
        "Rahmat Contoh": "present",
    }

    undone = three_known.undo(attendance_import.id)

    assert undone.status is ImportStatus.UNDONE
    assert three_known.people_and_attendance() == before


@pytest.mark.parametrize("name", ["spbe.xlsx", "tokoh.csv"])
def test_undoing_a_sample_leaves_nothing_behind(city: City, name: str) -> None:
    attendance_import = city.import_sheet(city.session(groups=()), (SAMPLES / name).read_bytes())

    city.undo(attendance_import.id)

    assert city.people_and_attendance() == {"attendance": [], "participant": [], "registration": []}


def test_undoing_twice_changes_nothing_more(three_known: City) -> None:
    attendance_import = three_known.import_sheet("A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir"))
    first = three_known.undo(attendance_import.id)
    before = three_known.people_and_attendance()

    again = three_known.undo(attendance_import.id, by="budi")

    assert (again.undone_at, again.undone_by) == (first.undone_at, first.undone_by)
    assert three_known.people_and_attendance() == before


def test_an_undone_file_can_be_uploaded_again(three_known: City) -> None:
    content = sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir")
    three_known.undo(three_known.import_sheet("A-1", content).id)

    again = three_known.import_sheet("A-1", content)

    assert again.counts["create"] == 1
    assert three_known.outcomes()["Rahmat Contoh"] == "present"


def test_only_a_committed_import_can_be_undone(three_known: City) -> None:
    attendance_import = three_known.upload("A-1", crowd(1))

    with pytest.raises(Conflict) as refused:
        three_known.undo(attendance_import.id)

    assert refused.value.code == "not-committed"


def test_people_registered_elsewhere_are_kept(city: City) -> None:
    content = sheet(
        HEADER, "Siti Aminah;Manggar;081200000001;;;hadir", "Budi Contoh;Lamaru;081200000002;;;hadir"
    )
    first = city.import_sheet(city.session("A-1"), content)
    city.import_sheet(
        city.session("B-1", NEXT_WEEK), sheet(HEADER, "Siti Aminah;Manggar;081200000001;;;hadir")
    )

    city.undo(first.id)

    assert [person.name for person in city.all(Participant)] == ["Siti Aminah"]
    assert len(city.all(Registration)) == len(city.all(Attendance)) == 1


def test_the_registration_of_another_sheet_does_not_belong_to_the_undone_import(city: City) -> None:
    content = sheet(HEADER, "Siti Aminah;Manggar;081200000001;;;hadir")
    city.import_sheet(city.session("A-1"), content)
    undone = city.import_sheet(city.session("B-1", NEXT_WEEK), content)
    city.undo(undone.id)
    again = city.import_sheet("B-1", content)

    with reading(city.engine) as db:
        written = [
            load_committed_codes(db, list_import_rows(db, attendance_import.id))
            for attendance_import in (undone, again)
        ]

    assert written == [{}, {2: city.all(Registration)[-1].code}]


def test_details_that_the_import_filled_are_blank_again_unless_changed_since(three_known: City) -> None:
    three_known.session("B-1", NEXT_WEEK)
    attendance_import = three_known.import_sheet(
        "B-1", sheet(HEADER, "Siti Aminah;Manggar;081200000001;siti@contoh.id;12;hadir")
    )
    with writing(three_known.engine) as db:
        siti = db.get_one(
            Participant,
            next(participant.id for participant in three_known.all(Participant) if participant.email),
        )
        siti.rt = "13"

    three_known.undo(attendance_import.id)

    siti = next(
        participant for participant in three_known.all(Participant) if participant.name == "Siti Aminah"
    )
    assert (siti.email, siti.rt, siti.phone) == (None, "13", "+6281200000001")


@pytest.mark.parametrize(
    ("second", "third", "stays"),
    [
        ("Samarinda;", "Penajam Paser Utara;", (None, "Penajam Paser Utara", None)),
        ("Lamaru;5", "Samarinda;", (None, "Samarinda", None)),
        ("Lamaru;5", "Lamaru;7", (LAMARU, None, "7")),
    ],
)
def test_an_address_is_restored_completely_or_not_at_all(
    city: City, second: str, third: str, stays: tuple[str | None, str | None, str | None]
) -> None:
    """Three sheets tell of where Siti lives and of her RT; the second of them is undone."""
    imports = [
        city.import_sheet(
            city.session(f"WA-{week}", MORNING + timedelta(days=7 * week)),
            sheet("Nama;HP;Kehadiran;Kelurahan;RT", f"Siti Aminah;081200000001;hadir;{place}"),
        )
        for week, place in enumerate(("Manggar;3", second, third))
    ]

    city.undo(imports[1].id)

    [siti] = city.all(Participant)
    assert (siti.kelurahan_code, siti.outside_place, siti.rt) == stays


def test_an_unchanged_address_is_restored_with_its_rt(city: City) -> None:
    city.import_sheet(city.session("A-1"), sheet(HEADER, "Siti Aminah;Manggar;081200000001;;3;hadir"))
    moved = city.import_sheet(
        city.session("B-1", NEXT_WEEK), sheet(HEADER, "Siti Aminah;Samarinda;081200000001;;;hadir")
    )
    assert city.all(Participant)[0].outside_place == "Samarinda"

    city.undo(moved.id)

    [siti] = city.all(Participant)
    assert (siti.kelurahan_code, siti.outside_place, siti.rt) == (MANGGAR, None, "3")


def test_a_chosen_person_who_was_deleted_is_asked_for_again(city: City) -> None:
    """Ayu, who is made after one of three Sitis has gone, isn't taken for her."""
    code = city.session("A-1")
    for _ in range(2):
        city.register(code, "Siti Aminah", MANGGAR)
    third = city.upload(city.session("B-1", NEXT_WEEK), sheet(HEADER, "Siti Aminah;Manggar;;;;hadir"))
    city.correct(third.id, 2, decision={"person": "new"})
    city.commit(third.id)
    waiting = city.upload(city.session("C-1", NEXT_WEEK), sheet(HEADER, "Siti Aminah;Manggar;;;;hadir"))
    city.correct(waiting.id, 2, decision={"person": city.all(Participant)[-1].id})

    city.undo(third.id)
    city.import_sheet(city.session("D-1", NEXT_WEEK), sheet(HEADER, "Ayu Misalnya;Lamaru;;;;hadir"))

    with pytest.raises(Conflict) as refused:
        city.commit(waiting.id)
    assert refused.value.code == "rows-need-attention"


def test_a_later_change_of_the_same_registrations_prevents_undo(three_known: City) -> None:
    first = three_known.import_sheet(
        "A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir", "Ayu Misalnya;Manggar;;;;hadir")
    )
    second = three_known.import_sheet("A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;izin"))
    before = three_known.people_and_attendance()

    with pytest.raises(Conflict, match=r"1 people.*Rahmat Contoh") as refused:
        three_known.undo(first.id)
    assert refused.value.code == "changed-later"
    assert three_known.people_and_attendance() == before

    three_known.undo(second.id)
    three_known.undo(first.id)
    assert "Rahmat Contoh" not in three_known.outcomes()


def test_a_later_outcome_of_a_person_marked_absent_prevents_undo(three_known: City) -> None:
    attendance_import = three_known.upload("A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir"))
    three_known.commit(attendance_import.id, choices=CommitChoices(others="absent"))
    three_known.import_sheet("A-1", sheet(HEADER, "Nur Aini;Lamaru;;;;hadir"))

    with pytest.raises(Conflict, match="Nur Aini"):
        three_known.undo(attendance_import.id)

    assert three_known.outcomes()["Nur Aini"] == "present"


def test_a_later_import_that_changed_nothing_does_not_prevent_undo(three_known: City) -> None:
    content = sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir")
    first = three_known.import_sheet("A-1", content)
    three_known.import_sheet("A-1", content)

    three_known.undo(first.id)

    assert "Rahmat Contoh" not in three_known.outcomes()


def test_an_attendance_recorded_by_hand_later_prevents_undo(three_known: City) -> None:
    attendance_import = three_known.import_sheet("A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir"))
    with writing(three_known.engine) as db:
        recorded = db.get_one(
            Attendance, max(attendance.registration_id for attendance in three_known.all(Attendance))
        )
        recorded.status = AttendanceStatus.EXCUSED

    with pytest.raises(Conflict, match="Rahmat Contoh"):
        three_known.undo(attendance_import.id)

    assert three_known.outcomes()["Rahmat Contoh"] == "excused"


def find_obstacles(city: City, import_id: int) -> list[UndoObstacle]:
    with reading(city.engine) as db:
        return list_undo_obstacles(db, import_id)


def test_obstacles_are_listed_before_undo(three_known: City) -> None:
    people = (
        "Rahmat Contoh;Sepinggan;;;;hadir",
        "Ayu Misalnya;Manggar;;;;hadir",
        "Dewi Contoh;Lamaru;;;;hadir",
    )
    first = three_known.import_sheet("A-1", sheet(HEADER, *people))
    assert find_obstacles(three_known, first.id) == []
    second = three_known.upload("A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;izin"), name="susulan.csv")
    second = three_known.commit(second.id)
    with writing(three_known.engine) as db:
        participants = {participant.name: participant for participant in db.exec(select(Participant)).all()}
        of_name = {
            name: db.exec(select(Registration).where(Registration.participant_id == person.id)).one()
            for name, person in participants.items()
        }
        marked = mark_attendance(
            db, three_known.actor("budi"), of_name["Ayu Misalnya"], MarkInput(AttendanceStatus.PRESENT)
        )
        of_name["Dewi Contoh"].status = RegistrationStatus.CANCELLED

    assert find_obstacles(three_known, first.id) == [
        UndoObstacle("upload", ("Rahmat Contoh",), 1, second.committed_at, second.id, "susulan.csv"),
        UndoObstacle("marks", ("Ayu Misalnya",), 1, marked.received_at),
        UndoObstacle("changes", ("Dewi Contoh",), 1),
    ]
    assert find_obstacles(three_known, second.id) == []


def test_a_later_list_that_only_filled_in_a_detail_is_not_an_obstacle(three_known: City) -> None:
    first = three_known.import_sheet("A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir"))
    three_known.import_sheet("A-1", sheet(HEADER, "Rahmat Contoh;Sepinggan;081200000009;;;hadir"))

    assert find_obstacles(three_known, first.id) == []


def test_a_later_list_with_a_person_marked_absent_prevents_undo(city: City) -> None:
    code = city.session("A-1")
    city.register(code, "Nur Aini", LAMARU)
    first = city.upload(code, sheet(HEADER, "Rahmat Contoh;Sepinggan;;;;hadir"))
    city.commit(first.id, choices=CommitChoices(others="absent"))
    second = city.import_sheet(code, sheet(HEADER, "Nur Aini;Lamaru;;;;hadir"))

    assert [(obstacle.what, obstacle.import_id) for obstacle in find_obstacles(city, first.id)] == [
        ("upload", second.id)
    ]
