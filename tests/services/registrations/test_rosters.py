"""The roster: downloaded with everyone registered, filled in, and read back row by row."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import Workbook, load_workbook

from app.database import reading, writing
from app.errors import Forbidden, NotFound
from app.i18n import translator
from app.models import Activity, AttendanceStatus, Registration, RegistrationStatus, RosterPrint
from app.paper.layout import layout_from_json
from app.reports.roster_pdf import BLANK_LINES
from app.services.registrations.rosters import RosterFormat, download_roster
from tests.city import LAMARU, City
from tests.database import on_sqlite
from tests.libreoffice import save_with_libreoffice
from tests.pages.conftest import logged_in
from tests.spreadsheets.examples import saved

SESSION = "UMKM-2025-1"
FIRST_LINE = 9
BASE_URL = "https://jangkau.contoh.id"


def download(city: City, *, by: str = "budi", file_format: RosterFormat = "xlsx") -> bytes:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        _ = translator("id")
        return download_roster(read_db, db, city.actor(by), SESSION, file_format, BASE_URL, _, "id").content


def lines(book: Workbook) -> list[list[Any]]:
    """Return the filled rows: number, name, L/P, kelurahan, RT, group, telephone, mark, signature, code."""
    rows = book.worksheets[0].iter_rows(min_row=FIRST_LINE, max_col=10, values_only=True)
    return [list(row) for row in rows if row[1]]


@pytest.fixture
def registered(city: City) -> City:
    """Register four people, one with attendance, another on the waiting list and a cancelled one."""
    city.session(SESSION, groups=("umkm", "rt"))
    city.register(SESSION, "Siti Aminah")
    city.register(SESSION, "Nur Aini", LAMARU, group="rt")
    city.register(SESSION, "-Oky Basri", None, status=RegistrationStatus.WALK_IN)
    city.register(SESSION, "Dewi Anggrek", outcome=AttendanceStatus.PRESENT)
    city.register(SESSION, "Tunggu Giliran", status=RegistrationStatus.WAITLISTED)
    city.register(SESSION, "Batal Datang", status=RegistrationStatus.CANCELLED)
    return city


def test_the_roster_has_everyone_with_a_seat_by_name(registered: City) -> None:
    found = lines(load_workbook(BytesIO(download(registered))))
    codes = {code for *_, code in found}
    assert [line[:8] for line in found] == [
        [1, "-Oky Basri", None, "Samarinda", None, "UMKM", None, None],
        [2, "Dewi Anggrek", None, "Manggar", None, "UMKM", None, "Hadir"],
        [3, "Nur Aini", None, "Lamaru", None, "Pengurus RT", None, None],
        [4, "Siti Aminah", None, "Manggar", None, "UMKM", None, None],
    ]
    assert codes < {registration.code for registration in registered.all(Registration)}


@pytest.mark.slow  # needs LibreOffice
@on_sqlite
def test_a_roster_filled_in_with_libreoffice_is_read_back_row_by_row(
    registered: City, tmp_path: Path
) -> None:
    book = load_workbook(BytesIO(download(registered)))
    sheet = book.worksheets[0]
    for line, said in enumerate(("Hadir", "Hadir", "Izin", "Tidak hadir"), FIRST_LINE):
        sheet[f"H{line}"] = said
    guest = FIRST_LINE + 4
    for column, said in zip(
        "BCDEFGH", ("Tamu Kenanga", "P", "Damai", "07", "Pengurus RT", "081200000101", "Hadir"), strict=True
    ):
        sheet[f"{column}{guest}"] = said

    returned = save_with_libreoffice(saved(book), tmp_path)

    uploaded = registered.upload(SESSION, returned, name="daftar-hadir.xlsx")
    rows = registered.rows(uploaded.id)
    assert {number: (row.kind, row.result["attendance"]) for number, row in rows.items()} == {
        FIRST_LINE: ("update", "present"),
        FIRST_LINE + 1: ("unchanged", "present"),
        FIRST_LINE + 2: ("update", "excused"),
        FIRST_LINE + 3: ("update", "absent"),
        guest: ("create", "present"),
    }
    assert [row.messages for row in rows.values()] == [[]] * 5
    assert uploaded.warnings == []
    registered.commit(uploaded.id)
    assert registered.outcomes() == {
        "Siti Aminah": "absent",
        "Nur Aini": "excused",
        "-Oky Basri": "present",
        "Dewi Anggrek": "present",
        "Tunggu Giliran": None,
        "Batal Datang": None,
        "Tamu Kenanga": "present",
    }

    after = load_workbook(BytesIO(returned))
    assert after.worksheets[0].protection.sheet
    assert [page.sheet_state for page in after.worksheets] == ["visible", "hidden"]
    assert after.worksheets[0].column_dimensions["J"].hidden
    assert len(after.worksheets[0].data_validations.dataValidation) == 4


def test_each_download_is_logged(registered: City) -> None:
    download(registered)
    download(registered, file_format="pdf")
    taken = [line for line in registered.all(Activity) if line.action == "download"]
    assert [(line.actor, line.subject, line.subject_id, line.after) for line in taken] == [
        ("Budi Petugas", "session", SESSION, {"file": f"daftar-hadir-{SESSION}.{file_format}"})
        for file_format in ("xlsx", "pdf")
    ]


def test_a_printed_list_keeps_its_layout(registered: City) -> None:
    """The same list again is the same print; a list with other people is another, and the first stays as it was."""
    download(registered, file_format="pdf")
    download(registered, file_format="pdf")
    (first,) = registered.all(RosterPrint)
    registered.register(SESSION, "Zahra Melati")
    download(registered, file_format="pdf")

    before, after = registered.all(RosterPrint)
    assert before == first
    assert before.code != after.code
    codes = {registration.code for registration in registered.all(Registration)}
    printed = [line for page in layout_from_json(before.layout).pages for line in page.lines]
    assert len(printed) == 4 + BLANK_LINES
    assert {line.registration for line in printed} - {None} < codes
    assert before.pages == 1
    assert before.printed_by == registered.users["budi"].id


def test_the_address_of_a_printed_page_leads_to_the_upload_of_its_photos(
    registered: City, app: FastAPI
) -> None:
    download(registered, file_format="pdf")
    (roster_print,) = registered.all(RosterPrint)
    budi = logged_in(app, registered.engine, registered.users["budi"])
    for path in (f"/F/{roster_print.code}/1", f"/f/{roster_print.code.lower()}/2"):
        assert budi.get(path).headers["location"] == f"/sesi/{SESSION}/foto"
    assert budi.get("/F/22222222/1").status_code == 404
    assert (
        logged_in(app, registered.engine, registered.users["tono"])
        .get(f"/F/{roster_print.code}/1")
        .status_code
        == 404
    )


def test_the_roster_is_only_for_users_who_record_attendance(registered: City) -> None:
    with pytest.raises(NotFound):
        download(registered, by="tono")
    with pytest.raises(Forbidden):
        download(registered, by="rina")
    assert [line for line in registered.all(Activity) if line.action == "download"] == []
