"""BSrE's Esign client service for tests: a web server that signs and checks PDFs with pyHanko (PAdES).

Its certificates are made in memory. It knows two signers, and answers as the real service was seen to answer
(docs/decisions/0037), or as a test tells it to.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.settings import Settings

USER, PASSWORD = "jangkau", "kata-sandi-layanan"
SUBSCRIBER, SEAL_TOTP = "SEGEL-KOTA", "654321"
NIK, PASSPHRASE, TOTP = "6471010101700001", "frasa-sandi-rahasia", "123456"
OTHER_NIK, OTHER_PASSPHRASE = "6471020202800002", "frasa-sandi-kedua"
EMAIL = "kepala@contoh.go.id"


@dataclass(frozen=True)
class Account:
    """A signer of the service: the name in the certificate, and what they type."""

    name: str
    passphrase: str
    totp: str = TOTP


ACCOUNTS = {
    NIK: Account("Wayan Contoh", PASSPHRASE),
    EMAIL: Account("Wayan Contoh", PASSPHRASE),
    OTHER_NIK: Account("Dewi Contoh", OTHER_PASSPHRASE),
}


class EsignServer:
    """`requests` are the paths and fields received.

    `failure` is the status and body of each answer until it is None again. With `silent` a connection stays open
    without an answer until the server stops. With `checks` False it answers no check.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.failure: tuple[int, bytes] | None = None
        self.silent, self.checks = False, True
        self.stopping = Event()
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                fields = _parse(self.headers["content-type"], content)
                double.requests.append((self.path, fields))
                if double.silent:
                    double.stopping.wait()
                    self.close_connection = True
                    return
                headers: dict[str, str] = {}
                login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
                if self.headers["authorization"] != f"Basic {login}":
                    status, answer = 401, b'{"status": 401, "error": "Unauthorized"}'
                elif double.failure:
                    status, answer = double.failure
                else:
                    status, headers, answer = double.answer(self.path, fields)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path: str, fields: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        """Return the status, headers and body of an answer."""
        match path:
            case "/api/sign/pdf":
                failure, name = _log_in(fields)
                signed = failure or sign(fields["file"], name)
                return (400 if failure else 200), {"id_dokumen": "dokumen-1"}, signed
            case "/api/v2/sign/pdf" | "/api/v2/seal/pdf":
                failure, name = _log_in(fields) if path.endswith("sign/pdf") else _log_in_seal(fields)
                if failure:
                    return 400, {}, failure
                signed = sign(base64.b64decode(fields["file"][0]), name)
                return (
                    200,
                    {},
                    json.dumps({"time": 862, "file": [base64.b64encode(signed).decode()]}).encode(),
                )
            case "/api/sign/verify" | "/api/v2/verify/pdf" if self.checks:
                is_v1 = path == "/api/sign/verify"
                pdf = fields["signed_file"] if is_v1 else base64.b64decode(fields["file"])
                return 200, {}, json.dumps(_check_v1(pdf) if is_v1 else _check_v2(pdf)).encode()
            case _:
                return 500, {}, b'{"status": 500, "error": "Internal Server Error"}'

    def stop(self) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


def _parse(content_type: str, content: bytes) -> dict[str, Any]:
    """Return the fields of a JSON or multipart body; a file is its content."""
    if content_type.startswith("application/json"):
        return dict(json.loads(content))
    message = BytesParser(policy=HTTP).parsebytes(
        b"content-type: " + content_type.encode() + b"\r\n\r\n" + content
    )
    fields: dict[str, Any] = {}
    for part in message.iter_parts():
        name, payload = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        fields[str(name)] = payload if part.get_filename() else payload.decode()
    return fields


def _log_in(fields: dict[str, Any]) -> tuple[bytes, str]:
    """Return the answer that refuses, b"" if there is none, and the signer's name."""
    account = ACCOUNTS.get(fields.get("nik") or fields.get("email", ""))
    if account is None:
        return b'{"error": "User tidak terdaftar", "status_code": 2011}', ""
    if fields.get("passphrase") != account.passphrase and fields.get("totp") != account.totp:
        return b'{"error": "Proses signing gagal : Passphrase anda salah", "status_code": 2031}', ""
    return b"", account.name


def _log_in_seal(fields: dict[str, Any]) -> tuple[bytes, str]:
    is_known = fields.get("idSubscriber") == SUBSCRIBER and fields.get("totp") == SEAL_TOTP
    return (b"" if is_known else b'{"error": "TOTP salah"}'), "Kota Balikpapan"


@dataclass(frozen=True)
class Issuer:
    """The authority that certifies all signers."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@cache
def issuer() -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    return Issuer(key, _certify("Otoritas Percobaan", key, key, "Otoritas Percobaan", is_ca=True))


def _certify(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer_name: str,
    *,
    is_ca: bool = False,
) -> x509.Certificate:
    def named(common_name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

    moment = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=not is_ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _loaded(certificate: x509.Certificate) -> Any:
    """Return the certificate as pyHanko has it."""
    (loaded,) = load_certs_from_pemder_data(certificate.public_bytes(serialization.Encoding.DER))
    return loaded


@cache
def _signer(name: str) -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certify(name, key, issuer().key, "Otoritas Percobaan")
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(_loaded(issuer().certificate))
    key_info = load_private_key_from_pemder_data(der, None)
    return signers.SimpleSigner(_loaded(certificate), key_info, store)


def sign(pdf: bytes, name: str) -> bytes:
    """Return the PDF with a further invisible signature (PAdES) of this name."""
    field = f"TTE{pdf.count(b'/ByteRange') + 1}"
    metadata = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, name=name)
    output = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, _signer(name))
    return bytes(output.getvalue())


def validate(pdf: bytes) -> list[PdfSignatureStatus]:
    """Return what pyHanko finds of each signature, in their order."""
    context = ValidationContext(trust_roots=[_loaded(issuer().certificate)])
    reader = PdfFileReader(BytesIO(pdf))
    return [validate_pdf_signature(signature, context) for signature in reader.embedded_signatures]


def _check_v2(pdf: bytes) -> dict[str, Any]:
    found = [
        {
            "signerName": status.signing_cert.subject.native["common_name"],
            "integrityValid": status.intact and status.valid,
            "certificateTrusted": status.trusted,
            "signatureFormat": "PAdES-BASELINE-B",
        }
        for status in validate(pdf)
    ]
    conclusion = "VALID" if found else "NO_SIGNATURE"
    return {"signatureCount": len(found), "conclusion": conclusion, "signatureInformations": found}


def _check_v1(pdf: bytes) -> dict[str, Any]:
    found = [
        {
            "info_signer": {
                "signer_name": item["signerName"],
                "cert_user_certified": item["certificateTrusted"],
            },
            "signature_document": {"document_integrity": item["integrityValid"]},
        }
        for item in _check_v2(pdf)["signatureInformations"]
    ]
    return {"jumlah_signature": len(found), "summary": "VALID", "details": found}


@pytest.fixture
def esign_server() -> Iterator[EsignServer]:
    double = EsignServer()
    thread = Thread(target=double.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield double
    double.stop()
    thread.join()


@pytest.fixture
def esign_settings(settings: Settings, esign_server: EsignServer) -> Settings:
    """The settings of an installation that signs by this service, version 2, with a seal."""
    return settings.model_copy(
        update={
            "esign_url": esign_server.url,
            "esign_user": USER,
            "esign_password": SecretStr(PASSWORD),
            "esign_subscriber": SUBSCRIBER,
        }
    )
