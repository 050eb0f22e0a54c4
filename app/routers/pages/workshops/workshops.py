"""Workshops: the list, one with its sessions, making and changing one."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Language, Translator
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.workshops import workshops as queries
from app.queries.workshops.workshop_sessions import workshop_sessions
from app.services.unseen_changes import CHANGED, seal
from app.services.workshops import workshops as services
from app.web.dependencies import Lang, PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import render_form
from app.web.pages import render, see
from app.web.registrations.invitations import public_address

router = APIRouter(include_in_schema=False)

SHOWN = 100


class WorkshopForm(BaseModel):
    code: str = ""
    title: str = ""
    description: str = ""
    pillar: str | None = None
    target_groups: list[str] = []
    public: bool = False
    seen: str = ""

    @classmethod
    def of(cls, view: queries.WorkshopView) -> "WorkshopForm":
        """The form as one who wants to change the workshop finds it."""
        said = services.said_of(view)
        return cls(code=view.code, seen=seal(said), **asdict(said))

    def given(self) -> services.WorkshopInput:
        return services.WorkshopInput(
            self.title, tuple(self.target_groups), self.description, self.pillar or None, self.public
        )


@router.get("/kegiatan")
def workshops_page(
    request: Request,
    look: Reader,
    actor: PageActor,
    language: Lang,
    q: str = "",
    archived: Annotated[bool, Query(alias="arsip")] = False,
) -> Response:
    """The newest; whoever looks for another one searches. The archived are a list of their own."""
    found = queries.workshops(look, actor, search=q.strip(), archived=archived, limit=SHOWN + 1)
    return render(
        request,
        "workshops/list.html",
        q=q,
        archived=archived,
        workshops=found[:SHOWN],
        has_more=len(found) > SHOWN,
        target_groups=_target_groups(look, language),
    )


@router.get("/kegiatan/baru")
def new_workshop_page(
    request: Request, look: Reader, actor: PageActor, _: Translate, language: Lang
) -> Response:
    actor.require(Permission.WORKSHOP_WRITE)
    form = WorkshopForm(code=queries.free_workshop_code(look))
    return _new_form(request, look, actor, form, _, language)


@router.post("/kegiatan/baru")
def create_workshop(
    request: Request,
    db: Writer,
    actor: PageActor,
    form: Annotated[WorkshopForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    try:
        workshop = services.create_workshop(db, actor, form.code, form.given())
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _new_form(request, db, actor, form, _, language, problem)
    response = see(f"/kegiatan/{workshop.code}")
    flash(response, _("The workshop is made. Now add its sessions."))
    return response


@router.get("/kegiatan/{code}")
def workshop_page(request: Request, look: Reader, actor: PageActor, code: str, language: Lang) -> Response:
    return render(
        request,
        "workshops/one.html",
        workshop=queries.workshop(look, actor, code),
        workshop_sessions=workshop_sessions(look, actor, code),
        public_address=public_address(request, code),
        target_groups=_target_groups(look, language),
    )


@router.get("/kegiatan/{code}/ubah")
def change_workshop_page(
    request: Request, look: Reader, actor: PageActor, code: str, _: Translate, language: Lang
) -> Response:
    actor.require(Permission.WORKSHOP_WRITE)
    form = WorkshopForm.of(queries.workshop(look, actor, code))
    return _change_form(request, look, actor, form, _, language)


@router.post("/kegiatan/{code}/ubah")
def change_workshop(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[WorkshopForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    form.code = code
    try:
        services.change_workshop(db, actor, code, form.given(), seen=form.seen)
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _change_form(request, db, actor, form, _, language, problem)
    response = see(f"/kegiatan/{code}")
    flash(response, _("The changes are saved."))
    return response


@router.post("/kegiatan/{code}/arsipkan")
def archive_workshop(db: Writer, actor: PageActor, code: str, _: Translate) -> Response:
    services.set_archived(db, actor, code, archived=True)
    response = see(f"/kegiatan/{code}")
    flash(response, _("The workshop is archived. Its figures stay in the reports."))
    return response


@router.post("/kegiatan/{code}/aktifkan")
def unarchive_workshop(db: Writer, actor: PageActor, code: str, _: Translate) -> Response:
    services.set_archived(db, actor, code, archived=False)
    response = see(f"/kegiatan/{code}")
    flash(response, _("The workshop is back in the lists."))
    return response


def _new_form(
    request: Request,
    look: Db,
    actor: Actor,
    form: WorkshopForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render_form(
        request,
        "workshops/new.html",
        form,
        _,
        problem,
        organization=queries.organization_of(look, actor),
        target_groups=_target_groups(look, language),
    )


def _change_form(
    request: Request,
    look: Db,
    actor: Actor,
    form: WorkshopForm,
    _: Translator,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    found = queries.workshop(look, actor, form.code)
    return render_form(
        request,
        "workshops/change.html",
        form,
        _,
        problem,
        organization=found.organization,
        saved=WorkshopForm.of(found) if problem and problem.code == CHANGED else None,
        target_groups=_target_groups(look, language),
    )


def _target_groups(db: Db, language: Language) -> dict[str, str]:
    """Labels by code, in the order of reports."""
    return {group.code: group.label for group in reference.target_groups(db, language)}
