"""Registrations over HTTP: list, register and cancel."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.database import writing
from app.models import Activity, PairState, Participant, PossibleDuplicate, Registration
from tests.api.conftest import Program
from tests.api.problems import invalid_fields, status_and_code
from tests.city import MANGGAR, City
from tests.database import on_both
from tests.upcoming_sessions import begin_session, create_upcoming_session, registration_statuses

pytestmark = on_both

ANI = {"name": "Ani Aster", "kelurahan": MANGGAR, "target_group": "umkm", "consent": True}
CALL = "/sessions/JUALAN-1/registrations"

WRONG: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"name": " "}, {"name"}),
    ({"kelurahan": "64.71.99.9999"}, {"kelurahan"}),
    ({"kelurahan": ""}, {"kelurahan"}),
    ({"target_group": "pelaut"}, {"target_group"}),
    ({"nik": "123"}, {"nik"}),
    ({"phone": "tidak ada"}, {"phone"}),
    ({"email": "ani@"}, {"email"}),
    ({"sex": "X"}, {"sex"}),
    ({"birth_date": "kemarin"}, {"birth_date"}),
    ({"birth_date": "2999-01-01"}, {"birth_date"}),
    ({"rt": "seratus"}, {"rt"}),
    ({"consent": None}, {"consent"}),
    ({"person": "siapa"}, {"person.int", "person.literal['new']"}),
    ({"warna": "biru"}, {"warna"}),
)


def test_a_person_is_registered_and_listed(sari: TestClient, city: City) -> None:
    create_upcoming_session(city)

    details = {"phone": "081200000123", "sex": "P", "rt": "012", "occupation": "Penjahit"}
    made = sari.post(CALL, json=ANI | details)

    assert made.status_code == 201
    assert city.all(Participant)[0].occupation == "Penjahit"
    registered = made.json()
    assert registered == {
        "code": city.all(Registration)[0].code,
        "status": "confirmed",
        "session": "JUALAN-1",
        "name": "Ani Aster",
        "kelurahan": MANGGAR,
        "place": "Manggar",
        "rt": "12",
        "sex": "P",
        "target_group": "umkm",
        "phone": "0812••••123",
        "channel": "organizer",
        "basis": "consent",
        "consent_notice": "2026-2",
        "attendance": None,
        "registered_at": registered["registered_at"],
        "ahead": 0,
        "waiting_for": [],
    }
    assert sari.get(CALL).json() == {"items": [registered], "cursor": None}


def test_a_person_without_a_seat_waits_and_moves_up(sari: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    first = sari.post(CALL, json=ANI).json()

    waiting = sari.post(CALL, json=ANI | {"name": "Budi Bakung", "kelurahan": "outside"}).json()
    assert (waiting["status"], waiting["kelurahan"], waiting["ahead"]) == ("waitlisted", "outside", 0)
    assert waiting["waiting_for"] == [{"kind": "session", "code": None, "places": 1, "taken": 1}]
    beyond = sari.post(CALL, json=ANI | {"name": "Dewi Dahlia", "overrule": True}).json()
    assert beyond["status"] == "confirmed"
    sari.delete(f"/registrations/{beyond['code']}")

    cancelled = sari.delete(f"/registrations/{first['code']}").json()

    assert cancelled["status"] == "cancelled"
    assert registration_statuses(city) == ["cancelled", "confirmed", "cancelled"]
    listed = sari.get(CALL, params={"status": "confirmed"}).json()["items"]
    assert [one["name"] for one in listed] == ["Budi Bakung"]


def test_a_person_has_one_registration_in_a_session(sari: TestClient, city: City) -> None:
    create_upcoming_session(city)
    made = sari.post(CALL, json=ANI).json()

    again = sari.post(CALL, json=ANI)

    assert status_and_code(again) == (409, "already-registered")
    assert again.json()["registration"] == made["code"]


def test_a_call_that_is_sent_again_registers_once(sari: TestClient, program: Program, city: City) -> None:
    create_upcoming_session(city)
    key = {"Idempotency-Key": "kunci-1"}

    first, second = (sari.post(CALL, json=ANI, headers=key) for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json()["code"] == second.json()["code"]
    other = program("budi").post(CALL, json=ANI | {"name": "Budi Bakung"}, headers=key)
    assert other.json()["name"] == "Budi Bakung"


def test_an_unclear_person_has_to_be_chosen(sari: TestClient, city: City) -> None:
    create_upcoming_session(city)
    for _ in range(2):
        city.register(city.session(f"A-{len(city.all(Participant))}"), "Ani Aster")

    unclear = sari.post(CALL, json=ANI)

    assert status_and_code(unclear) == (409, "person-unclear")
    candidates = unclear.json()["candidates"]
    assert [one["name"] for one in candidates] == ["Ani Aster", "Ani Aster"]
    chosen = sari.post(CALL, json=ANI | {"person": candidates[1]["id"]})
    assert chosen.status_code == 201
    assert city.all(Registration)[-1].participant_id == candidates[1]["id"]
    assert sari.post(CALL, json=ANI | {"person": "new"}).status_code == 201
    assert len(city.all(Participant)) == 3
    assert [pair.state for pair in city.all(PossibleDuplicate)] == [PairState.DIFFERENT] * 2


def test_namesakes_of_other_organizations_are_not_offered(sari: TestClient, city: City) -> None:
    """They become possible duplicates for an administrator; only who has the phone is offered, with initials."""
    create_upcoming_session(city)
    for number in range(2):
        person = city.register(city.session(f"A-{number}", by="tono"), "Ani Aster")
        with writing(city.engine) as db:
            db.get_one(Participant, person.id).phone = f"+628120000012{number}"

    by_name = sari.post(CALL, json=ANI)
    by_phone = sari.post(CALL, json=ANI | {"name": "Ani Astuti", "phone": "081200000120"})

    assert by_name.status_code == 201
    assert city.all(Registration)[-1].participant_id == city.all(Participant)[-1].id
    assert [pair.state for pair in city.all(PossibleDuplicate)] == [PairState.OPEN] * 2
    assert status_and_code(by_phone) == (409, "person-unclear")
    (candidate,) = by_phone.json()["candidates"]
    assert (candidate["name"], candidate["place"], candidate["phone"]) == ("A. A.", "Manggar", None)
    (search,) = [line for line in city.all(Activity) if line.action == "search-people"]
    assert "081200000120" not in str(search.after)


def test_every_invalid_field_is_named(sari: TestClient, city: City) -> None:
    create_upcoming_session(city)

    for change, fields in WRONG:
        assert invalid_fields(sari.post(CALL, json=ANI | change)) == fields, change

    assert city.all(Participant) == []


def test_no_one_registers_or_cancels_after_the_session_began(sari: TestClient, city: City) -> None:
    create_upcoming_session(city)
    made = sari.post(CALL, json=ANI).json()
    begin_session(city, "JUALAN-1")

    assert status_and_code(sari.post(CALL, json=ANI | {"name": "Budi Bakung"})) == (
        409,
        "registration-closed",
    )
    assert status_and_code(sari.delete(f"/registrations/{made['code']}")) == (409, "too-late")


def test_lists_are_paged(sari: TestClient, city: City) -> None:
    create_upcoming_session(city)
    for number in range(5):
        city.register("JUALAN-1", f"Peserta {number}")

    seen: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = sari.get(CALL, params={"limit": 2, "cursor": cursor}).json()
        seen += [one["name"] for one in page["items"]]
        cursor = page["cursor"]

    assert seen == [f"Peserta {number}" for number in range(5)]


@pytest.mark.parametrize(("who", "status"), [("budi", 201), ("made", 201), ("tono", 404), ("rina", 403)])
def test_registering_and_cancelling_needs_the_permission(
    who: str, status: int, program: Program, sari: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    made = sari.post(CALL, json=ANI).json()
    other = program(who)

    assert other.post(CALL, json=ANI | {"name": "Budi Bakung"}).status_code == status
    assert other.get(CALL).status_code == (200 if status == 201 else status)
    cancelled = other.delete(f"/registrations/{made['code']}")
    assert cancelled.status_code == (200 if status == 201 else status)
    assert sari.delete("/registrations/ZZZZZZZZ").status_code == 404
