"""The page that closes the period of an issued report."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.database import Db
from app.errors import Conflict, Problem
from app.i18n import Translator
from app.permissions import Actor, Permission
from app.queries.issued_reports.reports import get_issued_report, list_late_uploads, list_open_uploads
from app.services.issued_reports.closing import close_period, require_closable
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(prefix="/laporan/{report_number}/tutup", include_in_schema=False)


@router.get("")
def closing_page(
    request: Request, db: ReadDb, actor: CurrentActor, report_number: str, _: Translate
) -> Response:
    """Say what closing does, or why the report can't close its period."""
    actor.require(Permission.REPORT_ISSUE)
    return _page(request, db, actor, report_number, _)


@router.post("")
def close(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    report_number: str,
    _: Translate,
    despite_open_uploads: Annotated[bool, Form()] = False,
) -> Response:
    actor.require(Permission.REPORT_ISSUE)
    with catch_problem(db) as caught:
        close_period(db, actor, report_number, despite_open_uploads=despite_open_uploads)
    if problem := caught.problem:
        return _page(request, db, actor, report_number, _, problem)
    report = get_issued_report(db, actor, report_number)
    return redirect(f"/laporan/{report.slug}", _("The period is closed."))


def _page(
    request: Request, db: Db, actor: Actor, report_number: str, _: Translator, problem: Problem | None = None
) -> Response:
    report = get_issued_report(db, actor, report_number)
    obstacle = None
    try:
        require_closable(db, report)
    except Conflict as conflict:
        obstacle = conflict
    return render(
        request,
        "issued_reports/close.html",
        problem=problem,
        report=report,
        obstacle=obstacle,
        obstacle_sentence=obstacle.sentence(_) if obstacle else "",
        open_uploads=list_open_uploads(db, actor, report.period, report.filters),
        late_uploads=list_late_uploads(db, actor, report),
    )
