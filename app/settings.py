"""What the surroundings decide, read from the environment (prefix `JANGKAU_`) when an application is made."""

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
    """Every setting of the service; docs/settings.md says what each is for."""

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
    def _where_links_begin(cls, given: str) -> str:
        """Tickets, mails and links to set a password begin with it: what is wrong would only show there."""
        address = given.strip().rstrip("/")
        if not _is_address_of_a_site(address):
            raise Problem(
                "JANGKAU_BASE_URL must be the address that people use, without a path: https://jangkau.example.go.id."
            )
        return address

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL of the primary; by default SQLite in `data_dir`."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'jangkau.sqlite3'}"

    @property
    def embedded(self) -> bool:
        """Return whether everything lives in `data_dir`: SQLite and its secret."""
        return self.database.startswith("sqlite")

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def sends_mail(self) -> bool:
        return bool(self.smtp_url.get_secret_value())

    @property
    def mail_sender(self) -> str:
        """The address that mails come from; by default one of the host that people use."""
        return self.mail_from or f"jangkau@{urlsplit(self.base_url).hostname}"

    @cached_property
    def secret(self) -> bytes:
        """The secret from which the keys for links and NIKs are derived.

        Embedded, it is made once and kept in `data_dir`, readable by its owner alone. With PostgreSQL
        several servers share it, so it has to be given.
        """
        given = self.secret_key.get_secret_value()
        if given:
            return given.encode()
        if not self.embedded:
            raise Problem("JANGKAU_SECRET_KEY is required with PostgreSQL.", code="no-secret-key")
        return _kept_secret(self.data_dir / "secret-key")


def require_known(names: Iterable[str]) -> None:
    """Raises `Problem` for a variable of the environment that is no setting: mistyped, its default would serve instead,
    and with it perhaps another database."""
    for name in sorted(names):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in Settings.model_fields:
            raise Problem(f"There is no setting {name}: docs/settings.md lists them all.")


def make_folder(path: Path) -> None:
    """Where it isn't there yet, for its owner alone: what is kept in it names people and their phones."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _is_address_of_a_site(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    beyond = (parts.path, parts.query, parts.fragment, parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(beyond)


def _kept_secret(path: Path) -> bytes:
    make_folder(path.parent)
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as only_the_owners:
        only_the_owners.write(secrets.token_urlsafe(48))
    try:
        path.hardlink_to(
            fresh
        )  # fails where the file is there already: two starts at once agree on one secret
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()
