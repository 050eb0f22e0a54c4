"""One answer for all rows that ask the same."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.database import reading
from app.models import Registration
from tests.pages.imports.sheets import figures, kind_of, listed, row_text, saved, uploaded

pytestmark = pytest.mark.usefixtures("workshop_session")

HTMX = {"hx-request": "true"}
SARI = ("Gunung Sari", "GUNUNG  SARI", "Gunung Sari")
UNCLEAR = listed(
    *((n, f"Peserta {name}", None, SARI[n], "UMKM", None, "hadir") for n, name in enumerate(("A", "B", "C"))),
    (4, "Peserta D", None, "Antah Berantah", "UMKM", None, "hadir"),
)
WITHOUT_GROUP = listed(
    *((n, f"Peserta {name}", None, "Manggar", None, None, "hadir") for n, name in enumerate(("A", "B", "C"))),
    (4, "Peserta D", None, "Manggar", "UMKM", None, "hadir"),
)


def test_a_choice_applies_to_all_rows_with_the_same_text(staff: TestClient, engine: Engine) -> None:
    address = uploaded(staff, UNCLEAR)
    assert "the same for all 3 rows like this" in row_text(staff.get(address), 2)
    assert "rows like this" not in row_text(staff.get(address), 5)

    answer = staff.post(f"{address}/baris/3", data={"choice": "kelurahan:64.71.04.1005", "alike": "true"})

    assert answer.headers["location"] == f"{address}#daftar"
    page = staff.get(address)
    assert "3 rows changed: 2, 3, 4." in page.text
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))  # what htmx puts in its place would go to the first of two
    assert figures(page) == {"all": "4", "error": "1", "create": "3"}
    staff.post(f"{address}/simpan", data={"only_valid": "true"})
    with reading(engine) as db:
        assert db.scalars(select(Registration.kelurahan_code)).all() == ["64.71.04.1005"] * 3


def test_a_correction_applies_to_all_rows_with_the_same_text(staff: TestClient) -> None:
    address = uploaded(staff, UNCLEAR)
    staff.post(f"{address}/baris/4", data={"kelurahan": "Damai", "alike": "true"})
    page = staff.get(address)
    assert [kind_of(page, number) for number in (2, 3, 4, 5)] == ["create", "create", "create", "error"]


def test_htmx_reloads_the_page_after_an_answer_for_many_rows(staff: TestClient) -> None:
    address = uploaded(staff, UNCLEAR)
    data = {"kelurahan": "Damai", "alike": "true"}
    assert staff.post(f"{address}/baris/4", data=data, headers=HTMX).headers["hx-refresh"] == "true"
    assert figures(staff.get(address))["create"] == "3"


def test_the_page_is_reloaded_if_another_commit_changed_many_rows(
    staff: TestClient,
) -> None:
    names = listed(*((n, f"Peserta {n:x}", None, "Manggar", "UMKM", None, "hadir") for n in range(100, 160)))
    address = uploaded(staff, names)
    saved(staff, names)
    answer = staff.post(f"{address}/baris/2", data={"rt": "12"}, headers=HTMX)
    assert answer.headers["hx-refresh"] == "true"
    assert "60 rows changed: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …." in staff.get(address).text


def test_a_question_about_the_person_has_no_answer_for_all_rows(staff: TestClient) -> None:
    namesakes = [(n, "Rina Melati", None, "Manggar", "UMKM", None, "hadir") for n in range(3)]
    address = uploaded(staff, listed(*namesakes))
    assert "rows like this" not in staff.get(address).text
    answer = staff.post(f"{address}/baris/3", data={"choice": "person:new", "alike": "true"})
    assert answer.status_code == 422
    assert kind_of(staff.get(address), 3) == "review"


def test_target_groups_are_offered_by_name(staff: TestClient) -> None:
    wondrous = (2, "Peserta B", None, "Manggar", "Astronaut", None, "hadir")
    page = staff.get(
        uploaded(staff, listed((1, "Peserta A", None, "Manggar", None, None, "hadir"), wondrous))
    )
    for number in (2, 3):
        assert "Small businesses RT officials" in row_text(page, number)
        assert "umkm" not in row_text(page, number)


def test_a_target_group_missing_in_most_rows_is_asked_once(staff: TestClient) -> None:
    address = uploaded(staff, WITHOUT_GROUP)
    page = staff.get(address)
    assert "3 of 4 rows have no target group." in page.text
    offered = re.findall(r'name="target_group" value="(\w+)"', page.text.partition('id="jenis"')[0])
    assert offered == ["umkm", "rt"]
    assert "No target group is given" not in row_text(page, 2)

    answer = staff.post(f"{address}/kelompok", data={"target_group": "rt"})

    assert answer.headers["location"] == address
    page = staff.get(address)
    assert figures(page) == {"all": "4", "create": "4"}
    assert "RT officials" in row_text(page, 2)
    assert "Small businesses" in row_text(page, 5)
    assert "have no target group" not in page.text


def test_a_kelurahan_written_once_for_several_people_can_be_taken_from_the_row_above(
    staff: TestClient,
) -> None:
    """The answer to what a block's kelurahan means holds for its other rows too."""
    blocks = ("Manggar", None, None, "Gunung Sari", None)
    people = [
        (n, f"Peserta {'ABCDE'[n]}", None, place, "UMKM", None, "hadir") for n, place in enumerate(blocks)
    ]
    address = uploaded(staff, listed(*people))
    page = staff.get(address)
    assert "3 of 5 rows have no kelurahan." in page.text

    answer = staff.post(f"{address}/kelurahan-kosong", data={"kelurahan": "above"})

    assert answer.headers["location"] == address
    page = staff.get(address)
    assert figures(page) == {"all": "5", "create": "3", "review": "2"}
    assert "Manggar" in row_text(page, 4)
    assert "have no kelurahan" not in page.text
    ulu = {"choice": "kelurahan:64.71.04.1001", "alike": "true"}
    staff.post(f"{address}/baris/5", data=ulu)
    page = staff.get(address)
    assert figures(page) == {"all": "5", "create": "5"}
    assert "Gunung Sari Ulu" in row_text(page, 6)
    assert '<option value="above" selected>' in staff.get(f"{address}/pemetaan").text


def test_a_list_without_any_kelurahan_does_not_offer_the_row_above(staff: TestClient) -> None:
    people = [(n, f"Peserta {'ABC'[n]}", None, None, "UMKM", None, "hadir") for n in range(3)]
    assert "have no kelurahan" not in staff.get(uploaded(staff, listed(*people))).text


def test_a_target_group_missing_in_few_rows_is_asked_in_each(staff: TestClient) -> None:
    groups = ("UMKM", "UMKM", None, None)
    people = [(n, f"Peserta {'ABCD'[n]}", None, "Manggar", groups[n], None, "hadir") for n in range(4)]
    page = staff.get(uploaded(staff, listed(*people)))
    assert "have no target group" not in page.text
    assert "the same for all 2 rows like this" in row_text(page, 4)


def test_an_unknown_target_group_is_refused(staff: TestClient) -> None:
    address = uploaded(staff, WITHOUT_GROUP)
    assert staff.post(f"{address}/kelompok", data={"target_group": "astronaut"}).status_code == 422
    assert "3 of 4 rows have no target group." in staff.get(address).text
