"""Settings, read from environment variables with the prefix `JANGKAU_` when the application is created."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import Problem
from app.keys import HOW_TO_MAKE_ONE, require_strong_secret

PREFIX = "JANGKAU_"


class Settings(BaseSettings):
    """All settings of the service. docs/settings.md explains each."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    data_dir: Path = Path("var")
    workers: int = Field(default=1, ge=1)
    database_url: str = ""
    report_database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    secret_key_old: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    privacy_contact: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    whatsapp_url: SecretStr = SecretStr("")
    whatsapp_token: SecretStr = SecretStr("")
    ckan_url: str = ""
    ckan_token: SecretStr = SecretStr("")
    ckan_organization: str = ""
    esign_url: str = ""
    esign_version: Literal["v1", "v2"] = "v2"
    esign_user: str = ""
    esign_password: SecretStr = SecretStr("")
    esign_subscriber: str = ""
    second_factor: Literal["admins", "all", "off"] = "admins"
    session_idle_minutes: int = Field(default=120, ge=5, le=7 * 24 * 60)
    session_max_hours: int = Field(default=12, ge=1, le=30 * 24)
    log_format: Literal["", "console", "json"] = ""
    metrics_token: SecretStr = SecretStr("")

    # The folder of the nightly backups, none without it, and how many of them are kept.
    backup_dir: Path | None = None
    backup_keep_days: int = Field(default=7, ge=1)
    backup_keep_weeks: int = Field(default=4, ge=0)
    backup_keep_months: int = Field(default=6, ge=0)

    # Whether /gaya shows each part of pages once, for development.
    style_page: bool = False

    # Single sign-on, off without an issuer; `web.accounts.identity_provider` checks these together.
    oidc_issuer: str = ""
    oidc_name: str = "SSO"
    oidc_client_id: str = ""
    oidc_client_auth: str = "client_secret_basic"
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_private_key_file: Path | None = None
    oidc_key_id: str = ""
    oidc_scope: str = "openid email profile"
    oidc_authorization_url: str = ""
    oidc_token_url: str = ""
    oidc_userinfo_url: str = ""
    oidc_subject_claim: str = "sub"
    oidc_email_claim: str = "email"
    oidc_trust_email: bool = False
    oidc_name_claim: str = "name"
    oidc_role_claim: str = ""
    oidc_roles: str = ""
    oidc_organization_claim: str = ""
    oidc_organizations: str = ""
    oidc_second_factor: str = ""

    @field_validator("base_url")
    @classmethod
    def _validate_base_url(cls, value: str) -> str:
        """Return the URL without spaces around it and trailing slashes. Raises `Problem` if it is not that of a site.

        Checked at start, because a wrong one would only show in links that were sent.
        """
        address = value.strip().rstrip("/")
        if not _is_site_url(address):
            raise Problem(
                "JANGKAU_BASE_URL must be the address that people use, without a path: https://jangkau.example.go.id."
            )
        return address

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL of the primary database; by default SQLite in `data_dir`."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'jangkau.sqlite3'}"

    @property
    def embedded(self) -> bool:
        """Whether the database is SQLite. If `secret_key` is empty, a secret is then generated in `data_dir`."""
        return self.database.startswith("sqlite")

    @property
    def https(self) -> bool:
        """Whether people reach the site by https, according to `base_url`."""
        return self.base_url.startswith("https://")

    @property
    def idle_limit(self) -> timedelta:
        """A login ends when it was not used for so long."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def login_lifetime(self) -> timedelta:
        """A login ends after so long in any case."""
        return timedelta(hours=self.session_max_hours)

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is configured."""
        return bool(self.smtp_url.get_secret_value())

    @property
    def sends_whatsapp(self) -> bool:
        """Whether a gateway for WhatsApp messages is configured."""
        return bool(self.whatsapp_url.get_secret_value())

    @property
    def pushes_open_data(self) -> bool:
        """Whether a data portal gets the open data."""
        return bool(self.ckan_url.strip())

    @property
    def mail_sender(self) -> str:
        """The sender's address of mails; by default jangkau@ the host of `base_url`."""
        return self.mail_from or f"jangkau@{urlsplit(self.base_url).hostname}"

    @cached_property
    def secret(self) -> bytes:
        """The secret from which all keys are derived (`app/keys.py`).

        With SQLite it is generated once and kept in `data_dir`, readable by its owner only. With PostgreSQL it is
        required, because several servers share it: raises `Problem` if it is missing. Raises `Problem` too if
        `secret_key` is set to what can be guessed.
        """
        secret_key = self.secret_key.get_secret_value()
        if secret_key:
            require_strong_secret(secret_key)
            return secret_key.encode()
        if not self.embedded:
            raise Problem("JANGKAU_SECRET_KEY is required with PostgreSQL.", code="no-secret-key")
        return _load_or_create_secret(self.secret_path)

    @property
    def secret_path(self) -> Path:
        """The file of the generated secret."""
        return self.data_dir / "secret-key"

    @property
    def generated_secret_file(self) -> Path | None:
        """The file of the generated secret, None if the secret is a setting."""
        return self.secret_path if self.embedded and not self.secret_key.get_secret_value() else None

    @property
    def _next_secret_path(self) -> Path:
        """The file of the secret that replaces it, while `jangkau keys rotate` works."""
        return self.data_dir / "secret-key.new"

    def old_and_new_secret(self) -> tuple[bytes, bytes]:
        """Return the secret to replace and the one that replaces it.

        They are `secret_key_old` and `secret`. Where neither is set and the database is SQLite, they are the generated
        secret and one that is generated now, or was at an earlier call, and is not in use before `use_next_secret`.
        Raises `Problem` if `secret_key_old` is missing otherwise, or not another one.
        """
        old = self.secret_key_old.get_secret_value()
        if not old and not self.secret_key.get_secret_value() and self.embedded:
            return self.secret, _load_or_create_secret(self._next_secret_path)
        if not old or old.encode() == self.secret:
            raise Problem(
                "Set JANGKAU_SECRET_KEY_OLD to the secret so far, and JANGKAU_SECRET_KEY to a new one. Make one with "
                f"{HOW_TO_MAKE_ONE}."
            )
        return old.encode(), self.secret

    def use_next_secret(self) -> Path | None:
        """Let the generated secret be the next one, and return the file in which the old one is kept.

        It still reads older backups. Returns None if the secret is not generated.
        """
        if not self._next_secret_path.exists():
            return None
        kept = self.data_dir / f"secret-key.until-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        kept.hardlink_to(self.secret_path)
        self._next_secret_path.replace(self.secret_path)
        return kept


def require_known(names: Iterable[str]) -> None:
    """Raise `Problem` if one of these environment variables has the prefix but is no setting.

    A mistyped name would otherwise be ignored, and the default would be used: perhaps another database.
    """
    for name in sorted(names):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in Settings.model_fields:
            raise Problem(f"There is no setting {name}: docs/settings.md lists them all.")


def make_folder(path: Path) -> None:
    """Create a folder and its parents, if it doesn't exist. Only its owner may read it: it will contain personal data.

    The permissions of a folder that exists stay as they are.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def sync_folder(path: Path) -> None:
    """Wait until the disk knows the names of the files in a folder as they are now."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_site_url(address: str) -> bool:
    """Return whether this is an http or https URL of a host, without user, path, query and fragment."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises ValueError if the port is not a number
    except ValueError:
        return False
    beyond = (parts.path, parts.query, parts.fragment, parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(beyond)


def _load_or_create_secret(path: Path) -> bytes:
    """Return the content of the file. If it doesn't exist, create it with a random secret, readable by its owner only.

    Of two processes that start together both return the same secret.
    """
    if path.exists():  # Nothing is written then: commands run also while the disk is full.
        return path.read_bytes()
    make_folder(path.parent)
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            # Before anything is encrypted with it: a power cut must not leave an empty file.
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # of a process that started at the same time: both use its secret
            path.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)
    return path.read_bytes()
