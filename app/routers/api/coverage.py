"""The reports on coverage, in every format.

Each response has an ETag: a request with `If-None-Match` is answered 304 while the report has not changed.
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
from app.web.dependencies import ApiActor, Lang, ReportDb, Translate
from app.web.downloads import download
from app.web.etags import respond_with_etag

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], default_response_class=Response)

# Otherwise a misspelt filter would be ignored, and the figures would be those of the whole city.
NO_OTHER_PARAMETERS = ConfigDict(extra="forbid")


class ReportParams(CoverageReportQuery):
    """The parameters of the coverage report."""

    model_config = NO_OTHER_PARAMETERS


class GapsParams(CoverageQuery):
    """The parameters of the coverage gaps."""

    model_config = NO_OTHER_PARAMETERS
    order: Order = "gap"


class RtParams(CoverageQuery):
    """The parameters of the coverage of RT."""

    model_config = NO_OTHER_PARAMETERS


@router.get("/coverage.{file_format}")
def coverage_report(
    request: Request,
    file_format: Format,
    db: ReportDb,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
    params: Annotated[ReportParams, Query()],
) -> Response:
    """Which kelurahan and groups were reached. Without a period: the latest year in which a session started.

    `by` divides the figures further (default: by kecamatan); `compare=before` adds the previous period.
    """

    def file() -> Response:
        report = params.report(db, actor, language)
        return download(coverage_download(report, file_format, translate, language))

    return respond_with_etag(request, db, actor, file)


@router.get("/coverage-gaps.{file_format}")
def coverage_gaps_report(
    request: Request,
    file_format: Format,
    db: ReportDb,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
    params: Annotated[GapsParams, Query()],
) -> Response:
    """Where to go next: the kelurahan and groups below their target, ordered by missing people or by share reached."""

    def file() -> Response:
        gaps = coverage_gaps(db, actor, params.filters, language, params.order)
        return download(gaps_download(gaps, file_format, translate, language))

    return respond_with_etag(request, db, actor, file)


@router.get("/rt-coverage.{file_format}")
def rt_coverage_report(
    request: Request,
    file_format: Format,
    db: ReportDb,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
    params: Annotated[RtParams, Query()],
) -> Response:
    """How many RT of each kelurahan had a participant."""

    def file() -> Response:
        rt = rt_coverage(db, actor, params.filters, language)
        return download(rt_download(rt, file_format, translate, language))

    return respond_with_etag(request, db, actor, file)
