"""Target groups: named in both languages, ordered for reports, and known to sheets by words."""

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


def order(city: City) -> list[str]:
    return [one.code for one in sorted(city.all(TargetGroup), key=lambda group: group.position)]


def test_a_new_group_is_known_everywhere(admin: TestClient, city: City) -> None:
    assert admin.post(f"{GROUPS}/baru", data=TEACHERS).headers["location"] == GROUPS

    assert order(city) == ["umkm", "guru", "rt", "tokoh", "komunitas", "umum"]
    assert "Teachers" in admin.get("/kegiatan/baru").text
    assert "Teachers" in admin.get("/cakupan").text
    made = city.upload(
        city.session(groups=("guru",)),
        sheet(
            "Nama;Kelurahan;Unsur;Kehadiran",
            "Ani;Manggar;Kepala sekolah;hadir",
            "Budi;Lamaru;WALI KELAS;hadir",
        ),
    )
    assert [row.result["values"]["target_group"] for row in city.rows(made.id).values()] == ["guru", "guru"]


def test_a_group_is_renamed_and_moved_and_its_words_are_those_given(admin: TestClient, city: City) -> None:
    page = admin.get(f"{GROUPS}/umum").text
    assert "masyarakat umum" in page

    given = {"label_id": "Masyarakat umum", "label_en": "Everyone", "synonyms": "warga", "position": "1"}
    admin.post(f"{GROUPS}/umum", data=given)

    assert order(city) == ["umum", "umkm", "rt", "tokoh", "komunitas"]
    words = [one.synonym for one in city.all(TargetGroupSynonym) if one.target_group_code == "umum"]
    assert words == ["warga"]
    admin.post(f"{GROUPS}/umum", data=given | {"position": ""})
    assert order(city)[0] == "umum"


@on_sqlite
@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("code", "rt", "There is a target group with this code already."),
        ("code", "Guru SD", "Use small letters"),
        ("label_id", " ", "A name is needed"),
        ("label_en", "RT officials", "Another group has this name."),
        ("label_id", "pengurus RT", "Another group has this name."),
        ("synonyms", "guru\npak rt", "These words name another group: pak rt"),
    ],
)
def test_no_word_names_two_groups_and_what_is_wrong_is_said_beside_it(
    admin: TestClient, city: City, field: str, typed: str, sentence: str
) -> None:
    page = admin.post(f"{GROUPS}/baru", data=TEACHERS | {field: typed})
    empty = admin.post(f"{GROUPS}/baru", data={})

    assert re.findall(r'id="(\w+)-error"', empty.text) == ["label_id", "label_en", "code"]
    assert page.status_code in {409, 422}
    found = re.search(rf'id="{field}-error">(.*?)</small>', page.text)
    assert found is not None
    assert sentence in found[1]
    assert "Kepala Sekolah" in page.text or field == "synonyms"
    assert len(order(city)) == 5
