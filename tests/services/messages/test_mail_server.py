"""Mails are sent over TLS, and only to a server with a trusted certificate."""

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

Start = Callable[..., int]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return the path of a self-signed certificate with its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")]),
    )
    signed = (
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
    path.write_bytes(signed.public_bytes(pem[0]) + key.private_bytes(*pem, clear))
    return path


@pytest.fixture
def encryption(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trust_certificate(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine trust the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def logins() -> list[tuple[bytes, bytes]]:
    """Return the users and passwords that the server receives."""
    return []


@pytest.fixture
def smtp(logins: list[tuple[bytes, bytes]]) -> Iterator[tuple[SmtpServer, Start]]:
    """Yield a mail server, and a function that starts it and returns its port."""
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


def write_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SENDER, "ani@contoh.id", "Tiket"
    mail.set_content("Sampai jumpa.")
    return mail


def start_servers(start: Start, encryption: ssl.SSLContext) -> dict[str, str]:
    """Start a server with TLS and one with STARTTLS, and return their URLs."""
    tls_port = start(ssl_context=encryption, auth_require_tls=False)
    starttls_port = start(tls_context=encryption, require_starttls=True, auth_required=True)
    return {
        "tls": f"smtps://{LOGIN}@127.0.0.1:{tls_port}",
        "starttls": f"smtp://{LOGIN}@127.0.0.1:{starttls_port}?starttls",
    }


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.usefixtures("trust_certificate")
def test_a_mail_is_sent_encrypted_after_a_login(
    smtp: tuple[SmtpServer, Start],
    logins: list[tuple[bytes, bytes]],
    encryption: ssl.SSLContext,
    security: str,
) -> None:
    smtp_server, start = smtp
    url = start_servers(start, encryption)[security]

    delivery = deliver(parse_smtp_url(url, SENDER), write_mail())

    assert (delivery.status, delivery.answer) == (MessageStatus.SENT, "")
    assert [one["Subject"] for one in smtp_server.mails] == ["Tiket"]
    assert logins == [(USER.encode(), PASSWORD.encode())]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_with_an_untrusted_certificate_gets_neither_password_nor_mail(
    smtp: tuple[SmtpServer, Start],
    logins: list[tuple[bytes, bytes]],
    encryption: ssl.SSLContext,
    security: str,
) -> None:
    smtp_server, start = smtp
    url = start_servers(start, encryption)[security]

    delivery = deliver(parse_smtp_url(url, SENDER), write_mail())

    assert delivery.status is MessageStatus.WAITING
    assert "certificate verify failed" in delivery.answer
    assert (smtp_server.mails, logins) == ([], [])


@pytest.mark.usefixtures("trust_certificate")
def test_a_refused_password_leaves_the_mail_waiting(
    smtp: tuple[SmtpServer, Start], encryption: ssl.SSLContext
) -> None:
    smtp_server, start = smtp
    url = start_servers(start, encryption)["tls"].replace("rahasia", "salah")

    delivery = deliver(parse_smtp_url(url, SENDER), write_mail())

    assert (delivery.status, delivery.answer[:3]) == (MessageStatus.WAITING, "535")
    assert smtp_server.mails == []
