"""Over TLS letters and passwords go to the server that is meant, and to no other."""

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.models import MessageStatus
from app.services.messages.mail_server import deliver, parse_smtp_url
from tests.server import free_port
from tests.smtp_server import SmtpServer

SENDER = "literasi@contoh.id"
USER, PASSWORD = "jangkau@contoh.id", "rahasia:di@surel"  # in an address both are percent-encoded
LOGIN = "jangkau%40contoh.id:rahasia%3Adi%40surel"

Served = Callable[..., int]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """One that the server made itself, with its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")]),
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    clear = serialization.NoEncryption()
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = tmp_path / "mail.pem"
    path.write_bytes(made.public_bytes(pem[0]) + key.private_bytes(*pem, clear))
    return path


@pytest.fixture
def encryption(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine knows the server's certificate, as an administrator would tell it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def logins() -> list[tuple[bytes, bytes]]:
    """The users and passwords that the server was told."""
    return []


@pytest.fixture
def letters(logins: list[tuple[bytes, bytes]]) -> Iterator[tuple[SmtpServer, Served]]:
    """A mail server that is not up yet, and what starts it on a port."""
    smtp_server, running = SmtpServer(""), []

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, how: str, login: LoginPassword
    ) -> AuthResult:
        logins.append((login.login, login.password))
        return AuthResult(success=login.password == PASSWORD.encode(), handled=False)

    def serve(**options: Any) -> int:
        port = free_port()
        controller = Controller(
            smtp_server, hostname="127.0.0.1", port=port, authenticator=authenticate, **options
        )
        controller.start()
        running.append(controller)
        return port

    yield smtp_server, serve
    for controller in running:
        controller.stop()


def letter() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = SENDER, "ani@contoh.id", "Tiket"
    made.set_content("Sampai jumpa.")
    return made


def addresses(served: Served, encryption: ssl.SSLContext) -> dict[str, str]:
    """Of a server that encrypts from the start, and of one that does after a word."""
    at_once = served(ssl_context=encryption, auth_require_tls=False)
    after_a_word = served(tls_context=encryption, require_starttls=True, auth_required=True)
    return {
        "tls": f"smtps://{LOGIN}@127.0.0.1:{at_once}",
        "starttls": f"smtp://{LOGIN}@127.0.0.1:{after_a_word}?starttls",
    }


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.usefixtures("trusted")
def test_a_letter_goes_encrypted_after_a_login(
    letters: tuple[SmtpServer, Served],
    logins: list[tuple[bytes, bytes]],
    encryption: ssl.SSLContext,
    security: str,
) -> None:
    smtp_server, served = letters
    url = addresses(served, encryption)[security]

    delivery = deliver(parse_smtp_url(url, SENDER), letter())

    assert (delivery.status, delivery.answer) == (MessageStatus.SENT, "")
    assert [one["Subject"] for one in smtp_server.letters] == ["Tiket"]
    assert logins == [(USER.encode(), PASSWORD.encode())]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_cannot_prove_itself_gets_neither_password_nor_letter(
    letters: tuple[SmtpServer, Served],
    logins: list[tuple[bytes, bytes]],
    encryption: ssl.SSLContext,
    security: str,
) -> None:
    smtp_server, served = letters
    url = addresses(served, encryption)[security]

    delivery = deliver(parse_smtp_url(url, SENDER), letter())

    assert delivery.status is MessageStatus.WAITING
    assert "certificate verify failed" in delivery.answer
    assert (smtp_server.letters, logins) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_a_refused_password_leaves_the_letter_waiting(
    letters: tuple[SmtpServer, Served], encryption: ssl.SSLContext
) -> None:
    smtp_server, served = letters
    url = addresses(served, encryption)["tls"].replace("rahasia", "salah")

    delivery = deliver(parse_smtp_url(url, SENDER), letter())

    assert (delivery.status, delivery.answer[:3]) == (MessageStatus.WAITING, "535")
    assert smtp_server.letters == []
