"""What administrators look after is theirs alone; its pages are whole."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.database import on_sqlite
from tests.pages.conftest import People

pytestmark = on_sqlite

PLACES = (
    "/administrasi",
    "/administrasi/pengguna",
    "/administrasi/pengguna/baru",
    "/administrasi/pengguna/1",
    "/administrasi/penyelenggara",
    "/administrasi/penyelenggara/1",
    "/administrasi/kelompok",
    "/administrasi/kelompok/baru",
    "/administrasi/kelompok/rt",
    "/administrasi/wilayah",
    "/administrasi/wilayah/baru",
    "/administrasi/wilayah/64.71.01.1001",
    "/administrasi/sebutan-tak-jelas",
)
# Each changes something, if it may.
CHANGES = {
    "/administrasi/pengguna/baru": {"email": "baru@contoh.id", "name": "Orang Baru", "role": "admin"},
    "/administrasi/pengguna/2": {"name": "Sari Panitia", "role": "admin"},
    "/administrasi/pengguna/2/tautan": {},
    "/administrasi/pengguna/3/nonaktifkan": {},
    "/administrasi/pengguna/3/aktifkan": {},
    "/administrasi/penyelenggara": {"name": "Kampus Contoh", "kind": "mitra"},
    "/administrasi/penyelenggara/1": {"name": "Dinas Lain", "kind": "mitra"},
    "/administrasi/kelompok/baru": {"code": "guru", "label_id": "Guru", "label_en": "Teachers"},
    "/administrasi/kelompok/rt": {"label_id": "RT", "label_en": "RT"},
    "/administrasi/wilayah/baru": {
        "code": "64.71.05.1999",
        "name": "Contoh Baru",
        "valid_from": "2030-01-01",
    },
    "/administrasi/wilayah/64.71.01.1001/penutupan": {"last_day": "2030-01-01"},
    "/administrasi/wilayah/64.71.01.1001/sebutan": {"alias": "Mangar Kota"},
    "/administrasi/wilayah/64.71.01.1002/sebutan/hapus": {"alias": "Lemaru"},
    "/administrasi/sebutan-tak-jelas": {"text": "Perumahan Contoh", "why": "perumahan"},
    "/administrasi/sebutan-tak-jelas/hapus": {"text": "Batakan"},
}


@pytest.mark.parametrize("who", ["organizer", "staff", "viewer"])
def test_it_is_for_administrators(who: str, people: People, request: pytest.FixtureRequest) -> None:
    browser: TestClient = request.getfixturevalue(who)

    assert {place: browser.get(place).status_code for place in PLACES} == dict.fromkeys(PLACES, 403)
    assert {place: browser.post(place, data=data).status_code for place, data in CHANGES.items()} == (
        dict.fromkeys(CHANGES, 403)
    )
    assert 'href="/administrasi"' not in browser.get("/").text


def test_its_pages_are_whole(admin: TestClient) -> None:
    for place in PLACES:
        page = admin.get(place)
        assert page.status_code == 200, place
        assert page.text.count("<h1>") == 1, place
        for name in re.findall(r'<(?:input|select|textarea) id="(\w+)"', page.text):
            assert f'<label for="{name}"' in page.text, f"{place}: {name}"
        assert place == "/administrasi" or '<a href="/administrasi">Administration</a>' in page.text


def test_what_is_not_there_is_not_found(admin: TestClient) -> None:
    for kind, missing in (
        ("pengguna", "999"),
        ("penyelenggara", "999"),
        ("kelompok", "tidak-ada"),
        ("wilayah", "64.71.01"),
    ):
        assert admin.get(f"/administrasi/{kind}/{missing}").status_code == 404
