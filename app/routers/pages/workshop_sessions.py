"""The sessions of a workshop: one with its figures and uploads, making and changing one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.errors import Conflict, Invalid
from app.i18n import wita
from app.permissions import Permission
from app.queries import workshop_sessions as queries
from app.queries.attendance_imports import attendance_imports
from app.queries.venues import venue_names
from app.queries.workshops import workshop
from app.services import workshop_sessions as services
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import moment, render_form, whole_number
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

DATETIME_LOCAL = "%Y-%m-%dT%H:%M"


class WorkshopSessionForm(BaseModel):
    """Times as an input of type datetime-local writes them, in WITA."""

    code: str = ""
    starts: str = ""
    ends: str = ""
    venue: str = ""
    mode: str = "luring"
    online_link: str = ""
    capacity: str = ""

    def given(self) -> services.WorkshopSessionInput:
        return services.WorkshopSessionInput(
            starts=moment(self.starts),
            ends=moment(self.ends),
            venue=self.venue,
            mode=self.mode,
            online_link=self.online_link.strip(),
            capacity=whole_number(self.capacity),
        )

    @classmethod
    def of(cls, view: queries.WorkshopSessionView) -> "WorkshopSessionForm":
        """The form as one who wants to change the session finds it."""
        return cls(
            code=view.code,
            starts=wita(view.starts_at).strftime(DATETIME_LOCAL),
            ends=wita(view.ends_at).strftime(DATETIME_LOCAL),
            venue=view.venue,
            mode=view.mode,
            online_link=view.online_link,
            capacity="" if view.capacity is None else str(view.capacity),
        )


@router.get("/kegiatan/{workshop_code}/sesi/baru")
def new_workshop_session_page(
    request: Request, look: Reader, actor: PageActor, workshop_code: str, _: Translate
) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return render_form(
        request,
        "workshop_sessions/new.html",
        WorkshopSessionForm(code=queries.free_session_code(look, workshop_code)),
        _,
        workshop=workshop(look, actor, workshop_code),
        venues=venue_names(look),
    )


@router.post("/kegiatan/{workshop_code}/sesi/baru")
def create_workshop_session(
    request: Request,
    db: Writer,
    actor: PageActor,
    workshop_code: str,
    form: Annotated[WorkshopSessionForm, Form()],
    _: Translate,
) -> Response:
    try:
        made = services.create_workshop_session(db, actor, workshop_code, form.code, form.given())
    except (Invalid, Conflict) as problem:
        db.rollback()
        return render_form(
            request,
            "workshop_sessions/new.html",
            form,
            _,
            problem,
            workshop=workshop(db, actor, workshop_code),
            venues=venue_names(db),
        )
    response = see(f"/sesi/{made.code}")
    flash(response, _("The session is made."))
    return response


@router.get("/sesi/{code}")
def workshop_session_page(request: Request, look: Reader, actor: PageActor, code: str) -> Response:
    return render(
        request,
        "workshop_sessions/one.html",
        workshop_session=queries.workshop_session(look, actor, code),
        attendance_imports=attendance_imports(look, actor, session_code=code),
    )


@router.get("/sesi/{code}/ubah")
def change_workshop_session_page(
    request: Request, look: Reader, actor: PageActor, code: str, _: Translate
) -> Response:
    actor.require(Permission.SESSION_WRITE)
    found = queries.workshop_session(look, actor, code)
    return render_form(
        request,
        "workshop_sessions/change.html",
        WorkshopSessionForm.of(found),
        _,
        workshop_session=found,
        venues=venue_names(look),
    )


@router.post("/sesi/{code}/ubah")
def change_workshop_session(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[WorkshopSessionForm, Form()],
    _: Translate,
) -> Response:
    try:
        services.change_workshop_session(db, actor, code, form.given())
    except Invalid as problem:
        db.rollback()
        return render_form(
            request,
            "workshop_sessions/change.html",
            form,
            _,
            problem,
            workshop_session=queries.workshop_session(db, actor, code),
            venues=venue_names(db),
        )
    response = see(f"/sesi/{code}")
    flash(response, _("The changes are saved."))
    return response
