"""A session's own page: its places, who is registered and who waits; and each registration with its history."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.database import Db
from app.errors import Conflict
from app.i18n import Language, Translator
from app.models import AttendanceStatus, RegistrationStatus
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports.attendance_imports import attendance_imports
from app.queries.messages.contacts import without_email
from app.queries.registrations import registrations as queries
from app.queries.registrations.history import registration_history
from app.queries.registrations.seats import seats_of, waiting_by_cap
from app.queries.registrations.window import registration_window
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    workshop_session,
    workshop_session_by_code,
)
from app.services.registrations import registrations as services
from app.web.dependencies import Lang, PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import EmptyIsNone
from app.web.pages import render, see
from app.web.registrations.invitations import invitation, public_address

router = APIRouter(include_in_schema=False)

A_PAGE = 50
FIRST_IN_LINE = 20


class RegistrationQuery(BaseModel):
    """What the address narrows the list of registrations to."""

    q: str = ""
    status: Annotated[RegistrationStatus | None, EmptyIsNone] = None
    kelurahan: str = ""
    target_group: str = Field("", alias="kelompok")
    outcome: Annotated[AttendanceStatus | Literal["none"] | None, EmptyIsNone] = Field(None, alias="hasil")
    after: int = Field(0, alias="sesudah", ge=0)

    @property
    def filters(self) -> queries.RegistrationFilters:
        return queries.RegistrationFilters(
            self.q, self.status, self.kelurahan, self.target_group, self.outcome
        )

    @property
    def narrows(self) -> bool:
        return self.filters != queries.RegistrationFilters()

    def address(self, code: str, after: int) -> str:
        """The same list from the registration `after` on."""
        given = self.model_dump(by_alias=True) | {"sesudah": after}
        return f"/sesi/{code}?{urlencode({name: value for name, value in given.items() if value})}#pendaftar"


@router.get("/sesi/{code}")
def workshop_session_page(
    request: Request,
    look: Reader,
    actor: PageActor,
    code: str,
    _: Translate,
    language: Lang,
    form: Annotated[RegistrationQuery, Query()],
) -> Response:
    held = workshop_session(look, actor, code)
    people = (
        _people(request, look, actor, held, _, language, form)
        if actor.may(Permission.ATTENDANCE_WRITE)
        else {}
    )
    return render(request, "workshops/sessions/one.html", workshop_session=held, **people)


def _people(
    request: Request,
    look: Db,
    actor: Actor,
    held: WorkshopSessionView,
    _: Translator,
    language: Language,
    form: RegistrationQuery,
) -> dict[str, Any]:
    """What the page shows of people, to those who may register them."""
    row = workshop_session_by_code(look, actor, held.code, Permission.ATTENDANCE_WRITE)
    places = seats_of(look, row)
    found = queries.registrations(look, actor, row, form.filters, after=form.after, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    address = public_address(request, held.workshop_code)
    text = invitation(held, address, _)
    return {
        "attendance_imports": attendance_imports(look, actor, session_code=held.code),
        "window": registration_window(row, now()),
        "without_email": without_email(look, row.id) if row.cancelled_at else 0,
        "caps": list(places.all_caps()),
        "waiting": waiting_by_cap(look, row, places),
        "registrations": shown,
        "first": form.address(held.code, after=0) if form.after else "",
        "next": form.address(held.code, after=shown[-1].id) if len(found) > A_PAGE else "",
        "waiting_list": queries.waiting_list(look, actor, row, limit=FIRST_IN_LINE),
        "form": form,
        "kelurahan": reference.kelurahan(look),
        "groups": {group.code: group.label for group in reference.target_groups(look, language)},
        "names": reference.names(look, language),
        "public_address": address,
        "invitation": text,
        "whatsapp": f"https://wa.me/?text={quote(text)}",
    }


@router.get("/pendaftaran/{code}")
def registration_page(
    request: Request, look: Reader, actor: PageActor, code: str, language: Lang
) -> Response:
    """`code` is what the ticket bears."""
    return _registration_page(request, look, actor, code, language)


@router.post("/pendaftaran/{code}/batalkan")
def cancel_registration(
    request: Request, db: Writer, actor: PageActor, code: str, _: Translate, language: Lang
) -> Response:
    registration = queries.registration_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    try:
        services.cancel(db, actor, registration)
    except Conflict as conflict:
        db.rollback()
        return _registration_page(request, db, actor, code, language, conflict.sentence(_))
    response = see(f"/pendaftaran/{registration.code}")
    flash(response, _("The registration is cancelled. Its place went to the first who waited and fitted."))
    return response


@router.post("/pendaftaran/{code}/beri-tempat")
def give_place(
    request: Request, db: Writer, actor: PageActor, code: str, _: Translate, language: Lang
) -> Response:
    """A place beyond the limits, by the decision of whoever is logged in."""
    registration = queries.registration_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    try:
        services.overrule(db, actor, registration)
    except Conflict as conflict:
        db.rollback()
        return _registration_page(request, db, actor, code, language, conflict.sentence(_))
    response = see(f"/pendaftaran/{registration.code}")
    flash(response, _("The place is given. It is noted that you decided it."))
    return response


def _registration_page(
    request: Request, look: Db, actor: Actor, code: str, language: Language, refusal: str = ""
) -> Response:
    row = queries.registration_by_code(look, actor, code, Permission.ATTENDANCE_WRITE)
    found = queries.registration_view(look, row)
    return render(
        request,
        "registrations/one.html",
        status=HTTPStatus.CONFLICT if refusal else HTTPStatus.OK,
        refusal=refusal,
        registration=found,
        workshop_session=workshop_session(look, actor, found.session_code),
        history=registration_history(look, row),
        names=reference.names(look, language),
    )
