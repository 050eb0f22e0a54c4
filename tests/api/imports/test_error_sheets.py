"""The rows that need attention as a file, over HTTP."""

from io import BytesIO
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from app.reports.formats.download import MEDIA_TYPES
from tests.api.conftest import Program
from tests.api.imports.uploads import send
from tests.api.problems import status_and_code
from tests.city import City, crowd


def test_an_error_sheet_is_downloaded_corrected_and_uploaded(
    sari: TestClient, document: dict[str, Any]
) -> None:
    answer = sari.get(f"/attendance-imports/{document['id']}/errors.xlsx")
    assert answer.headers["content-type"] == MEDIA_TYPES["xlsx"]
    assert answer.headers["content-disposition"].endswith("daftar-to-correct.xlsx")

    book = load_workbook(BytesIO(answer.content))
    page = book.worksheets[0]
    assert [cell.value for cell in page[2]][:3] == [3, "Nur Aini", "Antah Berantah"]
    page["C2"] = "Manggar"
    returned = BytesIO()
    book.save(returned)

    again = send(sari, returned.getvalue(), "diperbaiki.xlsx").json()
    assert [(row["name"], row["kind"], row["attendance"]) for row in again["rows"]] == [
        ("Nur Aini", "create", "present")
    ]


def test_an_error_sheet_needs_permission(app: FastAPI, program: Program, document: dict[str, Any]) -> None:
    address = f"/attendance-imports/{document['id']}/errors.xlsx"
    anybody = TestClient(app, base_url="http://testserver/api/v1")
    assert status_and_code(anybody.get(address)) == (401, "unauthenticated")
    assert status_and_code(program("tono").get(address)) == (404, "not-found")
    assert status_and_code(program("rina").get(address)) == (403, "forbidden")


def test_no_error_sheet_if_nothing_needs_correcting(sari: TestClient, city: City) -> None:
    attendance_import = city.upload(city.session(), crowd(1))
    assert status_and_code(sari.get(f"/attendance-imports/{attendance_import.id}/errors.xlsx")) == (
        409,
        "nothing-to-correct",
    )
