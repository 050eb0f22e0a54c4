"""Denominators (data pembanding): how many inhabitants, UMKM and RT an area has, by source and date."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.i18n import wita_today
from app.permissions import Permission
from app.queries.coverage.denominators import latest_denominators, list_areas, list_denominators
from app.services.coverage.denominators import DenominatorInput, add_denominator, remove_denominator
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, parse_whole_number
from app.web.pages import redirect, render

PATH = "/pembanding"

router = APIRouter(prefix=PATH, include_in_schema=False)


class DenominatorForm(BaseModel):
    """The form as sent; `value` may have dots between thousands."""

    area_code: str = ""
    indicator: str = ""
    value: str = ""
    as_of: str = ""
    source: str = ""

    def to_input(self) -> DenominatorInput:
        """Return the fields as the service takes them. Raises `Invalid` if the day is no date."""
        dates = FormDates()
        as_of = dates.day("as_of", self.as_of)
        dates.require_valid()
        value = parse_whole_number(self.value.replace(".", ""))
        return DenominatorInput(self.area_code, self.indicator, value, as_of, self.source)


@router.get("")
def denominators_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    """Show all denominators, with those marked that reports use today."""
    denominators = list_denominators(db, actor)
    latest = latest_denominators(denominators, wita_today()).values()
    return render(
        request,
        "coverage/denominators/list.html",
        denominators=denominators,
        latest_ids={denominator.id for denominator in latest},
    )


@router.get("/baru")
def new_denominator_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.TARGET_WRITE)
    return _new_page(request, db, DenominatorForm())


@router.post("/baru")
def create_denominator(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[DenominatorForm, Form()], _: Translate
) -> Response:
    with catch_problem(db) as caught:
        add_denominator(db, actor, form.to_input())
    if problem := caught.problem:
        return _new_page(request, db, form, problem)
    return redirect(PATH, _("The figure is added."))


@router.post("/{denominator_id}/hapus")
def delete_denominator(db: WriteDb, actor: CurrentActor, denominator_id: int, _: Translate) -> Response:
    remove_denominator(db, actor, denominator_id)
    return redirect(PATH, _("The figure is removed."))


def _new_page(request: Request, db: Db, form: DenominatorForm, problem: Problem | None = None) -> Response:
    return render(request, "coverage/denominators/new.html", form=form, problem=problem, areas=list_areas(db))
