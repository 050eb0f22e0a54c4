"""The settings of storage times and the page of what is still kept."""

import pytest
from fastapi.testclient import TestClient

from app.models import RetentionRule
from tests.city import City, crowd

PATH = "/pengaturan/penyimpanan"


def test_an_administrator_sees_the_preview_and_switches_a_rule_on_and_off(
    admin: TestClient, city: City
) -> None:
    city.import_sheet(city.session(), crowd(2))
    page = admin.get(PATH).text
    assert "Older than that now: 0 of 1" in page
    assert "Delete this every night from now on" in page

    assert admin.post(f"{PATH}/files/nyalakan", data={"days": "365"}).status_code == 303
    assert "by Made Admin" in admin.get(PATH).text
    assert admin.post(f"{PATH}/files", data={"days": "400"}).status_code == 303
    assert "by Made Admin" not in admin.get(PATH).text
    assert admin.post(f"{PATH}/files/nyalakan", data={"days": "365"}).status_code == 409
    assert admin.post(f"{PATH}/files", data={"days": "soon"}).status_code == 422
    assert admin.post(f"{PATH}/files/nyalakan", data={"days": "400"}).status_code == 303
    assert admin.post(f"{PATH}/files/matikan").status_code == 303
    (rule,) = city.all(RetentionRule)
    assert (rule.days, rule.switched_on_at) == (400, None)


def test_what_is_still_kept_is_listed(admin: TestClient, city: City) -> None:
    city.import_sheet(city.session(), crowd(2))

    page = admin.get("/data-tersimpan").text

    assert "Rows of uploaded lists" in page
    assert "not switched on: nothing is deleted yet" in page
    assert "/data-tersimpan" in admin.get("/administrasi").text


@pytest.mark.parametrize("path", [PATH, "/data-tersimpan"])
def test_only_administrators_see_them(organizer: TestClient, viewer: TestClient, path: str) -> None:
    assert organizer.get(path).status_code == 403
    assert viewer.get(path).status_code == 403
