"""Checks that need no database: free space, the certificate of the address, and settings that are weak."""

import os
import shutil
import socket
import ssl
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from app.i18n import N_
from app.models.base import now
from app.paper.parts import list_missing_libraries
from app.queries.operation.health_lines import GIGABYTE, MEGABYTE, HealthLine, failed, ok, size_text, warning
from app.settings import Settings

DISK = N_("Free space for data")
BACKUP_DISK = N_("Free space for backups")
CERTIFICATE = N_("TLS certificate")
ADDRESS = N_("Address of the service")
SECOND_FACTOR = N_("Login in two steps")
SECRET_FILE = N_("File of the secret")
PRIVACY_CONTACT = N_("Contact for personal data")
PHOTOS = N_("Signed lists by photo")

# Below this an upload of 10 MiB with its transaction, and the rewriting after an erasure, may not fit any more.
MIN_FREE = 200 * MEGABYTE
SCARCE_FREE = 2 * GIGABYTE
# On a large disk a tenth is still plenty.
SCARCE_SHARE, PLENTY_FREE = 0.1, 20 * GIGABYTE

# Certificates for 90 days are usually renewed 30 days before their end, shorter ones after two thirds of their time.
SCARCE_DAYS, SCARCE_LIFETIME = 14, 0.25
SECONDS_TO_CONNECT = 2
LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost"}


def check_disk(folder: Path, *, key: str = "disk", name: str = DISK, needed: int = 0) -> HealthLine:
    """Return whether the disk of a folder has room, and whether this process may write there.

    Failed below 200 MB; a warning below 2 GB, below a tenth of a disk unless that is more than 20 GB, and where the
    `needed` bytes don't fit.
    """
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        advice = N_("Make the folder, or correct the setting that names it.")
        return failed(
            key,
            name,
            N_("%(folder)s can't be read: %(reason)s"),
            advice,
            folder=folder,
            reason=error.strerror,
        )
    params = {"folder": folder, "free": size_text(usage.free), "total": size_text(usage.total)}
    if not os.access(folder, os.W_OK):
        return failed(
            key,
            name,
            N_("%(folder)s can't be written to."),
            N_("Give the service's user the right to."),
            **params,
        )
    text = N_("%(free)s of %(total)s are free in %(folder)s.")
    advice = N_("Delete what is not needed there, or give it a larger disk.")
    if usage.free < MIN_FREE:
        return failed(key, name, text, advice, **params)
    is_scarce = usage.free < min(SCARCE_SHARE * usage.total, PLENTY_FREE)
    if is_scarce or usage.free < max(SCARCE_FREE, needed):
        return warning(key, name, text, advice, **params)
    return ok(key, name, text, **params)


@dataclass(frozen=True)
class Certificate:
    """The times of a certificate, and why this machine does not trust it ("" if it does)."""

    begins_at: datetime
    ends_at: datetime
    distrust: str


def check_certificate(base_url: str) -> HealthLine | None:
    """Return for how long the certificate of the service's own address is valid, by connecting to it.

    None without https. Takes at most a few times `SECONDS_TO_CONNECT`.
    """
    address = urlsplit(base_url)
    if address.scheme != "https" or address.hostname is None:
        return None
    host = {"host": address.hostname}
    try:
        certificate = load_certificate(address.hostname, address.port or 443)
    except (OSError, ValueError) as error:
        return warning(
            "certificate",
            CERTIFICATE,
            N_("%(host)s can't be reached from this machine, so it was not checked: %(reason)s"),
            N_(
                "Look whether the proxy runs. If only this machine can't reach it, check the certificate elsewhere."
            ),
            **host,
            reason=error.strerror if isinstance(error, OSError) and error.strerror else str(error),
        )
    left, advice = certificate.ends_at - now(), N_("Renew it, and see that it is renewed by itself.")
    if left < timedelta(0):
        return failed(
            "certificate",
            CERTIFICATE,
            N_("That of %(host)s has expired at %(at)s."),
            advice,
            **host,
            at=certificate.ends_at,
        )
    if certificate.distrust:
        return warning(
            "certificate",
            CERTIFICATE,
            N_("This machine does not trust that of %(host)s: %(reason)s"),
            N_(
                "Install the whole chain. If your office has its own certificate authority, add that to this machine."
            ),
            **host,
            reason=certificate.distrust,
        )
    text = N_("That of %(host)s is valid for %(days)s days, until %(at)s.")
    is_scarce = left < SCARCE_LIFETIME * (certificate.ends_at - certificate.begins_at)
    params = {**host, "days": left.days, "at": certificate.ends_at}
    if left.days < SCARCE_DAYS and is_scarce:
        return warning("certificate", CERTIFICATE, text, advice, **params)
    return ok("certificate", CERTIFICATE, text, **params)


def load_certificate(host: str, port: int) -> Certificate:
    """Return the certificate that a server presents. Raises `OSError` and `ValueError` if it presents none."""
    distrust, checked = "", ssl.create_default_context()
    try:
        _presented(host, port, checked)
    except ssl.SSLCertVerificationError as error:
        distrust = error.verify_message
    # Only its dates are read, and nothing is sent: an expired certificate is to be seen, too.
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    certificate = x509.load_der_x509_certificate(_presented(host, port, unchecked))
    return Certificate(certificate.not_valid_before_utc, certificate.not_valid_after_utc, distrust)


def _presented(host: str, port: int, context: ssl.SSLContext) -> bytes:
    """Return the certificate as DER. Raises `OSError`, also if the context does not trust it."""
    with (
        socket.create_connection((host, port), timeout=SECONDS_TO_CONNECT) as connection,
        context.wrap_socket(connection, server_hostname=host) as encrypted,
    ):
        return encrypted.getpeercert(binary_form=True) or b""


def check_address(settings: Settings) -> HealthLine:
    """Return whether people reach the service by https at another address than this machine's own."""
    params = {"address": settings.base_url}
    if urlsplit(settings.base_url).hostname in LOCAL_HOSTS:
        return warning(
            "address",
            ADDRESS,
            N_("%(address)s is this machine's own: links in mails lead nowhere."),
            N_("Set JANGKAU_BASE_URL to the address that people use."),
            **params,
        )
    if not settings.https:
        return warning(
            "address",
            ADDRESS,
            N_("%(address)s is not encrypted: passwords can be read on the way."),
            N_("Put a proxy with a certificate before it, and set JANGKAU_BASE_URL to its https address."),
            **params,
        )
    return ok("address", ADDRESS, "%(address)s", **params)


def check_second_factor(settings: Settings) -> HealthLine:
    """Return whether administrators need a second step to log in."""
    if settings.second_factor == "off":
        return warning(
            "second-factor",
            SECOND_FACTOR,
            N_("Nobody needs it: one stolen password of an administrator opens all data."),
            N_("Set JANGKAU_SECOND_FACTOR to admins or all."),
        )
    if settings.second_factor == "all":
        return ok("second-factor", SECOND_FACTOR, N_("Everyone needs it."))
    return ok("second-factor", SECOND_FACTOR, N_("Administrators need it."))


def check_privacy_contact(settings: Settings) -> HealthLine:
    """Return whether people are told whom they can ask about their data."""
    if settings.privacy_contact:
        return ok("privacy-contact", PRIVACY_CONTACT, "%(contact)s", contact=settings.privacy_contact)
    return warning(
        "privacy-contact",
        PRIVACY_CONTACT,
        N_("None is set, so nobody can register on a public page."),
        N_("Set JANGKAU_PRIVACY_CONTACT to an e-mail address or telephone number."),
    )


def check_photo_libraries() -> HealthLine:
    """Return whether photos of signed attendance lists can be read here."""
    if missing := list_missing_libraries():
        return warning(
            "photos",
            PHOTOS,
            N_("Photos of signed lists can't be read: %(packages)s are missing."),
            N_("Install jangkau[foto]. Without it everything else works."),
            packages=", ".join(missing),
        )
    return ok("photos", PHOTOS, N_("Photos of signed lists can be read."))


def check_secret_file(settings: Settings) -> HealthLine | None:
    """Return whether only the service's user can read the generated secret; None if the secret is a setting."""
    path = settings.generated_secret_file
    if path is None or not path.exists():
        return None
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return warning(
            "secret-file",
            SECRET_FILE,
            N_("Other users of this machine can read %(file)s."),
            N_("Run 'chmod 600' on it."),
            file=path,
        )
    return ok("secret-file", SECRET_FILE, N_("Only the service's user can read it."))
