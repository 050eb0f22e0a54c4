"""A list of venues: the template is downloaded, filled in with a mistake, put right and saved."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.conftest import PageCheck
from tests.browser.steps import fulfill_with_ok, log_in_as, submit
from tests.city import City

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def upload(page: Page, template: bytes, *venues: list[str]) -> None:
    book, file = load_workbook(BytesIO(template)), BytesIO()
    for venue in venues:
        book.worksheets[0].append(venue)
    book.save(file)
    page.locator("input[type=file]").set_input_files(
        {"name": "tempat.xlsx", "mimeType": "application/octet-stream", "buffer": file.getvalue()}
    )
    submit(page)


def test_a_list_with_a_mistake_is_put_right(
    page: Page, engine: Engine, settings: Settings, check_accessibility: PageCheck
) -> None:
    log_in_as(page, City(engine, settings), "sari")
    page.goto("/tempat/unggah")
    check_accessibility(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh templat (.xlsx)").click()
    template = Path(download.value.path()).read_bytes()

    page.route("**/tempat/unggah", fulfill_with_ok)
    upload(page, template, ["Taman Contoh", "Sepingan", "Masjid", ""], ["", "Manggar", "Aula", "Ya"])
    expect(page.get_by_role("alert")).to_contain_text("Belum ada yang disimpan: 3 hal perlu diperbaiki.")
    expect(page.get_by_role("rowheader")).to_have_text(["Baris 2", "Baris 2", "Baris 3"])
    check_accessibility(page)

    page.unroute("**/tempat/unggah")
    upload(page, template, ["Taman Contoh", "Sepinggan", "", ""], ["Balai Contoh", "Manggar", "Aula", "Ya"])
    expect(page).to_have_url("/tempat")
    expect(page.locator("body")).to_contain_text("Daftar tersimpan: 2 tempat ditambahkan, 0 diubah, 0 tetap.")
