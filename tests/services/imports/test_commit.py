"""What a commit makes of a sheet: all of it or nothing, and never less than what the sheet says."""

from datetime import timedelta

import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.i18n import wita
from app.models import (
    Attendance,
    AttendanceStatus,
    Basis,
    ImportStatus,
    Participant,
    Registration,
    RegistrationStatus,
    RowKind,
)
from app.models.base import now
from app.queries.imports.attendance_imports import get_attendance_import_view
from app.queries.imports.people import count_people
from app.services.imports.commit import CommitChoices
from app.services.imports.sheet_choices import SheetChoices
from tests.city import LAMARU, MANGGAR, MORNING, SEPINGGAN, City, crowd, sheet

ONE_UNCLEAR = sheet(
    "Nama;Kelurahan;Kehadiran",
    "Siti Aminah;Manggar;hadir",
    "Joko Misalnya;Antah Berantah;hadir",
)


def test_nothing_is_committed_while_rows_need_attention(city: City) -> None:
    """A commit saves all rows or none."""
    attendance_import = city.upload(city.session(), ONE_UNCLEAR)

    with pytest.raises(Conflict) as refused:
        city.commit(attendance_import.id)

    assert (refused.value.code, refused.value.params) == ("rows-need-attention", {"rows": 1})
    assert city.all(Participant) == []


def test_committing_only_valid_rows_keeps_the_other_rows_in_the_import(city: City) -> None:
    attendance_import = city.upload(city.session(), ONE_UNCLEAR)

    done = city.commit(attendance_import.id, choices=CommitChoices(only_valid=True))

    assert done.status is ImportStatus.COMMITTED
    assert [person.name for person in city.all(Participant)] == ["Siti Aminah"]
    assert city.rows(attendance_import.id)[3].kind is RowKind.ERROR


def test_unlisted_people_are_marked_absent_only_if_chosen(city: City) -> None:
    code = city.session()
    city.import_sheet(code, sheet("Nama;Kelurahan;Kehadiran", "Siti Aminah;Manggar;hadir"))
    city.register(code, "Budi Contoh", MANGGAR)

    city.import_sheet(code, sheet("Nama;Kelurahan;Kehadiran", "Rahmat Contoh;Lamaru;hadir"))
    assert city.outcomes() == {"Siti Aminah": "present", "Budi Contoh": None, "Rahmat Contoh": "present"}

    attendance_import = city.upload(code, sheet("Nama;Kelurahan;Kehadiran", "Nur Aini;Lamaru;hadir"))
    city.commit(attendance_import.id, choices=CommitChoices(others="absent"))
    assert city.outcomes() == {
        "Siti Aminah": "present",
        "Budi Contoh": "absent",
        "Rahmat Contoh": "present",
        "Nur Aini": "present",
    }


def test_a_person_in_a_row_left_out_is_not_marked_absent(city: City) -> None:
    """A row that is not saved lists people too."""
    code = city.session()
    for name in ("Budi Contoh", "Ani Contoh", "Eka Contoh", "Dewi Contoh", "Tidak Terdaftar Di Lembar"):
        city.register(code, name, MANGGAR)
    budi = city.all(Participant)[0]
    listed = (
        "Budi Contoh;Manggar;x",
        "Ani Contoh;Mangar;hadir",
        "Eka Contoh;Antah;hadir",
        "Dewi Contoh;Manggar;",
    )
    attendance_import = city.upload(code, sheet("Nama;Kelurahan;Kehadiran", *listed, "Nur Aini;Lamaru;hadir"))
    city.correct(attendance_import.id, 5, decision={"skip": True})
    with reading(city.engine) as db:
        found = get_attendance_import_view(db, city.actor("sari"), attendance_import.id)
        assert count_people(db, found).unlisted == 1

    city.commit(attendance_import.id, choices=CommitChoices(only_valid=True, others="absent"))

    left_open = dict.fromkeys((budi.name, "Ani Contoh", "Eka Contoh", "Dewi Contoh"))
    assert city.outcomes() == {**left_open, "Tidak Terdaftar Di Lembar": "absent", "Nur Aini": "present"}


def test_unlisted_people_can_only_be_left_or_marked_absent(city: City) -> None:
    attendance_import = city.upload(city.session(), crowd(1))

    with pytest.raises(Invalid):
        city.commit(attendance_import.id, choices=CommitChoices(others="present"))


@pytest.mark.parametrize("status", [RegistrationStatus.CANCELLED, RegistrationStatus.WAITLISTED])
def test_a_person_present_without_a_seat_is_a_walk_in(city: City, status: RegistrationStatus) -> None:
    code = city.session()
    city.register(code, "Budi Contoh", MANGGAR, status=status)

    city.import_sheet(code, sheet("Nama;Kelurahan;Kehadiran", "Budi Contoh;Manggar;hadir"))

    (registration,) = city.all(Registration)
    assert registration.status is RegistrationStatus.WALK_IN
    assert city.outcomes() == {"Budi Contoh": "present"}


def test_a_session_that_has_not_begun_needs_a_confirmation(city: City) -> None:
    tomorrow = wita(now() + timedelta(days=1)).replace(tzinfo=None)
    attendance_import = city.upload(city.session(starts=tomorrow), crowd(1))
    assert [warning["code"] for warning in attendance_import.warnings] == ["session-not-started"]

    with pytest.raises(Conflict) as refused:
        city.commit(attendance_import.id)
    assert refused.value.code == "session-not-started"
    assert city.all(Attendance) == []

    city.commit(attendance_import.id, choices=CommitChoices(confirm=frozenset({"session-not-started"})))
    assert len(city.all(Attendance)) == 1


def test_committing_again_gives_the_same_result(city: City) -> None:
    attendance_import = city.import_sheet(city.session(), crowd(2))
    before = city.people_and_attendance()

    again = city.commit(attendance_import.id, by="budi")

    assert (again.status, again.committed_at) == (ImportStatus.COMMITTED, attendance_import.committed_at)
    assert city.people_and_attendance() == before


def test_a_blank_never_changes_what_is_recorded(city: City) -> None:
    code = city.session()
    city.import_sheet(
        code, sheet("Nama;Kelurahan;Kehadiran", "Siti Aminah;Manggar;izin", "Nur Aini;Lamaru;hadir")
    )

    city.import_sheet(
        code, sheet("Nama;Kelurahan;Kehadiran", "Siti Aminah;Manggar;", "Nur Aini;Lamaru;hadir")
    )

    assert city.outcomes() == {"Siti Aminah": "excused", "Nur Aini": "present"}


def test_a_later_sheet_corrects_an_attendance(city: City) -> None:
    code = city.session()
    city.import_sheet(
        code, sheet("Nama;Kelurahan;Kehadiran", "Siti Aminah;Manggar;tidak", "Nur Aini;Lamaru;hadir")
    )

    again = city.import_sheet(code, sheet("Nama;Kelurahan;Kehadiran", "Siti Aminah;Manggar;hadir"))

    assert again.counts["update"] == 1
    assert city.outcomes() == {"Siti Aminah": "present", "Nur Aini": "present"}
    recorded = {
        attendance.attendance_import_id for attendance in city.all(Attendance) if attendance.recorded_by
    }
    assert recorded == {again.id, again.id - 1}


def test_a_person_is_completed_and_never_overwritten(city: City) -> None:
    city.import_sheet(
        city.session("A-1"), sheet("Nama;Kelurahan;HP;L/P", "Siti Aminah;Manggar;081200000001;P")
    )

    city.import_sheet(
        city.session("B-1", MORNING + timedelta(days=7)),
        sheet("Nama;Kelurahan;HP;Email;L/P", "Siti Aminah;Manggar;081200000001;siti@contoh.id;L"),
    )

    (person,) = city.all(Participant)
    assert (person.email, person.sex) == ("siti@contoh.id", "P")
    assert len(city.all(Registration)) == 2


def test_the_newest_session_decides_where_a_person_lives(city: City) -> None:
    header = "Nama;Kelurahan;RT;HP"
    newer = city.session("B-1", MORNING + timedelta(days=30))
    older = city.session("A-1", MORNING)
    city.import_sheet(newer, sheet(header, "Siti Aminah;Sepinggan;;081200000001"))

    city.import_sheet(older, sheet(header, "Siti Aminah;Manggar;12;081200000001"))

    (person,) = city.all(Participant)
    assert (person.kelurahan_code, person.rt) == (SEPINGGAN, None)
    places = {
        registration.workshop_session_id: (registration.kelurahan_code, registration.rt)
        for registration in city.all(Registration)
    }
    assert sorted(places.values(), key=str) == [(MANGGAR, "12"), (SEPINGGAN, None)]


def test_an_rt_is_cleared_when_the_kelurahan_changes(city: City) -> None:
    header = "Nama;Kelurahan;RT;HP"
    city.import_sheet(city.session("A-1", MORNING), sheet(header, "Siti Aminah;Manggar;12;081200000001"))

    city.import_sheet(
        city.session("B-1", MORNING + timedelta(days=30)), sheet(header, "Siti Aminah;Lamaru;;081200000001")
    )

    (person,) = city.all(Participant)
    assert (person.kelurahan_code, person.rt) == (LAMARU, None)


def test_a_known_person_without_a_place_gets_one(city: City) -> None:
    with writing(city.engine) as db:
        db.add(Participant(name="Siti Aminah", name_key="aminah siti", phone="+6281200000001"))

    city.import_sheet(city.session(), sheet("Nama;Kelurahan;HP", "Siti Aminah;Manggar;081200000001"))

    (person,) = city.all(Participant)
    assert person.kelurahan_code == MANGGAR


def test_a_person_from_outside_the_city_has_a_place_of_their_own(city: City) -> None:
    city.import_sheet(city.session(), sheet("Nama;Kelurahan;Kehadiran", "Siti Aminah;Samarinda;hadir"))

    (registration,) = city.all(Registration)
    assert (registration.kelurahan_code, registration.outside_place) == (None, "Samarinda")


def test_the_basis_is_kept_with_each_registration(city: City) -> None:
    attendance_import = city.upload(city.session(), crowd(1))

    city.commit(attendance_import.id, choices=CommitChoices(basis=Basis.PAPER_CONSENT))

    assert [registration.basis for registration in city.all(Registration)] == [Basis.PAPER_CONSENT]


def test_an_unknown_target_group_or_kelurahan_is_refused(city: City) -> None:
    code = city.session(groups=())
    content = sheet("Nama;Kelurahan", "Siti Aminah;")

    with pytest.raises(Invalid, match="pelaut"):
        city.upload(code, content, choices=SheetChoices(target_group="pelaut"))
    with pytest.raises(Invalid, match=r"64\.71\.99\.9999"):
        city.upload(code, content, choices=SheetChoices(kelurahan="64.71.99.9999"))


def test_choices_for_the_file_apply_to_rows_with_blank_cells(city: City) -> None:
    choices = SheetChoices(target_group="komunitas", kelurahan=LAMARU)
    attendance_import = city.upload(
        city.session(groups=()), sheet("Nama;Kelurahan", "Siti Aminah;"), choices=choices
    )

    city.commit(attendance_import.id)

    (registration,) = city.all(Registration)
    assert (registration.target_group_code, registration.kelurahan_code) == ("komunitas", LAMARU)
    assert [attendance.status for attendance in city.all(Attendance)] == [AttendanceStatus.PRESENT]


def test_another_organization_cannot_find_the_import(city: City) -> None:
    code = city.session()
    attendance_import = city.upload(code, crowd(1))

    with pytest.raises(NotFound):
        city.upload(code, crowd(1), by="tono")
    with pytest.raises(NotFound):
        city.commit(attendance_import.id, by="tono")
    with pytest.raises(NotFound):
        city.undo(attendance_import.id, by="tono")
    with pytest.raises(Forbidden):
        city.upload(code, crowd(1), by="rina")
    assert city.all(Participant) == []
