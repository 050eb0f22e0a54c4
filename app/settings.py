"""Settings, read from environment variables with the prefix `JANGKAU_` when the application is created."""

import os
import secrets
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import Problem

PREFIX = "JANGKAU_"


class Settings(BaseSettings):
    """All settings of the service. docs/settings.md explains each."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    data_dir: Path = Path("var")
    database_url: str = ""
    report_database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    privacy_contact: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""

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
    def sends_mail(self) -> bool:
        """Whether a mail server is configured."""
        return bool(self.smtp_url.get_secret_value())

    @property
    def mail_sender(self) -> str:
        """The sender's address of mails; by default jangkau@ the host of `base_url`."""
        return self.mail_from or f"jangkau@{urlsplit(self.base_url).hostname}"

    @cached_property
    def secret(self) -> bytes:
        """The secret from which the keys for links and NIKs are derived.

        With SQLite it is generated once and kept in `data_dir`, readable by its owner only. With PostgreSQL it is
        required, because several servers share it: raises `Problem` if it is missing.
        """
        secret_key = self.secret_key.get_secret_value()
        if secret_key:
            return secret_key.encode()
        if not self.embedded:
            raise Problem("JANGKAU_SECRET_KEY is required with PostgreSQL.", code="no-secret-key")
        return _load_or_create_secret(self.data_dir / "secret-key")


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
    make_folder(path.parent)
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        path.hardlink_to(
            fresh
        )  # fails if the file exists: two processes that start together agree on one secret
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()
