"""Where to go next: the ranking, its files, and the way from a kelurahan at zero to a session planned there."""

import csv
import html
import re
from datetime import date
from io import BytesIO, StringIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import col, select

from app.database import writing
from app.models import (
    AttendanceStatus,
    CoverageTarget,
    Denominator,
    Indicator,
    Registration,
    RegistrationStatus,
    Venue,
    WorkshopSession,
)
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.database import on_sqlite
from tests.upcoming_sessions import create_upcoming_session

pytestmark = [on_sqlite, pytest.mark.usefixtures("figures")]

PAGE = "/cakupan/berikutnya"


@pytest.fixture
def figures(city: City, workshop_session: WorkshopSession) -> None:
    """Lamaru is to send ten people, five of them heads of RT, others one. Wati came from RT 7; Joko is on no list."""
    session = workshop_session.code
    city.register(session, "Wati Teratai", LAMARU, outcome=AttendanceStatus.PRESENT)
    city.register(session, "Joko Anggrek", LAMARU, group="rt")
    city.register(session, "Rina Melati", MANGGAR, outcome=AttendanceStatus.ABSENT)
    with writing(city.engine) as db:
        db.add(Venue(name="Balai Contoh", kelurahan_code=LAMARU, public_wifi=True))
        for group, target in ((None, 10), ("rt", 5)):
            db.add(CoverageTarget(year=2025, kelurahan_code=LAMARU, target_group_code=group, target=target))
        db.add(CoverageTarget(year=2025, target=1))
        db.exec(select(Registration)).first().rt = "7"  # type: ignore[union-attr]


def names(page: str) -> list[str]:
    """The kelurahan and groups in their order."""
    lines = re.findall(
        r'<th scope="row"><span>\d+\. <a href="[^"]+">([^<]+)</a></span><small>([^<]+)</small>', page
    )
    return [f"{name}, {rest.partition(' · ')[2]}".removesuffix(", ") for name, rest in lines]


def test_those_missing_most_people_come_first(viewer: TestClient) -> None:
    page = viewer.get(PAGE).text

    assert "<h1>35 targets for 2025 aren&#39;t reached yet, in 34 kelurahan</h1>" in page
    assert names(page)[:2] == ["Lamaru", "Lamaru, RT officials"]
    assert len(names(page)) == 20
    assert 'href="/cakupan/berikutnya?tampil=semua">Show all 35</a>' in page
    by_share = names(viewer.get(f"{PAGE}?urut=share&tampil=semua").text)
    assert (len(by_share), by_share[-1]) == (35, "Lamaru")
    assert "1 of 10 present (10%)" in page
    assert "registered, but never came: 1" in page
    assert "sessions without attendance: 1" in page
    assert f'href="/tempat?kelurahan={LAMARU}">1 with Wi-Fi' in page


def test_without_targets_those_from_whom_nobody_came_are_named(viewer: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        for target in db.exec(select(CoverageTarget)).all():
            db.delete(target)

    page = viewer.get(PAGE).text
    gaps = viewer.get(f"{PAGE}.json").json()["rows"]

    assert "<h1>Nobody has come yet from 33 kelurahan</h1>" in page
    assert "No target for 2025 is set yet" in page
    assert "Lamaru" not in names(page)
    assert {(gap["target"], gap["gap"], gap["share"]) for gap in gaps} == {(None, None, None)}
    assert gaps[-1]["name"] == "Manggar", "somebody registered there, nobody elsewhere"


def test_a_kelurahan_with_neither_target_nor_participants_comes_last(viewer: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        for target in db.exec(
            select(CoverageTarget).where(col(CoverageTarget.kelurahan_code).is_(None))
        ).all():
            db.delete(target)

    page = viewer.get(PAGE).text

    assert (
        "<h1>2 targets for 2025 aren&#39;t reached yet, in 1 kelurahan; "
        "nobody has come yet from 33 kelurahan without a target</h1>" in page
    )
    assert names(page)[:2] == ["Lamaru", "Lamaru, RT officials"]


def test_whoever_is_registered_for_a_session_to_come_is_told_of(viewer: TestClient, city: City) -> None:
    """Nobody needs to plan for those who are about to be reached."""
    coming = create_upcoming_session(city)
    city.register(coming, "Sri Kenanga", SEPINGGAN)
    city.register(coming, "Wati Teratai", LAMARU)
    city.register(coming, "Tuti Mawar", MANGGAR, status=RegistrationStatus.WAITLISTED)

    page = viewer.get(f"{PAGE}?from=2025-01-01&to=2099-12-31&tampil=semua").text

    assert "Not yet measured (session still to come)" in page
    assert page.count("not present yet, but registered for a session to come: 1") == 1
    assert page.count("on a waiting list: 1") == 1


def test_a_kelurahan_at_zero_leads_to_a_session_planned_there(organizer: TestClient, city: City) -> None:
    city.workshop("KOSONG", "tokoh")
    page = organizer.get(PAGE).text
    addresses = [html.unescape(url) for url in re.findall(r'href="(/kegiatan/[^"]+/sesi/baru[^"]+)"', page)]
    whole, heads_of_rt = addresses[:2]

    assert whole.startswith("/kegiatan/KOSONG/sesi/baru?")
    assert heads_of_rt.startswith("/kegiatan/SPBE-2025/sesi/baru?")
    form = organizer.get(heads_of_rt).text
    assert re.search(r'name="venue"[^>]* value="Balai Contoh"', form)
    assert re.search(r'name="capacity"[^>]* value="5"', form)
    assert re.search(r'name="places_of_group.rt"[^>]* value="5"', form)
    assert re.search(r'name="code"[^>]* value="SPBE-2025-2"', form)
    assert "Filled in for Lamaru, with as many places as people are missing there." in form
    again = organizer.post(heads_of_rt, data={"code": "", "planned_for": LAMARU})
    assert (again.status_code, "Filled in for Lamaru" in again.text) == (422, True)

    chosen = organizer.get(f"{PAGE}?rencana=SPBE-2025").text
    assert "/kegiatan/KOSONG/" not in chosen


def test_only_who_may_plan_is_offered_to(viewer: TestClient, stranger: TestClient) -> None:
    """The stranger has no workshop yet."""
    for browser in (viewer, stranger):
        assert "/sesi/baru" not in browser.get(PAGE).text


def test_sessions_whose_attendance_is_missing_are_named_within_reach(
    organizer: TestClient, stranger: TestClient
) -> None:
    assert 'href="/sesi/SPBE-2025-1/rekonsiliasi"' in organizer.get(PAGE).text
    assert "SPBE-2025-1" not in stranger.get(PAGE).text


def test_filters_are_those_of_the_report(viewer: TestClient) -> None:
    page = viewer.get(f"{PAGE}?group=rt&from=2025-01-01&urut=share").text

    assert "Target group: RT officials" in page
    assert f'href="{PAGE}.csv?from=2025-01-01&amp;group=rt&amp;urut=share"' in page
    assert 'href="/cakupan?from=2025-01-01&amp;group=rt"' in page
    assert viewer.get(f"{PAGE}?group=tidak-ada").status_code == 404
    assert viewer.get(f"{PAGE}?urut=besar").status_code == 422
    assert viewer.get(f"{PAGE}?from=2026-01-01&to=2025-01-01").status_code == 422


@pytest.mark.parametrize("report", ["berikutnya", "rt"])
def test_every_format_says_the_same(viewer: TestClient, report: str) -> None:
    """As a person reads it off each: the row of Lamaru."""
    as_json = viewer.get(f"/cakupan/{report}.json").json()
    as_csv = csv_rows(viewer.get(f"/cakupan/{report}.csv").content)
    as_xlsx = [
        ["" if cell is None else str(cell) for cell in row]
        for row in load_workbook(BytesIO(viewer.get(f"/cakupan/{report}.xlsx").content)).worksheets[0].values
    ]
    pdf = "\n".join(
        page.extract_text() for page in PdfReader(BytesIO(viewer.get(f"/cakupan/{report}.pdf").content)).pages
    )
    lamaru = next(row for row in as_csv if "Lamaru" in row)

    assert lamaru in [row[: len(lamaru)] for row in as_xlsx]
    assert "Lamaru" in pdf
    row_of_lamaru = next(row for row in as_json["rows"] if row["name"] == "Lamaru")
    figures = (
        ("gap", "target", "participants", "share") if report == "berikutnya" else ("reached", "participants")
    )
    for figure in figures:
        assert str(row_of_lamaru[figure]) in lamaru


def test_rt_are_told_kelurahan_by_kelurahan(viewer: TestClient) -> None:
    page = viewer.get("/cakupan/rt").text

    assert "<h1>1 RT sent somebody</h1>" in page
    lamaru = re.search(r"Lamaru</a></th>(.*?)</tr>", page, re.DOTALL)
    assert lamaru is not None
    assert re.findall(r'<td class="integer[^>]*>(?:<a [^>]+>)?([^<]*)', lamaru[1]) == [
        "1",
        "–",
        "–",
        "1",
        "0",
    ]


def test_more_rt_than_there_are_is_explained_with_the_source(viewer: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        day = date(2025, 1, 1)
        db.add(Denominator(area_code=MANGGAR, indicator=Indicator.RT, value=1, as_of=day, source="Kelurahan"))
    assert "How many RT there are: Kelurahan (1 Jan 2025)" in viewer.get("/cakupan/rt").text
    assert "More than 100 per cent" not in viewer.get("/cakupan/rt").text

    for rt in ("3", "4"):
        city.register("SPBE-2025-1", f"Warga {rt}", MANGGAR, outcome=AttendanceStatus.PRESENT)
        with writing(city.engine) as db:
            db.exec(select(Registration).order_by(col(Registration.id).desc())).first().rt = rt  # type: ignore[union-attr]

    assert "More than 100 per cent" in viewer.get("/cakupan/rt").text


def test_outsiders_see_none_of_it(nobody: TestClient) -> None:
    for address in (PAGE, f"{PAGE}.csv", "/cakupan/rt", "/cakupan/rt.csv"):
        assert nobody.get(address).headers["location"].startswith("/masuk")


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
