"""An administrator uploads boundaries, looks at the map and shows it; then everybody has it."""

import re

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.boundaries import make_geojson
from tests.city import City

PATH = "/administrasi/batas"


def upload(
    admin: TestClient, content: bytes, *, source: str = "Kantor Contoh", as_of: str = "1-6-2025"
) -> Response:
    return admin.post(
        PATH, files={"file": ("batas.geojson", content)}, data={"source": source, "as_of": as_of}
    )


def show(admin: TestClient) -> Response:
    """Save what was uploaded, as the page shows it."""
    checksum = re.search(r'name="checksum" value="(\w+)"', admin.get(PATH).text)
    assert checksum
    return admin.post(f"{PATH}/tampilkan", data={"checksum": checksum[1]})


def test_from_the_file_to_the_map(admin: TestClient, viewer: TestClient, figures_of_2025: City) -> None:
    assert viewer.get("/cakupan.geojson").status_code == 404
    assert "peta=batas" not in viewer.get("/cakupan").text

    assert upload(admin, make_geojson()).status_code == 303
    page = admin.get(PATH).text
    assert "area-map" in page
    assert "Uploaded, not shown yet" in page
    assert "peta=batas" not in viewer.get("/cakupan").text

    assert show(admin).status_code == 303
    tiles, boundaries = viewer.get("/cakupan?to=31-12-2025"), viewer.get("/cakupan?to=31-12-2025&peta=batas")
    assert "area-map" not in tiles.text
    assert 'href="/cakupan?to=2025-12-31&amp;peta=batas#map"' in tiles.text
    assert "area-map" in boundaries.text
    assert "Boundaries: Kantor Contoh, 1 June 2025." in boundaries.text
    assert "/cakupan.geojson" in boundaries.text

    answer = viewer.get("/cakupan.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    features = {feature["id"]: feature for feature in answer.json()["features"]}
    assert len(features) == 34
    manggar = features["64.71.01.1001"]
    assert manggar["geometry"]["type"] == "Polygon"
    assert (manggar["properties"]["participants"], manggar["properties"]["state"]) == (2, "reached")

    assert admin.post(f"{PATH}/hapus").status_code == 303
    assert viewer.get("/cakupan.geojson").status_code == 404
    assert "area-map" not in viewer.get("/cakupan?peta=batas").text


def test_everything_that_is_wrong_is_listed_and_nothing_is_saved(admin: TestClient) -> None:
    answer = upload(admin, make_geojson(lambda features: features[0]["properties"].update(KODE="6471011999")))

    assert answer.status_code == 422
    assert "Codes that are no open kelurahan: 6471011999." in answer.text
    assert "There is no boundary for: Manggar." in answer.text
    assert 'value="Kantor Contoh"' in answer.text
    assert "not shown yet" not in admin.get(PATH).text


def test_source_and_day_are_needed_and_the_day_is_not_to_come(admin: TestClient) -> None:
    without = upload(admin, make_geojson(), source=" ", as_of="")
    to_come = upload(admin, make_geojson(), as_of="1-1-2099")

    assert without.status_code == to_come.status_code == 422
    assert "The date is missing." in without.text
    assert "not after today" in to_come.text


def test_fifty_megabytes_are_answered_on_the_page(admin: TestClient) -> None:
    answer = upload(admin, b" " * 50 * 1024**2)

    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert "The file is larger than 10 MB." in admin.get(PATH).text


def test_only_what_was_looked_at_is_shown(admin: TestClient) -> None:
    upload(admin, make_geojson())
    seen = re.search(r'name="checksum" value="(\w+)"', admin.get(PATH).text)
    assert seen
    upload(admin, make_geojson(), source="Kantor Lain")  # by another administrator

    answer = admin.post(f"{PATH}/tampilkan", data={"checksum": seen[1]})

    assert answer.status_code == 409
    assert "Look at them again" in answer.text
    assert show(admin).status_code == 303
    assert show_twice_is_refused(admin)


def show_twice_is_refused(admin: TestClient) -> bool:
    return admin.post(f"{PATH}/tampilkan", data={"checksum": ""}).status_code == 409
