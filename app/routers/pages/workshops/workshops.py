"""Workshops: list, one with its sessions, create, change, duplicate, archive."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import Language
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.workshops import workshops as queries
from app.queries.workshops.venues import list_venue_names
from app.queries.workshops.workshop_sessions import (
    find_last_session,
    list_workshop_sessions,
    suggest_session_code,
)
from app.services.edit_conflicts import fingerprint
from app.services.workshops import copies
from app.services.workshops import workshops as services
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.web.container import container_of
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.pages import redirect, render
from app.web.registrations.invitations import build_public_url
from app.web.workshops.workshop_session_form import WorkshopSessionForm, begin_like_last_session

router = APIRouter(include_in_schema=False)

MAX_WORKSHOPS = 100


class CopyForm(BaseModel):
    """The duplicate of a workshop; without a first day its sessions are not copied."""

    code: str = ""
    title: str = ""
    first_day: str = ""

    def to_first_day(self) -> date | None:
        """Return the day of the first session, None for an empty field. Raises `Invalid` for a wrong one."""
        dates = FormDates()
        day = dates.day("first_day", self.first_day)
        dates.require_valid()
        return day


class WorkshopForm(BaseModel):
    code: str = ""
    title: str = ""
    description: str = ""
    pillar: str | None = None
    target_groups: list[str] = []
    public: bool = False
    contact_phone: str = ""
    seen: str = ""

    @classmethod
    def from_saved(cls, view: queries.WorkshopView) -> "WorkshopForm":
        """Return the form filled with a saved workshop; `seen` is the fingerprint of its values."""
        saved = services.workshop_input(view)
        return cls(code=view.code, seen=fingerprint(saved), **asdict(saved))

    def to_input(self) -> services.WorkshopInput:
        return services.WorkshopInput(
            self.title,
            tuple(self.target_groups),
            self.description,
            self.pillar or None,
            self.public,
            self.contact_phone,
        )


class NewWorkshopForm(WorkshopForm):
    """The form of a new workshop and its first session; without a day there is no session yet."""

    day: str = ""
    starts: str = ""
    ends: str = ""
    venue: str = ""

    def to_session_input(self) -> WorkshopSessionInput | None:
        """Return the first session, None without a day. Raises `Invalid` with the errors of dates and times."""
        if not self.day.strip():
            return None
        return WorkshopSessionForm(
            day=self.day, starts=self.starts, ends=self.ends, venue=self.venue
        ).to_input()


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
def new_workshop_page(
    request: Request, db: ReadDb, actor: CurrentActor, language: Lang, day: str = ""
) -> Response:
    """Show the form of a new workshop and its first session, with times and venue as last time.

    It is public if it can be: the settings name a contact for privacy, and the organization's phone number is known.
    """
    actor.require(Permission.WORKSHOP_WRITE)
    form = NewWorkshopForm(
        code=queries.suggest_workshop_code(db),
        day=day,
        public=bool(
            container_of(request).settings.privacy_contact and queries.find_organization(db, actor).phone
        ),
    )
    begin_like_last_session(form, find_last_session(db, actor))
    return _new_page(request, db, actor, form, language)


@router.post("/kegiatan/baru")
def create_workshop(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    form: Annotated[NewWorkshopForm, Form()],
    _: Translate,
    language: Lang,
) -> Response:
    """Create a workshop, with its first session if the form has a day for it, and redirect to the workshop."""
    with catch_problem(db) as caught:
        first_session = form.to_session_input()
        workshop = services.create_workshop(
            db,
            actor,
            form.code,
            form.to_input(),
            privacy_contact=container_of(request).settings.privacy_contact,
        )
        if first_session:
            code = suggest_session_code(db, workshop.code)
            create_workshop_session(db, actor, workshop.code, code, first_session)
    if problem := caught.problem:
        return _new_page(request, db, actor, form, language, problem)
    if first_session is None:
        return redirect(
            f"/kegiatan/{workshop.code}", _("The workshop has been created. Now add its sessions.")
        )
    return redirect(f"/kegiatan/{workshop.code}", _("The workshop and its first session have been created."))


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


@router.get("/kegiatan/{code}/gandakan")
def copy_workshop_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show the form that duplicates a workshop with its sessions."""
    actor.require(Permission.WORKSHOP_WRITE)
    title = queries.get_workshop_view(db, actor, code).title
    form = CopyForm(title=title, code=queries.suggest_workshop_code(db))
    return _copy_page(request, db, actor, code, form)


@router.post("/kegiatan/{code}/gandakan")
def copy_workshop(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[CopyForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        workshop = copies.copy_workshop(db, actor, code, form.code, form.title, form.to_first_day())
    if problem := caught.problem:
        return _copy_page(request, db, actor, code, form, problem)
    return redirect(
        f"/kegiatan/{workshop.code}",
        _("The workshop is duplicated. It has no public page yet: check it, then publish it by “Change”."),
    )


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


def _copy_page(
    request: Request, db: Db, actor: Actor, code: str, form: CopyForm, problem: Problem | None = None
) -> Response:
    return render(
        request,
        "workshops/copy.html",
        problem=problem,
        form=form,
        workshop=queries.get_workshop_view(db, actor, code),
        workshop_sessions=copies.list_sessions_to_copy(db, actor, code),
    )


def _new_page(
    request: Request,
    db: Db,
    actor: Actor,
    form: NewWorkshopForm,
    language: Language,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "workshops/new.html",
        form=form,
        problem=problem,
        organization=queries.find_organization(db, actor),
        venues=list_venue_names(db),
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
        organization=queries.OrganizerView(
            workshop.organization_id, workshop.organization, workshop.organization_phone
        ),
        saved=conflicting_form(problem, WorkshopForm.from_saved(workshop)),
        target_groups=_target_groups(db, language),
    )


def _target_groups(db: Db, language: Language) -> dict[str, str]:
    """Return the label of each target group by its code, in the order of reports."""
    return {group.code: group.label for group in reference.list_target_groups(db, language)}
