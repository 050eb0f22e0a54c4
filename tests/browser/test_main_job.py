"""The main job, as people do it: an attendance sheet goes in, the coverage of the 34 kelurahan comes out."""

import re
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Logins, PageCheck, Screenshot
from tests.browser.steps import create_session, create_workshop, log_in, submit
from tests.database import postgresql_in_soak

pytestmark = postgresql_in_soak

SPBE_SHEET = Path("tests/samples/spbe.xlsx")


def test_an_attendance_sheet_becomes_coverage(
    page: Page, demonstration: Logins, check_accessibility: PageCheck, screenshot: Screenshot, tmp_path: Path
) -> None:
    page.goto("/")
    check_accessibility(page)
    screenshot(page, "login")
    log_in(page, "panitia@contoh.id", demonstration["panitia@contoh.id"])
    check_accessibility(page)

    create_workshop(page, "LURING-2025")
    check_accessibility(page)
    create_session(page, "LURING-2025", "LURING-2025-1")
    check_accessibility(page)

    page.goto("/sesi/LURING-2025-1/unggah")
    check_accessibility(page)
    page.locator("input[name=file]").set_input_files(SPBE_SHEET)
    submit(page)
    expect(page.locator(".kind-all strong")).to_have_text("68")
    expect(page.locator(".kind-create strong")).to_have_text("68")
    expect(page.locator("#simpan")).to_contain_text(re.compile(r"\b0 \w+, 68 \w+"))  # "0 baru, 68 dikenali"
    check_accessibility(page)
    screenshot(page, "review", topic="mengunggah-kehadiran")

    page.locator("#simpan button[type=submit]").click()
    expect(page.locator("#simpan form")).to_have_count(0)
    check_accessibility(page)

    page.locator("a[href='/cakupan?workshop=LURING-2025']").click()
    expect(page.locator("h1")).to_contain_text("34")
    check_accessibility(page)
    screenshot(page, "coverage", topic="membaca-cakupan")

    page.locator("form[action='/keluar'] button").click()
    log_in(page, "dinas@contoh.id", demonstration["dinas@contoh.id"])
    page.goto("/cakupan?workshop=LURING-2025")
    page.locator("summary", has_text="Unduh").click()
    workbook = load_workbook(download(page, "xlsx", tmp_path))
    assert any("Manggar" in str(cell) for row in workbook["Matriks"].values for cell in row)
    assert "Manggar" in download(page, "csv", tmp_path).read_text(encoding="utf-8-sig")
    pages = PdfReader(download(page, "pdf", tmp_path)).pages
    assert any("Manggar" in page_of_report.extract_text() for page_of_report in pages)


def download(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.locator(f"a[href^='/cakupan.{kind}?']").first.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path
