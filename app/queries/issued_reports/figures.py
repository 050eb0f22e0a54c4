"""The coverage report that readers get: official figures where a period is closed, working figures elsewhere."""

from dataclasses import replace

from app.database import Db
from app.i18n import Language, Translator
from app.permissions import Actor, Permission
from app.queries.coverage.documents import add_document_parts
from app.queries.coverage.filters import CoverageFilters, resolve_period
from app.queries.coverage.report import build_coverage_report
from app.queries.issued_reports.closed_periods import get_closing_report
from app.queries.issued_reports.reports import get_issued_file
from app.reports.coverage.breakdowns import DimensionChoice, dimensions_for
from app.reports.coverage.files.download import coverage_download
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.stored import revive_report
from app.reports.formats.download import Download, Format


def load_coverage_report(
    db: Db,
    actor: Actor,
    filters: CoverageFilters,
    language: Language,
    *,
    by: DimensionChoice | None = None,
    compare: bool = False,
    trend: bool = True,
    working: bool = False,
) -> CoverageReport:
    """Return the issued report of a closed period, or a report of the working figures.

    The issued one is for exactly the days of the closed period, without other filters, comparison, or another breakdown
    than that by kecamatan, unless `working` asks for working figures. Raises like `build_coverage_report`.
    """
    if not working and not compare and dimensions_for(by) == dimensions_for(None):
        official = find_official_report(db, actor, filters)
        if official:
            return official
    return build_coverage_report(
        db, actor, filters, language, dimensions=dimensions_for(by), compare=compare, trend=trend
    )


def find_official_report(db: Db, actor: Actor, filters: CoverageFilters) -> CoverageReport | None:
    """Return the issued report of the closed period with exactly these days; None if there is none, or with filters.

    Raises `Forbidden` if the actor's role may not see coverage, and `Invalid` for an impossible period.
    """
    actor.require(Permission.COVERAGE_READ)
    if filters != CoverageFilters(filters.from_, filters.to):
        return None
    closing = get_closing_report(db, resolve_period(db, filters))
    return revive_report(closing.report) if closing else None


def make_coverage_file(
    db: Db,
    actor: Actor,
    report: CoverageReport,
    filters: CoverageFilters,
    file_format: Format,
    _: Translator,
    language: Language,
) -> Download:
    """Return the report as a file: of an issued report the stored one, in Indonesian, else a new one.

    `filters` are those of the report. The documents PDF and Excel have sessions and gaps, too.
    """
    if report.official:
        return get_issued_file(db, actor, report.official.number, file_format)
    if file_format in {"pdf", "xlsx"}:
        period = report.period
        report = add_document_parts(db, report, replace(filters, from_=period.from_, to=period.to))
    return coverage_download(report, file_format, _, language)
