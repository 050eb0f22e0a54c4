"""What stands beside a row so that it can be decided: what was understood, what is known, and why it is asked."""

import pytest
from fastapi.testclient import TestClient

from tests.pages.sheets import row_text, saved, uploaded
from tests.spreadsheets.story import workbook

pytestmark = pytest.mark.usefixtures("workshop_session")

HEADER = ("Nama", "NIK", "Kelurahan", "RT", "Kategori", "HP", "Email", "JK", "Tgl Lahir", "Kehadiran")
RINA = (
    "Rina Melati",
    "6471054408900002",
    "Manggar",
    "3",
    "UMKM",
    "081200000101",
    "rina@contoh.id",
    "P",
    "04-08-1990",
    "hadir",
)


def listed(*people: tuple[str | None, ...]) -> bytes:
    return workbook(HEADER, *people)


def test_what_is_known_stands_beside_what_the_sheet_says_otherwise(staff: TestClient) -> None:
    saved(staff, listed(RINA))
    other = (*RINA[:3], "4", "UMKM", "081300000202", "r.melati@contoh.id", "L", "05-08-1990", "hadir")
    page = staff.get(uploaded(staff, listed(other)))

    said = row_text(page, 2)
    for known in ("RT 3", "0812••••101", "r••••@contoh.id", "P", "04-08-1990"):
        assert f"Known: {known}" in said
    assert "081200000101" not in page.text
    assert " rina@contoh.id" not in page.text


def test_of_another_nik_the_last_digits_are_shown(staff: TestClient) -> None:
    saved(staff, listed(RINA))
    page = staff.get(uploaded(staff, listed((RINA[0], "6471055506890003", *RINA[2:8], None, "hadir"))))

    assert "Known: ••••••••••••0002" in row_text(page, 2)


def test_the_form_of_a_row_says_what_is_known_too(staff: TestClient) -> None:
    saved(staff, listed(RINA))
    address = uploaded(staff, listed((*RINA[:7], "L", *RINA[8:])))

    assert "Known: P" in staff.get(f"{address}/baris/2").text
