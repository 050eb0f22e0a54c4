"""A real browser on a real server. A page that complains in the console fails its test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.server import Jangkau, Server

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = 1280
PHONE = 360
SCREENSHOTS = Path("docs/screenshots")

# Other tests keep the machine busy meanwhile: what is expected of a page may take as long as what is done there.
expect.set_options(timeout=30_000)

Logins = dict[str, str]
PageCheck = Callable[[Page], None]
Screenshot = Callable[..., None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        yield browser
        browser.close()


def chromium() -> str | None:
    """Where the system has Chromium; None lets Playwright look for its own."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@pytest.fixture
def width() -> int:
    """How wide the window is, in pixels."""
    return DESKTOP


@pytest.fixture
def javascript() -> bool:
    """Whether the browser runs scripts."""
    return True


@pytest.fixture
def page(browser: Browser, server: Server, width: int, javascript: bool) -> Iterator[Page]:
    """A window in Balikpapan, open on the service."""
    context = browser.new_context(
        base_url=server.url,
        locale="id-ID",
        timezone_id="Asia/Makassar",
        viewport={"width": width, "height": 800},
        java_script_enabled=javascript,
    )
    page, complaints = context.new_page(), list[str]()

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"{page.url}: {message.text} {message.location}")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error.message}"))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def demonstration(jangkau: Jangkau) -> Logins:
    """The database holds the demonstration; these are its passwords by e-mail address."""
    printed = jangkau("demo").stdout.splitlines()
    return dict(line.split() for line in printed if "@" in line)


@pytest.fixture
def screenshot() -> Screenshot:
    """Keeps the top of a page as docs/screenshots/NAME-WIDTH.png, at both widths, where SCREENSHOTS=1.

    With `at` it is a smaller picture of the page from that element on.
    """

    def keep(page: Page, name: str, *, at: str | None = None) -> None:
        if not os.environ.get("SCREENSHOTS"):
            return
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for width in windows(page, 800 if at else 1600):
            if at:
                page.locator(at).evaluate("element => element.scrollIntoView()")
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png")

    return keep


@pytest.fixture
def check_accessibility() -> PageCheck:
    """Asserts that axe finds no fault in a page, and that a phone shows it without scrolling sideways."""
    brought_along, there_already = Axe(), Axe(axe_script="")

    def check(page: Page) -> None:
        for axe, width in zip((brought_along, there_already), windows(page, 800), strict=True):
            found = axe.run(page)
            assert found.violations_count == 0, f"{page.url} at {width}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width}"

    return check


def windows(page: Page, height: int) -> Iterator[int]:
    """The page in a window of a phone, then of a desktop: their widths. Afterwards the window is as it was."""
    before = page.viewport_size
    for width in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        yield width
    if before:
        page.set_viewport_size(before)
