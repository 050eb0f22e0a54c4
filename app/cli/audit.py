"""The command that verifies the activity log."""

from typing import Annotated

import typer
from cryptography.exceptions import InvalidTag

from app.cli.installation import load_installation
from app.database import Db, reading
from app.errors import Problem
from app.i18n import time_text, translator
from app.models import Activity
from app.queries.log_verification import BrokenLine, ChainEnd, Fault, verify_log

audit_app = typer.Typer(no_args_is_help=True, help="The activity log.")
english = translator("en")

FAULTS: dict[Fault, str] = {
    "deleted": "was deleted",
    "changed": "was changed",
    "values-changed": "has other values than when it was written",
    "added-later": "was added later, with an earlier time",
    "end-changed": "and what followed it was deleted",
    "not-as-kept": "is not the one that the kept end of the chain is about",
}


@audit_app.callback()
def audit() -> None:
    """Keep `verify` a command of its own, though it is the only one."""


@audit_app.command()
def verify(
    kept: Annotated[
        str,
        typer.Option(
            "--kept", metavar="NUMBER:HASH", help="An end of the chain that this command printed before."
        ),
    ] = "",
) -> None:
    """Verify the activity log's chain of hashes and print its end. Exits with 1 and names the first broken line."""
    installation = load_installation()
    kept_end = _parse_end(kept) if kept else None
    with reading(installation.engine) as db:
        try:
            result = verify_log(db, installation.vault, kept=kept_end)
        except InvalidTag:
            raise Problem(
                "The activity log was sealed with another secret than JANGKAU_SECRET_KEY."
            ) from None
        typer.echo(
            f"{result.verified} lines are as they were written; the values of {result.erased} are erased."
        )
        if result.unsealed_since:
            since = time_text(result.unsealed_since)
            typer.echo(f"{result.unsealed} lines are not sealed yet, the oldest of {since}.")
        if result.broken:
            typer.echo(_describe(db, result.broken), err=True)
            raise typer.Exit(1)
    if result.end:
        typer.echo(f"The end of the chain, to keep elsewhere: {result.end}")


def _parse_end(text: str) -> ChainEnd:
    """Return the end of a chain from the text that `verify` printed. Raises `Problem`."""
    position, separator, chain_hash = text.strip().partition(":")
    if not (separator and position.isdecimal() and chain_hash):
        raise Problem("--kept takes what 'jangkau audit verify' printed, such as 1200:3f9a….")
    return ChainEnd(int(position), chain_hash.lower())


def _describe(db: Db, broken: BrokenLine) -> str:
    """Return a sentence that names a broken line, with what the log says of it now."""
    text = f"Line {broken.position} of the chain {FAULTS[broken.fault]}"
    line = db.get(Activity, broken.activity_id) if broken.activity_id else None
    if line is None:
        return f"{text} (id {broken.activity_id})." if broken.activity_id else f"{text}."
    said = f"{time_text(line.at)}, {line.actor}, {line.action} {line.subject} {line.subject_id}"
    return f"{text} (id {line.id}: {said})."
