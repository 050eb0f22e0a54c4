"""An administrator invites somebody, who comes in by the link; everybody can use the pages."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.database import writing
from app.i18n import wita
from app.models.base import now
from app.services.privacy.breaches import BreachInput, record_breach
from app.settings import Settings
from tests.browser.conftest import PageCheck
from tests.browser.steps import log_in, log_in_as, submit
from tests.city import City, sheet

PASSWORD = "kebun raya di tepi kota"
PLACES = (
    "/administrasi",
    "/administrasi/penyelenggara",
    "/administrasi/kelompok",
    "/administrasi/kelompok/rt",
    "/administrasi/wilayah",
    "/administrasi/wilayah/64.71.04.1001",
    "/administrasi/wilayah/baru",
    "/administrasi/sebutan-tak-jelas",
    "/administrasi/pemberitahuan",
    "/administrasi/kebocoran",
    "/administrasi/kebocoran/1",
    "/administrasi/kebocoran/1/ubah",
    "/privasi",
    "/peserta/1",
    "/peserta/1/ubah",
    "/peserta/1/kelompok",
    "/peserta/1/data",
    "/usulan",
    "/permintaan-data",
    "/data-tersimpan",
    "/pengaturan/penyimpanan",
    "/administrasi/persetujuan",
    "/administrasi/pengguna/1",
    "/akun",
    "/akun/kata-sandi",
    "/akun/surel",
    "/catatan",
)

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def made(page: Page, engine: Engine, settings: Settings) -> Page:
    """Made, the administrator, is logged in; Ani has come to a session."""
    city = City(engine, settings)
    city.import_sheet(
        city.session(), sheet("Nama;Kelurahan;HP;Kehadiran", "Ani Aster;Manggar;081200000001;hadir")
    )
    with writing(engine) as db:
        found = wita(now()).replace(tzinfo=None)
        breach = BreachInput("Daftar salah kirim", found, "Surel salah alamat.", "Nama", scope="all")
        record_breach(db, city.actor("made"), breach)
    log_in_as(page, city, "made")
    return page


def test_whoever_is_invited_comes_in_by_the_link(made: Page, check_accessibility: PageCheck) -> None:
    made.goto("/administrasi/pengguna/baru")
    check_accessibility(made)
    made.locator("input[name=email]").fill("ani@contoh.id")
    made.locator("input[name=name]").fill("Ani Aster")
    submit(made)
    check_accessibility(made)
    link = made.locator("#password_link").input_value()
    made.goto("/administrasi/pengguna")
    check_accessibility(made)
    made.get_by_role("link", name="Ani Aster").click()
    check_accessibility(made)

    made.locator("form[action='/keluar'] button").click()
    made.goto(re.sub(r"^https?://[^/]+", "", link))
    made.locator("input[name=password]").fill(PASSWORD)
    made.locator("input[name=repeated]").fill(PASSWORD)
    submit(made)
    log_in(made, "ani@contoh.id", PASSWORD)
    expect(made.locator(".who")).to_contain_text("Ani Aster")


def test_everybody_can_use_the_lists(made: Page, check_accessibility: PageCheck) -> None:
    for place in PLACES:
        made.goto(place)
        check_accessibility(made)
