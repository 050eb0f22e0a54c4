"""One file of a workshop of three days: read for all its sessions, answered once, saved and undone together."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.database import reading, writing
from app.errors import Conflict, Invalid
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    Attendance,
    AttendanceImport,
    AttendanceStatus,
    ColumnMapping,
    ImportStatus,
    Participant,
    Registration,
    UploadedFile,
    WorkshopSession,
)
from app.queries.imports.attendance_imports import get_attendance_import_view
from app.queries.imports.shared_uploads import list_session_proposals, list_shared_imports
from app.services.imports.commit import CommitChoices
from app.services.imports.mapping import change_mapping
from app.services.imports.reassign import move_to_session
from app.services.imports.shared import commit as shared_commit
from app.services.imports.shared.commit import commit_together, commit_together_or_queue
from app.services.imports.shared.sessions import SessionChoice, read_for_sessions
from app.services.imports.shared.undo import undo_together
from app.services.imports.upload import discard_import
from app.services.workshops.workshop_sessions import cancel_session
from app.settings import Settings
from tests.city import City, sheet
from tests.database import postgresql_in_soak
from tests.services.imports.test_concurrency import at_once
from tests.spreadsheets.examples import sheets

FIELD = Path(__file__).parents[2] / "field"
DAYS = ("TIGA-1", "TIGA-2", "TIGA-3")


@pytest.fixture
def three_days(city: City) -> City:
    """A workshop with a session on each of three days in a row."""
    city.workshop_of_days()
    return city


def read_sessions(city: City, import_id: int, *choices: SessionChoice) -> list[AttendanceImport]:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return read_for_sessions(read_db, db, city.vault, city.actor("sari"), import_id, choices)


def read_as_proposed(city: City, import_id: int) -> list[AttendanceImport]:
    """Read the file for every session, from the sheet and column that are proposed; return the imports by day."""
    with reading(city.engine) as db:
        view = get_attendance_import_view(db, city.actor("sari"), import_id)
        proposals = list_session_proposals(db, city.actor("sari"), view)
    choices = [
        SessionChoice(proposal.workshop_session.code, proposal.sheet, proposal.day_column)
        for proposal in proposals
        if proposal.chosen
    ]
    return read_sessions(city, import_id, *choices)


def commit_all(city: City, import_id: int, choices: CommitChoices | None = None) -> list[AttendanceImport]:
    with writing(city.engine) as db:
        return commit_together(db, city.vault, city.actor("sari"), import_id, choices)


def undo_all(city: City, import_id: int) -> list[AttendanceImport]:
    with writing(city.engine) as db:
        return undo_together(db, city.actor("sari"), import_id)


def outcomes(city: City) -> dict[str, dict[str, str | None]]:
    """Return the attendance of each session's people by name, by the session's code."""
    statement = (
        select(WorkshopSession.code, Participant.name, Attendance.status)
        .join(Registration, Registration.workshop_session_id == WorkshopSession.id)  # type: ignore[arg-type]
        .join(Participant, Participant.id == Registration.participant_id)  # type: ignore[arg-type]
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)  # type: ignore[arg-type]
        .order_by(Registration.id)  # type: ignore[arg-type]
    )
    found: dict[str, dict[str, str | None]] = {}
    with reading(city.engine) as db:
        for code, name, status in db.exec(statement):
            found.setdefault(code, {})[name] = status and str(status)
    return found


def test_columns_dated_for_three_days_are_read_for_their_sessions_and_saved_at_once(three_days: City) -> None:
    first = three_days.upload("TIGA-1", (FIELD / "16-tiga-hari-tanggal.xlsx").read_bytes(), name="16.xlsx")

    imports = read_as_proposed(three_days, first.id)
    commit_all(three_days, first.id)

    assert [attendance_import.uploaded_file_id for attendance_import in imports] == [
        first.uploaded_file_id
    ] * 3
    recorded = outcomes(three_days)
    assert {code: len(people) for code, people in recorded.items()} == dict.fromkeys(DAYS, 9)
    assert [recorded[code]["Jumiati Nuraini"] for code in DAYS] == ["present", "absent", "present"]
    assert [recorded[code]["Kamaruddin Basuki"] for code in DAYS] == ["excused", "present", "present"]
    assert len(three_days.all(Participant)) == 9
    assert len(three_days.all(UploadedFile)) == 1


@postgresql_in_soak
def test_columns_numbered_by_day_are_matched_with_the_sessions_in_their_order(three_days: City) -> None:
    first = three_days.upload("TIGA-1", (FIELD / "17-tiga-hari-romawi.xlsx").read_bytes(), name="17.xlsx")

    read_as_proposed(three_days, first.id)
    commit_all(three_days, first.id, CommitChoices(only_valid=True))

    recorded = outcomes(three_days)
    assert [recorded[code]["Saharuddin Setiawan"] for code in DAYS] == ["present", "absent", "present"]
    assert [recorded[code]["Budi Firmansyah"] for code in DAYS] == ["present", "excused", "present"]


def two_days(*second_day: tuple[str, str]) -> bytes:
    """A workbook with a sheet for each day: Ani and Budi on the first, these people on the second."""
    header = ("No", "Nama", "Kelurahan", "Kehadiran")
    days = {"Hari 1": (("Ani Contoh", "Manggar"), ("Budi Contoh", "Lamaru")), "Hari 2": second_day}
    return sheets(
        {
            day: (header, *((str(number), *person, "hadir") for number, person in enumerate(people, start=1)))
            for day, people in days.items()
        }
    )


@postgresql_in_soak
def test_a_sheet_for_each_day_is_read_for_its_session(three_days: City) -> None:
    content = two_days(("Budi Contoh", "Lamaru"), ("Citra Contoh", "Damai"))
    first = three_days.upload("TIGA-1", content, name="lembar.xlsx")

    imports = read_as_proposed(three_days, first.id)
    commit_all(three_days, first.id)

    assert [attendance_import.sheet for attendance_import in imports] == ["Hari 1", "Hari 2"]
    recorded = outcomes(three_days)
    assert list(recorded["TIGA-1"]) == ["Ani Contoh", "Budi Contoh"]
    assert list(recorded["TIGA-2"]) == ["Budi Contoh", "Citra Contoh"]
    assert len(three_days.all(Participant)) == 3


@postgresql_in_soak
def test_sheets_left_unread_are_a_question_until_other_sessions_read_them(three_days: City) -> None:
    content = two_days(("Citra Contoh", "Damai"), ("Dodi Contoh", "Manggar"))
    first = three_days.upload("TIGA-1", content, name="lembar.xlsx")
    with pytest.raises(Conflict) as refused:
        three_days.commit(first.id)
    assert refused.value.code == "sheets-unread"

    second = read_as_proposed(three_days, first.id)[1]
    three_days.commit(first.id)
    with writing(three_days.engine) as db:
        discard_import(db, three_days.actor("sari"), second.id)
    three_days.undo(first.id)

    joined = three_days.upload("TIGA-1", content, name="lembar.xlsx")
    with reading(three_days.engine) as read_db, writing(three_days.engine) as db:
        changes = {"sheets": ("Hari 1", "Hari 2")}
        change_mapping(read_db, db, three_days.vault, three_days.actor("sari"), joined.id, changes)
    three_days.commit(joined.id)
    assert len(outcomes(three_days)["TIGA-1"]) == 4


@postgresql_in_soak
@pytest.mark.parametrize(
    "captions",
    [
        ("Hari Pertama: Selasa, 5 Agustus 2025", "Hari Kedua: Rabu, 6 Agustus 2025"),
        ("HARI PERTAMA", "HARI KEDUA"),
    ],
    ids=["dated", "numbered"],
)
def test_lists_of_days_below_each_other_are_read_for_their_sessions(
    three_days: City, captions: tuple[str, str]
) -> None:
    header = ("No", "Nama", "Kelurahan", "No HP", "Paraf")
    people = (
        ("1", "Ani Contoh", "Manggar", "081211110001", ""),
        ("2", "Budi Contoh", "Lamaru", "081211110002", ""),
    )
    rows = [("DAFTAR HADIR",), (), (captions[0],), header, *people, (), (captions[1],), header, people[1]]
    first = three_days.upload("TIGA-1", sheets({"Daftar": rows}), name="bertumpuk.xlsx")

    read_as_proposed(three_days, first.id)
    commit_all(three_days, first.id)

    recorded = outcomes(three_days)
    assert recorded == {
        "TIGA-1": {"Ani Contoh": "present", "Budi Contoh": "present"},
        "TIGA-2": {"Budi Contoh": "present"},
    }
    assert len(three_days.all(Participant)) == 2


TWO_NAMESAKES = sheet(
    "Nama;Kelurahan;HP;5/8/2025;6/8/2025;7/8/2025",
    "Siti Contoh;Manggar;;v;v;",
    "Siti Contoh;Manggar;;v;;v",
    "Rudi Contoh;Kelurahan Entah;;v;v;v",
)


@postgresql_in_soak
def test_what_is_answered_about_a_person_holds_in_every_session(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES)
    three_days.correct(first.id, 3, decision={"person": "new"})
    imports = read_as_proposed(three_days, first.id)

    three_days.correct(imports[1].id, 4, cells={"kelurahan": "Lamaru"})

    kinds = {
        attendance_import.id: [row.kind.value for row in three_days.rows(attendance_import.id).values()]
        for attendance_import in imports
    }
    assert set(map(tuple, kinds.values())) == {("create", "create", "create")}
    commit_all(three_days, first.id)
    assert len(three_days.all(Participant)) == 3
    statuses = [attendance.status for attendance in three_days.all(Attendance)]
    assert statuses.count(AttendanceStatus.PRESENT) == 7


@postgresql_in_soak
def test_a_kelurahan_for_blank_cells_holds_in_every_session(three_days: City) -> None:
    first = three_days.upload(
        "TIGA-1", sheet("Nama;Kelurahan;5/8/2025;6/8/2025;7/8/2025", "Ani;;v;v;v", "Budi;;v;;v")
    )
    imports = read_as_proposed(three_days, first.id)

    for attendance_import, kelurahan in ((imports[2], "64.71.01.1004"), (first, "64.71.01.1002")):
        with reading(three_days.engine) as read_db, writing(three_days.engine) as db:
            changes = {"kelurahan": kelurahan}
            change_mapping(
                read_db, db, three_days.vault, three_days.actor("sari"), attendance_import.id, changes
            )

    commit_all(three_days, first.id)
    assert {person.kelurahan_code for person in three_days.all(Participant)} == {"64.71.01.1002"}
    assert {code: len(people) for code, people in outcomes(three_days).items()} == dict.fromkeys(DAYS, 2)


@postgresql_in_soak
def test_what_is_answered_about_attendance_holds_for_one_session(three_days: City) -> None:
    first = three_days.upload(
        "TIGA-1", sheet("Nama;Kelurahan;5/8/2025;6/8/2025", "Ani;Manggar;?;?", "Budi;Lamaru;v;v")
    )
    imports = read_as_proposed(three_days, first.id)

    three_days.correct(first.id, 2, cells={"attendance": "hadir"})
    three_days.correct(first.id, 3, decision={"keep": "door", "kelurahan": "64.71.01.1002"})

    assert three_days.rows(imports[0].id)[2].kind == "create"
    assert three_days.rows(imports[1].id)[2].kind == "review"
    assert three_days.rows(imports[1].id)[3].decision == {"kelurahan": "64.71.01.1002"}


@postgresql_in_soak
def test_a_skipped_row_that_names_nobody_is_skipped_in_every_session(three_days: City) -> None:
    lines = ("Ani;Manggar;v;v", "Catatan Panitia;;v;v", "Budi;Lamaru;?;v")
    first = three_days.upload("TIGA-1", sheet("Nama;Kelurahan;5/8/2025;6/8/2025", *lines))
    second = read_as_proposed(three_days, first.id)[1]

    three_days.correct(first.id, 3, decision={"skip": True})
    three_days.correct(first.id, 4, decision={"skip": True})

    assert [row.kind.value for row in three_days.rows(first.id).values()] == ["create", "skip", "skip"]
    assert [row.kind.value for row in three_days.rows(second.id).values()] == ["create", "skip", "create"]
    three_days.correct(first.id, 3, decision={})
    assert three_days.rows(second.id)[3].kind == "error"


@postgresql_in_soak
def test_nothing_is_saved_while_one_session_is_open_and_the_refusal_names_it(three_days: City) -> None:
    first = three_days.upload(
        "TIGA-1", sheet("Nama;Kelurahan;5/8/2025;6/8/2025", "Ani;Manggar;v;?", "Budi;Lamaru;v;v")
    )
    read_as_proposed(three_days, first.id)
    before = three_days.people_and_attendance()

    with pytest.raises(Conflict, match=r"TIGA-2 \(1\)") as refused:
        commit_all(three_days, first.id)

    assert refused.value.code == "rows-need-attention"
    assert refused.value.details["sessions"] == [
        {"session": "TIGA-2", "code": "rows-need-attention", "rows": 1}
    ]
    assert three_days.people_and_attendance() == before
    assert {shared.status for shared in three_days.all(AttendanceImport)} == {ImportStatus.REVIEW}


def same_name_on_both_days() -> bytes:
    """Return a workbook whose second sheet has the name of the first with another telephone and date of birth."""
    header = ("Nama", "Kelurahan", "HP", "Tanggal Lahir", "Kehadiran")
    return sheets(
        {
            "Hari 1": (header, ("Ani Contoh", "Manggar", "081211110001", "01-02-1980", "hadir")),
            "Hari 2": (header, ("Ani Contoh", "Manggar", "081211110002", "03-04-1991", "hadir")),
        }
    )


@postgresql_in_soak
def test_nothing_is_saved_if_people_of_the_first_day_make_the_second_unclear(three_days: City) -> None:
    first = three_days.upload("TIGA-1", same_name_on_both_days(), name="lembar.xlsx")
    second = read_as_proposed(three_days, first.id)[1]
    before = three_days.people_and_attendance()

    with pytest.raises(Conflict, match="TIGA-2") as refused:
        commit_all(three_days, first.id)

    assert refused.value.code == "rows-need-attention"
    assert three_days.people_and_attendance() == before

    three_days.commit(first.id)
    assert three_days.rows(second.id)[2].kind == "review"
    three_days.correct(second.id, 2, decision={"person": "new"})
    commit_all(three_days, second.id)
    assert len(three_days.all(Participant)) == 2


@postgresql_in_soak
def test_a_day_saved_by_itself_is_recognised_by_the_others(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES.replace(b"Kelurahan Entah", b"Lamaru"))
    three_days.correct(first.id, 3, decision={"person": "new"})
    imports = read_as_proposed(three_days, first.id)

    three_days.commit(imports[2].id)
    three_days.commit(imports[0].id)
    commit_all(three_days, imports[1].id)

    assert len(three_days.all(Participant)) == 3
    assert len(three_days.all(Registration)) == 9
    assert {shared.status for shared in three_days.all(AttendanceImport)} == {ImportStatus.COMMITTED}


def test_one_undo_takes_back_all_sessions(three_days: City) -> None:
    known = three_days.register("TIGA-1", "Jumiati Nuraini", "64.71.06.1001")
    before = three_days.people_and_attendance()
    first = three_days.upload("TIGA-1", (FIELD / "16-tiga-hari-tanggal.xlsx").read_bytes(), name="16.xlsx")
    read_as_proposed(three_days, first.id)
    commit_all(three_days, first.id)
    assert len(three_days.all(Registration)) == 27

    undone = undo_all(three_days, first.id)

    assert [attendance_import.status for attendance_import in undone] == [ImportStatus.UNDONE] * 3
    assert three_days.people_and_attendance() == before
    assert [person.id for person in three_days.all(Participant)] == [known.id]


@postgresql_in_soak
def test_days_undone_one_by_one_leave_nobody_behind(three_days: City) -> None:
    first = three_days.upload("TIGA-1", (FIELD / "16-tiga-hari-tanggal.xlsx").read_bytes(), name="16.xlsx")
    imports = read_as_proposed(three_days, first.id)
    commit_all(three_days, first.id)

    three_days.undo(imports[0].id)
    assert len(three_days.all(Participant)) == 9
    assert len(three_days.all(Registration)) == 18
    three_days.undo(imports[2].id)
    three_days.undo(imports[1].id)

    assert (three_days.all(Participant), three_days.all(Registration)) == ([], [])


@postgresql_in_soak
def test_nothing_is_undone_if_one_session_was_changed_later(three_days: City) -> None:
    first = three_days.upload("TIGA-1", (FIELD / "16-tiga-hari-tanggal.xlsx").read_bytes(), name="16.xlsx")
    imports = read_as_proposed(three_days, first.id)
    commit_all(three_days, first.id)
    three_days.import_sheet(
        "TIGA-1", sheet("Nama;Kelurahan;HP;Kehadiran", "Jumiati Nuraini;Prapatan;081211230135;tidak")
    )
    before = three_days.people_and_attendance()

    with pytest.raises(Conflict, match="Jumiati Nuraini"):
        undo_all(three_days, first.id)

    assert three_days.people_and_attendance() == before
    assert {three_days.all(AttendanceImport)[number].status for number in range(3)} == {
        ImportStatus.COMMITTED
    }
    three_days.undo(imports[2].id)
    assert "TIGA-3" not in outcomes(three_days)


@postgresql_in_soak
def test_after_undoing_a_day_the_others_can_still_be_saved(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES.replace(b"Kelurahan Entah", b"Lamaru"))
    three_days.correct(first.id, 3, decision={"person": "new"})
    imports = read_as_proposed(three_days, first.id)
    three_days.commit(first.id)
    three_days.undo(first.id)

    commit_all(three_days, imports[1].id, CommitChoices(only_valid=True))

    assert set(outcomes(three_days)) == {"TIGA-2", "TIGA-3"}


@postgresql_in_soak
def test_a_chosen_column_is_read_and_not_remembered(three_days: City) -> None:
    content = sheet("Nama;Kelurahan;Hari 1;Hari 2", "Ani;Manggar;v;", "Budi;Lamaru;;v")
    attendance_import = three_days.upload("TIGA-1", content)
    with reading(three_days.engine) as read_db, writing(three_days.engine) as db:
        actor, changes = three_days.actor("sari"), {"day_column": "Hari 2"}
        change_mapping(read_db, db, three_days.vault, actor, attendance_import.id, changes)

    rows = three_days.rows(attendance_import.id)
    assert [row.result["attendance"] for row in rows.values()] == ["absent", "present"]
    assert three_days.all(ColumnMapping) == []

    with reading(three_days.engine) as read_db, writing(three_days.engine) as db:
        move_to_session(
            read_db, db, three_days.vault, three_days.actor("sari"), attendance_import.id, "TIGA-2"
        )
    again = three_days.upload("TIGA-1", content)
    for read_anew in (attendance_import, again):
        rows = three_days.rows(read_anew.id)
        assert [row.result["attendance"] for row in rows.values()] == [None, None]


@postgresql_in_soak
def test_a_session_read_from_the_wrong_column_is_read_again(three_days: City) -> None:
    first = three_days.upload(
        "TIGA-1", sheet("Nama;Kelurahan;Hari 1;Hari 2", "Ani;Mangar;v;", "Budi;Lamaru;;v")
    )
    second = read_sessions(three_days, first.id, SessionChoice("TIGA-2", day_column="Hari 1"))[0]
    three_days.correct(first.id, 2, decision={"kelurahan": "64.71.01.1001"})

    again = read_sessions(three_days, first.id, SessionChoice("TIGA-2", day_column="Hari 2"))[0]

    assert again.id == second.id
    rows = three_days.rows(second.id)
    assert [row.result["attendance"] for row in rows.values()] == ["absent", "present"]
    assert rows[2].decision == {"kelurahan": "64.71.01.1001"}


@postgresql_in_soak
def test_discarding_one_session_keeps_the_file_for_the_others(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES)
    imports = read_as_proposed(three_days, first.id)

    for attendance_import in imports:
        assert len(three_days.all(UploadedFile)) == 1
        with writing(three_days.engine) as db:
            discard_import(db, three_days.actor("sari"), attendance_import.id)

    assert three_days.all(UploadedFile) == []


@postgresql_in_soak
def test_a_file_is_not_read_for_sessions_of_other_workshops_or_cancelled_ones(three_days: City) -> None:
    elsewhere = three_days.session("LAIN-1")
    first = three_days.upload("TIGA-1", TWO_NAMESAKES)
    with writing(three_days.engine) as db:
        cancel_session(db, three_days.actor("sari"), "TIGA-3", "hujan")

    with pytest.raises(Invalid, match="another workshop"):
        read_sessions(three_days, first.id, SessionChoice("TIGA-2"), SessionChoice(elsewhere))
    with pytest.raises(Invalid, match="cancelled"):
        read_sessions(three_days, first.id, SessionChoice("TIGA-3"))
    with pytest.raises(Invalid, match="no visible sheet"):
        read_sessions(three_days, first.id, SessionChoice("TIGA-2", sheet="Tidak Ada"))

    assert len(three_days.all(AttendanceImport)) == 1


@postgresql_in_soak
def test_a_question_about_the_list_is_confirmed_for_its_session_alone(three_days: City) -> None:
    content = sheet("Tanggal: 5 Agustus 2025;", "Nama;Kelurahan", "Ani Contoh;Manggar")
    first = three_days.upload("TIGA-1", content)
    second = read_sessions(three_days, first.id, SessionChoice("TIGA-2"))[0]
    third = read_sessions(three_days, first.id, SessionChoice("TIGA-3"))[0]

    with pytest.raises(Conflict, match="TIGA-3") as refused:
        commit_all(three_days, first.id, CommitChoices(confirm=frozenset({f"{second.id}:date-differs"})))

    assert refused.value.code == "date-differs"
    confirmed = frozenset({f"{second.id}:date-differs", f"{third.id}:date-differs"})
    commit_all(three_days, first.id, CommitChoices(confirm=confirmed))
    assert set(outcomes(three_days)) == set(DAYS)


def queue_all(city: City, import_id: int) -> list[ImportStatus]:
    with writing(city.engine) as db:
        imports = commit_together_or_queue(db, city.vault, city.actor("sari"), import_id)
        return [attendance_import.status for attendance_import in imports]


def test_long_lists_are_saved_together_by_the_outbox(
    three_days: City, settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_commit, "MAX_ROWS_AT_ONCE", 5)
    first = three_days.upload("TIGA-1", TWO_NAMESAKES.replace(b"Kelurahan Entah", b"Lamaru"))
    three_days.correct(first.id, 3, decision={"person": "new"})
    read_as_proposed(three_days, first.id)

    assert queue_all(three_days, first.id) == [ImportStatus.COMMITTING] * 3
    assert queue_all(three_days, first.id) == [ImportStatus.COMMITTING] * 3
    TaskRunner(settings, engine, three_days.vault).drain()

    assert {shared.status for shared in three_days.all(AttendanceImport)} == {ImportStatus.COMMITTED}
    assert len(three_days.all(Registration)) == 9
    assert len(three_days.all(Participant)) == 3


@postgresql_in_soak
def test_a_queued_save_that_fails_leaves_all_sessions_in_review(
    three_days: City, settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_commit, "MAX_ROWS_AT_ONCE", 1)
    first = three_days.upload("TIGA-1", (FIELD / "16-tiga-hari-tanggal.xlsx").read_bytes(), name="16.xlsx")
    read_as_proposed(three_days, first.id)
    queue_all(three_days, first.id)
    with writing(three_days.engine) as db:
        cancel_session(db, three_days.actor("sari"), "TIGA-3", "hujan")

    TaskRunner(settings, engine, three_days.vault).drain()

    imports = three_days.all(AttendanceImport)
    assert {shared.status for shared in imports} == {ImportStatus.REVIEW}
    assert {shared.failure and shared.failure["code"] for shared in imports} == {"session-cancelled"}
    assert (three_days.all(Participant), three_days.all(Registration)) == ([], [])


def test_a_queued_save_that_fails_halfway_saves_nothing(
    three_days: City, settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_commit, "MAX_ROWS_AT_ONCE", 1)
    first = three_days.upload("TIGA-1", same_name_on_both_days(), name="lembar.xlsx")
    read_as_proposed(three_days, first.id)
    queue_all(three_days, first.id)

    TaskRunner(settings, engine, three_days.vault).drain()

    imports = three_days.all(AttendanceImport)
    assert {shared.status for shared in imports} == {ImportStatus.REVIEW}
    assert {shared.failure and shared.failure["params"]["sessions"] for shared in imports} == {"TIGA-2"}
    assert (three_days.all(Participant), three_days.all(Registration)) == ([], [])


def test_two_users_who_save_at_once_save_once(three_days: City) -> None:
    first = three_days.upload("TIGA-1", (FIELD / "16-tiga-hari-tanggal.xlsx").read_bytes(), name="16.xlsx")
    imports = read_as_proposed(three_days, first.id)

    at_once(lambda: commit_all(three_days, first.id), lambda: three_days.commit(imports[2].id, by="budi"))

    assert len(three_days.all(Participant)) == 9
    assert len(three_days.all(Registration)) == 27
    assert [activity.action for activity in three_days.all(Activity)].count("commit") == 3


@postgresql_in_soak
def test_the_log_says_for_which_sessions_a_file_was_read(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES)

    read_as_proposed(three_days, first.id)

    uploads = [line.after for line in three_days.all(Activity) if line.action == "upload"]
    assert uploads[1:] == [
        {"session": "TIGA-2", "same_file_as": first.id},
        {"session": "TIGA-3", "same_file_as": first.id},
    ]


@postgresql_in_soak
def test_the_panel_counts_what_each_session_still_asks(three_days: City) -> None:
    first = three_days.upload("TIGA-1", TWO_NAMESAKES)
    read_as_proposed(three_days, first.id)

    with reading(three_days.engine) as db:
        view = get_attendance_import_view(db, three_days.actor("sari"), first.id)
        shared_imports = list_shared_imports(db, three_days.actor("sari"), view)

    assert [shared.attendance_import.session_code for shared in shared_imports] == list(DAYS)
    assert [shared.open_count for shared in shared_imports] == [2, 2, 2]
