"""Merging two people: no data of either is lost, and nothing counts twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from app.database import reading, writing
from app.errors import Forbidden, Invalid, NotFound
from app.models import (
    Activity,
    Attendance,
    AttendanceStatus,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    Registration,
    RegistrationStatus,
)
from app.permissions import OPERATOR
from app.queries.people.history import list_participant_registrations
from app.services.people.merge import merge_people
from tests.city import LAMARU, MANGGAR, MORNING, City, sheet
from tests.scenarios import scenario
from tests.services.people.duplicates import find_duplicates, get_pair_id, get_person_id, merge_by_names

HEADER = "Nama;NIK;Kelurahan;RT;HP;Email;Kehadiran"
NEXT_WEEK = MORNING + timedelta(days=7)

ABSENT, EXCUSED, PRESENT = AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED, AttendanceStatus.PRESENT


@scenario
def siti_twice(city: City) -> None:
    """Siti Aminah came to A-1; a week later Siti Aminnah, of another phone and with a NIK, came to B-1."""
    city.import_sheet(
        city.session("A-1"), sheet(HEADER, "Siti Aminah;;Manggar;12;081200000001;siti@contoh.id;hadir")
    )
    city.import_sheet(
        city.session("B-1", NEXT_WEEK),
        sheet(HEADER, "Siti Aminnah;6471054408900002;Manggar;;081200000002;;hadir"),
    )


def test_the_merged_person_has_the_sessions_of_both(siti_twice: City) -> None:
    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah")

    [siti] = siti_twice.all(Participant)
    assert [one.participant_id for one in siti_twice.all(Registration)] == [siti.id, siti.id]
    assert [one.status for one in siti_twice.all(Attendance)] == [PRESENT, PRESENT]
    assert siti_twice.all(PossibleDuplicate) == []


def test_blank_details_are_filled_and_others_come_from_the_newest_session(siti_twice: City) -> None:
    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah")

    [siti] = siti_twice.all(Participant)
    assert (siti.name, siti.phone, siti.email) == ("Siti Aminnah", "+6281200000002", "siti@contoh.id")
    assert siti.nik_encrypted is not None
    assert siti_twice.vault.decrypt(siti.nik_encrypted) == "6471054408900002"


def test_a_user_chooses_the_value_of_each_field(siti_twice: City) -> None:
    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah", name="Siti Aminah", kelurahan="Siti Aminah")

    [siti] = siti_twice.all(Participant)
    assert (siti.name, siti.name_key) == ("Siti Aminah", "aminah siti")
    assert (siti.rt, siti.phone) == ("12", "+6281200000002")


def test_creation_and_latest_session_are_those_of_the_earlier_and_the_later_record(city: City) -> None:
    city.import_sheet(city.session("B-1", NEXT_WEEK), sheet(HEADER, "Siti Aminah;;Manggar;;;;hadir"))
    city.import_sheet(city.session("A-1"), sheet(HEADER, "Siti Aminnah;;Manggar;;;;hadir"))
    first, _ = city.all(Participant)

    merge_by_names(city, "Siti Aminah", "Siti Aminnah")

    [siti] = city.all(Participant)
    assert (siti.created_at, siti.latest_session_at) == (first.created_at, first.latest_session_at)


def test_choosing_a_third_persons_value_is_refused(siti_twice: City) -> None:
    siti_twice.register("A-1", "Budi Contoh")
    before = siti_twice.people_and_attendance()

    with pytest.raises(Invalid):
        merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah", name="Budi Contoh")

    assert siti_twice.people_and_attendance() == before


@pytest.mark.parametrize(
    ("first", "second", "remains"),
    [
        (PRESENT, ABSENT, PRESENT),
        (ABSENT, PRESENT, PRESENT),
        (EXCUSED, ABSENT, EXCUSED),
        (EXCUSED, PRESENT, PRESENT),
        (None, ABSENT, ABSENT),
        (None, None, None),
    ],
)
def test_registrations_for_the_same_session_become_one(
    city: City,
    first: AttendanceStatus | None,
    second: AttendanceStatus | None,
    remains: AttendanceStatus | None,
) -> None:
    code = city.session("A-1")
    city.register(code, "Siti Aminah", MANGGAR, outcome=first)
    city.register(code, "Siti Aminnah", LAMARU, outcome=second)

    merge_by_names(city, "Siti Aminah", "Siti Aminnah")

    assert [one.status for one in city.all(Attendance)] == ([remains] if remains else [])
    [registration] = city.all(Registration)
    assert registration.participant_id == city.all(Participant)[0].id
    if first is not second:
        assert registration.kelurahan_code == (MANGGAR if remains is first else LAMARU)


def test_a_confirmed_seat_is_kept(city: City) -> None:
    code = city.session("A-1")
    city.register(code, "Siti Aminah")
    city.register(code, "Siti Aminnah", status=RegistrationStatus.WALK_IN, outcome=PRESENT)

    merge_by_names(city, "Siti Aminah", "Siti Aminnah")

    assert [one.status for one in city.all(Registration)] == [RegistrationStatus.CONFIRMED]


def test_registrations_are_still_traced_to_their_sheets(siti_twice: City) -> None:
    again = siti_twice.import_sheet("A-1", sheet(HEADER, "Siti Aminnah;6471054408900002;Manggar;;;;hadir"))

    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah")

    [siti] = siti_twice.all(Participant)
    with reading(siti_twice.engine) as db:
        registrations = list_participant_registrations(db, OPERATOR, siti.id, "id")
    assert [
        (registration.session_code, [source.import_id for source in registration.sources])
        for registration in registrations
    ] == [
        ("B-1", [2]),
        ("A-1", [1, again.id]),
    ]


def test_uploading_the_same_sheet_after_a_merge_changes_nothing(siti_twice: City) -> None:
    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah")

    again = siti_twice.upload(
        "B-1", sheet(HEADER, "Siti Aminnah;6471054408900002;Manggar;;081200000002;;hadir")
    )

    assert (again.counts["create"], again.counts["unchanged"]) == (0, 1)


def test_an_import_in_review_during_the_merge_finds_the_kept_person(siti_twice: City) -> None:
    waiting = siti_twice.upload("A-1", sheet(HEADER, "Siti Aminah;;Manggar;12;081200000001;;tidak"))
    siti_twice.correct(waiting.id, 2, decision={"person": get_person_id(siti_twice, "Siti Aminah")})

    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah")
    siti_twice.commit(waiting.id)

    assert len(siti_twice.all(Participant)) == 1
    assert [one.status for one in siti_twice.all(Attendance)] == [ABSENT, PRESENT]


def test_rows_in_review_for_both_people_become_duplicates(siti_twice: City) -> None:
    waiting = siti_twice.upload(
        siti_twice.session("C-1"),
        sheet(
            HEADER,
            "Siti Aminah;;Manggar;12;081200000001;;hadir",
            "Siti Aminnah;6471054408900002;Manggar;;;;hadir",
        ),
    )

    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah", phone="Siti Aminah")

    assert siti_twice.commit(waiting.id).counts["duplicate"] == 1
    assert len(siti_twice.all(Registration)) == 3


def test_of_two_concurrent_merges_of_a_pair_one_succeeds(siti_twice: City) -> None:
    pair_id = get_pair_id(siti_twice, "Siti Aminah", "Siti Aminnah")
    start = Barrier(2)

    def merge_as(name: str) -> PeopleMerge | NotFound:
        start.wait()
        try:
            with writing(siti_twice.engine) as db:
                return merge_people(db, siti_twice.actor(name), pair_id)
        except NotFound as error:
            return error

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(merge_as, ("sari", "made")))

    assert sorted(type(answer).__name__ for answer in answers) == ["NotFound", "PeopleMerge"]
    assert len(siti_twice.all(PeopleMerge)) == len(siti_twice.all(Participant)) == 1


def test_an_organizer_merges_only_people_without_registrations_elsewhere(siti_twice: City) -> None:
    siti_twice.import_sheet(
        siti_twice.session("T-1", by="tono"),
        sheet(HEADER, "Siti Aminah;;Manggar;12;081200000001;;hadir"),
        by="tono",
    )

    for name in ("sari", "tono"):
        with pytest.raises(NotFound):
            merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah", by=name)
    with pytest.raises(Forbidden):
        merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah", by="budi")
    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah", by="made")

    assert len(siti_twice.all(Participant)) == 1


def test_the_activity_log_has_the_merge_without_personal_data(siti_twice: City) -> None:
    absorbed_id = get_person_id(siti_twice, "Siti Aminah")

    people_merge = merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah")

    line = siti_twice.all(Activity)[-1]
    assert (line.actor, line.action, line.subject) == ("Sari Panitia", "merge", "participant")
    assert line.subject_id == str(people_merge.kept_id)
    assert line.after == {"other": absorbed_id, "fields": ["email", "kelurahan"], "folded": 0}


def test_a_merged_pair_is_not_proposed_again(siti_twice: City) -> None:
    assert find_duplicates(siti_twice) == [("Siti Aminah", "Siti Aminnah")]

    merge_by_names(siti_twice, "Siti Aminah", "Siti Aminnah")

    assert find_duplicates(siti_twice) == []
