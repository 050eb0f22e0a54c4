"""What every command works on: the settings, the database and the keys of this installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from app.database import Db, create_engine, create_report_engine
from app.errors import Problem
from app.nik_vault import NikVault
from app.queries.encryption import can_decrypt
from app.services.messages.mail_server import mail_server_of
from app.settings import Settings, require_known


@dataclass(frozen=True)
class Installation:
    settings: Settings
    engine: Engine
    vault: NikVault


def installation() -> Installation:
    """As the settings name it. Raises `Problem` where they name no database, or something that is no setting."""
    require_known(os.environ)
    settings = Settings()
    with address_of_a_database("JANGKAU_DATABASE_URL"):
        engine = create_engine(settings)
    return Installation(settings, engine, NikVault(settings.secret))


def require_servable(here: Installation) -> None:
    """Raises `Problem` for what each of several workers would only stumble over, and be started anew for ever."""
    mail_server_of(here.settings)
    with address_of_a_database("JANGKAU_REPORT_DATABASE_URL"):
        create_report_engine(here.settings, here.engine).dispose()


def require_secret(look: Db, vault: NikVault) -> None:
    """Raises `Problem` where another secret encrypted what is there, as after a copy was put back without its secret.

    People would not be recognised by their NIK any more, and what is new would be encrypted with another secret.
    """
    if not can_decrypt(look, vault):
        raise Problem(
            "NIKs and files in this database were encrypted with another secret. Put back the file secret-key that "
            "belongs to it, or set JANGKAU_SECRET_KEY to what it was."
        )


@contextmanager
def address_of_a_database(setting: str) -> Iterator[None]:
    """Names the setting where it is no address, and not what it holds: that may be a password."""
    try:
        yield
    # A port that is no number is a ValueError; of other kinds of databases the driver isn't there, and SQLite's in
    # memory, which each connection would find empty, takes no pool.
    except (ArgumentError, ValueError, ImportError, TypeError) as error:
        text = (
            f"{setting} is not the address of a database, such as postgresql+psycopg://jangkau@host/jangkau."
        )
        raise Problem(text) from error
