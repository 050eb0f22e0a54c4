"""The reports on coverage, in every format.

Each answer bears an ETag: asked again with If-None-Match, 304 says that it still holds.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict

from app.queries.coverage.gaps import coverage_gaps
from app.queries.coverage.rt import rt_coverage
from app.reports.coverage.download import Format, coverage_download
from app.reports.coverage.gaps import Order, gaps_download
from app.reports.coverage.rt import rt_download
from app.web.coverage.query import CoverageQuery, CoverageReportQuery
from app.web.dependencies import ApiActor, Lang, ReportReader, Translate
from app.web.downloads import download
from app.web.etags import unless_unchanged

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], default_response_class=Response)

# A misspelt filter would otherwise answer with figures of the whole city.
NOTHING_ELSE = ConfigDict(extra="forbid")


class ReportAsked(CoverageReportQuery):
    """Of the coverage report."""

    model_config = NOTHING_ELSE


class GapsAsked(CoverageQuery):
    """Of where to go next."""

    model_config = NOTHING_ELSE
    order: Order = "gap"


class RtAsked(CoverageQuery):
    """Of the RT that sent somebody."""

    model_config = NOTHING_ELSE


@router.get("/coverage.{file_format}")
def coverage_report(
    request: Request,
    file_format: Format,
    db: ReportReader,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
    asked: Annotated[ReportAsked, Query()],
) -> Response:
    """Which kelurahan and groups were reached. Without a period: the latest year in which a session started.

    `by` divides it further (by kecamatan, where nothing is said); `compare=before` adds the period before.
    """

    def file() -> Response:
        report = asked.report(db, actor, language)
        return download(coverage_download(report, file_format, translate, language))

    return unless_unchanged(request, db, actor, file)


@router.get("/coverage-gaps.{file_format}")
def coverage_gaps_report(
    request: Request,
    file_format: Format,
    db: ReportReader,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
    asked: Annotated[GapsAsked, Query()],
) -> Response:
    """Where to go next: the kelurahan and groups short of their target, by the people missing or by the share."""

    def file() -> Response:
        found = coverage_gaps(db, actor, asked.filters, language, asked.order)
        return download(gaps_download(found, file_format, translate, language))

    return unless_unchanged(request, db, actor, file)


@router.get("/rt-coverage.{file_format}")
def rt_coverage_report(
    request: Request,
    file_format: Format,
    db: ReportReader,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
    asked: Annotated[RtAsked, Query()],
) -> Response:
    """How many RT of each kelurahan sent somebody."""

    def file() -> Response:
        found = rt_coverage(db, actor, asked.filters, language)
        return download(rt_download(found, file_format, translate, language))

    return unless_unchanged(request, db, actor, file)
