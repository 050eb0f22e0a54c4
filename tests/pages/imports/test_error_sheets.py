"""The rows to correct, from the page of an import."""

from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from tests.pages.imports.sheets import CLEAR, MIXED, saved, uploaded

pytestmark = pytest.mark.usefixtures("workshop_session")


def test_the_review_page_offers_the_error_sheet(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    assert f'href="{address}/perbaikan.xlsx"' in staff.get(address).text

    page = load_workbook(BytesIO(staff.get(f"{address}/perbaikan.xlsx").content)).worksheets[0]

    assert [line[1].value for line in page.iter_rows(min_row=2)] == ["Tuti Kenanga", "Lukman Cempaka"]


def test_the_error_sheet_is_offered_after_saving_only_valid_rows(staff: TestClient) -> None:
    address = saved(staff, MIXED, {"only_valid": "true"})
    assert f'href="{address}/perbaikan.xlsx"' in staff.get(address).text


def test_no_error_sheet_is_offered_if_nothing_needs_correcting(staff: TestClient) -> None:
    address = uploaded(staff, CLEAR)
    assert "perbaikan.xlsx" not in staff.get(address).text
    answer = staff.get(f"{address}/perbaikan.xlsx")
    assert answer.status_code == 409
    assert "No row of this import needs correcting." in answer.text


def test_an_error_sheet_needs_permission(
    staff: TestClient, nobody: TestClient, stranger: TestClient, viewer: TestClient
) -> None:
    address = f"{uploaded(staff, MIXED)}/perbaikan.xlsx"
    assert nobody.get(address).status_code == 303
    assert stranger.get(address).status_code == 404
    assert viewer.get(address).status_code == 403
