"""Correcting a participant: parsed like sheets, recorded in the activity log, without changes of past figures."""

import re
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from app.models import Activity, Participant, Registration
from tests.city import LAMARU, MANGGAR, MORNING, City, sheet
from tests.database import on_sqlite
from tests.pages.filled_forms import changes_by_others, form_data
from tests.scenarios import scenario

HEADER = "Nama;NIK;Kelurahan;RT;HP;Kehadiran"
NIK, OTHER_NIK = "6471054408900002", "6471015708850001"
AS_KNOWN = {"name": "Rina Melati", "kelurahan": MANGGAR, "rt": "12"}


@scenario
def rina_and_tuti(city: City) -> None:
    """They came to a session of Sari's, Rina first."""
    rows = (f"Rina Melati;{NIK};Manggar;12;081200000101;hadir", f"Tuti Kenanga;{OTHER_NIK};Lamaru;;;hadir")
    city.import_sheet(city.session(), sheet(HEADER, *rows))


@pytest.fixture
def rina(rina_and_tuti: City) -> str:
    """The address of Rina's page."""
    return f"/peserta/{rina_and_tuti.all(Participant)[0].id}"


def person(city: City) -> Participant:
    return city.all(Participant)[0]


def test_the_details_are_corrected(staff: TestClient, city: City, rina: str) -> None:
    form = staff.get(f"{rina}/ubah").text
    assert 'value="Rina Melati"' in form
    assert "0812••••101 is known" in form
    assert "••••0002 is known" in form
    assert NIK not in form

    typed = {
        "name": "Rina Melatti",
        "kelurahan": LAMARU,
        "rt": "RT 03",
        "phone": "0812 0000 0999",
        "email": "Rina@Contoh.id",
        "sex": "P",
        "birth_date": "04-08-1990",
        "organization": "Warung Contoh",
        "nik": "",
    }
    answer = staff.post(f"{rina}/ubah", data=typed)

    assert answer.headers["location"] == rina
    now = person(city)
    assert (now.name, now.kelurahan_code, now.rt, now.phone, now.email, now.sex, now.birth_date) == (
        "Rina Melatti",
        LAMARU,
        "3",
        "+6281200000999",
        "rina@contoh.id",
        "P",
        date(1990, 8, 4),
    )
    assert now.nik_key == city.vault.key(NIK)
    frozen = city.all(Registration)[0]
    assert (frozen.kelurahan_code, frozen.rt) == (MANGGAR, "12")


def test_empty_fields_are_cleared_except_phone_and_nik(staff: TestClient, city: City, rina: str) -> None:
    staff.post(f"{rina}/ubah", data=AS_KNOWN | {"rt": "", "organization": "Ketua RT 12"})
    assert (person(city).rt, person(city).phone) == (None, "+6281200000101")
    assert person(city).nik_key == city.vault.key(NIK)

    staff.post(f"{rina}/ubah", data=AS_KNOWN | {"phone": "-"})
    assert person(city).phone is None


def test_a_nik_is_replaced_and_never_shown_in_the_log(staff: TestClient, city: City, rina: str) -> None:
    new = "6471054408900103"
    staff.post(f"{rina}/ubah", data=AS_KNOWN | {"nik": new})

    assert city.vault.decrypt(person(city).nik_encrypted or "") == new
    told = [line for line in city.all(Activity) if line.action == "correct-person"]
    assert [(line.actor, line.subject_id, line.after) for line in told] == [
        ("Budi Petugas", "1", {"nik_changed": True})
    ]
    assert new not in str([line.model_dump() for line in city.all(Activity)])


def test_another_participants_nik_is_refused(staff: TestClient, city: City, rina: str) -> None:
    page = staff.post(f"{rina}/ubah", data=AS_KNOWN | {"nik": OTHER_NIK})

    assert page.status_code == 422
    assert "Another participant has this NIK." in error(page.text, "nik")
    assert person(city).nik_key == city.vault.key(NIK)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "  "),
        ("kelurahan", ""),
        ("kelurahan", "Atlantis"),
        ("rt", "dua belas"),
        ("phone", "12"),
        ("email", "rina(at)contoh"),
        ("sex", "X"),
        ("birth_date", "31-02-1990"),
        ("nik", "123"),
    ],
)
@on_sqlite
def test_invalid_values_are_marked_at_their_field_and_stay_in_the_form(
    staff: TestClient, city: City, rina: str, field: str, typed: str
) -> None:
    before = person(city)

    page = staff.post(f"{rina}/ubah", data=AS_KNOWN | {"organization": "Warung", field: typed})

    assert page.status_code == 422
    assert error(page.text, field)
    assert 'value="Warung"' in page.text
    if field not in {"kelurahan", "sex"}:
        assert f'value="{typed}"' in page.text
    assert person(city) == before


def test_details_saved_by_others_while_the_form_is_open_are_not_overwritten(
    staff: TestClient, city: City, rina: str
) -> None:
    opened = form_data(staff.get(f"{rina}/ubah").text)
    later = city.session("UMKM-2025-2", MORNING + timedelta(days=7))
    told = f"Rina Melati;{NIK};Lamaru;12;081200000101;hadir;rina@contoh.id"
    city.import_sheet(later, sheet(f"{HEADER};Email", told))

    page = staff.post(f"{rina}/ubah", data=opened | {"organization": "Warung Contoh"})

    assert page.status_code == 409
    assert "Others have changed this meanwhile." in page.text
    theirs = {"Kelurahan": "Lamaru", "E-mail": "rina@contoh.id"}
    assert changes_by_others(page.text) == theirs | {"Institution or business": "–"}
    assert form_data(page.text)["organization"] == "Warung Contoh"
    assert (person(city).email, person(city).organization) == ("rina@contoh.id", None)

    again = form_data(page.text) | {"kelurahan": LAMARU, "email": "rina@contoh.id"}
    assert staff.post(f"{rina}/ubah", data=again).status_code == 303
    assert (person(city).email, person(city).organization) == ("rina@contoh.id", "Warung Contoh")
    assert staff.post(f"{rina}/ubah", data=again).status_code == 303  # a second click changes nothing


def test_a_phone_saved_by_others_meanwhile_is_not_replaced_unseen(
    staff: TestClient, rina_and_tuti: City
) -> None:
    city = rina_and_tuti
    address = f"/peserta/{city.all(Participant)[1].id}/ubah"
    opened = form_data(staff.get(address).text)
    later = city.session("UMKM-2025-2", MORNING + timedelta(days=7))
    city.import_sheet(later, sheet(HEADER, f"Tuti Kenanga;{OTHER_NIK};Lamaru;;081200000202;hadir"))

    page = staff.post(address, data=opened | {"phone": "0812 0000 0303"})

    assert page.status_code == 409
    assert changes_by_others(page.text) == {"Telephone": "0812••••202"}
    assert city.all(Participant)[1].phone == "+6281200000202"


def test_a_sheet_of_an_earlier_session_does_not_undo_the_correction(
    staff: TestClient, city: City, rina: str
) -> None:
    staff.post(f"{rina}/ubah", data=AS_KNOWN | {"kelurahan": LAMARU, "rt": ""})

    later = city.session("UMKM-2025-2", MORNING + timedelta(days=7))
    city.import_sheet(later, sheet(HEADER, f"Rina Melati;{NIK};Manggar;12;;hadir"))

    assert person(city).kelurahan_code == LAMARU
    assert city.all(Registration)[-1].kelurahan_code == MANGGAR


def test_a_place_outside_the_city_is_saved(staff: TestClient, city: City, rina: str) -> None:
    typed = AS_KNOWN | {"kelurahan": "outside", "outside_place": "Samarinda", "rt": ""}
    staff.post(f"{rina}/ubah", data=typed)

    assert (person(city).kelurahan_code, person(city).outside_place) == (None, "Samarinda")
    assert 'value="Samarinda"' in staff.get(f"{rina}/ubah").text


def test_viewers_and_other_organizations_can_not_correct_a_participant(
    stranger: TestClient, viewer: TestClient, city: City, rina: str
) -> None:
    before = person(city)
    for browser, status in ((stranger, 404), (viewer, 403)):
        assert browser.get(f"{rina}/ubah").status_code == status
        assert browser.post(f"{rina}/ubah", data=AS_KNOWN | {"name": "Lain"}).status_code == status
        assert browser.get(f"{rina}/kelompok").status_code == status
    assert person(city) == before


def test_memberships_are_added_ended_and_removed(staff: TestClient, rina: str) -> None:
    groups = f"{rina}/kelompok"
    given = {"target_group": "rt", "position": "Ketua RT 12", "valid_from": "2024-01-01"}
    page = staff.post(groups, data=given | {"valid_to": "20255-12-31"})
    assert error(page.text, "valid_to").startswith("This is not a date.")
    assert 'value="Ketua RT 12"' in page.text
    assert staff.post(groups, data=given).headers["location"] == groups
    assert "Ketua RT 12" in staff.get(rina).text

    again = staff.post(groups, data=given)
    assert again.status_code == 422
    assert "from 01-01-2024 on" in error(again.text, "target_group")
    assert 'value="01-01-2024"' in again.text

    assert "before the first" in error(
        staff.post(f"{groups}/1", data={"valid_to": "2023-12-31"}).text, "valid_to"
    )
    assert error(staff.post(f"{groups}/1", data={"valid_to": "20255-12-31"}).text, "valid_to")
    assert staff.post(f"{groups}/1", data={"valid_to": "2025-12-31"}).status_code == 303
    assert "31-12-2025" in staff.get(rina).text
    assert staff.post(f"{groups}/1/hapus").status_code == 303
    assert "Ketua RT 12" not in staff.get(rina).text


def error(page: str, field: str) -> str:
    """Return the error at a field, or ""."""
    found = re.search(rf'<small class="error" id="{field}-error">(.*?)</small>', page)
    return found[1] if found else ""
