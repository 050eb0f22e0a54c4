"""Every page of the service, with a user who may open it: what `tests/access/routes.csv` says of the GET routes.

A new route is walked as soon as it has its line there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from app.database import writing
from app.models import User
from app.services.accounts.logins import create_login
from tests.access.office import STRANGER, USERS, Office
from tests.access.requests import COMING
from tests.access.test_routes import load_table
from tests.upcoming_sessions import JUALAN

# Between them they see every page, with all that it can show. Whom a page is for comes first.
VIEWERS = ("organizer", "NIK admin", "granted viewer", "staff", STRANGER)
# Answers to programs and scripts, and addresses that lead on at once.
NO_PAGES = (
    "/api/",
    "/F/",
    "/f/",
    "/static/",
    "/health/",
    "/metrics",
    "/masuk/sso",
    "/target",
    "/bantuan/gambar/",
    "/data/{file_name}",
    "/sesi/{code}/hadir/keadaan",
)
# The last parts of addresses of files.
FILES = ("berkas", "kecil", "{attachment_id:int}", "{dossier_id:int}")
PAGES_ALL_THE_SAME = ("/target/{year:int}", "/target/{year:int}/unggah")
# A stranger sees more of it than a user, who is sent on or needs no link.
FOR_STRANGERS = (
    "/masuk",
    "/lupa-kata-sandi",
    "/kata-sandi/",
    "/daftar",
    "/data",
    "/delegasi/",
    "/jadwal",
    "/tiket/",
    "/privasi",
    "/verifikasi",
    "/cakupan/berhenti/",
)


@dataclass(frozen=True)
class Visit:
    """A page as somebody sees it: `actor` is a column of routes.csv."""

    actor: str
    path: str


def list_visits(office: Office, *, by_each: bool = False) -> list[Visit]:
    """Return each page once, seen by the first of `VIEWERS` who may open it; with `by_each` by all of them who may.

    The first page and a session's form are seen by strangers, too, and the coverage page with its other map.
    """
    visits = [Visit(STRANGER, path) for path in ("/", f"/daftar/{JUALAN}?sesi={COMING}")]
    visits.append(Visit("organizer", "/cakupan?peta=batas"))
    for (method, template), cells in load_table().items():
        if method != "GET" or not is_page(template):
            continue
        may = [actor for actor in VIEWERS if cells[actor] == "ok"]
        if template.startswith(FOR_STRANGERS) and not by_each:
            may = [STRANGER]
        visits += [Visit(actor, office.path(template)) for actor in (may if by_each else may[:1])]
    return visits


def is_page(template: str) -> bool:
    """Return whether a GET route answers with a page, rather than a file or a part of a page."""
    last = template.rpartition("/")[2]
    is_file = "." in last or last in FILES or "/berkas/" in template
    return template in PAGES_ALL_THE_SAME or not (is_file or template.startswith(NO_PAGES))


@contextmanager
def window_of(
    browser: Browser,
    office: Office,
    url: str,
    actor: str,
    *,
    language: str,
    width: int,
    scheme: str = "light",
) -> Iterator[Page]:
    """Open a window in which the actor is logged in, with this language, width in pixels and colour scheme."""
    context = browser.new_context(
        base_url=url,
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Asia/Makassar",
        viewport={"width": width, "height": 800},
    )
    cookies = {"jangkau_language": language}
    if actor != STRANGER:
        user = next(one for one in office.city.all(User) if one.email == f"{USERS[actor]}@contoh.id")
        with writing(office.city.engine) as db:
            cookies["jangkau_login"] = create_login(db, user, "test")
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    yield context.new_page()
    context.close()
