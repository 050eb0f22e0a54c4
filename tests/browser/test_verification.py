"""A citizen drops the file of a report on the page that checks it: only its SHA-256 leaves the device."""

from base64 import b64encode

import pytest
from playwright.sync_api import Page, expect

from app.models import IssuedReportFile
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.city import City
from tests.issued_reports import issued, newest, revise

__all__ = ["issued"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

DROP = """(form, content) => {
  const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], "laporan.pdf", { type: "application/pdf" }));
  form.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, content: bytes) -> None:
    with page.expect_navigation():
        page.locator("[data-verifies-file]").evaluate(DROP, b64encode(content).decode())


def verdict(page: Page) -> str:
    return page.locator(".verdict h2").inner_text()


@pytest.mark.parametrize("width", [PHONE])
def test_a_dropped_file_is_genuine_a_changed_byte_unknown_and_after_a_revision_revised(
    page: Page, issued: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    report = newest(issued)
    pdf = next(file.content for file in issued.all(IssuedReportFile) if file.kind == "pdf")
    methods: set[str] = set()
    page.on("request", lambda request: methods.add(request.method))

    page.goto("/verifikasi")
    check_accessibility(page)
    drop(page, pdf)
    assert verdict(page) == "Asli dan berlaku"
    expect(page.locator(".verdict")).to_contain_text("QR ini bukan tanda tangan elektronik")
    check_accessibility(page)
    screenshot(page, "verification", topic="memeriksa-laporan", shows=".verdict")

    drop(page, pdf[:-1] + bytes([pdf[-1] ^ 1]))
    assert verdict(page) == "Tidak dikenal"
    assert methods == {"GET"}

    second = revise(issued, report)
    drop(page, pdf)
    assert verdict(page) == "Asli, tetapi sudah direvisi"
    page.get_by_role("link", name=second.number).click()
    assert verdict(page) == "Asli dan berlaku"
    expect(page.get_by_text("Daftar susulan Sepinggan.")).to_be_visible()


@pytest.mark.parametrize("javascript", [False])
def test_without_scripts_the_file_is_uploaded_and_the_number_typed(page: Page, issued: City) -> None:
    report = newest(issued)
    pdf = next(file for file in issued.all(IssuedReportFile) if file.kind == "pdf")

    page.goto("/verifikasi")
    page.locator("#file").set_input_files(
        {"name": pdf.name, "mimeType": pdf.media_type, "buffer": pdf.content}
    )
    page.get_by_role("button", name="Periksa berkas").click()
    assert verdict(page) == "Asli dan berlaku"

    page.get_by_label("Nomor atau kode pemeriksaan laporan").fill(report.number.lower())
    page.get_by_role("button", name="Periksa nomor").click()
    expect(page).to_have_url(f"/verifikasi/{report.number.replace('/', '-')}")
    assert verdict(page) == "Asli dan berlaku"
