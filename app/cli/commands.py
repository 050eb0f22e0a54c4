"""The commands of the program `jangkau`. They print English and act as `OPERATOR`."""

import importlib.metadata
import os
import signal
import sys
import time
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError

from app.cli.accounts import token_app, user_app
from app.cli.audit import audit_app
from app.cli.backups import backup, move, restore
from app.cli.imports import import_sheet, undo
from app.cli.installation import (
    Installation,
    load_installation,
    require_matching_secret,
    require_valid_server_settings,
)
from app.cli.keys import keys_app
from app.cli.operation import check
from app.cli.reports import report_app
from app.database import reading, writing
from app.errors import Invalid, Problem
from app.faults import describe_fault
from app.i18n import translator
from app.jobs.tasks import TaskRunner
from app.jobs.worker import Worker
from app.logs import configure_logging, log_uncaught_errors
from app.models import SessionMode
from app.permissions import OPERATOR
from app.queries.accounts.users import get_user_by_email, has_users
from app.services.demonstration import create_demonstration
from app.services.reference_data import set_up_database
from app.services.workshops import workshop_sessions, workshops
from app.services.workshops.session_staff import assign_staff
from app.telemetry import require_telemetry_library
from app.web.metrics import shared_folder

# Plain help: without boxes, paragraphs are wrapped to the terminal.
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
db_app = typer.Typer(no_args_is_help=True, help="Upgrade or move the database.")
workshop_app = typer.Typer(no_args_is_help=True, help="Workshops.")
session_app = typer.Typer(no_args_is_help=True, help="Sessions of workshops.")
for name, group in (
    ("db", db_app),
    ("user", user_app),
    ("token", token_app),
    ("workshop", workshop_app),
    ("session", session_app),
    ("report", report_app),
    ("audit", audit_app),
    ("keys", keys_app),
):
    app.add_typer(group, name=name)

EXIT_FAILED = 1
EXIT_WRONG_USAGE = 64  # EX_USAGE of sysexits.h

english = translator("en")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jangkau {importlib.metadata.version('jangkau')}")
        raise typer.Exit


@app.callback()
def program(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Registration, attendance and coverage of a city's digital-literacy workshops.

    Settings are environment variables that begin with JANGKAU_; docs/settings.md lists them.
    """


def main() -> None:
    """Run the command of `sys.argv`. A failure that the operator can correct is a sentence on standard error.

    Its exit code is 1, for a wrong command 64: the usual 2 means that rows of an import need attention.
    """
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        typer.echo(error.format_message(), err=True)
        typer.echo("'jangkau --help' and 'jangkau COMMAND --help' tell what there is.", err=True)
        sys.exit(EXIT_WRONG_USAGE)
    except Problem as problem:
        typer.echo(problem.sentence(english), err=True)
        if isinstance(problem, Invalid):
            for text in dict.fromkeys(problem.fields.values()):
                if text != problem.text:
                    typer.echo(english(text), err=True)
        sys.exit(EXIT_FAILED)
    except BrokenPipeError:
        # The reader of the output, such as `head`, has ended. Discard the rest of the buffer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except OSError as error:
        # Some errors have no file name, such as "No space left on device".
        typer.echo(": ".join(str(part) for part in (error.filename, error.strerror) if part), err=True)
        sys.exit(EXIT_FAILED)
    except (DataError, OverflowError):
        typer.echo("A number or a date is beyond what the database holds.", err=True)
        sys.exit(EXIT_FAILED)
    except DatabaseError as error:
        _print_database_error(error)
        sys.exit(EXIT_FAILED)


def _print_database_error(error: DatabaseError) -> None:
    """Print what is wrong with the database. Re-raises an `IntegrityError`, which is an error of this program."""
    if isinstance(error, IntegrityError):
        raise error
    typer.echo(f"The database can't be used: {describe_fault(error)}", err=True)
    if error.statement:
        typer.echo("'jangkau db upgrade' makes its tables, or brings them up to date.", err=True)
    else:  # without a statement it could not connect
        typer.echo("JANGKAU_DATABASE_URL and JANGKAU_REPORT_DATABASE_URL say where it is.", err=True)


@app.command(short_help="Run the web server and the background work.")
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, envvar="JANGKAU_WORKERS", help="Processes that answer.")] = 1,
) -> None:
    """Apply pending migrations, then run the web server and the background worker until stopped.

    The address is printed, and on an empty database how to begin.
    """
    from app.cli.serving import serve_until_stopped  # the pages and the API, which no other command needs

    os.environ["JANGKAU_WORKERS"] = str(
        workers
    )  # Each of them shares the database's connections with the others.
    installation = _ready_installation()
    typer.echo(f"Jangkau: http://{host}:{port}")
    with reading(installation.engine) as db:
        if not has_users(db):
            typer.echo("The database is empty. 'jangkau demo' fills it with a demonstration, or begin with")
            typer.echo("'jangkau user create YOU@EXAMPLE.ID --name YOU --role admin'.")
    if not installation.settings.privacy_contact:
        typer.echo("JANGKAU_PRIVACY_CONTACT is not set: nobody can register on a public page.", err=True)
    installation.engine.dispose()
    with shared_folder(workers):
        serve_until_stopped(host, port, workers)


@app.command(short_help="Do background work only.")
def worker() -> None:
    """Apply pending migrations, then do background work until stopped (SIGTERM or Ctrl-C).

    Of several processes, 'jangkau serve' included, one works at a time; another takes over when it ends.
    """
    installation = _ready_installation()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        suppress(KeyboardInterrupt),
        Worker(TaskRunner(installation.settings, installation.engine, installation.vault)).running(),
    ):
        typer.echo("Jangkau: ready for background work.")
        # `signal.pause` would miss a signal that arrives just before it begins to wait, and never end.
        while True:
            time.sleep(1)


def _ready_installation() -> Installation:
    """Return the installation with its database up to date.

    Raises `Problem` if its settings are wrong or its data was encrypted with another secret.
    """
    installation = load_installation()
    configure_logging(installation.settings.log_format)
    log_uncaught_errors()
    require_telemetry_library()
    require_valid_server_settings(installation)
    _set_up(installation.engine)
    with reading(installation.engine) as db:
        require_matching_secret(db, installation.vault)
    return installation


@db_app.command(short_help="Bring the tables up to date.")
def upgrade() -> None:
    """Apply the migrations, and load the reference data into tables that are empty."""
    _set_up(load_installation().engine)


def _set_up(engine: Engine) -> None:
    """Bring the database up to date, and say where the copy is that was made of it before."""
    copy = set_up_database(engine)
    if copy:
        typer.echo(f"The database was upgraded. A copy of it as it was before is {copy}.", err=True)


@app.command(short_help="Fill an empty database with the demonstration.")
def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing if there are users.")] = False,
) -> None:
    """Apply pending migrations, fill an empty database with the demonstration and print its logins.

    The logins are shown only once. A database with users is refused, or with --if-empty left as it is.
    """
    installation = load_installation()
    set_up_database(installation.engine)
    with reading(installation.engine) as db:
        if if_empty and has_users(db):
            return
    passwords = create_demonstration(installation.engine, installation.vault)
    typer.echo("The demonstration is ready. Its logins are shown this once:")
    for email, password in passwords.items():
        typer.echo(f"  {email:<20} {password}")


@workshop_app.command("create")
def workshop_create(
    code: str,
    title: Annotated[str, typer.Option()],
    group: Annotated[list[str] | None, typer.Option(help="A target group; may be repeated.")] = None,
    public: Annotated[bool, typer.Option("--public", help="With a public page for registering.")] = False,
    phone: Annotated[str, typer.Option(help="A number to ask about it; a public page needs one.")] = "",
) -> None:
    """Create a workshop of Dinas Kominfo and print its code."""
    installation = load_installation()
    contact = installation.settings.privacy_contact
    with writing(installation.engine) as db:
        data = workshops.WorkshopInput(title, tuple(group or ()), public=public, contact_phone=phone)
        workshop = workshops.create_workshop(db, OPERATOR, code, data, privacy_contact=contact)
    typer.echo(workshop.code)


@session_app.command("create")
def session_create(
    code: str,
    workshop: Annotated[str, typer.Option()],
    starts: Annotated[datetime, typer.Option(formats=["%Y-%m-%d %H:%M"])],
    ends: Annotated[datetime, typer.Option(formats=["%Y-%m-%d %H:%M"])],
    venue: Annotated[str, typer.Option(help="Where it is held; an online session needs none.")] = "",
    capacity: Annotated[int | None, typer.Option(min=1)] = None,
    per_kelurahan: Annotated[int | None, typer.Option(min=1, help="Places for each kelurahan.")] = None,
    mode: Annotated[SessionMode, typer.Option(help="How it is held.")] = SessionMode.LURING,
    min_minutes: Annotated[
        int | None,
        typer.Option(min=1, help="Minutes of an online meeting that count as present; default: half of it."),
    ] = None,
    staff: Annotated[list[str] | None, typer.Option(help="The e-mail address of a user to assign.")] = None,
) -> None:
    """Create a session of a workshop and print its code; times are WITA.

    Users with the role staff see the sessions that they are assigned to; --staff may be given several times.
    """
    if not venue and mode is not SessionMode.DARING:
        raise typer.BadParameter("Only an online session (--mode daring) can be without --venue.")
    with writing(load_installation().engine) as db:
        data = workshop_sessions.WorkshopSessionInput(
            starts,
            ends,
            venue,
            mode=mode,
            capacity=capacity,
            places_per_kelurahan=per_kelurahan,
            min_minutes=min_minutes,
        )
        workshop_session = workshop_sessions.create_workshop_session(db, OPERATOR, workshop, code, data)
        user_ids = [get_user_by_email(db, email).id for email in staff or ()]
        assign_staff(db, OPERATOR, workshop_session.code, user_ids)
    typer.echo(workshop_session.code)


app.command("import", short_help="Import an attendance sheet.")(import_sheet)
app.command()(undo)
app.command(short_help="Check all that the service needs.")(check)
app.command(short_help="Write a backup while the service runs.")(backup)
app.command(short_help="Restore a backup, or try to (--drill).")(restore)
db_app.command(short_help="Copy the SQLite database to PostgreSQL.")(move)
