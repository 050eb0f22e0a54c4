"""Lists of people to register: places by the list's order, nobody twice, and all of it taken back."""

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
from app.queries.people.history import registrations_of
from app.queries.registrations.lists import places_for_list
from app.queries.registrations.registrations import registration_by_code
from app.services.imports.commit import CommitChoices
from app.services.imports.states import REGISTRATION_FIELDS
from app.services.registrations.lists import upload_list, upload_pasted
from app.services.registrations.registrations import cancel
from tests.city import MANGGAR, City, sheet
from tests.services.messages.test_notifications import cancel_registration, register_person
from tests.services.registrations.test_registering_at_once import registered
from tests.upcoming_sessions import begin_session, create_upcoming_session, update_session

THREE = "1. Ani Aster - Manggar\n2. Budi Bakung - Manggar\n3. Dewi Dahlia - Lamaru"
CONFIRMED, WAITS, CANCELLED = "confirmed", "waitlisted", "cancelled"
OVERRULED = CommitChoices(overrule=True)


def pasted(city: City, text: str, code: str = "JUALAN-1") -> AttendanceImport:
    with reading(city.engine) as look, writing(city.engine) as db:
        actor = city.actor("sari")
        made, _ = upload_pasted(look, db, city.vault, actor, code, text, None, translator("en"))
        return made


def forget_what_lists_did_not_keep(city: City, made: AttendanceImport) -> None:
    """Lists that were committed earlier kept less of a registration."""
    with writing(city.engine) as db:
        for row in list_import_rows(db, made.id):
            row.before, row.after = (
                {**state, "registration": {name: state["registration"][name] for name in REGISTRATION_FIELDS}}
                for state in (row.before or {}, row.after or {})
            )


def stands(city: City) -> dict[str, str]:
    """How each registered person stands, by first name, in the order in which they were registered."""
    names = {one.id: one.name.split()[0] for one in city.all(Participant)}
    return {names[one.participant_id]: one.status.value for one in city.all(Registration)}


def test_places_go_by_the_lists_order_and_are_told_beforehand(city: City) -> None:
    create_upcoming_session(city, capacity=2, places_per_kelurahan=1)
    made = pasted(city, THREE)
    with reading(city.engine) as look:
        told = places_for_list(look, get_attendance_import_view(look, city.actor("sari"), made.id))
    assert (told.placed, told.waiting, told.closed) == (2, 1, False)
    assert city.all(Registration) == []

    city.commit(made.id, choices=CommitChoices(basis=Basis.PAPER_CONSENT))

    assert stands(city) == {"Ani": CONFIRMED, "Budi": WAITS, "Dewi": CONFIRMED}
    assert city.all(Attendance) == []
    waits = city.all(Registration)[1]
    assert (waits.waiting_number, waits.channel, waits.basis, waits.consented_at) == (
        1,
        "organizer",
        Basis.PAPER_CONSENT,
        None,
    )


def test_somebody_may_decide_that_all_of_them_get_a_place(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    city.commit(pasted(city, THREE).id, choices=OVERRULED)

    assert set(stands(city).values()) == {CONFIRMED}
    committed = next(line for line in city.all(Activity) if line.action == "commit")
    assert (committed.after or {})["overruled"] is True


def test_the_same_list_again_registers_nobody(city: City) -> None:
    create_upcoming_session(city)
    city.commit(pasted(city, THREE).id)
    before = city.people_and_attendance()

    again = city.commit(pasted(city, THREE).id)

    assert (again.counts["create"], again.counts["unchanged"]) == (0, 3)
    assert city.people_and_attendance() == before


def test_known_people_are_recognised_and_their_blanks_filled(city: City) -> None:
    """What a registration says already stays as it is, and so does attendance."""
    create_upcoming_session(city, groups=("umkm", "rt"))
    ani = city.register(city.session("LAMA-1", by="tono"), "Ani Aster")
    city.register("JUALAN-1", "Budi Bakung", outcome=AttendanceStatus.EXCUSED)

    made = pasted(
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

    assert [one.phone for one in city.all(Participant)] == ["+6281200000411", "+6281200000412"]
    assert [one.target_group_code for one in city.all(Registration)] == ["umkm", "umkm", "umkm"]
    assert [one.status for one in city.all(Attendance)] == [AttendanceStatus.EXCUSED]


def test_attendance_columns_say_nothing_here(city: City) -> None:
    create_upcoming_session(city)
    with reading(city.engine) as look, writing(city.engine) as db:
        content = sheet("Nama;Kelurahan;Kehadiran", "Ani Aster;Manggar;entah", "Budi Bakung;Manggar;tidak")
        made = upload_list(look, db, city.vault, city.actor("sari"), "JUALAN-1", "a.csv", content)
    assert made.purpose is ImportPurpose.REGISTRATION
    assert (made.counts["create"], made.warnings) == (2, [])

    city.commit(made.id)
    assert stands(city) == {"Ani": CONFIRMED, "Budi": CONFIRMED}
    assert city.all(Attendance) == []


def test_undo_takes_the_registrations_back_and_the_queue_moves_up(city: City) -> None:
    create_upcoming_session(city, capacity=3)
    known = city.register(city.session("LAMA-1"), "Ani Aster")
    nothing_yet = {name: len(lines) for name, lines in city.people_and_attendance().items()}
    made = city.commit(pasted(city, f"{THREE} - 6471014108850001 - d@contoh.id").id)
    late = city.commit(pasted(city, "1. Ira Ixora - Damai\n2. Joko Jambu - Damai").id)
    assert stands(city) | {"Ani": CONFIRMED} == {
        "Ani": CONFIRMED,
        "Budi": CONFIRMED,
        "Dewi": CONFIRMED,
        "Ira": WAITS,
        "Joko": WAITS,
    }

    city.undo(made.id)

    assert [(one.participant_id == known.id, one.status.value) for one in city.all(Registration)] == [
        (True, CONFIRMED),  # of another session
        (False, CONFIRMED),
        (False, CONFIRMED),
    ]
    assert city.all(Message) == []
    # Who has moved up by themselves since can be taken back too.
    city.undo(late.id)
    assert {name: len(lines) for name, lines in city.people_and_attendance().items()} == nothing_yet


def test_undo_stops_where_something_newer_was_built_on_it(city: City) -> None:
    create_upcoming_session(city)
    made = city.commit(pasted(city, THREE).id)
    budi = city.all(Registration)[1]
    with writing(city.engine) as db:
        db.add(Attendance(registration_id=budi.id, status=AttendanceStatus.PRESENT))
    with pytest.raises(Conflict, match="Budi Bakung"):
        city.undo(made.id)


def test_undo_leaves_alone_who_cancelled_and_registered_again(city: City) -> None:
    create_upcoming_session(city)
    made = city.commit(pasted(city, THREE).id)
    budi = city.all(Registration)[1]
    with writing(city.engine) as db:
        cancel(db, city.actor("sari"), db.get_one(Registration, budi.id))
    register_person(city, "Budi Bakung")

    assert stands(city) == {"Ani": CONFIRMED, "Budi": CONFIRMED, "Dewi": CONFIRMED}
    with pytest.raises(Conflict, match=r"the registration of 1 people was changed after it \(Budi Bakung\)"):
        city.undo(made.id)


def test_who_cancelled_is_registered_again_and_undo_leaves_them_cancelled(city: City) -> None:
    create_upcoming_session(city, capacity=1)
    city.commit(pasted(city, "1. Ani Aster - Manggar").id)
    code = city.all(Registration)[0].code
    with writing(city.engine) as db:
        sari = city.actor("sari")
        cancel(db, sari, registration_by_code(db, sari, code, Permission.ATTENDANCE_WRITE))
    city.commit(pasted(city, "1. Ira Ixora - Damai").id)

    made = city.commit(pasted(city, "1. Ani Aster - Manggar").id)
    assert made.counts["create"] == 1
    assert stands(city) == {"Ani": WAITS, "Ira": CONFIRMED}

    city.undo(made.id)
    ani = city.all(Registration)[0]
    assert (ani.status.value, ani.waiting_number) == (CANCELLED, None)


@pytest.mark.parametrize("of_old", [False, True], ids=["all-kept", "as-lists-kept-it-once"])
def test_who_had_cancelled_has_their_old_ticket_again_with_all_it_said(city: City, of_old: bool) -> None:
    create_upcoming_session(city)
    registered(city, "JUALAN-1", "Ani Aster", email="ani@contoh.id")
    cancel_registration(city, city.all(Registration)[0])
    [cancelled], told = city.all(Registration), city.all(Message)
    given = "1. Ani Aster - Damai - 081200000001 - lain@contoh.id"
    made = city.commit(pasted(city, given).id, choices=CommitChoices(basis=Basis.PAPER_CONSENT))
    [reopened] = city.all(Registration)
    assert (reopened.code != cancelled.code, reopened.contact_email) == (True, "lain@contoh.id")
    assert len(city.all(Message)) == len(told) + 1
    if of_old:
        forget_what_lists_did_not_keep(city, made)

    city.undo(made.id)

    [back] = city.all(Registration)
    if of_old:
        assert (back.status.value, back.kelurahan_code, back.code) == (CANCELLED, MANGGAR, reopened.code)
    else:
        assert back == cancelled
        assert city.all(Message) == told


def test_who_has_moved_up_since_a_list_named_them_keeps_their_place(city: City) -> None:
    """The list only filled in a telephone: the place came otherwise."""
    create_upcoming_session(city, capacity=1)
    ani = register_person(city, "Ani Aster")
    register_person(city, "Budi Bakung")
    register_person(city, "Dewi Dahlia")
    made = city.commit(pasted(city, "1. Budi Bakung - Manggar - 081200000002 - budi@contoh.id").id)
    assert (made.counts["update"], stands(city)["Budi"]) == (1, WAITS)
    cancel_registration(city, ani)

    city.undo(made.id)

    assert stands(city) == {"Ani": CANCELLED, "Budi": CONFIRMED, "Dewi": WAITS}
    assert [one.phone for one in city.all(Participant)] == [None, None, None]
    assert [one.kind for one in city.all(Message)].count(MessageKind.MOVED_UP) == 1


def test_closed_registration_asks_for_a_decision_and_a_past_session_refuses(city: City) -> None:
    create_upcoming_session(city)
    made = pasted(city, THREE)
    begin_session(city, "JUALAN-1")
    with pytest.raises(Conflict, match="closed"):
        city.commit(made.id)
    city.commit(made.id, choices=OVERRULED)
    assert len(city.all(Registration)) == 3

    held = city.all(WorkshopSession)[0]
    update_session(city, "JUALAN-1", ends_at=held.starts_at + timedelta(minutes=1))
    with pytest.raises(Conflict, match="over"):
        pasted(city, "1. Ira Ixora - Damai")


def test_the_row_of_each_registration_is_known(city: City) -> None:
    """From a registration to the line of the list from which it comes."""
    create_upcoming_session(city)
    city.commit(pasted(city, f"Daftar peserta\n{THREE}").id)
    with reading(city.engine) as look:
        told = [registrations_of(look, OPERATOR, person.id, "id") for person in city.all(Participant)]
    assert [[source.row - 1 for source in one.sources] for (one,) in told] == [[2], [3], [4]]
