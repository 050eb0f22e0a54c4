"""What stands beside a row so that it can be decided: what was understood, what is known, and why it is asked."""

import pytest
from fastapi.testclient import TestClient

from tests.pages.imports.sheets import row_text, saved, uploaded
from tests.spreadsheets.examples import workbook

pytestmark = pytest.mark.usefixtures("workshop_session")

HEADER = ("Nama", "NIK", "Kelurahan", "RT", "Kategori", "HP", "Email", "JK", "Tgl Lahir", "Kehadiran")
RINA = (
    "Rina Melati",
    "6471054408900002",
    "Manggar",
    "3",
    "UMKM",
    "081200000101",
    "rina@contoh.id",
    "P",
    "04-08-1990",
    "hadir",
)


def listed(*people: tuple[str | None, ...]) -> bytes:
    return workbook(HEADER, *people)


def test_known_details_are_shown_where_the_sheet_differs(staff: TestClient) -> None:
    saved(staff, listed(RINA))
    other = (*RINA[:3], "4", "UMKM", "081300000202", "r.melati@contoh.id", "L", "05-08-1990", "hadir")
    page = staff.get(uploaded(staff, listed(other)))

    said = row_text(page, 2)
    for known in ("RT 3", "0812••••101", "r••••@contoh.id", "P", "04-08-1990"):
        assert f"Known: {known}" in said
    assert "081200000101" not in page.text
    assert " rina@contoh.id" not in page.text


def test_a_different_nik_shows_its_last_digits(staff: TestClient) -> None:
    saved(staff, listed(RINA))
    page = staff.get(uploaded(staff, listed((RINA[0], "6471055506890003", *RINA[2:8], None, "hadir"))))

    assert "Known: ••••••••••••0002" in row_text(page, 2)


def test_the_form_of_a_row_shows_known_details(staff: TestClient) -> None:
    saved(staff, listed(RINA))
    address = uploaded(staff, listed((*RINA[:7], "L", *RINA[8:])))

    assert "Known: P" in staff.get(f"{address}/baris/2").text


def of(**cells: str | None) -> tuple[str | None, ...]:
    """Rina with other cells, named by their headings."""
    return tuple(
        cells.get(heading.replace(" ", "_"), cell) for heading, cell in zip(HEADER, RINA, strict=True)
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"RT": "RT. 003"}, ["RT 3"]),
        ({"RT": "12/02"}, ["RT 12", "on the sheet: 12/02"]),
        ({"HP": "0812-0000-0101"}, ["Telephone 0812••••101"]),
        (
            {"HP": "081200000101 / 081300000202"},
            ["Telephone 0812••••101", "on the sheet: 081200000101 / 081300000202"],
        ),
        ({"Tgl_Lahir": "4/8/1990"}, ["Date of birth 04-08-1990"]),
        ({"Tgl_Lahir": "4/8/90"}, ["Date of birth 04-08-1990", "on the sheet: 4/8/90"]),
        ({"Tgl_Lahir": "1990-08-04"}, ["Date of birth 04-08-1990", "on the sheet: 1990-08-04"]),
        ({"Tgl_Lahir": "4 Agustus 1990"}, ["Date of birth 04-08-1990"]),
    ],
)
def test_parsed_values_are_shown_with_the_text_where_they_differ(
    staff: TestClient, cells: dict[str, str], said: list[str]
) -> None:
    found = row_text(staff.get(uploaded(staff, listed(of(Kehadiran=None, **cells)))), 2)

    assert all(text in found for text in said)
    assert found.count("on the sheet") == len(said) - 1


def test_values_that_cannot_be_parsed_are_shown_as_written(staff: TestClient) -> None:
    found = row_text(staff.get(uploaded(staff, listed(of(HP="tidak punya", Tgl_Lahir="31/31/1990")))), 2)

    assert "Telephone tidak punya" in found
    assert "Date of birth 31/31/1990" in found


def test_an_rt_in_a_position_is_shown(staff: TestClient) -> None:
    content = workbook(
        ("Nama", "Kelurahan", "Kategori", "Jabatan"), ("Rina Melati", "Manggar", "RT", "Ketua RT 12")
    )

    assert "RT 12" in row_text(staff.get(uploaded(staff, content)), 2).partition("Ketua")[0]


def test_a_known_person_of_an_earlier_row_is_offered_once(staff: TestClient) -> None:
    saved(staff, listed(of(RT=None)))
    page = staff.get(uploaded(staff, listed(RINA, of(NIK=None, HP=None, Email=None, RT="4", Tgl_Lahir=None))))

    said = row_text(page, 3)
    assert "name and place are the same, but this differs: RT" in said
    assert "Rina Melati, Manggar, 0812••••101, since 05-08-2025 (row 2)" in said
    assert "The person of row 2" not in said


def test_a_person_is_not_called_new_while_the_row_is_unclear(staff: TestClient) -> None:
    saved(staff, listed(RINA))
    plain = dict.fromkeys(("NIK", "RT", "HP", "Email", "JK", "Tgl_Lahir"))
    address = uploaded(staff, listed(of(**plain, Kelurahan="Gunung Sari"), of(**plain, Kehadiran="x")))
    page = staff.get(address)
    assert "not clear yet" in row_text(page, 2)
    assert "new person" not in row_text(page, 2)
    assert "known from this session" in row_text(page, 3)

    staff.post(f"{address}/baris/2", data={"choice": "kelurahan:64.71.04.1005"})
    assert "new person" in row_text(staff.get(address), 2)
    staff.post(f"{address}/baris/2", data={"choice": "take-back"})
    staff.post(f"{address}/baris/2", data={"choice": "person:new"})
    decided = row_text(staff.get(address), 2)
    assert "new person" in decided
    assert "not clear yet" not in decided


def test_a_row_left_out_says_nothing_about_the_person(staff: TestClient) -> None:
    address = saved(staff, listed(of(Kelurahan="Gunung Sari")), {"only_valid": "true"})

    said = row_text(staff.get(address), 2)
    assert "new person" not in said
    assert "not clear yet" not in said
