"""The first page: what waits for whoever is logged in."""

from fastapi import APIRouter, Request, Response

from app.queries.dashboard import dashboard
from app.reports.coverage.wording import group_lines, headline, period_text
from app.web.dependencies import Lang, PageActor, Reader, ReportReader, Translate
from app.web.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/")
def home_page(
    request: Request, look: Reader, reports: ReportReader, actor: PageActor, _: Translate, language: Lang
) -> Response:
    found = dashboard(look, reports, actor, language)
    report = found.report
    return render(
        request,
        "home/page.html",
        found=found,
        headline=headline(report, _, language) if report else "",
        period=period_text(report, _) if report else "",
        group_lines=group_lines(report, _, language) if report else (),
    )
