"""The commands that print reports."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.installation import check_database_url, load_installation
from app.database import create_report_engine, reading
from app.i18n import Language, translator
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.reports.coverage.breakdowns import DimensionChoice, Pillar, dimensions_for
from app.reports.coverage.download import coverage_download
from app.reports.formats.download import Format

report_app = typer.Typer(no_args_is_help=True, help="Reports.")


@report_app.command("coverage")
def report_coverage(
    file_format: Annotated[Format, typer.Option("--format")],
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    workshop: str | None = None,
    group: str | None = None,
    sex: Literal["L", "P"] | None = None,
    kecamatan: Annotated[str | None, typer.Option(help="Its code: 64.71.01.")] = None,
    pillar: Pillar | None = None,
    organization: Annotated[
        int | None, typer.Option(help="The organizer's number, as in the page's address.")
    ] = None,
    by: Annotated[DimensionChoice, typer.Option(help="How it is divided further.")] = "kecamatan",
    compare: Annotated[
        Literal["before"] | None, typer.Option(help="Adds the period before, and the changes since.")
    ] = None,
    trend: Annotated[bool, typer.Option("--trend", help="Adds the trend by month and by year.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output")] = None,
) -> None:
    """Print the coverage report, or write it to a file; documents are in Indonesian, the JSON in English."""
    installation = load_installation()
    filters = CoverageFilters(_day(from_), _day(to), workshop, group, sex, kecamatan, pillar, organization)
    language: Language = "en" if file_format == "json" else "id"
    with check_database_url("JANGKAU_REPORT_DATABASE_URL"):
        report_engine = create_report_engine(installation.settings, installation.engine)
    with reading(report_engine) as db:
        report = build_coverage_report(
            db,
            OPERATOR,
            filters,
            language,
            dimensions=dimensions_for(by),
            compare=compare is not None,
            trend=trend,
        )
    content = coverage_download(report, file_format, translator(language), language).content
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        output.write_bytes(content)


def _day(moment: datetime | None) -> date | None:
    """Return the date of an option, None if it wasn't given."""
    return moment.date() if moment else None
