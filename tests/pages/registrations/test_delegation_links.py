"""Delegation links that an organizer creates and revokes."""

import pytest
from fastapi.testclient import TestClient

from app.models import Activity, DelegationLink
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.pages.registrations.delegations import LINKS, addresses, link
from tests.upcoming_sessions import create_upcoming_session, morning_in


def test_an_organizer_creates_and_revokes_a_link(
    organizer: TestClient, citizen: TestClient, city: City
) -> None:
    create_upcoming_session(city, places_per_kelurahan=2)
    address = link(organizer)
    assert (
        "Dear kelurahan Manggar, please register your delegation for Jualan Daring"
        in organizer.get(LINKS).text
    )

    organizer.post(f"{LINKS}/semua")
    assert len(city.all(DelegationLink)) == 34
    organizer.post(f"{LINKS}/semua")
    assert len(city.all(DelegationLink)) == 34

    assert organizer.post(f"{LINKS}/1/cabut").status_code == 303
    assert citizen.get(address).status_code == 410
    assert len(addresses(organizer)) == 33
    assert [activity.action for activity in city.all(Activity) if activity.subject == "delegation-link"][
        -2:
    ] == [
        "create",
        "revoke",
    ]


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"kelurahan": ""}, "kelurahan", "Choose a kelurahan."),
        ({"kelurahan": "64.71"}, "kelurahan", "Choose a kelurahan."),
        ({"until": "besok"}, "until", "This is not a date."),
        ({"until": "05-12-2026"}, "until_time", "The time is missing."),
        ({"until": "1/1/2020", "until_time": "9"}, "until", "The link must end in the future"),
        (
            {"until": f"{morning_in(30):%d-%m-%Y}", "until_time": "9"},
            "until",
            "The link must end in the future",
        ),
    ],
)
def test_a_link_needs_a_kelurahan_and_an_end(
    organizer: TestClient, city: City, typed: dict[str, str], field: str, said: str
) -> None:
    create_upcoming_session(city)
    page = organizer.post(LINKS, data={"kelurahan": MANGGAR} | typed)
    assert page.status_code == 422
    assert f'id="{field}-error">{said}' in page.text
    assert city.all(DelegationLink) == []


@on_sqlite
@pytest.mark.parametrize(
    ("who", "status"), [("admin", 200), ("staff", 200), ("viewer", 403), ("stranger", 404)]
)
def test_only_users_who_may_record_attendance_create_links(
    who: str, status: int, city: City, request: pytest.FixtureRequest
) -> None:
    create_upcoming_session(city)
    browser: TestClient = request.getfixturevalue(who)

    assert browser.get(LINKS).status_code == status
    made = browser.post(LINKS, data={"kelurahan": MANGGAR})
    assert (made.status_code == 303) == (status == 200)
    assert browser.post(f"{LINKS}/1/cabut").status_code in ({303} if status == 200 else {403, 404})
    assert len(city.all(DelegationLink)) == (1 if status == 200 else 0)
