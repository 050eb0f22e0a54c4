"""What everyone gets of issued reports at /data: the page, its files, and their descriptions for programs."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import frictionless
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.database import reading, writing
from app.jobs.tasks import TaskRunner
from app.models import CoverageTarget, IssuedReport
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.reports import load_issued_figures
from app.reports.open_data.figures import participants_by_position
from app.reports.open_data.small_cells import ALL
from app.reports.open_data.tables import TABLES
from app.settings import Settings
from tests.city import LAMARU, MANGGAR, City
from tests.ckan import CkanServer
from tests.pages.conftest import People, logged_in, served_to_browsers
from tests.published_year import HEAD, hold_session, issue, revise, year
from tests.reports.open_data.attack import Reader

FILES = (
    *(table.file_name for table in TABLES),
    *("coverage.json", "datapackage.json", "katalog.jsonld", "metadata.json"),
)
Lines = list[dict[str, str]]


@pytest.fixture
def report(city: City, report_of_2025: None) -> IssuedReport:
    return city.all(IssuedReport)[0]


def lines(client: TestClient, name: str) -> Lines:
    return list(csv.DictReader(io.StringIO(client.get(f"/data/{name}.csv").text, newline="")))


def document(client: TestClient, name: str) -> Any:
    return json.loads(client.get(f"/data/{name}").content)


def all_files(client: TestClient) -> dict[str, bytes]:
    return {name: client.get(f"/data/{name}").content for name in FILES}


def test_every_figure_is_that_of_the_newest_issued_report(
    citizen: TestClient, city: City, report: IssuedReport
) -> None:
    with reading(city.engine) as db:
        figures = participants_by_position(load_issued_figures(db, report.id))
    published = {
        **{(line["kelurahan_code"], line["group_code"]): line for line in lines(citizen, "participants")},
        **{(line["kelurahan_code"], ALL): line for line in lines(citizen, "kelurahan")},
        **{(ALL, line["group_code"]): line for line in lines(citizen, "groups")},
        (ALL, ALL): lines(citizen, "years")[0],
    }
    hidden = {position for position, line in published.items() if line["participants_hidden"] == "true"}

    assert published.keys() == figures.keys()
    assert {position: line["participants"] for position, line in published.items()} == {
        position: "" if position in hidden else str(figure) for position, figure in figures.items()
    }
    assert hidden >= {position for position, figure in figures.items() if 0 < figure < 5}
    assert len(hidden) < len(figures) / 4
    assert Reader(figures, hidden).find_figures() == {}
    (of_year,) = document(citizen, "coverage.json")["years"]
    assert of_year["report"]["number"] == lines(citizen, "years")[0]["report_number"] == report.number
    assert {row["code"]: row["groups"] for row in of_year["kelurahan"]} == {
        kelurahan: {
            group: None if (kelurahan, group) in hidden else figure
            for (of, group), figure in figures.items()
            if of == kelurahan and group != ALL
        }
        for kelurahan, _ in figures
        if kelurahan != ALL
    }


@pytest.mark.slow
def test_later_uploads_change_nothing_until_a_revision(
    citizen: TestClient, city: City, report: IssuedReport
) -> None:
    before = all_files(citizen)
    hold_session(city, {("Manggar", "komunitas"): 11}, "UMKM-2025-2")

    assert all_files(citizen) == before

    revision = revise(city, report)
    (line,) = lines(citizen, "years")
    assert (line["report_number"], line["participants"]) == (revision.number, "58")


@pytest.mark.slow
def test_other_reports_are_not_published(citizen: TestClient, city: City) -> None:
    """Of part of a year, of one group, and one that is not for everyone."""
    issue(city, CoverageFilters(date(2025, 1, 1), date(2025, 10, 31)))
    issue(city, replace(year(2025), group="umkm"))
    issue(city, classification="terbatas")

    assert "No report of a whole year has been issued yet." in citizen.get("/data").text
    assert lines(citizen, "years") == []
    assert frictionless_errors(citizen) == []


def test_a_year_with_few_participants_shows_no_figure(citizen: TestClient, city: City) -> None:
    hold_session(city, {("Manggar", "umkm"): 3})
    issue(city)

    assert {line["participants"] + line["state"] for line in lines(citizen, "kelurahan")} == {""}
    assert "hidden" in citizen.get("/data").text


def test_the_state_is_not_published_where_it_would_tell_a_hidden_figure(
    citizen: TestClient, city: City
) -> None:
    """With a target of four, "reached" would say that the hidden figure is four."""
    hold_session(city, {("Manggar", "umkm"): 4, ("Lamaru", "umkm"): 30, ("Damai", "umkm"): 4})
    with writing(city.engine) as db:
        db.add_all(
            CoverageTarget(year=2025, kelurahan_code=code, target_group_code=None, target=4)
            for code in (MANGGAR, LAMARU)
        )
    issue(city)

    states = {line["kelurahan"]: line["state"] for line in lines(citizen, "kelurahan")}
    assert (states["Manggar"], states["Lamaru"], states["Damai"]) == ("", "reached", "reached")
    assert lines(citizen, "years")[0]["kelurahan_reached"] == ""


def test_programs_read_the_data_package(citizen: TestClient, report: IssuedReport) -> None:
    assert frictionless_errors(citizen) == []


def frictionless_errors(client: TestClient) -> list[str]:
    return validate_package(all_files(client))


def validate_package(files: dict[str, bytes]) -> list[str]:
    """Return what frictionless finds wrong with the data package and its files."""
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        checked = frictionless.validate(str(Path(folder) / "datapackage.json"))
        return [str(error) for error in checked.flatten(["name", "type", "note"])]


def test_a_wrong_file_is_noticed(citizen: TestClient, report: IssuedReport) -> None:
    files = all_files(citizen)

    files["groups.csv"] = files["groups.csv"].replace(b"umkm", b"", 1)
    assert any("constraint-error" in error for error in validate_package(files))
    files["groups.csv"] += b"2025,umkm,Pelaku UMKM,9,false\r\n"
    assert any("hash-count" in error for error in validate_package(files))


def test_csv_is_as_programs_expect_it(citizen: TestClient, report: IssuedReport) -> None:
    response = citizen.get("/data/participants.csv")

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    header, first, *_ = response.content.split(b"\r\n")
    assert header.startswith(b"year,kelurahan_code,kelurahan,kecamatan,group_code,group,participants")
    assert first.startswith(b"2025,64.71.01.1001,Manggar,Balikpapan Timur,")


def test_the_catalogue_describes_every_file(citizen: TestClient, report: IssuedReport) -> None:
    catalogue = document(citizen, "katalog.jsonld")
    (dataset,) = catalogue["dcat:dataset"]
    addresses = [entry["dcat:downloadURL"]["@id"] for entry in dataset["dcat:distribution"]]

    assert catalogue["@type"] == "dcat:Catalog"
    assert [citizen.get(urlsplit(address).path).status_code for address in addresses] == [200] * 5
    # What DCAT-AP requires of each.
    assert {"dct:title", "dct:description", "dct:publisher", "dcat:dataset"} <= catalogue.keys()
    assert {"dct:title", "dct:description"} <= dataset.keys()
    assert all("dcat:accessURL" in entry for entry in dataset["dcat:distribution"])


def test_satu_data_metadata_answer_every_question(citizen: TestClient, report: IssuedReport) -> None:
    forms = document(citizen, "metadata.json")
    page = citizen.get("/data/metadata").text

    assert [section["bagian"] for section in forms["kegiatan"]][1:] == [
        "I. Penyelenggara",
        "II. Penanggung Jawab",
        "III. Perencanaan dan Persiapan",
        "IV. Desain Kegiatan",
        "V. Desain Sampel",
        "VI. Pengumpulan Data",
        "VII. Pengolahan dan Analisis",
        "VIII. Diseminasi Hasil",
    ]
    answers = {row["nama"]: row["isi"] for section in forms["kegiatan"] for row in section["rincian"]}
    assert answers["Penanggung Jawab Teknis"] == f"{HEAD.name}, {HEAD.role}"
    assert answers["Tahun Kegiatan"] == "2025"
    assert "umkm (" in str(forms["variabel"])
    assert len(forms["indikator"]) == 2
    for question in (*answers, *forms["variabel"][0], *forms["indikator"][0]):
        assert question in page


def test_clients_ask_again_and_other_sites_may_read_files(citizen: TestClient, report: IssuedReport) -> None:
    first = citizen.get("/data/years.csv")
    again = citizen.get("/data/years.csv", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    for response in (first, again, citizen.head("/data/katalog.jsonld")):
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["cache-control"] == "no-cache, public"
    for page in ("/data", "/data/metadata", "/data/entah.csv"):
        assert "access-control-allow-origin" not in citizen.get(page).headers


def test_a_new_report_changes_the_etag(citizen: TestClient, city: City, report: IssuedReport) -> None:
    tag = citizen.get("/data/years.csv").headers["etag"]
    revise(city, report)

    response: Response = citizen.get("/data/years.csv", headers={"if-none-match": tag})
    assert response.status_code == 200


def test_the_page_leads_to_the_report_and_the_files(citizen: TestClient, report: IssuedReport) -> None:
    page = citizen.get("/data").text

    assert f'href="/verifikasi/{report.number.replace("/", "-")}"' in page
    assert all(f'href="/data/{name}"' in page for name in FILES if name != "metadata.json")
    assert 'href="/data"' in citizen.get("/").text
    assert citizen.get("/data/entah.csv").status_code == 404


def test_who_may_issue_reports_sees_how_the_portal_got_them(
    city: City, report: IssuedReport, people: People, ckan_settings: Settings, ckan: CkanServer
) -> None:
    changes = ckan_settings.model_dump(include={"ckan_url", "ckan_token", "ckan_organization"})
    runner = TaskRunner(ckan_settings, city.engine, city.vault)
    with served_to_browsers(ckan_settings, **changes) as app:
        admin, organizer = (logged_in(app, city.engine, user) for user in (people.admin, people.organizer))

        assert "Nothing has been sent to the portal yet." in admin.get("/data").text
        assert "Data portal" not in organizer.get("/data").text
        assert organizer.post("/data/kirim").status_code == 403

        sent = admin.post("/data/kirim")
        assert (sent.status_code, sent.headers["location"]) == (303, "/data")
        runner.drain()
        assert "The portal has these figures since" in admin.get("/data").text

        revise(city, report)
        assert "The portal has older figures" in admin.get("/data").text
        ckan.status = 503
        runner.drain()
        page = admin.get("/data").text
        assert "The portal gave no answer in time. It is tried again by itself." in page
        assert "HTTP 503" in page


def test_without_a_portal_there_is_none_on_the_page(
    admin: TestClient, nobody: TestClient, report: IssuedReport
) -> None:
    assert "No data portal (CKAN) is set up here" in admin.get("/data").text
    assert "Data portal" not in nobody.get("/data").text
    assert admin.post("/data/kirim").status_code == 409
