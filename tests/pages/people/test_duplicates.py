"""Pages of possible duplicates: list, comparison, merge, decision that two people differ, and undo."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.database import reading, writing
from app.models import Participant, PossibleDuplicate
from app.queries.people.similar_people import list_places, list_similar_pairs
from app.services.people.duplicates import save_pairs
from tests.city import City
from tests.pages.imports.sheets import HEADER, listed, saved
from tests.spreadsheets.examples import workbook

pytestmark = pytest.mark.usefixtures("workshop_session")

RINA = (1, "Rina Melati", "6471054408900002", "Manggar", "UMKM", "081200000101", "hadir")
RINNA = (2, "Rinna Melati", None, "Manggar", "UMKM", "081200000102", "tidak")
BUDI = (3, "Budi Anggrek", None, "Manggar", "RT", None, "hadir")


@pytest.fixture
def pair(staff: TestClient, engine: Engine) -> str:
    """The URL of the pair of Rina and Rinna, who are two people in one sheet."""
    saved(staff, listed(RINA, RINNA, BUDI))
    return pair_url(engine)


@pytest.fixture
def pair_of_two_sessions(staff: TestClient, engine: Engine, city: City) -> str:
    """The URL of the same pair, with each registered for a different session."""
    saved(staff, listed(RINA, BUDI))
    city.import_sheet(city.session("LAIN-1"), listed(RINNA))
    return pair_url(engine)


def pair_url(engine: Engine) -> str:
    with reading(engine) as read_db, writing(engine) as db:
        for place in list_places(read_db):
            save_pairs(db, list_similar_pairs(read_db, place))
        db.flush()
        return f"/mungkin-kembar/{db.exec(select(PossibleDuplicate.id)).one()}"


def names(engine: Engine) -> list[str]:
    with reading(engine) as db:
        return list(db.exec(select(Participant.name).order_by(col(Participant.id))))


def chosen(page: str) -> dict[str, str]:
    """Return what the page's form would send: the id of the person by field."""
    return dict(re.findall(r'<input type="radio" name="(\w+)" value="(\d+)"[^>]* checked>', page))


def test_the_list_leads_to_the_pair(organizer: TestClient, pair: str) -> None:
    page = organizer.get("/mungkin-kembar").text
    assert f'href="{pair}"' in page
    assert "Rina Melati" in page
    assert "Rinna Melati" in page
    assert "Budi Anggrek" not in page


def test_the_two_are_compared_with_phone_and_nik_masked(organizer: TestClient, pair: str) -> None:
    page = organizer.get(pair).text
    for shown in (
        "••••0002",
        "0812••••101",
        "0812••••102",
        "same session",
        "Present",
        "Absent",
    ):
        assert shown in page
    assert "6471054408900002" not in page
    assert "081200000101" not in page
    assert chosen(page).keys() == {"name", "phone"}


def test_the_chosen_values_are_kept(organizer: TestClient, pair: str, engine: Engine) -> None:
    choices = chosen(organizer.get(pair).text)
    other = {"1": "2", "2": "1"}

    answer = organizer.post(f"{pair}/gabungkan", data={**choices, "name": other[choices["name"]]})

    assert (answer.status_code, answer.headers["location"]) == (303, "/mungkin-kembar")
    assert names(engine) == ["Rina Melati", "Budi Anggrek"] or names(engine) == [
        "Budi Anggrek",
        "Rina Melati",
    ]
    page = organizer.get("/mungkin-kembar").text
    assert "are one participant now. This can't be undone." in unescape(page)
    assert "There is no pair to decide on." in page
    assert "0812••••102" in organizer.get("/peserta?search=rina").text


def test_pages_say_before_and_after_that_a_merge_within_one_session_can_not_be_undone(
    organizer: TestClient, pair: str, engine: Engine
) -> None:
    before = organizer.get(pair).text
    assert "Both are registered for the same session (SPBE-2025-1)." in before
    organizer.post(f"{pair}/gabungkan", data=chosen(before))

    page = unescape(organizer.get("/mungkin-kembar").text)
    assert "Can't be undone: both were registered for the same session (SPBE-2025-1)." in page
    assert "/penggabungan/" not in page
    answer = organizer.post("/penggabungan/1/batalkan")
    assert answer.status_code == 409
    assert "register the other one again" in answer.text
    assert names(engine) in (["Rina Melati", "Budi Anggrek"], ["Rinna Melati", "Budi Anggrek"])


def test_a_merge_is_undone_from_the_list(
    organizer: TestClient, pair_of_two_sessions: str, engine: Engine
) -> None:
    pair, before = pair_of_two_sessions, names(engine)
    compared = organizer.get(pair).text
    assert "Both are registered for the same session" not in compared
    organizer.post(f"{pair}/gabungkan", data=chosen(compared))
    page = organizer.get("/mungkin-kembar").text
    assert "This can be undone for 30 days." in page
    undo = re.search(r'action="(/penggabungan/\d+/batalkan)"', page)
    assert undo is not None

    answer = organizer.post(undo[1])

    assert answer.status_code == 303
    assert "are two participants again" in organizer.get("/mungkin-kembar").text
    assert names(engine) == before


def test_the_list_says_why_a_merge_can_not_be_undone(
    organizer: TestClient, staff: TestClient, pair_of_two_sessions: str
) -> None:
    pair = pair_of_two_sessions
    organizer.post(f"{pair}/gabungkan", data=chosen(organizer.get(pair).text))
    saved(staff, workbook(HEADER, (1, "Rina Melati", "6471054408900002", "Manggar", "UMKM", None, "izin")))

    answer = organizer.post("/penggabungan/1/batalkan")

    assert answer.status_code == 409
    assert "was changed after it" in answer.text


def test_two_people_are_marked_as_different(organizer: TestClient, pair: str, engine: Engine) -> None:
    answer = organizer.post(f"{pair}/berbeda")

    assert (answer.status_code, answer.headers["location"]) == (303, "/mungkin-kembar")
    page = organizer.get("/mungkin-kembar").text
    assert "they are two people" in page
    assert "There is no pair to decide on." in page
    assert len(names(engine)) == 3


def test_a_merged_pair_is_not_found(organizer: TestClient, admin: TestClient, pair: str) -> None:
    choices = chosen(organizer.get(pair).text)
    admin.post(f"{pair}/gabungkan", data=choices)

    answer = organizer.post(f"{pair}/gabungkan", data=choices)

    assert answer.status_code == 404
    assert "Perhaps the two have been merged already." in answer.text


def test_an_import_names_the_merge_that_prevents_its_undo(organizer: TestClient, pair: str) -> None:
    organizer.post(f"{pair}/gabungkan", data=chosen(organizer.get(pair).text))

    page = organizer.get("/unggahan/1/batalkan").text
    answer = organizer.post("/unggahan/1/batalkan")

    assert "Rina Melati and Rinna Melati were merged on" in page
    assert "those registrations are one now, which can't be undone" in unescape(page)
    assert "Undo the import" not in page
    assert "Rina Melati and Rinna Melati were merged after it" in answer.text


def test_only_admins_and_organizers_of_the_organization_see_pairs(
    admin: TestClient, stranger: TestClient, staff: TestClient, viewer: TestClient, pair: str
) -> None:
    assert admin.get(pair).status_code == 200
    assert stranger.get(pair).status_code == 404
    assert stranger.post(f"{pair}/gabungkan").status_code == 404
    assert "Rina Melati" not in stranger.get("/mungkin-kembar").text
    for browser in (staff, viewer):
        assert browser.get(pair).status_code == 403
        assert browser.post(f"{pair}/berbeda").status_code == 403
        assert 'href="/mungkin-kembar"' not in browser.get("/peserta").text
    assert 'href="/mungkin-kembar"' in admin.get("/peserta").text


def test_the_list_is_paged(admin: TestClient, engine: Engine, staff: TestClient) -> None:
    people = [
        (n, f"Peserta Contoh {chr(65 + n // 26)}{chr(65 + n % 26)}", None, "Manggar", "UMKM", None, "hadir")
        for n in range(12)
    ]
    saved(staff, listed(*people))
    with reading(engine) as read_db, writing(engine) as db:
        for place in list_places(read_db):
            save_pairs(db, list_similar_pairs(read_db, place))

    seen, address = list[str](), "/mungkin-kembar"
    while address:
        page = admin.get(address).text
        seen += re.findall(r'href="/mungkin-kembar/(\d+)"', page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1] if onward else ""

    with reading(engine) as db:
        assert sorted(map(int, seen)) == sorted(db.exec(select(PossibleDuplicate.id)))
    assert len(seen) > 25
