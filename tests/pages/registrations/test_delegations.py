"""The page of a delegation link, used by the staff of a kelurahan."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from itsdangerous import URLSafeSerializer

from app.database import writing
from app.models import DelegationLink, Registration
from app.models.base import now
from app.services.registrations.delegation_links import sign_link_id
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.database import on_sqlite
from tests.pages.conftest import english_browser
from tests.pages.registrations.delegations import LINKS, link
from tests.scenarios import SECRET
from tests.upcoming_sessions import (
    begin_session,
    create_upcoming_session,
    registration_statuses,
    update_session,
)

Delegation = Callable[..., Response]
CONTACT = "0812 0000 0700"


@pytest.fixture
def kelurahan(app: FastAPI) -> TestClient:
    """The browser of Manggar's staff, who have no account."""
    return english_browser(app)


def register(browser: TestClient, address: str, *names: str, **columns: list[str]) -> Response:
    """Send the form for people who run a business."""
    form = {
        "name": list(names),
        "target_group": ["umkm"] * len(names),
        "contact": CONTACT,
        "informed": "true",
    }
    return browser.post(address, data=form | columns)


def test_full_caps_are_named_on_the_page(organizer: TestClient, kelurahan: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=2, places_per_kelurahan=1)
    mine, theirs = link(organizer), link(organizer, LAMARU)

    register(kelurahan, theirs, "Siti Contoh")
    assert "All places of your kelurahan are taken." in kelurahan.get(theirs).text
    assert "Kelurahan Manggar: 1 of 1 left" in kelurahan.get(mine).text
    register(kelurahan, mine, "Budi Contoh")
    page = kelurahan.get(link(organizer, SEPINGGAN)).text

    assert "All places of this session are taken." in page
    assert "The whole session: full (2 places)" in page
    assert "Kelurahan Sepinggan:" not in page
    assert "All places of your kelurahan" not in page


def test_a_delegation_is_registered_at_once(organizer: TestClient, kelurahan: TestClient, city: City) -> None:
    create_upcoming_session(city, places_per_kelurahan=3)
    address = link(organizer)
    page = kelurahan.get(address).text
    assert "Delegation of kelurahan Manggar" in page
    assert "Kelurahan Manggar: 3 of 3 left" in page
    assert page.count("<legend>") == 3

    answer = register(
        kelurahan,
        address,
        "Siti Contoh",
        "",
        "Budi Contoh",
        rt=["12", "", ""],
        phone=["081200000411", "", ""],
    )

    assert answer.headers["location"] == f"{address}#kabar"
    (made,) = city.all(DelegationLink)
    assert [
        (
            registration.kelurahan_code,
            registration.rt,
            registration.contact_phone,
            registration.status,
            registration.channel,
            registration.delegation_link_id,
        )
        for registration in city.all(Registration)
    ] == [
        (MANGGAR, "12", "+6281200000411", "confirmed", "delegation", made.id),
        (MANGGAR, None, None, "confirmed", "delegation", made.id),
    ]
    page = kelurahan.get(address).text
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == ["Siti Contoh", "Budi Contoh"]
    assert page.count("<legend>") == 1
    assert "2 of 3 places" in organizer.get(LINKS).text
    assert made.contact_phone == "+6281200000700"
    assert 'value="+6281200000700"' in page


def test_a_delegation_is_registered_whole_or_not_at_all(
    organizer: TestClient, kelurahan: TestClient, city: City
) -> None:
    create_upcoming_session(city, places_per_kelurahan=2)
    city.register("JUALAN-1", "Ani Contoh", MANGGAR)
    address = link(organizer)

    page = register(kelurahan, address, "Siti Contoh", "Budi Contoh")

    assert page.status_code == 409
    assert "1 people of this list find none. Nobody was registered." in page.text
    assert 'id="2.name-error">There is no place left for this person.' in page.text
    assert 'value="Siti Contoh"' in page.text
    assert len(city.all(Registration)) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("columns", "error", "said"),
    [
        ({"phone": ["", "0812"]}, "2.phone", "This is not a telephone number."),
        ({"rt": ["", "tidak tahu"]}, "2.rt", "This is not an RT number."),
        ({"name": ["Siti Contoh", "007"]}, "2.name", "A name is needed, in letters."),
        ({"name": ["Siti Contoh", "Siti Contoh"], "phone": ["081200000411"] * 2}, "2.name", "Person 2"),
        ({"target_group": ["umkm", ""]}, "2.target_group", "The target group is needed."),
        ({"target_group": ["umkm", "tokoh"]}, "2.target_group", "The target group is needed."),
        ({"target_group": ["umkm", "none"]}, "2.target_group", "This workshop is not for this person."),
        ({"contact": [""]}, "contact", "Fill in your own WhatsApp number"),
        ({"contact": ["0812"]}, "contact", "Fill in your own WhatsApp number"),
        ({"name": ["Siti Contoh", "Ani Contoh"]}, "2.name", "registered for this session already"),
    ],
)
def test_an_invalid_form_is_shown_again_with_its_errors(
    organizer: TestClient,
    kelurahan: TestClient,
    city: City,
    columns: dict[str, list[str]],
    error: str,
    said: str,
) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))
    city.register("JUALAN-1", "Ani Contoh", MANGGAR)
    typed = {
        "name": ["Siti Contoh", "Budi Contoh"],
        "target_group": ["umkm", "rt"],
        "rt": ["3", "4"],
        "informed": ["true"],
        "contact": [CONTACT],
    } | columns

    page = kelurahan.post(link(organizer), data=typed)

    assert page.status_code in {409, 422}
    assert re.search(rf'id="{re.escape(error)}-error">[^<]*{said}', page.text)
    for column in ("name", "rt", "phone"):
        for value in filter(None, typed.get(column, [])):
            assert f'value="{value}"' in page.text
    assert len(city.all(Registration)) == 1


@on_sqlite
def test_rows_are_added_without_losing_any(organizer: TestClient, kelurahan: TestClient, city: City) -> None:
    create_upcoming_session(city)
    address = link(organizer)
    assert kelurahan.get(address).text.count("<legend>") == 5

    page = register(kelurahan, address, "Siti Contoh", "", "", "", "", more=["1"])

    assert page.status_code == 200
    assert page.text.count("<legend>") == 10
    assert 'value="Siti Contoh"' in page.text
    assert "Fill in at least one name." in register(kelurahan, address, "", "").text
    assert city.all(Registration) == []


@on_sqlite
def test_a_link_cancels_only_its_own_registrations(
    organizer: TestClient, kelurahan: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    mine, others = link(organizer), link(organizer, LAMARU)
    register(kelurahan, mine, "Siti Contoh")
    (made,) = city.all(Registration)

    assert kelurahan.get(f"{others}/batal/{made.code}").status_code == 404
    assert kelurahan.post(f"{others}/batal/{made.code}").status_code == 404
    assert registration_statuses(city) == ["confirmed"]

    assert "Siti Contoh will not take part." in kelurahan.get(f"{mine}/batal/{made.code}").text
    assert kelurahan.post(f"{mine}/batal/{made.code}").headers["location"] == mine
    assert registration_statuses(city) == ["cancelled"]


@on_sqlite
def test_the_kelurahan_is_always_that_of_the_link(
    organizer: TestClient, kelurahan: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    register(kelurahan, link(organizer), "Siti Contoh", kelurahan=[LAMARU])
    assert [registration.kelurahan_code for registration in city.all(Registration)] == [MANGGAR]


@on_sqlite
def test_a_forged_address_is_not_found(organizer: TestClient, kelurahan: TestClient, city: City) -> None:
    create_upcoming_session(city)
    address = link(organizer)
    (made,) = city.all(DelegationLink)
    payload, _dot, signature = address.removeprefix("/delegasi/").partition(".")
    secret = SECRET.get_secret_value().encode()
    signed_with_the_secret_itself = URLSafeSerializer(secret, salt="delegation link").dumps(made.id)

    for forged in (
        f"/delegasi/{payload}.{signature[::-1]}",
        f"/delegasi/{payload}",
        f"/delegasi/MTI.{signature}",
        f"/delegasi/{sign_link_id(b'another secret', made.id)}",
        f"/delegasi/{sign_link_id(secret, made.id + 1)}",
        f"/delegasi/{signed_with_the_secret_itself!s}",
    ):
        assert kelurahan.get(forged).status_code == 404
        assert register(kelurahan, forged, "Siti Contoh").status_code == 404
    assert city.all(Registration) == []
    assert kelurahan.get(address).status_code == 200


@on_sqlite
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"expires_at": now() - timedelta(minutes=1)}, "This link has expired."),
        ({"revoked_at": now()}, "This link was withdrawn."),
    ],
)
def test_an_expired_or_revoked_link_opens_nothing(
    organizer: TestClient, kelurahan: TestClient, city: City, columns: dict[str, object], said: str
) -> None:
    create_upcoming_session(city)
    address = link(organizer)
    register(kelurahan, address, "Siti Contoh")
    (made,) = city.all(Registration)
    with writing(city.engine) as db:
        db.get_one(DelegationLink, 1).sqlmodel_update(columns)

    for answer in (
        kelurahan.get(address),
        register(kelurahan, address, "Budi Contoh"),
        kelurahan.post(f"{address}/batal/{made.code}"),
    ):
        assert answer.status_code == 410
        assert said in answer.text
    assert registration_statuses(city) == ["confirmed"]


@on_sqlite
def test_a_closed_session_takes_no_delegation(
    organizer: TestClient, kelurahan: TestClient, city: City
) -> None:
    code = create_upcoming_session(city)
    address = link(organizer)
    update_session(city, code, cancelled_at=now())

    assert "This session is cancelled." in kelurahan.get(address).text
    assert register(kelurahan, address, "Siti Contoh").status_code == 409

    update_session(city, code, cancelled_at=None)
    assert f'action="{LINKS}/semua"' in organizer.get(LINKS).text
    begin_session(city, code)
    assert f'action="{LINKS}/semua"' not in organizer.get(LINKS).text
    assert register(kelurahan, address, "Siti Contoh").status_code == 409
    assert city.all(Registration) == []
