"""Electronic signatures through BSrE's service: each is a file of its own, and what is typed stays nowhere."""

import logging
from dataclasses import replace

import pytest
from pydantic import SecretStr
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.status import SignatureCoverageLevel

from app.errors import Conflict, Forbidden, Invalid, Problem, TooManyRequests
from app.models import Activity, ElectronicSignature, IssuedReportFile
from app.queries.issued_reports.reports import slug_of
from app.services.issued_reports import esign, signing
from app.services.issued_reports.esign import EsignFailed, EsignService, esign_from_settings
from app.services.issued_reports.signing import SigningInput, check_again, sign_report
from app.settings import Settings
from tests.city import City, dump
from tests.database import on_sqlite, postgresql_in_soak
from tests.esign_service import (
    EMAIL,
    NIK,
    OTHER_NIK,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    SEAL_TOTP,
    TOTP,
    EsignServer,
    validate,
)
from tests.issued_reports import issued, newest, revise

__all__ = ["issued"]

BY_WAYAN = SigningInput(0, NIK, PASSPHRASE)
BY_DEWI = SigningInput(1, OTHER_NIK, OTHER_PASSPHRASE)


@pytest.fixture
def service(esign_settings: Settings) -> EsignService:
    service = esign_from_settings(esign_settings)
    assert service is not None
    return service


def sign(
    city: City, service: EsignService, data: SigningInput = BY_WAYAN, *, by: str = "made"
) -> ElectronicSignature:
    return sign_report(city.engine, city.actor(by), service, slug_of(newest(city).number), data)


def pdfs(city: City) -> dict[str, bytes]:
    """Return the content of the PDFs by kind, in their order."""
    files = (file for file in city.all(IssuedReportFile) if file.media_type == "application/pdf")
    return {file.kind: file.content for file in files}


@postgresql_in_soak
@pytest.mark.slow
def test_signatories_sign_one_after_another_and_the_unsigned_twin_stays(
    issued: City, service: EsignService
) -> None:
    unsigned = pdfs(issued)["pdf"]

    first, second = sign(issued, service, BY_DEWI), sign(issued, service, by="rina")

    files = pdfs(issued)
    assert list(files) == ["pdf", "signed-pdf", "signed-pdf-2"]
    assert files["pdf"] == unsigned
    assert unsigned.count(b"/ByteRange") == 0
    assert b"pdfuaid" in unsigned
    (one,) = validate(files["signed-pdf"])
    assert (one.intact, one.valid, one.trusted) == (True, True, True)
    assert one.coverage is SignatureCoverageLevel.ENTIRE_FILE
    dewi, wayan = validate(files["signed-pdf-2"])
    assert dewi.intact
    assert dewi.modification_level <= ModificationLevel.FORM_FILLING
    assert wayan.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert (first.signatory, first.certificate_names) == (1, ["Dewi Contoh"])
    assert (second.signatory, second.certificate_names) == (0, ["Dewi Contoh", "Wayan Contoh"])
    assert first.checked_at
    assert second.checked_at
    with pytest.raises(Conflict, match="signed already"):
        sign(issued, service)


@on_sqlite
def test_a_changed_byte_breaks_the_signature(issued: City, service: EsignService) -> None:
    sign(issued, service)
    signed = bytearray(pdfs(issued)["signed-pdf"])

    signed[signed.index(b"/Lang")] ^= 1  # a byte of the document, before the signature

    (status,) = validate(bytes(signed))
    assert not status.intact


@on_sqlite
@pytest.mark.parametrize(
    ("version", "data", "path"),
    [
        ("v1", BY_WAYAN, "/api/sign/pdf"),
        ("v2", replace(BY_WAYAN, signer=EMAIL), "/api/v2/sign/pdf"),
        ("v2", replace(BY_WAYAN, secret=TOTP, is_totp=True), "/api/v2/sign/pdf"),
        ("v2", SigningInput(None, "", SEAL_TOTP, is_totp=True), "/api/v2/seal/pdf"),
    ],
)
def test_both_versions_and_ways(
    issued: City,
    service: EsignService,
    esign_server: EsignServer,
    version: str,
    data: SigningInput,
    path: str,
) -> None:
    signature = sign(issued, replace(service, version=version), data)  # type: ignore[arg-type]

    assert esign_server.requests[0][0] == path
    assert signature.checked_at is not None
    assert signature.document_id == ("dokumen-1" if version == "v1" else "")
    (status,) = validate(pdfs(issued)["signed-pdf"])
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE


@postgresql_in_soak
@pytest.mark.slow
def test_what_the_signer_types_is_kept_nowhere(
    issued: City, service: EsignService, esign_server: EsignServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sign(issued, service)
    sign(issued, service, replace(BY_DEWI, signer=EMAIL, secret=TOTP, is_totp=True))
    for status, answer in ((400, f"Passphrase {OTHER_PASSPHRASE} salah, NIK {NIK}"), (500, NIK)):
        esign_server.failure = (status, f'{{"error": "{answer}", "status_code": "{NIK}"}}'.encode())
        with pytest.raises(Problem) as refused:
            sign(issued, service, SigningInput(None, NIK, OTHER_PASSPHRASE))
        assert OTHER_PASSPHRASE not in str(refused.value)
        assert NIK not in str(refused.value)

    kept = repr(dump(issued.engine)) + caplog.text + repr(BY_WAYAN) + repr(service)
    for secret in (NIK, OTHER_NIK, EMAIL, PASSPHRASE, OTHER_PASSPHRASE, service.password):
        assert secret not in kept
    actions = [(line.action, line.after) for line in issued.all(Activity) if line.action == "sign"]
    assert [after["signatory"] for _, after in actions if after] == [
        "Wayan Contoh, S.Kom.",
        "Dewi Contoh, S.E.",
    ]


@on_sqlite
@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        ((400, b'{"error": "Proses signing gagal : Passphrase anda salah", "status_code": 2031}'), "wrong"),
        ((400, b'{"error": "x", "status_code": 2011}'), "BSrE knows no signer"),
        ((400, b'{"message": "Sertifikat telah kedaluwarsa", "status_code": 2021}'), "expired or revoked"),
        ((400, b'{"error": "Dokumen ditolak"}'), "refused the document"),
        ((500, b'{"status": 500, "error": "Internal Server Error"}'), "error of its own"),
        ((502, b"<html>Bad Gateway</html>"), "error of its own"),
        ((401, b'{"status": 401}'), "JANGKAU_ESIGN_USER"),
        ((200, b'{"file": ["JVBERi0xLjcK"]}'), "signed PDF"),  # a PDF without a signature
        ((200, b'{"file": []}'), "signed PDF"),
        ((200, b"<html>Selamat datang</html>"), "signed PDF"),
        ((200, b'{"error": "Passphrase anda salah", "status_code": 2031}'), "wrong"),
        ((302, b""), "refused the document"),
    ],
)
def test_errors_of_the_service_are_told_and_nothing_is_stored(
    issued: City, service: EsignService, esign_server: EsignServer, failure: tuple[int, bytes], sentence: str
) -> None:
    esign_server.failure = failure

    with pytest.raises(Problem, match=sentence):
        sign(issued, service)

    assert list(pdfs(issued)) == ["pdf"]
    assert issued.all(ElectronicSignature) == []


@on_sqlite
def test_a_service_that_is_silent_or_away(
    issued: City, service: EsignService, esign_server: EsignServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(esign, "STEP_SECONDS", 0.2)
    esign_server.silent = True
    with pytest.raises(EsignFailed, match="did not answer in time"):
        sign(issued, service)
    assert len(esign_server.requests) == 1, "a second try could lock the signer's account"
    with pytest.raises(EsignFailed, match="cannot be reached"):
        sign(issued, replace(service, url="http://127.0.0.1:9"))
    assert list(pdfs(issued)) == ["pdf"]


@postgresql_in_soak
def test_a_signature_that_the_service_cannot_check_is_checked_later(
    issued: City, service: EsignService, esign_server: EsignServer
) -> None:
    esign_server.checks = False
    assert sign(issued, service).checked_at is None

    esign_server.checks = True
    check_again(issued.engine, issued.actor("made"), service, slug_of(newest(issued).number))

    (signature,) = issued.all(ElectronicSignature)
    assert signature.checked_at is not None
    assert signature.certificate_names == ["Wayan Contoh"]


@on_sqlite
def test_a_broken_or_strange_signature_is_not_stored(
    issued: City, service: EsignService, esign_server: EsignServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = {"signerName": "Wayan Contoh", "integrityValid": True, "certificateTrusted": False}
    monkeypatch.setattr("tests.esign_service._check_v2", lambda _: {"signatureInformations": [checked]})

    with pytest.raises(Conflict, match="not trusted"):
        sign(issued, service)

    assert list(pdfs(issued)) == ["pdf"]
    assert len(esign_server.requests) == 2


@pytest.mark.slow
def test_two_who_sign_at_once_do_not_lose_a_signature(
    issued: City, service: EsignService, esign_server: EsignServer
) -> None:
    answer = esign_server.answer

    def signed_by_somebody_else_first(
        path: str, fields: dict[str, object]
    ) -> tuple[int, dict[str, str], bytes]:
        esign_server.answer = answer  # type: ignore[method-assign]
        sign(issued, service, BY_DEWI)
        return answer(path, fields)

    esign_server.answer = signed_by_somebody_else_first  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="Somebody else has signed"):
        sign(issued, service)

    assert list(pdfs(issued)) == ["pdf", "signed-pdf"]
    sign(issued, service)
    assert len(validate(pdfs(issued)["signed-pdf-2"])) == 2


@postgresql_in_soak
def test_who_may_sign_what(issued: City, service: EsignService, esign_server: EsignServer) -> None:
    for user in ("sari", "budi"):
        with pytest.raises(Forbidden):
            sign(issued, service, by=user)
    for data, field in (
        (SigningInput(7, NIK, PASSPHRASE), "signatory"),
        (SigningInput(0, "12345", PASSPHRASE), "signer"),
        (SigningInput(0, NIK, " "), "secret"),
    ):
        with pytest.raises(Invalid) as refused:
            sign(issued, service, data)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid):
        sign(issued, replace(service, version="v1"), replace(BY_WAYAN, signer=EMAIL))
    report = newest(issued)
    revise(issued, report)
    with pytest.raises(Conflict, match="revision has replaced"):
        sign_report(issued.engine, issued.actor("made"), service, slug_of(report.number), BY_WAYAN)
    assert esign_server.requests == []


@postgresql_in_soak
def test_wrong_passphrases_are_limited(
    issued: City, service: EsignService, esign_server: EsignServer
) -> None:
    for _ in range(signing.SIGNATURES.uses):
        with pytest.raises(Invalid, match="wrong"):
            sign(issued, service, replace(BY_WAYAN, secret="salah"))
    with pytest.raises(TooManyRequests):
        sign(issued, service)
    assert len(esign_server.requests) == signing.SIGNATURES.uses


@on_sqlite
def test_settings_without_a_password_are_refused(settings: Settings) -> None:
    assert esign_from_settings(settings) is None
    in_address = {"esign_url": "https://a:rahasia@esign.contoh.go.id", "esign_user": "a"}
    for changes in (
        {"esign_url": "https://esign.contoh.go.id"},
        {"esign_url": "esign", "esign_user": "a"},
        in_address | {"esign_password": SecretStr("b")},
    ):
        with pytest.raises(Problem, match="JANGKAU_ESIGN_URL"):
            esign_from_settings(settings.model_copy(update=changes))
