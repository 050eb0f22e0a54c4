"""Why the figures of a session differ: each step from what was registered, or listed, to who was present."""

import html
import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import select

from app.database import Db, writing
from app.models import Attendance, AttendanceStatus, Channel, Participant, Registration, RegistrationStatus
from app.services.imports.commit import CommitChoices
from tests.city import City, sheet

PAGE = "/sesi/UMKM-2025-1/rekonsiliasi"

LIST = sheet(
    "Nama;Kelurahan;Unsur;Telepon;Kehadiran",
    "Rina Melati;Manggar;UMKM;;hadir",
    "Tuti Kenanga;Manggar;UMKM;081200000678;hadir",
    "Tuti Kenanga;Manggar;UMKM;081200000678;hadir",
    "Joko Anggrek;Lamaru;UMKM;;tidak hadir",
    "Wati Teratai;Gunung Sari;UMKM;;hadir",
    "Jumlah peserta: 7",
)
SECOND = sheet(
    "Nama;Kelurahan;Unsur;Kehadiran", "Rina Melati;Manggar;UMKM;hadir", "Sri Dahlia;Damai;UMKM;hadir"
)


@pytest.fixture
def session_code(city: City) -> str:
    """Three people are registered, of whom Eko is on no sheet, and there is one place more; Ani waits."""
    code = city.session(capacity=4)
    for name in ("Rina Melati", "Tuti Kenanga", "Eko Seruni"):
        city.register(code, name)
    city.register(code, "Ani Kamboja", status=RegistrationStatus.WAITLISTED)
    with writing(city.engine) as db:
        db.execute(update(Registration).values(channel=Channel.ORGANIZER))
    return code


def steps(page: str) -> list[list[tuple[str, str]]]:
    """The ladders of the page, each step with its figure."""
    ladders = re.findall(r'<table class="ladder">(.*?)</table>', page, re.DOTALL)
    line = r'<th scope="row">(.*?)(?:<small>.*?)?</th>\s*<td class="number">(.*?)</td>'
    return [
        [
            (html.unescape(re.sub("<[^>]+>", "", label)), figure.replace("\N{MINUS SIGN} ", "-"))
            for label, figure in re.findall(line, ladder, re.DOTALL)
        ]
        for ladder in ladders
    ]


def test_each_figure_is_the_sum_of_its_steps(staff: TestClient, city: City, session_code: str) -> None:
    first = city.upload(session_code, LIST)
    city.commit(first.id, choices=CommitChoices(only_valid=True, others="absent"))
    city.undo(city.import_sheet(session_code, SECOND).id)
    city.import_sheet(session_code, SECOND)
    mark(city, "Eko Seruni", AttendanceStatus.PRESENT)
    mark(city, "Tuti Kenanga", AttendanceStatus.ABSENT)

    page = staff.get(PAGE).text
    registered, said, second, undone, first_sheet = steps(page)

    assert registered == [("Registered", "5"), ("Absent", "-2"), ("Present", "3")]
    assert said == [
        ("Rows of saved sheets that say “present”", "4"),
        ("The same person on more than one row", "-1"),
        ("Attendance changed later", "-1"),
        ("Present, though no saved sheet says so: marked at the venue", "+ 1"),
        ("Present", "3"),
    ]
    assert second == undone == [("Rows on the sheet", "2"), ("Present, as the sheet says", "2")]
    assert first_sheet == [
        ("Rows on the sheet", "5"),
        ("Listed twice", "-1"),
        ("Left out: a question was not answered", "-1"),
        ("Absent, as the sheet says", "-1"),
        ("Present, as the sheet says", "2"),
    ]
    assert "That is 3 more than its rows show." in page
    assert "states a total of 7, but 4 were read" in staff.get(f"/unggahan/{first.id}").text
    assert f'href="/unggahan/{first.id}?kind=duplicate#daftar"' in page
    assert "Came without a place: 1" in page
    assert "Not registered before, but added by a sheet: 1" in page
    assert "On the waiting list, not among those registered: 1" in page


def test_each_difference_links_to_its_people(
    staff: TestClient, stranger: TestClient, viewer: TestClient, city: City, session_code: str
) -> None:
    """Rina is on two sheets, Sri has cancelled since, Tuti was put down as absent, Eko and Joko came to the venue.

    That Eko came is said by a sheet that was undone, and by one of another session. Doni is on none, and absent.
    """
    city.register(session_code, "Doni Lili")
    eko = sheet(
        "Nama;Kelurahan;Unsur;Kehadiran", "Eko Seruni;Manggar;UMKM;hadir", "Bayu Asoka;Damai;UMKM;hadir"
    )
    city.undo(city.import_sheet(session_code, eko).id)
    city.commit(city.upload(session_code, LIST).id, choices=CommitChoices(only_valid=True, others="absent"))
    city.import_sheet(session_code, SECOND)
    mark(city, "Eko Seruni", AttendanceStatus.PRESENT)
    mark(city, "Joko Anggrek", AttendanceStatus.PRESENT)
    mark(city, "Tuti Kenanga", AttendanceStatus.ABSENT)
    with writing(city.engine) as db:
        registration_of(db, "Sri Dahlia").status = RegistrationStatus.CANCELLED
    city.import_sheet(city.session("UMKM-2025-2"), eko)

    page = staff.get(PAGE).text
    links = re.findall(rf'<a href="({PAGE}/[^"]+)">[^<]+</a></th>\s*<td class="number">\D*(\d+)</td>', page)
    behind = {}
    for link, figure in links:
        named = re.findall(r'<th scope="row">(?:<a [^>]+>)?([^<]+)', staff.get(link).text)
        assert len(named) == int(figure), link
        behind[link.rpartition("/")[2]] = named

    assert [behind[step] for step in ("repeated", "gone", "otherwise", "elsewhere", "absent")] == [
        ["Rina Melati"],
        ["Sri Dahlia"],
        ["Tuti Kenanga"],
        ["Eko Seruni", "Joko Anggrek"],
        ["Joko Anggrek"],
    ]
    assert [browser.get(f"{PAGE}/gone").status_code for browser in (stranger, viewer)] == [404, 403]


def test_people_on_no_sheet_are_counted_separately(staff: TestClient, city: City, session_code: str) -> None:
    city.import_sheet(session_code, SECOND)
    page = staff.get(PAGE).text

    assert ("Without an outcome", "-2") in steps(page)[0]
    assert "of them on no saved sheet: 2" in page
    link = re.search(r'href="(/sesi/[^"]*hasil=none[^"]*)"', page)
    assert link is not None
    listed = staff.get(html.unescape(link[1])).text.partition('id="pendaftar"')[2].partition("</table>")[0]
    assert re.findall(r'<th scope="row"><a href="/pendaftaran/[^"]+">([^<]+)</a>', listed) == [
        "Eko Seruni",
        "Tuti Kenanga",
    ]


def test_an_undone_import_does_not_count(staff: TestClient, city: City, session_code: str) -> None:
    city.undo(city.import_sheet(session_code, SECOND).id)
    page = staff.get(PAGE).text

    assert "nothing of it counts any more" in page
    assert [ladder[0][0] for ladder in steps(page)] == ["Registered", "Rows on the sheet"]
    assert steps(page)[0][-1] == ("Present", "0")


def test_a_session_without_a_sheet_says_so(staff: TestClient, session_code: str) -> None:
    page = staff.get(PAGE).text
    assert "No attendance sheet has been uploaded for this session." in page
    assert 'href="/sesi/UMKM-2025-1/unggah"' in page


@pytest.mark.parametrize(("who", "status"), [("viewer", 200), ("stranger", 404)])
def test_figures_follow_the_scope_and_links_the_permission(
    who: str, status: int, city: City, session_code: str, request: pytest.FixtureRequest
) -> None:
    city.import_sheet(session_code, SECOND)
    page = request.getfixturevalue(who).get(PAGE)

    assert page.status_code == status
    assert "/unggahan/" not in page.text
    assert "#pendaftar" not in page.text


def mark(city: City, name: str, outcome: AttendanceStatus) -> None:
    """At the venue, afterwards."""
    with writing(city.engine) as db:
        registration = registration_of(db, name)
        attendance = db.get(Attendance, registration.id) or Attendance(
            registration_id=registration.id, status=outcome
        )
        attendance.status = outcome
        db.add(attendance)


def registration_of(db: Db, name: str) -> Registration:
    return db.exec(
        select(Registration)
        .join(Participant, Participant.id == Registration.participant_id)  # type: ignore[arg-type]
        .where(Participant.name == name)
    ).one()
