"""A form that was open while others changed the same: nothing of theirs is overwritten unseen."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.database import writing
from app.models import Organization, Venue
from app.services.workshops.venues import VenueInput, create_venue
from tests.city import MANGGAR, OWN, City
from tests.database import on_sqlite
from tests.pages.conftest import People, create_spbe_workshop
from tests.pages.filled_forms import changes_by_others, form_data

# What is changed, what others save of it, what one sends oneself, and what one is told of theirs.
FORMS = [
    (
        "workshop",
        {"description": "Bawa ponsel", "target_groups": ["tokoh"], "pillar": "aman", "public": ["true"]},
        {"title": "Jualan"},
        {
            "Title": "Workshop Literasi Promosi SPBE",
            "Who it is for": "Community leaders",
            "Pillar of digital literacy": "Digital safety",
            "Description": "Bawa ponsel",
            "People may register themselves on a public page": "Yes",
        },
    ),
    (
        "venue",
        {"kind": "sekolah", "kelurahan": MANGGAR, "wifi": "yes"},
        {"name": "Aula Baru"},
        {"Name": "Aula", "Kind": "School", "Kelurahan": "Manggar", "Free public Wi-Fi": "Yes"},
    ),
    (
        "organization",
        {"kind": "mitra"},
        {"name": "Panitia Baru"},
        {"Name": OWN, "Kind": "Partner"},
    ),
    (
        "target group",
        {"label_en": "Everyone", "synonyms": "penduduk\r\nwarga", "position": "1"},
        {"label_id": "Siapa saja"},
        {
            "Indonesian name": "Umum",
            "English name": "Everyone",
            "Words that sheets use for it": "penduduk, warga",
            "Place in reports": "1",
        },
    ),
    (
        "user",
        {"role": "viewer", "organization": "Komunitas Pesisir Digital", "may_see_participants": ["true"]},
        {"name": "Budi Baru"},
        {
            "Name": "Budi Petugas",
            "Role": "Dinas Kominfo",
            "Organization": "Komunitas Pesisir Digital",
            "Dinas Kominfo: may see participants by name": "Yes",
        },
    ),
]


@on_sqlite
@pytest.mark.parametrize(("what", "theirs", "mine", "told"), FORMS, ids=[form[0] for form in FORMS])
def test_what_others_saved_meanwhile_is_shown_first(
    admin: TestClient,
    city: City,
    people: People,
    what: str,
    theirs: dict[str, Any],
    mine: dict[str, str],
    told: dict[str, str],
) -> None:
    address = address_of(what, city, people)
    opened = form_data(admin.get(address).text)
    assert admin.post(address, data=opened | theirs).status_code == 303

    page = admin.post(address, data=opened | mine)

    assert page.status_code == 409
    assert "Others have changed this meanwhile." in page.text
    assert changes_by_others(page.text) == told
    kept, saved = form_data(page.text), form_data(admin.get(address).text)
    assert (kept | mine, saved | theirs) == (kept, saved)

    again = kept | theirs
    assert admin.post(address, data=again).status_code == 303
    assert admin.post(address, data=again).status_code == 303  # a second click changes nothing


def address_of(what: str, city: City, people: People) -> str:
    if what == "workshop":
        return f"/kegiatan/{create_spbe_workshop(city).code}/ubah"
    if what == "venue":
        with writing(city.engine) as db:
            create_venue(db, city.actor("sari"), VenueInput("Aula"))
        return f"/tempat/{city.all(Venue)[0].id}/ubah"
    if what == "organization":
        found = next(one for one in city.all(Organization) if one.name == OWN)
        return f"/administrasi/penyelenggara/{found.id}"
    return (
        "/administrasi/kelompok/umum"
        if what == "target group"
        else f"/administrasi/pengguna/{people.staff.id}"
    )
