"""People whom another organization knows: found only by a whole number or address, and registered without opening what
is known of them there.

Tono, an organizer of another organization, tries to get at Siti, whom only Sari's organization knows.
"""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.database import writing
from app.models import Activity, Participant, Registration, Role
from app.permissions import OPERATOR
from app.services.accounts.users import create_user
from app.services.imports.review import correct_row
from app.services.workshops.session_staff import assign_staff
from tests.city import LAMARU, MANGGAR, OTHER, City, sheet
from tests.pages.conftest import logged_in
from tests.scenarios import scenario
from tests.upcoming_sessions import morning_in

pytestmark = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)]
)

NIK = "6471054408900002"
PHONE = "081200000101"
EMAIL = "siti@contoh.id"
HEADER = "Nama;NIK;Kelurahan;RT;HP;Email;Tanggal Lahir;Pekerjaan;Kehadiran"
FORM = "/sesi/TONO-1/daftarkan-orang"
TYPED = {"name": "Siti Aminah", "kelurahan": MANGGAR, "target_group": "umkm"}
PRIVATE = ("04-08-1990", "0812••••101", "siti@", "si••", "Penjahit", "••••0002", NIK, PHONE)


@scenario
def siti_of_sari(city: City) -> None:
    """Siti came to a session of Sari's. Tono has one to come, for which nobody is registered."""
    row = f"Siti Aminah;{NIK};Manggar;12;{PHONE};{EMAIL};04-08-1990;Penjahit;hadir"
    city.import_sheet(city.session("SARI-1"), sheet(HEADER, row))
    city.session("TONO-1", morning_in(10), by="tono")


def siti(city: City) -> Participant:
    return city.all(Participant)[0]


def suggestions(page: str) -> str:
    """What the form says of whom it may mean, as text."""
    part = page[page.index('id="saran"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", part[: part.index('name="kelurahan"')]).split())


def register_siti(stranger: TestClient, city: City) -> Registration:
    """Choose Siti by her phone number, register her, and return the registration."""
    answer = stranger.post(FORM, data=TYPED | {"phone": PHONE, "person": str(siti(city).id)})
    assert answer.status_code == 303, answer.text
    return city.all(Registration)[-1]


@pytest.mark.parametrize(
    "typed", [{"name": "siti"}, {"name": "Siti Aminah", "kelurahan": MANGGAR}, {"phone": PHONE[:-1]}]
)
def test_names_and_parts_of_numbers_find_nobody(
    stranger: TestClient, siti_of_sari: City, typed: dict[str, str]
) -> None:
    page = stranger.post(f"{FORM}/cari", data=typed)

    assert "Nobody like this was found" in suggestions(page.text) or "phone" in typed
    assert 'name="choose"' not in page.text
    assert "SARI-1" not in page.text


@pytest.mark.parametrize("typed", [{"phone": PHONE}, {"nik": NIK}, {"email": EMAIL, "name": "x"}])
def test_a_whole_value_finds_initials_and_kelurahan(
    stranger: TestClient, siti_of_sari: City, typed: dict[str, str]
) -> None:
    city = siti_of_sari
    found = stranger.post(f"{FORM}/cari", data=typed)
    chosen = stranger.post(f"{FORM}/cari", data=typed | {"choose": str(siti(city).id)})

    assert "S. A. Manggar, known already" in suggestions(found.text)
    assert "Chosen: S. A. Manggar, known already" in suggestions(chosen.text)
    for page in (found.text, chosen.text):
        assert not [
            text for text in ("Siti", "Aminah", "RT 12", "SARI-1", "1990", "Penjahit") if text in page
        ]


def test_the_id_of_a_person_finds_nobody(stranger: TestClient, siti_of_sari: City) -> None:
    city = siti_of_sari
    chosen = {"choose": str(siti(city).id)}
    for answer in (
        stranger.post(f"{FORM}/cari", data=TYPED | chosen),
        stranger.post(FORM, data=TYPED | {"person": str(siti(city).id)}),
    ):
        assert "Chosen" not in answer.text
        assert "1990" not in answer.text
    assert len(city.all(Registration)) == 1


@pytest.mark.parametrize("found_by", ["phone", "name"])
def test_registering_does_not_open_the_record(
    stranger: TestClient, siti_of_sari: City, found_by: str
) -> None:
    """Neither when she is chosen, nor when she is matched by the name and kelurahan that were typed."""
    city = siti_of_sari
    before = siti(city)
    if found_by == "phone":
        registration = register_siti(stranger, city)
    else:
        assert stranger.post(FORM, data=TYPED).status_code == 303
        registration = city.all(Registration)[-1]
    page = f"/peserta/{siti(city).id}"

    assert (registration.participant_id, registration.opens_record) == (siti(city).id, False)
    shown = stranger.get(page)
    assert shown.status_code == 200
    assert "Other organizations knew this person before yours." in shown.text
    private = [text for text in PRIVATE if text in shown.text and not (found_by == "phone" and "101" in text)]
    assert private == []
    for address in (f"{page}/ubah", f"{page}/kelompok"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"{page}/ubah", data=TYPED | {"name": "Lain Orang"}).status_code == 404
    assert (
        stranger.post(f"{page}/kelompok", data={"target_group": "rt", "valid_from": "2024-01-01"}).status_code
        == 404
    )
    assert siti(city) == before


def test_staff_who_register_her_open_no_more_than_their_organizer(app: FastAPI, siti_of_sari: City) -> None:
    """Ayu is staff of Tono's organization, assigned to his session."""
    city = siti_of_sari
    with writing(city.engine) as db:
        ayu = create_user(
            db, OPERATOR, email="ayu@contoh.id", name="Ayu", role=Role.STAFF, organization=OTHER
        )
        assign_staff(db, city.actor("tono"), "TONO-1", [ayu.id])
    staff = logged_in(app, city.engine, ayu)
    before = siti(city)

    register_siti(staff, city)

    page = f"/peserta/{before.id}"
    assert "Other organizations knew this person before yours." in staff.get(page).text
    assert staff.get(f"{page}/ubah").status_code == 404
    assert staff.post(f"{page}/ubah", data=TYPED | {"name": "Lain Orang"}).status_code == 404
    assert staff.post(f"{FORM}/cari", data={"name": "Siti"}).text.count("1990") == 0
    assert siti(city) == before


def test_lists_show_what_the_own_registration_says(stranger: TestClient, siti_of_sari: City) -> None:
    city = siti_of_sari
    typed = {"name": "Siti A.", "kelurahan": LAMARU, "target_group": "umkm", "phone": PHONE}
    stranger.post(FORM, data=typed | {"person": str(siti(city).id)})
    registration = city.all(Registration)[-1]

    for address in (
        "/peserta",
        "/peserta?search=siti+a.",
        f"/peserta?kelurahan={LAMARU}",
        "/sesi/TONO-1/peserta",
        "/sesi/TONO-1/peserta?q=siti",
        f"/pendaftaran/{registration.code}",
        "/sesi/TONO-1/hadir?awal=1",
        "/kegiatan/TONO-1-W/kehadiran",
        "/sesi/TONO-1/daftar-hadir.pdf",
    ):
        answer = stranger.get(address)
        assert answer.status_code == 200, address
        if not address.endswith(".pdf"):
            assert "Siti A." in answer.text, address
            assert "Lamaru" in answer.text, address
            assert not [text for text in ("Aminah", "1990", "Penjahit", EMAIL) if text in answer.text], (
                address
            )
    for search in ("aminah", "manggar"):
        assert "Siti A." not in stranger.get(f"/peserta?search={search}").text
    assert "Aminah" not in stranger.get("/sesi/TONO-1/peserta?q=aminah").text
    assert "Siti A." not in stranger.get(f"/peserta?kelurahan={MANGGAR}").text


def test_an_attendance_sheet_does_not_open_the_record(stranger: TestClient, siti_of_sari: City) -> None:
    city = siti_of_sari
    city.session("TONO-2", by="tono")
    content = sheet(
        "Nama;Kelurahan;HP;Tanggal Lahir;Kehadiran", "Siti Aminah;Manggar;081200000999;01-01-1991;hadir"
    )
    upload = city.upload("TONO-2", content, by="tono")
    review = stranger.get(f"/unggahan/{upload.id}").text
    assert "SARI-1" not in review
    assert not [text for text in PRIVATE if text in review]

    with writing(city.engine) as db:
        decision = {"person": siti(city).id}
        correct_row(db, city.vault, city.actor("tono"), upload.id, 2, cells=None, decision=decision)
    city.commit(upload.id, by="tono")

    registration = city.all(Registration)[-1]
    assert (registration.participant_id, registration.opens_record) == (siti(city).id, False)
    shown = stranger.get(f"/peserta/{siti(city).id}").text
    assert not [text for text in PRIVATE if text in shown]
    assert stranger.get(f"/peserta/{siti(city).id}/ubah").status_code == 404
    assert not [text for text in PRIVATE if text in stranger.get(f"/unggahan/{upload.id}").text]


def test_searches_are_logged_without_their_terms(
    stranger: TestClient, organizer: TestClient, siti_of_sari: City
) -> None:
    city = siti_of_sari
    stranger.post(f"{FORM}/cari", data={"name": "Siti", "phone": PHONE})
    organizer.get("/peserta?search=Aminah")
    organizer.get("/peserta")
    organizer.get("/sesi/SARI-1/peserta?q=Aminah")
    organizer.get("/sesi/SARI-1/hadir?q=Aminah")
    organizer.get("/kegiatan/SARI-1-W/kehadiran?q=Aminah")

    with writing(city.engine) as db:
        searches = db.exec(
            select(Activity).where(Activity.action == "search-people").order_by(col(Activity.id))
        ).all()
    assert [(line.actor, line.subject, line.subject_id) for line in searches] == [
        ("Tono Tetangga", "session", "TONO-1"),
        ("Sari Panitia", "participant", ""),
        ("Sari Panitia", "session", "SARI-1"),
        ("Sari Panitia", "session", "SARI-1"),
        ("Sari Panitia", "workshop", "SARI-1-W"),
    ]
    assert [len((line.after or {})["terms"]) for line in searches] == [2, 1, 1, 1, 1]
    hashed = {term for line in searches[1:] for term in (line.after or {})["terms"]}
    assert hashed == {city.vault.key("search aminah")}
    assert not re.search("siti|aminah|0812", str([line.after for line in searches]).casefold())


def test_the_organization_that_made_the_record_keeps_it(
    stranger: TestClient, organizer: TestClient, siti_of_sari: City
) -> None:
    city = siti_of_sari
    register_siti(stranger, city)

    page = organizer.get(f"/peserta/{siti(city).id}").text

    assert "04-08-1990" in page
    assert "TONO-1" not in page
    assert organizer.get(f"/peserta/{siti(city).id}/ubah").status_code == 200
