"""People who register without an account say to which group they belong; no workshop decides that for them."""

import re

import pytest
from fastapi.testclient import TestClient

from app.database import writing
from app.models import Registration, TargetGroup
from tests.city import City
from tests.database import on_sqlite
from tests.pages.registrations.public_form import FORM, sent
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite


def registered_groups(city: City) -> list[str]:
    return [registration.target_group_code for registration in city.all(Registration)]


def read_question(page: str) -> tuple[str, list[str]]:
    """Return the question of the form and the values of its answers."""
    fieldset = re.search(r'<fieldset[^>]*id="target_group".*?</fieldset>', page, re.DOTALL)
    assert fieldset
    (legend,) = re.findall(r"<legend>(.*?)</legend>", fieldset[0])
    return legend, re.findall(r'value="(.*?)"', fieldset[0])


@pytest.mark.parametrize(
    ("groups", "question", "answers"),
    [
        (("umkm",), "Do you run a business?", ["umkm", "none"]),
        (("rt",), "Do you hold an office of an RT?", ["rt", "none"]),
        (("umkm", "umum"), "Do you run a business?", ["umkm", "umum"]),
        (("umkm", "rt"), "To which of these groups do you belong?", ["umkm", "rt", "none"]),
        (("umkm", "rt", "umum"), "To which of these groups do you belong?", ["umkm", "rt", "umum"]),
    ],
)
def test_the_question_follows_the_groups_of_the_workshop(
    citizen: TestClient, city: City, groups: tuple[str, ...], question: str, answers: list[str]
) -> None:
    create_upcoming_session(city, groups=groups)

    assert read_question(citizen.get(FORM).text) == (question, answers)


def test_a_group_that_an_administrator_added_is_asked_for_by_its_name(
    citizen: TestClient, city: City
) -> None:
    with writing(city.engine) as db:
        db.add(TargetGroup(code="guru", label_id="Guru", label_en="Teachers", position=9))
    create_upcoming_session(city, groups=("guru",))

    assert read_question(citizen.get(FORM).text)[0] == "Do you belong to the group “Teachers”?"


def test_a_workshop_for_the_general_public_asks_nothing(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, groups=("umum",))

    assert 'name="target_group"' not in citizen.get(FORM).text
    assert sent(citizen, target_group="").status_code == 303
    assert registered_groups(city) == ["umum"]


@pytest.mark.parametrize("groups", [("umkm",), ("umkm", "umum"), ("umkm", "rt"), ()])
def test_without_an_answer_nobody_is_registered(
    citizen: TestClient, city: City, groups: tuple[str, ...]
) -> None:
    """Whoever left the question out used to be counted in the workshop's only group."""
    create_upcoming_session(city, groups=groups)

    page = sent(citizen, target_group="")

    assert page.status_code == 422
    assert 'id="target_group-error"' in page.text
    assert registered_groups(city) == []


def test_who_says_no_is_general_public_where_that_is_taken(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, groups=("umkm", "umum"))

    assert sent(citizen, target_group="none").status_code == 303
    assert sent(citizen, target_group="umum", name="Budi Contoh", phone="").status_code == 303
    assert registered_groups(city) == ["umum", "umum"]


def test_who_says_no_is_told_whom_it_is_for_and_where_else_to_go(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, groups=("umkm",))
    create_upcoming_session(city, "WARGA-1", workshop="WARGA", groups=())
    create_upcoming_session(city, "RT-1", workshop="RT-AMAN", groups=("rt",))
    create_upcoming_session(city, "USAHA-1", workshop="USAHA", groups=("umkm",))

    page = sent(citizen, target_group="none")

    assert page.status_code == 409
    assert "This workshop is for others. You have not been registered." in page.text
    assert "It is for: Small businesses." in page.text
    note = page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert re.findall(r'href="(/daftar/[^"?]+)"', note) == ["/daftar/RT-AMAN", "/daftar/WARGA"]
    assert "For: RT officials" in note
    assert 'value="Siti Contoh"' in page.text
    assert registered_groups(city) == []


def test_who_corrects_a_ticket_is_asked_too(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, groups=("umkm",))
    ticket = sent(citizen).headers["location"]
    form = {"name": "Siti Contoh", "kelurahan": "64.71.01.1001", "phone": "0812 0000 0411"}

    for answer, status in (("", 422), ("none", 409), ("umkm", 303)):
        assert citizen.post(f"{ticket}/ubah", data=form | {"target_group": answer}).status_code == status
    assert (
        citizen.post(f"{ticket}/ubah", data=form | {"target_group": "umkm", "phone": ""}).status_code == 422
    )
    assert registered_groups(city) == ["umkm"]
