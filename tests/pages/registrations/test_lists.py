"""Registering a list: pasted or uploaded, looked through, put right and saved, without JavaScript and with it."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from fastapi.testclient import TestClient
from openpyxl import load_workbook

from app.models import Attendance, Participant, Registration
from app.models.base import now
from tests.city import City, sheet
from tests.pages.imports.sheets import figures, kind_of, row_text
from tests.upcoming_sessions import create_upcoming_session, registration_statuses, update_session

PAGE = "/sesi/JUALAN-1/daftarkan"
INTENTIONS = Path(__file__).parents[2] / "field" / "03-gform-pendaftaran-bersedia.xlsx"
LIST = "*Daftar peserta*\n1. Ani Aster - Manggar - 081200000411\n2. Budi Bakung - Gunung Sari\n3. Dewi Dahlia - Lamaru"


def sent(browser: TestClient, text: str = LIST, **typed: str) -> str:
    """The address of the review of a list that was pasted."""
    answer = browser.post(PAGE, data={"text": text} | typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_list_is_pasted_put_right_and_saved(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=2)
    assert f'href="{PAGE}"' in organizer.get("/sesi/JUALAN-1/undang").text
    assert "Paste a list" in organizer.get(PAGE).text

    address = sent(organizer)
    page = organizer.get(address)
    assert "1 lines name nobody and were left out: “Daftar peserta”." in page.text
    assert figures(page) == {"all": "3", "review": "1", "create": "2"}
    assert "2 get a place, 0 wait" in page.text
    for of_attendance in ("Attendance</th>", "Empty attendance", 'name="others"', 'name="confirm"'):
        assert of_attendance not in page.text
    assert organizer.post(f"{address}/simpan").status_code == 409

    organizer.post(f"{address}/baris/3", data={"choice": "kelurahan:64.71.04.1001"})
    page = organizer.get(address)
    assert "2 get a place, 1 wait" in page.text
    assert 'name="overrule"' in page.text
    saved = organizer.post(f"{address}/simpan")

    assert saved.status_code == 303
    assert registration_statuses(city) == ["confirmed", "confirmed", "waitlisted"]
    after = organizer.get(address).text
    assert "The registrations are saved." in after
    assert "2 have a place, 1 wait" in after
    assert "to register people" in organizer.get("/unggahan").text


def test_a_row_is_put_right_in_its_place(organizer: TestClient, city: City) -> None:
    """What htmx asks for: the row as a form, then the parts of the page that changed."""
    create_upcoming_session(city)
    address = sent(organizer)
    form = organizer.get(f"{address}/baris/3", headers={"hx-request": "true"}).text
    assert 'name="kelurahan"' in form
    assert 'name="attendance"' not in form

    changed_parts = organizer.post(
        f"{address}/baris/3", data={"kelurahan": "Damai"}, headers={"hx-request": "true"}
    )
    assert kind_of(changed_parts, 3) == "create"
    assert "Budi Bakung" in row_text(changed_parts, 3)
    assert "3 get a place, 0 wait" in changed_parts.text


def test_full_limits_are_named_before_saving(organizer: TestClient, city: City) -> None:
    """Of a pasted list and of a file, with the rows that wait."""
    create_upcoming_session(city, capacity=2, places_per_kelurahan=1)
    content = sheet("Nama;Kelurahan", "Ani Aster;Manggar", "Budi Bakung;Manggar", "Dewi Dahlia;Lamaru")
    uploaded = organizer.post(PAGE, files={"file": ("daftar.csv", content)}).headers["location"]
    pasted = sent(organizer, "1. Ani Aster - Manggar\n\n2. Budi Bakung - Manggar\n3. Dewi Dahlia - Lamaru")

    for address, number in ((uploaded, 3), (pasted, 3)):
        page = organizer.get(address).text
        assert "Not everybody on this list gets a place:" in page
        assert "Manggar: 1 of 1; 1 wait" in page
        assert f'Rows that wait: <a href="{address}?after={number - 1}#baris-{number}">{number}</a>' in page


def test_closed_registration_is_said_before_saving(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    address = sent(organizer)
    assert "Registration for this session is closed." not in organizer.get(address).text

    update_session(city, "JUALAN-1", registration_closes_at=now() - timedelta(hours=1))

    page = organizer.get(address).text
    assert "Registration for this session is closed. Nobody is registered unless you decide it below." in page


def test_rows_bear_the_numbers_of_the_pasted_lines(organizer: TestClient, city: City) -> None:
    """Blank lines count, and so do those that name nobody."""
    create_upcoming_session(city)
    page = organizer.get(
        sent(organizer, "Daftar peserta\n\n1. Ani Aster - Manggar\n\n2. Dewi Dahlia - Lamaru")
    )

    assert "Ani Aster" in row_text(page, 3)
    assert "Dewi Dahlia" in row_text(page, 5)


def test_all_get_a_place_where_somebody_decides_it(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    address = sent(organizer, "1. Ani Aster - Manggar\n2. Dewi Dahlia - Lamaru")
    organizer.post(f"{address}/simpan", data={"overrule": "true"})
    assert registration_statuses(city) == ["confirmed", "confirmed"]


def test_a_sheet_is_uploaded_corrected_in_excel_and_undone(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    content = sheet("Nama;Kelurahan", "Ani Aster;Manggar", "Budi Bakung;Gunung Sari")
    address = organizer.post(PAGE, files={"file": ("daftar.csv", content)}).headers["location"]

    to_correct = load_workbook(BytesIO(organizer.get(f"{address}/perbaikan.xlsx").content)).worksheets[0]
    headings = [cell.value for cell in to_correct[1]]
    assert headings == ["Row", "Nama", "Kelurahan", "Target group", "What to correct"]

    assert f'upload it to the same session: <a href="{PAGE}">' in organizer.get(address).text

    organizer.post(f"{address}/simpan", data={"only_valid": "true"})
    assert len(city.all(Registration)) == 1
    assert "1 registrations are deleted" in organizer.get(f"{address}/batalkan").text
    organizer.post(f"{address}/batalkan")
    assert [city.all(Registration), city.all(Participant), city.all(Attendance)] == [[], [], []]


def test_a_corrected_list_is_no_attendance(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    content = sheet("Nama;Kelurahan", "Budi Bakung;Gunung Sari")
    address = organizer.post(PAGE, files={"file": ("daftar.csv", content)}).headers["location"]
    corrected = {"file": ("daftar-perbaikan.xlsx", organizer.get(f"{address}/perbaikan.xlsx").content)}

    refused = organizer.post("/sesi/JUALAN-1/unggah", files=corrected)

    assert refused.status_code == 422
    assert "Upload them to “Register a list”." in refused.text
    assert f'href="{PAGE}"' in refused.text
    assert organizer.post(PAGE, files=corrected).status_code == 303


def test_what_was_pasted_stays_where_nobody_is_found_in_it(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    page = organizer.post(PAGE, data={"text": "Daftar peserta:"})
    assert page.status_code == 422
    assert re.search(r'id="text-error">Nobody was found', page.text)
    assert "Daftar peserta:</textarea>" in page.text
    nothing = organizer.post(PAGE, data={"text": " "}).text
    assert 'id="text-error">Paste a list, or choose a file.' in nothing


def test_a_list_that_is_too_long_to_be_pasted_comes_back(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    text = LIST + "x" * 2**20

    page = organizer.post(PAGE, data={"text": text}, files={"file": ("", b"")})

    assert page.status_code == 422
    assert "This list is too long to be pasted." in page.text
    assert text in page.text


def test_nobody_is_registered_for_a_session_that_is_over(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    yesterday = now() - timedelta(days=1)
    update_session(city, "JUALAN-1", starts_at=yesterday, ends_at=yesterday + timedelta(hours=3))
    for page in (PAGE, f"{PAGE}-orang"):
        shown = organizer.get(page).text
        assert "This session is over." in shown
        assert f'action="{page}"' not in shown
    assert organizer.post(PAGE, data={"text": LIST}).status_code == 409


def test_it_is_for_those_who_may_register(
    viewer: TestClient, stranger: TestClient, nobody: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    assert [browser.get(PAGE).status_code for browser in (viewer, stranger, nobody)] == [403, 404, 303]


def test_people_who_declined_are_left_out_but_can_be_registered(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    answer = organizer.post(PAGE, files={"file": (INTENTIONS.name, INTENTIONS.read_bytes())})
    address = answer.headers["location"]
    declined = row_text(organizer.get(address), 4)
    assert "“Tidak”: this person said" in declined
    assert "Register them all the same" in declined

    button = re.search(r'name="(\w+)" value="ya"', organizer.get(address).text)
    assert button is not None
    organizer.post(f"{address}/baris/4", data={button[1]: "ya"})

    assert kind_of(organizer.get(address), 4) == "create"
