"""The command that replaces the installation's secret."""

import os
import time

import typer

from app.cli.installation import check_database_url
from app.database import create_engine
from app.errors import Problem
from app.jobs.lease import SECONDS_BETWEEN_BEATS, Lease
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.services.key_rotation import begin_rotation, end_rotation, list_encrypted_tables, renew_rows
from app.services.reference_data import set_up_database
from app.settings import Settings, require_known

keys_app = typer.Typer(no_args_is_help=True, help="The secret that encrypts NIKs and files.")


@keys_app.callback()
def keys() -> None:
    """The secret that encrypts NIKs and files."""


@keys_app.command()
def rotate() -> None:
    """Encrypt NIKs, files and other secrets with a new key, and hash NIKs with it. Servers must be stopped.

    Without JANGKAU_SECRET_KEY the new secret is made and kept in the data folder. Otherwise set it to the new secret,
    and JANGKAU_SECRET_KEY_OLD to the one so far. If this command is interrupted, run it again; until it has ended
    'jangkau serve' does not start. Delegation links that were handed out are not valid any more.
    """
    require_known(os.environ)
    settings = Settings()
    with check_database_url("JANGKAU_DATABASE_URL"):
        engine = create_engine(settings)
    old, new = (NikVault(secret) for secret in settings.old_and_new_secret())
    set_up_database(engine)
    lease = Lease(engine)
    _take_from_ended_servers(lease)
    with lease.renewing():
        with lease.writing() as db:
            begin_rotation(db, OPERATOR, old, new)
        for parts in list_encrypted_tables():
            after, total = None, 0
            while True:
                with lease.writing() as db:
                    after, changed = renew_rows(db, old, new, parts, after)
                total += changed
                if after is None:
                    break
            if total:
                typer.echo(f"{parts.table.name}: {total} rows renewed.")
        kept = settings.use_next_secret()
        with lease.writing() as db:
            end_rotation(db, OPERATOR)
    engine.dispose()
    if kept:
        typer.echo(f"The new secret is in use. The old one is in {kept}: it reads backups made before.")
    else:
        typer.echo(
            "The new secret is in use. Remove JANGKAU_SECRET_KEY_OLD; keep it with backups made before."
        )
    typer.echo("Hand out delegation links anew: those made before are not valid any more.")


def _take_from_ended_servers(lease: Lease) -> None:
    """Take the lease of the background work. Raises `Problem` if a server renews it.

    Waits for some seconds if a server was killed just now, whose lease has yet to run out.
    """
    first = lease.read()
    while not lease.try_take():
        if lease.read() not in (None, first):
            raise Problem(
                "Stop all servers ('jangkau serve', 'jangkau worker') first: they know only the old secret."
            )
        time.sleep(SECONDS_BETWEEN_BEATS / 4)
