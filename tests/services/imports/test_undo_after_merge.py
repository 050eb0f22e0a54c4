"""An import is undone through the one who remains of a merge, unless the merge folded its registrations."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.errors import Conflict
from app.models import Attendance, AttendanceStatus, ImportStatus, Participant
from app.services.imports.commit import CommitChoices
from tests.city import LAMARU, MANGGAR, MORNING, City, sheet
from tests.services.people.duplicates import get_person_id, merge_by_names, undo_conflict_code, unmerge

HEADER = "Nama;NIK;Kelurahan;RT;HP;Email;Kehadiran"
AMINAH, AMINNAH = "Siti Aminah", "Siti Aminnah"


@pytest.fixture
def two(city: City) -> Callable[[str, str], tuple[int, int]]:
    """Uploads the two records' sheets, for the same session or for two."""

    def imported(first: str, second: str) -> tuple[int, int]:
        codes = [city.session(code) for code in dict.fromkeys((first, second))]
        one = city.import_sheet(codes[0], sheet(HEADER, f"{AMINAH};;Manggar;12;081200000001;;hadir"))
        other = city.import_sheet(codes[-1], sheet(HEADER, f"{AMINNAH};;Manggar;;081200000002;;tidak"))
        return one.id, other.id

    return imported


def test_it_is_undone_through_the_one_who_remains(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    first, second = two("A-1", "B-1")
    made = merge_by_names(city, AMINAH, AMINNAH)

    assert city.undo(first).status is ImportStatus.UNDONE
    assert [one.id for one in city.all(Participant)] == [made.kept_id]
    assert [one.status for one in city.all(Attendance)] == [AttendanceStatus.ABSENT]

    city.undo(second)
    assert city.people_and_attendance() == {"attendance": [], "participant": [], "registration": []}


def test_what_it_filled_in_is_taken_back_only_where_it_passed_on(city: City) -> None:
    code = city.session("A-1")
    city.register(code, AMINAH, LAMARU)
    city.register(code, AMINNAH, MANGGAR)
    told = city.import_sheet(
        city.session("B-1", MORNING + timedelta(days=7)),
        sheet(HEADER, f"{AMINAH};;Lamaru;12;081200000001;;hadir"),
    )
    made = merge_by_names(city, AMINAH, AMINNAH, kelurahan=AMINNAH)
    assert city.all(Participant)[0].phone == "+6281200000001"

    city.undo(told.id)

    kept = city.all(Participant)[0]
    assert (kept.id, kept.phone, kept.kelurahan_code, kept.rt) == (made.kept_id, None, MANGGAR, None)


def test_where_it_moved_one_of_them_the_other_stays_where_they_live(city: City) -> None:
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

    assert [one.kelurahan_code for one in city.all(Participant)] == [MANGGAR]


def test_a_fold_of_somebody_whom_it_marked_absent_is_named_too(city: City) -> None:
    code = city.session("A-1")
    city.register(code, AMINAH)
    made = city.upload(code, sheet(HEADER, "Rahmat Contoh;;Sepinggan;;;;hadir"))
    city.commit(made.id, choices=CommitChoices(others="absent"))
    city.register(code, AMINNAH)
    merge_by_names(city, AMINAH, AMINNAH)

    with pytest.raises(Conflict) as refusal:
        city.undo(made.id)

    assert refusal.value.code == "merged-later"


def test_a_fold_of_its_registrations_is_named_and_stays(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    imports = two("A-1", "A-1")
    made = merge_by_names(city, AMINAH, AMINNAH)
    before = city.people_and_attendance()

    for one in imports:
        with pytest.raises(Conflict, match=f"{AMINAH} and {AMINNAH} were merged") as refusal:
            city.undo(one)
        assert refusal.value.code == "merged-later"
    assert undo_conflict_code(city, made) == "registrations-folded"
    assert city.people_and_attendance() == before


def test_undone_meanwhile_it_stands_in_the_way_of_undoing_the_merge(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    first, _ = two("A-1", "B-1")
    made = merge_by_names(city, AMINAH, AMINNAH)
    city.undo(first)

    assert undo_conflict_code(city, made) == "changed-later"


def test_whom_it_alone_told_of_is_gone_when_the_merge_is_undone_after_it(
    city: City, two: Callable[[str, str], tuple[int, int]]
) -> None:
    _, second = two("A-1", "B-1")
    made = merge_by_names(city, AMINAH, AMINNAH)
    city.undo(second)

    unmerge(city, made)

    assert [one.name for one in city.all(Participant)] == [AMINAH]
