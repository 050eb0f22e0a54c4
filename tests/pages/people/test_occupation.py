"""The field occupation (pekerjaan) in sheets, forms, pages, the activity log, merges and undo."""

import pytest
from fastapi.testclient import TestClient

from app.models import Participant, Registration
from tests.city import MANGGAR, MORNING, City, sheet
from tests.scenarios import scenario
from tests.services.people.duplicates import get_pair_id, merge_by_names, unmerge
from tests.upcoming_sessions import create_upcoming_session

HEADER = "Nama;Kelurahan;HP;Pekerjaan;Nama Usaha;Kehadiran"
RINA = "Rina Melati;Manggar;081200000101;Pedagang kue;Warung Rina;hadir"


@scenario
def rina_known(city: City) -> None:
    """Rina is registered for A-1, without an occupation."""
    city.import_sheet(city.session("A-1"), sheet("Nama;Kelurahan;HP", "Rina Melati;Manggar;081200000101"))


@pytest.fixture
def rina(rina_known: City) -> str:
    """The URL of her page."""
    return f"/peserta/{rina_known.all(Participant)[0].id}"


def occupations(city: City) -> list[str | None]:
    return [person.occupation for person in city.all(Participant)]


def test_a_sheet_fills_it_in_and_undo_takes_it_back(staff: TestClient, city: City, rina: str) -> None:
    attendance_import = city.upload(
        city.session("B-1"), sheet(HEADER, RINA, "Budi Bakung;Lamaru;;Guru;;hadir")
    )
    review = staff.get(f"/unggahan/{attendance_import.id}").text
    assert "<small>Pedagang kue</small>" in review
    assert "<small>Warung Rina</small>" in review

    city.commit(attendance_import.id)

    assert occupations(city) == ["Pedagang kue", "Guru"]
    assert "<dt>Occupation</dt>\n<dd>Pedagang kue</dd>" in staff.get(rina).text
    assert ">Pedagang kue<" in staff.get("/peserta").text

    city.undo(attendance_import.id)

    assert occupations(city) == [None]


def test_a_later_sheet_never_overwrites_it(city: City, rina: str) -> None:
    city.import_sheet(city.session("B-1"), sheet(HEADER, RINA))
    city.import_sheet(city.session("C-1"), sheet(HEADER, RINA.replace("Pedagang kue", "Penjahit")))

    assert occupations(city) == ["Pedagang kue"]


def test_group_and_rt_come_from_it_if_no_other_cell_has_them(city: City) -> None:
    lists = "Ani Aster;Manggar;;pelaku usaha;;hadir", "Budi Bakung;Manggar;;Ketua RT 12;;hadir"
    city.import_sheet(city.session(groups=("rt", "umkm")), sheet(HEADER, *lists))

    assert [(one.target_group_code, one.rt) for one in city.all(Registration)] == [
        ("umkm", None),
        ("rt", "12"),
    ]


def test_it_is_corrected_and_logged(staff: TestClient, city: City, rina: str) -> None:
    form = {"name": "Rina Melati", "kelurahan": MANGGAR, "occupation": " Guru  SD "}

    staff.post(f"{rina}/ubah", data=form)

    assert occupations(city) == ["Guru SD"]
    assert 'value="Guru SD"' in staff.get(f"{rina}/ubah").text
    assert city.changes()[-1].after == {"occupation": "Guru SD"}
    staff.post(f"{rina}/ubah", data=form | {"occupation": ""})
    assert occupations(city) == [None]


def test_an_organizer_registers_a_person_with_it(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    form = {"name": "Ani Aster", "kelurahan": MANGGAR, "target_group": "umkm", "occupation": "Nelayan"}

    organizer.post("/sesi/JUALAN-1/daftarkan-orang", data=form)

    assert occupations(city) == ["Nelayan"]


def test_a_merge_keeps_the_chosen_one_and_undo_restores_both(
    organizer: TestClient, city: City, rina: str
) -> None:
    later = MORNING.replace(month=9)
    row = "Rina Melatti;Manggar;081200000202;Penjahit;;hadir"
    city.import_sheet(city.session("B-1"), sheet(HEADER, RINA))
    city.import_sheet(city.session("D-1", later), sheet(HEADER, row))
    page = organizer.get(f"/mungkin-kembar/{get_pair_id(city, 'Rina Melati', 'Rina Melatti')}")
    assert "Occupation A: Pedagang kue" in page.text

    people_merge = merge_by_names(city, "Rina Melati", "Rina Melatti", occupation="Rina Melati")

    assert occupations(city) == ["Pedagang kue"]
    unmerge(city, people_merge)
    assert occupations(city) == ["Pedagang kue", "Penjahit"]
