"""Saved filters and reports by e-mail, as their users see them."""

import re

from fastapi.testclient import TestClient

from app.models import ReportFrequency, ReportMailing, ReportRecipient, SavedFilter
from tests.city import City

PATH = "/cakupan/langganan"


def save(browser: TestClient, name: str, query: str) -> int:
    return browser.post(PATH, data={"name": name, "query": query}).status_code


def test_a_filter_is_saved_opened_renamed_subscribed_and_deleted(
    organizer: TestClient, viewer: TestClient, city: City, figures_of_2025: City
) -> None:
    page = organizer.get("/cakupan?sex=P&kecamatan=64.71.01&urut=peserta").text
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query

    assert save(organizer, "  Perempuan   Timur ", query[1].replace("&amp;", "&")) == 303

    (saved,) = city.all(SavedFilter)
    assert (saved.name, saved.parameters) == ("Perempuan Timur", {"sex": "P", "kecamatan": "64.71.01"})
    page = organizer.get(PATH).text
    assert 'href="/cakupan?kecamatan=64.71.01&amp;sex=P"' in page or "sex=P&amp;kecamatan=64.71.01" in page
    assert "Perempuan Timur" not in viewer.get(PATH).text
    assert viewer.post(f"{PATH}/{saved.id}", data={"name": "Milik saya"}).status_code == 404
    assert viewer.post(f"{PATH}/{saved.id}/hapus").status_code == 404

    changed = {"name": "Timur", "frequency": "weekly"}
    assert organizer.post(f"{PATH}/{saved.id}", data=changed).status_code == 303
    (saved,) = city.all(SavedFilter)
    assert (saved.name, saved.frequency) == ("Timur", ReportFrequency.WEEKLY)
    assert organizer.post(f"{PATH}/{saved.id}", data={"name": "Timur", "frequency": ""}).status_code == 303
    assert city.all(SavedFilter)[0].frequency is None

    assert organizer.post(f"{PATH}/{saved.id}/hapus").status_code == 303
    assert "You have saved no filter yet" in organizer.get(PATH).text


def test_a_name_is_needed_and_used_once(organizer: TestClient, city: City) -> None:
    assert save(organizer, "Timur", "?sex=P") == 303

    for name, sentence in ((" ", "Give the filter a name."), ("Timur", "a filter with this name already")):
        answer = organizer.post(PATH, data={"name": name, "query": "?sex=L"})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'name="query" value="?sex=L"' in answer.text
    assert organizer.post(PATH, data={"name": "Salah", "query": "?sex=X"}).status_code == 422
    assert len(city.all(SavedFilter)) == 1


def test_a_viewer_of_the_dinas_chooses_who_gets_the_monthly_report(
    viewer: TestClient, organizer: TestClient, city: City
) -> None:
    sari = city.users["sari"].id
    assert "Monthly report for chosen people" not in organizer.get(PATH).text
    assert organizer.post(f"{PATH}/bulanan", data={"day": "5", "recipient": sari}).status_code == 403
    assert "not sent" in viewer.get(PATH).text

    nobody = viewer.post(f"{PATH}/bulanan", data={"day": "5"})
    assert nobody.status_code == 422
    assert "Choose at least one person." in nobody.text
    assert '<option value="5" selected>' in nobody.text
    assert viewer.post(f"{PATH}/bulanan", data={"day": "5", "recipient": sari}).status_code == 303

    assert city.all(ReportMailing)[0].day == 5
    assert "Sent next:" in viewer.get(PATH).text
    assert "sari@contoh.id" not in viewer.get(PATH).text
    assert "You were chosen" in organizer.get(PATH).text
    assert organizer.post(f"{PATH}/berhenti").status_code == 303
    assert city.all(ReportRecipient) == []

    assert viewer.post(f"{PATH}/bulanan", data={"day": ""}).status_code == 303
    assert city.all(ReportMailing) == []


def test_the_page_says_that_there_is_no_mail_server(organizer: TestClient) -> None:
    assert "No mail server is set up yet" in organizer.get(PATH).text
