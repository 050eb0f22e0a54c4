"""All rows that need an answer, in one form."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from app.i18n import utc
from app.models import Participant, Registration, RowKind
from tests.city import MANGGAR, MORNING, City
from tests.online_meetings import (
    CODE,
    LEFT_EARLY,
    MISSPELT,
    NEVER_JOINED,
    OF_A_DEVICE,
    OF_A_FAMILY,
    WALK_INS,
    register_for_meeting,
    zoom_report,
)
from tests.pages.imports.sheets import uploaded
from tests.upcoming_sessions import update_session

DEVICE, SIMILAR, FAMILY, FIRST_NEW, SECOND_NEW = 58, 59, 60, 61, 62
BOT, PASSER_BY = 6, 64


@pytest.fixture
def address(city: City, staff: TestClient) -> str:
    """The address of an uploaded report of an online meeting."""
    register_for_meeting(city)
    return uploaded(staff, zoom_report(), "participants.csv", session=CODE)


def fields(staff: TestClient, address: str) -> dict[str, str]:
    """Return the hidden fields of the form."""
    page = staff.get(f"{address}/jawaban").text
    return dict(re.findall(r'<input type="hidden" name="(seen-\d+)" value="([^"]+)"', page))


def person_id(city: City, name: str) -> int:
    return next(person.id for person in city.all(Participant) if person.name == name)


def test_one_save_answers_all(city: City, staff: TestClient, address: str) -> None:
    import_id = int(address.rsplit("/", 1)[1])
    page = staff.get(f"{address}/jawaban").text
    assert "178 of 180 minutes · at least 90" in page
    assert page.count('<fieldset class="field choices open-row"') == 5

    answered = staff.post(
        f"{address}/jawaban",
        data=fields(staff, address)
        | {
            "group": "umum",
            f"who-{DEVICE}": f"person:{person_id(city, OF_A_DEVICE)}",
            f"who-{SIMILAR}": f"person:{person_id(city, MISSPELT)}",
            f"who-{FAMILY}": "person:new",
            f"kelurahan-{FAMILY}": "outside",
            f"kelurahan-{FIRST_NEW}": MANGGAR,
            f"who-{SECOND_NEW}": "skip",
        },
    )
    assert (answered.status_code, answered.headers["location"]) == (303, address)
    assert "4 rows are set aside" in staff.get(address).text
    staff.post(f"{address}/simpan", data={"others": "absent"})
    outcomes = city.outcomes()
    assert {outcomes[name] for name in (OF_A_DEVICE, MISSPELT, "Sutrisno Wijaya", WALK_INS[0])} == {"present"}
    assert WALK_INS[1] not in outcomes
    assert {outcomes[name] for name in (*NEVER_JOINED, OF_A_FAMILY)} == {"absent"}
    assert city.rows(import_id)[FIRST_NEW].result["values"]["target_group"] == "umum"


def test_somebody_registered_is_found_by_the_text_that_the_form_offers(
    city: City, staff: TestClient, address: str
) -> None:
    page = staff.get(f"{address}/jawaban").text
    [offered] = re.findall(rf'<option value="({NEVER_JOINED[0]} · [^"]+)">', page)
    form = fields(staff, address) | {
        f"other-{FIRST_NEW}": "Entah Siapa",
        f"kelurahan-{SECOND_NEW}": MANGGAR,
        f"take-{PASSER_BY}": "true",
    }

    refused = staff.post(f"{address}/jawaban", data=form)
    assert refused.status_code == 422
    assert "Choose one of the registered people from the list." in refused.text
    assert 'value="Entah Siapa"' in refused.text
    assert f'<option value="{MANGGAR}" selected' in refused.text
    assert f'name="take-{PASSER_BY}" value="true" checked' in refused.text
    assert f'name="take-{BOT}" value="true" checked' not in refused.text

    staff.post(f"{address}/jawaban", data=form | {f"other-{FIRST_NEW}": offered})
    row = city.rows(int(address.rsplit("/", 1)[1]))[FIRST_NEW]
    assert (row.kind, row.participant_id) == (RowKind.UPDATE, person_id(city, NEVER_JOINED[0]))


def test_who_was_set_aside_is_taken_in_again(city: City, staff: TestClient, address: str) -> None:
    import_id = int(address.rsplit("/", 1)[1])
    staff.post(f"{address}/jawaban", data={f"take-{BOT}": "true", f"take-{PASSER_BY}": "true"})
    assert [city.rows(import_id)[number].kind for number in (BOT, PASSER_BY)] == [
        RowKind.ERROR,
        RowKind.REVIEW,
    ]


def test_all_who_were_set_aside_are_shown_page_by_page(city: City, staff: TestClient) -> None:
    register_for_meeting(city)
    passers_by = [f"Pendengar Contoh {number:03}" for number in range(150)]
    stay = "08/05/2025 10:00:00 AM,08/05/2025 10:05:00 AM,5,Yes,No"
    content = zoom_report() + "".join(f"\n{name},,{stay}" for name in passers_by).encode()
    address = uploaded(staff, content, "participants.csv", session=CODE)
    first = staff.get(f"{address}/jawaban").text
    assert "153 rows are set aside" in first
    [further] = re.findall(r'href="([^"]+aside=\d+)#disisihkan"', first)
    second = staff.get(further).text
    assert len(re.findall('name="take-', first)) + len(re.findall('name="take-', second)) == 153
    assert all(name in first + second for name in passers_by)
    assert "#disisihkan" in second  # to the first ones
    assert not re.search(r"aside=\d+#", second)


def test_an_answer_of_others_is_not_overwritten(city: City, staff: TestClient, address: str) -> None:
    import_id = int(address.rsplit("/", 1)[1])
    form = fields(staff, address)
    city.correct(import_id, FIRST_NEW, decision={"skip": True})

    answer = staff.post(
        f"{address}/jawaban",
        data=form | {f"who-{FIRST_NEW}": "person:new", f"kelurahan-{SECOND_NEW}": MANGGAR},
    )
    assert f"yours was not saved: {FIRST_NEW}." in staff.get(answer.headers["location"]).text
    rows = city.rows(import_id)
    assert (rows[FIRST_NEW].kind, rows[FIRST_NEW].decision) == (RowKind.SKIP, {"skip": True})
    assert rows[SECOND_NEW].result["values"]["kelurahan"] == MANGGAR


def test_nobody_of_another_session_can_be_named(city: City, staff: TestClient, address: str) -> None:
    stranger = city.register(city.session("LAIN-1", by="tono"), "Orang Lain")
    [code] = [row.code for row in city.all(Registration) if row.participant_id == stranger.id]
    for answer in (
        {f"other-{FIRST_NEW}": f"Orang Lain · {code}"},
        {f"who-{FIRST_NEW}": f"person:{stranger.id}"},
    ):
        assert staff.post(f"{address}/jawaban", data=fields(staff, address) | answer).status_code == 422


def test_the_page_of_a_saved_import_leads_back(city: City, staff: TestClient, address: str) -> None:
    staff.post(f"{address}/simpan", data={"only_valid": "true"})
    assert staff.get(f"{address}/jawaban").headers["location"] == address


def test_the_session_says_otherwise_now(city: City, staff: TestClient, address: str) -> None:
    """Nothing is saved by other minutes than were looked at, and what is saved does not change."""
    page = staff.get(address).text
    assert "30 of 180 minutes · at least 90" in page
    assert "Count the minutes again" not in page

    update_session(city, CODE, min_minutes=40)
    assert "The session says otherwise now: 40 of 180 minutes." in staff.get(address).text
    assert staff.post(f"{address}/simpan", data={"only_valid": "true"}).status_code == 409
    staff.post(f"{address}/menit")
    assert "40 of 180 minutes · at least 40" in staff.get(address).text
    assert staff.post(f"{address}/simpan", data={"only_valid": "true"}).status_code == 303
    assert city.outcomes()[LEFT_EARLY[1]] == "present"

    update_session(city, CODE, min_minutes=None)
    page = staff.get(address).text
    assert "40 of 180 minutes · at least 40" in page
    assert "What is saved does not change." in page
    history = staff.get(f"/peserta/{person_id(city, LEFT_EARLY[0])}").text
    assert "30 of 180 minutes · at least 40" in history


def test_minutes_outside_the_hours_are_counted_again_when_the_hours_are_corrected(
    city: City, staff: TestClient
) -> None:
    code = register_for_meeting(city)
    update_session(
        city, code, starts_at=utc(MORNING + timedelta(hours=2)), ends_at=utc(MORNING + timedelta(hours=5))
    )
    address = uploaded(staff, zoom_report(), "participants.csv", session=code)
    assert "58 of 180 minutes" in staff.get(address).text
    update_session(city, code, starts_at=utc(MORNING), ends_at=utc(MORNING + timedelta(hours=3)))
    assert "The hours of the session have changed since." in staff.get(address).text
    staff.post(f"{address}/menit")
    assert "178 of 180 minutes" in staff.get(address).text
