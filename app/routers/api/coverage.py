"""The coverage report, in every format."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from app.queries.coverage import coverage
from app.queries.coverage_counts import CoverageFilters
from app.reports.download import Format, coverage_download
from app.web.dependencies import ApiActor, Lang, ReportReader, Translate
from app.web.downloads import attachment

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


@router.get("/coverage.{file_format}", response_class=Response)
def coverage_report(
    file_format: Format,
    db: ReportReader,
    actor: ApiActor,
    language: Lang,
    translate: Translate,
    from_: Annotated[date | None, Query(alias="from")] = None,
    to: date | None = None,
    workshop: str | None = None,
    group: str | None = None,
    sex: Literal["L", "P"] | None = None,
) -> Response:
    """Which kelurahan and groups were reached. Without a period: the latest year in which a session started."""
    report = coverage(db, actor, CoverageFilters(from_, to, workshop, group, sex), language)
    file = coverage_download(report, file_format, translate, language)
    return attachment(file.name, file.content, file.media_type)
