"""Photos of signed pages: signatures become attendance by the same review, commit and undo as a sheet's."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound, UnreadableFile
from app.i18n import translator
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    AttendanceImport,
    AttendanceStatus,
    ImportStatus,
    Participant,
    PhotoPageState,
    Registration,
    RetentionKind,
    RosterPhoto,
    RosterPrint,
    RowKind,
    SignaturePicture,
    UploadedFile,
    WorkshopSession,
)
from app.models.base import now
from app.paper.page_reading import Mark
from app.paper.parts import LIBRARIES
from app.queries.personal_data.held_data import load_held_data
from app.services.imports.background_tasks import give_up_reading
from app.services.imports.commit import CommitChoices
from app.services.imports.downloads import download_error_sheet
from app.services.imports.mapping import change_mapping
from app.services.imports.photos.files import PhotoFile
from app.services.imports.photos.lines import SeenLine, SeenPage, merge_pages
from app.services.imports.photos.upload import add_photos, read_queued_photos, upload_photos
from app.services.imports.reassign import move_to_session
from app.services.imports.upload import discard_import
from app.settings import Settings
from tests.city import City
from tests.paper.photos import photograph
from tests.paper.sample_pages import render_pages
from tests.scenarios import scenario
from tests.services.imports.test_door import mark
from tests.services.personal_data.test_erasure import asked, erase, person_id
from tests.services.personal_data.test_retention import switch_on
from tests.signed_pages import (
    JPEG,
    add_readings,
    layout_of,
    print_list,
    print_pdf,
    read_page,
    upload_readings,
)

SESSION = "UMKM-2025-1"


Printed = tuple[City, RosterPrint]


@scenario
def three_printed(city: City) -> None:
    """The list of a session is printed with Ani, Budi and Citra in the lines 1 to 3."""
    city.session(SESSION)
    for name in ("Citra Kenanga", "Ani Aster", "Budi Melati"):
        city.register(SESSION, name)
    print_list(city, SESSION)


@scenario
def many_printed(city: City) -> None:
    """The list of a session is printed with 26 people on two pages."""
    city.session(SESSION)
    for number in range(26):
        city.register(SESSION, f"Peserta {number:02}")
    print_list(city, SESSION)


@pytest.fixture
def printed(three_printed: City) -> Printed:
    return three_printed, three_printed.all(RosterPrint)[0]


@pytest.fixture
def two_pages(many_printed: City) -> Printed:
    return many_printed, many_printed.all(RosterPrint)[0]


def kinds(city: City, import_id: int) -> dict[int, tuple[str, str | None, list[str]]]:
    """Return kind, attendance and codes of remarks of each row."""
    return {
        number: (row.kind.value, row.result["attendance"], [message["code"] for message in row.messages])
        for number, row in city.rows(import_id).items()
    }


def warnings(attendance_import: AttendanceImport) -> dict[str, str]:
    return {warning["code"]: warning["level"] for warning in attendance_import.warnings}


def test_signatures_become_attendance_and_undo_takes_them_back(printed: Printed) -> None:
    city, roster_print = printed
    before = city.people_and_attendance()
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1, 3}))

    assert (uploaded.status, uploaded.file_format) == (ImportStatus.REVIEW, "photo")
    assert kinds(city, uploaded.id) == {
        1: ("update", "present", []),
        2: ("update", "absent", []),
        3: ("update", "present", []),
    }
    assert warnings(uploaded) == {}
    city.commit(uploaded.id)
    assert city.outcomes() == {"Citra Kenanga": "present", "Ani Aster": "present", "Budi Melati": "absent"}

    city.undo(uploaded.id)
    assert city.people_and_attendance() == before


def test_a_printed_list_is_read_from_its_photo(city: City) -> None:
    """Print, sign and photograph: what is recorded without a question is what was signed."""
    city.session(SESSION)
    for number in range(6):
        city.register(SESSION, f"Peserta {number}")
    (page,) = render_pages(print_pdf(city, SESSION))
    (layout,) = layout_of(city.all(RosterPrint)[0]).pages
    photo = photograph(page, layout, 4, signed={1, 2, 4, 7}, written={7}, longest_side=1800)
    with reading(city.engine) as read_db, writing(city.engine) as db:
        files = [PhotoFile("IMG_1.jpg", photo.content)]
        uploaded = upload_photos(read_db, db, city.vault, city.actor("budi"), SESSION, files)

    assert warnings(uploaded) == {}
    seen = {
        number: row.result["attendance"]
        for number, row in city.rows(uploaded.id).items()
        if row.kind is not RowKind.REVIEW
    }
    truth = {number: "present" if number in {1, 2, 4} else "absent" for number in range(1, 7)}
    assert seen.items() <= truth.items()
    assert len(seen) >= 5
    assert [m["code"] for m in city.rows(uploaded.id)[7].messages] == ["handwritten-line"]
    assert all(
        city.vault.decrypt_bytes(line.picture_encrypted)[:2] == b"\xff\xd8"
        for line in city.all(SignaturePicture)
    )


def test_what_is_unsure_is_asked_and_answered_beside_the_picture(printed: Printed) -> None:
    city, roster_print = printed
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1}, unsure={2}))
    assert kinds(city, uploaded.id)[2] == ("review", None, ["signature-unsure"])
    with pytest.raises(Conflict, match="need your attention"):
        city.commit(uploaded.id)

    city.correct(uploaded.id, 2, cells={"attendance": "hadir"})

    assert kinds(city, uploaded.id)[2] == ("update", "present", [])
    city.commit(uploaded.id)
    assert city.outcomes()["Budi Melati"] == "present"


def test_a_walk_in_is_typed_from_the_picture_of_the_line(printed: Printed) -> None:
    city, roster_print = printed
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1, 2, 3, 4}, written={4, 5, 6}))
    assert kinds(city, uploaded.id)[4] == ("review", "present", ["handwritten-line"])

    city.correct(uploaded.id, 4, cells={"name": "Dewi Anggrek", "kelurahan": "Damai", "sex": "P"})
    city.correct(uploaded.id, 5, cells={"name": "Eko Teratai", "kelurahan": "Manggar"})
    city.correct(uploaded.id, 6, decision={"skip": True})

    assert kinds(city, uploaded.id)[4] == ("create", "present", [])
    assert kinds(city, uploaded.id)[5] == ("review", None, ["signature-unsure"])
    city.correct(uploaded.id, 5, cells={"attendance": "hadir"})
    city.commit(uploaded.id)
    assert city.outcomes()["Dewi Anggrek"] == city.outcomes()["Eko Teratai"] == "present"


def test_a_walk_in_who_is_printed_above_is_not_recorded_twice(printed: Printed) -> None:
    city, roster_print = printed
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1, 4}, written={4}))
    city.correct(uploaded.id, 4, cells={"name": "Budi Melati", "kelurahan": "Manggar"})
    assert kinds(city, uploaded.id)[4] == ("review", "present", ["person-unclear"])


def test_a_page_on_which_nobody_signed_records_nothing_unasked(printed: Printed) -> None:
    city, roster_print = printed
    uploaded = upload_readings(city, SESSION, read_page(roster_print))
    assert warnings(uploaded) == {"no-signatures": "review"}
    with pytest.raises(Conflict, match="question about the whole list"):
        city.commit(uploaded.id, choices=CommitChoices(confirm=frozenset({"no-signatures"})))

    with reading(city.engine) as read_db, writing(city.engine) as db:
        change_mapping(read_db, db, city.vault, city.actor("sari"), uploaded.id, {"blank_means": "absent"})
    city.commit(uploaded.id)
    assert set(city.outcomes().values()) == {"absent"}


def test_the_door_is_not_overturned_by_paper(printed: Printed) -> None:
    """Who was checked in without signing stays present; who signed after being marked absent is asked about."""
    city, roster_print = printed
    people = {person.name: person for person in city.all(Participant)}
    mark(city, people["Ani Aster"], AttendanceStatus.ABSENT)
    mark(city, people["Budi Melati"], AttendanceStatus.PRESENT)
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1, 3}))
    assert kinds(city, uploaded.id) == {
        1: ("review", "absent", ["attendance-differs"]),
        2: ("unchanged", "present", []),
        3: ("update", "present", []),
    }


def test_a_missing_page_is_asked_about_until_its_photo_is_added(two_pages: Printed) -> None:
    city, roster_print = two_pages
    pages = layout_of(roster_print).pages
    first = [line.number for line in pages[0].lines]
    assert len(pages) == 2
    uploaded = upload_readings(
        city, SESSION, read_page(roster_print, 1, signed=first[:-1], unsure={first[-1]})
    )
    assert [file.name for file in city.all(UploadedFile)] == ["Foto daftar hadir, 1 foto"]
    assert warnings(uploaded) == {"pages-missing": "review"}
    assert uploaded.warnings[0]["params"]["pages"] == "2"
    with pytest.raises(Conflict, match="question about the whole list"):
        city.commit(uploaded.id, choices=CommitChoices(only_valid=True))
    city.correct(uploaded.id, first[-1], cells={"attendance": "tidak hadir"})

    second = [line.number for line in pages[1].lines if line.registration]
    added = add_readings(city, uploaded.id, read_page(roster_print, 2, signed=second))

    assert [file.name for file in city.all(UploadedFile)] == ["Foto daftar hadir, 2 foto"]
    assert warnings(added) == {}
    assert kinds(city, added.id)[first[-1]] == ("update", "absent", [])
    assert len(city.rows(added.id)) == 26
    city.commit(added.id)
    outcomes = list(city.outcomes().values())
    assert (outcomes.count("present"), outcomes.count("absent")) == (25, 1)


def test_pages_can_be_uploaded_one_by_one(two_pages: Printed) -> None:
    """A page that was saved before is not missing, and what it recorded stays."""
    city, roster_print = two_pages
    pages = layout_of(roster_print).pages
    for page in (1, 2):
        signed = [line.number for line in pages[page - 1].lines if line.registration]
        uploaded = upload_readings(city, SESSION, read_page(roster_print, page, signed=signed))
        city.commit(uploaded.id, choices=CommitChoices(confirm=frozenset({"pages-missing"})))
        assert warnings(uploaded) == ({"pages-missing": "review"} if page == 1 else {})
    assert set(city.outcomes().values()) == {"present"}


def test_photos_that_a_phone_sends_again_are_one_upload(printed: Printed) -> None:
    city, _ = printed
    files = [PhotoFile("a.jpg", JPEG)]

    def send(by: str) -> int:
        with reading(city.engine) as read_db, writing(city.engine) as db:
            return upload_photos(read_db, db, city.vault, city.actor(by), SESSION, files, at_once=False).id

    first = send("budi")
    assert send("budi") == first
    assert send("sari") != first
    assert len(city.all(UploadedFile)) == 2


def test_of_the_same_page_twice_the_better_photo_counts_and_contradictions_are_asked(
    printed: Printed,
) -> None:
    city, roster_print = printed
    uploaded = upload_readings(
        city,
        SESSION,
        read_page(roster_print, signed={1}, unsure={2}, warnings=["glare"]),
        read_page(roster_print, signed={2, 3}),
    )
    assert kinds(city, uploaded.id) == {
        1: ("review", None, ["signature-unsure"]),
        2: ("update", "present", []),
        3: ("review", None, ["signature-unsure"]),
    }
    assert [(photo.position, photo.state) for photo in city.all(RosterPhoto)] == [
        (0, PhotoPageState.REPEATED),
        (1, PhotoPageState.READ),
    ]
    assert [(picture.number, picture.mark) for picture in city.all(SignaturePicture)] == [
        (1, "unsure"),
        (2, "signed"),
        (3, "unsure"),
    ]


@pytest.mark.parametrize(
    ("better", "other", "merged"),
    [
        (("unsigned", ""), ("unsure", "glare"), ("unsigned", "")),
        (("unsure", "glare"), ("unsigned", ""), ("unsigned", "")),
        (("unsure", "faint"), ("signed", ""), ("signed", "")),
        # What is seen on the paper is not taken back by a photo that does not show it.
        (("unsigned", ""), ("unsure", "faint"), ("unsure", "faint")),
        (("unsure", "beside-cell"), ("unsigned", ""), ("unsure", "beside-cell")),
        (("signed", ""), ("unsure", "crossed-out"), ("unsure", "crossed-out")),
        (("unsigned", ""), ("signed", ""), ("unsure", "pages-differ")),
    ],
)
def test_what_one_photo_of_a_page_shows_on_the_paper_stays(
    better: tuple[Mark, str], other: tuple[Mark, str], merged: tuple[Mark, str]
) -> None:
    pages = [
        SeenPage("PRINT", 1, photo, 0, (SeenLine(1, "R-1", mark, 0.0, why, False, photo, b""),))
        for photo, (mark, why) in enumerate((better, other))
    ]
    line = merge_pages(pages, kept={0}).lines[1]
    assert (line.mark, line.why) == merged


def test_people_on_two_prints_are_one_row_and_a_later_print_does_not_mix_them_up(printed: Printed) -> None:
    city, older = printed
    city.register(SESSION, "Aan Anyelir")
    newer = print_list(city, SESSION)
    uploaded = upload_readings(city, SESSION, read_page(older, signed={1}), read_page(newer, signed={1, 3}))
    named = {row.cells["name"]: row.result["attendance"] for row in city.rows(uploaded.id).values()}
    assert named == {
        "Aan Anyelir": "present",
        "Ani Aster": "present",
        "Budi Melati": "present",
        "Citra Kenanga": "absent",
    }

    alone = upload_readings(city, SESSION, read_page(older, signed={2}))
    assert warnings(alone) == {"older-print": "warning"}
    assert alone.warnings[0]["params"]["count"] == 1
    assert {row.cells["name"]: row.result["attendance"] for row in city.rows(alone.id).values()} == {
        "Ani Aster": "absent",
        "Budi Melati": "present",
        "Citra Kenanga": "absent",
    }


def test_pages_that_do_not_count_are_said_and_asked_about(printed: Printed) -> None:
    city, roster_print = printed
    city.session("UMKM-2025-2")
    city.register("UMKM-2025-2", "Fitri Dahlia")
    other = print_list(city, "UMKM-2025-2")
    uploaded = upload_readings(
        city,
        SESSION,
        read_page(roster_print, signed={1}, warnings=["three-markers", "code-unread"]),
        read_page(other, signed={1}, problem="other-print"),
        read_page(roster_print, problem="no-markers"),
    )
    assert warnings(uploaded) == {"pages-of-other-session": "review", "page-code-unread": "review"}
    assert set(kinds(city, uploaded.id)) == {1, 2, 3}
    unreadable = upload_readings(city, SESSION, read_page(roster_print, problem="no-markers"))
    assert warnings(unreadable) == {"pages-unreadable": "review"}
    assert unreadable.counts["rows"] == 0
    mended = add_readings(city, unreadable.id, read_page(roster_print, signed={1, 2, 3}))
    assert warnings(mended) == {}
    assert mended.counts["update"] == 3


def test_a_registration_that_was_cancelled_moved_or_erased_since_the_print(printed: Printed) -> None:
    city, roster_print = printed
    city.session("UMKM-2025-2")
    with writing(city.engine) as db:
        ani, budi, citra = (line.registration for line in layout_of(roster_print).pages[0].lines[:3])
        code = col(Registration.code)
        other = db.exec(
            update(WorkshopSession)
            .returning(col(WorkshopSession.id))
            .where(col(WorkshopSession.code) == "UMKM-2025-2")
            .values(capacity=9)
        ).scalar_one()
        db.exec(update(Registration).where(code == ani).values(status="cancelled"))
        db.exec(update(Registration).where(code == budi).values(workshop_session_id=other))
        db.exec(update(Registration).where(code == citra).values(code="ANOTHER234"))
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1, 2, 3}))
    assert warnings(uploaded) == {"lines-without-person": "warning", "older-print": "warning"}
    assert kinds(city, uploaded.id) == {
        1: ("update", "present", []),
        2: ("create", "present", ["person-by-name"]),
    }


def test_photos_are_kept_as_they_were_drawn_anew(printed: Printed) -> None:
    """Nothing is left of the uploaded bytes, which tell where a photo was taken, once it was read."""
    city, roster_print = printed
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1}))
    (stored,) = city.all(UploadedFile)
    content = city.vault.decrypt_bytes(stored.content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"001-IMG_1.jpg": b"page 1 0"}
    assert b"where it was taken" not in content
    (photo,) = city.all(RosterPhoto)
    assert city.vault.decrypt_bytes(photo.picture_encrypted) == b"page 1 0"
    assert [city.vault.decrypt_bytes(line.picture_encrypted) for line in city.all(SignaturePicture)] == [
        b"line 1",
        b"line 2",
        b"line 3",
    ]
    with writing(city.engine) as db:
        discard_import(db, city.actor("sari"), uploaded.id)
    assert [city.all(model) for model in (RosterPhoto, SignaturePicture, UploadedFile)] == [[], [], []]


def test_an_erased_person_is_on_no_picture_and_the_evidence_of_others_stays(printed: Printed) -> None:
    city, roster_print = printed
    uploaded = upload_readings(
        city, SESSION, read_page(roster_print, signed={1, 2}, unsure={3}, written={4, 5})
    )
    city.correct(uploaded.id, 4, cells={"name": "Dewi Anggrek", "kelurahan": "Damai", "attendance": "hadir"})
    city.commit(uploaded.id, choices=CommitChoices(only_valid=True))
    ani = person_id(city, "Ani Aster")
    with reading(city.engine) as db:
        (found,) = load_held_data(db, city.vault, ani, with_niks=True).lists
    assert (found["signature"], found["signature_picture_kept"]) == ("signed", True)

    erase(city, asked(city, ani, by="made"), by="made")

    kept = {picture.number: bool(picture.picture_encrypted) for picture in city.all(SignaturePicture)}
    # Nobody knows whose line 5 is. Line 3 is Citra's, though it was not saved.
    assert kept == {1: False, 2: True, 3: True, 4: True, 5: False}
    assert {photo.picture_encrypted for photo in city.all(RosterPhoto)} == {b""}
    assert city.all(UploadedFile)[0].content == b""
    assert city.all(SignaturePicture)[0].mark == "signed"
    codes = {line.registration for page in layout_of(roster_print).pages for line in page.lines}
    with reading(city.engine) as db:
        erased = db.exec(select(Registration.code).where(Registration.participant_id == ani)).one()
    assert erased not in codes


def test_of_an_erased_person_no_picture_of_a_page_stays_on_which_they_were_not_found(
    printed: Printed,
) -> None:
    """Their page could not be read, or was photographed for another session."""
    city, roster_print = printed
    city.session("UMKM-2025-2")
    city.register("UMKM-2025-2", "Fitri Dahlia")
    other = print_list(city, "UMKM-2025-2")
    of_other_session = upload_readings(
        city,
        "UMKM-2025-2",
        read_page(other, signed={1}),
        replace(read_page(roster_print, problem="other-print"), picture=b"Ani's page"),
    )
    unread = upload_readings(
        city, SESSION, replace(read_page(roster_print, problem="no-code"), print_code=None, page=None)
    )
    for uploaded in (of_other_session, unread):
        city.commit(
            uploaded.id,
            choices=CommitChoices(confirm=frozenset({"pages-of-other-session", "pages-unreadable"})),
        )
    content = city.vault.decrypt_bytes(city.all(UploadedFile)[0].content)
    assert b"page 1 0" in content
    assert b"Ani's page" not in content
    kept = {photo.id: bool(photo.picture_encrypted) for photo in city.all(RosterPhoto)}
    assert list(kept.values()) == [True, False, True]

    erase(city, asked(city, person_id(city, "Ani Aster"), by="made"), by="made")

    assert [bool(photo.picture_encrypted) for photo in city.all(RosterPhoto)] == [True, False, False]
    assert [bool(file.content) for file in city.all(UploadedFile)] == [True, False]


def test_pictures_go_with_the_uploaded_file(printed: Printed, settings: Settings) -> None:
    city, roster_print = printed
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1, 2, 3}))
    city.commit(uploaded.id)
    with writing(city.engine) as db:
        db.get_one(AttendanceImport, uploaded.id).uploaded_at = now() - timedelta(days=3000)
    switch_on(city, RetentionKind.FILES)

    TaskRunner(settings, city.engine, city.vault).delete_expired_data()

    assert {picture.picture_encrypted for picture in city.all(SignaturePicture)} == {b""}
    assert {photo.picture_encrypted for photo in city.all(RosterPhoto)} == {b""}
    assert {picture.mark for picture in city.all(SignaturePicture)} == {"signed"}
    assert set(city.outcomes().values()) == {"present"}


def test_what_is_open_can_be_downloaded_and_corrected_as_a_sheet(printed: Printed) -> None:
    city, roster_print = printed
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1, 4}, unsure={2}, written={4}))
    with reading(city.engine) as read_db, writing(city.engine) as db:
        made, _ = city.actor("made"), translator("id")
        sheet = download_error_sheet(read_db, db, city.vault, made, uploaded.id, _, "id")
    returned = city.upload(SESSION, sheet.content, name="perbaikan.xlsx")
    budi = layout_of(roster_print).pages[0].lines[1].registration
    named = {row.cells.get("name"): row.cells.get("registration") for row in city.rows(returned.id).values()}
    assert named == {"Budi Melati": budi, None: None}


def test_photos_that_cannot_be_read_are_said_by_the_background_work(
    printed: Printed, settings: Settings
) -> None:
    """They are no pictures at all: the pages are listed as unreadable, and nothing of the files is kept."""
    city, _ = printed
    files = [PhotoFile("a.jpg", JPEG), PhotoFile("b.jpg", JPEG), PhotoFile("c.jpg", JPEG)]
    with reading(city.engine) as read_db, writing(city.engine) as db:
        uploaded = upload_photos(read_db, db, city.vault, city.actor("budi"), SESSION, files)
    assert uploaded.status is ImportStatus.READING

    TaskRunner(settings, city.engine, city.vault).drain()

    (uploaded,) = city.all(AttendanceImport)
    assert uploaded.status is ImportStatus.REVIEW
    assert warnings(uploaded) == {"pages-unreadable": "review"}
    assert {photo.problem for photo in city.all(RosterPhoto)} == {"damaged-file"}
    assert b"where it was taken" not in city.vault.decrypt_bytes(city.all(UploadedFile)[0].content)


def test_photos_are_forgotten_if_their_reading_fails_for_good(printed: Printed) -> None:
    """An upload in review, to which they were added, is as it was before."""
    city, roster_print = printed
    new = [PhotoFile("a.jpg", JPEG)]
    with reading(city.engine) as read_db, writing(city.engine) as db:
        failed = upload_photos(read_db, db, city.vault, city.actor("budi"), SESSION, new, at_once=False)
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1}))
    with reading(city.engine) as read_db, writing(city.engine) as db:
        add_photos(read_db, db, city.vault, city.actor("sari"), uploaded.id, new, at_once=False)
    with writing(city.engine) as db:
        give_up_reading(db, city.vault, {"import": failed.id})
        give_up_reading(db, city.vault, {"import": uploaded.id, "added": 1})

    assert [one.status for one in city.all(AttendanceImport)] == [ImportStatus.FAILED, ImportStatus.REVIEW]
    assert all("photos" in (one.failure or {})["text"] for one in city.all(AttendanceImport))
    assert [row.result["attendance"] for row in city.rows(uploaded.id).values()] == [
        "present",
        "absent",
        "absent",
    ]
    kept = [city.vault.decrypt_bytes(file.content) for file in city.all(UploadedFile)]
    assert [(b"where it was taken" in content, b"page 1 0" in content) for content in kept] == [
        (False, False),
        (False, True),
    ]


def test_a_worker_that_was_overtaken_stores_nothing(printed: Printed, settings: Settings) -> None:
    city, _ = printed
    with reading(city.engine) as read_db, writing(city.engine) as db:
        upload_photos(
            read_db, db, city.vault, city.actor("budi"), SESSION, [PhotoFile("a.jpg", JPEG)], at_once=False
        )
    with reading(city.engine) as read_db:
        queued = read_db.exec(select(AttendanceImport)).one()
        TaskRunner(settings, city.engine, city.vault).drain()
        with writing(city.engine) as db:
            read_queued_photos(read_db, db, city.vault, queued)
    assert len(city.all(RosterPhoto)) == 1


def test_without_the_packages_for_photos_an_upload_says_what_to_do(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, _ = printed
    monkeypatch.setitem(LIBRARIES, "cv2_of_no_installation", "opencv-python-headless")
    with (
        reading(city.engine) as read_db,
        writing(city.engine) as db,
        pytest.raises(Conflict, match="add opencv-python-headless"),
    ):
        upload_photos(read_db, db, city.vault, city.actor("sari"), SESSION, [PhotoFile("a.jpg", JPEG)])
    assert city.all(UploadedFile) == []


def test_uploads_are_refused_with_a_reason(printed: Printed) -> None:
    city, roster_print = printed
    city.session("UMKM-2025-2")
    photo = [PhotoFile("a.jpg", JPEG)]

    def upload(files: list[PhotoFile], session: str = SESSION, by: str = "sari") -> None:
        with reading(city.engine) as read_db, writing(city.engine) as db:
            upload_photos(read_db, db, city.vault, city.actor(by), session, files, at_once=False)

    for files, session, by, error in (
        ([], SESSION, "sari", Invalid),
        ([PhotoFile("a.xlsx", b"PK\3\4")], SESSION, "sari", UnreadableFile),
        (photo, "UMKM-2025-2", "sari", Conflict),
        (photo, SESSION, "rina", Forbidden),
        (photo, SESSION, "tono", NotFound),
    ):
        with pytest.raises(error):
            upload(files, session, by)
    assert city.all(UploadedFile) == []
    uploaded = upload_readings(city, SESSION, read_page(roster_print, signed={1}))
    with (
        reading(city.engine) as read_db,
        writing(city.engine) as db,
        pytest.raises(Conflict, match="printed for this session"),
    ):
        move_to_session(read_db, db, city.vault, city.actor("sari"), uploaded.id, "UMKM-2025-2")
    assert [line.action for line in city.all(Activity) if line.subject == "attendance-import"] == ["upload"]
