"""Sign PDFs electronically through the Esign client service of BSrE, the State's certification body (BSSN).

The service runs in the network of the city and is reached by HTTP with a user and a password (`JANGKAU_ESIGN_URL`).
NIK, passphrase and TOTP of the signer pass through here: they are in no log, no exception and no `repr`, and an answer
of the service is never quoted, since it may repeat them. docs/decisions/0037 says which fields are sent and where they
are known from.
"""

import base64
import binascii
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import orjson

from app.errors import Invalid, Problem
from app.i18n import N_
from app.settings import Settings

log = logging.getLogger(__name__)

# For each step of a request, and for the whole of it. A check of a file with eight signatures takes some 40 s.
CONNECT_SECONDS = 5
STEP_SECONDS = 60
MAX_SECONDS = 90
MAX_ANSWER_BYTES = 40 * 1024 * 1024  # 28 MiB of PDF in Base64
PDF_MAGIC = b"%PDF-"
NIK_DIGITS = 16

Version = Literal["v1", "v2"]

# Codes of the service's answers that were seen; see also `_CAUSES`.
_NOT_REGISTERED, _NO_CERTIFICATE, _WRONG_PASSPHRASE = 2011, 2021, 2031

WRONG_SECRET = N_("The passphrase or TOTP code is wrong. Nothing was signed.")
NOT_REGISTERED = N_("BSrE knows no signer with this NIK or e-mail address. Nothing was signed.")
NO_CERTIFICATE = N_(
    "The signer's certificate is missing, expired or revoked. Have it renewed by BSrE; nothing was signed."
)
NOT_ADMITTED = N_(
    "The signing service does not admit Jangkau: an administrator must correct JANGKAU_ESIGN_USER and "
    "JANGKAU_ESIGN_PASSWORD. Nothing was signed."
)
NO_ANSWER = N_("The signing service did not answer in time. Nothing was stored; try again in a few minutes.")
UNREACHABLE = N_("The signing service cannot be reached. Nothing was signed; try again in a few minutes.")
BROKEN = N_("The signing service reports an error of its own. Nothing was stored; try again later.")
REFUSED = N_("The signing service refused the document. Nothing was signed.")
NO_PDF = N_("The signing service did not send back a signed PDF. Nothing was stored.")


class EsignFailed(Problem):
    """The signing service could not be used, or did not do what it was asked."""

    status = 502
    code = "esign-failed"


@dataclass(frozen=True)
class EsignService:
    """The address of the service without path, how Jangkau logs in to it, and the id of the city's seal, "" without.

    Only version 2 of its interface has seals, TOTP, and signers who are named by their e-mail address.
    """

    url: str
    version: Version
    user: str = field(repr=False)
    password: str = field(repr=False)
    subscriber: str = field(default="", repr=False)

    @property
    def has_seal(self) -> bool:
        return self.version == "v2" and bool(self.subscriber)


@dataclass(frozen=True)
class Signer:
    """A signer: a NIK or an e-mail address, with a passphrase or a TOTP code; the other one of each is ""."""

    nik: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)


@dataclass(frozen=True)
class SignedPdf:
    """A signed PDF and the service's id of it, "" without one."""

    content: bytes = field(repr=False)
    document_id: str = ""


@dataclass(frozen=True)
class SignatureCheck:
    """Whether all signatures of a PDF are unbroken and trusted, and the names in their certificates."""

    is_valid: bool
    names: tuple[str, ...]


def esign_from_settings(settings: Settings) -> EsignService | None:
    """Return the service of `JANGKAU_ESIGN_URL`, None if it is not set.

    Raises `Problem` if it is no http or https address, or if the user or the password is missing.
    """
    url = settings.esign_url.strip().rstrip("/")
    if not url:
        return None
    password = settings.esign_password.get_secret_value()
    if not _is_url(url) or not settings.esign_user or not password:
        raise Problem(
            "JANGKAU_ESIGN_URL must be the address of BSrE's Esign client service (https://esign.example.go.id), with "
            "JANGKAU_ESIGN_USER and JANGKAU_ESIGN_PASSWORD.",
            code="bad-esign-settings",
        )
    return EsignService(
        url, settings.esign_version, settings.esign_user, password, settings.esign_subscriber.strip()
    )


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if the port is not a number below 65,536
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL):
        return False
    # A password in the address would be logged with it.
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None


def sign_pdf(service: EsignService, signer: Signer, pdf: bytes, reason: str) -> SignedPdf:
    """Return the PDF with the signer's signature, which is not visible on its pages.

    Raises `Invalid` for a wrong passphrase or TOTP and an unknown signer, with the field that is wrong, and
    `EsignFailed` for everything else. It is tried once: a second try could lock the signer's account.
    """
    if service.version == "v1":
        form = {"nik": signer.nik, "passphrase": signer.passphrase, "tampilan": "invisible", "reason": reason}
        files = {"file": ("laporan.pdf", pdf, "application/pdf")}
        answer = _post(service, "/api/sign/pdf", data=form, files=files)
        signed = SignedPdf(answer.content, answer.headers.get("id_dokumen", ""))
    else:
        said = {
            "nik": signer.nik,
            "email": signer.email,
            "passphrase": signer.passphrase,
            "totp": signer.totp,
        }
        body = {name: value for name, value in said.items() if value} | _document(pdf, reason)
        signed = _read_signed(_post(service, "/api/v2/sign/pdf", json=body))
    return _require_signed(signed, pdf)


def seal_pdf(service: EsignService, totp: str, pdf: bytes, reason: str) -> SignedPdf:
    """Return the PDF with the organization's seal. Raises as `sign_pdf` does."""
    body = {"idSubscriber": service.subscriber, "totp": totp} | _document(pdf, reason)
    return _require_signed(_read_signed(_post(service, "/api/v2/seal/pdf", json=body)), pdf)


def check_pdf(service: EsignService, pdf: bytes) -> SignatureCheck:
    """Return what the service says of the signatures of a PDF. Raises `EsignFailed` if it says nothing."""
    if service.version == "v1":
        files = {"signed_file": ("laporan.pdf", pdf, "application/pdf")}
        return _read_check_v1(_parse_json(_post(service, "/api/sign/verify", files=files)))
    body = {"file": base64.b64encode(pdf).decode()}
    return _read_check_v2(_parse_json(_post(service, "/api/v2/verify/pdf", json=body)))


def _document(pdf: bytes, reason: str) -> dict[str, Any]:
    return {
        "signatureProperties": [{"tampilan": "INVISIBLE", "reason": reason}],
        "file": [base64.b64encode(pdf).decode()],
    }


@dataclass(frozen=True)
class _Answer:
    """An answer of the service with the status 200."""

    content: bytes
    headers: Mapping[str, str]


def _post(service: EsignService, path: str, **body: Any) -> _Answer:
    """Send one request and return its answer. Raises as `sign_pdf` does for every status but 200."""
    timeout = httpx2.Timeout(STEP_SECONDS, connect=CONNECT_SECONDS)
    auth = httpx2.BasicAuth(service.user, service.password)
    until = time.monotonic() + MAX_SECONDS
    try:
        with (
            httpx2.Client(timeout=timeout, follow_redirects=False) as client,
            client.stream("POST", service.url + path, auth=auth, **body) as response,
        ):
            content = _read_body(response, until)
            status, headers = response.status_code, response.headers
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol) as error:
        log.warning("the signing service cannot be reached: %s", type(error).__name__)
        raise EsignFailed(UNREACHABLE, code="esign-unreachable") from None
    except (httpx2.HTTPError, TimeoutError) as error:
        log.warning("the signing service did not answer: %s", type(error).__name__)
        raise EsignFailed(NO_ANSWER, code="esign-no-answer") from None
    if status != HTTPStatus.OK:
        raise _read_failure(status, content)
    return _Answer(content, headers)


def _read_body(response: httpx2.Response, until: float) -> bytes:
    """Return the body of the answer. Raises `TimeoutError` at `until`, and `EsignFailed` if it is too large."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if time.monotonic() > until:
            raise TimeoutError
        if len(body) > MAX_ANSWER_BYTES:
            raise EsignFailed(NO_PDF, code="esign-no-pdf")
    return bytes(body)


def _read_failure(status: int, content: bytes) -> Problem:
    """Return the problem that an answer reports: by its code, else by the words of its message, else by its status."""
    answer = _parse_object(content)
    code = _number(answer.get("status_code"))
    log.warning("the signing service refused: status %s, code %s", status, code)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return EsignFailed(NOT_ADMITTED, code="esign-not-admitted")
    message = f"{answer.get('error', '')} {answer.get('message', '')}".lower()
    if code == _WRONG_PASSPHRASE or any(word in message for word in ("passphrase", "totp", "otp ")):
        return Invalid(WRONG_SECRET, fields={"secret": WRONG_SECRET})
    if code == _NOT_REGISTERED or "terdaftar" in message or "not registered" in message:
        return Invalid(NOT_REGISTERED, fields={"signer": NOT_REGISTERED})
    if code == _NO_CERTIFICATE or any(word in message for word in ("sertifikat", "certificate", "expired")):
        return EsignFailed(NO_CERTIFICATE, code="esign-no-certificate")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return EsignFailed(BROKEN, code="esign-broken")
    return EsignFailed(REFUSED, code="esign-refused")


def _read_signed(answer: _Answer) -> SignedPdf:
    """Return the first PDF of an answer of version 2. Raises as `sign_pdf` does if it has none."""
    files = _parse_object(answer.content).get("file")
    first = files[0] if isinstance(files, list) and files else files
    try:
        content = base64.b64decode(first, validate=True) if isinstance(first, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    return SignedPdf(content) if content else SignedPdf(answer.content)


def _require_signed(signed: SignedPdf, before: bytes) -> SignedPdf:
    """Return `signed` if it is a PDF with one signature more than `before`. Raises as `sign_pdf` does otherwise.

    Some versions of the service report an error with the status 200.
    """
    if not signed.content.startswith(PDF_MAGIC):
        answer = _parse_object(signed.content)
        has_reason = "status_code" in answer or "error" in answer
        raise (
            _read_failure(HTTPStatus.OK, signed.content)
            if has_reason
            else EsignFailed(NO_PDF, code="esign-no-pdf")
        )
    if count_signatures(signed.content) <= count_signatures(before):
        raise EsignFailed(NO_PDF, code="esign-no-pdf")
    return signed


def count_signatures(pdf: bytes) -> int:
    """Return how many signatures a PDF has: their byte ranges are never compressed (ISO 32000-1, 12.8.1)."""
    return pdf.count(b"/ByteRange")


def _read_check_v2(answer: Mapping[str, Any]) -> SignatureCheck:
    found = [item for item in answer.get("signatureInformations") or [] if isinstance(item, dict)]
    is_valid = bool(found) and all(
        item.get("integrityValid") is True and item.get("certificateTrusted") is True for item in found
    )
    return SignatureCheck(is_valid, _names(item.get("signerName") for item in found))


def _read_check_v1(answer: Mapping[str, Any]) -> SignatureCheck:
    found = [item for item in answer.get("details") or [] if isinstance(item, dict)]
    signers = [item.get("info_signer") or {} for item in found]
    documents = [item.get("signature_document") or {} for item in found]
    is_valid = (
        bool(found)
        and all(signer.get("cert_user_certified") is True for signer in signers)
        and all(document.get("document_integrity") is True for document in documents)
    )
    return SignatureCheck(is_valid, _names(signer.get("signer_name") for signer in signers))


def _names(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(name).strip()[:200] for name in names if name))


def _parse_json(answer: _Answer) -> Mapping[str, Any]:
    """Return the JSON object of an answer. Raises `EsignFailed` if it is none."""
    parsed = _parse_object(answer.content)
    if not parsed:
        raise EsignFailed(BROKEN, code="esign-broken")
    return parsed


def _parse_object(content: bytes) -> dict[str, Any]:
    """Return the JSON object in `content`, an empty one if it holds anything else."""
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _number(value: object) -> int | None:
    return int(text) if (text := str(value)).isdecimal() and len(text) < 10 else None
