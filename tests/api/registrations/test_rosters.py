"""The roster over HTTP, as xlsx and pdf."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.models import Activity
from app.reports.formats.download import MEDIA_TYPES
from app.services.registrations.rosters import RosterFormat
from tests.api.conftest import Program
from tests.api.problems import status_and_code
from tests.city import City

ADDRESS = "/sessions/UMKM-2025-1/roster"


@pytest.mark.parametrize(("file_format", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_a_program_downloads_the_roster(
    sari: TestClient, city: City, file_format: RosterFormat, begins: bytes
) -> None:
    city.register(city.session(), "Siti Aminah")

    answer = sari.get(f"{ADDRESS}.{file_format}")

    assert answer.content.startswith(begins)
    assert answer.headers["content-type"] == MEDIA_TYPES[file_format]
    assert answer.headers["content-disposition"].endswith(f"attendance-list-UMKM-2025-1.{file_format}")
    (taken,) = [line for line in city.all(Activity) if line.action == "download"]
    assert taken.actor == "Sari Panitia"


def test_users_without_the_permission_get_no_roster(app: FastAPI, program: Program, city: City) -> None:
    city.session()
    anybody = TestClient(app, base_url="http://testserver/api/v1")
    assert status_and_code(anybody.get(f"{ADDRESS}.xlsx")) == (401, "unauthenticated")
    assert status_and_code(program("tono").get(f"{ADDRESS}.xlsx")) == (404, "not-found")
    assert status_and_code(program("rina").get(f"{ADDRESS}.pdf")) == (403, "forbidden")
    assert [line for line in city.all(Activity) if line.action == "download"] == []


def test_unknown_sessions_and_formats_are_not_found(sari: TestClient, city: City) -> None:
    city.session()
    assert status_and_code(sari.get("/sessions/NIRWANA/roster.xlsx")) == (404, "not-found")
    assert sari.get(f"{ADDRESS}.docx").status_code == 422
