"""The settings, database and encryption key that the commands work with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from app.database import Db, create_engine, create_report_engine
from app.errors import Problem
from app.nik_vault import NikVault
from app.queries.encryption import can_decrypt, is_rotating
from app.services.issued_reports.esign import esign_from_settings
from app.services.messages.mail_server import mail_server_from_settings
from app.services.messages.whatsapp_gateway import whatsapp_gateway_from_settings
from app.settings import PREFIX, Settings, require_known
from app.web.accounts.identity_provider import identity_provider_from_settings


@dataclass(frozen=True)
class Installation:
    """What `load_installation` returns."""

    settings: Settings
    engine: Engine
    vault: NikVault


def load_installation() -> Installation:
    """Return what the environment variables configure; the database is not connected yet.

    With SQLite the data folder and the secret are created if they are missing. Raises `Problem` for unknown settings, a
    missing secret and a database URL that can't be used.
    """
    require_known(os.environ)
    settings = _load_settings()
    with check_database_url("JANGKAU_DATABASE_URL"):
        engine = create_engine(settings)
    return Installation(settings, engine, NikVault(settings.secret))


def _load_settings() -> Settings:
    """Return the settings. Raises `Problem` that names the first one with a value that it can't have."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{'_'.join(str(part) for part in first['loc'])}".upper()
        raise Problem(f"{name}: {first['msg']}. docs/settings.md tells what it may be.") from error


def require_valid_server_settings(installation: Installation) -> None:
    """Raise `Problem` for settings with which no worker process could start: the server would restart them for ever."""
    mail_server_from_settings(installation.settings)
    whatsapp_gateway_from_settings(installation.settings)
    identity_provider_from_settings(installation.settings)
    esign_from_settings(installation.settings)
    with check_database_url("JANGKAU_REPORT_DATABASE_URL"):
        create_report_engine(installation.settings, installation.engine).dispose()


def require_matching_secret(db: Db, vault: NikVault) -> None:
    """Raise `Problem` if another secret encrypted the data, as after a backup was restored without its secret.

    Also while the secret is being replaced.

    People would not be recognised by their NIK any more, and new data would be encrypted with a second secret.
    """
    if is_rotating(db):
        raise Problem(
            "The secret is being replaced: 'jangkau keys rotate' has begun and not ended. Run it again first."
        )
    if not can_decrypt(db, vault):
        raise Problem(
            "NIKs and files in this database were encrypted with another secret. Put back the file secret-key that "
            "belongs to it, or set JANGKAU_SECRET_KEY to what it was."
        )


@contextmanager
def check_database_url(setting: str) -> Iterator[None]:
    """Raise `Problem` with the setting's name if the block cannot use its URL. The value may have a password in it."""
    try:
        yield
    # ValueError: the port is not a number. ImportError: the driver of another database is not installed. TypeError:
    # SQLite in memory takes no pool; every connection would have an empty database of its own.
    except (ArgumentError, ValueError, ImportError, TypeError) as error:
        text = (
            f"{setting} is not the address of a database, such as postgresql+psycopg://jangkau@host/jangkau."
        )
        raise Problem(text) from error
