"""Series of sessions that were created together: look at them, and delete those that nobody has used."""

from fastapi import APIRouter, Request, Response

from app.database import Db
from app.errors import Problem
from app.permissions import Actor, Permission
from app.queries.workshops import workshop_sessions as queries
from app.services.workshops import session_series as services
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)


@router.get("/sesi/{code}/rangkaian")
def series_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show the series that a session belongs to; a session that is in none stands alone."""
    actor.require(Permission.SESSION_WRITE)
    return _page(request, db, actor, code)


@router.post("/sesi/{code}/rangkaian")
def delete_series(request: Request, db: WriteDb, actor: CurrentActor, code: str, _: Translate) -> Response:
    """Delete the sessions of the series that nobody has used, and redirect to their workshop."""
    view = queries.get_workshop_session_view(db, actor, code)
    with catch_problem(db) as caught:
        deleted = services.delete_series(db, actor, code)
    if problem := caught.problem:
        return _page(request, db, actor, code, problem)
    return redirect(
        f"/kegiatan/{view.workshop_code}", _("%(count)s sessions are deleted.") % {"count": len(deleted)}
    )


def _page(request: Request, db: Db, actor: Actor, code: str, problem: Problem | None = None) -> Response:
    view = queries.get_workshop_session_view(db, actor, code)
    workshop_sessions = queries.list_series(db, actor, view.series_code) if view.series_code else [view]
    return render(
        request,
        "workshops/sessions/series.html",
        problem=problem,
        workshop_session=view,
        workshop_sessions=workshop_sessions,
        deletable=services.count_unused(db, workshop_sessions) if view.series_code else 0,
    )
