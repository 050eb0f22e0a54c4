"""Fixtures of the browser tests: Chromium and a server. An error or warning in the console fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.server import Jangkau, Server

# The first is made for tests: it draws no window, and takes a third less processor time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
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
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"  # said of requests while a test has cut the connection
DESKTOP = 1280
PHONE = 360

# For walks that are long: `make soak` does them in the other width, too.
on_phone_desktop_in_soak = pytest.mark.parametrize(
    "width", [PHONE, pytest.param(DESKTOP, marks=pytest.mark.soak)]
)
on_desktop_phone_in_soak = pytest.mark.parametrize(
    "width", [DESKTOP, pytest.param(PHONE, marks=pytest.mark.soak)]
)
SCREENSHOTS = Path("docs/screenshots")
HELP_PICTURES = Path("docs/panduan/pictures")

# Other tests may run at the same time: wait for expectations as long as for actions.
expect.set_options(timeout=30_000)

Logins = dict[str, str]
PageCheck = Callable[[Page], None]
Screenshot = Callable[..., None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)
        yield browser
        browser.close()


def find_chromium() -> str | None:
    """Return the path of the system's Chromium; with None Playwright looks for its own."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@pytest.fixture
def width() -> int:
    """The width of the window in pixels."""
    return DESKTOP


@pytest.fixture
def javascript() -> bool:
    """Whether the browser runs scripts."""
    return True


@pytest.fixture
def page(browser: Browser, server: Server, width: int, javascript: bool) -> Iterator[Page]:
    """A page of the service, in the language and time zone of Balikpapan."""
    context = browser.new_context(
        base_url=server.url,
        locale="id-ID",
        timezone_id="Asia/Makassar",
        viewport={"width": width, "height": 800},
        java_script_enabled=javascript,
    )
    page, console_errors = context.new_page(), list[str]()

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and OFFLINE not in message.text:
            console_errors.append(f"{page.url}: {message.text} {message.location}")

    page.on("console", listen)
    page.on("pageerror", lambda error: console_errors.append(f"{page.url}: {error.message}"))
    yield page
    context.close()
    assert console_errors == []


@pytest.fixture
def demonstration(jangkau: Jangkau) -> Logins:
    """The passwords by e-mail address of the demonstration, which fills the database."""
    printed = jangkau("demo").stdout.splitlines()
    return dict(line.split() for line in printed if "@" in line)


@pytest.fixture
def screenshot() -> Screenshot:
    """A function that saves the top of a page as docs/screenshots/NAME-WIDTH.png at both widths, if SCREENSHOTS=1.

    With `at` it takes a smaller picture of the page, from that element on. With `topic` it also makes the picture of
    that help topic: a phone's window, from the element `shows` on.
    """

    def keep(
        page: Page, name: str, *, at: str | None = None, topic: str | None = None, shows: str = "main"
    ) -> None:
        if not os.environ.get("SCREENSHOTS"):
            return
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for width in each_width(page, 800 if at else 1600):
            if at:
                page.locator(at).evaluate("element => element.scrollIntoView()")
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png")
            if topic and width == PHONE:
                page.set_viewport_size({"width": PHONE, "height": 560})
                page.locator(shows).first.evaluate("element => element.scrollIntoView()")
                page.screenshot(path=HELP_PICTURES / f"{topic}.png")

    return keep


@pytest.fixture
def check_accessibility() -> PageCheck:
    """A function that asserts that axe finds no fault in a page, and that no window has to scroll sideways."""
    loading, loaded = Axe(), Axe(axe_script="")

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a link that was clicked may have left no document yet
        for axe, width in zip((loading, loaded), each_width(page, 800), strict=True):
            found = axe.run(page)
            assert found.violations_count == 0, f"{page.url} at {width}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width}"

    return check


def each_width(page: Page, height: int) -> Iterator[int]:
    """Resize the window to that of a phone, then of a desktop, and yield each width. Restores the size at the end."""
    before = page.viewport_size
    for width in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        yield width
    if before:
        page.set_viewport_size(before)
