"""Texts that name no single kelurahan, and so are asked about each time."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import Translator
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.areas.areas import ambiguous_places
from app.services.areas import aliases as area_aliases
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import render_form
from app.web.pages import see

PLACE = "/administrasi/sebutan-tak-jelas"

router = APIRouter(prefix=PLACE, include_in_schema=False)


class AmbiguousPlaceForm(BaseModel):
    """`candidates` are codes of kelurahan."""

    text: str = ""
    why: str = ""
    candidates: list[str] = []


@router.get("")
def ambiguous_places_page(request: Request, look: Reader, actor: PageActor, _: Translate) -> Response:
    return _page(request, look, actor, AmbiguousPlaceForm(), _)


@router.post("")
def add_ambiguous_place(
    request: Request,
    db: Writer,
    actor: PageActor,
    form: Annotated[AmbiguousPlaceForm, Form()],
    _: Translate,
) -> Response:
    try:
        area_aliases.add_ambiguous_place(db, actor, form.text, form.why, form.candidates)
    except Invalid as problem:
        db.rollback()
        return _page(request, db, actor, form, _, problem)
    return _done(_("Noted. The next sheet is read by it."))


@router.post("/hapus")
def remove_ambiguous_place(
    db: Writer, actor: PageActor, form: Annotated[AmbiguousPlaceForm, Form()], _: Translate
) -> Response:
    area_aliases.remove_ambiguous_place(db, actor, form.text)
    return _done(_("Removed. What was imported by it stays."))


def _done(sentence: str) -> Response:
    response = see(PLACE)
    flash(response, sentence)
    return response


def _page(
    request: Request,
    look: Db,
    actor: Actor,
    form: AmbiguousPlaceForm,
    _: Translator,
    problem: Problem | None = None,
) -> Response:
    return render_form(
        request,
        "areas/ambiguous_places.html",
        form,
        _,
        problem,
        texts=ambiguous_places(look, actor),
        places=reference.kelurahan(look),
    )
