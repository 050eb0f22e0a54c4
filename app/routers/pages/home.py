"""The home page, the overview of administration, and the switch of the language."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from app.i18n import Language, Translator
from app.permissions import Permission
from app.queries.dashboard import get_dashboard
from app.queries.installation.setup import list_setup_steps
from app.queries.operation.health_notice import find_health_notice
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.texts.wording import (
    group_lines,
    headline,
    period_text,
    status_line,
    target_note,
)
from app.routers.pages.workshops.public_home import HomeQuery, render_public_home
from app.services.messages.mail_server import mail_server_address
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, ReportDb, Translate, Visitor
from app.web.forms import local_path
from app.web.languages import set_language
from app.web.pages import redirect, render
from app.web.sitemap import ADMINISTRATION

router = APIRouter(include_in_schema=False)

LINES_SHOWN = 5


@router.get("/")
def home_page(
    request: Request,
    db: ReadDb,
    report_db: ReportDb,
    actor: Visitor,
    _: Translate,
    language: Lang,
    query: Annotated[HomeQuery, Query()],
) -> Response:
    """Show visitors the public workshops, and users what to do now as two or three cards, then what waits for them.

    Users who plan workshops or set targets also see the coverage of the current year.
    """
    if actor is None:
        return render_public_home(request, db, language, query)
    mail_server = mail_server_address(container_of(request).settings)
    dashboard = get_dashboard(
        db,
        report_db,
        actor,
        language,
        setup_steps=list_setup_steps(db, actor, mail_server),
        waiting=request.state.waiting,
    )
    report = dashboard.report
    return render(
        request,
        "home/page.html",
        dashboard=dashboard,
        headline=headline(report, _, language) if report else "",
        target_note=target_note(report, _, language) if report else "",
        period=_period(report, _, language) if report else "",
        group_lines=group_lines(report, _, language) if report else (),
        health=find_health_notice(db, actor),
        shown=LINES_SHOWN,
    )


def _period(report: CoverageReport, _: Translator, language: Language) -> str:
    """Return the period of the figures, and the number of the report if they are official."""
    period = period_text(report, _, language)
    return f"{period} · {status_line(report, _, language)}" if report.official else period


@router.get("/administrasi")
def administration_page(request: Request, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return render(request, "administration.html", pages=ADMINISTRATION)


@router.post("/bahasa/{language}")
def switch_language(language: Language, kembali: Annotated[str, Form()] = "/") -> Response:
    """Store the language for this browser in a cookie, and redirect to the page `kembali`.

    The redirect is to "/" if `kembali` is not on this site.
    """
    response = redirect(local_path(kembali))
    set_language(response, language)
    return response
