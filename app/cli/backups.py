"""The commands that back up, restore and move the database."""

import signal
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.cli.installation import Installation, check_database_url, load_installation
from app.database import create_engine_for
from app.errors import Problem
from app.i18n import time_text
from app.jobs.lease import is_somebody_working
from app.logs import configure_logging, log_uncaught_errors
from app.services.operation.backup_files import Backup, open_backup, write_backup
from app.services.operation.nightly_backups import back_up_nightly
from app.services.operation.restore import move_database, restore_backup
from app.services.operation.scratch import drill_backup

MEGABYTE = 10**6


def backup(
    file: Annotated[Path | None, typer.Argument(help="The file to write; it must not exist.")] = None,
) -> None:
    """Write a consistent copy of the database to FILE, while it is served.

    Without FILE do what is done each night: write a backup into JANGKAU_BACKUP_DIR, restore it into a scratch database
    and compare it, and delete the backups there that need not be kept any longer.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    installation = load_installation()
    if file is None:  # As the background work does, whose log this is then.
        configure_logging(installation.settings.log_format)
        log_uncaught_errors()
        made = back_up_nightly(installation.settings, installation.engine)
        typer.echo(f"Backup: {_describe(made)}")
        typer.echo("It was restored into a scratch database, and all rows are the same.")
    else:
        made = write_backup(installation.engine, installation.settings.secret, file)
        typer.echo(f"Backup: {_describe(made)}")
    typer.echo(f"SHA-256: {made.sha256}")
    typer.echo(
        "It holds personal data, but not the secret that reads the NIKs and files in it. "
        f"Keep a copy of {_secret_place(installation)}, apart from the backups."
    )


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    drill: Annotated[
        bool,
        typer.Option("--drill", help="Restore into a scratch database only, compare it, and remove it."),
    ] = False,
) -> None:
    """Put a backup into an empty database, compare all rows, and bring the database up to date.

    It is all or nothing. The backup may be one of the other kind of database.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    installation = load_installation()
    saved = open_backup(file)
    if drill:
        drill_backup(installation.settings, installation.engine, saved, file.absolute().parent)
        typer.echo(f"Restored into a scratch database, and all rows are the same: {_describe(saved)}")
        return
    restore_backup(installation.engine, installation.settings.secret, saved)
    typer.echo(f"Restored, and all rows are the same: {_describe(saved)}")
    typer.echo("Messages that were waiting when the backup was made are sent once a server runs.")


def move(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="postgresql+psycopg://USER@HOST/NAME")],
) -> None:
    """Copy the SQLite database into an empty PostgreSQL database, and compare all rows. Servers must be stopped.

    The SQLite database is not changed. If the command is interrupted, nothing of the copy is left: run it again.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    installation = load_installation()
    if not installation.settings.embedded:
        raise Problem(
            "JANGKAU_DATABASE_URL is a PostgreSQL database already: only SQLite databases are moved."
        )
    with check_database_url("--to"):
        url = make_url(to)
        target = create_engine_for(to)
        if url.get_backend_name() != "postgresql":
            raise ArgumentError
    if is_somebody_working(installation.engine):
        raise Problem(
            "Stop all servers ('jangkau serve', 'jangkau worker') first: they would write to the old one."
        )
    rows = move_database(installation.engine, target)
    target.dispose()
    typer.echo(f"{rows} rows were copied, and all are the same. The SQLite database is as it was.")
    typer.echo("Set this before you start the servers again, and keep the SQLite database until all is well:")
    typer.echo(f"  JANGKAU_DATABASE_URL={url.render_as_string(hide_password=True)}")
    if not installation.settings.secret_key.get_secret_value():
        typer.echo(f"  JANGKAU_SECRET_KEY=the content of {_secret_place(installation)}")


def _describe(saved: Backup) -> str:
    """Return the file, size, rows and time of a backup."""
    manifest = saved.manifest
    return (
        f"{saved.path} ({saved.size / MEGABYTE:.1f} MB, {manifest.row_count} rows of {len(manifest.tables)} tables, "
        f"{time_text(manifest.created_at)}, schema {manifest.revision}, version {manifest.program})"
    )


def _secret_place(installation: Installation) -> str:
    """Return where the secret is, for the operator."""
    settings = installation.settings
    if settings.secret_key.get_secret_value():
        return "JANGKAU_SECRET_KEY"
    return str(settings.secret_path)
