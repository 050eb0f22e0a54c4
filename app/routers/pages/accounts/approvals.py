"""Requests of administrators that a second one has to approve."""

from fastapi import APIRouter, Request, Response

from app.database import Db
from app.errors import Problem
from app.permissions import Actor
from app.queries.accounts.approvals import list_approvals
from app.services.accounts import approvals as services
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

router = APIRouter(prefix="/administrasi/persetujuan", include_in_schema=False)

PAGE = "/administrasi/persetujuan"


@router.get("")
def approvals_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return _page(request, db, actor)


@router.post("/{approval_id}/setujui")
def approve(request: Request, db: WriteDb, actor: CurrentActor, approval_id: int, _: Translate) -> Response:
    """Approve a request of another administrator, and do what it asks for. 403 for the actor's own request."""
    with catch_problem(db) as caught:
        services.approve(db, actor, approval_id)
    if problem := caught.problem:
        return _page(request, db, actor, problem)
    return redirect(PAGE, _("The request is approved."))


@router.post("/{approval_id}/tolak")
def refuse(db: WriteDb, actor: CurrentActor, approval_id: int, _: Translate) -> Response:
    services.refuse(db, actor, approval_id)
    return redirect(PAGE, _("The request is deleted."))


def _page(request: Request, db: Db, actor: Actor, problem: Problem | None = None) -> Response:
    approvals = list_approvals(db, actor)
    return render(request, "accounts/approvals.html", problem=problem, approvals=approvals)
