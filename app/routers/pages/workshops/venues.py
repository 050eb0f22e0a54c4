"""Venues (tempat): the list, making, changing and deleting one. A whole list of them: venue_imports.py."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Translator
from app.models import VenueKind
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.workshops import venues as queries
from app.queries.workshops.venues import WIFI_ANSWERS, VenueFilters, VenueView, WifiAnswer
from app.services.unseen_changes import CHANGED, seal
from app.services.workshops import venues as services
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import EmptyIsNone, render_form
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)


class VenueQuery(BaseModel):
    """What the address narrows the list to."""

    q: str = ""
    kelurahan: str = ""
    kind: Annotated[VenueKind | None, EmptyIsNone] = None
    wifi: Annotated[WifiAnswer | None, EmptyIsNone] = None
    after: Annotated[int | None, EmptyIsNone] = None

    @property
    def filters(self) -> VenueFilters:
        return VenueFilters(self.q, self.kelurahan, self.kind, self.wifi)

    def address(self, *, after: int | None) -> str:
        """The same list from the venue `after` on."""
        given = self.model_dump() | {"after": after}
        return f"/tempat?{urlencode({name: value for name, value in given.items() if value})}"


class VenueForm(BaseModel):
    name: str = ""
    kind: str = VenueKind.LAINNYA
    kelurahan: str = ""
    wifi: WifiAnswer = "unknown"
    seen: str = ""

    @classmethod
    def of(cls, venue: VenueView) -> "VenueForm":
        """The form as one who wants to change the venue finds it."""
        answers = {there: answer for answer, there in WIFI_ANSWERS.items()}
        return cls(
            name=venue.name,
            kind=venue.kind,
            kelurahan=venue.kelurahan_code or "",
            wifi=answers[venue.public_wifi],
            seen=seal(services.said_of(venue)),
        )

    def given(self) -> services.VenueInput:
        return services.VenueInput(self.name, self.kind, self.kelurahan or None, WIFI_ANSWERS[self.wifi])


@router.get("/tempat")
def venues_page(
    request: Request, look: Reader, actor: PageActor, form: Annotated[VenueQuery, Query()]
) -> Response:
    page = queries.venues(look, form.filters, after=form.after)
    return render(
        request,
        "workshops/venues/list.html",
        venues=page.venues,
        form=form,
        narrowed=form.filters != VenueFilters(),
        first=form.address(after=None) if form.after else "",
        following=form.address(after=page.following) if page.following else "",
        places=reference.kelurahan(look),
        without_wifi=queries.kelurahan_without_wifi(look),
    )


@router.get("/tempat/baru")
def new_venue_page(request: Request, look: Reader, actor: PageActor, _: Translate) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _new_form(request, look, VenueForm(), _)


@router.post("/tempat/baru")
def create_venue(
    request: Request, db: Writer, actor: PageActor, form: Annotated[VenueForm, Form()], _: Translate
) -> Response:
    try:
        venue = services.create_venue(db, actor, form.given())
    except Invalid as problem:
        db.rollback()
        return _new_form(request, db, form, _, problem)
    response = see(f"/tempat?{urlencode({'q': venue.name})}")
    flash(response, _("The venue is added."))
    return response


@router.get("/tempat/{venue_id}/ubah")
def change_venue_page(
    request: Request, look: Reader, actor: PageActor, venue_id: int, _: Translate
) -> Response:
    actor.require(Permission.SESSION_WRITE)
    form = VenueForm.of(queries.venue(look, venue_id))
    return _change_form(request, look, actor, venue_id, form, _)


@router.post("/tempat/{venue_id}/ubah")
def change_venue(
    request: Request,
    db: Writer,
    actor: PageActor,
    venue_id: int,
    form: Annotated[VenueForm, Form()],
    _: Translate,
) -> Response:
    try:
        venue = services.change_venue(db, actor, venue_id, form.given(), seen=form.seen)
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _change_form(request, db, actor, venue_id, form, _, problem)
    response = see(f"/tempat?{urlencode({'q': venue.name})}")
    flash(response, _("The changes are saved."))
    return response


@router.post("/tempat/{venue_id}/hapus")
def delete_venue(db: Writer, actor: PageActor, venue_id: int, _: Translate) -> Response:
    services.delete_venue(db, actor, venue_id)
    response = see("/tempat")
    flash(response, _("The venue is deleted."))
    return response


def _new_form(
    request: Request, look: Db, form: VenueForm, _: Translator, problem: Problem | None = None
) -> Response:
    return render_form(
        request, "workshops/venues/new.html", form, _, problem, places=reference.kelurahan(look)
    )


def _change_form(
    request: Request,
    look: Db,
    actor: Actor,
    venue_id: int,
    form: VenueForm,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    venue = queries.venue(look, venue_id)
    return render_form(
        request,
        "workshops/venues/change.html",
        form,
        _,
        problem,
        venue=venue,
        saved=VenueForm.of(venue) if problem and problem.code == CHANGED else None,
        may_delete=services.may_delete_venues(actor),
        places=reference.kelurahan_and(look, venue.kelurahan_code),
    )
