"""The check-in page of a session with more people than one page shows: search, counts and marks work as before."""

import re

import pytest
from fastapi.testclient import TestClient

from app.models import Registration, RegistrationStatus, WorkshopSession
from app.queries.registrations import check_in
from tests.city import LAMARU, City
from tests.pages.registrations.test_check_in import PAGE, names, pressed, tally, tap

PEOPLE = ("Ani Contoh", "Budi Contoh", "Citra Contoh", "Dewi Contoh", "Eko Contoh")


@pytest.fixture
def codes(city: City, workshop_session: WorkshopSession, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Five people are registered and one waits, where a page has two: their codes by name."""
    monkeypatch.setattr(check_in, "MAX_WHOLE", 3)
    monkeypatch.setattr(check_in, "PAGE_LENGTH", 2)
    for name in PEOPLE[:4]:
        city.register(workshop_session.code, name)
    city.register(workshop_session.code, PEOPLE[4], LAMARU)
    city.register(workshop_session.code, "Farid Contoh", LAMARU, status=RegistrationStatus.WAITLISTED)
    registered = city.all(Registration)
    return dict(zip((*PEOPLE, "Farid Contoh"), (one.code for one in registered), strict=True))


@pytest.mark.usefixtures("codes")
def test_pages_follow_each_other_and_count_the_whole_session(staff: TestClient) -> None:
    first, last = staff.get(PAGE), staff.get(f"{PAGE}?halaman=3")

    assert names(first, "listed") == [*PEOPLE[:2]]
    assert names(last, "listed") == [PEOPLE[4]]
    assert tally(first) == tally(last) == ("0", "5")
    assert "Page 1 of 3" in first.text
    assert "Page 3 of 3" in last.text
    assert 'rel="next"' in first.text
    assert 'rel="next"' not in last.text


@pytest.mark.usefixtures("codes")
def test_the_page_after_the_last_is_the_last(staff: TestClient) -> None:
    assert names(staff.get(f"{PAGE}?halaman=99"), "listed") == [PEOPLE[4]]


@pytest.mark.usefixtures("codes")
def test_a_search_finds_people_of_all_pages_by_name_and_kelurahan(staff: TestClient) -> None:
    by_name, by_place = staff.get(f"{PAGE}?q=DEWI"), staff.get(f"{PAGE}?q=lamaru")

    assert names(by_name, "listed") == ["Dewi Contoh"]
    assert (names(by_place, "listed"), names(by_place, "others")) == (["Eko Contoh"], ["Farid Contoh"])
    assert names(staff.get(f"{PAGE}?q=tidakada"), "listed") == []
    assert tally(by_name) == ("0", "5")


def test_a_mark_stays_on_its_page_and_changes_the_counts(staff: TestClient, codes: dict[str, str]) -> None:
    page = tap(staff, codes["Citra Contoh"], "present", "?halaman=2")

    assert names(page, "listed") == ["Citra Contoh", "Dewi Contoh"]
    assert pressed(page) == ["present"]
    assert tally(page) == ("1", "5")
    assert re.findall(r"halaman=2", page.text), "the buttons lead back to this page"


def test_a_ticket_of_another_page_is_shown_and_can_be_taken_back(
    staff: TestClient, codes: dict[str, str]
) -> None:
    page = tap(staff, codes["Eko Contoh"], "present")

    assert names(page, "listed") == ["Eko Contoh", *PEOPLE[:2]]
    assert "Undo the last mark" in page.text


@pytest.mark.usefixtures("codes")
def test_places_lead_to_their_people(staff: TestClient) -> None:
    page = staff.get(PAGE)
    link = re.search(r'href="(/sesi/[^"]+)">Lamaru', page.text)

    assert link
    assert names(staff.get(link[1].replace("&amp;", "&")), "listed") == ["Eko Contoh"]
    assert re.search(r'data-place="Lamaru".*?<b>0</b> / <span>1</span>', page.text)
