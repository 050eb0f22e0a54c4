"""Targets of a year: typed into a grid, copied from another year, uploaded as a table, downloaded."""

import re
from collections.abc import Mapping
from datetime import date

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.database import reading, writing
from app.models import Area, CoverageTarget
from app.queries.coverage.targets import newest_change
from app.services.coverage.targets import set_targets
from app.spreadsheets.formats.failures import MAX_HEADER_COLUMNS
from app.spreadsheets.plain_tables import MAX_TARGETS
from app.spreadsheets.target_grid import TargetCell
from tests.city import LAMARU, MANGGAR, City
from tests.database import on_sqlite
from tests.files.writers import csv_file, xlsx

FOR_ALL = {"*": "2", "*/umkm": "5"}


def seen(page: Response) -> str:
    match = re.search(r'name="seen" value="(\d+)"', page.text)
    assert match is not None
    return match[1]


def cells(page: Response) -> dict[str, str]:
    """What stands in each field of the grid."""
    return dict(re.findall(r'<input name="([\d.*][\w.*/-]*)" value="([^"]*)"', page.text))


def saved(browser: TestClient, typed: Mapping[str, str], *, year: int = 2025) -> Response:
    """The grid as a browser without scripts sends it: every field, with these typed into it."""
    page = browser.get(f"/target/{year}")
    return browser.post(f"/target/{year}", data={"seen": seen(page), **cells(page), **typed})


def uploaded(browser: TestClient, content: bytes, name: str = "target.csv") -> Response:
    return browser.post("/target/2025/unggah", files={"file": (name, content)})


def kept(city: City) -> dict[TargetCell, int]:
    targets = city.all(CoverageTarget)
    return {(line.kelurahan_code, line.target_group_code): line.target for line in targets}


def test_the_grid_is_typed_and_saved(viewer: TestClient, city: City) -> None:
    page = viewer.get("/target/2025")
    assert len(cells(page)) == 35 * 6

    assert saved(viewer, {**FOR_ALL, f"{MANGGAR}/umkm": "9"}).headers["location"] == "/target/2025"

    assert kept(city) == {(None, None): 2, (None, "umkm"): 5, (MANGGAR, "umkm"): 9}
    page = viewer.get("/target/2025")
    assert "The targets are saved: 3 cells changed." in page.text
    totals = re.findall(r"<output>([\d,]+)</output>", page.text.partition("<tfoot>")[2])
    assert totals == ["68", "174", "0", "0", "0", "0", "174"]
    assert f'name="{LAMARU}/umkm" value="" placeholder="5"' in page.text
    assert "Rina Dinas · cells changed: 3" in page.text
    assert re.search(r"<li>Manggar, [\w ]+: – → 9</li>", page.text)


@on_sqlite
def test_what_is_wrong_is_said_beside_its_cell_and_nothing_is_lost(viewer: TestClient, city: City) -> None:
    page = saved(viewer, {MANGGAR: "-3", f"{LAMARU}/rt": "dua", f"{LAMARU}/umkm": "4"})

    assert page.status_code == 422
    assert "Cells to be put right: 2." in page.text
    assert page.text.count('<span class="error">A whole number from 0 to 999,999, or nothing') == 2
    typed = cells(page)
    assert (typed[MANGGAR], typed[f"{LAMARU}/rt"], typed[f"{LAMARU}/umkm"]) == ("-3", "dua", "4")
    assert f'aria-describedby="about-{MANGGAR}"' in page.text
    assert kept(city) == {}


@on_sqlite
def test_who_saves_over_somebody_else_sees_it_first(
    viewer: TestClient, admin: TestClient, city: City
) -> None:
    before = viewer.get("/target/2025")
    saved(admin, {MANGGAR: "3"})

    page = viewer.post("/target/2025", data={"seen": seen(before), **cells(before), MANGGAR: "8"})

    assert (page.status_code, cells(page)[MANGGAR]) == (409, "8")
    assert "now: 3" in page.text
    assert kept(city) == {(MANGGAR, None): 3}
    assert viewer.post("/target/2025", data={"seen": seen(page), **cells(page)}).status_code == 303
    assert kept(city) == {(MANGGAR, None): 8}


@on_sqlite
def test_last_year_is_copied_and_looked_at_before_it_is_saved(viewer: TestClient, city: City) -> None:
    saved(viewer, {**FOR_ALL, MANGGAR: "7"}, year=2024)

    page = viewer.get("/target/2025?salin=2024")

    assert "Cells that would change: 3." in page.text
    assert len(kept(city)) == 3
    viewer.post("/target/2025", data={"seen": seen(page), **cells(page)})
    assert [line.target for line in city.all(CoverageTarget) if line.year == 2025] == [2, 5, 7]


@on_sqlite
@pytest.mark.parametrize("language", ["id", "en"])
def test_what_is_downloaded_can_be_uploaded_again(viewer: TestClient, city: City, language: str) -> None:
    viewer.cookies["jangkau_language"] = language
    saved(viewer, {**FOR_ALL, MANGGAR: "7", f"{LAMARU}/tokoh": "0"})
    file = viewer.get("/target/2025.xlsx")
    assert "target-2025.xlsx" in file.headers["content-disposition"]
    before = kept(city)
    assert "differs" not in uploaded(viewer, file.content).text

    saved(viewer, dict.fromkeys(("*", "*/umkm", MANGGAR, f"{LAMARU}/tokoh"), ""))
    page = uploaded(viewer, file.content)

    assert page.text.count('class="number differs"') == 4
    assert kept(city) == {}
    viewer.post("/target/2025", data={"seen": seen(page), **cells(page)})
    assert kept(city) == before


@on_sqlite
def test_a_table_that_was_copied_is_read_like_a_file(viewer: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        set_targets(db, city.actor("rina"), 2025, {(LAMARU, None): "1", (LAMARU, "umkm"): "6"})
    pasted = "Kelurahan\tUMKM\tPengurus RT\r\nManggar\t3\tdua\r\nLamaru\t\t4\r\nEntah\t5\t6\r\n"

    page = viewer.post("/target/2025/unggah", data={"table": pasted})

    assert page.status_code == 422
    assert "Row 4, “Entah”, is no kelurahan of the city in that year and was left out (5 · 6)." in page.text
    typed = cells(page)
    assert (typed[f"{MANGGAR}/umkm"], typed[f"{MANGGAR}/rt"], typed[f"{LAMARU}/rt"]) == ("3", "dua", "4")
    assert (typed[LAMARU], typed[f"{LAMARU}/umkm"]) == ("1", "")
    assert "A whole number from 0 to 999,999" in page.text
    assert kept(city) == {(LAMARU, None): 1, (LAMARU, "umkm"): 6}


@on_sqlite
@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "The file is empty."),
        (b"Nama;UMKM\nManggar;3\n", 422, "among them “Kelurahan”"),
        (b"Kelurahan;Luas\nManggar;3\n", 422, "No column with targets was found."),
        (b"Kelurahan;UMKM\n", 422, "The table has headings but no targets."),
        (b"Kelurahan;UMKM\n" + b"Manggar;3\n" * (MAX_TARGETS + 1), 413, "more than 500 rows"),
        (
            csv_file(("Kelurahan", *("UMKM",) * MAX_HEADER_COLUMNS), ("Manggar", 1)),
            413,
            "more than 100 columns",
        ),
    ],
    ids=["empty", "no header", "no columns", "no rows", "too many rows", "too many columns"],
)
def test_a_table_that_cannot_be_read(viewer: TestClient, content: bytes, status: int, said: str) -> None:
    page = uploaded(viewer, content)

    assert (page.status_code, said in page.text, 'type="file"' in page.text) == (status, True, True)


@on_sqlite
def test_a_refused_table_stays_in_its_field(viewer: TestClient) -> None:
    page = viewer.post("/target/2025/unggah", data={"table": "Nama\tUMKM\nManggar\t3"})

    assert (page.status_code, "Nama\tUMKM\nManggar\t3" in page.text) == (422, True)


@on_sqlite
def test_a_form_with_neither_file_nor_table(viewer: TestClient) -> None:
    page = viewer.post("/target/2025/unggah", data={"table": " "})
    assert (page.status_code, "Choose a file first." in page.text) == (422, True)


@on_sqlite
@pytest.mark.parametrize("who", ["organizer", "staff"])
def test_only_dinas_kominfo_and_administrators_set_targets(
    who: str, city: City, request: pytest.FixtureRequest
) -> None:
    browser: TestClient = request.getfixturevalue(who)

    answers = [browser.get(f"/target/2025{path}") for path in ("", ".xlsx", "/unggah")]
    answers += [browser.post("/target/2025", data=FOR_ALL), uploaded(browser, xlsx(["Kelurahan", "UMKM"]))]

    assert {answer.status_code for answer in answers} == {403}
    with reading(city.engine) as db:
        assert newest_change(db, 2025) == 0


@on_sqlite
def test_years_that_no_report_is_about(viewer: TestClient) -> None:
    for path in ("/target/1999", "/target/2101", "/target/2000?salin=1999", "/target/dua"):
        assert viewer.get(path).status_code == 404, path


@on_sqlite
def test_a_kelurahan_that_closed_within_the_year_keeps_its_row_until_then(
    viewer: TestClient, city: City
) -> None:
    saved(viewer, {"*": "1", MANGGAR: "7"})
    with writing(city.engine) as db:
        db.get_one(Area, MANGGAR).valid_to = date(2025, 9, 30)

    page = viewer.get("/target/2025")
    assert (cells(page)[MANGGAR], MANGGAR in cells(viewer.get("/target/2026"))) == ("7", False)
    assert "Closed within the year, and in no sum: Manggar (until 30 Sep 2025)." in page.text
    assert "<output>33</output>" in page.text.partition("<tfoot>")[2]
    assert cells(uploaded(viewer, b"Kelurahan;Seluruhnya\nManggar;8\n"))[MANGGAR] == "8"

    with writing(city.engine) as db:
        old = db.get_one(Area, MANGGAR)
        again = old.model_dump() | {
            "code": "64.71.01.1099",
            "valid_from": date(2025, 10, 1),
            "valid_to": None,
        }
        db.add(Area(**again))
    by_name = cells(uploaded(viewer, b"Kelurahan;Seluruhnya\nManggar;9\n"))
    assert (by_name[MANGGAR], by_name["64.71.01.1099"]) == ("7", "9")
