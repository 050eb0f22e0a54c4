"""How long whoever uploads a short attendance sheet waits for its review page, beside a page with an empty list.

Asked of a real `jangkau serve`, by the same requests that a browser without JavaScript sends. Prints
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
from benchmarks.contenders import SECRET, SESSION, make_session
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


def milliseconds(ask: Callable[[], httpx2.Response], shown: str) -> float:
    """The median of several times, after one that doesn't count. What comes must be a page below `shown`."""
    measured = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        answer = ask()
        measured.append((time.perf_counter() - started) * 1000)
        if not answer.is_success or not answer.url.path.startswith(shown):
            raise RuntimeError(f"{answer.status_code} at {answer.url}")
    return median(measured[1:])


@contextmanager
def logged_in(url: str, folder: Path) -> Iterator[httpx2.Client]:
    """A service of its own with one session, and somebody who may upload its sheets."""
    engine = create_engine(Settings(database_url=url, secret_key=SecretStr(SECRET)))
    set_up_database(engine)
    make_session(engine)
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
