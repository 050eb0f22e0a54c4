"""The pages of one file for several sessions: what is read for which, and saving and undoing all of them."""

import re
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook

from app.models import AttendanceImport, ImportStatus, Participant, Registration
from tests.city import City, sheet

TWO_DAYS = sheet("Nama;Kelurahan;Hari 1;Hari 2", "Ani Contoh;Manggar;v;", "Budi Contoh;Lamaru;v;v")
UNCLEAR = sheet("Nama;Kelurahan;Hari 1;Hari 2", "Ani Contoh;Manggar;v;?", "Budi Contoh;Lamaru;v;v")


@pytest.fixture(autouse=True)
def days(city: City) -> tuple[str, ...]:
    return city.workshop_of_days(count=2)


def uploaded(client: TestClient, content: bytes = TWO_DAYS) -> str:
    """Upload a list to the first day's session, and return the URL of its page."""
    answer = client.post("/sesi/TIGA-1/unggah", files={"file": ("dua-hari.csv", content)})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def read_both(client: TestClient, page: str) -> None:
    """Read the file for both sessions as it is proposed."""
    form = client.get(f"{page}/sesi").text
    fields = dict.fromkeys(re.findall(r'name="(session-TIGA-\d)" value="1" checked', form), "1")
    for name, options in re.findall(r'<select name="(day-TIGA-\d)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    answer = client.post(f"{page}/sesi", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


def test_the_columns_of_several_days_are_offered_as_buttons(staff: TestClient, city: City) -> None:
    page = uploaded(staff)
    assert re.findall(r'name="day_column" value="([^"]+)"', staff.get(page).text) == ["Hari 1", "Hari 2"]

    staff.post(f"{page}/hari", data={"day_column": "Hari 2"})

    assert 'name="day_column"' not in staff.get(page).text
    assert [row.result["attendance"] for row in city.rows(1).values()] == ["absent", "present"]


def test_both_days_are_read_saved_and_undone_from_one_page(staff: TestClient, city: City) -> None:
    page = uploaded(staff)
    assert "Read it for other sessions too" in staff.get(page).text
    read_both(staff, page)

    shown = " ".join(re.sub(r"<[^>]+>", " ", staff.get(page).text).split())
    assert "05-08-2025 TIGA-1 “Hari 1” 2 2 0 0 nothing" in shown
    assert "06-08-2025 TIGA-2 “Hari 2” 2 1 1 0 nothing" in shown
    assert staff.post(f"{page}/simpan-semua").status_code == 303
    assert (len(city.all(Participant)), len(city.all(Registration))) == (2, 4)

    assert "Undo all 2 sessions" in staff.get(f"{page}/batalkan-semua").text
    assert staff.post(f"{page}/batalkan-semua").status_code == 303
    assert (len(city.all(Participant)), len(city.all(Registration))) == (0, 0)


def test_a_refused_save_says_which_session_is_open(staff: TestClient, city: City) -> None:
    page = uploaded(staff, UNCLEAR)
    read_both(staff, page)

    answer = staff.post(f"{page}/simpan-semua")

    assert answer.status_code == 409
    assert "Rows need your attention before all sessions can be saved: TIGA-2 (1)." in answer.text
    assert city.all(Registration) == []


def test_saving_all_says_what_is_confirmed_for_which_session(staff: TestClient, city: City) -> None:
    page = uploaded(staff, sheet("Tanggal: 5 Agustus 2025;", "Nama;Kelurahan", "Ani Contoh;Manggar"))
    staff.post(f"{page}/sesi", data={"session-TIGA-1": "1", "session-TIGA-2": "1"})

    panel = re.search(r'id="sesi-berkas".*?</section>', staff.get(page).text, re.DOTALL)

    shown = " ".join(re.sub(r"<[^>]+>", " ", panel[0] if panel else "").split())
    question = "06-08-2025 : The sheet is dated 05-08-2025, the session is on 06-08-2025."
    assert question in shown
    assert "The list is of another day. Save it in this session all the same" in shown


def test_a_choice_that_cannot_be_read_keeps_the_form(staff: TestClient, city: City) -> None:
    page = uploaded(staff)

    answer = staff.post(f"{page}/sesi", data={"day-TIGA-2": "Hari 2"})

    assert answer.status_code == 422
    assert "Choose at least one session." in answer.text
    assert re.search(r'<select name="day-TIGA-2".*?value="Hari 2" selected', answer.text, re.DOTALL)
    assert len(city.all(AttendanceImport)) == 1


def test_obstacles_of_any_session_are_shown_before_the_undo(staff: TestClient, city: City) -> None:
    page = uploaded(staff)
    read_both(staff, page)
    staff.post(f"{page}/simpan-semua")
    city.import_sheet("TIGA-2", sheet("Nama;Kelurahan;Kehadiran", "Ani Contoh;Manggar;hadir"))

    assert "06-08-2025" in staff.get(f"{page}/batalkan-semua").text
    answer = staff.post(f"{page}/batalkan-semua")
    assert answer.status_code == 409
    assert "Ani Contoh" in answer.text
    assert {shared.status for shared in city.all(AttendanceImport)} == {ImportStatus.COMMITTED}


def test_sheets_that_are_one_list_are_joined_by_a_button(staff: TestClient, city: City) -> None:
    header = ("Nama", "Kelurahan", "Kehadiran")
    book = Workbook()
    for number, name in enumerate(("Ani Contoh", "Budi Contoh")):
        page = book.worksheets[0] if number == 0 else book.create_sheet("Lanjutan")
        for row in (header, (name, "Manggar", "hadir"), (f"{name} Muda", "Lamaru", "hadir")):
            page.append(row)
    content = BytesIO()
    book.save(content)
    answer = staff.post("/sesi/TIGA-1/unggah", files={"file": ("dua-lembar.xlsx", content.getvalue())})
    url = answer.headers["location"]
    assert "These sheets are one list" in staff.get(url).text
    assert "They are of other days: read them for their sessions" in staff.get(url).text

    staff.post(f"{url}/satukan")

    assert "These sheets are one list" not in staff.get(url).text
    assert len(city.rows(1)) == 4


def test_others_neither_read_nor_save_it(viewer: TestClient, stranger: TestClient, staff: TestClient) -> None:
    page = uploaded(staff)
    for client, status in ((viewer, 403), (stranger, 404)):
        assert client.get(f"{page}/sesi").status_code == status
        assert client.post(f"{page}/sesi", data={"session-TIGA-2": "1"}).status_code == status
        assert client.post(f"{page}/simpan-semua").status_code == status
        assert client.get(f"{page}/batalkan-semua").status_code == status
        assert client.post(f"{page}/batalkan-semua").status_code == status


def test_an_upload_of_a_workshop_with_one_session_offers_no_others(staff: TestClient, city: City) -> None:
    code = city.session("SATU-1")
    answer = staff.post(f"/sesi/{code}/unggah", files={"file": ("satu.csv", TWO_DAYS)})

    assert "Read it for other sessions too" not in staff.get(answer.headers["location"]).text
