"""The roster on the session's page."""

from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

pytestmark = pytest.mark.usefixtures("workshop_session")

FILES = {"/sesi/SPBE-2025-1/daftar-hadir.xlsx": b"PK", "/sesi/SPBE-2025-1/daftar-hadir.pdf": b"%PDF"}


def test_the_tab_of_attendance_offers_the_roster(staff: TestClient) -> None:
    page = staff.get("/sesi/SPBE-2025-1/kehadiran").text
    for address, begins in FILES.items():
        assert f'href="{address}"' in page
        assert staff.get(address).content.startswith(begins)


def test_the_roster_names_the_page_for_its_upload(staff: TestClient) -> None:
    sheet = load_workbook(BytesIO(staff.get("/sesi/SPBE-2025-1/daftar-hadir.xlsx").content)).worksheets[0]
    above = [str(cell.value) for line in sheet["A1:J7"] for cell in line if cell.value]
    assert above[-1].endswith("upload: http://127.0.0.1:8000/sesi/SPBE-2025-1/unggah")


def test_users_without_the_permission_get_no_roster(
    nobody: TestClient, stranger: TestClient, viewer: TestClient
) -> None:
    for address in FILES:
        assert nobody.get(address).status_code == 303
        assert stranger.get(address).status_code == 404
        assert viewer.get(address).status_code == 403
    assert stranger.get("/sesi/TIDAK-ADA/daftar-hadir.pdf").status_code == 404
