"""A messy sheet from upload to figures, put right on the page: on desktop and phone, with and without scripts."""

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect
from sqlalchemy import Engine

from app.models import Participant, Sex
from app.people.values.names import name_key
from app.settings import Settings
from tests.browser.conftest import DESKTOP, PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as, skip_check, submit
from tests.city import City, sheet

MESSY_SHEET = Path("tests/samples/umkm-berantakan.xlsx")
GUNUNG_BAHAGIA = "64.71.05.1006"
ALIKE: FilePayload = {
    "name": "sama.csv",
    "mimeType": "text/csv",
    "buffer": sheet(
        "Nama;Kelurahan;Kehadiran", "Rina Melati;Gunung Sari;hadir", "Tuti Kenanga;Gunung Sari;hadir"
    ),
}

SITUATIONS = [
    pytest.param("sqlite", DESKTOP, True, id="desktop", marks=pytest.mark.soak),
    pytest.param("sqlite", PHONE, True, id="phone"),
    pytest.param("sqlite", DESKTOP, False, id="desktop-without-scripts"),
    pytest.param("sqlite", PHONE, False, id="phone-without-scripts", marks=pytest.mark.soak),
    pytest.param("postgresql", DESKTOP, True, id="desktop-postgresql", marks=pytest.mark.soak),
]


@pytest.fixture
def sari(engine: Engine, settings: Settings) -> City:
    """Sari, the organizer, has a session to upload to; somebody of the name in row 5 came to an earlier one."""
    city = City(engine, settings)
    city.session("UMKM-2025-1", datetime(2025, 9, 10, 8, 30))  # noqa: DTZ001 (a wall-clock time in WITA)
    city.session("UMKM-2024-1", datetime(2024, 9, 10, 8, 30))  # noqa: DTZ001
    namesake = Participant(
        name="Dedi Pratama Maulana",
        name_key=name_key("Dedi Pratama Maulana"),
        kelurahan_code=GUNUNG_BAHAGIA,
        sex=Sex.P,
    )
    city.register("UMKM-2024-1", namesake.name, GUNUNG_BAHAGIA, person=namesake)
    return city


@pytest.mark.parametrize(("database_kind", "width", "javascript"), SITUATIONS)
def test_every_row_is_put_right_on_the_page(
    page: Page,
    sari: City,
    width: int,
    javascript: bool,
    check_accessibility: PageCheck,
    screenshot: Screenshot,
) -> None:
    look_closely = check_accessibility if (javascript, width) == (True, PHONE) else skip_check
    log_in_as(page, sari, "sari")
    review = upload(page, MESSY_SHEET)
    assert kinds(page) == {
        "all": "15",
        "attention": "7",
        "review": "4",
        "error": "3",
        "create": "7",
        "duplicate": "1",
    }
    look_closely(page)
    screenshot(page, "review-walk-before", at="#baris-13")

    page.locator("#jenis .kind-attention a").click()
    expect(page.locator("tbody tr")).to_have_count(7)
    page.locator("#jenis .kind-all a").click()
    expect(page.locator("tbody tr")).to_have_count(15)

    answer(page, 5, "button[value='person:new']")
    answer(page, 13, "button:text-is('Gunung Sari Ilir')")
    row(page, 14).locator("select").select_option(
        label="Sepinggan"
    )  # kept while the link leads within the page
    answer(page, 14, "button:text-is('Pakai')")
    answer(page, 15, "button:text-is('Manggar')")
    look_no_further(page, 16)
    correct(page, 16, look_closely, kelurahan="Damai")
    answer(page, 17, "button[value=hadir]")
    answer(page, 19, "button[value=skip]", "skip")
    page.goto(review)
    correct(page, 8, skip_check, nik="6471025506840001")

    page.goto(review)
    expect(page.locator("#berita a")).to_have_attribute("href", "#simpan")
    assert kinds(page) == {"all": "15", "create": "13", "duplicate": "1", "skip": "1"}
    page.locator("#simpan button[type=submit]").click()
    expect(page.locator("#simpan form")).to_have_count(0)
    expect(row(page, 17)).to_have_class("kind-create")
    look_closely(page)
    screenshot(page, "review-walk-after", at="#simpan")

    page.locator("#simpan a[href='/sesi/UMKM-2025-1']").click()
    expect(page.locator(".session-figures")).to_be_visible()
    assert figures(page) == [
        "13",
        "11",
        "1",
        "1",
        "0",
    ]  # registered, present, absent, excused, without an outcome
    page.goto("/cakupan?workshop=UMKM-2025-1-W")
    assert figures(page)[:3] == ["11", "11", "13"]  # participants, attendances, registered

    page.goto("/peserta?search=Joko")
    page.locator("main table tbody a").click()
    page.locator("main a[href*='#baris-']").click()
    expect(page).to_have_url(f"{review}?after=16#baris-17")

    page.goto("/unggahan?sesi=UMKM-2025-1")
    page.locator(f"main a[href='{path(review)}/batalkan']").click()
    page.locator("main form button").click()
    expect(page.locator("#jenis .kind-create strong")).to_have_text("13")
    page.goto("/cakupan?workshop=UMKM-2025-1-W")
    assert figures(page)[:3] == ["0", "0", "0"]

    for answered in ("Gunung Sari Ulu", "Pakai"):
        upload(page, ALIKE)
        row(page, 3).locator("input[name=alike]").check()
        if answered == "Pakai":
            row(page, 3).locator("select").select_option(label="Sepinggan")
        row(page, 3).locator(f"button:text-is('{answered}')").click()
        expect(page.locator("#jenis .kind-create strong")).to_have_text("2")


def upload(page: Page, list_: Path | FilePayload) -> str:
    """Sends a sheet; returns the address of its review."""
    page.goto("/sesi/UMKM-2025-1/unggah")
    page.locator("input[name=file]").set_input_files(list_)
    submit(page)
    expect(page.locator("#jenis")).to_be_visible()
    return page.url


def row(page: Page, number: int) -> Locator:
    return page.locator(f"#baris-{number}")


def answer(page: Page, number: int, button: str, kind: str = "create") -> None:
    """Presses a button of the row that is offered as the next one; it becomes of this kind."""
    page.locator("#berita a", has_text=re.compile(rf"\b{number}$")).click()
    expect(page).to_have_url(re.compile(rf"#baris-{number}$"))
    row(page, number).locator(button).click()
    expect(row(page, number)).to_have_class(f"kind-{kind}")


def look_no_further(page: Page, number: int) -> None:
    """Opens the form of a row, types, and leaves it at that."""
    was = cells(page, number)
    row(page, number).get_by_role("link", name=f"Perbaiki baris {number}").click()
    page.locator("form.row-fields [name=name]").fill("Bukan ini")
    page.locator("form.row-fields button", has_text="Batal").click()
    expect(page.locator("form.row-fields")).to_have_count(0)
    assert cells(page, number) == was


def cells(page: Page, number: int) -> list[str]:
    """Return the texts of a row's cells, without its number."""
    return row(page, number).locator("th, td").all_inner_texts()[1:]


def correct(page: Page, number: int, look_closely: PageCheck, **values: str) -> None:
    """Opens the form of a row and fills it: within the list, or on a page of its own without scripts."""
    row(page, number).get_by_role("link", name=f"Perbaiki baris {number}").click()
    form = page.locator("form.row-fields")
    look_closely(page)
    for field, text in values.items():
        cell = form.locator(f"[name={field}]")
        if field == "kelurahan":
            cell.select_option(label=text)
        else:
            cell.fill(text)
    form.locator("button", has_text="Perbaiki").click()
    expect(row(page, number)).to_have_class("kind-create")


def kinds(page: Page) -> dict[str, str]:
    """What becomes of the rows, as the tiles say: kind → how many."""
    tiles = page.locator("#jenis .kind").all()
    return {
        (tile.get_attribute("class") or "").split("kind-")[1]: tile.locator("strong").inner_text()
        for tile in tiles
    }


def figures(page: Page) -> list[str]:
    return page.locator(".figure-value").all_inner_texts()


def path(address: str) -> str:
    return urlsplit(address).path
