"""The commands: thin over services and queries. They speak English and act as the operator."""

import os
import signal
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Annotated, Literal

import typer
import uvicorn
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError

from app.cli.installation import Installation, installation, require_secret, require_servable
from app.cli.output import progress_bar, write_document, write_summary
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
from app.queries.imports.document import (
    get_import_document_without_rows,
    stream_remark_texts,
    stream_row_documents,
)
from app.services.accounts.users import (
    DINAS_KOMINFO,
    create_api_token,
    create_password_link,
    create_user,
    revoke_api_token,
)
from app.services.demonstration import create_demonstration
from app.services.imports.commit import CommitChoices, commit_import
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.undo import undo_import
from app.services.imports.upload import upload_sheet
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

CANT_BE_READ = 1
NEEDS_ATTENTION = 2
WRONG_USAGE = 64  # EX_USAGE of sysexits.h

# A worker that doesn't answer the server for so long is ended and another started. It can't answer while it loads
# the application: with uvicorn's five seconds a busy machine would end each before it is ready, for ever, and say
# nothing of it.
SECONDS_TO_LOAD = 120
english = translator("en")


def main() -> None:
    """Runs one: what a person can put right is a sentence on standard error and exit code 1.

    A command that isn't understood ends with 64: 2, which is common for that, tells of rows that need attention.
    """
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as mistake:
        typer.echo(mistake.format_message(), err=True)
        typer.echo("'jangkau --help' and 'jangkau COMMAND --help' tell what there is.", err=True)
        sys.exit(WRONG_USAGE)
    except Problem as problem:
        typer.echo(problem.sentence(english), err=True)
        if isinstance(problem, Invalid):
            for text in dict.fromkeys(problem.fields.values()):
                if text != problem.text:
                    typer.echo(english(text), err=True)
        sys.exit(CANT_BE_READ)
    except BrokenPipeError:
        # Whoever read the output has seen enough; what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CANT_BE_READ)
    except OSError as error:
        # The name is missing where an output can't be written to, as on a disk that is full.
        typer.echo(": ".join(str(part) for part in (error.filename, error.strerror) if part), err=True)
        sys.exit(CANT_BE_READ)
    except (DataError, OverflowError):
        typer.echo("A number or a date is beyond what the database holds.", err=True)
        sys.exit(CANT_BE_READ)
    except DatabaseError as error:
        _explain_database(error)
        sys.exit(CANT_BE_READ)


def _explain_database(error: DatabaseError) -> None:
    """What is the matter with it, and where to look. Raises what only a fault of this program can be."""
    if isinstance(error, IntegrityError):
        raise error
    typer.echo(f"The database can't be used: {error.orig}", err=True)
    if error.statement:
        typer.echo("'jangkau db upgrade' makes its tables, or brings them up to date.", err=True)
    else:  # it didn't come to a statement: there is no connection
        typer.echo("JANGKAU_DATABASE_URL and JANGKAU_REPORT_DATABASE_URL say where it is.", err=True)


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535)] = 8000,
    workers: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Brings the database up to date, then serves and does background work."""
    here = _ready_installation()
    typer.echo(f"Jangkau: http://{host}:{port}")
    with reading(here.engine) as read_db:
        if not has_users(read_db):
            typer.echo("The database is empty. 'jangkau demo' fills it with a demonstration, or begin with")
            typer.echo("'jangkau user create YOU@EXAMPLE.ID --name YOU --role admin'.")
    here.engine.dispose()
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
    """Brings the database up to date, then does background work until it is stopped (SIGTERM or Ctrl-C).

    Of several processes, 'jangkau serve' included, one works at a time; another takes over when it ends.
    """
    here = _ready_installation()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), Worker(TaskRunner(here.settings, here.engine, here.vault)).running():
        typer.echo("Jangkau: ready for background work.")
        signal.pause()


def _ready_installation() -> Installation:
    """Return the installation with its database up to date. Raises `Problem` if its settings are wrong."""
    here = installation()
    require_servable(here)
    set_up_database(here.engine)
    with reading(here.engine) as read_db:
        require_secret(read_db, here.vault)
    return here


@db_app.command()
def upgrade() -> None:
    """Applies the migrations and adds missing reference data."""
    set_up_database(installation().engine)


@app.command()
def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Does nothing where there are users.")] = False,
) -> None:
    """Fills an empty database with the demonstration and prints its logins once."""
    here = installation()
    set_up_database(here.engine)
    with reading(here.engine) as look:
        if if_empty and has_users(look):
            return
    passwords = create_demonstration(here.engine, here.vault)
    typer.echo("The demonstration is ready. Its logins are shown this once:")
    for email, password in passwords.items():
        typer.echo(f"  {email:<20} {password}")


@user_app.command("create")
def user_create(
    email: str,
    name: Annotated[str, typer.Option()],
    role: Annotated[Role, typer.Option()],
    organization: Annotated[str, typer.Option(help="Made where it isn't known yet.")] = DINAS_KOMINFO,
    password_stdin: Annotated[bool, typer.Option("--password-stdin")] = False,
) -> None:
    """A new user. Without a password, prints a one-time link to set it."""
    here = installation()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    with writing(here.engine) as db:
        user = create_user(
            db, OPERATOR, email=email, name=name, role=role, organization=organization, password=password
        )
        secret = None if password_stdin else create_password_link(db, OPERATOR, user)
    if secret:
        typer.echo(f"{here.settings.base_url}/kata-sandi/{secret}")


@token_app.command("create")
def token_create(
    email: str,
    name: Annotated[str, typer.Option()],
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
) -> None:
    """A new API token of a user, printed once. It holds to the end of the day that it expires on."""
    with writing(installation().engine) as db:
        user = get_user_by_email(db, email)
        until = _end_of(expires) if expires else None
        typer.echo(create_api_token(db, OPERATOR, user, name, until))


@token_app.command("list")
def token_list(email: Annotated[str | None, typer.Argument(help="Only this user's.")] = None) -> None:
    """The API tokens that there are, without what they open doors with: number, user, name and end."""
    with reading(installation().engine) as look:
        owner = get_user_by_email(look, email).email if email else ""
        for token in list_api_tokens(look, OPERATOR, email=owner):
            ends = f"until {time_text(token.expires_at)}" if token.expires_at else "for good"
            typer.echo(f"{token.id:>6}  {token.email}  {token.name}  {ends}")


@token_app.command("revoke")
def token_revoke(token_id: Annotated[int, typer.Argument(help="The number that the list shows.")]) -> None:
    """Lets the program that has this token in no more."""
    with writing(installation().engine) as db:
        revoke_api_token(db, OPERATOR, token_id)
    typer.echo(f"Token {token_id} is revoked.")


def _end_of(day: datetime) -> datetime:
    if day.year not in YEARS:
        raise Problem("The day must lie in the years 2000 to 2100.")
    return utc(day + timedelta(days=1))


@workshop_app.command("create")
def workshop_create(
    code: str,
    title: Annotated[str, typer.Option()],
    group: Annotated[list[str] | None, typer.Option(help="A target group; may be repeated.")] = None,
    public: Annotated[bool, typer.Option("--public", help="With a page to register on.")] = False,
) -> None:
    """A new workshop of Dinas Kominfo."""
    with writing(installation().engine) as db:
        given = workshops.WorkshopInput(title, tuple(group or ()), public=public)
        made = workshops.create_workshop(db, OPERATOR, code, given)
    typer.echo(made.code)


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
    """A new session of a workshop; times are WITA."""
    with writing(installation().engine) as db:
        given = workshop_sessions.WorkshopSessionInput(
            starts, ends, venue, capacity=capacity, places_per_kelurahan=per_kelurahan
        )
        made = workshop_sessions.create_workshop_session(db, OPERATOR, workshop, code, given)
    typer.echo(made.code)


@app.command("import")
def import_(
    file: Path,
    session: Annotated[str, typer.Option(help="The session's code.")],
    sheet: str | None = None,
    group: Annotated[str | None, typer.Option(help="The group of rows that name none.")] = None,
    blank: Annotated[Literal["present", "absent"] | None, typer.Option()] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    only_valid: Annotated[bool, typer.Option("--only-valid")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Prints the import document.")] = False,
) -> None:
    """Imports an attendance sheet. Exit code 2: rows need attention and nothing was written."""
    here = installation()
    content = file.read_bytes()
    choices = SheetChoices(sheet=sheet, target_group=group, blank_means=blank)
    # What a dry run finds is gone with its transaction, and a transaction must not wait for a slow reader of the
    # output: it is written to a file first.
    with TemporaryFile("w+", encoding="utf-8") as output:
        with reading(here.engine) as read_db, writing(here.engine) as db:
            with progress_bar("Reading") as progress:
                attendance_import = upload_sheet(
                    read_db,
                    db,
                    here.vault,
                    OPERATOR,
                    session,
                    file.name,
                    content,
                    choices,
                    at_once=True,
                    progress=progress,
                )
            import_id = attendance_import.id
            attention = attendance_import.counts["review"] + attendance_import.counts["error"]
            is_committed = not dry_run and (only_valid or not attention)
            if is_committed:
                options = CommitChoices(only_valid, confirm=frozenset({"session-not-started"}))
                with progress_bar("Committing") as progress:
                    commit_import(db, here.vault, OPERATOR, import_id, options, progress)
            head = get_import_document_without_rows(db, OPERATOR, import_id, english)
            if as_json:
                write_document(output, head, stream_row_documents(db, here.vault, import_id, english))
            else:
                write_summary(output, head, stream_remark_texts(db, import_id, english))
            if not is_committed:
                db.rollback()
        output.seek(0)
        copyfileobj(output, sys.stdout)
        sys.stdout.flush()
    if attention and not only_valid:
        sys.exit(NEEDS_ATTENTION)


@app.command()
def undo(import_id: int) -> None:
    """Undoes one committed import."""
    with writing(installation().engine) as db:
        undo_import(db, OPERATOR, import_id)
    typer.echo(f"Import {import_id} is undone.")
