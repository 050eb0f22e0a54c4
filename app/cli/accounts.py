"""The commands for users and API tokens. They act as `OPERATOR`, who needs no second administrator."""

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

import typer

from app.cli.installation import load_installation
from app.database import reading, writing
from app.errors import Problem
from app.i18n import time_text, utc
from app.models import Role, TokenScope
from app.models.base import YEARS
from app.permissions import OPERATOR
from app.queries.accounts.users import get_user_by_email, get_user_view, list_api_tokens
from app.services.accounts import users
from app.services.accounts.api_tokens import create_api_token, revoke_api_token
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.users import create_password_link, create_user

user_app = typer.Typer(no_args_is_help=True, help="Users.")
token_app = typer.Typer(no_args_is_help=True, help="API tokens.")


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


@user_app.command("password-link")
def user_password_link(email: str) -> None:
    """Print a link by which a user sets a new password, once, within a week. Earlier links stop working."""
    installation = load_installation()
    with writing(installation.engine) as db:
        secret = create_password_link(db, OPERATOR, get_user_by_email(db, email))
    typer.echo(f"{installation.settings.base_url}/kata-sandi/{secret}")


@user_app.command("change-email")
def user_change_email(email: str, new_email: str) -> None:
    """Replace the e-mail address of a user. Both addresses are told, if there is a mail server."""
    with writing(load_installation().engine) as db:
        user = users.change_email(db, OPERATOR, get_user_by_email(db, email).id, new_email)
    typer.echo(user.email)


@user_app.command("change-role")
def user_change_role(email: str, role: Role) -> None:
    """Give a user another role, which applies at once. The last administrator stays one."""
    with writing(load_installation().engine) as db:
        user = get_user_by_email(db, email)
        before = users.user_input(get_user_view(db, OPERATOR, user.id))
        users.change_user(db, OPERATOR, user.id, replace(before, role=role))


@user_app.command("reset-second-factor")
def user_reset_second_factor(email: str) -> None:
    """Remove the second step of a user's login: app, passkeys and recovery codes."""
    with writing(load_installation().engine) as db:
        users.reset_user_second_factor(db, OPERATOR, get_user_by_email(db, email).id)


@user_app.command("deactivate")
def user_deactivate(email: str) -> None:
    """Log a user out everywhere and refuse further logins. What they did stays, with their name."""
    with writing(load_installation().engine) as db:
        users.deactivate_user(db, OPERATOR, get_user_by_email(db, email).id)


@token_app.command("create")
def token_create(
    email: str,
    name: Annotated[str, typer.Option()],
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    scope: Annotated[TokenScope, typer.Option()] = TokenScope.WRITE,
) -> None:
    """Create an API token of a user and print it; it is shown only once.

    It is valid to the end of the day --expires in WITA, by default for 90 days. It may read figures, with the scope
    "people" also people, with "write" all that its user may do.
    """
    with writing(load_installation().engine) as db:
        user = get_user_by_email(db, email)
        expires_at = _end_of_day(expires) if expires else None
        typer.echo(create_api_token(db, OPERATOR, user, name, expires_at, scope))


@token_app.command("list")
def token_list(email: Annotated[str | None, typer.Argument(help="Only this user's.")] = None) -> None:
    """List the API tokens by number, user, name, scope and end, without their secrets. Expired ones are included."""
    with reading(load_installation().engine) as db:
        owner = get_user_by_email(db, email).email if email else ""
        for token in list_api_tokens(db, OPERATOR, email=owner):
            ends = f"until {time_text(token.expires_at)}" if token.expires_at else "for good"
            typer.echo(f"{token.id:>6}  {token.email}  {token.name}  {token.scope}  {ends}")


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
