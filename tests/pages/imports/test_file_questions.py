"""The questions about a whole list: each can be answered on the page, and saving waits for the answer."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.pages.imports.sheets import row_text, uploaded
from tests.spreadsheets.examples import workbook

pytestmark = pytest.mark.usefixtures("workshop_session")

FIELD = Path(__file__).parents[2] / "field"
NAMES = ("Anggrek", "Bakung", "Cempaka", "Dahlia")
FEW_SIGNED = workbook(
    ["Nama", "Kelurahan", "TTD"],
    *([f"Peserta {name}", "Manggar", ""] for name in NAMES),
    ["Rina Melati", "Lamaru", "ttd"],
)
COLOURED = (FIELD / "24-warna-hadir.xlsx").read_bytes()
SEVERAL_SHEETS = (FIELD / "19-sheet-per-kelurahan.xlsx").read_bytes()
INTENTIONS = (FIELD / "03-gform-pendaftaran-bersedia.xlsx").read_bytes()


def save(staff: TestClient, address: str, *confirmed: str) -> Response:
    return staff.post(f"{address}/simpan", data={"confirm": confirmed, "only_valid": "true"})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (FEW_SIGNED, "marks-few"),
        (COLOURED, "colours"),
        (SEVERAL_SHEETS, "sheets-unread"),
        (INTENTIONS, "looks-like-registration"),
    ],
)
def test_nothing_is_saved_before_the_question_is_answered(
    staff: TestClient, content: bytes, code: str
) -> None:
    address = uploaded(staff, content)
    assert f'id="tanya-{code}"' in staff.get(address).text
    assert save(staff, address).status_code == 409


@pytest.mark.parametrize("content", [FEW_SIGNED, COLOURED])
def test_a_choice_for_those_without_a_mark_answers_it(staff: TestClient, content: bytes) -> None:
    address = uploaded(staff, content)
    staff.post(f"{address}/kehadiran-kosong", data={"blank_means": "absent"})
    assert "About the whole list" not in staff.get(address).text
    assert save(staff, address).status_code == 303


def test_sheets_that_are_no_part_of_the_list_are_ticked_off(staff: TestClient) -> None:
    address = uploaded(staff, SEVERAL_SHEETS)
    assert 'value="sheets-unread"' not in staff.get(address).text
    staff.post(f"{address}/kelompok", data={"target_group": "umkm"})
    assert 'name="confirm" value="sheets-unread" required' in staff.get(address).text
    assert save(staff, address, "sheets-unread").status_code == 303


def test_in_a_list_without_headings_the_columns_are_chosen(staff: TestClient) -> None:
    address = uploaded(
        staff, workbook([1, "Rina Melati", "Manggar", "UMKM"], [2, "Budi Kamboja", "Lamaru", "UMKM"])
    )
    assert address.endswith("/pemetaan")
    page = staff.get(address)
    assert "Choose above each column what it is" in page.text
    assert "<td>Rina Melati</td>" in page.text
    review = address.removesuffix("/pemetaan")
    assert save(staff, review).status_code == 409

    columns = {"column-1": "name", "column-2": "kelurahan", "column-3": "target_group"}
    staff.post(address, data={"sheet": "Sheet", "header_row": "0", **columns})

    assert "Rina Melati" in row_text(staff.get(review), 1)
    assert save(staff, review).status_code == 303
