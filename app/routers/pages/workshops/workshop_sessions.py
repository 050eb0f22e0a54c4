"""Workshop sessions: create, change, copy and cancel. The page of a session is in `registrations.registrations`."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import Language
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.workshops import workshop_sessions as queries
from app.queries.workshops.session_staff import list_assignable_staff
from app.queries.workshops.venues import list_venue_names
from app.queries.workshops.workshops import get_workshop_view
from app.services.workshops import workshop_sessions as services
from app.services.workshops.session_staff import assign_staff
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form, parse_local_time
from app.web.pages import redirect, render
from app.web.workshop_session_form import WorkshopSessionForm

router = APIRouter(include_in_schema=False)


class CopyForm(BaseModel):
    code: str = ""
    starts: str = ""


class CancellationForm(BaseModel):
    why: str = ""


@router.get("/kegiatan/{workshop_code}/sesi/baru")
def new_workshop_session_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    workshop_code: str,
    planned: Annotated[WorkshopSessionForm, Query()],
    language: Lang,
) -> Response:
    """Show the form of a new session with a suggested code, filled in from the query string.

    Pages on coverage link here to plan a session for a gap.
    """
    actor.require(Permission.SESSION_WRITE)
    form = planned.model_copy(update={"code": queries.suggest_session_code(db, workshop_code)})
    return _new_page(request, db, actor, workshop_code, form, language)


@router.post("/kegiatan/{workshop_code}/sesi/baru")
def create_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    workshop_code: str,
    form: Annotated[WorkshopSessionForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Create a session of the workshop, and redirect to it. If a field is wrong, show the form again."""
    with catch_problem(db) as caught:
        workshop_session = services.create_workshop_session(
            db, actor, workshop_code, form.code, form.to_input()
        )
        if form.staff:
            assign_staff(db, actor, workshop_session.code, form.staff)
    if problem := caught.problem:
        return _new_page(request, db, actor, workshop_code, form, language, problem)
    return redirect(f"/sesi/{workshop_session.code}", _("The session has been created."))


@router.get("/sesi/{code}/ubah")
def change_workshop_session_page(
    request: Request, db: ReadDb, actor: CurrentActor, code: str, language: Lang
) -> Response:
    actor.require(Permission.SESSION_WRITE)
    form = WorkshopSessionForm.from_saved(queries.get_workshop_session_view(db, actor, code))
    return _change_page(request, db, actor, code, form, language)


@router.post("/sesi/{code}/ubah")
def change_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[WorkshopSessionForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Save a session; the people registered are told of a new time or place.

    If a field is wrong, or others have changed the session meanwhile, show the form again.
    """
    with catch_problem(db) as caught:
        services.change_workshop_session(db, actor, code, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        return _change_page(request, db, actor, code, form, language, problem)
    return redirect(f"/sesi/{code}", _("The changes are saved."))


@router.get("/sesi/{code}/salin")
def copy_session_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _copy_page(request, db, actor, code)


@router.post("/sesi/{code}/salin")
def copy_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[CopyForm, Form()],
    _: Translate,
) -> Response:
    """Create a session with the settings of the session `code`, at another time, and redirect to it."""
    with catch_problem(db) as caught:
        workshop_session = services.copy_session(db, actor, code, form.code, parse_local_time(form.starts))
    if problem := caught.problem:
        return _copy_page(request, db, actor, code, form, problem)
    return redirect(
        f"/sesi/{workshop_session.code}",
        _("The session has been created with the settings of %(code)s.") % {"code": code},
    )


@router.get("/sesi/{code}/batalkan")
def cancel_session_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _cancel_page(request, db, actor, code, CancellationForm())


@router.post("/sesi/{code}/batalkan")
def cancel_workshop_session(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[CancellationForm, Form()],
    _: Translate,
) -> Response:
    """Cancel a session for a reason, which the people registered are told, and redirect to its page."""
    with catch_problem(db) as caught:
        services.cancel_session(db, actor, code, form.why)
    if problem := caught.problem:
        return _cancel_page(request, db, actor, code, form, problem)
    return redirect(f"/sesi/{code}", _("The session is cancelled."))


def _new_page(
    request: Request,
    db: Db,
    actor: Actor,
    workshop_code: str,
    form: WorkshopSessionForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    of_workshop = get_workshop_view(db, actor, workshop_code)
    return render(
        request,
        "workshops/sessions/new.html",
        form=form,
        problem=problem,
        workshop=of_workshop,
        planned_for=next(
            (place.name for place in reference.list_kelurahan(db) if place.code == form.planned_for), ""
        ),
        venues=list_venue_names(db),
        groups=_groups(db, language, of_workshop.target_groups, form),
        staff=list_assignable_staff(db, of_workshop.organization_id),
    )


def _change_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: WorkshopSessionForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    workshop_session = queries.get_workshop_session_view(db, actor, code)
    groups = get_workshop_view(db, actor, workshop_session.workshop_code).target_groups
    return render(
        request,
        "workshops/sessions/change.html",
        form=form,
        problem=problem,
        workshop_session=workshop_session,
        saved=conflicting_form(problem, WorkshopSessionForm.from_saved(workshop_session)),
        venues=list_venue_names(db),
        groups=_groups(db, language, groups, form),
    )


def _copy_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: CopyForm | None = None,
    problem: Problem | None = None,
) -> Response:
    workshop_session = queries.get_workshop_session_view(db, actor, code)
    form = form or CopyForm(code=queries.suggest_session_code(db, workshop_session.workshop_code))
    return render(
        request,
        "workshops/sessions/copy.html",
        form=form,
        problem=problem,
        workshop_session=workshop_session,
    )


def _cancel_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: CancellationForm,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "workshops/sessions/cancel.html",
        form=form,
        problem=problem,
        workshop_session=queries.get_workshop_session_view(db, actor, code),
    )


def _groups(
    db: Db, language: Language, of_workshop: tuple[str, ...], form: WorkshopSessionForm
) -> list[tuple[str, str]]:
    """Return code and label of the workshop's groups and of those filled in, in the order of reports.

    If the workshop is for everyone, of all groups.
    """
    shown = {*of_workshop, *form.groups}
    groups = reference.list_target_groups(db, language)
    return [(group.code, group.label) for group in groups if not of_workshop or group.code in shown]
