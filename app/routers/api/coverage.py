"""The reports on coverage, in every format.

Each response has an ETag: a request with `If-None-Match` is answered 304 while the report has not changed.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict

from app.queries.areas.boundaries import add_boundaries
from app.queries.coverage.gaps import build_coverage_gaps
from app.queries.coverage.rt import build_rt_coverage
from app.queries.issued_reports.figures import make_coverage_file
from app.reports.coverage.files.geojson import coverage_geojson
from app.reports.coverage.gaps import Order, gaps_download
from app.reports.coverage.rt import rt_download
from app.reports.formats.download import Format
from app.web.coverage.query import CoverageQuery, CoverageReportQuery
from app.web.dependencies import FiguresActor, Lang, ReportDb, Translate
from app.web.downloads import download
from app.web.etags import respond_with_etag

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], default_response_class=Response)

# With a misspelt filter the figures would be those of the whole city.
FORBID_UNKNOWN_PARAMETERS = ConfigDict(extra="forbid")


class ApiCoverageReportQuery(CoverageReportQuery):
    model_config = FORBID_UNKNOWN_PARAMETERS
    trend: bool = False
    figures: Literal["official", "working"] = "official"


class ApiGapsQuery(CoverageQuery):
    model_config = FORBID_UNKNOWN_PARAMETERS
    order: Order = "gap"


class ApiRtQuery(CoverageQuery):
    model_config = FORBID_UNKNOWN_PARAMETERS


@router.get("/coverage.geojson")
def coverage_map(
    request: Request,
    db: ReportDb,
    actor: FiguresActor,
    language: Lang,
    translate: Translate,
    query: Annotated[ApiCoverageReportQuery, Query()],
) -> Response:
    """Return the kelurahan of the coverage report with their boundaries as GeoJSON (RFC 7946).

    Each feature has the code of a kelurahan as its `id`, and as properties its row of the report. A kelurahan without a
    boundary has the geometry null. Parameters and errors are those of the coverage report; 404 with the code
    "no-boundaries" where no boundaries were uploaded. Every role may download it.
    """

    def file() -> Response:
        report = query.load_report(db, actor, language, trend=False, working=query.figures == "working")
        return download(coverage_geojson(add_boundaries(db, report), translate))

    return respond_with_etag(request, db, actor, file)


@router.get("/coverage.{file_format}")
def coverage_report(
    request: Request,
    file_format: Format,
    db: ReportDb,
    actor: FiguresActor,
    language: Lang,
    translate: Translate,
    query: Annotated[ApiCoverageReportQuery, Query()],
) -> Response:
    """Return the coverage report of the city as a JSON, CSV, Excel or PDF file. Every role may download it.

    Without a period it is that of the latest year in which a session has started. `by` is the breakdown: one dimension,
    or "all"; by default by kecamatan. `compare=before` adds the preceding period and the changes since, `trend=true`
    the trend by month and by year.

    For exactly the days of a closed period, without other parameters, the file is that of the issued report, in
    Indonesian; `figures=working` asks for the figures as they are now.

    404 for a filter with an unknown code or id, 422 for an unknown parameter, a wrong value, or a period that ends
    before it begins.
    """

    def file() -> Response:
        report = query.load_report(db, actor, language, trend=query.trend, working=query.figures == "working")
        return download(
            make_coverage_file(db, actor, report, query.filters, file_format, translate, language)
        )

    return respond_with_etag(request, db, actor, file)


@router.get("/coverage-gaps.{file_format}")
def coverage_gaps_report(
    request: Request,
    file_format: Format,
    db: ReportDb,
    actor: FiguresActor,
    language: Lang,
    translate: Translate,
    query: Annotated[ApiGapsQuery, Query()],
) -> Response:
    """Return the kelurahan and target groups below their target as a JSON, CSV, Excel or PDF file.

    `order` is "gap" (most missing people first, the default) or "share" (lowest share of the target first). The
    filters, the default period and the errors are those of the coverage report. Every role may download it.
    """

    def file() -> Response:
        gaps = build_coverage_gaps(db, actor, query.filters, language, query.order)
        return download(gaps_download(gaps, file_format, translate, language))

    return respond_with_etag(request, db, actor, file)


@router.get("/rt-coverage.{file_format}")
def rt_coverage_report(
    request: Request,
    file_format: Format,
    db: ReportDb,
    actor: FiguresActor,
    language: Lang,
    translate: Translate,
    query: Annotated[ApiRtQuery, Query()],
) -> Response:
    """Return how many RT of each kelurahan had participants, as a JSON, CSV, Excel or PDF file.

    It also says how many RT there are, where that is known. The filters, the default period and the errors are those of
    the coverage report. Every role may download it.
    """

    def file() -> Response:
        rt = build_rt_coverage(db, actor, query.filters, language)
        return download(rt_download(rt, file_format, translate, language))

    return respond_with_etag(request, db, actor, file)
