"""Attendance on the day, on a phone: taps, tickets before the camera, and a connection that comes and goes."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, Dialog, Locator, Page, expect
from sqlalchemy import Engine

from app.models import AttendanceMark, Registration, RegistrationStatus
from app.settings import Settings
from tests.browser.conftest import PHONE, QUIET, PageCheck, Screenshot, find_chromium
from tests.browser.steps import fulfill_with_ok, log_in_as
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.server import Server
from tests.upcoming_sessions import begin_session

SESSION = "/sesi/UMKM-2025-1/hadir"
LISTS_KEPT_IN_THE_END = """async () => {
  const kept = async () => (await caches.keys()).length;
  for (let frames = 0; frames < 300 && await kept(); frames++) await new Promise(requestAnimationFrame);
  return kept();
}"""
# The form of a walk-in waits for an answer until `loseForm` is called; all else is fetched as usual.
FORM_WITHOUT_ANSWER = """() => {
  const { fetch } = window;
  window.fetch = (address, ...rest) => String(address).endsWith("/datang")
    ? new Promise((_, reject) => { window.loseForm = () => reject(new TypeError("no connection")); })
    : fetch(address, ...rest);
}"""
PEOPLE = (("Siti Aminah", MANGGAR), ("Andi Contoh", LAMARU), ("Nur Aini", SEPINGGAN), ("Dewi Contoh", LAMARU))

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"]),
    pytest.mark.parametrize("width", [PHONE]),
]


@pytest.fixture
def budi(engine: Engine, settings: Settings) -> City:
    """Budi takes the attendance; four are registered, and one waits."""
    city = City(engine, settings)
    city.session("UMKM-2025-1", datetime(2025, 9, 10, 8, 30))  # noqa: DTZ001 (a wall-clock time in WITA)
    for name, kelurahan in PEOPLE:
        city.register("UMKM-2025-1", name, kelurahan)
    city.register("UMKM-2025-1", "Rahmat Contoh", status=RegistrationStatus.WAITLISTED)
    return city


@pytest.fixture
def check_in(page: Page, budi: City) -> Page:
    """The list, open on Budi's phone."""
    log_in_as(page, budi, "budi")
    page.goto(SESSION)
    return page


def person(page: Page, name: str) -> Locator:
    return page.locator(".person", has=page.get_by_role("link", name=name))


def tap(page: Page, name: str, outcome: str) -> None:
    person(page, name).get_by_role("button", name=outcome, exact=True).click()


def expect_outcome(page: Page, name: str, outcome: str) -> None:
    """The button pressed; none where `outcome` is empty."""
    expect(person(page, name)).to_have_attribute("data-outcome", outcome)
    expect(person(page, name).locator("[aria-pressed=true]")).to_have_count(1 if outcome else 0)


def test_one_tap_a_person(
    check_in: Page, budi: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    check_accessibility(check_in)
    tap(check_in, "Siti Aminah", "Hadir")
    tap(check_in, "Andi Contoh", "Izin")
    expect_outcome(check_in, "Siti Aminah", "present")
    expect(check_in.locator("#present")).to_have_text("1")
    expect(check_in.locator("#unsent")).to_be_hidden()
    assert budi.outcomes()["Siti Aminah"] == "present"
    check_accessibility(check_in)
    screenshot(check_in, "check-in", topic="hari-pelaksanaan")

    check_in.get_by_role("button", name="Batalkan").click()
    expect_outcome(check_in, "Andi Contoh", "")
    expect(check_in.locator("#said p")).to_have_text("Andi Contoh: tanda dihapus.")
    check_in.get_by_label("Nama atau kelurahan").fill("lamaru")
    expect(check_in.locator(".person:visible")).to_have_count(2)
    check_in.get_by_label("Nama atau kelurahan").fill("")

    check_in.locator("summary", has_text="Datang tanpa mendaftar").click()
    check_in.get_by_label("Nama", exact=True).fill("Joko Contoh")
    check_in.get_by_label("Kelurahan", exact=True).select_option(label="Manggar")
    check_in.route("**/datang", lambda route: route.fulfill(body="Bad Gateway"))
    check_in.get_by_role("button", name="Daftarkan dan tandai hadir").click()
    expect(check_in.locator("#said p")).to_contain_text("Server tidak bisa menjawab.")
    expect(check_in.get_by_label("Nama", exact=True)).to_have_value("Joko Contoh")
    check_in.unroute("**/datang")
    check_in.get_by_role("button", name="Daftarkan dan tandai hadir").click()
    expect_outcome(check_in, "Joko Contoh", "present")
    expect(check_in.locator("#said p")).to_have_text("Joko Contoh terdaftar dan hadir.")
    expect(check_in.locator("#registered")).to_have_text("5")
    expect(check_in.get_by_label("Nama", exact=True)).to_have_value("")
    expect(check_in.get_by_label("Nama", exact=True)).to_be_focused()

    person(check_in, "Andi Contoh").get_by_role("link").click()
    expect(check_in.locator("tbody tr")).to_have_count(2)
    check_accessibility(check_in)


def test_why_somebody_who_comes_is_refused_stands_beside_the_fields(check_in: Page) -> None:
    tap(check_in, "Siti Aminah", "Hadir")
    expect(check_in.locator("#unsent")).to_be_hidden()
    check_in.route("**/datang", fulfill_with_ok)
    check_in.locator("summary", has_text="Datang tanpa mendaftar").click()
    name = check_in.get_by_label("Nama", exact=True)
    for typed, why in (
        ("  ", "Nama perlu diisi, dengan huruf."),
        ("Siti Aminah", "Orang ini sudah terdaftar untuk sesi ini."),
    ):
        name.fill(typed)
        check_in.get_by_label("Kelurahan", exact=True).select_option(label="Manggar")
        check_in.get_by_role("button", name="Daftarkan dan tandai hadir").click()
        expect(check_in.locator("#walk-in")).to_contain_text(why)
        expect(check_in.locator("#said")).to_be_hidden()
        expect(name).to_be_focused()


def test_whoever_is_not_found_is_registered_from_there(
    check_in: Page, check_accessibility: PageCheck
) -> None:
    search = check_in.get_by_label("Nama atau kelurahan")
    search.fill("Zainal")
    expect(check_in.get_by_text("Tidak ada yang bernama atau berkelurahan itu di daftar.")).to_be_visible()
    check_accessibility(check_in)
    check_in.get_by_role("link", name="Datang tanpa mendaftar").click()
    expect(check_in.get_by_label("Nama", exact=True)).to_be_focused()

    search.fill("rahmat")
    expect(person(check_in, "Rahmat Contoh")).to_be_visible()
    expect(check_in.locator("#nobody")).to_be_hidden()


def test_without_a_connection_marks_wait_and_are_sent_later(check_in: Page, budi: City) -> None:
    check_in.context.set_offline(True)
    for name, outcome in (("Siti Aminah", "Hadir"), ("Andi Contoh", "Hadir"), ("Siti Aminah", "Tidak hadir")):
        tap(check_in, name, outcome)
    expect(check_in.locator("#unsent")).to_have_text("3 belum terkirim")
    expect(check_in.locator("#present")).to_have_text("1")
    assert set(budi.outcomes().values()) == {None}

    check_in.context.set_offline(False)

    expect(check_in.locator("#unsent")).to_be_hidden()
    expect_outcome(check_in, "Siti Aminah", "absent")
    outcomes = budi.outcomes()
    assert (outcomes["Siti Aminah"], outcomes["Andi Contoh"]) == ("absent", "present")
    marks = budi.all(AttendanceMark)
    assert [mark.marked_at for mark in marks] == sorted(mark.marked_at for mark in marks)
    assert all(mark.marked_at < mark.received_at for mark in marks)


def test_marks_survive_the_page_and_may_be_sent_twice(check_in: Page, budi: City) -> None:
    check_in.context.set_offline(True)
    tap(check_in, "Siti Aminah", "Hadir")
    tap(check_in, "Nur Aini", "Izin")
    kept = check_in.evaluate("({...localStorage})")
    check_in.goto("about:blank")
    check_in.context.set_offline(False)

    for answer_lost in (True, False):
        check_in.goto(SESSION)
        expect(check_in.locator("#unsent")).to_be_hidden()
        if answer_lost:
            check_in.evaluate("kept => Object.assign(localStorage, kept)", kept)

    outcomes = budi.outcomes()
    assert (outcomes["Siti Aminah"], outcomes["Nur Aini"]) == ("present", "excused")
    assert len(budi.all(AttendanceMark)) == 2


def test_on_its_day_the_list_opens_without_a_connection(check_in: Page, budi: City) -> None:
    begin_session(budi, "UMKM-2025-1")
    check_in.goto(SESSION)
    expect(check_in.get_by_text("terbuka tanpa sambungan")).to_be_visible()
    tap(check_in, "Siti Aminah", "Hadir")
    expect(check_in.locator("#unsent")).to_be_hidden()

    check_in.context.set_offline(True)
    check_in.reload()
    expect_outcome(check_in, "Siti Aminah", "present")
    tap(check_in, "Andi Contoh", "Izin")
    check_in.reload()
    expect_outcome(check_in, "Andi Contoh", "excused")
    expect(check_in.locator("#unsent")).to_have_text("1 belum terkirim")
    check_in.context.set_offline(False)
    expect(check_in.locator("#unsent")).to_be_hidden()
    assert budi.outcomes()["Andi Contoh"] == "excused"

    check_in.get_by_role("button", name="Menu").click()
    check_in.get_by_role("button", name="Keluar").click()
    expect(check_in).to_have_url("/masuk")
    assert check_in.evaluate(LISTS_KEPT_IN_THE_END) == 0


def type_walk_in(page: Page, name: str, kelurahan: str = "Manggar") -> None:
    if not page.get_by_label("Nama", exact=True).is_visible():
        page.locator("summary", has_text="Datang tanpa mendaftar").click()
    page.get_by_label("Nama", exact=True).fill(name)
    page.get_by_label("Kelurahan", exact=True).select_option(label=kelurahan)
    page.get_by_role("button", name="Daftarkan dan tandai hadir").click()


def kept(page: Page, name: str) -> Locator:
    """Return the line of somebody who is kept on the device."""
    return page.locator("#walk-ins-kept li", has_text=name)


def test_who_comes_without_a_connection_is_registered_later_once(
    check_in: Page, budi: City, check_accessibility: PageCheck
) -> None:
    begin_session(budi, "UMKM-2025-1")
    check_in.goto(SESSION)
    expect(check_in.get_by_text("terbuka tanpa sambungan")).to_be_visible()
    tap(check_in, "Siti Aminah", "Hadir")
    expect(check_in.locator("#unsent")).to_be_hidden()
    check_in.context.set_offline(True)
    type_walk_in(check_in, "Joko Contoh")
    type_walk_in(check_in, "Rini Contoh", "Lamaru")
    expect(kept(check_in, "Joko Contoh")).to_contain_text("Menunggu sambungan.")
    expect(check_in.locator("#unsent")).to_have_text("2 belum terkirim")
    expect(check_in.get_by_label("Nama", exact=True)).to_have_value("")
    check_accessibility(check_in)
    check_in.reload()
    expect(kept(check_in, "Rini Contoh")).to_contain_text("Lamaru")
    stored = check_in.evaluate("({...localStorage})")

    check_in.context.set_offline(False)

    expect_outcome(check_in, "Joko Contoh", "present")
    expect_outcome(check_in, "Rini Contoh", "present")
    expect(check_in.locator("#walk-ins-kept")).to_be_hidden()
    assert "Joko" not in str(check_in.evaluate("({...localStorage})"))
    check_in.evaluate("stored => Object.assign(localStorage, stored)", stored)  # the answers were lost
    check_in.reload()
    expect(check_in.locator("#unsent")).to_be_hidden()
    assert len(budi.all(Registration)) == len(PEOPLE) + 1 + 2
    assert all(mark.marked_at < mark.received_at for mark in budi.all(AttendanceMark))


def test_the_page_loaded_anew_without_a_connection_loses_nobody_who_came(check_in: Page, budi: City) -> None:
    """The list that is kept has one form for all: its key must not make one person replace another."""
    begin_session(budi, "UMKM-2025-1")
    check_in.goto(SESSION)
    expect(check_in.get_by_text("terbuka tanpa sambungan")).to_be_visible()
    tap(check_in, "Siti Aminah", "Hadir")
    expect(check_in.locator("#unsent")).to_be_hidden()
    check_in.context.set_offline(True)
    for name in ("Joko Contoh", "Rini Contoh", "Tuti Contoh"):
        check_in.reload()
        type_walk_in(check_in, name)

    expect(check_in.locator("#unsent")).to_have_text("3 belum terkirim")
    check_in.context.set_offline(False)

    expect_outcome(check_in, "Tuti Contoh", "present")
    expect(check_in.locator("#walk-ins-kept")).to_be_hidden()
    assert len(budi.all(Registration)) == len(PEOPLE) + 1 + 3


def test_what_is_typed_while_an_answer_is_awaited_is_not_taken_for_who_was_sent(
    check_in: Page, budi: City
) -> None:
    check_in.evaluate(FORM_WITHOUT_ANSWER)
    type_walk_in(check_in, "Joko Contoh")
    expect(check_in.locator("#walk-in form")).to_have_attribute("inert", "")
    check_in.locator("#name").evaluate("field => { field.value = 'Rini Contoh' }")
    check_in.evaluate("loseForm()")

    expect(check_in.locator("#walk-in form")).not_to_have_attribute("inert", "")
    expect(check_in.locator("#name")).to_have_value("Rini Contoh")
    expect_outcome(check_in, "Joko Contoh", "present")
    assert len(budi.all(Registration)) == len(PEOPLE) + 1 + 1


def test_what_the_server_asks_about_who_came_is_answered_at_the_door(
    check_in: Page, budi: City, check_accessibility: PageCheck
) -> None:
    budi.session("LAIN-1")
    for _ in range(2):
        budi.register("LAIN-1", "Joko Contoh")
    tap(check_in, "Siti Aminah", "Hadir")
    expect(check_in.locator("#unsent")).to_be_hidden()
    check_in.context.set_offline(True)
    for name in ("Joko Contoh", "Siti Aminah", "12"):
        type_walk_in(check_in, name)
    check_in.route("**/tertunda", fulfill_with_ok)

    check_in.context.set_offline(False)

    expect(kept(check_in, "Joko Contoh")).to_contain_text("Pilih salah satu")
    check_accessibility(check_in)
    kept(check_in, "Joko Contoh").get_by_role("radio").first.check()
    kept(check_in, "Joko Contoh").get_by_role("button", name="Daftarkan dan tandai hadir").click()
    expect_outcome(check_in, "Joko Contoh", "present")

    expect(kept(check_in, "Siti Aminah")).to_contain_text("sudah terdaftar")
    kept(check_in, "Siti Aminah").get_by_role("button", name="Hapus dari antrean").click()
    expect(kept(check_in, "Siti Aminah")).to_have_count(0)

    kept(check_in, "12").get_by_role("button", name="Perbaiki").click()
    expect(check_in.get_by_label("Nama", exact=True)).to_have_value("12")
    expect(check_in.locator("#walk-ins-kept")).to_be_hidden()
    assert len(budi.all(Registration)) == len(PEOPLE) + 1 + 2 + 1


def test_a_log_out_deletes_who_was_not_registered_after_asking(check_in: Page, budi: City) -> None:
    check_in.context.set_offline(True)
    type_walk_in(check_in, "Joko Contoh")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept() if len(asked) > 1 else dialog.dismiss()

    check_in.on("dialog", answer)
    check_in.route("**/tertunda", lambda route: route.fulfill(body="Bad Gateway"))
    check_in.context.set_offline(False)
    for _ in range(2):
        if not check_in.get_by_role("button", name="Keluar").is_visible():
            check_in.get_by_role("button", name="Menu").click()
        check_in.get_by_role("button", name="Keluar").click()

    expect(check_in).to_have_url("/masuk")
    assert "1 orang" in asked[0]
    assert check_in.evaluate("Object.keys(localStorage).filter(key => key.includes('walk-ins')).length") == 0
    assert len(budi.all(Registration)) == len(PEOPLE) + 1


def test_what_another_device_did_shows_by_itself(check_in: Page, budi: City) -> None:
    check_in.clock.install()
    check_in.goto(SESSION)
    other = check_in.context.new_page()
    other.goto(SESSION)
    tap(other, "Siti Aminah", "Hadir")
    expect(other.locator("#unsent")).to_be_hidden()
    budi.register("UMKM-2025-1", "Joko Contoh")
    expect_outcome(check_in, "Siti Aminah", "")

    check_in.clock.run_for(16_000)

    expect_outcome(check_in, "Siti Aminah", "present")
    expect(person(check_in, "Joko Contoh")).to_be_visible()


@pytest.mark.parametrize("javascript", [False])
def test_without_scripts_every_tap_is_a_form(check_in: Page, budi: City) -> None:
    tap(check_in, "Siti Aminah", "Hadir")
    expect_outcome(check_in, "Siti Aminah", "present")
    check_in.get_by_role("button", name="Batalkan tanda terakhir").click()
    expect_outcome(check_in, "Siti Aminah", "")

    check_in.get_by_label("Nama atau kelurahan").fill("sepinggan")
    check_in.get_by_role("button", name="Cari").click()
    expect(check_in.locator(".person:visible")).to_have_count(1)
    check_in.get_by_text("Tiket: pindai atau ketik").click()
    check_in.get_by_label("Kode tiket").fill(budi.all(Registration)[0].code)
    check_in.get_by_role("button", name="Tandai hadir", exact=True).click()
    expect(check_in.locator("#present")).to_have_text("1")


# --- a ticket before the camera ---


@pytest.fixture
def ticket(budi: City, tmp_path: Path) -> Path:
    """What the camera sees: the ticket of Nur, as a film of one picture."""
    code = next(one.code for one in budi.all(Registration) if one.kelurahan_code == SEPINGGAN)
    qr = segno.make(f"https://jangkau.contoh.id/tiket/{code}", micro=False)
    lines = [bytes(16 if dark else 235 for dark in line) for line in qr.matrix_iter(scale=8, border=8)]
    size = len(lines) // 2 * 2
    luma = b"".join(line[:size] for line in lines[:size])
    film = tmp_path / "ticket.y4m"
    header = f"YUV4MPEG2 W{size} H{size} F10:1 Ip A1:1 C420jpeg\nFRAME\n".encode()
    film.write_bytes(header + luma + bytes([128]) * (size * size // 2))
    return film


@pytest.fixture
def page_with_camera(browser: Browser, ticket: Path, server: Server, width: int) -> Iterator[Page]:
    film = f"--use-file-for-fake-video-capture={ticket}"
    seeing = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", film]
    with browser.browser_type.launch(executable_path=find_chromium(), args=[*QUIET, *seeing]) as with_camera:
        yield with_camera.new_page(
            base_url=server.url, locale="id-ID", viewport={"width": width, "height": 800}
        )


def test_a_ticket_before_the_camera_marks_its_holder(page_with_camera: Page, budi: City) -> None:
    page = page_with_camera
    log_in_as(page, budi, "budi")
    page.goto(SESSION)
    page.get_by_text("Tiket: pindai atau ketik").click()
    page.get_by_role("button", name="Pindai dengan kamera").click()

    expect_outcome(page, "Nur Aini", "present")
    expect(page.locator("#said")).to_contain_text("Nur Aini: Hadir.")
    page.get_by_role("button", name="Berhenti memindai").click()
    expect(page.locator("video")).to_be_hidden()
