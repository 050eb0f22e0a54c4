"""A folder with the lists of forty sessions: chosen on a phone, its sessions created, answered, saved, one undone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from app.models import Attendance, AttendanceImport, BatchList, UploadBatch, Workshop, WorkshopSession
from tests.browser.clicks import CountedPage
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import City
from tests.lists import folder_of_lists
from tests.server import Server

LISTS, PEOPLE = 40, 4
# What it took before: a session of a workshop to create, a list to upload and to save, forty times.
MAX_CLICKS = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize(("database_kind", "width"), [pytest.param("sqlite", PHONE, id="phone")]),
]


def files_of_a_year() -> Iterator[FilePayload]:
    """Yield forty lists, a copy of the first, a broken file, and a photo, which is no list."""
    files = folder_of_lists(LISTS, people=PEOPLE)
    for path, content in files.items():
        yield {"name": path.replace("/", " "), "mimeType": XLSX, "buffer": content}
    yield {"name": "salinan.xlsx", "mimeType": XLSX, "buffer": next(iter(files.values()))}
    yield {"name": "rusak.xlsx", "mimeType": XLSX, "buffer": b"PK\x03\x04[Content_Types].xml" + bytes(100)}
    yield {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"}


def test_forty_lists_with_new_sessions_are_saved_in_a_few_clicks(
    page: Page, city: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    log_in_as(page, city, "sari")
    counted = CountedPage(page)
    page.goto("/unggahan")
    counted.click(page.get_by_role("link", name="Unggah banyak daftar").first)
    page.locator("#files").set_input_files(list(files_of_a_year()))
    counted.clicks += 2  # the field, and the button of the system's window
    expect(page.locator(".chosen-files")).to_contain_text("42 berkas")
    expect(page.locator(".chosen-files")).to_contain_text("foto.jpg")
    check_accessibility(page)
    counted.click(page.get_by_role("button", name="Unggah dan baca"))

    heading = page.locator("h1")
    expect(heading).to_have_text("0 siap disimpan, 42 perlu jawaban", timeout=120_000)
    expect(page.locator("#usulan tr:not(.group)")).to_have_count(LISTS + 1)
    expect(page.locator("#terbuka")).to_contain_text("rusak.xlsx")
    check_accessibility(page)
    screenshot(page, "many-lists-proposed")
    counted.click(page.get_by_role("button", name="Buat 40 sesi dan 5 kegiatan"))

    expect(heading).to_have_text("40 siap disimpan, 2 perlu jawaban", timeout=120_000)
    assert len(city.all(WorkshopSession)) == LISTS
    assert len(city.all(Workshop)) == 5
    copy = page.locator("#terbuka tr", has_text="salinan.xlsx")
    expect(copy).to_contain_text("Berkas ini sama dengan")
    check_accessibility(page)
    screenshot(page, "many-lists", topic="banyak-daftar", shows=".batch-lists")
    counted.click(copy.get_by_role("button", name="Lewati"))
    expect(heading).to_have_text("40 siap disimpan, 1 perlu jawaban")
    counted.click(page.get_by_role("button", name="Simpan 40 daftar yang siap"))

    expect(page.locator("#tersimpan tr:not(.group)")).to_have_count(LISTS, timeout=120_000)
    expect(heading).to_have_text("0 siap disimpan, 1 perlu jawaban, 40 tersimpan")
    assert len(city.all(Attendance)) == LISTS * PEOPLE
    saved = page.locator("#tersimpan tr:not(.group)").first
    expect(saved).to_contain_text("4 dibuat, 0 diubah")
    check_accessibility(page)
    counted.click(saved.get_by_role("link", name="Batalkan"))
    counted.click(page.get_by_role("button", name="Batalkan unggahan"))
    counted.click(page.get_by_role("link", name="Kembali ke semua daftar"))
    expect(page.locator("#dibatalkan tr:not(.group)")).to_have_count(1)
    expect(page.locator("#tersimpan tr:not(.group)")).to_have_count(LISTS - 1)

    counted.assert_at_most(clicks=MAX_CLICKS, fields=0)
    assert counted.clicks == 10
    assert len(city.all(Attendance)) == (LISTS - 1) * PEOPLE
    assert len(city.all(AttendanceImport)) == LISTS


def test_a_lost_connection_costs_only_the_part_that_was_being_sent(
    browser: Browser, server: Server, width: int, city: City
) -> None:
    # Not the fixture `page`, for which an error in the console, as of a lost request, is a failure.
    context = browser.new_context(
        base_url=server.url, locale="id-ID", viewport={"width": width, "height": 800}
    )
    page, sent = context.new_page(), list[int]()

    def lose_the_second(route: Route) -> None:
        sent.append(1)
        if len(sent) == 2:  # The server gets it, and its answer is lost.
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    log_in_as(page, city, "sari")
    page.goto("/unggahan/banyak")
    page.route("**/unggahan/banyak", lose_the_second)
    files = [
        FilePayload(name=f"{number:02}.csv", mimeType="text/csv", buffer=f"Kosong {number}".encode())
        for number in range(25)
    ]
    page.locator("#files").set_input_files(files)
    page.get_by_role("button", name="Unggah dan baca").click()
    expect(page).to_have_url(f"{server.url}/unggahan/banyak/1", timeout=60_000)
    context.close()

    assert len(sent) == 3
    assert len(city.all(UploadBatch)) == 1
    assert [one.path for one in city.all(BatchList)] == [file["name"] for file in files]
