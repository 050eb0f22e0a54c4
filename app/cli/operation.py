"""The command that checks the installation."""

from typing import Annotated

import typer

from app.cli.installation import Installation, load_installation, require_valid_server_settings
from app.database import create_report_engine
from app.errors import Problem
from app.permissions import OPERATOR
from app.queries.operation.database_checks import SQLITE
from app.queries.operation.health_lines import HealthLine, HealthState, failed, ok
from app.services.operation.health import check_installation

SETTINGS = "Settings"
_INDENT = max(len(state) for state in HealthState) + 2


def check(
    workers: Annotated[
        int | None, typer.Option(min=1, help="As many as 'jangkau serve' is started with.")
    ] = None,
) -> None:
    """Check settings, database, mail server, disk, clock, keys and so on; the service need not run.

    Each line says ok, or what to do. The exit code is 1 if a line says failed; a warning leaves it at 0.
    """
    lines = _check(workers)
    for line in lines:
        typer.echo(f"{line.state:<{_INDENT}}{line.name}: {line.text_in('en')}")
        if advice := line.advice_in("en"):
            typer.echo(f"{'':<{_INDENT}}{advice}")
    if any(line.state is HealthState.FAILED for line in lines):
        raise typer.Exit(1)


def _check(workers: int | None) -> list[HealthLine]:
    """Return all lines; with wrong settings only that of the settings, as all others depend on them."""
    try:
        installation = load_installation()
        require_valid_server_settings(installation)
    except Problem as problem:
        is_sqlite = problem.code == "old-sqlite"
        name = SQLITE if is_sqlite else SETTINGS
        advice = "Correct this first; then check again. Nothing else was checked."
        return [
            failed("sqlite" if is_sqlite else "settings", name, "%(problem)s", advice, problem=str(problem))
        ]
    return [ok("settings", SETTINGS, "All are known and valid."), *_check_rest(installation, workers)]


def _check_rest(installation: Installation, workers: int | None) -> list[HealthLine]:
    settings, engine = installation.settings, installation.engine
    report_engine = create_report_engine(settings, engine)
    try:
        return check_installation(
            settings, engine, report_engine, installation.vault, OPERATOR, workers=workers
        )
    finally:
        report_engine.dispose()
        engine.dispose()
