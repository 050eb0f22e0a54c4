"""Eighty people of a session: chosen in the list, marked, moved, and marks undone; on a phone, also without scripts."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.models import Registration
from app.settings import Settings
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.services.registrations.selections.chosen import Chosen
from tests.upcoming_sessions import begin_session, create_upcoming_session

PEOPLE = 80
SCREEN = 800
ADDRESS = "/sesi/JUALAN-1/peserta"
SMALL_TARGETS = """selector => [...document.querySelectorAll(selector)]
  .filter(element => element.checkVisibility())
  .map(element => element.getBoundingClientRect())
  .filter(({height}) => height < 24).length"""

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"]),
    pytest.mark.parametrize("width", [PHONE]),
]


@pytest.fixture
def eighty(engine: Engine, settings: Settings) -> Chosen:
    """A session to come with eighty people, and another one of the workshop with two places."""
    city = City(engine, settings)
    chosen = Chosen(city, create_upcoming_session(city))
    create_upcoming_session(city, "JUALAN-2", capacity=2, days=12)
    for number in range(PEOPLE):
        city.register(chosen.code, f"Peserta Contoh {number:02}", (MANGGAR, LAMARU, SEPINGGAN)[number % 3])
    return chosen


@pytest.fixture
def people(page: Page, eighty: Chosen) -> Page:
    """Sari's list of the people."""
    log_in_as(page, eighty.city, "sari")
    page.goto(ADDRESS)
    return page


def choose(page: Page, *numbers: int) -> None:
    for number in numbers:
        page.get_by_label(f"Pilih Peserta Contoh {number:02}").check()


def press(page: Page, name: str) -> None:
    page.locator(".selection-bar").get_by_role("button", name=name, exact=True).click()


def test_a_person_is_a_line_or_two_and_the_tools_are_near(
    people: Page, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    check_accessibility(people)
    screenshot(people, "people-of-a-session")
    rows = people.locator(".people-list tbody tr")
    expect(rows).to_have_count(PEOPLE)
    heights = rows.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) <= 64
    last_tool = people.locator("[name=semua]").evaluate("box => box.getBoundingClientRect().bottom")
    assert last_tool <= 2 * SCREEN
    assert (
        people.evaluate(SMALL_TARGETS, ".people-list a, .people-list label, .people-choose label, summary")
        == 0
    )
    expect(people.locator(".selection-bar")).to_be_hidden()

    choose(people, 3)

    expect(people.locator(".selection-bar")).to_be_in_viewport()
    expect(people.locator("[data-chosen]")).to_have_text("1 dipilih")
    check_accessibility(people)


def test_the_chosen_are_marked_and_it_is_undone(
    people: Page, eighty: Chosen, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    begin_session(eighty.city, eighty.code)
    people.reload()
    choose(people, 3, 5, 7)
    screenshot(people, "people-chosen", topic="daftar-peserta", shows=".people-list")
    press(people, "Hadir")
    expect(people.locator("h1")).to_have_text("Tandai 3 orang hadir?")
    check_accessibility(people)
    people.get_by_role("button", name="Tandai 3 hadir").click()
    expect(people.locator("#kabar")).to_have_text("3 orang ditandai hadir.")
    assert list(eighty.city.outcomes().values()).count("present") == 3
    check_accessibility(people)

    people.get_by_role("link", name="Tandai sisanya tidak hadir (77)").click()
    check_accessibility(people)
    people.get_by_role("button", name="Tandai 77 tidak hadir").click()
    assert list(eighty.city.outcomes().values()).count("absent") == 77
    people.get_by_role("button", name="Urungkan tanda ini").click()

    expect(people.locator("#kabar")).to_have_text("Tanda 77 orang kembali seperti semula.")
    assert list(eighty.city.outcomes().values()).count("present") == 3
    assert list(eighty.city.outcomes().values()).count(None) == 77


def test_the_chosen_are_moved_as_the_page_says(
    people: Page, eighty: Chosen, check_accessibility: PageCheck
) -> None:
    choose(people, 1, 2, 4)
    press(people, "Pindahkan")
    expect(people.get_by_text("2 mendapat tempat, 1 masuk daftar tunggu")).to_be_visible()
    check_accessibility(people)
    people.get_by_role("button", name="Pindahkan").click()

    expect(people.locator("#kabar")).to_contain_text("3 orang dipindahkan ke sesi")
    assert sorted(Chosen(eighty.city, "JUALAN-2").statuses().values()) == [
        "confirmed",
        "confirmed",
        "waitlisted 1",
    ]
    expect(people.locator(".people-list tbody tr")).to_have_count(PEOPLE - 3)


def test_all_are_chosen_by_one_tap_and_the_way_back_keeps_them(people: Page) -> None:
    everyone = people.get_by_label(f"Pilih semua {PEOPLE}")
    everyone.check()
    expect(people.locator("[data-chosen]")).to_have_text(f"{PEOPLE} dipilih")
    people.get_by_label("Pilih Peserta Contoh 03").uncheck()
    expect(everyone).not_to_be_checked()
    expect(people.locator("[data-chosen]")).to_have_text(f"{PEOPLE - 1} dipilih")
    everyone.check()
    press(people, "Batalkan")
    expect(people.locator("h1")).to_have_text(f"Batalkan {PEOPLE} pendaftaran?")


@pytest.mark.parametrize("javascript", [False])
def test_without_scripts_people_are_chosen_and_marked_too(people: Page, eighty: Chosen) -> None:
    people.locator("summary", has_text="Saring dan urutkan").click()
    people.get_by_label("Kelurahan", exact=True).select_option(label="Lamaru")
    people.locator(".people-more").get_by_role("button").click()
    people.get_by_label("Pilih semua 27").check()
    press(people, "Izin")
    people.get_by_role("button", name="Tandai 27 izin").click()

    assert list(eighty.city.outcomes().values()).count("excused") == 27
    people.get_by_role("button", name="Urungkan tanda ini").click()
    assert set(eighty.city.outcomes().values()) == {None}
    assert len(eighty.city.all(Registration)) == PEOPLE
