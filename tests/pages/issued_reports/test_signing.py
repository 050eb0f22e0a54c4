"""The page on which reports are signed electronically, and scans of paper copies are kept."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.models import IssuedReportFile, SignedScan
from app.queries.issued_reports.reports import slug_of
from app.settings import Settings
from tests.city import City
from tests.esign_service import NIK, OTHER_NIK, OTHER_PASSPHRASE, PASSPHRASE, SEAL_TOTP, EsignServer
from tests.issued_reports import PDF, issued, newest
from tests.pages.conftest import english_browser, logged_in, served_to_browsers
from tests.pages.issued_reports.test_verification import text_of

__all__ = ["issued"]


@pytest.fixture
def signing_app(issued: City, esign_settings: Settings) -> Iterator[FastAPI]:
    with served_to_browsers(esign_settings) as app:
        yield app


@pytest.fixture
def dinas(signing_app: FastAPI, issued: City) -> TestClient:
    """The browser of a viewer of Dinas Kominfo."""
    return logged_in(signing_app, issued.engine, issued.users["rina"])


def address(city: City, page: str) -> str:
    return f"/laporan/{slug_of(newest(city).number)}/{page}"


def test_two_sign_and_everyone_sees_that_it_is_certified(
    issued: City, signing_app: FastAPI, dinas: TestClient
) -> None:
    path = address(issued, "tanda-tangan")
    form = {"signatory": "0", "signer": f"{NIK[:6]} {NIK[6:]}", "method": "passphrase", "secret": PASSPHRASE}

    signed = dinas.post(path, data=form, follow_redirects=True)

    assert "Signed, checked and stored." in signed.text
    assert "Wayan Contoh, S.Kom., Kepala Dinas</option>" not in signed.text
    dinas.post(path, data=form | {"signatory": "1", "signer": OTHER_NIK, "secret": OTHER_PASSPHRASE})
    public = english_browser(signing_app)
    by_number = text_of(public.get(f"/verifikasi/{slug_of(newest(issued).number)}").text)
    assert "Certified electronic signature" in by_number
    assert "Dewi Contoh, S.E., Sekretaris Daerah" in by_number
    assert "Names in the certificates: Wayan Contoh, Dewi Contoh." in by_number
    assert "The QR code is no electronic signature" in by_number
    files = {file.kind: file.content for file in issued.all(IssuedReportFile)}
    by_file = public.post("/verifikasi", files={"file": ("a.pdf", files["signed-pdf-2"])}).text
    assert "It is inside the file that you have checked." in by_file
    unsigned = public.post("/verifikasi", files={"file": ("a.pdf", files["pdf"])}).text
    assert "The file that you have checked is the one without it." in unsigned
    assert dinas.get(address(issued, "berkas/signed-pdf-2")).content == files["signed-pdf-2"]
    assert "PDF with 2 electronic signatures" in dinas.get(address(issued, "")[:-1]).text


def test_a_signature_that_was_not_confirmed_is_not_called_certified(
    issued: City, signing_app: FastAPI, dinas: TestClient, esign_server: EsignServer
) -> None:
    esign_server.checks = False
    form = {"signatory": "seal", "seal_totp": SEAL_TOTP}
    signed = dinas.post(address(issued, "tanda-tangan"), data=form, follow_redirects=True)
    assert "has not confirmed it yet" in signed.text
    public = english_browser(signing_app)
    number = f"/verifikasi/{slug_of(newest(issued).number)}"
    assert "Certified" not in public.get(number).text
    failed = dinas.post(address(issued, "tanda-tangan/periksa"))
    assert failed.status_code == 502

    esign_server.checks = True
    confirmed = dinas.post(address(issued, "tanda-tangan/periksa"), follow_redirects=True)

    assert "The service has confirmed the signatures." in confirmed.text
    assert "Certified electronic signature" in public.get(number).text
    wrong = dinas.post(address(issued, "tanda-tangan"), data=form | {"seal_totp": "1"})
    assert 'id="seal_totp-error"' in wrong.text


def test_a_wrong_passphrase_is_told_at_its_field_and_not_shown_again(
    issued: City, dinas: TestClient, esign_server: EsignServer
) -> None:
    form = {"signatory": "1", "signer": NIK, "method": "totp", "secret": "rahasia-salah"}

    page = dinas.post(address(issued, "tanda-tangan"), data=form)

    assert page.status_code == 422
    assert 'id="secret-error">The passphrase or TOTP code is wrong' in page.text
    assert "rahasia-salah" not in page.text
    assert f'value="{NIK}"' in page.text
    assert '<option value="1" selected>' in page.text
    esign_server.failure = (503, b"")
    broken = dinas.post(address(issued, "tanda-tangan"), data=form)
    assert broken.status_code == 502
    assert "reports an error of its own" in broken.text


def test_without_the_service_the_page_offers_paper(
    issued: City, admin: TestClient, organizer: TestClient
) -> None:
    path = address(issued, "tanda-tangan")
    page = admin.get(path).text
    assert "are not set up here" in page
    assert 'name="secret"' not in page
    assert admin.post(path, data={"signatory": "0"}).status_code == 409

    stored = admin.post(
        address(issued, "pindaian"), files={"file": ("lembar.pdf", PDF)}, follow_redirects=True
    )
    assert "The scan is stored." in stored.text
    again = admin.post(address(issued, "pindaian"), files={"file": ("lembar.pdf", PDF)})
    assert again.status_code == 409
    assert "uploaded already" in again.text
    wrong = admin.post(address(issued, "pindaian"), files={"file": ("lembar.pdf", b"PK")})
    assert wrong.status_code == 422
    assert 'id="file-error"' in wrong.text
    assert "Choose a file first." in admin.post(address(issued, "pindaian")).text
    (scan,) = issued.all(SignedScan)
    download = admin.get(address(issued, f"pindaian/{scan.id}/berkas"))
    assert download.content == PDF
    assert download.headers["content-disposition"].startswith("attachment")

    seen = organizer.get(path)
    assert "lembar.pdf" in seen.text
    assert f"pindaian/{scan.id}/" not in seen.text
    assert "Scans of the copy signed on paper: 1" in organizer.get(address(issued, "")[:-1]).text
    assert organizer.get(address(issued, f"pindaian/{scan.id}/berkas")).status_code == 403
    assert organizer.post(address(issued, "pindaian"), files={"file": ("a.pdf", PDF)}).status_code == 403
    admin.post(address(issued, f"pindaian/{scan.id}/hapus"))
    assert issued.all(SignedScan) == []
