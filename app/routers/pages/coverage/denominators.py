"""The pages of denominators: how many inhabitants, UMKM and RT areas have."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import Translator, wita_today
from app.permissions import Permission
from app.queries.coverage.denominators import latest_denominators, list_areas, list_denominators
from app.services.coverage.denominators import DenominatorInput, add_denominator, remove_denominator
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import optional_day, render_form, whole_number
from app.web.pages import render, see

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
        value = whole_number(self.value.replace(".", ""))
        as_of = optional_day(self.as_of)
        return DenominatorInput(self.area_code, self.indicator, value, as_of, self.source)


@router.get("")
def denominators_page(request: Request, db: Reader, actor: PageActor) -> Response:
    denominators = list_denominators(db, actor)
    latest = latest_denominators(denominators, wita_today()).values()
    return render(
        request,
        "coverage/denominators/list.html",
        denominators=denominators,
        latest_ids={denominator.id for denominator in latest},
    )


@router.get("/baru")
def new_denominator_page(request: Request, db: Reader, actor: PageActor, _: Translate) -> Response:
    actor.require(Permission.TARGET_WRITE)
    return _form(request, db, DenominatorForm(), _)


@router.post("/baru")
def create_denominator(
    request: Request, db: Writer, actor: PageActor, form: Annotated[DenominatorForm, Form()], _: Translate
) -> Response:
    try:
        add_denominator(db, actor, form.to_input())
    except Invalid as problem:
        db.rollback()
        return _form(request, db, form, _, problem)
    response = see(PATH)
    flash(response, _("The figure is added."))
    return response


@router.post("/{denominator_id}/hapus")
def delete_denominator(db: Writer, actor: PageActor, denominator_id: int, _: Translate) -> Response:
    remove_denominator(db, actor, denominator_id)
    response = see(PATH)
    flash(response, _("The figure is removed."))
    return response


def _form(
    request: Request, db: Db, form: DenominatorForm, _: Translator, problem: Problem | None = None
) -> Response:
    return render_form(request, "coverage/denominators/new.html", form, _, problem, areas=list_areas(db))
