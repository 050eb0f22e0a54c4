"""The commands that print reports."""

import hashlib
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.installation import check_database_url, load_installation
from app.database import create_report_engine, reading, writing
from app.errors import NotFound
from app.i18n import Language, translator
from app.permissions import OPERATOR
from app.queries.areas.areas import get_city
from app.queries.coverage.filters import CoverageFilters
from app.queries.issued_reports.figures import load_coverage_report, make_coverage_file
from app.queries.issued_reports.verification import Verdict, verify_sha256
from app.queries.open_data import load_open_data
from app.reports.coverage.breakdowns import DimensionChoice, Pillar
from app.reports.formats.download import Format
from app.reports.official import Classification, Signatory
from app.reports.open_data.files import open_csv
from app.reports.open_data.tables import TABLES
from app.services.issued_reports.issue import (
    ReportText,
    draft_report,
    draft_revision,
    issue_report,
    revise_report,
)
from app.services.open_data.parquet import City, write_parquet_files
from app.services.operation.report_database import ReportDatabase

EXIT_UNKNOWN = 1
EXIT_REVISED = 2

# The filters of a report, as options.
FromDay = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])]
ToDay = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])]
KecamatanCode = Annotated[str | None, typer.Option(help="Its code: 64.71.01.")]
OrganizerNumber = Annotated[
    int | None, typer.Option(help="The organizer's number, as in the page's address.")
]

report_app = typer.Typer(no_args_is_help=True, help="Reports.")


@report_app.command("coverage")
def report_coverage(
    file_format: Annotated[Format, typer.Option("--format")],
    from_: FromDay = None,
    to: ToDay = None,
    workshop: str | None = None,
    group: str | None = None,
    sex: Literal["L", "P"] | None = None,
    kecamatan: KecamatanCode = None,
    pillar: Pillar | None = None,
    organization: OrganizerNumber = None,
    by: Annotated[DimensionChoice, typer.Option(help="How it is divided further.")] = "kecamatan",
    compare: Annotated[
        Literal["before"] | None, typer.Option(help="Adds the period before, and the changes since.")
    ] = None,
    trend: Annotated[bool, typer.Option("--trend", help="Adds the trend by month and by year.")] = False,
    figures: Annotated[
        Literal["official", "working"],
        typer.Option(help="Of a closed period: the issued report, or the figures as they are now."),
    ] = "official",
    output: Annotated[Path | None, typer.Option("-o", "--output")] = None,
) -> None:
    """Print the coverage report, or write it to a file; documents are in Indonesian, the JSON in English.

    For exactly the days of a closed period, without other filters, it is the file of the issued report.
    """
    installation = load_installation()
    filters = CoverageFilters(_day(from_), _day(to), workshop, group, sex, kecamatan, pillar, organization)
    language: Language = "en" if file_format == "json" else "id"
    with check_database_url("JANGKAU_REPORT_DATABASE_URL"):
        report_engine = create_report_engine(installation.settings, installation.engine)
    with ReportDatabase(installation.engine, report_engine).reading() as db:
        report = load_coverage_report(
            db,
            OPERATOR,
            filters,
            language,
            by=by,
            compare=compare is not None,
            trend=trend,
            working=figures == "working",
        )
        file = make_coverage_file(db, OPERATOR, report, filters, file_format, translator(language), language)
    content = file.content
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        output.write_bytes(content)


@report_app.command("issue")
def issue(
    title: Annotated[str, typer.Option(help="The title that is printed.")],
    signatory: Annotated[
        list[str],
        typer.Option(help="NAME|POSITION|RANK|NIP; rank and NIP may be left out. A leading + acknowledges."),
    ],
    from_: FromDay = None,
    to: ToDay = None,
    workshop: str | None = None,
    group: str | None = None,
    sex: Literal["L", "P"] | None = None,
    kecamatan: KecamatanCode = None,
    pillar: Pillar | None = None,
    organization: OrganizerNumber = None,
    classification: Classification = Classification.ORDINARY,
    narrative: Annotated[Path | None, typer.Option(help="A file with the text above the figures.")] = None,
    revises: Annotated[
        str | None, typer.Option(help="The number of the report that this one replaces; keeps its period.")
    ] = None,
    what_changed: Annotated[str, typer.Option(help="What a revision changes, and why.")] = "",
) -> None:
    """Issue a coverage report, store its files, and print its number.

    With --revises it replaces that report, for the same period and filters.
    """
    installation = load_installation()
    filters = CoverageFilters(_day(from_), _day(to), workshop, group, sex, kecamatan, pillar, organization)
    if revises and filters != CoverageFilters():
        raise typer.BadParameter("A revision has the period and filters of the report that it replaces.")
    text = ReportText(
        title=title,
        classification=classification,
        narrative=narrative.read_text(encoding="utf-8") if narrative else "",
        signatories=tuple(map(_parse_signatory, signatory)),
        request_key="",
    )
    base_url = installation.settings.base_url
    with reading(installation.engine) as read_db, writing(installation.engine) as db:
        if revises:
            revision = (OPERATOR, revises, text, what_changed, base_url)
            report = revise_report(db, *revision, draft_revision(read_db, *revision))
        else:
            first_issue = (OPERATOR, filters, text, base_url)
            report = issue_report(db, *first_issue, draft_report(read_db, *first_issue))
    typer.echo(report.number)


@report_app.command("verify")
def verify(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Say whether a file is that of an issued report, byte for byte.

    The exit code is 0 for a genuine file of a report in force, 2 for one of a report that was revised, and 1 for an
    unknown file. Files that were signed electronically and scans that were uploaded are recognised, too.
    """
    installation = load_installation()
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with reading(installation.engine) as db:
        found = verify_sha256(db, sha256)
    if found.report is None or found.newest is None:
        typer.echo(f"unknown: no issued report has a file with the SHA-256 {sha256}")
        raise typer.Exit(EXIT_UNKNOWN)
    about = f"{found.report.number} ({found.found_by}), {found.report.title}"
    if found.verdict is Verdict.REVISED:
        typer.echo(f"revised: {about}; the newest report is {found.newest.number}")
        raise typer.Exit(EXIT_REVISED)
    typer.echo(f"genuine: {about}")


@report_app.command("export")
def export(
    file_format: Annotated[Literal["csv", "parquet"], typer.Option("--format")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder; created if it is missing.")],
) -> None:
    """Write the open data, the figures of issued reports with small ones hidden, as a file for each table.

    Parquet files name the city in each row, so that those of many cities can be read together (docs/scaling.md).
    """
    installation = load_installation()
    with reading(installation.engine) as db:
        data = load_open_data(db, installation.settings.base_url)
        city = get_city(db)
    if not data.reports:
        raise NotFound("No report of a whole year has been issued, so there are no figures to export.")
    output.mkdir(parents=True, exist_ok=True)
    if file_format == "parquet":
        paths = list(write_parquet_files(output, data, City(city.code, city.name)))
    else:
        paths = [output / table.file_name for table in TABLES]
        for path, table in zip(paths, TABLES, strict=True):
            path.write_bytes(open_csv(table, data))
    for path in paths:
        typer.echo(path)


def _parse_signatory(text: str) -> Signatory:
    """Return the signatory of an option: "NAME|POSITION|RANK|NIP", with a leading "+" if they acknowledge."""
    name, role, rank, nip, *_ = (part.strip() for part in f"{text.removeprefix('+')}||||".split("|"))
    return Signatory(name=name, role=role, rank=rank, nip=nip, acknowledges=text.startswith("+"))


def _day(moment: datetime | None) -> date | None:
    """Return the date of an option, None if it wasn't given."""
    return moment.date() if moment else None
