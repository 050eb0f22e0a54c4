"""The host of an online meeting is left out in the review, and taken in again with one press."""

import pytest
from fastapi.testclient import TestClient

from app.models import RowKind
from tests.city import City
from tests.pages.imports.sheets import uploaded
from tests.spreadsheets.field_lists import FIELD

pytestmark = [
    pytest.mark.usefixtures("workshop_session"),
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]
HOST = 5


def test_the_host_is_taken_in_again_and_left_out_again(city: City, staff: TestClient) -> None:
    address = uploaded(staff, (FIELD / "10-zoom-participants.csv").read_bytes(), "participants.csv")
    import_id = int(address.rsplit("/", 1)[1])
    assert "“Diskominfo Balikpapan” hosted the meeting and is left out." in staff.get(address).text
    assert city.rows(import_id)[HOST].kind is RowKind.SKIP

    staff.post(f"{address}/baris/{HOST}", data={"choice": "keep"})
    assert city.rows(import_id)[HOST].kind is RowKind.REVIEW

    staff.post(f"{address}/baris/{HOST}", data={"choice": "skip"})
    assert city.rows(import_id)[HOST].kind is RowKind.SKIP
