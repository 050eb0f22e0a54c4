"""The check-in page without scripts: list, marks, tickets and walk-ins; and the calls of its script."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.models import Activity, AttendanceMark, Channel, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from tests.city import LAMARU, SEPINGGAN, City
from tests.upcoming_sessions import update_session

PAGE = "/sesi/SPBE-2025-1/hadir"


@pytest.fixture
def expected(city: City, workshop_session: WorkshopSession) -> dict[str, str]:
    """Siti and Andi are registered and Nur waits: their codes by name."""
    city.register("SPBE-2025-1", "Siti Aminah")
    city.register("SPBE-2025-1", "Andi Contoh", LAMARU)
    city.register("SPBE-2025-1", "Nur Aini", SEPINGGAN, status=RegistrationStatus.WAITLISTED)
    return dict(
        zip(
            ("Siti", "Andi", "Nur"),
            (registration.code for registration in city.all(Registration)),
            strict=True,
        )
    )


def names(page: Response, list_id: str) -> list[str]:
    (people,) = re.findall(rf'<ul class="people" id="{list_id}">(.*?)</ul>', page.text, re.DOTALL)
    return re.findall(r'<a href="/sesi/[^"]+">([^<]+)</a>', people)


def tally(page: Response) -> tuple[str, str]:
    """How many are present, of how many."""
    found = re.search(r'id="present">(\d+)<.*?id="registered">(\d+)<', page.text)
    assert found
    return found[1], found[2]


def places(page: Response) -> dict[str, str]:
    lines = re.findall(r'<li data-place="([^"]+)">.*?<b>(\d+)</b> / <span>(\d+)</span>', page.text)
    return {place: f"{present} of {registered}" for place, present, registered in lines}


def pressed(page: Response) -> list[str]:
    return re.findall(r'value="(\w+)" aria-pressed="true"', page.text)


def tap(browser: TestClient, code: str, status: str, query: str = "") -> Response:
    answer = browser.post(PAGE + query, data={"registration": code, "status": status})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"])


def send(browser: TestClient, code: str, **mark: object) -> Response:
    sent = {
        "registration": code,
        "status": "present",
        "at": "2025-08-05T09:05:00+08:00",
        "nonce": "n-1",
        **mark,
    }
    return browser.post(f"{PAGE}/tanda", json=sent, headers={"Accept": "application/json"})


def test_the_list_has_people_with_a_seat_apart_from_the_others(
    staff: TestClient, expected: dict[str, str]
) -> None:
    page = staff.get(PAGE)

    assert names(page, "listed") == ["Andi Contoh", "Siti Aminah"]
    assert names(page, "others") == ["Nur Aini"]
    assert (tally(page), places(page)) == (("0", "2"), {"Lamaru": "0 of 1", "Manggar": "0 of 1"})


def test_a_tap_marks_and_is_undone(staff: TestClient, expected: dict[str, str], city: City) -> None:
    tap(staff, expected["Siti"], "absent")

    page = tap(staff, expected["Siti"], "present")
    assert (pressed(page), tally(page)) == (["present"], ("1", "2"))
    assert places(page) == {"Lamaru": "0 of 1", "Manggar": "1 of 1"}

    back = re.search(r'class="person-undo">.*?value="(\w+)">Undo the last mark', page.text, re.DOTALL)
    assert back
    page = tap(staff, expected["Siti"], back[1])
    assert pressed(page) == ["absent"]
    assert pressed(tap(staff, expected["Siti"], "none")) == []
    assert city.outcomes()["Siti Aminah"] is None


def test_a_search_narrows_the_list_and_not_the_count(staff: TestClient, expected: dict[str, str]) -> None:
    page = staff.get(f"{PAGE}?q=LAMA")
    assert (names(page, "listed"), names(page, "others"), tally(page)) == (["Andi Contoh"], [], ("0", "2"))

    page = tap(staff, expected["Andi"], "present", "?q=lama")
    assert (names(page, "listed"), tally(page)) == (["Andi Contoh"], ("1", "2"))


def test_a_person_on_the_waiting_list_who_comes_is_on_the_list(
    staff: TestClient, expected: dict[str, str]
) -> None:
    page = tap(staff, expected["Nur"], "present")

    assert names(page, "listed") == ["Andi Contoh", "Nur Aini", "Siti Aminah"]
    assert tally(page) == ("1", "3")


@pytest.mark.parametrize("typed", ["{code}", " {code} ", "https://jangkau.contoh.id/tiket/{code}?bahasa=id"])
def test_a_ticket_code_may_be_typed_or_scanned(
    staff: TestClient, expected: dict[str, str], typed: str
) -> None:
    page = tap(staff, typed.format(code=expected["Siti"].lower()), "present")

    assert tally(page) == ("1", "2")


def test_an_unknown_ticket_and_one_of_another_session_are_refused(
    staff: TestClient, expected: dict[str, str], city: City
) -> None:
    city.session("LAIN-1")
    city.register("LAIN-1", "Rahmat Contoh")
    other = city.all(Registration)[-1].code

    unknown = staff.post(PAGE, data={"registration": "KODESAYA", "status": "present"})
    elsewhere = staff.post(PAGE, data={"registration": other, "status": "present"})

    assert (unknown.status_code, elsewhere.status_code) == (404, 409)
    assert "There is no registration KODESAYA." in unknown.text
    assert f"The ticket {other} is for another session: LAIN-1." in elsewhere.text
    assert send(staff, other).json()["code"] == "other-session"


def test_a_walk_in_is_registered_and_present(staff: TestClient, expected: dict[str, str], city: City) -> None:
    form = {"name": "Dewi Contoh", "kelurahan": "Manggar", "target_group": "rt", "key": "k-1"}

    answer = staff.post(f"{PAGE}/datang", data=form)
    again = staff.post(f"{PAGE}/datang", data=form)
    marks = len(city.all(AttendanceMark))

    page = staff.get(answer.headers["location"])
    assert again.headers["location"] == answer.headers["location"]
    assert names(page, "listed") == ["Andi Contoh", "Dewi Contoh", "Siti Aminah"]
    assert tally(page) == ("1", "3")
    assert 'value="rt" selected' in page.text
    made = city.all(Registration)[-1]
    assert (made.status, made.channel, marks) == (RegistrationStatus.WALK_IN, Channel.WALK_IN, 1)

    staff.post(f"{PAGE}/datang", data=form | {"name": "Eko Contoh"})
    assert city.outcomes()["Eko Contoh"] == "present"


def test_a_walk_in_who_is_on_the_list_is_marked_there(
    staff: TestClient, expected: dict[str, str], city: City
) -> None:
    form = {"name": "Siti Aminah", "kelurahan": "Manggar", "target_group": "umkm"}

    first = staff.post(f"{PAGE}/datang", data=form)
    second = staff.post(f"{PAGE}/datang", data=form)

    assert first.status_code == 303
    assert city.outcomes()["Siti Aminah"] == "present"
    assert (second.status_code, len(city.all(Registration))) == (409, 3)
    assert "is registered for this session already" in second.text

    third = staff.post(f"{PAGE}/datang", data=form | {"person": "new"})
    assert (third.status_code, len(city.all(Registration))) == (303, 4)


def test_a_walk_in_who_may_be_several_people_must_be_chosen(
    staff: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    city.session("DULU-1")
    two = [city.register("DULU-1", "Budi Contoh") for _ in range(2)]
    form = {"name": "Budi Contoh", "kelurahan": "Manggar", "target_group": "umkm"}

    asked = staff.post(f"{PAGE}/datang", data=form)
    assert asked.status_code == 409
    offered = re.findall(r'name="person"[^>]* value="(\w+)"> ([^<]+)</label>', asked.text)
    assert offered == [(str(one.id), "Budi Contoh, Manggar") for one in two] + [("new", "Somebody new")]

    assert staff.post(f"{PAGE}/datang", data=form | {"person": two[1].id}).status_code == 303
    assert city.all(Registration)[-1].participant_id == two[1].id


@pytest.mark.parametrize(
    ("field", "typed"), [("name", " "), ("kelurahan", ""), ("kelurahan", "Atlantis"), ("target_group", "x")]
)
def test_errors_of_a_walk_in_are_shown_beside_the_field(
    staff: TestClient, workshop_session: WorkshopSession, field: str, typed: str
) -> None:
    form = {"name": "Dewi Contoh", "kelurahan": "Manggar", "target_group": "rt"}

    page = staff.post(f"{PAGE}/datang", data=form | {field: typed})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert field == "name" or 'value="Dewi Contoh"' in page.text


def test_a_cancelled_session_takes_no_marks(staff: TestClient, expected: dict[str, str], city: City) -> None:
    update_session(city, "SPBE-2025-1", cancelled_at=now(), cancelled_why="Hujan deras")

    page = staff.get(PAGE)

    assert "This session is cancelled. Its attendance is not recorded." in page.text
    assert names(page, "listed") == ["Andi Contoh", "Siti Aminah"]
    for gone in ("aria-pressed", 'id="walk-in"', "data-ticket", "check_in.js"):
        assert gone not in page.text
    refused = staff.post(f"{PAGE}/datang", data={"name": "Joko Contoh", "kelurahan": LAMARU})
    assert refused.status_code == 409
    assert 'role="alert">This session is cancelled.' in refused.text


def test_the_script_sends_marks_and_reads_those_of_other_devices(
    staff: TestClient, organizer: TestClient, expected: dict[str, str]
) -> None:
    later = send(organizer, expected["Siti"], status="absent", at="2025-08-05T09:30:00+08:00", nonce="n-2")
    replayed = [send(staff, expected["Siti"]) for _ in range(2)]

    siti = {"registration": expected["Siti"], "name": "Siti Aminah", "attendance": "absent"}
    assert [answer.json() for answer in (later, *replayed)] == [siti] * 3
    assert staff.get(f"{PAGE}/keadaan").json() == {
        expected["Siti"]: "absent",
        expected["Andi"]: None,
        expected["Nur"]: None,
    }
    history = staff.get(f"{PAGE}/{expected['Siti']}").text
    assert re.findall(r'<th scope="row">(\w+)</th>', history) == ["Absent", "Present"]
    assert re.findall(r'"Time of the device">([^<]+)<', history) == [
        "05-08-2025 09.30 WITA",
        "05-08-2025 09.05 WITA",
    ]
    assert "Budi Petugas" in history


def test_only_users_who_may_record_attendance_see_the_list(
    nobody: TestClient, viewer: TestClient, stranger: TestClient, expected: dict[str, str], city: City
) -> None:
    code = expected["Siti"]
    form = {"name": "Dewi Contoh", "kelurahan": "Manggar", "target_group": "umkm"}
    for browser, status in ((viewer, 403), (stranger, 404)):
        answers = [
            browser.get(PAGE),
            browser.get(f"{PAGE}/keadaan"),
            browser.get(f"{PAGE}/{code}"),
            browser.post(PAGE, data={"registration": code, "status": "present"}),
            browser.post(f"{PAGE}/datang", data=form),
            send(browser, code),
        ]
        assert {answer.status_code for answer in answers} == {status}
    assert nobody.get(PAGE).headers["location"].startswith("/masuk")
    assert (send(nobody, code).status_code, city.all(AttendanceMark)) == (401, [])


def test_this_page_alone_may_use_the_camera(staff: TestClient, expected: dict[str, str]) -> None:
    check_in, elsewhere = staff.get(PAGE).headers, staff.get("/sesi/SPBE-2025-1").headers

    assert "camera=(self)" in check_in["permissions-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in check_in["content-security-policy"]
    assert "camera=()" in elsewhere["permissions-policy"]
    assert "wasm" not in elsewhere["content-security-policy"]


TYPED = {"name": "Joko Contoh", "kelurahan": LAMARU, "target_group": "umkm", "key": "k1"}


def send_later(browser: TestClient, page: str = PAGE, **changed: object) -> Response:
    """Send a walk-in who was typed without a connection, as the page's script does."""
    at = (now() - timedelta(hours=2)).isoformat()
    return browser.post(
        f"{page}/datang/tertunda", json={**TYPED, "at": at, **changed}, headers={"accept": "application/json"}
    )


def test_a_walk_in_sent_later_is_registered_once_with_the_time_at_the_door(
    staff: TestClient, expected: dict[str, str], city: City
) -> None:
    first, again = send_later(staff), send_later(staff)

    assert first.json() == again.json()
    assert (first.json()["name"], first.json()["attendance"]) == ("Joko Contoh", "present")
    assert [one.channel for one in city.all(Registration)].count(Channel.WALK_IN) == 1
    (mark,) = city.all(AttendanceMark)
    assert mark.received_at - mark.marked_at > timedelta(hours=1)


def test_a_walk_in_sent_by_form_and_again_later_is_registered_once(
    staff: TestClient, expected: dict[str, str], city: City
) -> None:
    """The answer to the form was lost on the way, so the script keeps the person and sends them again."""
    staff.post(f"{PAGE}/datang", data=TYPED)

    assert send_later(staff).status_code == 200
    assert [one.channel for one in city.all(Registration)].count(Channel.WALK_IN) == 1


def test_a_walk_in_on_the_list_sent_twice_is_marked_once(
    staff: TestClient, expected: dict[str, str], city: City
) -> None:
    siti = {"name": "Siti Aminah", "kelurahan": "64.71.01.1001"}
    first, again = send_later(staff, **siti), send_later(staff, **siti)
    other = send_later(staff, **siti, key="k2")

    assert first.json() == again.json() == {**first.json(), "registration": expected["Siti"]}
    assert len(city.all(AttendanceMark)) == 1
    assert (other.status_code, other.json()["code"]) == (409, "already-registered")
    assert send_later(staff, **siti, key="k2", person="new").status_code == 200


def test_a_walk_in_sent_to_another_session_is_refused_there(
    staff: TestClient, expected: dict[str, str], city: City
) -> None:
    """The answer would otherwise be that they are registered, in a session in which they are not."""
    city.session("LAIN-1")
    send_later(staff)

    answer = send_later(staff, page="/sesi/LAIN-1/hadir")

    assert (answer.status_code, answer.json()["code"]) == (409, "form-used")
    assert [one.channel for one in city.all(Registration)].count(Channel.WALK_IN) == 1


def test_the_answer_asks_who_a_walk_in_is_and_says_what_is_wrong(
    staff: TestClient, expected: dict[str, str], city: City
) -> None:
    city.session("LAIN-1")
    for _ in range(2):
        city.register("LAIN-1", "Joko Contoh", LAMARU)
    asked = send_later(staff)

    assert (asked.status_code, asked.json()["code"]) == (409, "person-unclear")
    people = asked.json()["people"]
    assert [one["text"].split(",")[0] for one in people] == ["Joko Contoh", "Joko Contoh"]
    assert [line.action for line in city.all(Activity)].count("search-people") == 1
    assert send_later(staff, person=people[0]["id"]).status_code == 200
    wrong = send_later(staff, name="12", key="k3")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "name")
