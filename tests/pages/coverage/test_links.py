"""The links from figures of the coverage page to the people or sessions that they count, and who has them."""

import html
import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.models import AttendanceStatus, Participant
from tests.city import LAMARU, MANGGAR, City
from tests.pages.conftest import People

pytestmark = pytest.mark.usefixtures("figures_of_2025")


@pytest.mark.parametrize(
    ("filters", "place", "names"),
    [
        ("", MANGGAR, ["Rina Melati", "Tuti Kenanga"]),
        ("?group=rt", MANGGAR, ["Tuti Kenanga"]),
        ("?sex=L", MANGGAR, []),
        ("?workshop=LAMA-1-W", LAMARU, ["Wati Teratai"]),
        ("?from=2025-08-06&to=2025-12-31", MANGGAR, []),
        ("?kecamatan=64.71.01", MANGGAR, ["Rina Melati", "Tuti Kenanga"]),
    ],
)
def test_a_figure_leads_to_the_people_behind_it(
    admin: TestClient, city: City, filters: str, place: str, names: list[str]
) -> None:
    """Rina has moved to Lamaru since; Joko was registered in Manggar and stayed away."""
    with writing(city.engine) as db:
        rina = db.exec(select(Participant).where(Participant.name == "Rina Melati")).one()
        rina.kelurahan_code = LAMARU
    city.register("SPBE-2025-1", "Joko Teratai", MANGGAR, outcome=AttendanceStatus.ABSENT)

    link = re.search(rf'href="(/peserta\?kelurahan={place}[^"]*)"', admin.get(f"/cakupan{filters}").text)
    assert link is not None
    page = admin.get(html.unescape(link[1])).text

    assert re.findall(r'<a href="/peserta/\d+">([^<]+)</a>', page) == names
    assert "in the kelurahan and target group of that time. The list shows where they live now." in page
    assert ('<th scope="col">Kelurahan now</th>' in page) == bool(names)
    assert f'href="/peserta?kelurahan={place}"' in page
    rows = admin.get(f"/cakupan.json{filters}").json()["rows"]
    assert [row["participants"] for row in rows if row["kelurahan"] == place] == [len(names)]


def test_organizers_are_led_to_the_people_and_sessions_of_their_own_figures(
    organizer: TestClient, city: City, people: People
) -> None:
    """Somebody else of Manggar came to the neighbour's session."""
    other = city.session("TETANGGA-1", by="tono")
    city.register(other, "Joko Teratai", MANGGAR, outcome=AttendanceStatus.PRESENT)
    own = people.organizer.organization_id

    for narrowed in (f"?organization={own}", "?workshop=SPBE-2025"):
        page = organizer.get(f"/cakupan{narrowed}").text
        link = re.search(rf'href="(/peserta\?kelurahan={MANGGAR}[^"]*)"', page)
        assert link is not None
        listed = organizer.get(html.unescape(link[1])).text
        assert re.findall(r'<a href="/peserta/\d+">([^<]+)</a>', listed) == ["Rina Melati", "Tuti Kenanga"]
        link = re.search(r'<dd class="figure-value"><a href="(/cakupan/sesi[^"]*)">3</a>', page)
        assert link is not None
        sessions_page = organizer.get(html.unescape(link[1])).text
        assert "SPBE-2025-1</a>" in sessions_page
        assert "people of the city's kelurahan alone" in sessions_page

    assert f'href="/peserta?organization={own}&amp;' in organizer.get("/cakupan?by=organization").text
    for beyond in (f"?organization={people.stranger.organization_id}", "?workshop=TETANGGA-1-W", ""):
        page = organizer.get(f"/cakupan{beyond}").text
        assert 'href="/peserta?' not in page
        assert 'href="/cakupan/sesi?' not in page


@pytest.mark.parametrize(
    ("dimension", "figure", "names"),
    [
        ("month", "Participants", ["Joko Anggrek", "Rina Melati", "Tuti Kenanga"]),
        ("month", "Registered", ["Joko Anggrek", "Joko Teratai", "Rina Melati", "Tuti Kenanga"]),
        ("kecamatan", "Participants", ["Rina Melati", "Tuti Kenanga"]),
        ("workshop", "Sessions", ["SPBE-2025-1"]),
        ("organization", "Attendances", ["SPBE-2025-1"]),
    ],
)
def test_a_part_leads_to_the_people_or_sessions_behind_it(
    admin: TestClient, city: City, dimension: str, figure: str, names: list[str]
) -> None:
    city.register("SPBE-2025-1", "Joko Teratai", MANGGAR, outcome=AttendanceStatus.ABSENT)
    _, _, parts = admin.get(f"/cakupan?by={dimension}").text.partition('id="breakdowns"')
    heads = re.findall(r'<th scope="col" class="\w+"[^>]*>([^<]+)</th>', parts)
    first = re.search(r"<tbody>\s*<tr>(.*?)</tr>", parts, re.DOTALL)
    assert first is not None
    links = re.findall(r'<td class="integer">(?:<a href="([^"]+)">)?', first[1])

    page = admin.get(html.unescape(links[heads.index(figure) - 1])).text

    assert re.findall(r'<a href="/(?:peserta|sesi)/[^"]+">([^<]+)</a>', page) == names
