"""Staff see and do only what belongs to the sessions that they are assigned to."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.database import writing
from app.models import Participant, Registration, Role, SessionStaff, User
from app.permissions import OPERATOR
from app.services.accounts.users import create_user
from app.services.workshops.session_staff import assign_staff
from tests.city import OTHER, OWN, City, sheet
from tests.pages.conftest import logged_in
from tests.scenarios import scenario

LIST = sheet("Nama;Kelurahan;HP;Unsur;Kehadiran", "Siti Aminah;Manggar;081200000678;umkm;hadir")
SESSION = {"day": "05-08-2026", "starts": "9", "ends": "12"}


@scenario
def two_staff(city: City) -> None:
    """Sari has two sessions in which people were present; Budi is assigned to the first, Wulan to none."""
    city.import_sheet(city.session("A-1"), LIST)
    city.import_sheet(city.session("B-1"), sheet("Nama;Kelurahan;Kehadiran", "Nur Aini;Lamaru;hadir"))
    with writing(city.engine) as db:
        create_user(db, OPERATOR, email="wulan@contoh.id", name="Wulan", role=Role.STAFF, organization=OWN)
        assign_staff(db, city.actor("sari"), "B-1", [])


@pytest.fixture
def wulan(app: FastAPI, two_staff: City) -> TestClient:
    return logged_in(app, two_staff.engine, find_user(two_staff, "Wulan"))


def find_user(city: City, name: str) -> User:
    return next(user for user in city.all(User) if user.name.startswith(name))


def test_staff_reach_nothing_of_another_session_of_their_organization(
    two_staff: City, wulan: TestClient, staff: TestClient
) -> None:
    """Wulan knows every address of the session, its people, registrations and uploads."""
    siti = next(person for person in two_staff.all(Participant) if person.name == "Siti Aminah")
    registration = two_staff.all(Registration)[0]
    pages = (
        "/sesi/A-1",
        "/sesi/A-1/peserta",
        "/sesi/A-1/undang",
        "/sesi/A-1/kehadiran",
        "/sesi/A-1/unggahan",
        "/sesi/A-1/hadir",
        "/sesi/A-1/daftar-hadir.xlsx",
        "/sesi/A-1/whatsapp",
        "/sesi/A-1/rekonsiliasi",
        f"/peserta/{siti.id}",
        f"/pendaftaran/{registration.code}",
        "/unggahan/1",
    )
    for page in pages:
        assert staff.get(page).status_code == 200, page
        assert wulan.get(page).status_code == 404, page
    for page, data in (
        ("/sesi/A-1/ubah", SESSION),
        ("/sesi/A-1/batalkan", {"why": "hujan"}),
        (f"/peserta/{siti.id}/ubah", {"name": "Siti"}),
        (f"/pendaftaran/{registration.code}/batalkan", {}),
        ("/unggahan/1/batalkan", {}),
    ):
        assert wulan.post(page, data=data).status_code == 404, page
    for page in ("/", "/peserta", "/kegiatan/A-1-W", "/unggahan", "/kalender?bulan=2025-08", "/pesan"):
        shown = wulan.get(page).text
        assert "Siti Aminah" not in shown
        assert "/sesi/A-1" not in shown, page
    assert "You are not assigned to a session of this workshop." in wulan.get("/kegiatan/A-1-W").text
    assert "Siti Aminah" in staff.get("/peserta").text
    assert "Nur Aini" not in staff.get("/peserta").text


def test_an_organizer_assigns_several_people_and_each_sees_the_session_from_then_on(
    two_staff: City, wulan: TestClient, organizer: TestClient
) -> None:
    ids = [find_user(two_staff, name).id for name in ("Budi", "Wulan")]
    assert "Assign staff" in organizer.get("/sesi/A-1").text
    form = organizer.get("/sesi/A-1/petugas").text
    assert re.findall(r'name="staff"[^>]* value="(\d+)"( checked)?>', form) == [
        (str(ids[0]), " checked"),
        (str(ids[1]), ""),
    ]

    assert organizer.post("/sesi/A-1/petugas", data={"staff": ids}).status_code == 303

    shown = wulan.get("/sesi/A-1")
    assert shown.status_code == 200
    assert "Budi Petugas, Wulan" in shown.text
    line = two_staff.changes()[-1]
    assert (line.action, line.subject_id, line.after) == (
        "assign-staff",
        "A-1",
        {"staff": ["budi@contoh.id", "wulan@contoh.id"]},
    )
    organizer.post("/sesi/A-1/petugas")
    assert wulan.get("/sesi/A-1").status_code == 404


def test_staff_do_not_assign_themselves_or_others(
    two_staff: City, wulan: TestClient, staff: TestClient, stranger: TestClient
) -> None:
    mine = {"staff": [str(find_user(two_staff, "Wulan").id)]}
    before = two_staff.all(SessionStaff)

    assert wulan.post("/sesi/A-1/petugas", data=mine).status_code == 403
    assert stranger.post("/sesi/A-1/petugas", data=mine).status_code == 404
    assert staff.get("/sesi/A-1/petugas").status_code == 403
    assert staff.post("/sesi/A-1/petugas", data=mine).status_code == 403
    assert staff.post("/kegiatan/A-1-W/sesi/baru", data=SESSION | mine | {"code": "A-2"}).status_code == 403

    assert two_staff.all(SessionStaff) == before


def test_only_active_staff_of_the_organization_are_assigned(two_staff: City, organizer: TestClient) -> None:
    with writing(two_staff.engine) as db:
        data = {"email": "yani@contoh.id", "name": "Yani", "role": Role.STAFF, "organization": OTHER}
        other = create_user(db, OPERATOR, **data)  # type: ignore[arg-type]
        db.get_one(User, find_user(two_staff, "Wulan").id).active = False

    for user_id in (other.id, find_user(two_staff, "Sari").id, find_user(two_staff, "Wulan").id, 999):
        refused = organizer.post("/sesi/A-1/petugas", data={"staff": [user_id]})
        assert refused.status_code == 422
        assert "Only active staff of the organization" in refused.text


def test_staff_are_assigned_to_the_sessions_that_they_create_and_copy(
    two_staff: City, wulan: TestClient, staff: TestClient
) -> None:
    created = wulan.post("/kegiatan/A-1-W/sesi/baru", data=SESSION | {"code": "A-2"})
    copied = staff.post("/sesi/A-1/salin", data={"code": "A-3", "day": "06-08-2026", "starts": "9"})

    assert wulan.get(created.headers["location"]).status_code == 200
    assert staff.get(copied.headers["location"]).status_code == 200
    assert staff.get("/sesi/A-2").status_code == 404


def test_a_new_session_is_created_with_its_staff(two_staff: City, organizer: TestClient) -> None:
    ids = [find_user(two_staff, name).id for name in ("Budi", "Wulan")]
    form = organizer.get("/kegiatan/A-1-W/sesi/baru").text
    assert re.findall(r'name="staff"[^>]* value="(\d+)">', form) == [str(id_) for id_ in ids]

    organizer.post("/kegiatan/A-1-W/sesi/baru", data=SESSION | {"code": "A-2", "staff": ids})

    assert "Budi Petugas, Wulan" in organizer.get("/sesi/A-2").text
    refused = organizer.post("/kegiatan/A-1-W/sesi/baru", data={"code": "A-3", "staff": ids})
    assert re.findall(r'name="staff"[^>]* value="(\d+)" checked>', refused.text) == [str(id_) for id_ in ids]


def test_who_changes_to_another_organization_loses_their_sessions(two_staff: City, staff: TestClient) -> None:
    with writing(two_staff.engine) as db:
        user = db.get_one(User, two_staff.users["budi"].id)
        user.organization_id = two_staff.users["tono"].organization_id

    assert staff.get("/sesi/A-1").status_code == 404
    assert "Siti Aminah" not in staff.get("/peserta").text


def test_staff_whom_others_assigned_meanwhile_are_not_removed_unseen(
    two_staff: City, organizer: TestClient, admin: TestClient
) -> None:
    budi, wulan = (find_user(two_staff, name).id for name in ("Budi", "Wulan"))
    form = organizer.get("/sesi/A-1/petugas").text
    seen = re.search(r'name="seen" value="(\w+)"', form)
    assert seen is not None
    admin.post("/sesi/A-1/petugas", data={"staff": [budi, wulan]})

    refused = organizer.post("/sesi/A-1/petugas", data={"seen": seen[1]})

    assert refused.status_code == 409
    assert "<dd>Budi Petugas, Wulan</dd>" in refused.text
    assert len(two_staff.all(SessionStaff)) == 2
