"""A citizen's telephone: from the public page to a ticket, with and without scripts, and through a lost connection."""

from http import HTTPStatus

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import Engine

from app.database import writing
from app.models import Registration
from app.services.registrations.delegation_links import create_delegation_link, sign_link_id
from app.settings import Settings
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import fulfill_with_ok, skip_check, submit
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.upcoming_sessions import create_upcoming_session, update_session

pytestmark = on_sqlite

FORM = "/daftar/JUALAN?sesi=JUALAN-1"


@pytest.fixture
def width() -> int:
    return PHONE


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """A session with places, and one that is full but for the waiting list."""
    city = City(engine, settings)
    create_upcoming_session(
        city, groups=("umkm", "rt"), capacity=40, places_per_kelurahan=2, venue="Aula Kelurahan Contoh"
    )
    create_upcoming_session(city, "JUALAN-2", days=12, capacity=1)
    city.register("JUALAN-2", "Ani Contoh")
    return city


def fill(page: Page, name: str) -> None:
    page.locator("[name=name]").fill(name)
    page.locator("[name=kelurahan]").select_option(label="Manggar")
    page.locator("[name=target_group][value=umkm]").check()
    page.locator("[name=email]").fill(f"{name.split()[0].lower()}@contoh.id")
    page.locator("[name=consent]").check()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_three_fields_lead_to_a_ticket(
    page: Page, city: City, javascript: bool, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    look_closely = check_accessibility if javascript else skip_check
    page.goto("/daftar/JUALAN")
    look_closely(page)
    page.get_by_role("link", name="Daftar untuk sesi ini").click()
    expect(page.locator("[name=outside_place]")).to_be_hidden()
    look_closely(page)
    screenshot(page, "public-page")
    page.locator("summary", has_text="Pemberitahuan privasi").click()
    look_closely(page)

    fill(page, "Siti Contoh")
    submit(page)

    (made,) = [one for one in city.all(Registration) if one.channel]
    expect(page.locator(".ticket-name")).to_have_text("Siti Contoh")
    assert f"/tiket/{made.code}" in page.url
    look_closely(page)
    screenshot(page, "ticket", topic="tiket")

    page.get_by_role("link", name="Perbaiki", exact=True).click()
    look_closely(page)
    page.locator("[name=kelurahan]").select_option("outside")
    page.locator("[name=outside_place]").fill("Samarinda")
    submit(page)
    expect(page.locator(".ticket")).to_contain_text("Samarinda")

    page.get_by_role("link", name="Batalkan pendaftaran", exact=True).click()
    look_closely(page)
    submit(page)
    expect(page.locator(".ticket-state")).to_have_text("Dibatalkan")


def lose_the_answer(route: Route) -> None:
    """Lets the form arrive at the server and loses what the server answers."""
    answer = route.fetch(max_redirects=0)
    assert answer.status == HTTPStatus.SEE_OTHER
    route.abort("connectionreset")


def test_a_lost_connection_loses_nothing(page: Page, city: City) -> None:
    page.goto(FORM)
    fill(page, "Siti Contoh")
    page.context.set_offline(True)
    submit(page)
    expect(page.get_by_text("Belum terkirim")).to_be_visible()
    page.context.set_offline(False)

    page.reload()
    expect(page.get_by_text("Belum terkirim")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("Siti Contoh")
    expect(page.locator("[name=consent]")).to_be_checked()
    submit(page)
    expect(page.locator(".ticket-name")).to_have_text("Siti Contoh")

    page.goto(FORM)
    expect(page.locator("[name=name]")).to_have_value("")
    fill(page, "Budi Contoh")
    page.locator("[name=phone]").fill("0812")
    page.route("**/daftar/**", fulfill_with_ok)
    submit(page)
    expect(page.locator("#phone-error")).to_be_visible()
    page.wait_for_load_state()
    page.unroute("**/daftar/**")

    page.goto(FORM)
    expect(page.locator("[name=name]")).to_have_value("Budi Contoh")
    expect(page.get_by_text("Belum terkirim")).to_be_hidden()
    page.locator("[name=phone]").fill("")
    page.route("**/daftar/**", lose_the_answer)
    submit(page)
    page.wait_for_url("chrome-error://**")
    page.unroute("**/daftar/**")
    page.goto(FORM)
    submit(page)
    expect(page.locator(".ticket-name")).to_have_text("Budi Contoh")
    assert [one.channel for one in city.all(Registration)] == [None, "self", "self"]


def test_the_waiting_list_and_a_delegation(
    page: Page, city: City, settings: Settings, check_accessibility: PageCheck
) -> None:
    page.goto("/daftar/JUALAN?sesi=JUALAN-2")
    expect(page.get_by_text("Semua 1 tempat sudah terisi.")).to_be_visible()
    fill(page, "Siti Contoh")
    submit(page)
    expect(page.get_by_text("Anda yang pertama dalam antrean.")).to_be_visible()
    check_accessibility(page)

    update_session(city, "JUALAN-1", places_per_kelurahan=9)
    with writing(city.engine) as db:
        made = create_delegation_link(db, city.actor("sari"), "JUALAN-1", MANGGAR)
    page.goto(f"/delegasi/{sign_link_id(settings.secret, made.id)}")
    check_accessibility(page)
    for number, name in enumerate(("Dewi Contoh", "Eko Contoh"), start=1):
        page.locator(f"[id='{number}.name']").fill(name)
        page.locator(f"[id='{number}.target_group']").select_option("rt")
    page.get_by_label("Nomor WhatsApp Anda").fill("0812-0000-0700")
    page.get_by_label("Kami sudah memberi tahu mereka semua").check()
    page.get_by_role("button", name="Daftarkan semuanya").click()
    expect(page.locator("main tbody tr")).to_have_count(2)
    expect(page.get_by_text("2 orang sudah terdaftar.")).to_be_in_viewport()
    check_accessibility(page)


def test_whoever_lost_their_ticket_sees_that_it_is_on_its_way(page: Page, city: City) -> None:
    def registers() -> None:
        page.goto(FORM)
        fill(page, "Siti Contoh")
        page.locator("[name=phone]").fill("0812-0000-0501")
        page.locator("[name=email]").fill("siti@contoh.id")
        submit(page)

    registers()
    expect(page.locator(".ticket-name")).to_have_text("Siti Contoh")
    page.route("**/daftar/**", fulfill_with_ok)
    registers()
    page.unroute("**/daftar/**")
    page.get_by_role("button", name="Kirim tiket ke alamat surel saya").click()
    expect(page.locator(".flash")).to_be_in_viewport()
