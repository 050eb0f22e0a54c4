"""The coverage page and its files: what it says above all, its filters, and who sees what."""

import csv
import html
import json
import re
from datetime import date
from io import BytesIO, StringIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader

from app.database import writing
from app.models import Area, AttendanceStatus, CoverageTarget
from tests.city import LAMARU, MANGGAR, City

pytestmark = pytest.mark.usefixtures("figures_of_2025")


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


def test_kelurahan_that_were_closed_or_have_no_target_are_no_next_steps(
    viewer: TestClient, city: City
) -> None:
    """Two came from Manggar, as many as were to; Lamaru has ended since, and was to send somebody."""
    with writing(city.engine) as db:
        for place, target in ((None, 0), (MANGGAR, 2), (LAMARU, 9)):
            db.add(CoverageTarget(year=2025, kelurahan_code=place, target=target))
        db.get_one(Area, LAMARU).valid_to = date(2025, 9, 30)
    city.register("SPBE-2025-1", "Wati Teratai", LAMARU, outcome=AttendanceStatus.ABSENT)

    _, _, next_steps = viewer.get("/cakupan").text.partition("Where to go next</h2>")
    next_steps, _, _ = next_steps.partition('id="matrix"')

    assert "Every kelurahan has reached its target." in next_steps
    assert "Lamaru" not in next_steps
    assert "Nobody registered" not in next_steps


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
    viewer.cookies["jangkau_language"] = "id"
    assert "Dari tanggal" in viewer.get("/cakupan").text


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


def test_an_address_that_means_nothing_keeps_the_filters_that_do(viewer: TestClient) -> None:
    reversed_period = "from=2025-12-31&to=2025-01-01"
    for path, query, message in (
        ("/cakupan", "from=31-12-2025", 'id="from-error">This is not a date.'),
        ("/cakupan", "sex=X", 'id="sex-error">There is no such choice.'),
        ("/cakupan", "by=cuaca", "The address asks for what there isn&#39;t: by=cuaca."),
        ("/cakupan/berikutnya", reversed_period, 'id="to-error">The period ends before it begins.'),
        ("/cakupan/rt", reversed_period, 'id="to-error">The period ends before it begins.'),
    ):
        page = viewer.get(f"{path}?{query}&group=rt")

        assert page.status_code == 422
        assert message in page.text
        assert 'value="rt" selected' in page.text
        assert f'method="get" action="{path}"' in page.text


def test_a_choice_that_is_gone_keeps_the_others(viewer: TestClient) -> None:
    """As in a link that a colleague once sent."""
    for path, query, message in (
        ("/cakupan", "workshop=LAMA", "There is no workshop LAMA."),
        ("/cakupan/berikutnya", "kecamatan=64.71.09", "There is no kecamatan 64.71.09."),
        ("/cakupan/sesi", "kelurahan=64.71.09.1001", "There is no kelurahan 64.71.09.1001."),
    ):
        page = viewer.get(f"{path}?{query}&group=rt")

        assert page.status_code == 404
        assert message in page.text
        assert 'value="rt" selected' in page.text
        assert f'href="{path}">Clear</a>' in page.text


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


def test_the_year_divided_by_month_is_drawn_and_every_format_has_it(viewer: TestClient) -> None:
    query = "?from=2024-01-01&to=2025-12-31&by=month"
    assert 'class="time-chart"' in viewer.get(f"/cakupan{query}").text
    files = {name: viewer.get(f"/cakupan.{name}{query}").content for name in ("json", "csv", "xlsx", "pdf")}

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
    query = "?from=2025-01-01&to=2025-12-31"
    rates = viewer.get(f"/cakupan.json{query}").json()["rates"]
    sheet = load_workbook(BytesIO(viewer.get(f"/cakupan.xlsx{query}").content))["Rates"]

    rate_by_area = {(rate["name"], rate["measure"]): (rate["participants"], rate["rate"]) for rate in rates}
    assert rate_by_area["Balikpapan Timur", "penduduk"] == (2, 0.0191)
    assert [name for name, measure in rate_by_area if measure == "umkm"] == ["Balikpapan"]
    assert not [rate for rate in rates if rate["area"].count(".") == 3]
    assert any("Balikpapan Timur" in line and 0.0191 in line for line in sheet.values)
    in_kecamatan = viewer.get(f"/cakupan.json{query}&kecamatan=64.71.01").json()["rates"]
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
    query = "?from=2025-01-01&to=2025-12-31&compare=before&by=kecamatan"
    page = viewer.get(f"/cakupan{query}").text
    report = viewer.get(f"/cakupan.json{query}").json()
    sheet = load_workbook(BytesIO(viewer.get(f"/cakupan.xlsx{query}").content)).worksheets[0]

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

    city.import_sheet("SPBE-2025-1", b"Nama;JK;Kelurahan;Kategori\nWulan Dahlia;P;Lamaru;UMKM\n")

    assert viewer.get("/cakupan", headers=known).status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_was_refused_has_no_tag(viewer: TestClient) -> None:
    refused = viewer.get("/cakupan?from=2025-12-31&to=2025-01-01")
    assert "etag" not in refused.headers
    assert refused.headers["cache-control"] == "no-store"


def test_the_figures_are_not_for_outsiders(nobody: TestClient) -> None:
    for address in ("/cakupan", "/cakupan.csv"):
        assert nobody.get(address).headers["location"].startswith("/masuk")
