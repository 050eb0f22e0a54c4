"""Signed paper: a list is printed, its pages are photographed with four walk-ins, and what they say is saved."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import Engine

from app.models import RosterPrint
from app.paper.layout import PageLayout, layout_from_json
from app.settings import Settings
from tests.browser.clicks import CountedPage
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as, submit
from tests.city import City
from tests.paper.handwriting import Picture
from tests.paper.photos import Condition, Photo, photograph
from tests.paper.sample_pages import render_pages

pytestmark = [pytest.mark.parametrize("database_kind", ["sqlite"]), pytest.mark.slow]

CODE = "SPBE-2025-1"
PEOPLE = 44
"""They fill two pages and begin a third."""
WALK_INS = ("Ayu Melati", "Bima Contoh", "Citra Kenanga", "Dodi Teratai")
ABSENT = {3, 8, 21, 30, 44}


def print_list(page: Page, city: City, session_code: str) -> list[tuple[Picture, PageLayout]]:
    """Print the attendance list of a session, and return picture and layout of each page."""
    page.goto(f"/sesi/{session_code}/kehadiran")
    with page.expect_download() as download:
        page.get_by_role("link", name="Daftar hadir untuk ditandatangani").click()
    pictures = render_pages(Path(download.value.path()).read_bytes())
    (roster_print,) = city.all(RosterPrint)
    layout = layout_from_json(roster_print.layout)
    return list(zip(pictures, layout.pages, strict=True))


def take_photos(pages: list[tuple[Picture, PageLayout]]) -> list[Photo]:
    """Return a photo of each page, signed by all but `ABSENT`, on the first page partly with a faint pencil.

    The walk-ins wrote into the first empty lines.
    """
    photos = []
    for seed, (picture, layout) in enumerate(pages, 11):
        blank = [line.number for line in layout.lines if not line.registration][: len(WALK_INS)]
        signed = {line.number for line in layout.lines if line.registration} - ABSENT | set(blank)
        faint: list[Condition] = ["pencil"] if seed == 11 else []
        photos.append(
            photograph(
                picture, layout, seed, signed=signed, written=blank, conditions=faint, longest_side=1600
            )
        )
    return photos


@pytest.fixture
def printed(engine: Engine, settings: Settings) -> City:
    city = City(engine, settings)
    code = city.session(CODE)
    for number in range(1, PEOPLE + 1):
        city.register(code, person(number))
    return city


@pytest.mark.parametrize("width", [PHONE])
def test_three_photographed_pages_with_four_walk_ins(
    page: Page, printed: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    log_in_as(page, printed, "sari")
    pages = print_list(page, printed, CODE)
    assert len(pages) == 3
    photos = take_photos(pages)
    page.goto(f"/sesi/{CODE}/kehadiran")

    walk = CountedPage(page)
    walk.click(page.get_by_role("link", name="Foto daftar yang ditandatangani"))
    check_accessibility(page)
    send(page, photos)
    expect(page).to_have_url("/unggahan/1")
    expect(page.locator("main")).to_contain_text("3 dari 3 halaman terbaca.")
    screenshot(page, "signed-paper", topic="foto-daftar-hadir", shows=".line-answers")
    check_accessibility(page)
    assert_pictures_load(page, ".line-picture img")

    unsure = page.locator(".line-answers fieldset:has([type=radio])").all()
    assert unsure, "the pencil is not faint enough"
    for line in unsure:
        number = int((line.get_attribute("id") or "").removeprefix("garis-"))
        outcome = "Tidak hadir" if number in ABSENT else "Hadir"
        walk.check(line.get_by_label(outcome, exact=True))
    written = page.locator(".line-answers fieldset:has(input[name^=name-])").all()
    for line, name in zip(written, WALK_INS, strict=True):
        walk.fill(line.get_by_label("Nama"), name)
        walk.choose(line.get_by_label("Kelurahan"), label="Manggar")
        walk.choose(line.get_by_label("Kelompok sasaran"), label="UMKM")
    walk.click(page.get_by_role("button", name="Simpan jawaban"))
    expect(page.locator("#gambar")).to_have_count(0)
    walk.click("#simpan button[type=submit]")
    expect(page.locator("main")).to_contain_text("Kehadiran sudah disimpan.")
    walk.assert_at_most(clicks=4 + len(unsure), fields=3 * len(WALK_INS))
    outcomes = printed.outcomes()
    assert {name for name, outcome in outcomes.items() if outcome == "absent"} == {person(n) for n in ABSENT}
    assert [name for name, outcome in outcomes.items() if outcome == "present"][-4:] == list(WALK_INS)
    assert len(outcomes) == PEOPLE + len(WALK_INS)

    page.goto(f"/sesi/{CODE}/peserta?q=Warga+02")
    page.get_by_role("link", name="Warga 02").click()
    page.get_by_role("link", name="Lihat tanda tangan").click()
    expect(page.locator("main")).to_contain_text("halaman 1 dari 3, baris 2")
    assert_pictures_load(page, ".line-picture img")
    check_accessibility(page)

    page.goto("/unggahan/1/batalkan")
    submit(page)
    assert set(printed.outcomes().values()) == {None}
    assert len(printed.outcomes()) == PEOPLE


@pytest.mark.parametrize("width", [PHONE])
@pytest.mark.parametrize("javascript", [False])
def test_a_page_twice_and_one_missing(page: Page, printed: City, javascript: bool) -> None:
    log_in_as(page, printed, "sari")
    first, second, _third = take_photos(print_list(page, printed, CODE))
    page.goto(f"/sesi/{CODE}/foto")
    send(page, [first, first])
    expect(page.locator("main")).to_contain_text("1 dari 3 halaman terbaca.")
    expect(page.locator(".photo-repeated")).to_contain_text("Halaman yang sama ada di foto lain.")
    expect(page.locator("main")).to_contain_text("Halaman 2 belum ada")

    page.get_by_role("link", name="Tambah foto").first.click()
    send(page, [second])
    expect(page.locator("main")).to_contain_text("2 dari 3 halaman terbaca.")
    expect(page.locator("main")).not_to_contain_text("Halaman 2 belum ada")
    address = page.get_by_role("link", name="Halaman 2").get_attribute("href")
    picture = page.request.get(address or "")
    assert (picture.headers["content-type"], picture.headers["cache-control"]) == ("image/jpeg", "no-store")


def send(page: Page, photos: list[Photo]) -> None:
    """Choose photos as files, and press the button."""
    files: list[FilePayload] = [
        {"name": f"foto-{n}.jpg", "mimeType": "image/jpeg", "buffer": photo.content}
        for n, photo in enumerate(photos, 1)
    ]
    page.locator("#files").set_input_files(files)
    submit(page)
    expect(page).to_have_url("/unggahan/1")


def assert_pictures_load(page: Page, pictures: str) -> None:
    for picture in page.locator(pictures).all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500


def person(number: int) -> str:
    return f"Warga {number:02}"
