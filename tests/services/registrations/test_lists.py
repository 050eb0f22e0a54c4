"""Lists of people to register: seats by the list's order, no one twice, and undo."""

from datetime import timedelta

import pytest

from app.database import reading, writing
from app.errors import Conflict
from app.i18n import translator
from app.models import (
    Activity,
    Attendance,
    AttendanceImport,
    AttendanceStatus,
    Basis,
    ImportPurpose,
    Message,
    MessageKind,
    Participant,
    Registration,
    WorkshopSession,
)
from app.permissions import OPERATOR, Permission
from app.queries.imports.attendance_imports import get_attendance_import_view
from app.queries.imports.rows import list_import_rows
from app.queries.people.history import list_participant_registrations
from app.queries.registrations.lists import count_seats_for_list
from app.queries.registrations.registrations import get_registration
from app.services.imports.commit import CommitChoices
from app.services.imports.states import REGISTRATION_FIELDS
from app.services.registrations import registrations
from app.services.registrations.lists import upload_pasted_list, upload_registration_list
from tests.city import MANGGAR, City, sheet
from tests.database import postgresql_in_soak
from tests.services.messages.test_notifications import cancel_registration, register_person
from tests.services.registrations.test_concurrent_registrations import register
from tests.upcoming_sessions import begin_session, create_upcoming_session, update_session

THREE = "1. Ani Aster - Manggar\n2. Budi Bakung - Manggar\n3. Dewi Dahlia - Lamaru"
CONFIRMED, WAITS, CANCELLED = "confirmed", "waitlisted", "cancelled"
OVERRULED = CommitChoices(overrule=True)


def paste_list(city: City, text: str, code: str = "JUALAN-1") -> AttendanceImport:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        actor = city.actor("sari")
        made, _ = upload_pasted_list(read_db, db, city.vault, actor, code, text, None, translator("en"))
        return made


def remove_states_of_newer_lists(city: City, made: AttendanceImport) -> None:
    """Keep as little of each registration as imports did that were committed before more was stored."""
    with writing(city.engine) as db:
        for row in list_import_rows(db, made.id):
            row.before, row.after = (
                {**state, "registration": {name: state["registration"][name] for name in REGISTRATION_FIELDS}}
                for state in (row.before or {}, row.after or {})
            )


def statuses(city: City) -> dict[str, str]:
    """Return the status of each registration by first name, in the order in which they were made."""
    names = {person.id: person.name.split()[0] for person in city.all(Participant)}
    return {
        names[registration.participant_id]: registration.status.value
        for registration in city.all(Registration)
    }


def test_seats_go_by_the_lists_order_and_are_counted_in_the_review(city: City) -> None:
    create_upcoming_session(city, capacity=2, places_per_kelurahan=1)
    made = paste_list(city, THREE)
    with reading(city.engine) as read_db:
        told = count_seats_for_list(read_db, get_attendance_import_view(read_db, city.actor("sari"), made.id))
    assert (told.seated, told.waiting, told.closed) == (2, 1, False)
    assert city.all(Registration) == []

    city.commit(made.id, choices=CommitChoices(basis=Basis.PAPER_CONSENT))

    assert statuses(city) == {"Ani": CONFIRMED, "Budi": WAITS, "Dewi": CONFIRMED}
    assert city.all(Attendance) == []
    waits = city.all(Registration)[1]
    assert (waits.waiting_number, waits.channel, waits.basis, waits.consented_at) == (
        1,
        "organizer",
        Basis.PAPER_CONSENT,
        None,
    )


@postgresql_in_soak
def test_overrule_gives_the_whole_list_a_seat(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    city.commit(paste_list(city, THREE).id, choices=OVERRULED)

    assert set(statuses(city).values()) == {CONFIRMED}
    committed = next(line for line in city.all(Activity) if line.action == "commit")
    assert (committed.after or {})["overruled"] is True


@postgresql_in_soak
def test_the_same_list_again_registers_no_one(city: City) -> None:
    create_upcoming_session(city)
    city.commit(paste_list(city, THREE).id)
    before = city.people_and_attendance()

    again = city.commit(paste_list(city, THREE).id)

    assert (again.counts["create"], again.counts["unchanged"]) == (0, 3)
    assert city.people_and_attendance() == before


def test_known_people_are_recognised_and_their_blanks_filled(city: City) -> None:
    """Details that a registration has already stay as they are, and so does attendance."""
    create_upcoming_session(city, groups=("umkm", "rt"))
    ani = city.register(city.session("LAMA-1"), "Ani Aster")
    city.register("JUALAN-1", "Budi Bakung", outcome=AttendanceStatus.EXCUSED)

    made = paste_list(
        city,
        "1. Ani Aster - Manggar - 081200000411 - UMKM\n2. Budi Bakung - Manggar - 081200000412 - Ketua RT 3",
    )
    first, second = city.rows(made.id).values()
    assert (first.kind, first.participant_id, second.kind) == ("create", ani.id, "update")
    assert [
        (message["code"], message["params"])
        for message in second.messages
        if message["field"] == "target_group"
    ] == [("detail-differs", {"known": "umkm"})]
    city.commit(made.id)

    assert [person.phone for person in city.all(Participant)] == ["+6281200000411", "+6281200000412"]
    assert [registration.target_group_code for registration in city.all(Registration)] == [
        "umkm",
        "umkm",
        "umkm",
    ]
    assert [attendance.status for attendance in city.all(Attendance)] == [AttendanceStatus.EXCUSED]


@postgresql_in_soak
def test_attendance_columns_of_a_list_are_ignored(city: City) -> None:
    create_upcoming_session(city)
    with reading(city.engine) as read_db, writing(city.engine) as db:
        content = sheet("Nama;Kelurahan;Kehadiran", "Ani Aster;Manggar;entah", "Budi Bakung;Manggar;tidak")
        made = upload_registration_list(
            read_db, db, city.vault, city.actor("sari"), "JUALAN-1", "a.csv", content
        )
    assert made.purpose is ImportPurpose.REGISTRATION
    assert (made.counts["create"], made.warnings) == (2, [])

    city.commit(made.id)
    assert statuses(city) == {"Ani": CONFIRMED, "Budi": CONFIRMED}
    assert city.all(Attendance) == []


def test_undo_removes_the_registrations_and_the_waiting_list_moves_up(city: City) -> None:
    create_upcoming_session(city, capacity=3)
    known = city.register(city.session("LAMA-1"), "Ani Aster")
    nothing_yet = {name: len(lines) for name, lines in city.people_and_attendance().items()}
    made = city.commit(paste_list(city, f"{THREE} - 6471014108850001 - d@contoh.id").id)
    late = city.commit(paste_list(city, "1. Ira Ixora - Damai\n2. Joko Jambu - Damai").id)
    assert statuses(city) | {"Ani": CONFIRMED} == {
        "Ani": CONFIRMED,
        "Budi": CONFIRMED,
        "Dewi": CONFIRMED,
        "Ira": WAITS,
        "Joko": WAITS,
    }

    city.undo(made.id)

    assert [
        (registration.participant_id == known.id, registration.status.value)
        for registration in city.all(Registration)
    ] == [
        (True, CONFIRMED),  # of another session
        (False, CONFIRMED),
        (False, CONFIRMED),
    ]
    assert city.all(Message) == []
    # Registrations that have moved up since can be undone too.
    city.undo(late.id)
    assert {name: len(lines) for name, lines in city.people_and_attendance().items()} == nothing_yet


@postgresql_in_soak
def test_undo_is_refused_after_attendance_was_recorded(city: City) -> None:
    create_upcoming_session(city)
    made = city.commit(paste_list(city, THREE).id)
    budi = city.all(Registration)[1]
    with writing(city.engine) as db:
        db.add(Attendance(registration_id=budi.id, status=AttendanceStatus.PRESENT))
    with pytest.raises(Conflict, match="Budi Bakung"):
        city.undo(made.id)


@postgresql_in_soak
def test_undo_is_refused_after_a_person_cancelled_and_registered_again(city: City) -> None:
    create_upcoming_session(city)
    made = city.commit(paste_list(city, THREE).id)
    budi = city.all(Registration)[1]
    with writing(city.engine) as db:
        registrations.cancel_registration(db, city.actor("sari"), db.get_one(Registration, budi.id))
    register_person(city, "Budi Bakung")

    assert statuses(city) == {"Ani": CONFIRMED, "Budi": CONFIRMED, "Dewi": CONFIRMED}
    with pytest.raises(Conflict, match=r"the registration of 1 people was changed after it \(Budi Bakung\)"):
        city.undo(made.id)


@postgresql_in_soak
def test_undo_cancels_again_a_registration_that_was_cancelled_before_the_list(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    city.commit(paste_list(city, "1. Ani Aster - Manggar").id)
    code = city.all(Registration)[0].code
    with writing(city.engine) as db:
        sari = city.actor("sari")
        registrations.cancel_registration(
            db, sari, get_registration(db, sari, code, Permission.ATTENDANCE_WRITE)
        )
    city.commit(paste_list(city, "1. Ira Ixora - Damai").id)

    made = city.commit(paste_list(city, "1. Ani Aster - Manggar").id)
    assert made.counts["create"] == 1
    assert statuses(city) == {"Ani": WAITS, "Ira": CONFIRMED}

    city.undo(made.id)
    ani = city.all(Registration)[0]
    assert (ani.status.value, ani.waiting_number) == (CANCELLED, None)


@postgresql_in_soak
def test_who_has_cancelled_before_is_said(city: City) -> None:
    create_upcoming_session(city)
    city.commit(paste_list(city, THREE).id)
    cancel_registration(city, city.all(Registration)[0])

    ani, budi, _ = city.rows(paste_list(city, THREE).id).values()

    assert (ani.kind, [remark["code"] for remark in ani.messages]) == (
        "create",
        ["person-by-name", "cancelled-before"],
    )
    assert (budi.kind, [remark["code"] for remark in budi.messages]) == ("unchanged", ["person-by-name"])


@pytest.mark.parametrize("of_old", [False, True], ids=["all-kept", "as-lists-kept-it-once"])
def test_undo_restores_the_old_ticket_of_a_cancelled_registration(city: City, of_old: bool) -> None:
    create_upcoming_session(city)
    register(city, "JUALAN-1", "Ani Aster", email="ani@contoh.id")
    cancel_registration(city, city.all(Registration)[0])
    [cancelled], told = city.all(Registration), city.all(Message)
    data = "1. Ani Aster - Damai - 081200000001 - lain@contoh.id"
    made = city.commit(paste_list(city, data).id, choices=CommitChoices(basis=Basis.PAPER_CONSENT))
    [reopened] = city.all(Registration)
    assert (reopened.code != cancelled.code, reopened.contact_email) == (True, "lain@contoh.id")
    assert len(city.all(Message)) == len(told) + 1
    if of_old:
        remove_states_of_newer_lists(city, made)

    city.undo(made.id)

    [back] = city.all(Registration)
    if of_old:
        assert (back.status.value, back.kelurahan_code, back.code) == (CANCELLED, MANGGAR, reopened.code)
    else:
        assert back == cancelled
        assert city.all(Message) == told


def test_undo_keeps_the_seat_of_a_person_who_moved_up_since(city: City) -> None:
    """The list only filled in a phone number; the seat came from the waiting list."""
    create_upcoming_session(city, capacity=1)
    ani = register_person(city, "Ani Aster")
    register_person(city, "Budi Bakung")
    register_person(city, "Dewi Dahlia")
    made = city.commit(paste_list(city, "1. Budi Bakung - Manggar - 081200000002 - budi@contoh.id").id)
    assert (made.counts["update"], statuses(city)["Budi"]) == (1, WAITS)
    cancel_registration(city, ani)

    city.undo(made.id)

    assert statuses(city) == {"Ani": CANCELLED, "Budi": CONFIRMED, "Dewi": WAITS}
    assert [person.phone for person in city.all(Participant)] == [None, None, None]
    assert [message.kind for message in city.all(Message)].count(MessageKind.MOVED_UP) == 1


@postgresql_in_soak
def test_a_list_for_a_closed_session_needs_overrule_and_a_past_session_refuses_it(city: City) -> None:
    create_upcoming_session(city)
    made = paste_list(city, THREE)
    begin_session(city, "JUALAN-1")
    with pytest.raises(Conflict, match="closed"):
        city.commit(made.id)
    city.commit(made.id, choices=OVERRULED)
    assert len(city.all(Registration)) == 3

    workshop_session = city.all(WorkshopSession)[0]
    update_session(city, "JUALAN-1", ends_at=workshop_session.starts_at + timedelta(minutes=1))
    with pytest.raises(Conflict, match="over"):
        paste_list(city, "1. Ira Ixora - Damai")


@postgresql_in_soak
def test_each_registration_knows_its_row_of_the_list(city: City) -> None:
    create_upcoming_session(city)
    city.commit(paste_list(city, f"Daftar peserta\n{THREE}").id)
    with reading(city.engine) as read_db:
        told = [
            list_participant_registrations(read_db, OPERATOR, person.id, "id")
            for person in city.all(Participant)
        ]
    assert [[source.row for source in one.sources] for (one,) in told] == [[2], [3], [4]]
