"""What people do on the pages, for any test of the browser."""

from http import HTTPStatus

from playwright.sync_api import Page, Route, expect

from app.database import writing
from app.services.accounts.logins import create_login
from tests.city import City


def log_in_as(page: Page, city: City, name: str) -> None:
    """Whoever opens pages is somebody of the city office, who logged in before."""
    with writing(city.engine) as db:
        secret = create_login(db, city.users[name], "test")
    page.context.add_cookies([{"name": "jangkau_login", "value": secret, "domain": "127.0.0.1", "path": "/"}])


def look_no_closer(page: Page) -> None:
    """In place of `check_accessibility`, where the same page is looked at in another situation."""


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/masuk")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    submit(page)
    expect(page).not_to_have_url("/masuk")


def make_workshop(page: Page, code: str) -> None:
    page.goto("/kegiatan/baru")
    page.locator("input[name=title]").fill("Literasi Digital Luring")
    page.locator("input[name=code]").fill(code)
    submit(page)
    expect(page).to_have_url(f"/kegiatan/{code}")


def make_session(page: Page, workshop: str, code: str) -> None:
    page.goto(f"/kegiatan/{workshop}/sesi/baru")
    page.locator("input[name=starts]").fill("2025-08-05T09:00")
    page.locator("input[name=ends]").fill("2025-08-05T12:00")
    page.locator("input[name=venue]").fill("Aula Contoh")
    page.locator("input[name=code]").fill(code)
    submit(page)
    expect(page).to_have_url(f"/sesi/{code}")


def submit(page: Page) -> None:
    page.locator("main form button[type=submit]").click()


def answer_quietly(route: Route) -> None:
    """The server's refusal under a status of which the browser doesn't complain in its console."""
    route.fulfill(response=route.fetch(), status=HTTPStatus.OK)
