"""Saying how a sheet is to be read: sheet, header, columns, and what serves where cells are empty."""

import re

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook

from tests.pages.imports.sheets import CLEAR, HEADER, RINA, TUTI, figures, listed, row_text, saved, uploaded
from tests.spreadsheets.examples import saved as workbook_bytes
from tests.spreadsheets.examples import workbook

pytestmark = pytest.mark.usefixtures("workshop_session")


def as_shown(browser: TestClient, address: str) -> dict[str, str]:
    """The mapping form as a browser would send it back."""
    return shown_on(browser.get(f"{address}/pemetaan").text)


def shown_on(page: str) -> dict[str, str]:
    fields = dict(re.findall(r'<input id="(header_row)"[^>]* value="([^"]*)"', page))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def test_the_form_shows_the_fields_of_the_columns(staff: TestClient) -> None:
    address = uploaded(staff, CLEAR)
    shown = as_shown(staff, address)
    assert [shown[f"column-{index}"] for index in range(7)] == [
        "", "name", "nik", "kelurahan", "target_group", "phone", "attendance",
    ]  # fmt: skip
    assert shown["header_row"] == "1"
    assert "Rina Melati" in staff.get(f"{address}/pemetaan").text


def test_sending_the_unchanged_form_changes_nothing(staff: TestClient) -> None:
    address = uploaded(staff, listed(RINA, TUTI))
    before = figures(staff.get(address))
    answer = staff.post(f"{address}/pemetaan", data=as_shown(staff, address))
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert figures(staff.get(address)) == before


def test_a_column_can_be_ignored_and_corrections_stay(staff: TestClient) -> None:
    address = uploaded(staff, listed(RINA, TUTI))
    staff.post(f"{address}/baris/3", data={"kelurahan": "Damai"})
    staff.post(f"{address}/pemetaan", data=as_shown(staff, address) | {"column-5": ""})
    page = staff.get(address)
    assert "081200000101" not in page.text
    assert "Tuti Kenanga Damai" in row_text(page, 3)


def test_a_field_can_be_chosen_for_a_column(staff: TestClient) -> None:
    address = uploaded(staff, workbook(["Nama", "Kolom A", "Kategori"], ["Rina Melati", "Mgr 1", "UMKM"]))
    assert "Mgr 1" not in row_text(staff.get(address), 2)
    staff.post(f"{address}/pemetaan", data=as_shown(staff, address) | {"column-1": "kelurahan"})
    assert "“Mgr 1”" in row_text(staff.get(address), 2)


def test_a_mapping_is_used_again_until_it_is_forgotten(staff: TestClient) -> None:
    sheet = workbook(["Nama", "Kolom A", "Kategori"], ["Rina Melati", "Mgr 1", "UMKM"])
    first = uploaded(staff, sheet)
    staff.post(f"{first}/pemetaan", data=as_shown(staff, first) | {"column-1": "kelurahan"})

    address = uploaded(staff, sheet)
    page = staff.get(address)
    assert "“Mgr 1”" in row_text(page, 2)
    assert "The columns are read as somebody set them" in page.text
    assert f'action="{address}/pemetaan/lupakan"' in page.text

    assert staff.post(f"{address}/pemetaan/lupakan").headers["location"] == address
    page = staff.get(address)
    assert "“Mgr 1”" not in row_text(page, 2)
    assert "as somebody set them" not in page.text
    assert "“Mgr 1”" not in row_text(staff.get(uploaded(staff, sheet)), 2)


def test_choosing_another_sheet_reads_it(staff: TestClient) -> None:
    book = Workbook()
    book.worksheets[0].title = "Hari 1"
    second = book.create_sheet("Hari 2")
    for row in (HEADER, RINA):
        book.worksheets[0].append(list(row))
    for other in (
        ["Daftar hadir"],
        ["Nama", "RT", "Kategori", "Kelurahan"],
        ["Budi Anggrek", 3, "RT", "Damai"],
    ):
        second.append(other)
    address = uploaded(staff, workbook_bytes(book))
    assert "one of 2: Hari 1, Hari 2" in staff.get(address).text
    staff.post(f"{address}/pemetaan", data=as_shown(staff, address) | {"column-3": ""})

    staff.post(f"{address}/pemetaan", data=as_shown(staff, address) | {"sheet": "Hari 2"})

    page = staff.get(address)
    assert "Budi Anggrek Damai" in row_text(page, 3)
    assert as_shown(staff, address)["header_row"] == "2"


def test_other_sheets_of_the_workbook_are_mentioned(staff: TestClient) -> None:
    book = Workbook()
    book.worksheets[0].title = "Manggar"
    for row in (HEADER, RINA):
        book.worksheets[0].append(row)
    alone = staff.get(uploaded(staff, workbook_bytes(book))).text
    book.create_sheet("Damai")
    among = staff.get(uploaded(staff, workbook_bytes(book))).text

    assert "is read here" not in alone
    assert "Only the sheet “Manggar” is read here. If “Damai” has a list too" in among


def test_chosen_defaults_fill_blank_cells(staff: TestClient) -> None:
    address = uploaded(
        staff, workbook(["Nama", "Kehadiran"], ["Rina Melati", "hadir"], ["Tuti Kenanga", None])
    )
    chosen = {"kelurahan": "64.71.01.1001", "target_group": "rt", "blank_means": "present"}
    staff.post(f"{address}/pemetaan", data=as_shown(staff, address) | chosen)
    page = staff.get(address)
    assert figures(page) == {"all": "2", "create": "2"}
    assert "Tuti Kenanga Manggar" in row_text(page, 3)
    assert "Present" in row_text(page, 3)


def test_an_invalid_header_row_is_refused_in_the_form(staff: TestClient) -> None:
    address = uploaded(staff, CLEAR)
    sent = as_shown(staff, address) | {"header_row": "2", "column-5": "", "blank_means": "absent"}
    page = staff.post(f"{address}/pemetaan", data=sent)
    assert page.status_code == 422
    assert 'class="refusal"' in page.text
    assert shown_on(page.text) == sent
    assert "Rina Melati" in row_text(staff.get(address), 2)


def test_a_saved_import_is_not_read_again(staff: TestClient) -> None:
    address = saved(staff, CLEAR)
    assert staff.post(f"{address}/pemetaan", data={"header_row": "1", "column-5": ""}).status_code == 409


def test_a_column_beyond_the_limit_is_refused_in_the_form(staff: TestClient) -> None:
    address = uploaded(staff, CLEAR)
    page = staff.post(f"{address}/pemetaan", data=as_shown(staff, address) | {"column-512": "note"})
    assert page.status_code == 422
    assert "Only the first 512 columns" in page.text


def test_too_large_numbers_are_refused_or_ignored(staff: TestClient) -> None:
    address, endless = uploaded(staff, CLEAR), "9" * 5000
    assert staff.post(f"{address}/pemetaan", data={"header_row": endless}).status_code == 422
    assert staff.post(f"{address}/pemetaan", data={f"column-{endless}": "name"}).status_code == 303


def test_the_meaning_of_blanks_is_changed_on_the_review_page(staff: TestClient) -> None:
    address = uploaded(staff, listed((*RINA[:6], None)))
    page = staff.get(address)
    assert "counts as present" in page.text
    assert 'name="blank_means" value="absent"' in page.text

    answer = staff.post(f"{address}/kehadiran-kosong", data={"blank_means": "absent"})

    assert (answer.status_code, answer.headers["location"]) == (303, address)
    page = staff.get(address)
    assert "counts as absent" in page.text
    assert 'name="blank_means" value="present"' in page.text
    assert "Absent" in row_text(page, 2)
    assert staff.post(f"{address}/kehadiran-kosong", data={"blank_means": "maybe"}).status_code == 422

    staff.post(f"{address}/simpan")
    assert 'name="blank_means"' not in staff.get(address).text
