"""Uploading a sheet, the history, undoing an import, and the file as it came in."""

import re
from collections.abc import Iterable
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine, func, select
from sqlmodel import col

from app.database import reading, writing
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    Participant,
    Registration,
    UploadedFile,
    User,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.services.imports.background_tasks import read_queued_file
from app.services.imports.upload import upload_sheet
from app.settings import Settings
from app.spreadsheets.formats.failures import MAX_BYTES
from tests.background_work import drain_and_observe
from tests.city import crowd
from tests.pages.conftest import People
from tests.pages.imports.sheets import CLEAR, MIXED, RINA, figures, listed, row_text, saved, send, uploaded
from tests.sheet_reading import in_child
from tests.spreadsheets import examples
from tests.spreadsheets.examples import SAMPLES

pytestmark = pytest.mark.usefixtures("workshop_session")


def rows_in(engine: Engine, *tables: type[object]) -> list[int]:
    with reading(engine) as db:
        return [db.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_the_form_states_the_limits_and_the_next_step(staff: TestClient) -> None:
    page = staff.get("/sesi/SPBE-2025-1/unggah")
    for sentence in (".xlsx", "10 MB", "120,000", "Nothing counts as attendance until you save."):
        assert sentence in page.text


def test_a_sheet_becomes_attendance_only_when_it_is_saved(staff: TestClient, engine: Engine) -> None:
    address = uploaded(staff, CLEAR)
    assert rows_in(engine, Participant, Registration, Attendance) == [0, 0, 0]

    answer = staff.post(f"{address}/simpan")

    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert rows_in(engine, Participant, Registration, Attendance) == [1, 1, 1]
    page = staff.get(address)
    assert "1 new, 0 recognised" in page.text
    assert "1 present, 0 absent, 0 excused" in page.text
    assert "/cakupan?workshop=SPBE-2025" in page.text


def test_the_same_file_again_changes_nothing(staff: TestClient, engine: Engine) -> None:
    saved(staff, CLEAR)
    again = uploaded(staff, CLEAR)
    page = staff.get(again)
    assert figures(page) == {"all": "1", "unchanged": "1"}
    assert "known from this session" in row_text(page, 2)

    staff.post(f"{again}/simpan")

    assert rows_in(engine, Participant, Registration, Attendance) == [1, 1, 1]


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n", 422, "This is a photo or picture."),
        (b"PK\x03\x04" + bytes(100), 422, "The file is damaged or can&#39;t be read."),
        (b"", 422, "The file is empty."),
        (b"Nama;Kelurahan\n" + b"a" * MAX_BYTES, 413, "The file is larger than 10 MB."),
    ],
    ids=["photo", "damaged", "empty", "too large"],
)
def test_a_file_that_cannot_be_read_is_refused_in_the_form(
    staff: TestClient, engine: Engine, content: bytes, status: int, sentence: str
) -> None:
    before = rows_in(engine, AttendanceImport, UploadedFile, Activity)
    page = send(staff, content)
    assert page.status_code == status
    assert sentence in page.text
    assert 'type="file"' in page.text
    assert rows_in(engine, AttendanceImport, UploadedFile, Activity) == before


def test_a_form_without_a_file_asks_for_one(staff: TestClient) -> None:
    for page in (staff.post("/sesi/SPBE-2025-1/unggah"), send(staff, b"", "")):
        assert page.status_code == 422
        assert "Choose a file first." in page.text


@in_child
def test_a_stray_cell_far_away_is_ignored(staff: TestClient) -> None:
    book = load_workbook(BytesIO(CLEAR))
    book.worksheets[0]["XFD1048576"] = "x"
    assert figures(staff.get(uploaded(staff, examples.saved(book)))) == {"all": "1", "create": "1"}


def test_a_formula_as_a_name_stays_text(staff: TestClient) -> None:
    listing = 'Nama;Kelurahan;Kategori\n"=HYPERLINK(""http://contoh.id"",""<b>klik</b>"")";Manggar;UMKM\n'
    page = staff.get(uploaded(staff, listing.encode(), "hadir.csv"))
    assert "=HYPERLINK(&#34;http://contoh.id&#34;,&#34;&lt;b&gt;klik&lt;/b&gt;&#34;)" in page.text
    assert "<b>klik" not in page.text


def test_the_history_is_filtered_by_session(staff: TestClient) -> None:
    uploaded(staff, MIXED, "campur.xlsx")
    page = staff.get("/unggahan")
    assert "campur.xlsx" in page.text
    assert "2 need attention" in page.text
    assert "Budi Petugas" in page.text
    assert "campur.xlsx" in staff.get("/unggahan?sesi=SPBE-2025-1").text
    assert "No upload yet for this session." in staff.get("/unggahan?sesi=LAIN-1").text


def test_an_upload_can_be_discarded(staff: TestClient, engine: Engine) -> None:
    address = uploaded(staff, CLEAR)
    assert "Discard this upload" in staff.get(address).text

    answer = staff.post(f"{address}/buang")

    assert (answer.status_code, answer.headers["location"]) == (303, "/unggahan")
    assert staff.get(address).status_code == 404
    assert rows_in(engine, AttendanceImport, AttendanceImportRow, UploadedFile) == [0, 0, 0]


def test_a_saved_import_cannot_be_discarded(staff: TestClient, engine: Engine) -> None:
    address = saved(staff, CLEAR)

    assert staff.post(f"{address}/buang").status_code == 409

    assert rows_in(engine, AttendanceImport, Attendance) == [1, 1]


def test_after_an_expired_login_the_user_returns_to_the_page(staff: TestClient) -> None:
    address = uploaded(staff, CLEAR)
    staff.cookies.delete("jangkau_login")

    by_form = staff.post(f"{address}/baris/2", headers={"referer": f"http://testserver{address}"})
    by_htmx = staff.post(
        f"{address}/baris/2", headers={"hx-request": "true", "hx-current-url": f"http://testserver{address}"}
    )

    assert by_form.headers["location"] == by_htmx.headers["hx-redirect"] == f"/masuk?kembali={address}"
    assert "logged out" in staff.get("/masuk").text


def test_undo_shows_and_deletes_what_the_import_created(staff: TestClient, engine: Engine) -> None:
    address = saved(staff, listed(RINA, (2, "Budi Anggrek", None, "Damai", "RT", None, "hadir")))
    page = staff.get(f"{address}/batalkan")
    assert "2 registrations with their attendance are deleted" in page.text
    assert "2 people that it brought are deleted" in page.text

    answer = staff.post(f"{address}/batalkan")

    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert rows_in(engine, Participant, Registration, Attendance) == [0, 0, 0]
    assert "None of it counts any more." in staff.get(address).text


def test_undo_shows_the_later_changes_that_prevent_it(staff: TestClient, engine: Engine) -> None:
    first = saved(staff, CLEAR)
    second = saved(staff, listed((*RINA[:6], "izin")))
    looked_at = staff.get(f"{first}/batalkan")
    assert looked_at.status_code == 200

    page = staff.post(f"{first}/batalkan")

    assert page.status_code == 409
    for answer in (looked_at, page):
        assert "changed what is recorded of 1 people: Rina Melati." in answer.text
        assert f'<a href="{second}">To that upload</a>' in answer.text
        assert "Undo the import" not in answer.text
        assert "are deleted" not in answer.text
    assert rows_in(engine, Attendance) == [1]


def test_the_original_file_is_downloaded_with_the_grant_to_see_niks_and_that_is_logged(
    staff: TestClient, organizer: TestClient, admin: TestClient, people: People, engine: Engine
) -> None:
    content = (SAMPLES / "umkm-berantakan.xlsx").read_bytes()
    address = uploaded(staff, content, "hadir é.xlsx")
    for browser in (staff, organizer, admin):
        assert browser.get(f"{address}/berkas").status_code == 403
        for page in (address, "/unggahan", "/sesi/SPBE-2025-1/unggahan"):
            assert f"{address}/berkas" not in browser.get(page).text
    with writing(engine) as db:
        db.get_one(User, people.admin.id).may_see_niks = True

    for page in (address, "/unggahan", "/sesi/SPBE-2025-1/unggahan"):
        assert f'href="{address}/berkas"' in admin.get(page).text
    answer = admin.get(f"{address}/berkas")

    assert answer.content == content
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''hadir%20%C3%A9.xlsx"
    with reading(engine) as db:
        taken = db.scalars(select(Activity).where(col(Activity.action) == "download")).one()
    assert (taken.actor, taken.subject_id) == ("Made Admin", address.rpartition("/")[2])


def test_niks_in_names_of_files_and_sheets_are_masked_wherever_they_are_shown(
    staff: TestClient, admin: TestClient, engine: Engine
) -> None:
    book = load_workbook(BytesIO(CLEAR))
    book.worksheets[0].title = "KTP 6471054408900002"
    address = uploaded(staff, examples.saved(book), "daftar_6471-0544-0890-0002.xlsx")
    mapped = staff.post(f"{address}/pemetaan", data={"sheet": "KTP ••••••••••••0002", "header_row": "1"})

    assert mapped.status_code == 303
    for page in (address, f"{address}/pemetaan", "/unggahan", "/sesi/SPBE-2025-1/unggahan"):
        text = staff.get(page).text
        assert "6471-0544-0890" not in text
        assert "647105440890" not in text
    assert "daftar_••••••••••••0002.xlsx" in staff.get(address).text
    assert "KTP ••••••••••••0002" in staff.get(address).text
    assert "647105440890" not in admin.get("/catatan.csv").text.replace("-", "")


PLACES = ("", "/pemetaan", "/batalkan", "/berkas", "/baris/2")
ACTIONS = (
    "/simpan",
    "/batalkan",
    "/pemetaan",
    "/pemetaan/lupakan",
    "/kelompok",
    "/kelurahan-kosong",
    "/kehadiran-kosong",
    "/baris/2",
)


def answers(browser: TestClient, address: str) -> Iterable[int]:
    yield from (browser.get(address + place).status_code for place in PLACES)
    yield from (browser.post(address + action).status_code for action in ACTIONS)


def test_another_organization_cannot_find_an_import(
    staff: TestClient, stranger: TestClient, engine: Engine
) -> None:
    address = uploaded(staff, CLEAR, "rahasia.xlsx")
    assert set(answers(stranger, address)) == {404}
    assert "rahasia.xlsx" not in stranger.get("/unggahan").text
    assert stranger.get("/sesi/SPBE-2025-1/unggah").status_code == 404
    assert send(stranger, CLEAR).status_code == 404
    assert rows_in(engine, AttendanceImport, Registration) == [1, 0]


def test_a_viewer_may_not_import(staff: TestClient, viewer: TestClient, engine: Engine) -> None:
    address = uploaded(staff, CLEAR)
    assert set(answers(viewer, address)) <= {403, 404}
    assert viewer.get("/unggahan").status_code == 403
    assert viewer.get("/sesi/SPBE-2025-1/unggah").status_code == 403
    assert send(viewer, CLEAR).status_code == 403
    assert rows_in(engine, AttendanceImport, Registration) == [1, 0]


def test_an_unknown_session_or_import_is_not_found(staff: TestClient) -> None:
    assert staff.get("/sesi/TIDAK-ADA/unggah").status_code == 404
    assert send(staff, CLEAR, session="TIDAK-ADA").status_code == 404
    assert set(answers(staff, "/unggahan/999")) == {404}


@pytest.fixture
def unread(engine: Engine, settings: Settings, workshop_session: WorkshopSession) -> int:
    """The id of an import that waits to be read, as large files do."""
    with reading(engine) as read_db, writing(engine) as db:
        vault = NikVault(settings.secret)
        attendance_import = upload_sheet(
            read_db, db, vault, OPERATOR, workshop_session.code, "besar.xlsx", CLEAR, at_once=False
        )
        db.flush()
        return attendance_import.id


def test_the_page_shows_that_a_large_file_is_being_read(
    staff: TestClient, engine: Engine, settings: Settings, unread: int
) -> None:
    address = f"/unggahan/{unread}"
    page = staff.get(address)
    assert "The file is being read." in page.text
    assert '<meta http-equiv="refresh"' in page.text
    news = staff.get(address, headers={"hx-request": "true"})
    assert "<progress aria-label" in news.text
    assert "<html" not in news.text

    with reading(engine) as read_db, writing(engine) as db:
        read_queued_file(read_db, db, NikVault(settings.secret), {"import": unread})

    assert staff.get(address, headers={"hx-request": "true"}).headers["hx-refresh"] == "true"
    assert figures(staff.get(address)) == {"all": "1", "create": "1"}


def test_the_page_shows_how_many_rows_are_read(
    staff: TestClient,
    engine: Engine,
    settings: Settings,
    workshop_session: WorkshopSession,
) -> None:
    vault = NikVault(settings.secret)
    with reading(engine) as read_db, writing(engine) as db:
        to = (read_db, db, vault, OPERATOR, workshop_session.code)
        address = f"/unggahan/{upload_sheet(*to, 'besar.csv', crowd(3000), at_once=False).id}"
    runner = TaskRunner(settings, engine, vault)
    said = "".join(drain_and_observe(runner, lambda: staff.get(address, headers={"hx-request": "true"}).text))
    assert re.search(r'<progress value="[1-9]\d*" max="3000"', said)
    assert re.search(r"[\d,]+ of 3,000 rows are read\.", said)


def test_staff_find_the_guide_and_an_empty_list_before_their_first_upload(
    staff: TestClient, viewer: TestClient
) -> None:
    form = staff.get("/sesi/SPBE-2025-1/unggah").text
    assert 'href="/panduan/daftar-hadir"' in form
    assert 'href="/unggahan/templat.xlsx"' in form
    assert "RINA MELATI, S.E." in staff.get("/panduan/daftar-hadir").text
    assert staff.get("/unggahan/templat.xlsx").content.startswith(b"PK")
    assert viewer.get("/unggahan/templat.xlsx").status_code == 403
