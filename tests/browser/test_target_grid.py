"""Targets typed and pasted as into a spreadsheet: the block of another program, the keys, the sums."""

import json

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.conftest import PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import LAMARU, MANGGAR, City

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def rina(page: Page, engine: Engine, settings: Settings) -> Page:
    """Dinas Kominfo, before the targets of 2025."""
    log_in_as(page, City(engine, settings), "rina")
    page.goto("/target/2025")
    return page


def paste(page: Page, name: str, text: str) -> None:
    """What a spreadsheet puts on the clipboard, pasted into a cell."""
    script = """(field, text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        field.focus();
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }"""
    page.locator(field(name)).evaluate(script, text)


def field(name: str) -> str:
    return f"input[name={json.dumps(name)}]"


def test_a_block_is_pasted_and_saved(
    rina: Page, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    sum_of_lamaru = rina.locator("tr", has=rina.locator(field(LAMARU))).locator("output")
    total = rina.locator("tfoot output").last
    rina.locator(field("*/umkm")).fill("5")
    expect(rina.locator(field(f"{MANGGAR}/umkm"))).to_have_attribute("placeholder", "5")

    paste(rina, f"{LAMARU}/umkm", "1.000\t2\r\n–\t4\r\n")

    expect(rina.locator(field(f"{LAMARU}/rt"))).to_have_value("2")
    expect(rina.locator(field(f"{MANGGAR}/umkm"))).to_have_value("")
    expect(sum_of_lamaru).to_have_text("1.002")
    expect(total).to_have_text("1.171")
    rina.locator(field(f"{LAMARU}/umkm")).focus()
    for key in ("ArrowDown", "Enter", "ArrowUp", "ArrowRight"):
        rina.keyboard.press(key)
    expect(rina.locator(field(f"{MANGGAR}/rt"))).to_be_focused()
    rina.keyboard.type("7")
    rina.locator("form .target-buttons button").click()
    expect(rina.locator(".flash")).to_contain_text("4 sel berubah")
    expect(rina.locator(field(f"{MANGGAR}/rt"))).to_have_value("7")
    check_accessibility(rina)
    screenshot(rina, "targets")


def test_a_block_that_does_not_fit_changes_nothing(rina: Page) -> None:
    manggar = rina.locator(field(f"{MANGGAR}/umkm"))
    manggar.fill("9")

    for text, said in (
        ("1\n" * 40, "40 baris"),
        ("1\t2\t3\t4\t5\t6", "6 kolom"),
        ("Manggar\t3\nLamaru\t4", "“Manggar”"),
        ("-3\t4", "“-3”"),
    ):
        paste(rina, f"{MANGGAR}/umkm", text)
        expect(rina.locator("[data-refused-paste]")).to_contain_text(said)
        expect(manggar).to_have_value("9")

    paste(rina, f"{MANGGAR}/umkm", "3\n4")
    expect(rina.locator("[data-refused-paste]")).to_be_hidden()
    expect(manggar).to_have_value("3")


def test_everyone_can_use_what_stands_around_the_grid(rina: Page, check_accessibility: PageCheck) -> None:
    rina.locator(field(LAMARU)).fill("3")
    rina.locator("form .target-buttons button").click()
    rina.goto("/target/2026?salin=2025")
    expect(rina.locator(".differs")).to_have_count(1)
    for path in ("/target/2026?salin=2025", "/target/2026/unggah", "/pembanding", "/pembanding/baru"):
        rina.goto(path)
        check_accessibility(rina)
