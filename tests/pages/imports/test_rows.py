"""One row of a sheet: its form, and the way to the row that needs attention next."""

import re

import pytest
from fastapi.testclient import TestClient

from app.models import WorkshopSession
from tests.pages.filled_forms import changes_by_others, form_data
from tests.pages.imports.sheets import MIXED, RINA, TUTI, listed, row_text, saved, uploaded
from tests.spreadsheets.examples import workbook

pytestmark = [
    pytest.mark.usefixtures("workshop_session"),
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

HTMX = {"hx-request": "true"}


def options(form: str, field: str) -> dict[str, str]:
    """What a cell may become, by value; the first is as it stands."""
    select = form.partition(f'name="{field}"')[2].partition("</select>")[0]
    return dict(re.findall(r'<option value="([^"]*)"[^>]*>\s*(.*?)\s*</option>', select))


def test_cells_with_few_possible_values_have_a_select(staff: TestClient) -> None:
    form = staff.get(f"{uploaded(staff, MIXED)}/baris/3").text
    assert list(options(form, "attendance").items()) == [
        ("hadir", "Present (on the sheet: hadir)"),
        ("tidak", "Absent"),
        ("izin", "Excused"),
        ("", "empty"),
    ]
    assert options(form, "target_group")["rt"] == "RT officials"
    places = options(form, "kelurahan")
    assert list(places)[:2] == ["Gunung Sari", "Luar kota"]
    assert places["Gunung Sari"] == "on the sheet: Gunung Sari"


def test_kelurahan_are_grouped_by_kecamatan_and_sorted_by_name(staff: TestClient) -> None:
    form = staff.get(f"{uploaded(staff, MIXED)}/baris/3").text
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', form, re.DOTALL)
    names = [re.findall(r">([^<]+)</option>", inside) for _, inside in groups]
    assert [kecamatan for kecamatan, _ in groups] == sorted(kecamatan for kecamatan, _ in groups)
    assert all(inside == sorted(inside) for inside in names)
    assert sum(map(len, names)) == 34


def test_corrections_by_others_while_a_form_is_open_are_kept(
    staff: TestClient, organizer: TestClient
) -> None:
    address = f"{uploaded(staff, MIXED)}/baris/3"
    opened = form_data(staff.get(address).text)
    organizer.post(address, data=form_data(organizer.get(address).text) | {"kelurahan": "Damai"})

    staff.post(address, data=opened | {"name": "Tuti Kenangan"})

    assert form_data(staff.get(address).text)["kelurahan"] == "Damai"
    assert form_data(staff.get(address).text)["name"] == "Tuti Kenangan"


def test_a_cell_that_others_correct_while_a_form_is_open_is_not_overwritten_unseen(
    staff: TestClient, organizer: TestClient
) -> None:
    address = f"{uploaded(staff, MIXED)}/baris/3"
    opened = form_data(staff.get(address).text)
    theirs = {"name": "Tuti Bakung", "kelurahan": "Lamaru"}
    organizer.post(address, data=form_data(organizer.get(address).text) | theirs)

    mine = {"name": "Tuti Kenangan", "kelurahan": "Damai"}
    refused = staff.post(address, data=opened | mine)

    assert refused.status_code == 409
    assert "Others have changed this meanwhile." in refused.text
    assert changes_by_others(refused.text) == {"Name": "Tuti Bakung", "Kelurahan": "Lamaru"}
    again = form_data(refused.text)
    assert {field: again[field] for field in mine} == mine
    assert form_data(staff.get(address).text)["name"] == "Tuti Bakung"
    assert staff.post(address, data=again).status_code == 303
    assert form_data(staff.get(address).text)["name"] == "Tuti Kenangan"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_answer_that_others_gave_meanwhile_is_not_overwritten_unseen(
    staff: TestClient, organizer: TestClient, headers: dict[str, str]
) -> None:
    address = uploaded(staff, MIXED)
    ulu, mekar = ({"choice": f"kelurahan:{code}"} for code in ("64.71.04.1001", "64.71.04.1005"))
    asked = {"seen": seen_in(staff.get(address).text, 3)}
    staff.post(f"{address}/baris/3", data=ulu | asked)
    staff.post(f"{address}/baris/3", data=ulu | asked)  # pressed twice
    assert "Others have" not in staff.get(address).text

    answer = organizer.post(f"{address}/baris/3", data=mekar | asked, headers=headers)

    page = answer if headers else organizer.get(address)
    assert "Other users have answered row 3 meanwhile." in page.text
    assert "Gunung Sari Ulu" in row_text(page, 3)
    organizer.post(f"{address}/baris/3", data=mekar | {"seen": seen_in(page.text, 3)})
    assert "Mekar Sari" in row_text(organizer.get(address), 3)


def test_a_kelurahan_that_others_chose_by_a_button_is_not_overwritten_unseen_by_a_form(
    staff: TestClient, organizer: TestClient
) -> None:
    address = uploaded(staff, MIXED)
    opened = form_data(staff.get(f"{address}/baris/3").text)
    organizer.post(f"{address}/baris/3", data={"choice": "kelurahan:64.71.04.1001"})

    refused = staff.post(f"{address}/baris/3", data=opened | {"kelurahan": "Damai"})

    assert changes_by_others(refused.text) == {"Kelurahan": "Gunung Sari Ulu"}
    staff.post(f"{address}/baris/3", data=form_data(refused.text))
    assert "Damai" in row_text(staff.get(address), 3)


def seen_in(page: str, number: int) -> str:
    """What the buttons of a row were offered for."""
    row = page.partition(f'id="baris-{number}"')[2]
    return row.partition('name="seen" value="')[2].partition('"')[0]


def test_an_impossible_row_number_is_refused(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    assert staff.get(f"{address}/baris/999").status_code == 404
    assert staff.get(f"{address}/baris/{10**20}").status_code == 422


def test_cells_that_cannot_be_parsed_are_shown(staff: TestClient) -> None:
    header = ("Nama", "JK", "Kelurahan", "Kategori", "Kehadiran")
    form = staff.get(
        f"{uploaded(staff, workbook(header, ('Rina Melati', 'zz', 'Manggar', 'pelaut', 'x')))}/baris/2"
    ).text
    said = {
        field: next(iter(options(form, field).items())) for field in ("sex", "target_group", "attendance")
    }
    assert said == {
        "sex": ("zz", "on the sheet: zz"),
        "target_group": ("pelaut", "on the sheet: pelaut"),
        "attendance": ("x", "on the sheet: x"),
    }
    assert "“zz” is neither L nor P." in form


def test_unchanged_cells_are_not_corrected(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    form = staff.get(f"{address}/baris/2").text
    texts = dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', form))
    chosen = {
        field: next(iter(options(form, field))) for field in ("kelurahan", "target_group", "attendance")
    }
    staff.post(f"{address}/baris/2", data={**texts, **chosen})
    assert "corrected" not in row_text(staff.get(address), 2)


def test_links_lead_from_row_to_row_and_then_to_saving(staff: TestClient) -> None:
    address = uploaded(staff, MIXED)
    assert '<a href="#baris-3">Next: row 3</a>' in staff.get(address).text
    filtered = staff.get(f"{address}?kind=review").text
    assert f'<a href="{address}?kind=attention&amp;after=2#baris-3">' in filtered

    skip = {"choice": "skip"}
    assert (
        '<a href="#baris-4">Next: row 4</a>' in staff.post(f"{address}/baris/3", data=skip, headers=HTMX).text
    )
    assert '<a href="#simpan">' in staff.post(f"{address}/baris/4", data=skip, headers=HTMX).text


def test_a_link_leads_to_the_next_row_on_another_page(staff: TestClient) -> None:
    people = [(n, f"Orang {n:03}", None, "Manggar", "UMKM", None, "hadir") for n in range(60)]
    address = uploaded(staff, listed(*people, TUTI))
    assert f'<a href="{address}?after=61#baris-62">Next: row 62</a>' in staff.get(address).text
    assert '<a href="#baris-62">Next: row 62</a>' in staff.get(f"{address}?after=30").text


def test_no_row_of_an_undone_import_is_called_added(staff: TestClient) -> None:
    address = saved(staff, listed(RINA))
    staff.post(f"{address}/batalkan")
    page = staff.get(address)
    assert "addition undone" in row_text(page, 2)
    assert "<span>addition undone</span>" in page.text


def test_a_row_of_the_list_beside_the_first_is_named_by_its_row_and_list(
    staff: TestClient, workshop_session: WorkshopSession
) -> None:
    lists = [("No", "Nama", "Kelurahan", None, "No", "Nama", "Kelurahan")]
    people = [(1, "Rina Melati", "Manggar", None, 3, "Maya Kenanga", "Damai")]
    people += [(2, "Budi Kamboja", "Lamaru", None, 4, "Tuti Seruni", "Antah")]
    address = uploaded(staff, workbook(*lists, *people))

    page = staff.get(address)

    assert row_text(page, 2_000_002).startswith("2 (list 2) Maya Kenanga")
    assert "Row 3 (list 2)" in staff.get(f"{address}/baris/2000003").text
    assert "Correct row 3 (list 2)" in page.text
    assert ">2000002<" not in page.text
