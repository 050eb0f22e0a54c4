"""The coverage report, in every format."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from app.queries.coverage import coverage
from app.queries.coverage_counts import CoverageFilters
from app.reports.coverage_parts import Division, Pillar, divisions_of
from app.reports.download import Format, coverage_download
from app.web.dependencies import ApiActor, Lang, ReportReader, Translate
from app.web.downloads import attachment
from app.web.etags import tag_of, tagged, unchanged

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


@router.get("/coverage.{file_format}", response_class=Response)
def coverage_report(
    request: Request,
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
    kecamatan: str | None = None,
    pillar: Pillar | None = None,
    organization: int | None = None,
    by: Division | Literal["all"] | None = None,
    compare: Literal["before"] | None = None,
) -> Response:
    """Which kelurahan and groups were reached. Without a period: the latest year in which a session started.

    `by` divides it further (by kecamatan, where nothing is said); `compare=before` adds the period before.
    An answer bears an ETag: asked again with If-None-Match, 304 says that it still holds.
    """
    tag = tag_of(request, db, actor)
    if answer := unchanged(request, tag):
        return answer
    filters = CoverageFilters(from_, to, workshop, group, sex, kecamatan, pillar, organization)
    report = coverage(db, actor, filters, language, divisions=divisions_of(by), compared=compare is not None)
    file = coverage_download(report, file_format, translate, language)
    return tagged(attachment(file.name, file.content, file.media_type), tag)
