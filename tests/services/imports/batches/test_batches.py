"""Many lists at once: read in the background, matched or created, judged, and saved with one press."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.i18n import translator
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceStatus,
    ImportStatus,
    SessionMode,
    UploadBatch,
    UploadedFile,
    Workshop,
    WorkshopSession,
)
from app.queries.imports.batches.batch_lists import ListStatus
from app.services.imports.batches import saving
from app.services.imports.batches.reading import judge_list, store_judged_list
from app.services.imports.batches.uploads import upload_batch
from app.services.imports.upload import discard_import
from app.services.workshops.session_staff import assign_staff
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from app.services.workshops.workshops import WorkshopInput, create_workshop
from app.settings import Settings
from tests.batches import Batch
from tests.city import City, crowd
from tests.database import postgresql_in_soak
from tests.lists import (
    ListedSession,
    folder_of_lists,
    list_rows,
    listed_sessions,
    made_up_people,
    xlsx_list,
    xlsx_lists,
    zip_of,
)

# On PostgreSQL the tests of interruptions do all steps.
pytestmark = postgresql_in_soak

ZOOM = Path("tests/field/10-zoom-participants.csv")
english = translator("en")
PEOPLE = made_up_people(40, seed=7)
LITERASI = ListedSession(
    "Pelatihan Literasi Digital UMKM",
    date(2025, 8, 5),
    "09.00",
    "12.00",
    "Aula Kelurahan Manggar",
    "Pelaku UMKM",
)


def literasi(city: City, code: str = "LIT-1", *, by: str = "sari", days: int = 0) -> str:
    """Create the session of which `LITERASI` is, or one some days later, in a workshop of the same title."""
    with writing(city.engine) as db:
        create_workshop(db, city.actor(by), f"{code}-W", WorkshopInput(LITERASI.title, ("umkm",)))
    starts = datetime(2025, 8, 5 + days, 9)  # noqa: DTZ001 (a wall-clock time in WITA)
    data = WorkshopSessionInput(starts, starts + timedelta(hours=3), venue=LITERASI.venue)
    return city.add_session(f"{code}-W", code, data, by=by)


@pytest.mark.parametrize("count", [10, pytest.param(40, marks=pytest.mark.slow)])
def test_clean_lists_and_a_broken_one_are_saved_with_two_presses(
    city: City, settings: Settings, count: int
) -> None:
    files = {**folder_of_lists(count, people=2), "rusak.xlsx": b"PK\x03\x04 rusak", "Thumbs.db": b"gambar"}
    batch = Batch(city, settings, {"arsip.zip": zip_of(files)})

    read = batch.read()
    assert read.counts == {ListStatus.NEW_SESSION: count, ListStatus.FAILED: 1, ListStatus.LEFT_OUT: 1}
    assert [len(one.complete) for one in read.proposed_workshops] == [count // 5] * 5
    broken = batch.find("rusak.xlsx").problem
    assert broken is not None
    assert broken.code == "unreadable-file"

    batch.create_sessions()
    judged = batch.read()
    assert (len(judged.ready), len(judged.needing_answers)) == (count, 1)
    assert (len(city.all(Workshop)), len(city.all(WorkshopSession))) == (5, count)
    assert len(batch.save()) == count

    saved = batch.read()
    assert saved.counts[ListStatus.SAVED] == count
    assert len(city.all(Attendance)) == 2 * count
    city.undo(saved.lists[0].import_id or 0)
    undone = batch.view()
    assert (undone.counts[ListStatus.SAVED], undone.counts[ListStatus.UNDONE]) == (count - 1, 1)
    assert len(city.all(Attendance)) == 2 * count - 2


def test_a_list_of_a_known_session_is_judged_for_it_and_never_for_one_of_others(
    city: City, settings: Settings
) -> None:
    literasi(city, "TETANGGA-1", by="tono")
    batch = Batch(city, settings, {"a.xlsx": xlsx_list(LITERASI, PEOPLE[:3])})
    assert batch.read().lists[0].status is ListStatus.NEW_SESSION

    own = literasi(city)
    batch = Batch(city, settings, {"a.xlsx": xlsx_list(LITERASI, PEOPLE[:3])})
    (found,) = batch.read().lists
    assert found.session is not None
    assert (found.session.code, found.matched_by, found.status) == (own, "date-title", ListStatus.READY)
    with pytest.raises(NotFound):
        batch.choose_session("a.xlsx", "TETANGGA-1")


def test_sessions_that_were_created_meanwhile_are_not_created_again(city: City, settings: Settings) -> None:
    batches = [
        Batch(city, settings, {f"{name}.xlsx": xlsx_list(LITERASI, PEOPLE[at : at + 3])})
        for at, name in ((0, "a"), (3, "b"))
    ]
    for batch in batches:
        batch.read()
    assert len(batches[0].create_sessions()) == 1
    assert batches[0].create_sessions() == []
    assert batches[1].create_sessions() == []

    second = batches[1].read().lists[0]
    assert second.matched_by == "date-title"
    assert len(city.all(WorkshopSession)) == 1


def test_the_same_file_twice_is_asked_about_in_a_batch_and_later(city: City, settings: Settings) -> None:
    literasi(city)
    content = xlsx_list(LITERASI, PEOPLE[:3])
    batch = Batch(city, settings, {"a.xlsx": content, "salinan.xlsx": content})
    batch.read()

    assert batch.find("a.xlsx").status is ListStatus.READY
    copy = batch.find("salinan.xlsx")
    assert (copy.status, [one.code for one in copy.questions]) == (ListStatus.OPEN, ["same-file"])
    assert "a.xlsx" in copy.questions[0].sentence(english)
    batch.save()
    batch.read()
    assert batch.find("a.xlsx").status is ListStatus.SAVED
    assert [one.code for one in batch.find("salinan.xlsx").questions] == ["same-file"]

    later = Batch(city, settings, {"lagi.xlsx": content})
    (again,) = later.read().lists
    assert [one.code for one in again.questions] == ["same-file"]
    assert "LIT-1" in again.questions[0].sentence(english)
    later.confirm("lagi.xlsx", "same-file")
    assert later.find("lagi.xlsx").status is ListStatus.READY


def test_two_lists_for_one_session_wait_until_one_is_left_out(city: City, settings: Settings) -> None:
    literasi(city)
    files = {"umkm.xlsx": xlsx_list(LITERASI, PEOPLE[:3]), "rt.xlsx": xlsx_list(LITERASI, PEOPLE[3:6])}
    batch = Batch(city, settings, files)
    view = batch.read()
    assert [[question.code for question in one.questions] for one in view.lists] == [["same-session"]] * 2
    assert batch.save() == ()

    batch.confirm("umkm.xlsx", "same-session")
    assert batch.view().counts == {ListStatus.READY: 2}
    batch.leave_out("rt.xlsx")
    assert batch.find("umkm.xlsx").status is ListStatus.READY
    batch.take_in("rt.xlsx")
    assert batch.read().counts == {ListStatus.READY: 1, ListStatus.OPEN: 1}
    with pytest.raises(Invalid):
        batch.confirm("rt.xlsx", "has-attendance")


def test_a_second_list_for_a_session_of_which_the_batch_has_saved_one_is_asked_about(
    city: City, settings: Settings
) -> None:
    literasi(city)
    names = ("umkm.xlsx", "rt.xlsx", "warga.xlsx")
    files = {name: xlsx_list(LITERASI, PEOPLE[at : at + 1]) for at, name in enumerate(names)}
    batch = Batch(city, settings, files)
    batch.read()
    batch.leave_out("rt.xlsx")
    batch.leave_out("warga.xlsx")
    batch.save()
    batch.read()
    batch.take_in("rt.xlsx")
    batch.read()
    assert [one.code for one in batch.find("rt.xlsx").questions] == ["same-session"]
    assert batch.save() == ()

    # An answer about all lists holds while they are saved one after another.
    batch.take_in("warga.xlsx")
    batch.read()
    batch.confirm("rt.xlsx", "same-session")
    with writing(city.engine) as db:
        saving.save_ready(db, city.actor("sari"), batch.id, [batch.find("rt.xlsx").id])
    batch.read()
    assert batch.find("warga.xlsx").status is ListStatus.READY


def test_an_answer_does_not_hold_for_another_question(city: City, settings: Settings) -> None:
    literasi(city)
    literasi(city, "LIT-2", days=1)
    files = {f"{at}.xlsx": xlsx_list(LITERASI, PEOPLE[at : at + 1]) for at in range(3)}
    batch = Batch(city, settings, files)
    batch.read()
    batch.choose_session("2.xlsx", "LIT-2")
    batch.confirm("0.xlsx", "same-session")
    assert batch.find("0.xlsx").status is ListStatus.READY

    batch.choose_session("2.xlsx", "LIT-1")
    batch.read()
    assert [one.code for one in batch.find("0.xlsx").questions] == ["same-session"]


def test_attendance_that_is_there_already_is_asked_about(city: City, settings: Settings) -> None:
    saved, marked = literasi(city), literasi(city, "LIT-2", days=1)
    city.import_sheet(saved, crowd(2))
    city.register(marked, "Ani Aster", outcome=AttendanceStatus.PRESENT)
    batch = Batch(city, settings, {"a.xlsx": xlsx_list(LITERASI, PEOPLE[:3])})
    batch.read()
    (question,) = batch.find("a.xlsx").questions
    assert (question.code, "daftar.csv" in question.sentence(english)) == ("has-attendance", True)

    batch.choose_session("a.xlsx", marked)
    batch.read()
    questions = batch.find("a.xlsx").questions
    assert [one.code for one in questions] == ["has-attendance", "date-differs"]
    assert "1 people" in questions[0].sentence(english)
    batch.confirm("a.xlsx", "has-attendance", "date-differs")
    batch.save()
    assert batch.read().counts == {ListStatus.SAVED: 1}


def test_a_list_that_was_judged_for_a_session_that_it_has_not_any_more_is_judged_again(
    city: City, settings: Settings
) -> None:
    codes = literasi(city), literasi(city, "LIT-2", days=1)
    batch = Batch(city, settings, {"a.xlsx": xlsx_list(LITERASI, PEOPLE[:3])})
    batch.read()
    batch.choose_session("a.xlsx", codes[1])
    list_id = batch.find("a.xlsx").id
    with reading(city.engine) as read_db:
        judged = judge_list(read_db, city.vault, list_id)
    assert judged is not None
    batch.choose_session("a.xlsx", codes[0])
    with writing(city.engine) as db:
        store_judged_list(db, city.vault, city.actor("sari"), list_id, judged)
    assert batch.find("a.xlsx").status is ListStatus.JUDGING

    batch.read()
    session = batch.find("a.xlsx").session
    assert session is not None
    assert session.code == codes[0]


def test_a_list_without_a_session_gets_one_by_choice_or_by_corrected_facts(
    city: City, settings: Settings
) -> None:
    code = literasi(city)
    batch = Batch(city, settings, {"a.csv": crowd(3), "b.csv": crowd(2)})
    view = batch.read()
    assert {one.new_session.missing for one in view.lists if one.new_session} == {
        ("title", "day", "starts", "ends")
    }
    with pytest.raises(Invalid):
        batch.create_sessions([batch.find("b.csv").id])

    batch.choose_session("a.csv", code)
    facts = {"title": "Kelas Malam", "day": date(2025, 9, 1), "starts": time(19)}
    batch.change_new_session("b.csv", **facts)
    assert batch.create_sessions() == []
    batch.change_new_session("b.csv", ends=time(21))
    (created,) = batch.create_sessions()
    assert batch.read().counts == {ListStatus.READY: 2}
    assert created.code.startswith("LD-2025-1-")


def test_the_batch_of_an_organization_has_sessions_of_its_workshops_alone(
    city: City, settings: Settings
) -> None:
    literasi(city, "TETANGGA-1", by="tono")
    batch = Batch(city, settings, {"a.csv": crowd(2)}, by="made")
    with writing(city.engine) as db:
        db.get_one(UploadBatch, batch.id).organization_id = city.actor("sari").organization_id
    batch.read()
    with pytest.raises(Conflict):
        batch.choose_session("a.csv", "TETANGGA-1")
    with pytest.raises(Conflict):
        batch.change_new_session("a.csv", workshop="TETANGGA-1-W")


def test_others_write_while_the_files_of_an_administrators_batch_are_unpacked(city: City) -> None:
    organization = city.actor("sari").organization_id

    def files() -> Iterator[tuple[str, bytes]]:
        city.session("DARING-1")
        yield "a.csv", crowd(2)

    with writing(city.engine) as db:
        upload_batch(db, city.vault, city.actor("made"), "arsip", files(), organization_id=organization)
    assert [one.organization_id for one in city.all(UploadBatch)] == [organization]


def test_the_report_of_an_online_meeting_proposes_an_online_session(city: City, settings: Settings) -> None:
    batch = Batch(city, settings, {"webinar.csv": ZOOM.read_bytes()})
    batch.read()
    batch.change_new_session("webinar.csv", day=date(2025, 8, 5), starts=time(9), ends=time(12))
    (created,) = batch.create_sessions()

    assert created.mode is SessionMode.DARING


def test_sheets_of_a_file_are_lists_of_their_own(city: City, settings: Settings) -> None:
    own = list(listed_sessions(2))[1]
    content = xlsx_lists(
        {"Senin": list_rows(own, PEOPLE[:2]), "Selasa": list_rows(LITERASI, PEOPLE[2:4]), "Catatan": [["x"]]}
    )
    batch = Batch(city, settings, {"dua.xlsx": content})
    batch.read()
    batch.create_sessions()
    assert [(one.sheet, one.status) for one in batch.read().lists] == [
        ("Senin", ListStatus.READY),
        ("Selasa", ListStatus.READY),
    ]
    batch.save()
    batch.read()
    assert len(city.all(Attendance)) == 4
    imports = city.all(AttendanceImport)
    assert len({one.workshop_session_id for one in imports}) == 2
    # Those of another workshop see nothing of this file.
    assert len({one.uploaded_file_id for one in imports}) == 2
    city.undo(imports[0].id)
    assert len(city.all(Attendance)) == 2


def test_a_batch_is_seen_by_its_uploader_and_by_who_imports_in_its_organization(
    city: City, settings: Settings
) -> None:
    literasi(city)
    content = xlsx_list(LITERASI, PEOPLE[:3])
    batch = Batch(city, settings, {"a.xlsx": content})
    batch.read()
    assert len(batch.view("made").lists) == 1
    for name, expected in (("tono", NotFound), ("budi", NotFound), ("rina", Forbidden)):
        with pytest.raises(expected):
            batch.view(name)
    of_staff = Batch(city, settings, {"b.xlsx": content}, by="budi")
    of_staff.read()
    assert len(of_staff.view("sari").lists) == 1
    with pytest.raises(Forbidden):
        Batch(city, settings, {"b.xlsx": content}, by="rina")


def test_staff_do_not_see_lists_of_sessions_that_they_are_not_assigned_to(
    city: City, settings: Settings
) -> None:
    literasi(city)
    batch = Batch(city, settings, {"a.xlsx": xlsx_list(LITERASI, PEOPLE[:3])}, by="budi")
    batch.read()
    with writing(city.engine) as db:
        assign_staff(db, city.actor("sari"), "LIT-1", [])
    assert batch.view().lists == ()


def test_a_discarded_review_leaves_the_list_out_and_a_discarded_batch_its_files(
    city: City, settings: Settings
) -> None:
    literasi(city)
    batch = Batch(city, settings, {"a.xlsx": xlsx_list(LITERASI, PEOPLE[:3]), "b.csv": crowd(2)})
    batch.read()
    with writing(city.engine) as db:
        discard_import(db, city.actor("sari"), batch.find("a.xlsx").import_id or 0)
    assert batch.read().counts == {ListStatus.LEFT_OUT: 1, ListStatus.NEW_SESSION: 1}

    batch.take_in("a.xlsx")
    batch.read()
    batch.save()
    batch.read()
    with pytest.raises(Conflict):
        batch.leave_out("a.xlsx")
    assert not batch.discard()
    assert [one.path for one in batch.view().lists] == ["a.xlsx"]
    assert len(city.all(UploadedFile)) == 1

    unsaved = Batch(city, settings, {"b.csv": crowd(2)})
    unsaved.read()
    assert unsaved.discard()
    assert [one.id for one in city.all(UploadBatch)] == [batch.id]
    assert len(city.all(UploadedFile)) == 1
    assert {one.status for one in city.all(AttendanceImport)} == {ImportStatus.COMMITTED}
