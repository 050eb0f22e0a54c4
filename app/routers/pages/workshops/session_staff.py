"""The staff of a session: which users see its people and record its attendance."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.permissions import Actor, Permission
from app.queries.workshops.session_staff import list_assignable_staff
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.services.edit_conflicts import fingerprint
from app.services.workshops.session_staff import assign_staff
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)


class StaffForm(BaseModel):
    """`staff` are the ids of the users who are ticked."""

    staff: list[int] = []
    seen: str = ""


@router.get("/sesi/{code}/petugas")
def session_staff_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    actor.require(Permission.STAFF_ASSIGN)
    return _page(request, db, actor, code)


@router.post("/sesi/{code}/petugas")
def assign_session_staff(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[StaffForm, Form()],
    _: Translate,
) -> Response:
    """Save who works at a session, and redirect to its page.

    If others have changed that meanwhile, show the form again.
    """
    with catch_problem(db) as caught:
        assign_staff(db, actor, code, form.staff, form_fingerprint=form.seen)
    if problem := caught.problem:
        return _page(request, db, actor, code, form, problem)
    return redirect(f"/sesi/{code}", _("The changes are saved."))


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: StaffForm | None = None,
    problem: Problem | None = None,
) -> Response:
    workshop_session = get_workshop_session_view(db, actor, code, Permission.STAFF_ASSIGN)
    staff = list_assignable_staff(db, workshop_session.organization_id, workshop_session.id)
    assigned = sorted(user.id for user in staff if user.assigned)
    saved = StaffForm(staff=assigned, seen=fingerprint(assigned))
    return render(
        request,
        "workshops/sessions/staff.html",
        form=form or saved,
        problem=problem,
        saved=conflicting_form(problem, saved),
        staff=staff,
        workshop_session=workshop_session,
    )
