"""What has been kept long enough goes at night, once an administrator has seen how much that is and switched it on."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    Attachment,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    Message,
    MessageStatus,
    OutboxKind,
    OutboxTask,
    Participant,
    Registration,
    RetentionKind,
    RetentionRule,
    UploadedFile,
)
from app.models.base import now
from app.people.identifying import ERASED_NAME
from app.queries.personal_data.retention import DEFAULT_DAYS, HeldKind, list_held_kinds
from app.queries.personal_data.traces import find_traces, search_files
from app.services.imports.undo import undo_import
from app.services.personal_data import retention
from app.settings import Settings
from tests.city import City, sheet
from tests.evidence_files import attach, photo
from tests.services.messages.test_notifications import register_person
from tests.services.personal_data.test_erasure import HEADER, NIK, SITI, asked, counts
from tests.upcoming_sessions import create_upcoming_session, update_session

ANI = "Ani Aster;;Manggar;12;UMKM;0812-0000-0999;;;hadir"


@pytest.fixture
def runner(settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(settings, city.engine, city.vault)


def held(city: City, kind: RetentionKind) -> HeldKind:
    with reading(city.engine) as db:
        return next(one for one in list_held_kinds(db, city.actor("made")) if one.kind is kind)


def switch_on(city: City, *kinds: RetentionKind) -> None:
    with writing(city.engine) as db:
        for kind in kinds:
            retention.switch_rule_on(db, city.actor("made"), kind, days=DEFAULT_DAYS[kind])


def list_of(city: City, days_ago: int, *rows: str, code: str = "A-1") -> int:
    """Import a list of a session that was so many days ago, uploaded on that day; return the import's id."""
    made = city.import_sheet(city.session(code), sheet(HEADER, *rows))
    then = now() - timedelta(days=days_ago)
    update_session(city, code, starts_at=then, ends_at=then + timedelta(hours=3))
    with writing(city.engine) as db:
        db.exec(update(AttendanceImport).where(AttendanceImport.id == made.id).values(uploaded_at=then))  # type: ignore[arg-type]
        db.exec(update(Participant).values(created_at=then))
    return made.id


def test_nothing_is_deleted_before_it_is_switched_on(city: City, runner: TaskRunner) -> None:
    list_of(city, 3000, SITI, ANI)
    assert held(city, RetentionKind.FILES).expired == 1
    assert held(city, RetentionKind.PEOPLE).expired == 2

    runner.delete_expired_data()

    assert city.all(UploadedFile)[0].content != b""
    assert {person.name for person in city.all(Participant)} == {"Siti Contohwati", "Ani Aster"}
    assert city.all(RetentionRule) == []


def test_the_preview_says_what_the_night_deletes(city: City, runner: TaskRunner) -> None:
    """NIKs go after a year, files too, rows after two, people after three; each is logged with its count."""
    list_of(city, 400, SITI, ANI)
    list_of(city, 100, "Tuti Kenanga;;Manggar;;UMKM;;;;hadir", code="B-1")
    before, attendances = counts(city), len(city.all(Attendance))
    expired = {kind: held(city, kind).expired for kind in RetentionKind}
    assert expired == {
        RetentionKind.FILES: 1,
        RetentionKind.IMPORT_ROWS: 0,
        RetentionKind.MESSAGES: 0,
        RetentionKind.PEOPLE: 0,
        RetentionKind.NIKS: 1,
        RetentionKind.ATTACHMENTS: 0,
    }
    switch_on(city, *RetentionKind)

    runner.delete_expired_data()

    assert [file.content == b"" for file in city.all(UploadedFile)] == [True, False]
    siti = next(person for person in city.all(Participant) if person.name == "Siti Contohwati")
    assert (siti.nik_key, siti.nik_encrypted) == (None, None)
    assert siti.phone == "+6281200000411"
    rows = city.all(AttendanceImportRow)
    assert all(row.nik_encrypted is None and row.cells_encrypted is None for row in rows)
    assert counts(city) == before
    assert len(city.all(Attendance)) == attendances
    deletions = [
        (line.actor, line.subject_id, line.after and line.after["count"])
        for line in city.all(Activity)
        if line.action == "delete"
    ]
    assert deletions == [("timetable", "files", 1), ("timetable", "niks", 1)]
    assert {kind: held(city, kind).expired for kind in RetentionKind} == dict.fromkeys(RetentionKind, 0)
    assert held(city, RetentionKind.NIKS).deleted == 1
    assert [task.kind for task in city.all(OutboxTask)].count(OutboxKind.RECLAIM_SPACE) == 1
    assert city.vault.key(NIK) not in str([row.model_dump() for row in rows])


def test_rows_go_after_two_years_and_with_them_the_undo(city: City, runner: TaskRunner) -> None:
    import_id = list_of(city, 800, SITI, ANI)
    switch_on(city, RetentionKind.IMPORT_ROWS)

    runner.delete_expired_data()

    assert [row.cells for row in city.rows(import_id).values()] == [{}, {}]
    assert {person.name for person in city.all(Participant)} == {"Siti Contohwati", "Ani Aster"}
    assert [row.participant_id for row in city.rows(import_id).values()] == [
        registration.participant_id for registration in city.all(Registration)
    ]
    with writing(city.engine) as db, pytest.raises(Conflict, match="kept long enough"):
        undo_import(db, city.actor("sari"), import_id)


def test_people_go_after_three_years_and_the_figures_stay(city: City, runner: TaskRunner) -> None:
    list_of(city, 1200, SITI, ANI)
    city.register(city.session("B-1"), "Ani Aster", person=city.all(Participant)[1])
    update_session(city, "B-1", starts_at=now() - timedelta(days=30), ends_at=now() - timedelta(days=29))
    before = counts(city)
    switch_on(city, RetentionKind.PEOPLE)

    runner.delete_expired_data()
    runner.drain()

    assert [person.name for person in city.all(Participant)] == [ERASED_NAME, "Ani Aster"]
    assert counts(city) == before


def test_people_whose_request_is_open_stay_until_it_is_answered(city: City, runner: TaskRunner) -> None:
    list_of(city, 1200, SITI)
    asked(city, city.all(Participant)[0].id)
    switch_on(city, RetentionKind.PEOPLE)
    assert (held(city, RetentionKind.PEOPLE).count, held(city, RetentionKind.PEOPLE).expired) == (1, 0)

    runner.delete_expired_data()

    assert city.all(Participant)[0].name == "Siti Contohwati"


def test_people_on_an_open_upload_stay_and_keep_nobody_else(city: City, runner: TaskRunner) -> None:
    """More than a batch of people stand on an upload in review: the next one goes in the same night all the same."""
    waiting = [f"Warga {letter}{letter} Contoh;;Damai;;UMKM;;;;hadir" for letter in "bcdefg"]
    list_of(city, 1300, *waiting)
    list_of(city, 1200, ANI, code="B-1")
    review = city.upload(city.session("C-1"), sheet(HEADER, *waiting))
    switch_on(city, RetentionKind.PEOPLE)

    runner.delete_expired_data()

    assert city.rows(review.id)
    names = [person.name for person in city.all(Participant)]
    assert names.count(ERASED_NAME) == 1
    assert "Ani Aster" not in names


def test_a_file_that_comes_after_the_search_is_searched_too(city: City) -> None:
    """Files are searched before anything is locked. One that was uploaded meanwhile names the person as well."""
    list_of(city, 1200, SITI)
    person_id = city.all(Participant)[0].id
    with reading(city.engine) as read_db:
        searched = search_files(read_db, city.vault, person_id)
    later = city.import_sheet(city.session("B-1"), sheet("Dicatat oleh Siti Contohwati", HEADER, ANI))

    with reading(city.engine) as read_db:
        traces = find_traces(read_db, city.vault, person_id, searched)

    assert len(searched.files) == 1
    assert later.id in {one.id for one in traces.imports}


def test_messages_go_after_a_year_and_those_that_wait_stay(city: City, runner: TaskRunner) -> None:
    create_upcoming_session(city)
    register_person(city, "Siti Contohwati")
    register_person(city, "Ani Aster")
    waiting, sent = city.all(Message)
    with writing(city.engine) as db:
        db.get_one(Message, sent.id).status = MessageStatus.SENT
        db.exec(update(Message).values(created_at=now() - timedelta(days=366)))
    switch_on(city, RetentionKind.MESSAGES)

    runner.delete_expired_data()

    assert [message.id for message in city.all(Message)] == [waiting.id]


def test_an_upload_that_was_never_saved_goes_whole(city: City, runner: TaskRunner) -> None:
    review = city.upload(city.session(), sheet(HEADER, SITI))
    with writing(city.engine) as db:
        db.exec(update(AttendanceImport).values(uploaded_at=now() - timedelta(days=400)))
    switch_on(city, RetentionKind.FILES)

    runner.delete_expired_data()

    assert (city.all(UploadedFile), city.all(AttendanceImport)) == ([], [])
    assert city.rows(review.id) == {}


def test_another_time_is_previewed_again(city: City) -> None:
    switch_on(city, RetentionKind.FILES)

    with writing(city.engine) as db:
        retention.change_rule(db, city.actor("made"), RetentionKind.FILES, 90)
    assert held(city, RetentionKind.FILES).switched_on_at is None
    with writing(city.engine) as db, pytest.raises(Conflict, match="was changed"):
        retention.switch_rule_on(db, city.actor("made"), RetentionKind.FILES, days=365)
    with writing(city.engine) as db, pytest.raises(Invalid):
        retention.change_rule(db, city.actor("made"), RetentionKind.FILES, 7)


def test_only_administrators_may(city: City) -> None:
    with reading(city.engine) as db, pytest.raises(Forbidden):
        list_held_kinds(db, city.actor("sari"))
    with writing(city.engine) as db, pytest.raises(Forbidden):
        retention.switch_rule_on(db, city.actor("sari"), RetentionKind.FILES, days=365)


def test_attachments_go_once_their_session_is_long_ago(city: City, runner: TaskRunner) -> None:
    for code, days_ago in (("LAMA-1", 1900), ("BARU-1", 1700)):
        attach(city, city.session(code), photo())
        then = now() - timedelta(days=days_ago)
        update_session(city, code, starts_at=then, ends_at=then + timedelta(hours=3))
    assert held(city, RetentionKind.ATTACHMENTS).expired == 1
    switch_on(city, RetentionKind.ATTACHMENTS)

    runner.delete_expired_data()

    (left,) = city.all(Attachment)
    assert held(city, RetentionKind.ATTACHMENTS).deleted == 1
    assert left.id == 2
