"""Undo of a merge within 30 days: everything becomes as it was. It is refused if later changes depend on the merge or
two registrations for the same session became one."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.database import reading, writing
from app.errors import NotFound
from app.models import AttendanceStatus, Participant, PeopleMerge, PossibleDuplicate
from app.models.base import now
from app.queries.people.merges import list_recent_merges
from app.services.imports.commit import CommitChoices
from app.services.people.merge_undo import clear_old_merges
from tests.city import LAMARU, MANGGAR, MORNING, City, sheet
from tests.scenarios import scenario
from tests.services.people.duplicates import (
    dump_state,
    find_duplicates,
    get_pair_id,
    get_person_id,
    merge_by_names,
    undo_conflict_code,
    unmerge,
)

HEADER = "Nama;NIK;Kelurahan;RT;HP;Email;Kehadiran"
AMINAH, AMINNAH = "Siti Aminah", "Siti Aminnah"
PRESENT = AttendanceStatus.PRESENT


@scenario
def two_sitis(city: City) -> None:
    """Two records of Siti: the one at A-1, C-1 and F-1, the other at B-1 and D-1.

    Sheets told of most of it, one marked a Siti absent who wasn't on it, and one still waits for its review.
    """
    for week, code in enumerate(("A-1", "B-1", "C-1", "D-1", "F-1")):
        city.session(code, MORNING + timedelta(days=7 * week))
    city.import_sheet("A-1", sheet(HEADER, f"{AMINAH};;Manggar;12;081200000001;siti@contoh.id;hadir"))
    city.register("B-1", AMINNAH, LAMARU, outcome=PRESENT)
    earlier = next(one for one in city.all(Participant) if one.name == AMINAH)
    city.register("F-1", AMINAH, MANGGAR, person=earlier)
    attendance_import = city.upload("F-1", sheet(HEADER, "Rahmat Contoh;;Sepinggan;;;;hadir"))
    city.commit(attendance_import.id, choices=CommitChoices(others="absent"))
    city.import_sheet("C-1", sheet(HEADER, f"{AMINAH};6471054408900002;Manggar;12;081200000001;;izin"))
    city.import_sheet("D-1", sheet(HEADER, f"{AMINNAH};;Lamaru;;081200000002;;hadir"))
    waiting = city.upload("D-1", sheet(HEADER, f"{AMINAH};;Manggar;12;081200000001;;tidak"))
    city.correct(waiting.id, 2, decision={"person": get_person_id(city, AMINAH)})
    get_pair_id(city, AMINAH, AMINNAH)
    get_pair_id(city, AMINAH, "Rahmat Contoh")


def test_everything_is_as_it_was_before(two_sitis: City) -> None:
    before = dump_state(two_sitis)
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH)
    assert len(two_sitis.all(Participant)) == 2
    assert dump_state(two_sitis) != before

    unmerge(two_sitis, people_merge)

    assert dump_state(two_sitis) == before


def test_undo_restores_everything_whatever_values_were_chosen(two_sitis: City) -> None:
    before = dump_state(two_sitis)
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH, name=AMINAH, phone=AMINAH, kelurahan=AMINAH)

    unmerge(two_sitis, people_merge)

    assert dump_state(two_sitis) == before


def test_undoing_twice_changes_nothing_more(two_sitis: City) -> None:
    first = unmerge(two_sitis, people_merge := merge_by_names(two_sitis, AMINAH, AMINNAH))
    before = dump_state(two_sitis)

    again = unmerge(two_sitis, people_merge, by="made")

    assert (again.undone_at, again.undone_by) == (first.undone_at, first.undone_by)
    assert dump_state(two_sitis) == before


def test_the_same_two_can_be_merged_and_undone_again(two_sitis: City) -> None:
    before = dump_state(two_sitis)
    unmerge(two_sitis, merge_by_names(two_sitis, AMINAH, AMINNAH))

    unmerge(two_sitis, merge_by_names(two_sitis, AMINAH, AMINNAH, name=AMINAH))

    assert dump_state(two_sitis) == before


def test_people_and_pairs_added_since_do_not_prevent_the_undo(two_sitis: City) -> None:
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH)
    two_sitis.import_sheet(
        two_sitis.session("E-1"), sheet(HEADER, "Nur Aini;;Manggar;;;;hadir", "Nur Ainni;;Manggar;;;;hadir")
    )
    assert ("Nur Aini", "Nur Ainni") in find_duplicates(two_sitis)

    unmerge(two_sitis, people_merge)

    assert len(two_sitis.all(PossibleDuplicate)) == 3
    assert two_sitis.outcomes().keys() == {AMINAH, AMINNAH, "Rahmat Contoh", "Nur Aini", "Nur Ainni"}


def test_a_registration_since_the_merge_does_not_take_the_id_of_a_restored_row(city: City) -> None:
    code = city.session("A-1")
    city.register(code, AMINAH, outcome=PRESENT)
    city.register(city.session("B-1"), AMINNAH)
    people_merge = merge_by_names(city, AMINAH, AMINNAH)
    city.register(code, "Nur Aini")

    unmerge(city, people_merge)

    assert city.outcomes() == {AMINAH: "present", AMINNAH: None, "Nur Aini": None}


def test_details_changed_since_the_merge_stay_with_the_kept_person(two_sitis: City) -> None:
    before = {one.name: one for one in two_sitis.all(Participant)}
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH)
    with writing(two_sitis.engine) as db:
        db.get_one(Participant, people_merge.kept_id).address = "Jalan Contoh 5"

    unmerge(two_sitis, people_merge)

    after = {one.name: one for one in two_sitis.all(Participant)}
    assert after[AMINNAH] == before[AMINNAH].model_copy(update={"address": "Jalan Contoh 5"})
    assert after[AMINAH] == before[AMINAH]


def test_a_later_change_of_the_same_registrations_prevents_the_undo(two_sitis: City) -> None:
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH)
    later = two_sitis.import_sheet("C-1", sheet(HEADER, f"{AMINNAH};6471054408900002;Lamaru;;;;hadir"))

    assert undo_conflict_code(two_sitis, people_merge) == "changed-later"

    two_sitis.undo(later.id)
    unmerge(two_sitis, people_merge)
    assert len(two_sitis.all(Participant)) == 3


def test_later_merges_are_undone_first(two_sitis: City) -> None:
    two_sitis.register(two_sitis.session("E-1"), "Siti Aminatun", MANGGAR)
    get_pair_id(two_sitis, AMINNAH, "Siti Aminatun")
    before = dump_state(two_sitis)
    first = merge_by_names(two_sitis, AMINAH, AMINNAH)
    second = merge_by_names(two_sitis, AMINNAH, "Siti Aminatun", name=AMINNAH)

    assert undo_conflict_code(two_sitis, first) == "merged-later"

    unmerge(two_sitis, second)
    unmerge(two_sitis, first)
    assert dump_state(two_sitis) == before


def test_a_merge_that_made_one_registration_of_two_can_not_be_undone(two_sitis: City) -> None:
    [later] = [person for person in two_sitis.all(Participant) if person.name == AMINNAH]
    two_sitis.register("A-1", AMINNAH, LAMARU, person=later)
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH)

    assert undo_conflict_code(two_sitis, people_merge) == "registrations-folded"
    with reading(two_sitis.engine) as db:
        [view] = list_recent_merges(db, two_sitis.actor("sari"))
    assert (view.can_be_undone, view.sessions) == (False, ("A-1",))
    assert (people_merge.before, people_merge.after) == ({}, {})


def test_a_later_merge_that_can_not_be_undone_prevents_the_undo_of_the_earlier(two_sitis: City) -> None:
    two_sitis.register("A-1", "Siti Aminatun", MANGGAR)
    first = merge_by_names(two_sitis, AMINAH, AMINNAH)
    merge_by_names(two_sitis, AMINNAH, "Siti Aminatun", name=AMINNAH)

    assert undo_conflict_code(two_sitis, first) == "merged-later"


def test_undo_is_refused_if_another_person_has_the_nik_by_now(two_sitis: City) -> None:
    with writing(two_sitis.engine) as db:
        db.get_one(Participant, get_person_id(two_sitis, AMINNAH)).sqlmodel_update(
            {"nik_key": "of another NIK", "nik_encrypted": "sealed"}
        )
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH, nik=AMINNAH)
    [key] = [one["nik_key"] for one in people_merge.before["people"] if one["id"] == people_merge.absorbed_id]
    with writing(two_sitis.engine) as db:
        db.get_one(Participant, get_person_id(two_sitis, "Rahmat Contoh")).sqlmodel_update(
            {"nik_key": key, "nik_encrypted": "sealed"}
        )

    assert undo_conflict_code(two_sitis, people_merge) == "changed-later"


def test_after_thirty_days_undo_is_refused_and_the_snapshots_are_deleted(two_sitis: City) -> None:
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH)
    with writing(two_sitis.engine) as db:
        clear_old_merges(db)
        db.execute(update(PeopleMerge).values(merged_at=now() - timedelta(days=30, minutes=1)))
    assert two_sitis.all(PeopleMerge)[0].before

    assert undo_conflict_code(two_sitis, people_merge) == "too-late"

    with writing(two_sitis.engine) as db:
        clear_old_merges(db)
    assert [(one.before, one.after) for one in two_sitis.all(PeopleMerge)] == [({}, {})]
    assert undo_conflict_code(two_sitis, people_merge) == "too-late"


def test_another_organization_can_not_undo_the_merge(two_sitis: City) -> None:
    people_merge = merge_by_names(two_sitis, AMINAH, AMINNAH)

    with pytest.raises(NotFound):
        unmerge(two_sitis, people_merge, by="tono")
