"""Workshops: list, one with its sessions, create, change, archive."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import Language
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.workshops import workshops as queries
from app.queries.workshops.workshop_sessions import list_workshop_sessions
from app.services.edit_conflicts import fingerprint
from app.services.workshops import workshops as services
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.pages import redirect, render
from app.web.registrations.invitations import build_public_url

router = APIRouter(include_in_schema=False)

MAX_WORKSHOPS = 100


class WorkshopForm(BaseModel):
    code: str = ""
    title: str = ""
    description: str = ""
    pillar: str | None = None
    target_groups: list[str] = []
    public: bool = False
    seen: str = ""

    @classmethod
    def from_saved(cls, view: queries.WorkshopView) -> "WorkshopForm":
        """Return the form filled with a saved workshop; `seen` is the fingerprint of its values."""
        saved = services.workshop_input(view)
        return cls(code=view.code, seen=fingerprint(saved), **asdict(saved))

    def to_input(self) -> services.WorkshopInput:
        return services.WorkshopInput(
            self.title, tuple(self.target_groups), self.description, self.pillar or None, self.public
        )


@router.get("/kegiatan")
def workshops_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    language: Lang,
    q: str = "",
    archived: Annotated[bool, Query(alias="arsip")] = False,
) -> Response:
    """Show at most `MAX_WORKSHOPS` workshops that the actor may see, the newest first.

    `q` searches titles and codes. Archived workshops are shown only with `arsip`, without the others.
    """
    workshops = queries.list_workshops(
        db, actor, search=q.strip(), archived=archived, limit=MAX_WORKSHOPS + 1
    )
    return render(
        request,
        "workshops/list.html",
        q=q,
        archived=archived,
        workshops=workshops[:MAX_WORKSHOPS],
        has_more=len(workshops) > MAX_WORKSHOPS,
        target_groups=_target_groups(db, language),
    )


@router.get("/kegiatan/baru")
def new_workshop_page(request: Request, db: ReadDb, actor: CurrentActor, language: Lang) -> Response:
    actor.require(Permission.WORKSHOP_WRITE)
    form = WorkshopForm(code=queries.suggest_workshop_code(db))
    return _new_page(request, db, actor, form, language)


@router.post("/kegiatan/baru")
def create_workshop(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    form: Annotated[WorkshopForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    with catch_problem(db) as caught:
        workshop = services.create_workshop(
            db,
            actor,
            form.code,
            form.to_input(),
            privacy_contact=container_of(request).settings.privacy_contact,
        )
    if problem := caught.problem:
        return _new_page(request, db, actor, form, language, problem)
    return redirect(f"/kegiatan/{workshop.code}", _("The workshop has been created. Now add its sessions."))


@router.get("/kegiatan/{code}")
def workshop_page(request: Request, db: ReadDb, actor: CurrentActor, code: str, language: Lang) -> Response:
    """Show a workshop with its sessions."""
    return render(
        request,
        "workshops/one.html",
        workshop=queries.get_workshop_view(db, actor, code),
        workshop_sessions=list_workshop_sessions(db, actor, code),
        public_address=build_public_url(request, code),
        target_groups=_target_groups(db, language),
    )


@router.get("/kegiatan/{code}/ubah")
def change_workshop_page(
    request: Request, db: ReadDb, actor: CurrentActor, code: str, language: Lang
) -> Response:
    actor.require(Permission.WORKSHOP_WRITE)
    form = WorkshopForm.from_saved(queries.get_workshop_view(db, actor, code))
    return _change_page(request, db, actor, form, language)


@router.post("/kegiatan/{code}/ubah")
def change_workshop(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[WorkshopForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    form.code = code
    with catch_problem(db) as caught:
        services.change_workshop(
            db,
            actor,
            code,
            form.to_input(),
            form_fingerprint=form.seen,
            privacy_contact=container_of(request).settings.privacy_contact,
        )
    if problem := caught.problem:
        return _change_page(request, db, actor, form, language, problem)
    return redirect(f"/kegiatan/{code}", _("The changes are saved."))


@router.post("/kegiatan/{code}/arsipkan")
def archive_workshop(db: WriteDb, actor: CurrentActor, code: str, _: Translate) -> Response:
    """Archive a workshop: lists leave it out and its public page is closed, but reports count it."""
    services.set_archived(db, actor, code, archived=True)
    return redirect(f"/kegiatan/{code}", _("The workshop is archived. Its figures stay in the reports."))


@router.post("/kegiatan/{code}/aktifkan")
def unarchive_workshop(db: WriteDb, actor: CurrentActor, code: str, _: Translate) -> Response:
    """Show an archived workshop in lists again."""
    services.set_archived(db, actor, code, archived=False)
    return redirect(f"/kegiatan/{code}", _("The workshop is back in the lists."))


def _new_page(
    request: Request,
    db: Db,
    actor: Actor,
    form: WorkshopForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "workshops/new.html",
        form=form,
        problem=problem,
        organization=queries.find_organization_name(db, actor),
        target_groups=_target_groups(db, language),
    )


def _change_page(
    request: Request,
    db: Db,
    actor: Actor,
    form: WorkshopForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    workshop = queries.get_workshop_view(db, actor, form.code)
    return render(
        request,
        "workshops/change.html",
        form=form,
        problem=problem,
        organization=workshop.organization,
        saved=conflicting_form(problem, WorkshopForm.from_saved(workshop)),
        target_groups=_target_groups(db, language),
    )


def _target_groups(db: Db, language: Language) -> dict[str, str]:
    """Return the label of each target group by its code, in the order of reports."""
    return {group.code: group.label for group in reference.list_target_groups(db, language)}
