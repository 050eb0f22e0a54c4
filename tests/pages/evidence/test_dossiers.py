"""The dossier as an administrator makes it: indicators, what is tied and what is missing, the file, and the table."""

import re
import zipfile
from io import BytesIO

from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.database import writing
from app.jobs.tasks import TaskRunner
from app.models import EvaluationIndicator, Evidence, WorkshopSession
from app.settings import Settings
from tests.city import City
from tests.evidence_files import attach, photo
from tests.pages.evidence.test_attachments import text_of
from tests.pages.filled_forms import form_data

PATH = "/berkas-evaluasi"


def test_evidence_is_tied_and_packed(
    admin: TestClient, workshop_session: WorkshopSession, city: City, settings: Settings
) -> None:
    (file,) = attach(city, "SPBE-2025-1", photo(), caption="Sesi praktik")
    page = admin.get(PATH, params={"instrumen": "Smart City", "tahun": "2025"}).text
    assert "9 indicators without evidence" in text_of(page)
    (link,) = re.findall(r'href="([^"]+)" aria-label="Tie evidence to SC-SOC-1"', page)
    assert "Photo : Sesi praktik" in text_of(admin.get(link).text).replace("Photo:", "Photo :")

    nothing = admin.post(link, data={"level": "3"})
    assert nothing.status_code == 422
    assert "Tick at least one piece of evidence." in nothing.text
    tied = admin.post(link, data={"level": "3", "attachments": [file], "figures": ["coverage"]})
    assert tied.headers["location"] == link

    page = admin.get(PATH, params={"instrumen": "Smart City", "tahun": "2025"}).text
    assert "8 indicators without evidence" in text_of(page)
    assert f'href="/sesi/SPBE-2025-1/bukti/{file}"' in page
    assert 'href="/cakupan?from=2025-01-01&amp;to=2025-12-31"' in page
    made = admin.post(f"{PATH}/susun", data={"instrument": "Smart City", "year": "2025"})
    assert "The dossier will be made in a moment." in admin.get(made.headers["location"]).text
    TaskRunner(settings, city.engine, city.vault).drain()
    page = admin.get(made.headers["location"]).text
    (download,) = re.findall(rf'href="({PATH}/unduh/\d+)"', page)
    answer = admin.get(download)
    assert answer.headers["content-type"] == "application/zip"
    assert (
        answer.headers["content-disposition"] == 'attachment; filename="berkas-evaluasi-smart-city-2025.zip"'
    )
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert any(name.endswith(".jpg") for name in zipfile.ZipFile(BytesIO(answer.content)).namelist())

    for one in city.all(Evidence):
        admin.post(f"{PATH}/bukti/{one.id}/lepas")
    assert "Nothing is tied to this indicator in 2025 yet." in admin.get(link).text


def test_an_instrument_may_have_any_name_and_other_years_are_refused(
    admin: TestClient, workshop_session: WorkshopSession, city: City, settings: Settings
) -> None:
    name = 'Indeks "Pemdi" – 2026'
    with writing(city.engine) as db:
        indicator = db.exec(select(EvaluationIndicator).order_by(col(EvaluationIndicator.id))).first()
        assert indicator
        indicator.instrument = name
    made = admin.post(f"{PATH}/susun", data={"instrument": name, "year": "2025"})
    TaskRunner(settings, city.engine, city.vault).drain()
    (download,) = re.findall(rf'href="({PATH}/unduh/\d+)"', admin.get(made.headers["location"]).text)

    answer = admin.get(download)

    assert answer.headers["content-disposition"].endswith('"berkas-evaluasi-indeks-pemdi-2026-2025.zip"')
    for year in (0, 99999, 10**20):
        assert admin.get(f"{PATH}/{year}/{indicator.id}").status_code == 404
        assert admin.post(f"{PATH}/susun", data={"instrument": name, "year": str(year)}).status_code == 404
        assert admin.get(PATH, params={"tahun": str(year)}).status_code == 200


def test_a_viewer_of_dinas_ties_and_sees_no_caption(
    viewer: TestClient, workshop_session: WorkshopSession, city: City
) -> None:
    """Captions may name people. Without the grant to see participants there is nothing to open or download."""
    (file,) = attach(city, "SPBE-2025-1", photo(), caption="Siti Aminah bertanya", name="siti.jpg")
    indicator = city.all(EvaluationIndicator)[0].id
    link = f"{PATH}/2025/{indicator}"

    assert viewer.post(link, data={"level": "1", "attachments": [file]}).status_code == 303

    for page in (viewer.get(link).text, viewer.get(PATH, params={"tahun": "2025"}).text):
        assert "Photo, Workshop Literasi Promosi SPBE" in text_of(page)
        assert "Siti" not in page
        assert "siti" not in page
        assert f"/sesi/SPBE-2025-1/bukti/{file}" not in page
    assert "you need the grant to see participants" in viewer.get(PATH).text


def test_addresses_that_name_nothing(admin: TestClient) -> None:
    for path in ("2025/999999", "99999999/1", "unduh/7"):
        assert admin.get(f"{PATH}/{path}").status_code == 404
    assert admin.get(PATH, params={"tahun": "99999999", "instrumen": "Lain"}).status_code == 200
    for form in ({"instrument": "Lain", "year": "2025"}, {"instrument": "Smart City", "year": "99999999"}):
        assert admin.post(f"{PATH}/susun", data=form).status_code == 404
    assert admin.post(f"{PATH}/bukti/7/lepas").status_code == 404
    assert admin.post(f"{PATH}/2025/1", data={"level": "1", "attachments": ["7"]}).status_code == 404
    assert admin.post(f"{PATH}/2025/1", data={"level": "9", "figures": ["coverage"]}).status_code == 422


def test_indicators_are_added_and_changed(admin: TestClient, city: City) -> None:
    table = admin.get("/administrasi/indikator").text
    assert "SC-SOC-1 Literasi digital masyarakat" in text_of(table)
    assert "provisional" in table

    new = {
        "instrument": "Pemerintah Digital",
        "code": "PD-9-2",
        "dimension": "Aspek 9: Kepuasan pengguna",
        "name": "Pemanfaatan layanan",
        **{f"level_{number}": f"Tingkat {number}" for number in range(1, 6)},
        "as_of": "1-12-2026",
        "active": "true",
    }
    assert "This is needed" in admin.post("/administrasi/indikator/baru", data=new | {"name": ""}).text
    assert admin.post("/administrasi/indikator/baru", data=new).status_code == 303
    taken = admin.post("/administrasi/indikator/baru", data=new)
    assert taken.status_code == 409
    added = city.all(EvaluationIndicator)[-1]
    assert (added.code, added.provisional, str(added.as_of)) == ("PD-9-2", False, "2026-12-01")

    address = f"/administrasi/indikator/{added.id}"
    form = form_data(admin.get(address).text)
    form.pop("active")
    assert admin.post(address, data=form | {"level_5": "Diperbaiki"}).status_code == 303
    added = city.all(EvaluationIndicator)[-1]
    assert (added.active, added.levels[4]) == (False, "Diperbaiki")
    late = admin.post(address, data=form | {"level_5": "Lain"})
    assert late.status_code == 409
    assert "<dd>Diperbaiki</dd>" in late.text
