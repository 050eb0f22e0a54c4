"""The roster: downloaded with everyone registered, filled in, and read back row by row."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from app.database import reading, writing
from app.errors import Forbidden, NotFound
from app.i18n import translator
from app.models import Activity, AttendanceStatus, Registration, RegistrationStatus
from app.services.registrations.rosters import RosterFormat, download_roster
from tests.city import LAMARU, City
from tests.database import on_sqlite
from tests.libreoffice import save_with_libreoffice
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


def test_the_roster_is_only_for_users_who_record_attendance(registered: City) -> None:
    with pytest.raises(NotFound):
        download(registered, by="tono")
    with pytest.raises(Forbidden):
        download(registered, by="rina")
    assert [line for line in registered.all(Activity) if line.action == "download"] == []
