"""The home page, the overview of administration, and the switch of the language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.i18n import Language
from app.permissions import Permission
from app.queries.dashboard import get_dashboard
from app.reports.coverage.wording import group_lines, headline, period_text
from app.web.dependencies import CurrentActor, Lang, ReadDb, ReportDb, Translate
from app.web.forms import local_path
from app.web.languages import set_language
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)


@router.get("/")
def home_page(
    request: Request, db: ReadDb, report_db: ReportDb, actor: CurrentActor, _: Translate, language: Lang
) -> Response:
    """Show the dashboard: what needs the actor's attention, and sessions to come.

    Users who plan workshops or set targets also see the coverage of the current year.
    """
    dashboard = get_dashboard(db, report_db, actor, language)
    report = dashboard.report
    return render(
        request,
        "home/page.html",
        dashboard=dashboard,
        headline=headline(report, _, language) if report else "",
        period=period_text(report, _) if report else "",
        group_lines=group_lines(report, _, language) if report else (),
    )


@router.get("/administrasi")
def administration_page(request: Request, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return render(request, "administration.html")


@router.post("/bahasa/{language}")
def switch_language(language: Language, kembali: Annotated[str, Form()] = "/") -> Response:
    """Store the language for this browser in a cookie, and redirect to the page `kembali`.

    The redirect is to "/" if `kembali` is not on this site.
    """
    response = redirect(local_path(kembali))
    set_language(response, language)
    return response
