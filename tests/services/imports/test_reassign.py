"""An uploaded list is used for another session, or to register its people, without uploading it again."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from app.database import reading, writing
from app.errors import Conflict, Forbidden, NotFound
from app.jobs.tasks import TaskRunner
from app.models import Attendance, AttendanceImport, ImportPurpose, ImportStatus, Registration
from app.services.imports.mapping import change_mapping
from app.services.imports.reassign import move_to_session, register_instead
from app.services.imports.shared.commit import commit_together
from app.services.imports.shared.sessions import SessionChoice, read_for_sessions
from app.services.imports.shared.undo import undo_together
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from app.settings import Settings
from tests.city import MORNING, City, crowd, sheet
from tests.database import postgresql_in_soak
from tests.spreadsheets.examples import sheets

pytestmark = postgresql_in_soak

LIST = b"Nama,Kelurahan,Kehadiran\nRina Melati,Manggar,hadir\nBudi Kamboja,Lamaru,\n"


def move(city: City, import_id: int, session_code: str, *, by: str = "sari") -> AttendanceImport:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return move_to_session(read_db, db, city.vault, city.actor(by), import_id, session_code)


def register(city: City, import_id: int, *, by: str = "sari") -> AttendanceImport:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return register_instead(read_db, db, city.vault, city.actor(by), import_id)


def test_a_list_is_moved_to_the_session_that_it_belongs_to(city: City) -> None:
    first = city.session("HARI-1")
    second = city.session("HARI-2", MORNING + timedelta(days=1))
    attendance_import = city.upload(first, LIST)
    city.correct(attendance_import.id, 3, cells={"name": "Budi Seruni"})

    moved = move(city, attendance_import.id, second)
    city.commit(moved.id)

    registrations = city.all(Registration)
    assert {registration.workshop_session_id for registration in registrations} == {moved.workshop_session_id}
    assert moved.workshop_session_id != attendance_import.workshop_session_id
    # A correction named a row of the list as it was read for the other session, and is not carried over.
    assert [row.result["values"]["name"] for row in city.rows(moved.id).values()] == [
        "Rina Melati",
        "Budi Kamboja",
    ]


def test_a_list_is_not_moved_to_another_organizations_session(city: City) -> None:
    attendance_import = city.upload(city.session(), LIST)
    theirs = city.session("ORANG-LAIN", by="tono")
    with pytest.raises(NotFound):
        move(city, attendance_import.id, theirs)
    with pytest.raises(NotFound):
        move(city, attendance_import.id, theirs, by="tono")
    with pytest.raises(Forbidden):
        move(city, attendance_import.id, city.session("HARI-2"), by="rina")


def test_a_saved_list_is_not_moved(city: City) -> None:
    attendance_import = city.import_sheet(city.session(), LIST)
    with pytest.raises(Conflict):
        move(city, attendance_import.id, city.session("HARI-2"))


def test_the_people_of_a_list_are_registered_instead(city: City) -> None:
    coming = city.session("AKAN-DATANG", MORNING.replace(year=2099))
    attendance_import = city.upload(coming, LIST)

    changed = register(city, attendance_import.id)
    city.commit(changed.id)

    assert changed.purpose is ImportPurpose.REGISTRATION
    assert len(city.all(Registration)) == 2
    assert city.all(Attendance) == []


def test_nobody_is_registered_for_a_session_that_is_over(city: City) -> None:
    attendance_import = city.upload(city.session(), LIST)
    with pytest.raises(Conflict):
        register(city, attendance_import.id)


def choose(city: City, import_id: int, **changes: object) -> None:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        change_mapping(read_db, db, city.vault, city.actor("sari"), import_id, changes)


def test_a_list_with_other_columns_is_read_anew_for_its_session(city: City) -> None:
    first, second = city.workshop_of_days(count=2)
    content = sheets(
        {
            "5 Agustus": [
                ["Nama", "Kelurahan", "X1", "Kehadiran"],
                ["Ani Contoh", "Manggar", "a", "v"],
                ["Budi Contoh", "Lamaru", "b", ""],
            ],
            "6 Agustus": [
                ["Kelurahan", "Nama", "X1", "Kehadiran"],
                ["Manggar", "Cici Contoh", "a", "v"],
                ["Lamaru", "Dodi Contoh", "b", ""],
            ],
        }
    )
    attendance_import = city.upload(first, content, name="hari.xlsx")
    choose(city, attendance_import.id, blank_means="present", target_group="umkm")
    choose(city, attendance_import.id, columns={0: "name", 1: "kelurahan", 2: None, 3: "attendance"})

    moved = move(city, attendance_import.id, second)

    rows = city.rows(moved.id).values()
    assert [row.result["values"]["name"] for row in rows] == ["Cici Contoh", "Dodi Contoh"]
    assert (moved.choices["blank_means"], moved.choices["target_group"]) == (None, "umkm")


def test_joined_sheets_do_not_follow_a_list_to_another_day(city: City) -> None:
    first, second = city.workshop_of_days(count=2)

    def dated(day: int, *people: str) -> list[list[str]]:
        rows = [[name, "Manggar", "v"] for name in people]
        return [["Tanggal", f"{day} Agustus 2025"], ["Nama", "Kelurahan", "Kehadiran"], *rows]

    lists = {
        "A": dated(5, "Ani Contoh", "Budi Contoh"),
        "B": dated(5, "Eko Contoh", "Feri Contoh"),
        "C": dated(6, "Cici Contoh", "Dodi Contoh"),
    }
    attendance_import = city.upload(first, sheets(lists), name="hari.xlsx")
    choose(city, attendance_import.id, sheets=("A", "B"))

    assert move(city, attendance_import.id, second).sheet == "C"


def test_a_list_registered_instead_keeps_the_columns_that_were_chosen(city: City) -> None:
    coming = city.session("AKAN-DATANG", MORNING.replace(year=2099))
    content = sheet("Panggilan;Nama;Kelurahan", "Ani;Ani Contoh;Manggar", "Budi;Budi Contoh;Lamaru")
    attendance_import = city.upload(coming, content)
    choose(city, attendance_import.id, columns={0: "name", 1: None, 2: "kelurahan"})

    register(city, attendance_import.id)

    rows = city.rows(attendance_import.id).values()
    assert [row.result["values"]["name"] for row in rows] == ["Ani", "Budi"]


def test_a_large_list_is_read_for_its_session_in_the_background(
    city: City, settings: Settings, engine: Engine
) -> None:
    first, second = city.session("HARI-1"), city.session("HARI-2", MORNING + timedelta(days=1))
    runner = TaskRunner(settings, engine, city.vault)
    attendance_import = city.upload(first, crowd(3) + b";" * MAX_BYTES_READ_AT_ONCE)
    runner.drain()
    city.correct(attendance_import.id, 3, cells={"name": "Budi Seruni"})

    moved = move(city, attendance_import.id, second)
    assert moved.status is ImportStatus.READING
    runner.drain()
    city.commit(moved.id)

    assert [row.corrected for row in city.rows(moved.id).values()] == [[], [], []]
    registrations = city.all(Registration)
    assert {registration.workshop_session_id for registration in registrations} == {moved.workshop_session_id}


def two_days(city: City) -> tuple[AttendanceImport, AttendanceImport]:
    """The imports of two sessions that read one file."""
    first, second = city.workshop_of_days(count=2)
    content = sheet("Nama;Kelurahan;5/8/2025;6/8/2025", "Ani;Manggar;v;-", "Budi;Lamaru;v;v")
    uploaded = city.upload(first, content)
    with reading(city.engine) as read_db, writing(city.engine) as db:
        actor, choices = city.actor("sari"), [SessionChoice(first), SessionChoice(second)]
        one, other = read_for_sessions(read_db, db, city.vault, actor, uploaded.id, choices)
    return one, other


def test_a_list_is_not_moved_to_a_session_that_reads_its_file_already(city: City) -> None:
    first, _ = two_days(city)

    with pytest.raises(Conflict) as refused:
        move(city, first.id, "TIGA-2")

    assert refused.value.code == "reads-file-already"


def test_a_list_that_others_share_does_not_leave_their_workshop(city: City) -> None:
    elsewhere = city.session("LAIN-1", by="tono")
    first, _ = two_days(city)

    with pytest.raises(Conflict) as refused:
        move(city, first.id, elsewhere, by="made")

    assert refused.value.code == "shared-upload"


def test_nobody_saves_or_undoes_a_list_of_another_organization_with_their_own(city: City) -> None:
    """A list that was moved away before its file was shared with other sessions is not theirs any more."""
    elsewhere = city.session("LAIN-1", by="tono")
    first, second = two_days(city)
    theirs = city.import_sheet(elsewhere, LIST, by="tono")
    with writing(city.engine) as db:
        db.get_one(AttendanceImport, first.id).workshop_session_id = theirs.workshop_session_id
    before = city.people_and_attendance()

    with pytest.raises(Forbidden), writing(city.engine) as db:
        commit_together(db, city.vault, city.actor("sari"), second.id)
    with pytest.raises(Forbidden), writing(city.engine) as db:
        undo_together(db, city.actor("sari"), second.id)

    assert city.people_and_attendance() == before
