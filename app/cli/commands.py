"""The commands of the program `jangkau`. They print English and act as `OPERATOR`."""

import os
import signal
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated

import typer
import uvicorn
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError

from app.cli.imports import import_sheet, undo
from app.cli.installation import (
    Installation,
    load_installation,
    require_matching_secret,
    require_valid_server_settings,
)
from app.cli.reports import report_app
from app.database import reading, writing
from app.errors import Invalid, Problem
from app.i18n import time_text, translator, utc
from app.jobs.tasks import TaskRunner
from app.jobs.worker import Worker
from app.models import Role
from app.models.base import YEARS
from app.permissions import OPERATOR
from app.queries.accounts.users import get_user_by_email, has_users, list_api_tokens
from app.services.accounts.users import (
    DINAS_KOMINFO,
    create_api_token,
    create_password_link,
    create_user,
    revoke_api_token,
)
from app.services.demonstration import create_demonstration
from app.services.reference_data import set_up_database
from app.services.workshops import workshop_sessions, workshops

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
db_app = typer.Typer(no_args_is_help=True, help="The database.")
user_app = typer.Typer(no_args_is_help=True, help="Users.")
token_app = typer.Typer(no_args_is_help=True, help="API tokens.")
workshop_app = typer.Typer(no_args_is_help=True, help="Workshops.")
session_app = typer.Typer(no_args_is_help=True, help="Sessions of workshops.")
for name, group in (
    ("db", db_app),
    ("user", user_app),
    ("token", token_app),
    ("workshop", workshop_app),
    ("session", session_app),
    ("report", report_app),
):
    app.add_typer(group, name=name)

EXIT_FAILED = 1
EXIT_WRONG_USAGE = 64  # EX_USAGE of sysexits.h

# Uvicorn replaces a worker process that does not answer for so long, and a worker cannot answer while it loads the
# application. With the default of five seconds a slow machine would replace every worker before it is ready.
SECONDS_TO_LOAD = 120
english = translator("en")


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
    typer.echo(f"The database can't be used: {error.orig}", err=True)
    if error.statement:
        typer.echo("'jangkau db upgrade' makes its tables, or brings them up to date.", err=True)
    else:  # without a statement it could not connect
        typer.echo("JANGKAU_DATABASE_URL and JANGKAU_REPORT_DATABASE_URL say where it is.", err=True)


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535)] = 8000,
    workers: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Apply pending migrations, then run the web server and the background worker until stopped.

    The address is printed, and on an empty database how to begin.
    """
    installation = _ready_installation()
    typer.echo(f"Jangkau: http://{host}:{port}")
    with reading(installation.engine) as db:
        if not has_users(db):
            typer.echo("The database is empty. 'jangkau demo' fills it with a demonstration, or begin with")
            typer.echo("'jangkau user create YOU@EXAMPLE.ID --name YOU --role admin'.")
    installation.engine.dispose()
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        timeout_worker_healthcheck=SECONDS_TO_LOAD,
        log_level="warning",
        server_header=False,
    )


@app.command()
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
        signal.pause()


def _ready_installation() -> Installation:
    """Return the installation with its database up to date.

    Raises `Problem` if its settings are wrong or its data was encrypted with another secret.
    """
    installation = load_installation()
    require_valid_server_settings(installation)
    set_up_database(installation.engine)
    with reading(installation.engine) as db:
        require_matching_secret(db, installation.vault)
    return installation


@db_app.command()
def upgrade() -> None:
    """Apply the migrations, and load the reference data into tables that are empty."""
    set_up_database(load_installation().engine)


@app.command()
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


@user_app.command("create")
def user_create(
    email: str,
    name: Annotated[str, typer.Option()],
    role: Annotated[Role, typer.Option()],
    organization: Annotated[str, typer.Option(help="Created if it is not known yet.")] = DINAS_KOMINFO,
    password_stdin: Annotated[bool, typer.Option("--password-stdin")] = False,
) -> None:
    """Create a user and print a link for setting the password, which works once.

    With --password-stdin the password is the first line of standard input, and nothing is printed.
    """
    installation = load_installation()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with writing(installation.engine) as db:
        user = create_user(
            db, OPERATOR, email=email, name=name, role=role, organization=organization, password=password
        )
        secret = None if password_stdin else create_password_link(db, OPERATOR, user)
    if secret:
        typer.echo(f"{installation.settings.base_url}/kata-sandi/{secret}")


@token_app.command("create")
def token_create(
    email: str,
    name: Annotated[str, typer.Option()],
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
) -> None:
    """Create an API token of a user and print it; it is shown only once.

    It is valid to the end of the day --expires in WITA, or for good.
    """
    with writing(load_installation().engine) as db:
        user = get_user_by_email(db, email)
        expires_at = _end_of_day(expires) if expires else None
        typer.echo(create_api_token(db, OPERATOR, user, name, expires_at))


@token_app.command("list")
def token_list(email: Annotated[str | None, typer.Argument(help="Only this user's.")] = None) -> None:
    """List the API tokens by number, user, name and end, without their secrets. Expired ones are included."""
    with reading(load_installation().engine) as db:
        owner = get_user_by_email(db, email).email if email else ""
        for token in list_api_tokens(db, OPERATOR, email=owner):
            ends = f"until {time_text(token.expires_at)}" if token.expires_at else "for good"
            typer.echo(f"{token.id:>6}  {token.email}  {token.name}  {ends}")


@token_app.command("revoke")
def token_revoke(token_id: Annotated[int, typer.Argument(help="The number that the list shows.")]) -> None:
    """Delete an API token: it is not accepted any more."""
    with writing(load_installation().engine) as db:
        revoke_api_token(db, OPERATOR, token_id)
    typer.echo(f"Token {token_id} is revoked.")


def _end_of_day(day: datetime) -> datetime:
    """Return in UTC when a day ends in WITA. Raises `Problem` outside the years 2000 to 2100."""
    if day.year not in YEARS:
        raise Problem("The day must lie in the years 2000 to 2100.")
    return utc(day + timedelta(days=1))


@workshop_app.command("create")
def workshop_create(
    code: str,
    title: Annotated[str, typer.Option()],
    group: Annotated[list[str] | None, typer.Option(help="A target group; may be repeated.")] = None,
    public: Annotated[bool, typer.Option("--public", help="With a public page for registering.")] = False,
) -> None:
    """Create a workshop of Dinas Kominfo and print its code."""
    with writing(load_installation().engine) as db:
        data = workshops.WorkshopInput(title, tuple(group or ()), public=public)
        workshop = workshops.create_workshop(db, OPERATOR, code, data)
    typer.echo(workshop.code)


@session_app.command("create")
def session_create(
    code: str,
    workshop: Annotated[str, typer.Option()],
    starts: Annotated[datetime, typer.Option(formats=["%Y-%m-%d %H:%M"])],
    ends: Annotated[datetime, typer.Option(formats=["%Y-%m-%d %H:%M"])],
    venue: Annotated[str, typer.Option()],
    capacity: Annotated[int | None, typer.Option(min=1)] = None,
    per_kelurahan: Annotated[int | None, typer.Option(min=1, help="Places for each kelurahan.")] = None,
) -> None:
    """Create a session of a workshop and print its code; times are WITA."""
    with writing(load_installation().engine) as db:
        data = workshop_sessions.WorkshopSessionInput(
            starts, ends, venue, capacity=capacity, places_per_kelurahan=per_kelurahan
        )
        workshop_session = workshop_sessions.create_workshop_session(db, OPERATOR, workshop, code, data)
    typer.echo(workshop_session.code)


app.command("import")(import_sheet)
app.command()(undo)
