"""The coverage page and its files: what it says above all, its filters, and who sees what."""

import csv
import html
import json
import re
from io import BytesIO, StringIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import select

from app.database import writing
from app.models import AttendanceStatus, Participant, WorkshopSession
from tests.stories import LAMARU, MANGGAR, City

pytestmark = pytest.mark.usefixtures("figures")


@pytest.fixture
def figures(city: City, workshop_session: WorkshopSession) -> None:
    """Two women of Manggar and a man of Damai came in 2025; another workshop reached Lamaru in 2024."""
    city.imported(
        workshop_session.code,
        b"Nama;JK;Kelurahan;Kategori\nRina Melati;P;Manggar;UMKM\nTuti Kenanga;P;Manggar;RT\nJoko Anggrek;L;Damai;RT\n",
    )
    before = city.session(
        "LAMA-1", workshop_session.starts_at.replace(year=2024, tzinfo=None), groups=("rt",)
    )
    city.imported(before, b"Nama;JK;Kelurahan;Kategori\nWati Teratai;P;Lamaru;RT\n")


@pytest.mark.parametrize(
    ("filters", "headline"),
    [
        ("", "2 of 34 kelurahan reached their target for 2025"),
        ("?from=2024-01-01&to=2025-12-31", "3 of 34 kelurahan reached their target for 2025"),
        ("?from=2025-08-06&to=2025-12-31", "0 of 34 kelurahan reached their target for 2025"),
        ("?workshop=LAMA-1-W", "1 of 34 kelurahan reached their target for 2024"),
        ("?workshop=SPBE-2025&group=umkm", "1 of 34 kelurahan reached their target for 2025"),
        ("?sex=L", "1 of 34 kelurahan reached their target for 2025"),
        ("?from=&to=&workshop=&group=&sex=", "2 of 34 kelurahan reached their target for 2025"),
    ],
)
def test_the_heading_says_the_whole_answer(viewer: TestClient, filters: str, headline: str) -> None:
    page = viewer.get(f"/cakupan{filters}")
    assert f"<h1>{headline}</h1>" in page.text


def test_the_page_says_how_it_counts_and_where_to_go_next(viewer: TestClient) -> None:
    page = viewer.get("/cakupan")

    assert "Participants are distinct people who were present at least once" in page.text
    assert "Not issued: working figures" in page.text
    _, _, next_steps = page.text.partition("Where to go next")
    assert "Nobody registered (32)" in next_steps
    matrix, _, _ = page.text.partition("Divided further")
    assert matrix.count('scope="row" class="name"') == 34 + 1
    assert "<svg" in page.text


def test_filters_stay_in_the_form_and_in_the_downloads(viewer: TestClient) -> None:
    page = viewer.get("/cakupan?from=2025-01-01&to=2025-12-31&workshop=SPBE-2025&group=rt&sex=P")

    for chosen in (
        'value="2025-01-01"',
        'value="SPBE-2025" selected',
        'value="rt" selected',
        'value="P" selected',
    ):
        assert chosen in page.text
    address = "/cakupan.xlsx?from=2025-01-01&amp;to=2025-12-31&amp;workshop=SPBE-2025&amp;group=rt&amp;sex=P"
    assert f'href="{address}"' in page.text


def test_all_files_carry_the_figures_of_the_page(viewer: TestClient) -> None:
    files = {
        name: viewer.get(f"/cakupan.{name}?workshop=SPBE-2025") for name in ("json", "csv", "xlsx", "pdf")
    }

    for name, answer in files.items():
        assert answer.status_code == 200
        disposition = answer.headers["content-disposition"]
        assert re.fullmatch(
            rf"attachment; filename\*=UTF-8''[\w-]+-2025-01-01-2025-12-31\.{name}", disposition
        )
    assert json.loads(files["json"].content)["totals"]["participants"] == 3
    rows = list(csv.reader(StringIO(files["csv"].content.decode("utf-8-sig")), delimiter=";"))
    assert any("Manggar" in row and "2" in row for row in rows)
    sheet = load_workbook(BytesIO(files["xlsx"].content)).worksheets[0]
    assert any("Manggar" in row and 2 in row for row in sheet.values)
    assert "Manggar" in PdfReader(BytesIO(files["pdf"].content)).pages[0].extract_text()


def test_a_period_that_ends_before_it_begins_is_said_in_the_form(viewer: TestClient) -> None:
    page = viewer.get("/cakupan?from=2025-12-31&to=2025-01-01&group=rt")

    assert page.status_code == 422
    assert 'id="to-error">The period ends before it begins.' in page.text
    for typed in ('value="2025-12-31"', 'value="2025-01-01"', 'value="rt" selected'):
        assert typed in page.text


@pytest.mark.parametrize(
    ("filters", "status"),
    [
        ("?workshop=TIDAK-ADA", 404),
        ("?group=tidak-ada", 404),
        ("?from=kemarin", 422),
        ("?sex=X", 422),
        ("?from=0001-01-01", 422),
        ("?to=9999-12-31", 422),
        ("?kecamatan=64.71.01.1001", 404),
        ("?organization=9999", 404),
        ("?pillar=kelima", 422),
        ("?by=cuaca", 422),
        ("?compare=esok", 422),
    ],
)
def test_filters_that_mean_nothing_are_refused(viewer: TestClient, filters: str, status: int) -> None:
    assert viewer.get(f"/cakupan{filters}").status_code == status
    assert viewer.get(f"/cakupan.pdf{filters}").status_code == status


def test_there_is_no_file_of_another_kind(viewer: TestClient) -> None:
    assert viewer.get("/cakupan.docx").status_code == 422


@pytest.mark.parametrize("who", ["admin", "organizer", "staff", "viewer", "stranger"])
def test_figures_without_names_are_for_everyone(who: str, request: pytest.FixtureRequest) -> None:
    browser: TestClient = request.getfixturevalue(who)
    page = browser.get("/cakupan")
    assert "<h1>2 of 34 kelurahan" in page.text
    assert "Rina Melati" not in page.text
    assert browser.get("/cakupan.csv").status_code == 200
    # Only who may see all people is led to them: fewer than the figure would contradict it.
    assert ('href="/peserta?kelurahan=64.71.01.1001&amp;' in page.text) == (who == "admin")


@pytest.mark.parametrize(
    ("filters", "place", "found"),
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
    admin: TestClient, city: City, filters: str, place: str, found: list[str]
) -> None:
    """Rina has moved to Lamaru since; Joko was registered in Manggar and stayed away."""
    with writing(city.engine) as db:
        rina = db.exec(select(Participant).where(Participant.name == "Rina Melati")).one()
        rina.kelurahan_code = LAMARU
    city.register("SPBE-2025-1", "Joko Teratai", MANGGAR, outcome=AttendanceStatus.ABSENT)

    link = re.search(rf'href="(/peserta\?kelurahan={place}[^"]*)"', admin.get(f"/cakupan{filters}").text)
    assert link is not None
    page = admin.get(html.unescape(link[1])).text

    assert re.findall(r'<a href="/peserta/\d+">([^<]+)</a>', page) == found
    assert "kelurahan and target group are those of that time" in page
    assert f'href="/peserta?kelurahan={place}"' in page
    rows = admin.get(f"/cakupan.json{filters}").json()["rows"]
    assert [row["participants"] for row in rows if row["kelurahan"] == place] == [len(found)]


@pytest.mark.parametrize(
    ("division", "figure", "found"),
    [
        ("month", "Participants", ["Joko Anggrek", "Rina Melati", "Tuti Kenanga"]),
        ("month", "Registered", ["Joko Anggrek", "Joko Teratai", "Rina Melati", "Tuti Kenanga"]),
        ("kecamatan", "Participants", ["Rina Melati", "Tuti Kenanga"]),
        ("workshop", "Sessions", ["SPBE-2025-1"]),
        ("organization", "Attendances", ["SPBE-2025-1"]),
    ],
)
def test_a_part_leads_to_the_people_or_sessions_behind_it(
    admin: TestClient, city: City, division: str, figure: str, found: list[str]
) -> None:
    city.register("SPBE-2025-1", "Joko Teratai", MANGGAR, outcome=AttendanceStatus.ABSENT)
    _, _, parts = admin.get(f"/cakupan?by={division}").text.partition('id="breakdowns"')
    heads = re.findall(r'<th scope="col" class="\w+"[^>]*>([^<]+)</th>', parts)
    first = re.search(r"<tbody>\s*<tr>(.*?)</tr>", parts, re.DOTALL)
    assert first is not None
    links = re.findall(r'<td class="integer">(?:<a href="([^"]+)">)?', first[1])

    page = admin.get(html.unescape(links[heads.index(figure) - 1])).text

    assert re.findall(r'<a href="/(?:peserta|sesi)/[^"]+">([^<]+)</a>', page) == found


def test_the_year_divided_by_month_is_drawn_and_every_format_has_it(viewer: TestClient) -> None:
    asked = "?from=2024-01-01&to=2025-12-31&by=month"
    assert 'class="time-chart"' in viewer.get(f"/cakupan{asked}").text
    files = {name: viewer.get(f"/cakupan.{name}{asked}").content for name in ("json", "csv", "xlsx", "pdf")}

    (breakdown,) = json.loads(files["json"])["breakdowns"]
    people = {part["key"]: part["participants"] for part in breakdown["parts"] if part["participants"]}
    assert people == {"2024-08": 1, "2025-08": 3}
    rows = list(csv.reader(StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
    assert ["August 2025", "1", "3", "3", "3"] in rows
    sheet = load_workbook(BytesIO(files["xlsx"]))["Month"]
    assert ("August 2025", 1, 3, 3, 3) in list(sheet.values)
    pages = [page.extract_text() for page in PdfReader(BytesIO(files["pdf"])).pages]
    assert "August 2025 1 3 3 3" in " ".join(pages[-1].split())


def test_people_are_measured_against_how_many_there_are_only_where_that_is_known(viewer: TestClient) -> None:
    """The city's inhabitants are known for its kecamatan, its small businesses for the whole alone."""
    asked = "?from=2025-01-01&to=2025-12-31"
    rates = viewer.get(f"/cakupan.json{asked}").json()["rates"]
    sheet = load_workbook(BytesIO(viewer.get(f"/cakupan.xlsx{asked}").content))["Rates"]

    found = {(rate["name"], rate["measure"]): (rate["participants"], rate["rate"]) for rate in rates}
    assert found["Balikpapan Timur", "penduduk"] == (2, 0.02)
    assert [name for name, measure in found if measure == "umkm"] == ["Balikpapan"]
    assert not [rate for rate in rates if rate["area"].count(".") == 3]
    assert any("Balikpapan Timur" in line and 0.02 in line for line in sheet.values)
    in_kecamatan = viewer.get(f"/cakupan.json{asked}&kecamatan=64.71.01").json()["rates"]
    assert [rate["area"] for rate in in_kecamatan] == ["64.71.01"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_period_is_chosen_by_its_name_and_keeps_the_filters(viewer: TestClient) -> None:
    page = viewer.get("/cakupan?from=2025-01-01&to=2025-12-31&group=rt").text

    third = "/cakupan?from=2025-07-01&amp;to=2025-09-30&amp;group=rt"
    assert f'href="{third}" aria-label="Quarter III of 2025">' in page
    assert 'aria-current="true">2025<' in page
    assert 'aria-current="true">III<' in viewer.get(html.unescape(third)).text


def test_compared_with_the_period_before_every_row_has_its_difference(viewer: TestClient) -> None:
    """In 2024 one came, from Lamaru; in 2025 three, two of them from Manggar."""
    asked = "?from=2025-01-01&to=2025-12-31&compare=before&by=kecamatan"
    page = viewer.get(f"/cakupan{asked}").text
    report = viewer.get(f"/cakupan.json{asked}").json()
    sheet = load_workbook(BytesIO(viewer.get(f"/cakupan.xlsx{asked}").content)).worksheets[0]

    assert "01-01-2024 to 31-12-2024" in page
    assert '<small class="change">+2</small>' in page
    assert report["before"]["totals"]["participants"] == 1
    heads = next(line for line in sheet.values if "Change" in line)
    changes = {str(line[2]): line[heads.index("Change")] for line in sheet.values}
    assert (changes["Manggar"], changes["Lamaru"], changes["Total"]) == (2, -1, 2)


def test_what_a_browser_has_already_is_not_sent_again(
    viewer: TestClient, admin: TestClient, city: City
) -> None:
    for address in (
        "/cakupan/berikutnya",
        "/cakupan/berikutnya.csv",
        "/cakupan/rt",
        "/cakupan/rt.json",
        "/cakupan.xlsx?by=month",
        "/cakupan",
    ):
        first = viewer.get(address)
        known = {"if-none-match": first.headers["etag"]}
        again = viewer.get(address, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"] == "no-cache, private"
        assert admin.get(address, headers=known).status_code == 200, "another person's page"
        in_indonesian = {
            **known,
            "cookie": f"jangkau_login={viewer.cookies['jangkau_login']}; jangkau_language=id",
        }
        assert viewer.get(address, headers=in_indonesian).status_code == 200

    city.imported("SPBE-2025-1", b"Nama;JK;Kelurahan;Kategori\nWulan Dahlia;P;Lamaru;UMKM\n")

    assert viewer.get("/cakupan", headers=known).status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_was_refused_has_no_tag(viewer: TestClient) -> None:
    refused = viewer.get("/cakupan?from=2025-12-31&to=2025-01-01")
    assert "etag" not in refused.headers
    assert refused.headers["cache-control"] == "no-store"


def test_the_figures_are_not_for_outsiders(nobody: TestClient) -> None:
    for address in ("/cakupan", "/cakupan.csv"):
        assert nobody.get(address).headers["location"].startswith("/masuk")
