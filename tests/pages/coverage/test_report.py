"""The coverage page and its files: what it says above all, its filters, and who sees what."""

import csv
import html
import json
import re
from collections.abc import Mapping
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
        ("", "2 of 34 kelurahan were reached (at least one participant)"),
        ("?from=2024-01-01&to=2025-12-31", "3 of 34 kelurahan were reached (at least one participant)"),
        ("?from=2025-08-06&to=2025-12-31", "0 of 34 kelurahan were reached (at least one participant)"),
        ("?workshop=LAMA-1-W", "1 of 34 kelurahan were reached (at least one participant)"),
        ("?workshop=SPBE-2025&group=umkm", "1 of 34 kelurahan were reached (at least one participant)"),
        ("?sex=L", "1 of 34 kelurahan were reached (at least one participant)"),
        ("?from=&to=&workshop=&group=&sex=", "2 of 34 kelurahan were reached (at least one participant)"),
    ],
)
def test_the_heading_says_the_whole_answer(viewer: TestClient, filters: str, headline: str) -> None:
    page = viewer.get(f"/cakupan{filters}")
    assert f"<h1>{headline}</h1>" in page.text


@pytest.mark.parametrize(
    ("targets", "headline", "note"),
    [
        ({}, "2 of 34 kelurahan were reached (at least one participant)", "No target for 2025 is set yet"),
        ({None: 2}, "1 of 34 kelurahan reached their target for 2025", ""),
        (
            {MANGGAR: 3, LAMARU: 0},
            "0 of 1 kelurahan reached their target for 2025; 1 of the 32 without a target were reached "
            "(at least one participant)",
            "No target for 2025 is set yet for 32 of 34 kelurahan",
        ),
        ({None: 0}, "No kelurahan has a target for 2025: each target is 0", ""),
    ],
    ids=["none", "all", "some", "zero"],
)
def test_every_format_says_where_no_target_is_set(
    viewer: TestClient, city: City, targets: Mapping[str | None, int], headline: str, note: str
) -> None:
    with writing(city.engine) as db:
        for place, target in targets.items():
            db.add(CoverageTarget(year=2025, kelurahan_code=place, target=target))

    page = viewer.get("/cakupan").text
    sheet = load_workbook(BytesIO(viewer.get("/cakupan.xlsx").content)).worksheets[0]
    printed = PdfReader(BytesIO(viewer.get("/cakupan.pdf").content)).pages[0].extract_text()
    texts = {
        "page": page,
        "csv": viewer.get("/cakupan.csv").text,
        "xlsx": str(list(sheet.values)),
        "pdf": " ".join(printed.split()),
    }

    assert f"<h1>{headline}</h1>" in page
    assert ('href="/target/2025">Set the targets</a>' in page) == bool(note)
    for name, text in texts.items():
        assert headline in text, name
        assert note in text, name
        assert ("is set yet" in text) == bool(note), name


def test_without_a_target_neither_target_nor_gap_is_a_figure(viewer: TestClient) -> None:
    report = viewer.get("/cakupan.json").json()
    manggar = next(row for row in report["rows"] if row["name"] == "Manggar")

    assert (manggar["target"], manggar["gap"], manggar["state"]) == (None, None, "reached")
    assert (report["totals"]["target"], report["totals"]["gap"]) == (None, None)
    assert (report["totals"]["covered"], report["totals"]["with_target"]) == (2, 0)


def test_who_may_not_set_targets_is_told_whom_to_ask(organizer: TestClient) -> None:
    page = organizer.get("/cakupan").text

    assert "No target for 2025 is set yet" in page
    assert "Dinas Kominfo and administrators set targets." in page
    assert 'href="/target/' not in page


def test_the_page_says_how_it_counts_and_where_to_go_next(viewer: TestClient) -> None:
    page = viewer.get("/cakupan")

    assert "Participants are distinct people who were present at least once" in page.text
    assert "Not issued: working figures" in page.text
    _, _, next_steps = page.text.partition("Where to go next")
    assert "Nobody registered (32)" in next_steps
    matrix, _, _ = page.text.partition('id="trend"')
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
        'value="01-01-2025"',
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
    sheet = load_workbook(BytesIO(files["xlsx"].content))["Matrix"]
    assert any("Manggar" in row and 2 in row for row in sheet.values)
    assert any("Manggar" in page.extract_text() for page in PdfReader(BytesIO(files["pdf"].content)).pages)


def test_a_period_that_ends_before_it_begins_is_said_in_the_form(viewer: TestClient) -> None:
    page = viewer.get("/cakupan?from=2025-12-31&to=2025-01-01&group=rt")

    assert page.status_code == 422
    assert 'id="to-error">The period ends before it begins.' in page.text
    for typed in ('value="31-12-2025"', 'value="01-01-2025"', 'value="rt" selected'):
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
        ("/cakupan", "from=31-02-2025", 'id="from-error">There is no such day.'),
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
    assert ('href="/peserta?kelurahan=64.71.01.1001&amp;' in page.text) == (who != "viewer")


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
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(files["pdf"])).pages)
    assert "August 2025 1 3 3 3" in " ".join(text.split())


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
    sheet = load_workbook(BytesIO(viewer.get(f"/cakupan.xlsx{query}").content))["Matrix"]

    assert "1 Jan – 31 Dec 2024" in page
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


def test_the_table_opens_with_six_columns_and_the_groups_on_request(viewer: TestClient) -> None:
    page = viewer.get("/cakupan?from=2025-01-01&to=2025-12-31").text
    assert headings(page) == ["Kelurahan", "Kecamatan", "Target", "Participants", "Gap", "State"]

    details = re.search(r'href="([^"]+)">Details by target group</a>', page)
    assert details is not None
    address = html.unescape(details[1])
    opened = viewer.get(address).text

    assert address == "/cakupan?from=2025-01-01&to=2025-12-31&rincian=kelompok#matrix"
    assert len(headings(opened)) > 15
    assert '<input type="hidden" name="rincian" value="kelompok">' in opened
    assert 'href="/cakupan?from=2025-01-01&amp;to=2025-12-31#matrix">Six columns only</a>' in opened


@pytest.mark.parametrize(
    ("column", "first", "direction"),
    [
        ("kelurahan", "Baru Ilir", "ascending"),
        ("peserta", "Manggar", "descending"),
        ("kurang", "Lamaru", "descending"),
        ("keadaan", "Lamaru", "ascending"),
    ],
)
def test_the_kelurahan_are_sorted_by_a_column(
    viewer: TestClient, city: City, column: str, first: str, direction: str
) -> None:
    with writing(city.engine) as db:
        for place, target in ((None, 1), (LAMARU, 5)):
            db.add(CoverageTarget(year=2025, kelurahan_code=place, target=target))

    unsorted = viewer.get("/cakupan").text
    assert f'<a href="/cakupan?urut={column}#matrix">' in unsorted
    page = viewer.get(f"/cakupan?urut={column}").text

    assert rows(page)[0] == first
    details = viewer.get("/cakupan?rincian=kelompok").text
    assert rows(details) == rows(unsorted)
    assert sorted(rows(page)) == sorted(rows(unsorted))
    assert f'aria-sort="{direction}"' in page
    assert viewer.get("/cakupan?urut=warna").status_code == 422


def test_every_file_of_the_page_has_the_trend(viewer: TestClient) -> None:
    query = "?from=2025-01-01&to=2025-12-31"
    page = viewer.get(f"/cakupan{query}").text
    report = viewer.get(f"/cakupan.json{query}").json()
    book = load_workbook(BytesIO(viewer.get(f"/cakupan.xlsx{query}").content))
    printed = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(viewer.get(f"/cakupan.pdf{query}").content)).pages
    )

    august = next(part for part in report["trend"]["months"] if part["key"] == "2025-08")
    assert (august["participants"], august["newcomers"], august["kelurahan"]) == (3, 3, 2)
    assert [part["participants"] for part in report["trend"]["years"]] == [1, 3]
    assert 'aria-label="August 2025: 3 participants, 3 new, 0 again, 2 kelurahan"' in page
    assert ("August 2025", 3, 3, 0, 2) in list(book["Trend by month"].values)
    assert (str(2025), 3, 3, 0, 2) in list(book["Trend by year"].values)
    assert "August 2025;3;3;0;2" in viewer.get(f"/cakupan.csv{query}").text
    assert "August 2025 3 3 0 2" in " ".join(printed.split())


def headings(page: str) -> list[str]:
    """The headings of the table of kelurahan, in its lowest line."""
    _, _, table = page.partition('id="matrix"')
    head, _, _ = table.partition("</thead>")
    return re.findall(r'<th scope="col"[^>]*>(?:<a [^>]+>)?([^<]+)', head)


def rows(page: str) -> list[str]:
    _, _, table = page.partition('id="matrix"')
    body, _, _ = table.partition("</tbody>")
    return re.findall(r'<th scope="row" class="name"><a [^>]+>([^<]+)</a>', body)
