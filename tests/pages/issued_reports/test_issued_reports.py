"""Pages of issued reports: issuing, the report's page and files, revising, and closing its period."""

import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.models import AttendanceStatus, ClosedPeriod, IssuedReport, IssuedReportFile
from tests.city import City

pytestmark = pytest.mark.usefixtures("figures_of_2025")

YEAR = "?from=2025-01-01&to=2025-12-31"


def hidden(page: Response, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert match
    return unescape(match.group(1))


def text_field(page: Response, name: str) -> str:
    match = re.search(rf'<textarea[^>]* name="{name}"[^>]*>([^<]*)</textarea>', page.text)
    assert match
    return unescape(match.group(1)).strip()


def issue_form(page: Response, **changes: Any) -> dict[str, Any]:
    """Return the form of a page that issues a report, with a signatory."""
    return {
        "title": "Laporan Cakupan 2025",
        "narrative": "Dua paragraf.\n\nIni yang kedua.",
        "classification": "biasa",
        "signatory_name": ["Wayan Contoh, S.Kom.", ""],
        "signatory_role": ["Kepala Dinas", ""],
        "signatory_rank": ["Pembina / IV a", ""],
        "signatory_nip": ["197001012000031001", ""],
        "signatory_part": ["signs", "signs"],
        "seen": hidden(page, "seen"),
        "key": hidden(page, "key"),
    } | changes


def send(browser: TestClient, address: str, form: dict[str, Any] | None = None) -> Response:
    return browser.post(address, data=form, follow_redirects=True)


def issue(browser: TestClient, filters: str = YEAR, **changes: Any) -> Response:
    address = f"/laporan/terbitkan{filters}"
    return send(browser, address, issue_form(browser.get(address), **changes))


def test_a_report_is_issued_listed_and_downloaded(
    viewer: TestClient, organizer: TestClient, city: City
) -> None:
    coverage = viewer.get(f"/cakupan{YEAR}")
    assert 'href="/laporan/terbitkan?from=2025-01-01&amp;to=2025-12-31"' in coverage.text
    page = issue(viewer)
    (report,) = city.all(IssuedReport)
    assert page.url.path == f"/laporan/{report.number.replace('/', '-')}"
    assert f"Report {report.number} is issued." in page.text
    assert "Wayan Contoh, S.Kom." in page.text
    listed = organizer.get("/laporan")
    assert report.number in listed.text
    assert 'href="/laporan/terbitkan"' not in listed.text
    for file in city.all(IssuedReportFile):
        answer = organizer.get(f"{page.url.path}/berkas/{file.kind}")
        assert answer.content == file.content
    assert organizer.get(f"{page.url.path}/berkas/docx").status_code == 404
    assert organizer.get("/laporan/999-JGK-I-2020").status_code == 404
    again = viewer.get("/laporan/terbitkan")
    assert 'value="Wayan Contoh, S.Kom."' in again.text


def test_wrong_fields_come_back_with_what_was_typed(viewer: TestClient, city: City) -> None:
    page = issue(viewer, title="", signatory_nip=["123", ""])
    assert page.status_code == 422
    assert 'href="#title"' in page.text
    assert 'href="#signatory-1-nip"' in page.text
    assert 'value="Wayan Contoh, S.Kom."' in page.text
    assert city.all(IssuedReport) == []


def test_another_signatory_is_asked_for(viewer: TestClient, city: City) -> None:
    page = issue(viewer, add="1")
    assert page.text.count('name="signatory_name"') == 3, "one more than were sent, with an empty one"
    assert 'value="Laporan Cakupan 2025"' in page.text
    assert city.all(IssuedReport) == []


def test_figures_that_changed_meanwhile_are_shown_first(viewer: TestClient, city: City) -> None:
    address = f"/laporan/terbitkan{YEAR}"
    form = issue_form(viewer.get(address))
    city.register("SPBE-2025-1", "Nur Contoh", outcome=AttendanceStatus.PRESENT)
    page = send(viewer, address, form)
    assert page.status_code == 409
    assert "The figures have changed since you saw them" in page.text
    assert send(viewer, address, form | {"seen": hidden(page, "seen")}).status_code == 200
    assert len(city.all(IssuedReport)) == 1


def test_a_period_is_closed_and_revised(viewer: TestClient, city: City) -> None:
    number = issue(viewer).url.path
    assert "was issued before" not in viewer.get(f"{number}/tutup").text
    before = viewer.get(f"/cakupan.json{YEAR}").headers["etag"]
    page = send(viewer, f"{number}/tutup")
    assert "The period is closed." in page.text
    closed = viewer.get(f"/cakupan.json{YEAR}", headers={"if-none-match": before})
    assert closed.json()["official"]
    (report,) = city.all(IssuedReport)
    city.register("SPBE-2025-1", "Nur Contoh", outcome=AttendanceStatus.PRESENT)
    coverage = viewer.get(f"/cakupan{YEAR}")
    working = viewer.get(f"/cakupan{YEAR}&angka=kerja")
    narrower = viewer.get(f"/cakupan{YEAR}&sex=L")
    assert f"Issued: {report.number}" in coverage.text
    assert "Not issued" not in coverage.text
    assert "Not issued" in working.text
    assert f"Issued: {report.number}" in viewer.get("/").text
    compared = viewer.get("/cakupan?from=2026-01-01&to=2026-12-31&compare=before")
    sessions = viewer.get(f"/cakupan/sesi{YEAR}")
    gaps = viewer.get(f"/cakupan/berikutnya{YEAR}")
    for page in (working, narrower, compared, sessions, gaps):
        assert f"is closed, with official figures in report {report.number}" in page.text
    stored = {file.kind: file.content for file in city.all(IssuedReportFile)}
    for kind, content in stored.items():
        assert viewer.get(f"/cakupan.{kind}{YEAR}").content == content
        assert viewer.get(f"/cakupan.{kind}{YEAR}&angka=kerja").content != content
    form = issue_form(viewer.get(f"{number}/revisi"))
    assert "Say what has changed, and why." in send(viewer, f"{number}/revisi", form).text
    revised = send(viewer, f"{number}/revisi", form | {"what_changed": "Daftar susulan."})
    second = city.all(IssuedReport)[1]
    assert second.revises_id == report.id
    known = {"if-none-match": closed.headers["etag"]}
    assert viewer.get(f"/cakupan.json{YEAR}", headers=known).json()["official"]["number"] == second.number
    assert "Daftar susulan." in revised.text
    assert "This report was revised" in viewer.get(number).text
    assert [closed.issued_report_id for closed in city.all(ClosedPeriod)] == [second.id]
    assert f"Issued: {second.number}" in viewer.get(f"/cakupan{YEAR}").text


def test_what_comes_in_late_is_named_where_it_is_looked_for(
    viewer: TestClient, organizer: TestClient, city: City
) -> None:
    """The list's own page and the official figures say it, and the text of the revision has the new figures."""
    address = f"/laporan/terbitkan{YEAR}"
    number = issue(
        viewer, narrative=text_field(viewer.get(address), "narrative") + "\n\nTerima kasih."
    ).url.path
    send(viewer, f"{number}/tutup")
    assert "came in after the closing" not in viewer.get(f"/cakupan{YEAR}").text
    late = city.import_sheet(
        "SPBE-2025-1", b"Nama;Kelurahan;Unsur;Kehadiran\nNyoman Susulan;Lamaru;umkm;hadir\n"
    )
    assert "and counts in its next revision" in organizer.get(f"/unggahan/{late.id}").text
    assert "Uploads that came in after the closing: 1." in viewer.get(f"/cakupan{YEAR}").text
    revision = viewer.get(f"{number}/revisi")
    (former,) = city.all(IssuedReport)
    assert text_field(revision, "narrative").endswith("Terima kasih.")
    assert text_field(revision, "narrative") != former.narrative
    send(viewer, f"{number}/revisi", issue_form(revision, what_changed="Daftar susulan."))
    assert "and counts in its next revision" not in organizer.get(f"/unggahan/{late.id}").text


def test_why_a_period_can_not_be_closed_is_said(viewer: TestClient) -> None:
    year, month = (issue(viewer, period).url.path for period in (YEAR, "?from=2025-03-01&to=2025-03-31"))
    to_come = issue(viewer, "?from=2099-01-01&to=2099-12-31").url.path
    number = year.rpartition("/")[2].replace("-", "/")
    send(viewer, f"{year}/tutup")
    assert f"Report {number} has closed a period" in viewer.get(f"{month}/tutup").text
    assert "isn&#39;t over yet: its last day is" in viewer.get(f"{to_come}/tutup").text


def test_filtered_report_does_not_close_its_period(viewer: TestClient, city: City) -> None:
    number = issue(viewer, f"{YEAR}&group=umkm").url.path
    assert "this one is filtered" in viewer.get(f"{number}/tutup").text
    assert send(viewer, f"{number}/tutup").status_code == 409
    assert city.all(ClosedPeriod) == []
