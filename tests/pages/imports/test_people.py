"""Before saving: who will be new and who was recognised, on what ground, and which session the sheet fits."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.database import reading
from app.models import AttendanceImport, Registration, Workshop
from app.models.registrations import Basis
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from tests.city import MORNING, City
from tests.pages.imports.sheets import CLEAR, HEADER, LUKMAN, MIXED, RINA, listed, row_text, saved, uploaded
from tests.spreadsheets.examples import workbook

pytestmark = pytest.mark.usefixtures("workshop_session")


def text_of(page: str, first: str, last: str) -> str:
    """What stands between two texts of a page, white space collapsed, without tags."""
    part = page.partition(first)[2].partition(last)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_new_and_known_people_are_listed(staff: TestClient) -> None:
    saved(staff, CLEAR)
    again = (1, "Melati Rina, S.Pd", RINA[2], "Manggar", "UMKM", None, "hadir")
    page = staff.get(uploaded(staff, listed(again, (2, "Budi Anggrek", None, "Damai", "RT", None, "hadir"))))
    assert "Budi Anggrek, Damai row 3" in text_of(page.text, "1 new people, by name", "</details>")
    recognised = text_of(page.text, "1 recognised people, by name", "</details>")
    assert "Melati Rina, S.Pd is Rina Melati, Manggar, 0812••••101, since 05-08-2025 row 2" in recognised


def test_only_people_who_will_be_saved_are_listed(staff: TestClient) -> None:
    names = text_of(staff.get(uploaded(staff, MIXED)).text, "1 new people, by name", "</details>")
    assert "Rina Melati" in names
    assert LUKMAN[1] not in names


def test_only_the_first_hundred_people_are_listed(staff: TestClient) -> None:
    people = [
        (n, f"Peserta {chr(65 + n // 26)}{chr(65 + n % 26)}", None, "Manggar", "UMKM", None, "hadir")
        for n in range(103)
    ]
    names = text_of(staff.get(uploaded(staff, listed(*people))).text, "103 new people, by name", "</details>")
    assert names.count("Peserta ") == 100
    assert names.endswith("and 3 more")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [({}, Basis.PUBLIC_TASK), ({"basis": "paper-consent"}, Basis.PAPER_CONSENT)],
    ids=["as offered", "chosen"],
)
def test_the_legal_basis_is_stored(
    staff: TestClient, engine: Engine, sent: dict[str, str], kept: Basis
) -> None:
    address = saved(staff, CLEAR, sent)
    with reading(engine) as db:
        assert db.scalars(select(AttendanceImport.basis)).one() == kept
        assert db.scalars(select(Registration.basis)).one() == kept
    said = {
        Basis.PUBLIC_TASK: "part of the office's public task",
        Basis.PAPER_CONSENT: "consented in writing",
    }
    assert said[kept] in staff.get(address).text


def test_choices_are_kept_in_the_form_if_saving_is_refused(staff: TestClient) -> None:
    page = staff.post(f"{uploaded(staff, MIXED)}/simpan", data={"basis": "paper-consent"})
    assert page.status_code == 409
    assert 'value="paper-consent" checked' in page.text


def test_an_unknown_legal_basis_is_refused(staff: TestClient) -> None:
    address = uploaded(staff, CLEAR)
    assert staff.post(f"{address}/simpan", data={"basis": "consent"}).status_code == 422


DATED = workbook(["Hari/Tanggal", "Rabu, 6 Agustus 2025"], HEADER, RINA)


@pytest.fixture
def next_day(city: City, workshop: Workshop) -> str:
    """The workshop's second session, a day after the first."""
    starts = MORNING + timedelta(days=1)
    return city.add_session(
        workshop.code, "SPBE-2025-2", WorkshopSessionInput(starts, starts + timedelta(hours=3))
    )


def test_a_sheet_of_another_day_is_moved_to_the_session_of_that_day(staff: TestClient, next_day: str) -> None:
    address = uploaded(staff, DATED)
    page = staff.get(address)
    assert "The sheet is dated 06-08-2025" in page.text
    assert f"Move it to {next_day}" in page.text

    moved = staff.post(f"{address}/pindahkan", data={"session": next_day})

    assert moved.headers["location"].startswith(address)
    page = staff.get(address)
    assert "The sheet is dated" not in page.text
    assert f'<a href="/sesi/{next_day}">' in page.text
    assert staff.post(f"{address}/simpan").status_code == 303


def test_a_sheet_of_another_day_is_saved_where_it_is_only_with_a_tick(staff: TestClient) -> None:
    address = uploaded(staff, DATED)
    refused = staff.post(f"{address}/simpan")
    assert refused.status_code == 409
    assert "A question about the whole list has to be answered first." in refused.text
    assert 'name="confirm" value="date-differs" required' in refused.text
    assert staff.post(f"{address}/simpan", data={"confirm": "date-differs"}).status_code == 303


def test_a_sheet_of_several_days_fits_the_sessions_of_each_day(staff: TestClient, next_day: str) -> None:
    two_days = workbook(["Hari/Tanggal", "5 s.d. 6 Agustus 2025"], HEADER, RINA)
    for session in ("SPBE-2025-1", next_day):
        page = staff.get(uploaded(staff, two_days, session=session))
        assert "The sheet is dated" not in page.text
        assert '<dd>05-08-2025 – 06-08-2025 <span class="soft">as the session' in page.text
    later = workbook(["Hari/Tanggal", "6-7 Agustus 2025"], HEADER, RINA)
    page = staff.get(uploaded(staff, later))
    assert "The sheet is dated 06-08-2025 – 07-08-2025" in page.text
    assert f"Move it to {next_day}" in page.text


def test_no_session_is_offered_if_none_fits(staff: TestClient) -> None:
    page = staff.get(uploaded(staff, DATED))
    assert "This workshop has no session on that day." in page.text
    assert "Move it to" not in page.text
    assert "Rina Melati" in row_text(page, 3)
