"""Kelurahan, for administrators: list, add, close by a last day, and other spellings of their names."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.permissions import Actor, Permission
from app.queries.areas import areas as queries
from app.services.areas import aliases as area_aliases
from app.services.areas import areas as services
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, parse_whole_number
from app.web.pages import redirect, render

PATH = "/administrasi/wilayah"

router = APIRouter(prefix=PATH, include_in_schema=False)


class KelurahanForm(BaseModel):
    """A new kelurahan. The numbers of its tile on the map begin with 0."""

    code: str = ""
    name: str = ""
    valid_from: str = ""
    tile_column: str = ""
    tile_row: str = ""

    def to_input(self) -> services.KelurahanInput:
        """Return the fields as the service takes them. Raises `Invalid` if the first day is no date."""
        dates = FormDates()
        valid_from = dates.day("valid_from", self.valid_from)
        dates.require_valid()
        return services.KelurahanInput(
            self.code,
            self.name,
            valid_from,
            _parse_tile(self.tile_column),
            _parse_tile(self.tile_row),
        )


class AreaForm(BaseModel):
    """The fields of both forms on the page of a kelurahan: another spelling of its name, and its last day."""

    alias: str = ""
    last_day: str = ""

    def parse_last_day(self) -> date | None:
        """Return the last day, None for an empty field. Raises `Invalid` if it is no date."""
        dates = FormDates()
        last_day = dates.day("last_day", self.last_day)
        dates.require_valid()
        return last_day


@router.get("")
def areas_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    return render(request, "areas/areas.html", areas=queries.list_kelurahan_details(db, actor))


@router.get("/baru")
def new_kelurahan_page(request: Request, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return render(request, "areas/new_area.html", form=KelurahanForm())


@router.post("/baru")
def create_kelurahan(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[KelurahanForm, Form()], _: Translate
) -> Response:
    with catch_problem(db) as caught:
        area = services.create_kelurahan(db, actor, form.to_input())
    if problem := caught.problem:
        return render(request, "areas/new_area.html", form=form, problem=problem)
    return redirect(f"{PATH}/{area.code}", _("The kelurahan is added."))


@router.get("/{code}")
def area_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    return _page(request, db, actor, code)


@router.post("/{code}/penutupan")
def set_last_day(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[AreaForm, Form()],
    _: Translate,
) -> Response:
    """Set the last day of a kelurahan, or remove it if the field is empty."""
    with catch_problem(db) as caught:
        services.set_last_day(db, actor, code, form.parse_last_day())
    if problem := caught.problem:
        return _page(request, db, actor, code, form, problem)
    return redirect(f"{PATH}/{code}", _("The changes are saved."))


@router.post("/{code}/sebutan")
def add_alias(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    code: str,
    form: Annotated[AreaForm, Form()],
    _: Translate,
) -> Response:
    """Add another spelling of a kelurahan's name, by which sheets are read from then on."""
    with catch_problem(db) as caught:
        area_aliases.add_alias(db, actor, code, form.alias)
    if problem := caught.problem:
        return _page(request, db, actor, code, form, problem)
    return redirect(f"{PATH}/{code}", _("Saved. The next sheet is read with it."))


@router.post("/{code}/sebutan/hapus")
def remove_alias(
    db: WriteDb, actor: CurrentActor, code: str, form: Annotated[AreaForm, Form()], _: Translate
) -> Response:
    """Remove another spelling of a kelurahan's name. Sheets that were imported stay as they are."""
    area_aliases.remove_alias(db, actor, code, form.alias)
    return redirect(f"{PATH}/{code}", _("Removed. What was imported with it stays."))


def _parse_tile(text: str) -> int | None:
    """Return the number of a row or column of tiles, None for an empty field.

    Text that is not digits becomes -1, which the service refuses.
    """
    text = text.strip()
    return (parse_whole_number(text) if text.isdecimal() else -1) if text else None


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    form: AreaForm | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the page of a kelurahan, with the problem of one of its two forms."""
    area = queries.get_kelurahan_details(db, actor, code)
    form = form or AreaForm(last_day=str(area.valid_to or ""))
    return render(request, "areas/area.html", form=form, problem=problem, area=area)
