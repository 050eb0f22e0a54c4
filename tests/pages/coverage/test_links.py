"""The links from figures of the coverage page to the people or sessions that they count, and who has them."""

import html
import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.models import AttendanceStatus, CoverageTarget, Participant
from tests.city import LAMARU, MANGGAR, City
from tests.pages.conftest import People

pytestmark = pytest.mark.usefixtures("figures_of_2025")


@pytest.mark.parametrize(
    ("filters", "place", "names"),
    [
        ("", MANGGAR, ["Rina Melati", "Tuti Kenanga"]),
        ("?group=rt", MANGGAR, ["Tuti Kenanga"]),
        ("?workshop=LAMA-1-W", LAMARU, ["Wati Teratai"]),
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
    assert (">Kelurahan now</a></th>" in page) == bool(names)
    assert f"<strong>{len(names)} people</strong>" in page
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


def test_a_list_says_how_many_of_the_figure_it_leaves_out(organizer: TestClient, city: City) -> None:
    """Two of Manggar came to Sari's session; a third one and a man of Lamaru came to Tono's."""
    other = city.session("TETANGGA-1", by="tono")
    for name, place in (("Joko Teratai", MANGGAR), ("Wayan Contoh", LAMARU)):
        city.register(other, name, place, outcome=AttendanceStatus.PRESENT)
    page = organizer.get("/cakupan?from=2025-01-01&to=2025-12-31").text

    people = organizer.get(link_of(page, rf"/peserta\?kelurahan={MANGGAR}")).text
    sessions = organizer.get(link_of(page, "/cakupan/sesi")).text

    assert "<strong>2 of 3 people of the figure</strong>" in people
    assert "Joko Teratai" not in people
    assert "<strong>1 of 2 sessions</strong>" in sessions
    assert "TETANGGA-1" not in sessions
    foreign = organizer.get(f"/cakupan/sesi?from=2025-01-01&to=2025-12-31&kelurahan={LAMARU}").text
    assert "<strong>0 of 1 sessions</strong>" in foreign


def test_who_may_not_see_names_is_led_to_the_sessions_and_told_why(viewer: TestClient) -> None:
    page = viewer.get("/cakupan").text
    hexagon = re.search(r'<a href="([^"]+)" aria-label="Manggar: [^"]+">\s*<title>', page)
    assert hexagon is not None

    for address in (html.unescape(hexagon[1]), link_of(page, r"/cakupan/sesi\?[^\"]*counted=registered")):
        sessions = viewer.get(address).text
        assert "SPBE-2025-1</a>" in sessions
        assert "Names of participants are shown only to the organizers of their sessions" in sessions
    assert 'href="/peserta?' not in page
    session = viewer.get("/sesi/SPBE-2025-1").text
    assert "Names of participants are shown only to the organizers of their sessions" in session


def test_every_figure_of_the_page_leads_to_what_is_behind_it(admin: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        db.add(CoverageTarget(year=2025, target=2))

    page = admin.get("/cakupan?rincian=kelompok&from=2025-01-01&to=2025-12-31").text
    matrix, _, _ = page.partition('id="trend"')
    figures = re.findall(r'<td class="integer counts-\w+">(.*?)</td>', matrix)

    assert len(figures) > 34 * 10
    for figure in figures:
        assert figure.startswith("<a href=") or figure in {"0", "–", "no target"}, figure
    assert (
        len(re.findall(r'<a href="[^"]+" aria-label="[^"]+">\s*<title>[^<]+</title>\s*<polygon', page)) == 34
    )
    for address in {
        html.unescape(url) for url in re.findall(r'href="(/(?:cakupan|peserta|target)[^"#]*)', page)
    }:
        assert admin.get(address).status_code == 200, address
    gap = link_of(page, r"/cakupan/berikutnya\?[^\"]*#kelurahan-64.71.01.1002")
    assert 'id="kelurahan-64.71.01.1002"' in admin.get(gap).text


def link_of(page: str, address: str) -> str:
    """Return the first link to an address that begins with the pattern."""
    found = re.search(rf'href="({address}[^"]*)"', page)
    assert found is not None, address
    return html.unescape(found[1])


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
    heads = re.findall(r'<th scope="col" class="[\w -]+"[^>]*>([^<]+)</th>', parts)
    first = re.search(r"<tbody>\s*<tr>(.*?)</tr>", parts, re.DOTALL)
    assert first is not None
    links = re.findall(r'<td class="integer[^>]*>(?:<a href="([^"]+)">)?', first[1])

    page = admin.get(html.unescape(links[heads.index(figure) - 1])).text

    assert re.findall(r'<a href="/(?:peserta|sesi)/[^"]+">([^<]+)</a>', page) == names
