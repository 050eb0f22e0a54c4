"""The page of a workshop's attendance: people by sessions, with a filter, pages and files."""

import re

from fastapi.testclient import TestClient

from app.database import writing
from app.models import AttendanceStatus, User
from tests.city import City
from tests.pages.conftest import People
from tests.queries.counting import queries_of

PRESENT = AttendanceStatus.PRESENT


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_workshop_leads_to_its_people_by_sessions(organizer: TestClient, city: City) -> None:
    city.workshop_of_days()
    ani = city.register("TIGA-1", "Ani Contoh", outcome=PRESENT)
    city.register("TIGA-3", ani.name, person=ani, outcome=PRESENT)
    city.register("TIGA-1", "Budi Contoh", outcome=AttendanceStatus.ABSENT)
    assert 'href="/kegiatan/TIGA/kehadiran"' in organizer.get("/kegiatan/TIGA").text

    page = organizer.get("/kegiatan/TIGA/kehadiran").text
    assert "Ani Contoh Manggar 05-08 ✓ 06-08 – 07-08 ✓ 2 of 3" in text_of(page)
    assert "Budi Contoh Manggar 05-08 ✗ 06-08 – 07-08 – 0 of 3" in text_of(page)

    page = organizer.get("/kegiatan/TIGA/kehadiran?minimal=2").text
    assert "Budi Contoh" not in page
    file = re.search(r'href="([^"]+kehadiran\.csv[^"]*)"', page)
    assert file is not None
    answer = organizer.get(file[1].replace("&amp;", "&"))
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''attendance-TIGA.csv"
    assert "Ani Contoh" in answer.text
    assert "Budi Contoh" not in answer.text


def test_a_long_list_has_pages_and_few_queries(organizer: TestClient, city: City) -> None:
    city.workshop_of_days(count=1)
    for number in range(51):
        city.register("TIGA-1", f"Peserta {number:02}", outcome=PRESENT)
    page = organizer.get("/kegiatan/TIGA/kehadiran").text
    assert queries_of(city.engine, lambda: organizer.get("/kegiatan/TIGA/kehadiran")) < 17

    assert page.count('<th scope="row">') == 50
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    last = organizer.get(following[1].replace("&amp;", "&")).text
    assert re.findall(r"Peserta \d\d", last) == ["Peserta 50"]


def test_only_those_who_may_see_people_see_the_page(
    viewer: TestClient, stranger: TestClient, city: City, people: People
) -> None:
    city.workshop_of_days(count=1)
    city.register("TIGA-1", "Ani Contoh", outcome=PRESENT)
    for path in ("/kegiatan/TIGA/kehadiran", "/kegiatan/TIGA/kehadiran.csv", "/kegiatan/TIGA/kehadiran.xlsx"):
        assert viewer.get(path).status_code == 403
        assert stranger.get(path).status_code == 404
    assert "/kehadiran" not in viewer.get("/kegiatan/TIGA").text

    with writing(city.engine) as db:
        db.get_one(User, people.viewer.id).may_see_participants = True

    assert "Ani Contoh" in viewer.get("/kegiatan/TIGA/kehadiran").text
