"""Data pembanding: how many inhabitants, UMKM and RT areas have, by source and day."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Invalid, Problem
from app.i18n import Translator, wita_today
from app.permissions import Permission
from app.queries.coverage import denominators as queries
from app.services.coverage import denominators as services
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.flash import flash
from app.web.forms import optional_day, render_form, whole_number
from app.web.pages import render, see

PLACE = "/pembanding"

router = APIRouter(prefix=PLACE, include_in_schema=False)


class DenominatorForm(BaseModel):
    """`value` with or without dots for thousands."""

    area_code: str = ""
    indicator: str = ""
    value: str = ""
    as_of: str = ""
    source: str = ""

    def given(self) -> services.DenominatorInput:
        value = whole_number(self.value.replace(".", ""))
        as_of = optional_day(self.as_of)
        return services.DenominatorInput(self.area_code, self.indicator, value, as_of, self.source)


@router.get("")
def denominators_page(request: Request, look: Reader, actor: PageActor) -> Response:
    found = queries.denominators(look, actor)
    known = queries.known_on(found, wita_today())
    return render(
        request, "coverage/denominators/list.html", lines=found, newest={line.id for line in known.values()}
    )


@router.get("/baru")
def new_denominator_page(request: Request, look: Reader, actor: PageActor, _: Translate) -> Response:
    actor.require(Permission.TARGET_WRITE)
    return _form(request, look, DenominatorForm(), _)


@router.post("/baru")
def add_denominator(
    request: Request, db: Writer, actor: PageActor, form: Annotated[DenominatorForm, Form()], _: Translate
) -> Response:
    try:
        services.add_denominator(db, actor, form.given())
    except Invalid as problem:
        db.rollback()
        return _form(request, db, form, _, problem)
    response = see(PLACE)
    flash(response, _("The figure is added."))
    return response


@router.post("/{denominator_id}/hapus")
def remove_denominator(db: Writer, actor: PageActor, denominator_id: int, _: Translate) -> Response:
    services.remove_denominator(db, actor, denominator_id)
    response = see(PLACE)
    flash(response, _("The figure is removed."))
    return response


def _form(
    request: Request, look: Db, form: DenominatorForm, _: Translator, problem: Problem | None = None
) -> Response:
    return render_form(request, "coverage/denominators/new.html", form, _, problem, areas=queries.areas(look))
