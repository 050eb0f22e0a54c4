"""Every page: in the narrowest window nothing has to be scrolled sideways, and axe finds no fault."""

import itertools
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from tests.access.conftest import whole_office
from tests.access.office import STRANGER, Office
from tests.browser.conftest import Screenshot
from tests.browser.every_page import VIEWERS, Visit, list_visits, window_of
from tests.city import City
from tests.server import Server

__all__ = ["whole_office"]

NARROWEST = 320
# A page may say that something can't be done now.
SHOWN = (200, 409)
WIDTHS = (1280, 360, NARROWEST)

BUSIEST = {
    "organizer": (
        "/",
        "/kegiatan/{code}",
        "/sesi/{code}",
        "/sesi/{code}/hadir",
        "/unggahan/{import_id}",
        "/kalender",
    ),
    "granted viewer": ("/cakupan", "/cakupan/berikutnya", "/target/{year:int}", "/peserta/{participant_id}"),
    STRANGER: ("/masuk", "/daftar/{workshop_code}", "/tiket/{code}", "/delegasi/{signed}"),
}

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def office(whole_office: City, app: FastAPI) -> Office:
    return Office.open(whole_office, app)


def test_no_page_scrolls_sideways(browser: Browser, server: Server, office: Office) -> None:
    wrong = []
    for actor, visits in by_actor(list_visits(office)):
        with window_of(browser, office, server.url, actor, language="id", width=NARROWEST) as page:
            for visit in visits:
                answer = page.goto(visit.path, wait_until="domcontentloaded")
                wrong += [f"{actor} {visit.path}: {width}" for width in width_beyond(page)]
                if not (answer and answer.status in SHOWN):
                    wrong.append(f"{actor} {visit.path} is not shown")

    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
def test_the_busiest_pages_can_be_read_in_the_dark(browser: Browser, server: Server, office: Office) -> None:
    """The other tests of the browser look at pages in the light."""
    axe, wrong = Axe(), list[str]()
    for actor, templates in BUSIEST.items():
        with window_of(browser, office, server.url, actor, language="id", width=360, scheme="dark") as page:
            for path in map(office.path, templates):
                page.goto(path)
                wrong += [f"{actor} {path}: {fault}" for fault in faults(axe, page)]

    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(
    browser: Browser, server: Server, office: Office, language: str, scheme: str
) -> None:
    axe, wrong = Axe(), list[str]()
    for actor, visits in by_actor(list_visits(office, by_each=True)):
        with window_of(
            browser, office, server.url, actor, language=language, width=WIDTHS[0], scheme=scheme
        ) as page:
            for visit in visits:
                page.goto(visit.path)
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 800})
                    wrong += [f"{actor} {visit.path} at {width}: {fault}" for fault in faults(axe, page)]

    assert not wrong, "\n".join(wrong)


@pytest.fixture
def environment_with_style_page(environment: dict[str, str]) -> dict[str, str]:
    environment["JANGKAU_STYLE_PAGE"] = "on"
    return environment


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_page_shows_each_part_without_a_fault(
    browser: Browser,
    environment_with_style_page: dict[str, str],
    server: Server,
    office: Office,
    scheme: str,
    screenshot: Screenshot,
) -> None:
    with window_of(
        browser, office, server.url, "admin", language="en", width=NARROWEST, scheme=scheme
    ) as page:
        page.goto("/gaya")
        assert faults(Axe(), page) == []
        assert width_beyond(page) == []
        screenshot(page, f"style-{scheme}")
        page.emulate_media(media="print")
        paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert paper == "rgb(255, 255, 255)"


def by_actor(visits: list[Visit]) -> Iterator[tuple[str, list[Visit]]]:
    visits = sorted(visits, key=lambda visit: VIEWERS.index(visit.actor))
    for actor, group in itertools.groupby(visits, key=lambda visit: visit.actor):
        yield actor, list(group)


def width_beyond(page: Page) -> list[int]:
    """Return the width of the page if it is wider than the window, else nothing."""
    width = page.evaluate("document.scrollingElement.scrollWidth")
    return [width] if width > NARROWEST else []


def faults(axe: Axe, page: Page) -> list[str]:
    """Return what axe finds on a page, a line for each element."""
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in axe.run(page).response["violations"]
        for node in violation["nodes"]
    ]
