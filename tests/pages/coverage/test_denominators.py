"""Data pembanding: everyone sees what is known of areas, Dinas Kominfo and administrators add to it."""

import re

import pytest
from fastapi.testclient import TestClient

from app.models import Denominator
from tests.city import MANGGAR, City
from tests.database import on_sqlite

pytestmark = on_sqlite

RT = {"area_code": MANGGAR, "indicator": "rt", "as_of": "2025-01-31", "source": "Kelurahan Contoh"}


def test_a_figure_is_added_and_taken_back(viewer: TestClient, staff: TestClient, city: City) -> None:
    assert viewer.post("/pembanding/baru", data={**RT, "value": "1.064"}).headers["location"] == "/pembanding"

    page = staff.get("/pembanding").text
    assert "Kelurahan Contoh" in page
    assert "1,064" in page
    assert "hapus" not in page
    added = city.all(Denominator)[-1]
    viewer.post(f"/pembanding/{added.id}/hapus")
    assert "Kelurahan Contoh" not in staff.get("/pembanding").text


def test_the_older_figure_stays_and_is_told_from_the_newer(viewer: TestClient) -> None:
    viewer.post("/pembanding/baru", data={**RT, "value": "60"})
    assert "replaced" not in viewer.get("/pembanding").text
    viewer.post("/pembanding/baru", data={**RT, "value": "64"})

    page = viewer.get("/pembanding").text
    assert page.index("<span>64</span>") < page.index("<span>60</span>") < page.index("replaced")


@pytest.mark.parametrize("as_of", ["", "31-12-2099"])
def test_what_was_typed_stays_with_what_is_wrong(viewer: TestClient, as_of: str) -> None:
    page = viewer.post("/pembanding/baru", data={**RT, "value": "enam", "as_of": as_of})

    assert page.status_code == 422
    assert "A whole number from 1 on is needed." in page.text
    assert "Choose the day for which the source says it" in page.text
    assert 'value="enam"' in page.text
    assert re.search(f'<input id="as_of" [^>]*value="{as_of}"', page.text)
    assert f'value="{MANGGAR}" selected' in page.text


@pytest.mark.parametrize("who", ["organizer", "staff"])
def test_who_may_not_add(who: str, city: City, request: pytest.FixtureRequest) -> None:
    browser: TestClient = request.getfixturevalue(who)
    before = city.all(Denominator)

    assert browser.get("/pembanding/baru").status_code == 403
    assert browser.post("/pembanding/baru", data={**RT, "value": "64"}).status_code == 403
    assert browser.post(f"/pembanding/{before[0].id}/hapus").status_code == 403
    assert city.all(Denominator) == before
