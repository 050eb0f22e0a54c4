"""Steps that browser tests share."""

from http import HTTPStatus

from playwright.sync_api import Page, Route, expect

from app.database import writing
from app.services.accounts.logins import create_login
from tests.city import City


def log_in_as(page: Page, city: City, name: str) -> None:
    """Log in as a user of the city office, without the login page."""
    with writing(city.engine) as db:
        secret = create_login(db, city.users[name], "test")
    page.context.add_cookies([{"name": "jangkau_login", "value": secret, "domain": "127.0.0.1", "path": "/"}])


def skip_check(page: Page) -> None:
    """Replace `check_accessibility` where a page that was checked before is shown in another state."""


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/masuk")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    submit(page)
    expect(page).not_to_have_url("/masuk")


def create_workshop(page: Page, code: str) -> None:
    page.goto("/kegiatan/baru")
    page.locator("input[name=title]").fill("Literasi Digital Luring")
    page.locator("input[name=code]").fill(code)
    submit(page)
    expect(page).to_have_url(f"/kegiatan/{code}")


def create_session(page: Page, workshop: str, code: str) -> None:
    page.goto(f"/kegiatan/{workshop}/sesi/baru")
    page.locator("input[name=day]").fill("5-8-2025")
    page.locator("input[name=starts]").fill("09.00")
    page.locator("input[name=ends]").fill("12.00")
    page.locator("input[name=venue]").fill("Aula Contoh")
    page.locator("input[name=code]").fill(code)
    submit(page)
    expect(page).to_have_url(f"/sesi/{code}")


def submit(page: Page) -> None:
    page.locator("main form button[type=submit]").click()


def fulfill_with_ok(route: Route) -> None:
    """Answer with the server's response, but status 200: the browser would report an error in its console."""
    route.fulfill(response=route.fetch(), status=HTTPStatus.OK)
