"""Pages of participants: who may see them, search and paging, and the sheet rows that they come from."""

import re
from datetime import date
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import select

from app.database import reading, writing
from app.models import Activity, Participant, User, WorkshopSession
from tests.pages.conftest import People
from tests.pages.imports.sheets import LUKMAN, RINA, listed, saved, uploaded

pytestmark = pytest.mark.usefixtures("workshop_session")

BUDI = (2, "Budi Anggrek", None, "Samarinda", "RT", None, "tidak")


@pytest.fixture
def rina(workshop_session: WorkshopSession, staff: TestClient, engine: Engine) -> str:
    """The URL of Rina's page, after a sheet with her and Budi was saved."""
    saved(staff, listed(RINA, BUDI))
    with reading(engine) as db:
        return f"/peserta/{db.scalars(select(Participant.id).where(Participant.name == 'Rina Melati')).one()}"


@pytest.mark.usefixtures("rina")
def test_the_list_shows_people_with_their_phones_masked(organizer: TestClient) -> None:
    page = organizer.get("/peserta").text
    assert page.index("Budi Anggrek") < page.index("Rina Melati")
    assert "0812••••101" in page
    assert "081200000101" not in page
    assert "Samarinda" in page


@pytest.mark.usefixtures("rina")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=melati", ["Rina Melati"]),
        ("search=mangg", ["Rina Melati"]),
        ("search=0812-0000-0101", ["Rina Melati"]),
        ("search=%25", []),
        ("search=12", []),
        ("kelurahan=64.71.01.1001", ["Rina Melati"]),
        ("target_group=rt", ["Budi Anggrek"]),
        ("search=anggrek&target_group=umkm", []),
    ],
)
def test_people_are_found(staff: TestClient, query: str, found: list[str]) -> None:
    page = staff.get(f"/peserta?{query}").text
    assert re.findall(r'<a href="/peserta/\d+">([^<]+)</a>', page) == found


def test_the_list_is_paged_in_the_order_of_names(staff: TestClient) -> None:
    people = [
        (n, f"Orang {chr(65 + n // 26)}{chr(65 + n % 26)}", None, "Manggar", "UMKM", None, "hadir")
        for n in range(55)
    ]
    saved(staff, listed(*people))
    names, address = list[str](), "/peserta"
    while address:
        page = staff.get(address).text
        names += re.findall(r'<a href="/peserta/\d+">([^<]+)</a>', page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert names == sorted(name for _, name, *_ in people)


def test_a_person_is_traced_to_the_sheet_and_row(staff: TestClient, rina: str) -> None:
    page = staff.get(rina).text
    for sentence in (
        "Manggar",
        "Small businesses",
        "Present",
        "Budi Petugas",
        "hadir.xlsx, sheet Sheet, row 2",
    ):
        assert sentence in page
    source = re.search(r'href="(/unggahan/\d+\?after=1)#baris-2"', page)
    assert source is not None
    assert 'id="baris-2"' in staff.get(source[1]).text
    assert "6471054408900002" not in page


def test_email_and_birth_date_are_shown_only_to_users_who_may_correct_them(
    staff: TestClient, viewer: TestClient, engine: Engine, people: People, rina: str
) -> None:
    with writing(engine) as db:
        person = db.get_one(Participant, int(rina.rpartition("/")[2]))
        person.email, person.birth_date = "rina.melati@contoh.id", date(1990, 8, 14)
        db.get_one(User, people.viewer.id).may_see_participants = True

    page = staff.get(rina).text
    assert "r••••@contoh.id" in page
    assert "14-08-1990" in page
    assert "rina.melati@" not in page
    assert "@contoh.id" not in viewer.get(rina).text
    assert "14-08-1990" not in viewer.get(rina).text


def test_undoing_the_sheet_deletes_its_participants(staff: TestClient, rina: str) -> None:
    staff.post("/unggahan/1/batalkan")
    assert staff.get(rina).status_code == 404
    assert "Nobody is registered yet." in staff.get("/peserta").text


def test_another_organization_sees_no_participants(stranger: TestClient, rina: str) -> None:
    assert stranger.get(rina).status_code == 404
    assert "Rina Melati" not in stranger.get("/peserta?search=rina").text


def test_viewers_see_participants_only_if_allowed_individually(
    viewer: TestClient, engine: Engine, people: People, rina: str
) -> None:
    assert viewer.get("/peserta").status_code == 403
    assert viewer.get(rina).status_code == 403

    with writing(engine) as db:
        db.get_one(User, people.viewer.id).may_see_participants = True

    assert "Rina Melati" in viewer.get("/peserta").text
    assert "hadir.xlsx, sheet Sheet, row 2" in viewer.get(rina).text
    assert 'href="/unggahan' not in viewer.get(rina).text


def test_a_row_in_review_makes_no_participant(staff: TestClient) -> None:
    uploaded(staff, listed(LUKMAN))
    assert "Nobody is registered yet." in staff.get("/peserta").text


@pytest.mark.usefixtures("rina")
@pytest.mark.parametrize(
    ("sort", "names", "direction"),
    [
        ("-name", ["Rina Melati", "Budi Anggrek"], "descending"),
        ("kelurahan", ["Rina Melati", "Budi Anggrek"], "ascending"),
        ("-kelurahan", ["Budi Anggrek", "Rina Melati"], "descending"),
        ("latest", ["Budi Anggrek", "Rina Melati"], "descending"),
        ("-sessions", ["Budi Anggrek", "Rina Melati"], "ascending"),
    ],
)
def test_the_list_is_sorted_by_its_headings(
    staff: TestClient, sort: str, names: list[str], direction: str
) -> None:
    page = staff.get("/peserta", params={"urut": sort}).text

    assert re.findall(r'<th scope="row"><a href="/peserta/\d+">([^<]+)</a>', page) == names
    assert re.findall(r'aria-sort="(\w+)"', page) == [direction]


@pytest.mark.usefixtures("rina")
def test_what_the_list_finds_is_downloaded_by_those_who_see_it_and_logged(
    staff: TestClient, viewer: TestClient, stranger: TestClient, engine: Engine
) -> None:
    assert viewer.get("/peserta.xlsx").status_code == 403
    response = staff.get("/peserta.xlsx", params={"search": "melati"})

    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert "Rina Melati" in text
    assert "0812••••101" in text
    assert "Budi Anggrek" not in text
    assert "Rina Melati" not in str(load_workbook(BytesIO(stranger.get("/peserta.xlsx").content)).worksheets)
    with reading(engine) as db:
        lines = db.scalars(select(Activity).where(Activity.action == "download")).all()
    assert [(line.subject, (line.after or {})["people"]) for line in lines] == [
        ("participant", 1),
        ("participant", 0),
    ]
