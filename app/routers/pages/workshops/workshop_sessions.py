"""The sessions of a workshop: making, changing, copying and cancelling one. Its own page is `registrations`'."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Language, Translator
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.workshops import workshop_sessions as queries
from app.queries.workshops.venues import venue_names
from app.queries.workshops.workshops import workshop
from app.services.unseen_changes import CHANGED
from app.services.workshops import workshop_sessions as services
from app.services.workshops.session_cancellation import cancel_session
from app.services.workshops.session_copies import copy_session
from app.web.dependencies import Lang, PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import moment, render_form
from app.web.pages import see
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
    look: Reader,
    actor: PageActor,
    workshop_code: str,
    filled: Annotated[WorkshopSessionForm, Query()],
    _: Translate,
    language: Lang,
) -> Response:
    """An address may fill the form in: by it a session is planned where the coverage report misses people."""
    actor.require(Permission.SESSION_WRITE)
    form = filled.model_copy(update={"code": queries.free_session_code(look, workshop_code)})
    return _new_form(request, look, actor, workshop_code, form, _, language)


@router.post("/kegiatan/{workshop_code}/sesi/baru")
def create_workshop_session(
    request: Request,
    db: Writer,
    actor: PageActor,
    workshop_code: str,
    form: Annotated[WorkshopSessionForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    try:
        made = services.create_workshop_session(db, actor, workshop_code, form.code, form.given())
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _new_form(request, db, actor, workshop_code, form, _, language, problem)
    response = see(f"/sesi/{made.code}")
    flash(response, _("The session is made."))
    return response


@router.get("/sesi/{code}/ubah")
def change_workshop_session_page(
    request: Request, look: Reader, actor: PageActor, code: str, _: Translate, language: Lang
) -> Response:
    actor.require(Permission.SESSION_WRITE)
    form = WorkshopSessionForm.of(queries.workshop_session(look, actor, code))
    return _change_form(request, look, actor, code, form, _, language)


@router.post("/sesi/{code}/ubah")
def change_workshop_session(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[WorkshopSessionForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    try:
        services.change_workshop_session(db, actor, code, form.given(), seen=form.seen)
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _change_form(request, db, actor, code, form, _, language, problem)
    response = see(f"/sesi/{code}")
    flash(response, _("The changes are saved."))
    return response


@router.get("/sesi/{code}/salin")
def copy_session_page(request: Request, look: Reader, actor: PageActor, code: str, _: Translate) -> Response:
    actor.require(Permission.SESSION_WRITE)
    found = queries.workshop_session(look, actor, code)
    form = CopyForm(code=queries.free_session_code(look, found.workshop_code))
    return render_form(request, "workshops/sessions/copy.html", form, _, workshop_session=found)


@router.post("/sesi/{code}/salin")
def copy_workshop_session(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[CopyForm, Form()],
    _: Translate,
) -> Response:
    try:
        made = copy_session(db, actor, code, form.code, moment(form.starts))
    except (Invalid, Conflict) as problem:
        db.rollback()
        found = queries.workshop_session(db, actor, code)
        return render_form(request, "workshops/sessions/copy.html", form, _, problem, workshop_session=found)
    response = see(f"/sesi/{made.code}")
    flash(response, _("The session is made, with the settings of %(code)s.") % {"code": code})
    return response


@router.get("/sesi/{code}/batalkan")
def cancel_session_page(
    request: Request, look: Reader, actor: PageActor, code: str, _: Translate
) -> Response:
    actor.require(Permission.SESSION_WRITE)
    found = queries.workshop_session(look, actor, code)
    return render_form(
        request, "workshops/sessions/cancel.html", CancellationForm(), _, workshop_session=found
    )


@router.post("/sesi/{code}/batalkan")
def cancel_workshop_session(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[CancellationForm, Form()],
    _: Translate,
) -> Response:
    try:
        cancel_session(db, actor, code, form.why)
    except (Invalid, Conflict) as problem:
        db.rollback()
        found = queries.workshop_session(db, actor, code)
        return render_form(
            request, "workshops/sessions/cancel.html", form, _, problem, workshop_session=found
        )
    response = see(f"/sesi/{code}")
    flash(response, _("The session is cancelled."))
    return response


def _new_form(
    request: Request,
    look: Db,
    actor: Actor,
    workshop_code: str,
    form: WorkshopSessionForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    found = workshop(look, actor, workshop_code)
    return render_form(
        request,
        "workshops/sessions/new.html",
        form,
        _,
        problem,
        workshop=found,
        planned_for=next((one.name for one in reference.kelurahan(look) if one.code == form.planned_for), ""),
        venues=venue_names(look),
        groups=_groups(look, language, found.target_groups, form),
    )


def _change_form(
    request: Request,
    look: Db,
    actor: Actor,
    code: str,
    form: WorkshopSessionForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    found = queries.workshop_session(look, actor, code)
    groups = workshop(look, actor, found.workshop_code).target_groups
    return render_form(
        request,
        "workshops/sessions/change.html",
        form,
        _,
        problem,
        workshop_session=found,
        saved=WorkshopSessionForm.of(found) if problem and problem.code == CHANGED else None,
        venues=venue_names(look),
        groups=_groups(look, language, groups, form),
    )


def _groups(
    look: Db, language: Language, own: tuple[str, ...], form: WorkshopSessionForm
) -> list[tuple[str, str]]:
    """Codes and labels of the workshop's groups, of all where everyone is welcome, and of those typed."""
    shown = {*own, *form.groups}
    groups = reference.target_groups(look, language)
    return [(group.code, group.label) for group in groups if not own or group.code in shown]
