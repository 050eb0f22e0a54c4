"""How light the pages of people without an account are, and how soon they can be read on a weak signal.

With SCREENSHOTS=1 the measured figures are written to docs/citizens-pages.md.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from app.i18n import wita_today
from app.models import Registration
from app.settings import Settings
from tests.browser.conftest import PHONE
from tests.city import City
from tests.database import on_sqlite
from tests.server import Server
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite

KBITS_PER_SECOND, LATENCY_MS = 50, 800
MAX_BYTES = 60_000
"""With everything that a page loads, nothing of it cached."""
MAX_SECONDS = 4.0
"""Until something of the page is painted."""

FIGURES = Path("docs/citizens-pages.md")
ICON = Path("app/static/mark.svg")
HEADING = f"""# Pages for citizens on a weak signal

Measured by `tests/browser/test_citizen_pages.py` on {wita_today()} with {os.cpu_count()} processors,
in Chromium at {PHONE} px, with an empty cache, at {KBITS_PER_SECOND} kbit/s and {LATENCY_MS} ms of latency
for each request. The test fails for a page of {MAX_BYTES:,} bytes or more, and if nothing is painted within
{MAX_SECONDS:.0f} seconds. `make screenshots` writes this table anew. Chromium's headless
shell fetches no icon for the tab, so its {ICON.stat().st_size} bytes and request are not counted.

| page | bytes on the wire | requests | seconds to the first paint |
| --- | ---: | ---: | ---: |
"""


@dataclass(frozen=True)
class Weight:
    """What a page with an empty cache costs. `paint` is the First Contentful Paint, in seconds."""

    bytes: int
    requests: int
    paint: float


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """A workshop with sixty sessions, and one registration for the first."""
    city = City(engine, settings)
    for number in range(1, 61):
        create_upcoming_session(
            city,
            f"JUALAN-{number}",
            days=2 + 2 * number,
            groups=("umkm", "rt"),
            capacity=40,
            places_per_kelurahan=2,
            venue="Aula Kelurahan Contoh",
        )
    city.register("JUALAN-1", "Ani Contoh")
    return city


@pytest.fixture
def weak_signal(browser: Browser, server: Server) -> Iterator[Page]:
    """A page of a phone with a slow connection."""
    context = browser.new_context(
        base_url=server.url,
        locale="id-ID",
        timezone_id="Asia/Makassar",
        viewport={"width": PHONE, "height": 800},
    )
    yield context.new_page()
    context.close()


def weigh(page: Page, address: str) -> Weight:
    """Load the page with an empty cache at the speed of a weak signal."""
    chromium = page.context.new_cdp_session(page)
    received: list[float] = []
    chromium.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    chromium.send("Network.enable")
    chromium.send("Network.setCacheDisabled", {"cacheDisabled": True})
    bytes_per_second = KBITS_PER_SECOND * 1000 / 8
    chromium.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": bytes_per_second,
            "uploadThroughput": bytes_per_second,
        },
    )
    page.goto(address, wait_until="networkidle", timeout=120_000)
    paint = page.evaluate(
        """() => new Promise((resolve) => {
            new PerformanceObserver((list) => {
                const entry = list.getEntriesByName("first-contentful-paint")[0];
                if (entry) resolve(entry.startTime);
            }).observe({ type: "paint", buffered: true });
        })"""
    )
    chromium.detach()
    return Weight(round(sum(received)), len(received), paint / 1000)


def test_pages_for_citizens_are_light_and_soon_painted(weak_signal: Page, city: City) -> None:
    (registration,) = city.all(Registration)
    pages = {
        "public home `/`": "/",
        "calendar `/jadwal`": "/jadwal",
        "a workshop with 60 sessions": "/daftar/JUALAN",
        "form for a session": "/daftar/JUALAN?sesi=JUALAN-2",
        "ticket": f"/tiket/{registration.code}",
        "privacy notice": "/privasi",
        "a page that does not exist": "/tidak-ada",
    }

    weights = {name: weigh(weak_signal, address) for name, address in pages.items()}

    if os.environ.get("SCREENSHOTS"):
        lines = (
            f"| {name} | {weight.bytes:,} | {weight.requests} | {weight.paint:.1f} |\n"
            for name, weight in weights.items()
        )
        FIGURES.write_text(HEADING + "".join(lines))
    assert {name: weight for name, weight in weights.items() if weight.bytes >= MAX_BYTES} == {}
    assert {name: weight for name, weight in weights.items() if weight.paint >= MAX_SECONDS} == {}
