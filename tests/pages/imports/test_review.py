"""Going through the rows of a sheet: what is said of them, the choices, corrections, and saving."""

import re
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.database import reading, writing
from app.i18n import WITA
from app.models import Attendance, Participant, Registration, RegistrationStatus, Workshop, WorkshopSession
from app.models.registrations import Basis
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from tests.city import City
from tests.pages.imports.sheets import (
    CLEAR,
    LUKMAN,
    MIXED,
    RINA,
    TUTI,
    figures,
    kind_of,
    listed,
    row_text,
    saved,
    uploaded,
)

pytestmark = pytest.mark.usefixtures("workshop_session")

HTMX = {"hx-request": "true"}


def test_every_row_shows_its_values_and_what_to_do(staff: TestClient) -> None:
    page = staff.get(uploaded(staff, MIXED))
    assert figures(page) == {"all": "3", "attention": "2", "review": "1", "error": "1", "create": "1"}
    assert "Rina Melati Manggar Small businesses Present" in row_text(page, 2)
    assert "new person" in row_text(page, 2)
    for said in ("“Gunung Sari”", "Gunung Sari Ulu", "Gunung Sari Ilir", "Outside the city"):
        assert said in row_text(page, 3)
    for said in ("“Batakan”", "a neighbourhood, not a kelurahan", "wrong"):
        assert said in row_text(page, 4)


def test_the_counts_link_to_their_rows(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    shown = re.compile(r'<tr [^>]*id="baris-(\d+)"')
    assert shown.findall(staff.get(f"{address}?kind=attention").text) == ["3", "4"]
    assert shown.findall(staff.get(f"{address}?kind=error").text) == ["4"]
    assert "No row of this kind is left." in staff.get(f"{address}?kind=duplicate").text
    assert staff.get(f"{address}?kind=nonsense").status_code == 422


def test_a_choice_and_a_correction_resolve_the_rows(staff: TestClient, engine: Engine) -> None:
    address = uploaded(staff, MIXED)
    staff.post(f"{address}/baris/3", data={"choice": "kelurahan:64.71.04.1005"})
    staff.post(f"{address}/baris/4", data={"kelurahan": "Sepinggan"})

    page = staff.get(address)
    assert figures(page) == {"all": "3", "create": "3"}
    assert "on the sheet: Gunung Sari" in row_text(page, 3)
    assert "Kelurahan: corrected" in row_text(page, 4)
    staff.post(f"{address}/simpan")
    with reading(engine) as db:
        places = db.scalars(select(Registration.kelurahan_code).order_by(col(Registration.id))).all()
    assert places == ["64.71.01.1001", "64.71.04.1005", "64.71.05.1002"]


def test_an_answer_returns_to_the_same_place_of_the_page(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    unclear = staff.post(f"{address}/baris/3?kind=review&after=1", data={"kelurahan": "Gn. Sari"})
    assert unclear.headers["location"] == f"{address}?kind=review&after=1#baris-3"
    clear = staff.post(f"{address}/baris/3?kind=review&after=1", data={"kelurahan": "Manggar"})
    assert clear.headers["location"] == f"{address}?kind=review&after=1#daftar"


def test_a_choice_can_be_taken_back(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    staff.post(f"{address}/baris/3", data={"choice": "kelurahan:outside"})
    assert kind_of(staff.get(address), 3) == "create"
    staff.post(f"{address}/baris/3", data={"choice": "take-back"})
    assert kind_of(staff.get(address), 3) == "review"


def test_a_row_can_be_skipped_and_kept_again(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    staff.post(f"{address}/baris/4", data={"choice": "skip"})
    assert kind_of(staff.get(address), 4) == "skip"
    staff.post(f"{address}/baris/4", data={"choice": "keep"})
    assert kind_of(staff.get(address), 4) == "error"


def test_an_unclear_attendance_mark_is_answered_by_a_choice(staff: TestClient) -> None:
    address = uploaded(staff, listed((*RINA[:6], "x")))
    assert "“x”" in row_text(staff.get(address), 2)
    staff.post(f"{address}/baris/2", data={"attendance": "izin"})
    assert "Excused" in row_text(staff.get(address), 2)


def test_staff_decide_whether_two_rows_with_one_name_are_the_same_person(staff: TestClient) -> None:
    namesake = (2, "Rina Melati", None, "Manggar", "UMKM", None, "hadir")
    address = uploaded(staff, listed(RINA, namesake))
    page = staff.get(address)
    assert kind_of(page, 3) == "review"
    assert "The person of row 2" in row_text(page, 3)
    assert "A new person" in row_text(page, 3)

    staff.post(f"{address}/baris/3", data={"choice": "row:2"})
    assert "as row 2" in row_text(staff.get(address), 3)
    staff.post(f"{address}/baris/3", data={"choice": "person:new"})
    assert kind_of(staff.get(address), 3) == "create"


def test_htmx_requests_get_only_the_changed_parts(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    answer = staff.post(f"{address}/baris/3", data={"choice": "kelurahan:64.71.04.1005"}, headers=HTMX)
    assert re.findall(r'<hx-partial hx-target="#([\w-]+)"', answer.text) == [
        "baris-3",
        "pintu",
        "kelompok",
        "tanpa-kelurahan",
        "jenis",
        "simpan",
        "berita",
    ]
    assert "Row 3: will be added." in answer.text
    assert "<html" not in answer.text


def test_a_whole_row_is_corrected_on_a_page_of_its_own(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    assert 'value="Tuti Kenanga"' in staff.get(f"{address}/baris/3?kind=review").text
    left = staff.post(f"{address}/baris/3?kind=review", data={"name": "Bukan ini", "choice": "cancel"})
    assert left.headers["location"] == f"{address}?kind=review#baris-3"
    assert staff.get(f"{address}/baris/99").status_code == 404
    staff.post(f"{address}/baris/3", data={"name": "Tuti Kenanga Sari", "kelurahan": "Damai"})
    assert "Tuti Kenanga Sari Damai" in row_text(staff.get(address), 3)


def test_a_nik_is_shown_masked_and_survives_a_correction_beside_it(staff: TestClient, engine: Engine) -> None:
    address = uploaded(staff, CLEAR)
    assert "6471054408900002" not in staff.get(address).text + staff.get(f"{address}/pemetaan").text
    assert "••••••••••••0002" in row_text(staff.get(address), 2)

    form = staff.get(f"{address}/baris/2").text
    assert 'value="••••••••••••0002"' in form
    staff.post(f"{address}/baris/2", data={"nik": "••••••••••••0002", "name": "Rina Melati Putri"})
    staff.post(f"{address}/simpan")
    with reading(engine) as db:
        rina = db.scalars(select(Participant)).one()
    assert (rina.name, rina.nik_key is not None) == ("Rina Melati Putri", True)


def test_a_nik_that_lost_a_digit_is_shown_to_be_corrected(staff: TestClient) -> None:
    address = uploaded(staff, listed((*RINA[:2], "647105440890002", *RINA[3:])))
    assert "647105440890002" in row_text(staff.get(address), 2)
    staff.post(f"{address}/baris/2", data={"nik": "6471054408900002"})
    assert "NIK ••••••••••••0002 Telephone" in row_text(staff.get(address), 2)


@pytest.mark.parametrize(
    "choice", ["kelurahan:64.71.99.1001", "person:9999", "person:siapa", "row:99", "terbang:1"]
)
def test_a_choice_that_was_not_offered_is_refused(staff: TestClient, choice: str) -> None:
    address = uploaded(staff, MIXED)
    assert staff.post(f"{address}/baris/3", data={"choice": choice}).status_code == 422
    assert kind_of(staff.get(address), 3) == "review"


def test_an_import_cannot_be_saved_while_rows_need_attention(staff: TestClient, engine: Engine) -> None:
    address = uploaded(staff, MIXED)
    page = staff.post(f"{address}/simpan")
    assert page.status_code == 409
    assert "2 rows need your attention" in page.text
    assert 'name="only_valid" value="true" required>' in page.text
    with reading(engine) as db:
        assert db.scalars(select(Registration)).all() == []


def test_only_the_valid_rows_can_be_saved(staff: TestClient, engine: Engine) -> None:
    address = saved(staff, MIXED, {"only_valid": "true"})
    page = staff.get(address)
    assert "left out" in row_text(page, 3)
    with reading(engine) as db:
        assert db.scalars(select(Participant.name)).all() == ["Rina Melati"]


def test_a_saved_import_cannot_be_corrected(staff: TestClient) -> None:
    address = saved(staff, CLEAR)
    assert staff.get(f"{address}/baris/2").headers["location"] == f"{address}#baris-2"
    assert staff.post(f"{address}/baris/2", data={"name": "Orang Lain"}).status_code == 409
    assert "Rina Melati" in row_text(staff.get(address), 2)


def test_changes_by_others_are_shown_before_saving(staff: TestClient, engine: Engine) -> None:
    """Two lists of one session lie open; the second names a Rina whom the first made, with another NIK."""
    first = uploaded(staff, CLEAR)
    second = uploaded(staff, listed((1, "Rina Melati", "6471054408910003", "Manggar", "UMKM", None, "hadir")))
    staff.post(f"{first}/simpan")

    page = staff.post(f"{second}/simpan")

    assert page.status_code == 409
    assert kind_of(page, 2) == "review"
    assert kind_of(staff.get(second), 2) == "review"
    with reading(engine) as db:
        assert len(db.scalars(select(Participant)).all()) == 1


@pytest.fixture
def registered(workshop_session: WorkshopSession, engine: Engine) -> int:
    """Somebody who registered and isn't on any sheet."""
    with writing(engine) as db:
        person = Participant(name="Wawan Dahlia", name_key="dahlia wawan", kelurahan_code="64.71.01.1001")
        db.add(person)
        db.flush()
        registration = Registration(
            code="WAWAN234",
            participant_id=person.id,
            workshop_session_id=workshop_session.id,
            status=RegistrationStatus.CONFIRMED,
            kelurahan_code="64.71.01.1001",
            target_group_code="umkm",
            basis=Basis.PUBLIC_TASK,
        )
        db.add(registration)
        db.flush()
        return registration.id


@pytest.mark.parametrize(("others", "outcome"), [("leave", None), ("absent", "absent")])
def test_the_page_asks_about_registered_people_not_on_the_sheet(
    staff: TestClient, engine: Engine, registered: int, others: str, outcome: str | None
) -> None:
    address = uploaded(staff, CLEAR)
    assert "1 people are registered for this session but not on this sheet." in staff.get(address).text
    staff.post(f"{address}/simpan", data={"others": others})
    with reading(engine) as db:
        attendance = db.get(Attendance, registered)
    assert (attendance.status if attendance else None) == outcome


@pytest.mark.usefixtures("registered")
def test_the_page_asks_nothing_if_everyone_is_listed(staff: TestClient) -> None:
    page = staff.get(uploaded(staff, listed((1, "Wawan Dahlia", None, "Manggar", "UMKM", None, "hadir"))))
    assert "0 new, 1 recognised" in page.text
    assert "not on this sheet" not in page.text


def test_a_session_that_has_not_begun_must_be_confirmed(
    staff: TestClient, city: City, workshop: Workshop
) -> None:
    starts = (datetime.now(WITA) + timedelta(days=7)).replace(tzinfo=None)
    data = WorkshopSessionInput(starts=starts, ends=starts + timedelta(hours=3))
    city.add_session(workshop.code, "SPBE-NANTI", data)
    address = uploaded(staff, MIXED, session="SPBE-NANTI")
    assert "Record its attendance anyway" in staff.get(address).text

    refused = staff.post(f"{address}/simpan", data={"only_valid": "true"})
    assert refused.status_code == 409
    assert 'name="only_valid" value="true" required checked>' in refused.text
    confirmed = {"only_valid": "true", "confirm": "session-not-started"}
    assert staff.post(f"{address}/simpan", data=confirmed).status_code == 303


def test_long_sheets_are_paged(staff: TestClient) -> None:
    people = [
        (n, f"Orang {chr(65 + n // 26)}{chr(65 + n % 26)}", None, "Manggar", "UMKM", None, "hadir")
        for n in range(60)
    ]
    address = uploaded(staff, listed(*people))
    first = staff.get(f"{address}?kind=create")
    onward = re.search(r'rel="next" href="([^"]+)"|href="([^"]+)" rel="next"', first.text)
    assert onward is not None
    second = staff.get((onward[1] or onward[2]).replace("&amp;", "&").partition("#")[0])
    assert len(re.findall(r'id="baris-', first.text)) == 50
    assert len(re.findall(r'id="baris-', second.text)) == 10


def test_saved_rows_offer_no_answers(staff: TestClient) -> None:
    address = saved(staff, listed(RINA, TUTI, LUKMAN), {"only_valid": "true"})
    assert "/baris/" not in staff.get(address).text


@pytest.mark.parametrize("choice", ["person:{}", "row:{}"])
def test_an_id_too_large_for_the_database_is_refused(staff: TestClient, choice: str) -> None:
    address = uploaded(staff, MIXED)
    answer = staff.post(f"{address}/baris/3", data={"choice": choice.format("9" * 5000)})
    assert answer.status_code == 422
    assert "Say who it is" in answer.text
