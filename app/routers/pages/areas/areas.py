"""Kelurahan as administrators look after them: since when, until when, and how else their names are written."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Conflict, Invalid, Problem
from app.i18n import Translator
from app.permissions import Actor, Permission
from app.queries.areas import areas as queries
from app.services.areas import aliases as area_aliases
from app.services.areas import areas as services
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import optional_day, render_form, whole_number
from app.web.pages import render, see

PLACE = "/administrasi/wilayah"

router = APIRouter(prefix=PLACE, include_in_schema=False)


class KelurahanForm(BaseModel):
    """A new kelurahan. The numbers of its tile are from 0 on."""

    code: str = ""
    name: str = ""
    valid_from: str = ""
    tile_column: str = ""
    tile_row: str = ""

    def given(self) -> services.KelurahanInput:
        return services.KelurahanInput(
            self.code,
            self.name,
            optional_day(self.valid_from),
            _tile(self.tile_column),
            _tile(self.tile_row),
        )


class AreaForm(BaseModel):
    """The two things that one page asks: another way of writing the name, and the last day."""

    alias: str = ""
    last_day: str = ""


@router.get("")
def areas_page(request: Request, look: Reader, actor: PageActor) -> Response:
    return render(request, "areas/areas.html", areas=queries.kelurahan_of_all_times(look, actor))


@router.get("/baru")
def new_kelurahan_page(request: Request, actor: PageActor, _: Translate) -> Response:
    actor.require(Permission.USER_WRITE)
    return render_form(request, "areas/new_area.html", KelurahanForm(), _)


@router.post("/baru")
def open_kelurahan(
    request: Request, db: Writer, actor: PageActor, form: Annotated[KelurahanForm, Form()], _: Translate
) -> Response:
    try:
        area = services.open_kelurahan(db, actor, form.given())
    except (Invalid, Conflict) as problem:
        db.rollback()
        return render_form(request, "areas/new_area.html", form, _, problem)
    return _done(area.code, _("The kelurahan is added."))


@router.get("/{code}")
def area_page(request: Request, look: Reader, actor: PageActor, code: str, _: Translate) -> Response:
    return _page(request, look, actor, code, _)


@router.post("/{code}/penutupan")
def set_last_day(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[AreaForm, Form()],
    _: Translate,
) -> Response:
    try:
        services.set_last_day(db, actor, code, optional_day(form.last_day))
    except Invalid as problem:
        db.rollback()
        return _page(request, db, actor, code, _, form, problem)
    return _done(code, _("The changes are saved."))


@router.post("/{code}/sebutan")
def add_alias(
    request: Request,
    db: Writer,
    actor: PageActor,
    code: str,
    form: Annotated[AreaForm, Form()],
    _: Translate,
) -> Response:
    try:
        area_aliases.add_alias(db, actor, code, form.alias)
    except Invalid as problem:
        db.rollback()
        return _page(request, db, actor, code, _, form, problem)
    return _done(code, _("Noted. The next sheet is read by it."))


@router.post("/{code}/sebutan/hapus")
def remove_alias(
    db: Writer, actor: PageActor, code: str, form: Annotated[AreaForm, Form()], _: Translate
) -> Response:
    area_aliases.remove_alias(db, actor, code, form.alias)
    return _done(code, _("Removed. What was imported by it stays."))


def _tile(typed: str) -> int | None:
    """A tile's number, None where nothing is typed, and -1 (which no tile has) where it isn't one."""
    typed = typed.strip()
    return (whole_number(typed) if typed.isdecimal() else -1) if typed else None


def _done(code: str, sentence: str) -> Response:
    response = see(f"{PLACE}/{code}")
    flash(response, sentence)
    return response


def _page(
    request: Request,
    look: Db,
    actor: Actor,
    code: str,
    _: Translator,
    form: AreaForm | None = None,
    problem: Problem | None = None,
) -> Response:
    area = queries.kelurahan_of_any_time(look, actor, code)
    form = form or AreaForm(last_day=str(area.valid_to or ""))
    return render_form(request, "areas/area.html", form, _, problem, area=area)
