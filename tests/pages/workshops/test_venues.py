"""The list of venues; creating, changing and deleting a venue."""

import re
from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import writing
from app.models import Area, Venue, VenueKind, Workshop, WorkshopSession
from app.queries.workshops.venues import PAGE_LENGTH
from app.services.workshops.venues import VenueInput, create_venue
from tests.city import LAMARU, MANGGAR, OWN, City
from tests.queries.counting import queries_of

TAMAN = {"name": "Taman Contoh", "kind": "ruang-publik", "kelurahan": MANGGAR, "wifi": "yes"}


@pytest.fixture
def taman(city: City) -> Venue:
    return create(city, "Taman Contoh", VenueKind.RUANG_PUBLIK, MANGGAR, wifi=True)


def create(
    city: City,
    name: str,
    kind: str = VenueKind.LAINNYA,
    kelurahan: str | None = None,
    *,
    wifi: bool | None = None,
) -> Venue:
    with writing(city.engine) as db:
        return create_venue(db, city.actor("sari"), VenueInput(name, kind, kelurahan, wifi))


def names_in(browser: TestClient, **filters: str) -> list[str]:
    page = browser.get("/tempat", params=filters).text
    return re.findall(r'<th scope="row">(?:<a [^>]+>)?([^<]+)', page)


def test_an_organizer_adds_a_venue(organizer: TestClient, admin: TestClient, city: City) -> None:
    assert organizer.get("/tempat/baru").status_code == 200

    answer = organizer.post("/tempat/baru", data=TAMAN | {"name": " Taman  Contoh "})

    page = organizer.get(answer.headers["location"]).text
    for text in ("The venue is added.", "Taman Contoh", "Public space", "Manggar", 'badge-good">Yes'):
        assert text in page
    (venue,) = city.all(Venue)
    assert (venue.kind, venue.kelurahan_code, venue.public_wifi) == (VenueKind.RUANG_PUBLIK, MANGGAR, True)
    assert re.search(r"Sari Panitia</strong> created\s+venue", admin.get("/catatan").text)


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"name": " "}, "name", "A name is needed."),
        ({"name": "n" * 201}, "name", "A name has at most 200 characters."),
        ({"name": "Taman Contoh"}, "name", "There is a venue of this name already."),
        ({"kind": "pasar"}, "kind", "This kind of venue is not known."),
        ({"kelurahan": "64.71.99.9999"}, "kelurahan", "This kelurahan is not known."),
    ],
)
def test_a_refused_form_keeps_its_values_and_marks_the_wrong_field(
    organizer: TestClient, taman: Venue, city: City, values: dict[str, str], field: str, text: str
) -> None:
    page = organizer.post("/tempat/baru", data={"name": "Balai <Contoh>", "wifi": "no"} | values)

    assert page.status_code == 422
    assert f'id="{field}-error">{text}' in page.text
    assert 'value="no" checked' in page.text
    assert len(city.all(Venue)) == 1


def test_the_pages_of_sessions_show_a_changed_venue(
    organizer: TestClient, staff: TestClient, city: City, workshop_session: WorkshopSession
) -> None:
    (hall,) = city.all(Venue)
    form = organizer.get(f"/tempat/{hall.id}/ubah").text
    assert 'value="Aula Balai Kota"' in form
    assert 'value="unknown" checked' in form
    assert "Sessions held here: 1." in form

    organizer.post(f"/tempat/{hall.id}/ubah", data={"name": "Aula Contoh", "kelurahan": LAMARU, "wifi": "no"})

    assert "Aula Contoh" in staff.get("/sesi/SPBE-2025-1").text
    (hall,) = city.all(Venue)
    assert (hall.kelurahan_code, hall.public_wifi) == (LAMARU, False)


def test_a_venue_stays_in_a_kelurahan_that_has_ended(organizer: TestClient, city: City, taman: Venue) -> None:
    with writing(city.engine) as db:
        db.get_one(Area, MANGGAR).valid_to = date(2025, 9, 30)

    form = organizer.get(f"/tempat/{taman.id}/ubah").text
    saved = organizer.post(f"/tempat/{taman.id}/ubah", data=TAMAN | {"name": "Taman Baru"})

    assert f'value="{MANGGAR}" selected' in form
    assert saved.status_code == 303
    assert [(venue.name, venue.kelurahan_code) for venue in city.all(Venue)] == [("Taman Baru", MANGGAR)]
    assert organizer.post("/tempat/baru", data=TAMAN).status_code == 422


def test_a_venue_keeps_its_name_but_cannot_take_that_of_another(
    organizer: TestClient, taman: Venue, city: City
) -> None:
    create(city, "Balai Contoh")

    page = organizer.post(f"/tempat/{taman.id}/ubah", data=TAMAN | {"name": "Balai Contoh"})
    assert (page.status_code, "There is a venue of this name already." in page.text) == (422, True)
    assert organizer.post(f"/tempat/{taman.id}/ubah", data=TAMAN).status_code == 303


def test_only_an_unused_venue_is_deleted(
    admin: TestClient, city: City, workshop_session: WorkshopSession
) -> None:
    (used,) = city.all(Venue)
    unused = create(city, "Balai Contoh")
    assert f"/tempat/{used.id}/hapus" not in admin.get(f"/tempat/{used.id}/ubah").text
    assert f"/tempat/{unused.id}/hapus" in admin.get(f"/tempat/{unused.id}/ubah").text

    refused = admin.post(f"/tempat/{used.id}/hapus")
    assert (refused.status_code, "it can&#39;t be deleted" in refused.text) == (409, True)
    assert admin.post(f"/tempat/{unused.id}/hapus").status_code == 303

    assert [venue.name for venue in city.all(Venue)] == [used.name]
    assert admin.post(f"/tempat/{unused.id}/hapus").status_code == 404


@pytest.mark.parametrize(
    ("user", "adds", "changes"),
    [
        ("admin", True, True),
        ("organizer", True, True),
        ("stranger", True, False),
        ("staff", False, False),
        ("viewer", False, False),
    ],
)
def test_a_venue_is_changed_by_its_owner_or_an_administrator(
    user: str, adds: bool, changes: bool, taman: Venue, city: City, request: pytest.FixtureRequest
) -> None:
    """The organizer of another organization sees the venue and uses it, but finds no control to change it."""
    browser: TestClient = request.getfixturevalue(user)
    page = browser.get("/tempat").text
    assert "Taman Contoh" in page
    assert OWN in page

    for address, allowed in (
        ("/tempat/baru", adds),
        ("/tempat/unggah", adds),
        (f"/tempat/{taman.id}/ubah", changes),
    ):
        assert (f'href="{address}"' in page) == allowed
        assert browser.get(address).status_code == (200 if allowed else 403)
    assert browser.post("/tempat/baru", data={"name": "Balai"}).status_code == (303 if adds else 403)
    renamed = browser.post(f"/tempat/{taman.id}/ubah", data=TAMAN | {"name": "Taman Kami"})
    assert renamed.status_code == (303 if changes else 403)
    assert ("Taman Kami" in [venue.name for venue in city.all(Venue)]) == changes
    assert browser.post(f"/tempat/{taman.id}/hapus").status_code == (303 if changes else 403)
    assert (taman.id in [venue.id for venue in city.all(Venue)]) != changes


def test_a_venue_that_a_session_names_belongs_to_the_organization_of_its_workshop(
    staff: TestClient, stranger: TestClient, city: City, workshop: Workshop
) -> None:
    """Staff may name a new place for a session, and others hold theirs there, but neither changes it."""
    session = {"day": "05-08-2026", "starts": "9", "ends": "12", "venue": "Aula Contoh"}
    staff.post("/kegiatan/SPBE-2025/sesi/baru", data=session | {"code": "SPBE-2025-1"})
    city.workshop("TONO", by="tono")
    stranger.post("/kegiatan/TONO/sesi/baru", data=session | {"code": "TONO-1"})

    (hall,) = city.all(Venue)
    assert hall.organization_id == workshop.organization_id
    assert [held.venue_id for held in city.all(WorkshopSession)] == [hall.id, hall.id]
    for browser in (staff, stranger):
        assert browser.post(f"/tempat/{hall.id}/ubah", data={"name": "Lain"}).status_code == 403


def test_a_venue_without_owner_is_given_to_one_by_an_administrator(
    admin: TestClient, organizer: TestClient, city: City
) -> None:
    with writing(city.engine) as db:
        db.add(Venue(name="Balai Lama"))
    (hall,) = city.all(Venue)
    address, own = f"/tempat/{hall.id}/ubah", city.users["sari"].organization_id
    assert organizer.post(address, data={"name": "Balai Kami", "owner": str(own)}).status_code == 403

    assert "None: only administrators change it" in admin.get(address).text
    admin.post(address, data={"name": "Balai Lama", "owner": str(own)})

    form = organizer.get(address)
    assert form.status_code == 200
    assert 'name="owner"' not in form.text
    organizer.post(address, data={"name": "Balai Kami", "owner": str(city.users["tono"].organization_id)})
    assert [(venue.name, venue.organization_id) for venue in city.all(Venue)] == [("Balai Kami", own)]
    assert admin.post(address, data={"name": "Balai", "owner": "999"}).status_code == 422


def test_the_list_is_filtered(viewer: TestClient, city: City, taman: Venue) -> None:
    create(city, "Balai Contoh", VenueKind.AULA, LAMARU, wifi=False)
    create(city, "Pos Contoh")

    assert names_in(viewer) == ["Balai Contoh", "Pos Contoh", "Taman Contoh"]
    assert names_in(viewer, q="aMAN") == ["Taman Contoh"]
    assert names_in(viewer, q="%") == []
    assert names_in(viewer, kelurahan=LAMARU) == ["Balai Contoh"]
    assert names_in(viewer, kind="ruang-publik") == ["Taman Contoh"]
    assert names_in(viewer, wifi="yes") == ["Taman Contoh"]
    assert names_in(viewer, wifi="no") == ["Balai Contoh"]
    assert names_in(viewer, wifi="unknown") == ["Pos Contoh"]
    assert "No venue matches." in viewer.get("/tempat?q=%25").text


def test_a_long_list_has_pages(viewer: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        db.add_all(Venue(name=f"Pos {number:02}") for number in range(PAGE_LENGTH + 2))

    page = viewer.get("/tempat?q=pos").text
    next_page = re.search(r'rel="next" href="([^"]+)"', page)
    assert next_page is not None
    assert page.count('<th scope="row">') == PAGE_LENGTH

    last = viewer.get(next_page[1].replace("&amp;", "&")).text
    assert re.findall(r'<th scope="row">([^<]+)', last) == ["Pos 50", "Pos 51"]
    assert 'href="/tempat?q=pos"' in last


def test_kelurahan_without_wifi_are_listed(viewer: TestClient, city: City) -> None:
    create(city, "Balai Contoh", kelurahan=LAMARU, wifi=False)
    assert (
        "34 of 34 kelurahan have no venue that is known to have free public Wi-Fi"
        in viewer.get("/tempat").text
    )

    create(city, "Taman Contoh", kelurahan=MANGGAR, wifi=True)

    page = viewer.get("/tempat").text
    assert "33 of 34 kelurahan" in page
    assert f'href="/tempat?kelurahan={MANGGAR}"' not in page
    assert f'href="/tempat?kelurahan={LAMARU}"' in page


def test_a_longer_list_takes_no_more_queries(
    app: FastAPI, organizer: TestClient, city: City, taman: Venue
) -> None:
    engine: Engine = app.state.container.engine
    organizer.get("/privasi")  # the letterhead is asked for once and kept
    queries = queries_of(engine, lambda: organizer.get("/tempat"))
    for number in range(5):
        create(city, f"Pos {number}")

    assert queries_of(engine, lambda: organizer.get("/tempat")) == queries
