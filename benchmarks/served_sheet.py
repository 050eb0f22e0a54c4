"""Measures the time from the upload of a short attendance sheet to its review page, and a page with an empty list.

The server is a real `jangkau serve`; the requests are those of a browser without JavaScript. Prints
`{"empty_page", "review_page"}` in milliseconds, each the median of several.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx2
from pydantic import SecretStr

from app.database import create_engine, writing
from app.models import Role
from app.permissions import OPERATOR
from app.services.accounts.users import create_user
from app.services.reference_data import set_up_database
from app.settings import Settings
from benchmarks.contenders import SECRET, SESSION, create_session
from benchmarks.sheets import sheet_file
from tests.server import serving

ROWS = 68
TIMES = 15
EMAIL, PASSWORD = "ukur@contoh.id", "untuk pengukuran saja"


def main(url: str) -> None:
    content = sheet_file(ROWS).read_bytes()
    with tempfile.TemporaryDirectory() as folder, logged_in(url, Path(folder)) as client:

        def empty_page() -> httpx2.Response:
            return client.get("/unggahan")

        def upload() -> httpx2.Response:
            return client.post(f"/sesi/{SESSION}/unggah", files={"file": ("ukur.xlsx", content)})

        figures = {
            "empty_page": milliseconds(empty_page, "/unggahan"),
            "review_page": milliseconds(upload, "/unggahan/"),
        }
    print(json.dumps(figures))  # noqa: T201


def milliseconds(send: Callable[[], httpx2.Response], path: str) -> float:
    """Return the median of several requests; the first does not count. Their pages must be at `path` or below."""
    measured = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        response = send()
        measured.append((time.perf_counter() - started) * 1000)
        if not response.is_success or not response.url.path.startswith(path):
            raise RuntimeError(f"{response.status_code} at {response.url}")
    return median(measured[1:])


@contextmanager
def logged_in(url: str, folder: Path) -> Iterator[httpx2.Client]:
    """Start a server with one session, and yield a client that is logged in."""
    engine = create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))
    set_up_database(engine)
    create_session(engine)
    with writing(engine) as db:
        create_user(db, OPERATOR, email=EMAIL, name="Pengukur", role=Role.ADMIN, password=PASSWORD)
    engine.dispose()
    environment = {
        "JANGKAU_DATA_DIR": str(folder),
        "JANGKAU_DATABASE_URL": url,
        "JANGKAU_SECRET_KEY": SECRET,
    }
    with (
        serving(environment, folder) as server,
        httpx2.Client(base_url=server.url, follow_redirects=True) as client,
    ):
        client.post("/masuk", data={"email": EMAIL, "password": PASSWORD}).raise_for_status()
        yield client


if __name__ == "__main__":
    main(sys.argv[1])
