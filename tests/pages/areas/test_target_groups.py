"""Pages of target groups: labels, order in reports, and the words that sheets use."""

import re

import pytest
from fastapi.testclient import TestClient

from app.models import TargetGroup, TargetGroupSynonym
from tests.city import City, sheet
from tests.database import on_sqlite

GROUPS = "/administrasi/kelompok"
TEACHERS = {
    "code": "guru",
    "label_id": "Guru",
    "label_en": "Teachers",
    "synonyms": "Kepala Sekolah\n\nwali  kelas",
    "position": "2",
}


def list_codes(city: City) -> list[str]:
    return [one.code for one in sorted(city.all(TargetGroup), key=lambda group: group.position)]


def test_a_new_group_appears_in_forms_reports_and_sheets(admin: TestClient, city: City) -> None:
    assert admin.post(f"{GROUPS}/baru", data=TEACHERS).headers["location"] == GROUPS

    assert list_codes(city) == ["umkm", "guru", "rt", "tokoh", "komunitas", "umum"]
    assert "Teachers" in admin.get("/kegiatan/baru").text
    assert "Teachers" in admin.get("/cakupan").text
    attendance_import = city.upload(
        city.session(groups=("guru",)),
        sheet(
            "Nama;Kelurahan;Unsur;Kehadiran",
            "Ani;Manggar;Kepala sekolah;hadir",
            "Budi;Lamaru;WALI KELAS;hadir",
        ),
    )
    assert [row.result["values"]["target_group"] for row in city.rows(attendance_import.id).values()] == [
        "guru",
        "guru",
    ]


def test_a_group_gets_new_labels_synonyms_and_position(admin: TestClient, city: City) -> None:
    page = admin.get(f"{GROUPS}/umum").text
    assert "masyarakat umum" in page

    fields = {"label_id": "Masyarakat umum", "label_en": "Everyone", "synonyms": "warga", "position": "1"}
    admin.post(f"{GROUPS}/umum", data=fields)

    assert list_codes(city) == ["umum", "umkm", "rt", "tokoh", "komunitas"]
    words = [one.synonym for one in city.all(TargetGroupSynonym) if one.target_group_code == "umum"]
    assert words == ["warga"]
    admin.post(f"{GROUPS}/umum", data=fields | {"position": ""})
    assert list_codes(city)[0] == "umum"


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", "rt", "There is a target group with this code already."),
        ("code", "Guru SD", "Use small letters"),
        ("label_id", " ", "A name is needed"),
        ("label_en", "RT officials", "Another group has this name."),
        ("label_id", "pengurus RT", "Another group has this name."),
        ("synonyms", "guru\npak rt", "These words name another group: pak rt"),
    ],
)
def test_errors_of_a_group_stand_beside_their_fields(
    admin: TestClient, city: City, field: str, value: str, message: str
) -> None:
    page = admin.post(f"{GROUPS}/baru", data=TEACHERS | {field: value})
    empty = admin.post(f"{GROUPS}/baru", data={})

    assert re.findall(r'id="(\w+)-error"', empty.text) == ["label_id", "label_en", "code"]
    assert page.status_code in {409, 422}
    found = re.search(rf'id="{field}-error">(.*?)</small>', page.text)
    assert found is not None
    assert message in found[1]
    assert "Kepala Sekolah" in page.text or field == "synonyms"
    assert len(list_codes(city)) == 5
