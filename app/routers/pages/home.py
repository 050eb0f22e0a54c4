"""The first page: what waits for whoever is logged in, and where the city stands."""

from fastapi import APIRouter, Request, Response

from app.models import ImportStatus
from app.queries.attendance_imports import attendance_imports
from app.queries.coverage import coverage
from app.queries.coverage_counts import CoverageFilters
from app.queries.workshop_sessions import coming_workshop_sessions, workshop_sessions_without_attendance
from app.reports.wording import headline, period
from app.web.dependencies import Lang, PageActor, Reader, ReportReader, Translate
from app.web.pages import render

router = APIRouter(include_in_schema=False)

SHOWN = 10


@router.get("/")
def home_page(
    request: Request, look: Reader, reports: ReportReader, actor: PageActor, _: Translate, language: Lang
) -> Response:
    report = coverage(reports, actor, CoverageFilters(), language)
    return render(
        request,
        "home/page.html",
        in_review=attendance_imports(look, actor, status=ImportStatus.REVIEW, limit=SHOWN),
        without_attendance=workshop_sessions_without_attendance(look, actor, SHOWN),
        coming=coming_workshop_sessions(look, actor, SHOWN),
        report=report,
        headline=headline(report, _, language),
        period=period(report, _),
    )
