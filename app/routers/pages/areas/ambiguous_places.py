"""Ambiguous place names, for administrators: texts that could mean several kelurahan, so that sheets ask each time."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.areas.areas import list_ambiguous_places
from app.services.areas import aliases as area_aliases
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem
from app.web.pages import redirect, render

PATH = "/administrasi/sebutan-tak-jelas"

router = APIRouter(prefix=PATH, include_in_schema=False)


class AmbiguousPlaceForm(BaseModel):
    """`candidates` are codes of kelurahan."""

    text: str = ""
    why: str = ""
    candidates: list[str] = []


@router.get("")
def ambiguous_places_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return _page(request, db, actor, AmbiguousPlaceForm())


@router.post("")
def add_ambiguous_place(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    form: Annotated[AmbiguousPlaceForm, Form()],
    _: Translate,
) -> Response:
    """Add a text that could mean several kelurahan, so that the review of a sheet asks which is meant."""
    with catch_problem(db) as caught:
        area_aliases.add_ambiguous_place(db, actor, form.text, form.why, form.candidates)
    if problem := caught.problem:
        return _page(request, db, actor, form, problem)
    return redirect(PATH, _("Saved. The next sheet is read with it."))


@router.post("/hapus")
def remove_ambiguous_place(
    db: WriteDb, actor: CurrentActor, form: Annotated[AmbiguousPlaceForm, Form()], _: Translate
) -> Response:
    """Remove an ambiguous text. Sheets that were imported stay as they are."""
    area_aliases.remove_ambiguous_place(db, actor, form.text)
    return redirect(PATH, _("Removed. What was imported with it stays."))


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    form: AmbiguousPlaceForm,
    problem: Problem | None = None,
) -> Response:
    return render(
        request,
        "areas/ambiguous_places.html",
        form=form,
        problem=problem,
        texts=list_ambiguous_places(db, actor),
        places=reference.list_kelurahan(db),
    )
