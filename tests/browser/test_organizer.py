"""An organizer: from nothing to a link that people register by, and people registered while they are typed."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from app.database import writing
from app.models import Channel, WorkshopSession
from app.people.person import PersonInput
from app.services.registrations import registrations
from app.services.registrations.requests import RegistrationRequest
from app.settings import Settings
from tests.browser.conftest import PageCheck, Screenshot
from tests.browser.steps import log_in_as, submit
from tests.city import MANGGAR, City
from tests.upcoming_sessions import create_upcoming_session, morning_in

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """Ani has come to an earlier session."""
    city = City(engine, settings)
    city.register(city.session("PESISIR-2025-1"), "Ani Aster")
    return city


@pytest.fixture
def sari(page: Page, city: City) -> Page:
    log_in_as(page, city, "sari")
    page.goto("/")
    return page


def test_from_nothing_to_a_link_to_share(sari: Page, check_accessibility: PageCheck) -> None:
    """Three fields to fill in and seven clicks; what else is asked may stay as it is."""
    sari.locator("nav a[href='/kegiatan']").click()
    sari.locator("main .actions a[href='/kegiatan/baru']").click()
    sari.locator("input[name=title]").fill("Jualan Daring untuk Pemula")
    sari.locator("input[name=public]").check()
    submit(sari)
    check_accessibility(sari)
    sari.locator("main .actions a[href$='/sesi/baru']").click()
    starts = morning_in(10)
    sari.locator("input[name=day]").fill(f"{starts:%d-%m-%Y}")
    sari.locator("input[name=starts]").fill("9")
    sari.locator("input[name=ends]").fill("12")
    check_accessibility(sari)
    submit(sari)

    sari.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sari.locator("main .actions a[data-copies-text]").click()
    expect(sari.locator("main .actions a[data-copies-text]")).to_have_text("Tersalin")
    assert re.search(r"/daftar/LD-\d{4}-1$", sari.evaluate("navigator.clipboard.readText()"))

    sari.locator("nav.tabs a[href$='/undang']").click()
    expect(sari.locator("#public_address")).to_have_value(re.compile(r"/daftar/LD-\d{4}-1$"))
    sari.locator("button[data-copies=public_address]").click()
    expect(sari.locator("button[data-copies=public_address]")).to_have_text("Tersalin")
    check_accessibility(sari)


def test_a_known_person_is_registered_while_they_are_typed(
    sari: Page, city: City, check_accessibility: PageCheck
) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"), places_per_kelurahan=1)
    register_person(sari, "Ani Aster")
    check_accessibility(sari)

    sari.goto("/sesi/JUALAN-1/daftarkan-orang")
    sari.locator("input[name=name]").press_sequentially("Budi Bakung")
    expect(sari.locator("#saran")).to_contain_text("Tidak ada orang seperti ini")
    sari.locator("select[name=kelurahan]").select_option(label="Manggar")
    expect(sari.locator("#saran")).to_contain_text("Manggar: 1 dari 1")
    sari.locator("select[name=target_group]").select_option("umkm")
    check_accessibility(sari)
    sari.locator("form.sheet .buttons button").click()
    expect(sari.locator(".flash")).to_contain_text("dalam daftar tunggu")
    check_accessibility(sari)


@pytest.mark.parametrize("javascript", [False])
def test_without_scripts_a_button_finds_them(sari: Page, city: City) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))
    register_person(sari, "Ani Aster", by_button=True)


def test_proposed_changes_are_decided(sari: Page, city: City, check_accessibility: PageCheck) -> None:
    """Somebody gives a telephone number and an address for Ani on the public page, which Sari accepts."""
    create_upcoming_session(city)
    ticket = sari.request.post(
        "/daftar/JUALAN?sesi=JUALAN-1",
        form={
            "name": "Ani Aster",
            "kelurahan": MANGGAR,
            "target_group": "umkm",
            "phone": "081200000411",
            "email": "ani@contoh.id",
            "consent": "true",
        },
    ).url
    sari.goto(ticket)
    check_accessibility(sari)

    sari.goto("/peserta")
    sari.locator("nav a[href='/usulan']").click()
    check_accessibility(sari)
    sari.locator("section.proposals > form button[value=accept]").click()

    expect(sari.locator(".flash")).to_contain_text("Diterima: 2 perubahan")
    expect(sari.locator("nav a[href='/usulan']")).to_have_text("Usulan perubahan")
    check_accessibility(sari)


def register_person(page: Page, name: str, *, by_button: bool = False) -> None:
    """Somebody known, of whom only a part of the name is typed."""
    page.goto("/sesi/JUALAN-1/daftarkan-orang")
    page.locator("input[name=name]").press_sequentially(name.split()[-1].lower())
    if by_button:
        page.locator(".find button").click()
    page.locator("#saran li", has_text=name).locator("button").click()
    expect(page.locator("input[name=name]")).to_have_value(name)
    page.locator("select[name=target_group]").select_option("umkm")
    page.locator("form.sheet .buttons button").click()
    expect(page.locator("h1")).to_have_text(name)


def test_the_page_of_a_session(
    sari: Page, city: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    create_upcoming_session(
        city, groups=("umkm", "rt"), capacity=8, places_per_kelurahan=2, places_of_group={"rt": 3}
    )
    places = (
        "Manggar",
        "Lamaru",
        "Damai",
        "Manggar",
        "Teritip",
        "Manggar",
        "Prapatan",
        "Sepinggan",
        "Lamaru",
        "Damai",
    )
    flowers = (
        "Aster",
        "Bakung",
        "Cempaka",
        "Dahlia",
        "Edelweis",
        "Flamboyan",
        "Gladiol",
        "Hortensia",
        "Ixora",
        "Jambu",
    )
    with writing(city.engine) as db:
        held = db.exec(select(WorkshopSession)).all()[-1]
        for number, (place, flower) in enumerate(zip(places, flowers, strict=True)):
            given = PersonInput(
                f"Contoh {flower}",
                place,
                "rt" if number % 3 else "umkm",
                rt=str(number + 1),
                email=f"{flower.lower()}@contoh.id",
            )
            asking = RegistrationRequest(Channel.ORGANIZER if number % 2 else Channel.SELF, consent=True)
            registrations.register_person(db, city.vault, city.actor("sari"), held.id, given, asking)

    sari.goto("/sesi/JUALAN-1")

    check_accessibility(sari)
    screenshot(sari, "session")
    sari.goto("/sesi/JUALAN-1/peserta")
    expect(sari.locator("#menunggu ~ table").first.locator("tbody tr")).not_to_have_count(0)
    check_accessibility(sari)
    sari.goto("/kalender")
    check_accessibility(sari)
    sari.goto("/kegiatan/JUALAN")
    screenshot(sari, "workshop", topic="kegiatan-baru")
