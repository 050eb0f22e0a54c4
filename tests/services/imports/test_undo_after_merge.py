"""An import is undone through the one who remains of a merge, unless the merge folded its registrations."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.errors import Conflict
from app.models import Attendance, AttendanceStatus, ImportStatus, Participant
from app.services.imports.commit import CommitChoices
from tests.city import LAMARU, MANGGAR, MORNING, City, sheet
from tests.database import postgresql_in_soak
from tests.services.people.duplicates import get_person_id, merge_by_names, undo_conflict_code, unmerge

pytestmark = postgresql_in_soak

HEADER = "Nama;NIK;Kelurahan;RT;HP;Email;Kehadiran"
AMINAH, AMINNAH = "Siti Aminah", "Siti Aminnah"


@pytest.fixture
def two(city: City) -> Callable[[str, str], tuple[int, int]]:
    """Uploads the two records' sheets, for the same session or for two; the second is said to be somebody else."""

    def imported(first: str, second: str) -> tuple[int, int]:
        codes = [city.session(code) for code in dict.fromkeys((first, second))]
        one = city.import_sheet(codes[0], sheet(HEADER, f"{AMINAH};;Manggar;12;081200000001;;hadir"))
        other = city.upload(codes[-1], sheet(HEADER, f"{AMINNAH};;Manggar;;081200000002;;tidak"))
        city.correct(other.id, 2, decision={"person": "new"})
        city.commit(other.id)
        return one.id, other.id

    return imported


def test_an_import_is_undone_for_the_person_who_remains_after_a_merge(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    first, second = two("A-1", "B-1")
    merge = merge_by_names(city, AMINAH, AMINNAH)

    assert city.undo(first).status is ImportStatus.UNDONE
    assert [participant.id for participant in city.all(Participant)] == [merge.kept_id]
    assert [attendance.status for attendance in city.all(Attendance)] == [AttendanceStatus.ABSENT]

    city.undo(second)
    assert city.people_and_attendance() == {"attendance": [], "participant": [], "registration": []}


def test_undo_after_a_merge_takes_back_the_details_that_the_merge_took_over(city: City) -> None:
    code = city.session("A-1")
    city.register(code, AMINAH, LAMARU)
    city.register(code, AMINNAH, MANGGAR)
    attendance_import = city.import_sheet(
        city.session("B-1", MORNING + timedelta(days=7)),
        sheet(HEADER, f"{AMINAH};;Lamaru;12;081200000001;;hadir"),
    )
    merge = merge_by_names(city, AMINAH, AMINNAH, kelurahan=AMINNAH)
    assert city.all(Participant)[0].phone == "+6281200000001"

    city.undo(attendance_import.id)

    participant = city.all(Participant)[0]
    assert (participant.id, participant.phone, participant.kelurahan_code, participant.rt) == (
        merge.kept_id,
        None,
        MANGGAR,
        None,
    )


def test_undo_after_a_merge_keeps_the_address_of_the_other_person(city: City) -> None:
    code = city.session("A-1")
    city.register(code, AMINAH, LAMARU)
    city.register(code, AMINNAH, MANGGAR)
    moved = city.upload(
        city.session("B-1", MORNING + timedelta(days=7)), sheet(HEADER, f"{AMINAH};;Manggar;;;;hadir")
    )
    city.correct(moved.id, 2, decision={"person": get_person_id(city, AMINAH)})
    city.commit(moved.id)
    merge_by_names(city, AMINAH, AMINNAH)

    city.undo(moved.id)

    assert [participant.kelurahan_code for participant in city.all(Participant)] == [MANGGAR]


def test_a_merge_of_a_person_marked_absent_prevents_undo(city: City) -> None:
    code = city.session("A-1")
    city.register(code, AMINAH)
    attendance_import = city.upload(code, sheet(HEADER, "Rahmat Contoh;;Sepinggan;;;;hadir"))
    city.commit(attendance_import.id, choices=CommitChoices(others="absent"))
    city.register(code, AMINNAH)
    merge_by_names(city, AMINAH, AMINNAH)

    with pytest.raises(Conflict) as refusal:
        city.undo(attendance_import.id)

    assert refusal.value.code == "merged-later"


def test_a_merge_of_registrations_of_the_import_prevents_undo(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    imports = two("A-1", "A-1")
    merge = merge_by_names(city, AMINAH, AMINNAH)
    before = city.people_and_attendance()

    for import_id in imports:
        with pytest.raises(Conflict, match=f"{AMINAH} and {AMINNAH} were merged") as refusal:
            city.undo(import_id)
        assert refusal.value.code == "merged-later"
    assert undo_conflict_code(city, merge) == "registrations-folded"
    assert city.people_and_attendance() == before


def test_an_undone_import_prevents_undoing_the_merge(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    first, _ = two("A-1", "B-1")
    merge = merge_by_names(city, AMINAH, AMINNAH)
    city.undo(first)

    assert undo_conflict_code(city, merge) == "changed-later"


def test_undoing_the_merge_after_the_import_does_not_restore_its_person(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    _, second = two("A-1", "B-1")
    merge = merge_by_names(city, AMINAH, AMINNAH)
    city.undo(second)

    unmerge(city, merge)

    assert [participant.name for participant in city.all(Participant)] == [AMINAH]
