"""The desk page for requests of people about their data: who may, what is handed out, and the clock."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.database import writing
from app.models import Activity, DataRequest, Participant, Registration
from app.models.base import now
from tests.city import City, sheet
from tests.pages.filled_forms import form_data
from tests.pages.registrations.public_form import sent
from tests.upcoming_sessions import create_upcoming_session, registration_statuses

NIK = "6471014508900003"
HEADER = "Nama;NIK;Kelurahan;Unsur;No HP"
ASKED = {"kind": "copy", "identity": "ktp", "note": "Ingin salinan"}


@pytest.fixture
def siti(city: City) -> int:
    """Siti was at a session of Sari's organization."""
    city.import_sheet(city.session(), sheet(HEADER, f"Siti Contoh;{NIK};Manggar;UMKM;0812-0000-0411"))
    (person,) = city.all(Participant)
    return person.id


def filed(browser: TestClient, person: int, **otherwise: str) -> str:
    """Record a request at the desk; return its page."""
    answer = browser.post(f"/peserta/{person}/data", data=ASKED | otherwise)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_an_organizer_hands_out_a_copy_with_a_masked_nik(
    organizer: TestClient, city: City, siti: int
) -> None:
    page = filed(organizer, siti)

    held = organizer.get(f"{page}/salinan.json")
    pdf = organizer.get(f"{page}/salinan.pdf")

    assert held.json()["person"]["nik"] == "••••••••••••0003"
    assert NIK not in held.text
    assert held.json()["person"]["phone"] == "+6281200000411"
    assert pdf.content.startswith(b"%PDF")
    lines = [line for line in city.all(Activity) if line.action == "hand-out-data"]
    assert [(line.actor, line.subject_id) for line in lines] == [("Sari Panitia", str(siti))] * 2


def test_who_may(
    admin: TestClient,
    organizer: TestClient,
    staff: TestClient,
    viewer: TestClient,
    stranger: TestClient,
    siti: int,
) -> None:
    page = filed(organizer, siti)

    for path in ("/permintaan-data", page, f"{page}/salinan.json", f"/peserta/{siti}/data"):
        assert admin.get(path).status_code == 200, path
        assert organizer.get(path).status_code == 200, path
        assert staff.get(path).status_code == 403, path
        assert viewer.get(path).status_code == 403, path
    for path in (page, f"{page}/salinan.json", f"/peserta/{siti}/data"):
        assert stranger.get(path).status_code == 404, path
    assert "Siti Contoh" not in stranger.get("/permintaan-data").text
    assert stranger.post(page, data={"status": "done", "outcome": "x"}).status_code == 404


def test_a_person_whom_two_organizations_know_is_answered_by_an_administrator(
    organizer: TestClient, admin: TestClient, city: City, siti: int
) -> None:
    """A copy would show one organization what the other holds."""
    (person,) = city.all(Participant)
    city.register(city.session("LAIN-1", by="tono"), "Siti Contoh", person=person)
    page = filed(organizer, siti)

    assert organizer.get(f"{page}/salinan.json").status_code == 409
    assert organizer.post(page, data={"status": "done", "outcome": "Diserahkan"}).status_code == 409
    assert "administrator answers" in organizer.get(page).text
    assert admin.get(f"{page}/salinan.json").status_code == 200


def test_identity_is_checked_first(organizer: TestClient, city: City, siti: int) -> None:
    answer = organizer.post(f"/peserta/{siti}/data", data=ASKED | {"identity": ""})

    assert answer.status_code == 422
    assert "Check first who asks" in answer.text
    assert city.all(DataRequest) == []


def test_the_clock_and_the_count_in_the_navigation(organizer: TestClient, city: City, siti: int) -> None:
    assert 'class="count"' not in organizer.get("/").text
    page = filed(organizer, siti)
    assert "71 hours left" in organizer.get("/permintaan-data").text
    assert '<span class="count">1</span>' in organizer.get("/").text

    with writing(city.engine) as db:
        db.exec(
            update(DataRequest).values(
                received_at=now() - timedelta(hours=77), due_at=now() - timedelta(hours=5)
            )
        )
    assert "5 hours overdue" in organizer.get("/permintaan-data").text

    answer = organizer.post(page, data={"status": "done", "outcome": "Salinan diserahkan di meja"})
    assert answer.status_code == 303
    assert 'class="count"' not in organizer.get("/").text
    (request,) = city.all(DataRequest)
    assert (request.status, request.outcome) == ("done", "Salinan diserahkan di meja")
    assert organizer.post(page, data={"status": "done", "outcome": "x"}).status_code == 409


def test_the_log_says_who_took_and_who_answered(
    organizer: TestClient, admin: TestClient, city: City, siti: int
) -> None:
    page = filed(organizer, siti, kind="correction")
    admin.post(page, data={"status": "refused", "outcome": "Ejaan sama dengan KTP"})

    lines = [line for line in city.all(Activity) if line.subject == "data-request"]
    assert [(line.actor, line.action) for line in lines] == [
        ("Sari Panitia", "file"),
        ("Made Admin", "close"),
    ]
    assert all("Ejaan" not in str(line.after) for line in lines)


def test_a_refusal_needs_a_reason(organizer: TestClient, siti: int) -> None:
    page = filed(organizer, siti)

    assert organizer.post(page, data={"status": "refused", "outcome": " "}).status_code == 422
    assert organizer.post(page, data={"status": "", "outcome": "x"}).status_code == 422


def test_an_erasure_is_previewed_and_confirmed(organizer: TestClient, city: City, siti: int) -> None:
    page = filed(organizer, siti, kind="erasure")
    ticket = city.all(Registration)[0].code

    preview = organizer.get(f"{page}/hapus").text
    assert "1 row of uploaded lists" in preview
    assert "daftar.csv" in preview
    assert "1 registration without a name" in preview
    assert organizer.post(f"{page}/hapus").status_code == 422
    assert organizer.post(f"{page}/hapus", data={"sure": "yes"}).status_code == 303

    assert "Siti Contoh" not in organizer.get("/permintaan-data").text
    assert "(data dihapus)" in organizer.get(f"/peserta/{siti}").text
    assert organizer.get(f"/peserta/{siti}/data").status_code == 404
    assert organizer.get(f"/tiket/{ticket}").status_code == 404
    assert "erased on" in organizer.get("/unggahan/1/batalkan").text
    assert organizer.get("/unggahan/1").status_code == 200
    assert organizer.post("/unggahan/1/batalkan").status_code in {200, 409}
    assert city.all(Registration)[0].participant_id == siti


def test_what_stands_in_the_way_is_named(organizer: TestClient, city: City, siti: int) -> None:
    city.upload("UMKM-2025-1", sheet(HEADER, f"Siti Contoh;{NIK};Manggar;UMKM;"), name="perbaikan.csv")
    page = filed(organizer, siti, kind="erasure")

    assert "The upload perbaikan.csv names this person" in organizer.get(f"{page}/hapus").text
    refused = organizer.post(f"{page}/hapus", data={"sure": "yes"})
    assert refused.status_code == 409
    assert "perbaikan.csv" in refused.text


def test_a_withdrawn_consent_ends_what_is_to_come(
    organizer: TestClient, citizen: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    assert sent(citizen).status_code == 303
    page = filed(organizer, city.all(Participant)[0].id, kind="withdrawal")

    assert organizer.post(f"{page}/batalkan-pendaftaran").status_code == 303

    assert registration_statuses(city) == ["cancelled"]
    assert "What would be erased" in organizer.get(page).text


def test_the_page_of_an_erasure_cancels_what_stands_in_the_way(
    organizer: TestClient, citizen: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    assert sent(citizen).status_code == 303
    erasure = filed(organizer, city.all(Participant)[0].id, kind="erasure") + "/hapus"
    waiting = organizer.get(erasure).text
    assert "Cancel that registration first" in waiting
    assert "Erase for good" not in waiting

    answer = organizer.post(erasure.replace("/hapus", "/batalkan-pendaftaran"), data=form_data(waiting))

    assert answer.headers["location"] == erasure
    assert "Erase for good" in organizer.get(erasure).text
