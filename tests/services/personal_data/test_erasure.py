"""An erased person is found nowhere, byte by byte, and every count is as it was."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.i18n import translator
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    Attachment,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    ContactCode,
    DataRequest,
    Message,
    OutboxTask,
    Participant,
    PeopleMerge,
    ProposedChange,
    Registration,
    SessionLetters,
    UploadedFile,
    WorkshopReport,
)
from app.models.base import now
from app.people.identifying import ERASED_NAME
from app.people.person import PersonInput
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.queries.log_verification import verify_log
from app.queries.personal_data.held_data import load_held_data
from app.queries.workshops.documents import get_letter_texts, get_report_texts
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.reports.coverage.breakdowns import DIMENSIONS
from app.reports.coverage.report import coverage_document
from app.services.imports.downloads import download_uploaded_file
from app.services.imports.undo import undo_import
from app.services.people.corrections import correct_participant
from app.services.personal_data.erasure import cancel_upcoming, erase_person, preview_erasure
from app.services.personal_data.requests import file_request_at_desk
from app.services.registrations.corrections import correct_registration
from app.services.workshops.documents import save_letter_texts, save_report_texts
from app.settings import Settings
from tests.city import MORNING, City, sheet
from tests.evidence_files import attach, photo
from tests.scenarios import scenario
from tests.services.messages.test_notifications import register_person
from tests.services.people.duplicates import merge_by_names
from tests.services.personal_data.byte_search import find_bytes, find_encrypted
from tests.upcoming_sessions import create_upcoming_session, update_session

NIK = "6471014508900003"
HEADER = "Nama;NIK;Kelurahan;RT;Unsur;No HP;Email;Usaha;Kehadiran"
SITI = f"Siti Contohwati;{NIK};Manggar;12;UMKM;0812-0000-0411;siti.contoh@contoh.id;Warung Contohwati;hadir"
ANI = "Ani Aster;;Manggar;12;UMKM;0812-0000-0999;;;hadir"

NEEDLES = (
    *("siti contohwati", "contohwati siti", "contohwati", "siti contoh w"),
    *("81200000411", "0812-0000-0411", "081200000411"),
    *("siti.contoh@contoh.id", NIK),
)


@scenario
def siti_everywhere(city: City) -> None:
    """Siti is on three lists, in two of them twice; a record of hers was merged; she registered, and got mails."""
    city.import_sheet(city.session("A-1"), sheet(HEADER, SITI, ANI, SITI))
    second = MORNING + timedelta(days=7)
    city.import_sheet(
        city.session("B-1", second),
        sheet(HEADER, "Siti Contoh W;;Manggar;12;UMKM;0812-0000-0777;;;hadir", ANI),
    )
    merge_by_names(city, "Siti Contohwati", "Siti Contoh W", name="Siti Contohwati", phone="Siti Contohwati")
    undone = city.import_sheet(city.session("C-1", second + timedelta(days=1)), sheet(HEADER, SITI))
    city.undo(undone.id)
    skipped = city.upload(city.session("D-1", second + timedelta(days=2)), sheet(HEADER, SITI, ANI))
    city.correct(skipped.id, 2, decision={"skip": True})
    city.commit(skipped.id)
    create_upcoming_session(city)
    registration = register_person(city, "Siti Contohwati", email="siti.contoh@contoh.id")
    (siti,) = (person for person in city.all(Participant) if person.name == "Siti Contohwati")
    with writing(city.engine) as db:
        correct_participant(
            db,
            city.vault,
            city.actor("sari"),
            siti.id,
            PersonInput("Siti Contohwati", "Manggar", rt="14", email="siti.contoh@contoh.id"),
        )
        correct_registration(
            db,
            city.vault,
            city.actor("sari"),
            db.get_one(Registration, registration.id),
            PersonInput(
                "Siti Contohwati", "Manggar", "umkm", phone="0812 0000 0411", email="siti.contoh@contoh.id"
            ),
        )
    with writing(city.engine) as db:
        db.add(
            ProposedChange(
                participant_id=siti.id,
                registration_id=registration.id,
                field="name",
                value={"name": "Siti Contohwati Binti", "name_key": "binti contohwati siti"},
            )
        )
        db.add(ContactCode(registration_id=registration.id, code_key="x", recipient="siti.contoh@contoh.id"))
    update_session(city, "JUALAN-1", starts_at=now() - timedelta(hours=5), ends_at=now() - timedelta(hours=2))
    attach(city, "A-1", photo(), caption="Siti Contohwati bertanya", name="SITI_CONTOHWATI")
    write_documents_that_name_siti(city)


def write_documents_that_name_siti(city: City) -> None:
    """Write her into the invitation to her session, its minutes, and the report of its workshop."""
    actor, named = city.actor("sari"), "Moderator: Siti Contohwati (0812-0000-0411)"
    with writing(city.engine) as db:
        session = get_workshop_session_view(db, actor, "A-1")
        letters = get_letter_texts(db, actor, session, translator("id"))
        report = get_report_texts(db, actor, session.workshop_code, translator("id"))
        letters = replace(letters, addressees="Siti Contohwati", minutes_text=named)
        save_letter_texts(db, actor, "A-1", letters)
        save_report_texts(db, actor, session.workshop_code, replace(report, proceedings=named))


@pytest.fixture
def runner(settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(settings, city.engine, city.vault)


def person_id(city: City, name: str = "Siti Contohwati") -> int:
    return next(person.id for person in city.all(Participant) if person.name == name)


def asked(city: City, person: int, *, by: str = "sari", kind: str = "erasure") -> int:
    """Record at the desk that a person asks to be erased, and return the request's id."""
    with writing(city.engine) as db:
        note = "Saya Siti Contohwati, 081200000411"
        return file_request_at_desk(db, city.actor(by), person, kind, identity="ktp", note=note).id


def erase(city: City, request: int, *, by: str = "sari", confirmed: bool = True) -> None:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        erase_person(
            read_db, db, city.vault, city.actor(by), request, confirmed=confirmed, outcome="Terhapus"
        )


def counts(city: City) -> list[str]:
    """Return the coverage report of both years as lines of JSON, without the times at which it was made."""
    documents = []
    for year in (2025, 2026):
        filters = CoverageFilters(from_=date(year, 1, 1), to=date(year, 12, 31))
        with reading(city.engine) as db:
            report = build_coverage_report(db, OPERATOR, filters, "en", dimensions=DIMENSIONS, compare=True)
        documents.append(coverage_document(report, str))
    lines = orjson.dumps(documents, default=str, option=orjson.OPT_INDENT_2).decode().splitlines()
    return [line for line in lines if "generated_at" not in line]


@pytest.mark.slow
def test_no_byte_of_an_erased_person_is_left(
    siti_everywhere: City, runner: TaskRunner, tmp_path: Path
) -> None:
    city = siti_everywhere
    needles = (*NEEDLES, city.vault.key(NIK))
    found_before = {found.split(" in ")[0] for found in find_bytes(city, tmp_path, needles)}
    assert found_before >= set(needles) - {"0812-0000-0411", "081200000411", NIK}
    assert any(NIK in found for found in find_encrypted(city, needles))

    erase(city, asked(city, person_id(city)))
    runner.drain()

    assert city.all(OutboxTask) == []
    assert find_bytes(city, tmp_path, needles) == []
    assert find_encrypted(city, needles) == []


def test_cells_about_others_that_name_the_person_are_emptied_of_that(
    siti_everywhere: City, runner: TaskRunner, tmp_path: Path
) -> None:
    """Ani's row says who brought her, and another one is still without an answer."""
    city = siti_everywhere
    by_siti = "dibawa Siti Contohwati 081200000411"
    rows = (
        f"Ani Aster;Manggar;UMKM;hadir;{by_siti}",
        f"Budi Bakung;Manggar;UMKM;;{by_siti}, siti.contoh@contoh.id",
    )
    added = city.import_sheet(
        city.session("F-1", MORNING + timedelta(days=5)),
        sheet("Nama;Kelurahan;Unsur;Kehadiran;Keterangan", *rows),
    )
    assert by_siti in str([row.cells for row in city.all(AttendanceImportRow)])

    erase(city, asked(city, person_id(city)))
    runner.drain()

    assert find_bytes(city, tmp_path, NEEDLES) == []
    assert find_encrypted(city, NEEDLES) == []
    assert {str(row.cells["name"]) for row in city.rows(added.id).values()} == {"Ani Aster", "Budi Bakung"}


def test_every_count_is_as_it_was(siti_everywhere: City) -> None:
    city = siti_everywhere
    before, attendances = counts(city), len(city.all(Attendance))

    erase(city, asked(city, person_id(city)))

    assert counts(city) == before
    assert len(city.all(Attendance)) == attendances
    assert {person.name for person in city.all(Participant)} == {ERASED_NAME, "Ani Aster"}


def test_others_on_the_same_lists_stay_as_they_are(siti_everywhere: City) -> None:
    """Ani's record and rows are untouched; only the file that had both is gone."""
    city = siti_everywhere
    ani = person_id(city, "Ani Aster")

    def of_ani() -> list[object]:
        rows = [row for row in city.all(AttendanceImportRow) if row.participant_id == ani]
        people = [person for person in city.all(Participant) if person.id == ani]
        return [[row.model_dump() for row in rows], [person.model_dump() for person in people]]

    before = of_ani()
    erase(city, asked(city, person_id(city)))

    assert of_ani() == before
    assert all(file.content == b"" and file.erased_at for file in city.all(UploadedFile))


def test_the_log_keeps_its_lines_and_its_chain(siti_everywhere: City, runner: TaskRunner) -> None:
    city, before = siti_everywhere, siti_everywhere.all(Activity)
    runner.seal_log()

    erase(city, asked(city, person_id(city)))
    runner.seal_log()

    after = city.all(Activity)
    assert [line.action for line in after] == [*(line.action for line in before), "file", "erase", "close"]
    assert "Siti" not in str([(line.before, line.after) for line in after])
    with reading(city.engine) as db:
        verification = verify_log(db, city.vault)
    assert verification.broken is None
    assert verification.erased > 0


def test_undo_and_download_say_why_they_are_refused(siti_everywhere: City) -> None:
    city = siti_everywhere
    erase(city, asked(city, person_id(city)))
    first = city.all(AttendanceImport)[0]

    with writing(city.engine) as db, pytest.raises(Conflict, match="people in it were erased") as refused:
        undo_import(db, city.actor("sari"), first.id)
    assert refused.value.code == "rows-gone"
    with writing(city.engine) as db, pytest.raises(Conflict, match="asked for that"):
        download_uploaded_file(db, city.vault, replace(city.actor("made"), may_see_niks=True), first.id)


def test_messages_merges_and_requests_are_emptied(siti_everywhere: City) -> None:
    city = siti_everywhere
    assert city.all(Message)
    request = asked(city, person_id(city))

    erase(city, request)

    assert city.all(Message) == []
    assert [(merge.kept_name, merge.before) for merge in city.all(PeopleMerge)] == [(ERASED_NAME, {})]
    (closed,) = city.all(DataRequest)
    assert (closed.status, closed.note, closed.outcome) == ("done", "", "Terhapus")


def test_a_person_who_registers_again_is_a_new_person(siti_everywhere: City) -> None:
    city = siti_everywhere
    erased = person_id(city)
    erase(city, asked(city, erased))

    city.import_sheet(city.session("E-1", MORNING + timedelta(days=30)), sheet(HEADER, SITI))

    assert person_id(city) != erased
    assert len(city.all(Participant)) == 3


def test_a_list_of_the_same_session_that_is_uploaded_again_names_nobody_anew_by_itself(
    siti_everywhere: City,
) -> None:
    """The kept list cannot be read again; only a list that somebody still has brings a person back, as a new one."""
    city = siti_everywhere
    erase(city, asked(city, person_id(city)))

    again = city.upload("A-1", sheet(HEADER, ANI))

    assert [row.kind for row in city.rows(again.id).values()] == ["unchanged"]


def test_an_open_upload_that_names_the_person_stands_in_the_way(siti_everywhere: City) -> None:
    city = siti_everywhere
    person = person_id(city)
    review = city.upload(city.session("E-1", MORNING + timedelta(days=30)), sheet(HEADER, SITI), name="e.csv")
    request = asked(city, person)

    with reading(city.engine) as db:
        preview = preview_erasure(db, city.vault, city.actor("sari"), request)
    assert [(one.import_id, one.file_name) for one in preview.obstacles] == [(review.id, "e.csv")]
    with pytest.raises(Conflict, match="stands in the way"):
        erase(city, request)
    assert person_id(city) == person


def test_pictures_of_the_persons_sessions_are_listed_and_name_nobody_any_more(siti_everywhere: City) -> None:
    """Nobody can be cut out of a photo: staff look at them."""
    request = asked(siti_everywhere, person_id(siti_everywhere))
    with reading(siti_everywhere.engine) as db:
        preview = preview_erasure(db, siti_everywhere.vault, siti_everywhere.actor("sari"), request)

    erase(siti_everywhere, request)

    assert preview.attachments == {"A-1": 1}
    (attachment,) = siti_everywhere.all(Attachment)
    assert "Siti" not in attachment.caption
    assert "bertanya" in attachment.caption
    assert "CONTOHWATI" not in attachment.name


def test_documents_of_the_persons_sessions_name_them_no_more(siti_everywhere: City) -> None:
    (before,) = siti_everywhere.all(WorkshopReport)

    erase(siti_everywhere, asked(siti_everywhere, person_id(siti_everywhere)))

    (letters,), (report,) = siti_everywhere.all(SessionLetters), siti_everywhere.all(WorkshopReport)
    assert "Siti" not in letters.addressees + letters.minutes_text + report.proceedings
    assert letters.minutes_text.startswith("Moderator: ")
    assert report.background == before.background


def test_a_session_to_come_stands_in_the_way_until_it_is_cancelled(city: City) -> None:
    create_upcoming_session(city)
    registration = register_person(city, "Siti Contohwati")
    request = asked(city, registration.participant_id)
    with pytest.raises(Conflict):
        erase(city, request)

    with writing(city.engine) as db:
        assert cancel_upcoming(db, city.actor("sari"), request) == 1

    erase(city, request)
    (person,) = city.all(Participant)
    assert person.name == ERASED_NAME
    (emptied,) = city.all(Registration)
    assert emptied.code != registration.code


def test_who_may_and_the_second_confirmation(siti_everywhere: City) -> None:
    city = siti_everywhere
    request = asked(city, person_id(city))

    with pytest.raises(Invalid):
        erase(city, request, confirmed=False)
    with pytest.raises(Forbidden):
        erase(city, request, by="budi")
    with pytest.raises(NotFound):
        erase(city, request, by="tono")
    copy = asked(city, person_id(city), kind="copy")
    with pytest.raises(Conflict, match="does not ask"):
        erase(city, copy)


def test_a_namesake_and_a_shared_phone_lose_nothing(city: City) -> None:
    """Two people have the same name, a third has the phone of one of them."""
    namesake = "Siti Contohwati;;Lamaru;;UMKM;0812-0000-0555;;Kios;hadir"
    family = "Tuti Kenanga;;Manggar;;UMKM;0812-0000-0411;;;hadir"
    city.import_sheet(city.session("A-1"), sheet(HEADER, SITI))
    other = city.import_sheet(
        city.session("B-1", MORNING + timedelta(days=7)), sheet(HEADER, namesake, family)
    )
    siti = next(person.id for person in city.all(Participant) if person.nik_key)

    erase(city, asked(city, siti))

    assert {person.name for person in city.all(Participant)} == {
        ERASED_NAME,
        "Siti Contohwati",
        "Tuti Kenanga",
    }
    kept = [file for file in city.all(UploadedFile) if file.id == other.uploaded_file_id]
    assert kept[0].content != b""
    assert [row.cells["name"] for row in city.rows(other.id).values()] == ["Siti Contohwati", "Tuti Kenanga"]


def test_a_merge_takes_over_what_was_asked(city: City) -> None:
    city.import_sheet(city.session("A-1"), sheet(HEADER, SITI))
    later = sheet(HEADER, "Siti Contohwatii;;Manggar;12;UMKM;;;;hadir")
    city.import_sheet(city.session("B-1", MORNING + timedelta(days=7)), later)
    asked(city, person_id(city))

    merge_by_names(city, "Siti Contohwati", "Siti Contohwatii")

    assert [one.participant_id for one in city.all(DataRequest)] == [city.all(Participant)[0].id]


def test_nobody_can_be_put_into_an_erased_record(siti_everywhere: City) -> None:
    city = siti_everywhere
    erased = person_id(city)
    erase(city, asked(city, erased))

    with writing(city.engine) as db, pytest.raises(NotFound):
        correct_participant(
            db, city.vault, city.actor("sari"), erased, PersonInput("Siti Contohwati", "Manggar")
        )
    again = city.upload("A-1", sheet(HEADER, SITI, "Joko Contoh;;Manggar;;UMKM;;;;hadir"))
    assert erased not in {row.participant_id for row in city.rows(again.id).values()}
    assert ERASED_NAME not in str([row.messages for row in city.rows(again.id).values()])


def test_the_copy_has_every_row_that_names_the_person(siti_everywhere: City) -> None:
    """Also a repeated and a skipped row, and that of an undone list."""
    city = siti_everywhere

    with reading(city.engine) as db:
        held = load_held_data(db, city.vault, person_id(city), with_niks=True)

    assert [(one["row"], one["kind"], one["status"]) for one in held.lists] == [
        (2, "create", "committed"),
        (4, "duplicate", "committed"),
        (2, "create", "committed"),
        (2, "create", "undone"),
        (2, "skip", "committed"),
    ]
    assert len(held.files) == 4
    assert held.further["proposed_change"][0]["value"] == {"name": "Siti Contohwati Binti"}
    assert "Ani" not in str(held.lists)
