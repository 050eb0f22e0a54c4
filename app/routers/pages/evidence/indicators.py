"""Indicators of evaluations: list, create and change."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.i18n import date_text
from app.models import EvaluationIndicator
from app.permissions import Permission
from app.queries.evidence import indicators as queries
from app.services.edit_conflicts import fingerprint
from app.services.evidence import indicators as services
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, conflicting_form
from app.web.pages import redirect, render

PATH = "/administrasi/indikator"

router = APIRouter(prefix=PATH, include_in_schema=False)


class IndicatorForm(BaseModel):
    """The fields of an indicator; `level_1` to `level_5` are the texts of its levels."""

    instrument: str = ""
    code: str = ""
    dimension: str = ""
    name: str = ""
    level_1: str = ""
    level_2: str = ""
    level_3: str = ""
    level_4: str = ""
    level_5: str = ""
    source: str = ""
    as_of: str = ""
    provisional: bool = False
    active: bool = False
    seen: str = ""

    @classmethod
    def from_saved(cls, indicator: EvaluationIndicator) -> "IndicatorForm":
        """Return the form filled with a saved indicator; `seen` is the fingerprint of its values."""
        data = services.indicator_input(indicator)
        return cls(
            instrument=data.instrument,
            code=data.code,
            dimension=data.dimension,
            name=data.name,
            **{f"level_{number}": text for number, text in enumerate(data.levels, start=1)},
            source=data.source,
            as_of=date_text(data.as_of) if data.as_of else "",
            provisional=data.provisional,
            active=data.active,
            seen=fingerprint(data),
        )

    @property
    def levels(self) -> tuple[str, ...]:
        return self.level_1, self.level_2, self.level_3, self.level_4, self.level_5

    def to_input(self) -> services.IndicatorInput:
        """Return the fields as the service takes them. Raises `Invalid` if the day is no date."""
        dates = FormDates()
        as_of = dates.day("as_of", self.as_of)
        dates.require_valid()
        return services.IndicatorInput(
            self.instrument.strip(),
            self.code.strip(),
            self.dimension.strip(),
            self.name.strip(),
            tuple(text.strip() for text in self.levels),
            self.source.strip(),
            as_of,
            self.provisional,
            self.active,
        )


@router.get("")
def indicators_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    return render(request, "evidence/indicators/list.html", indicators=queries.list_indicators(db))


@router.get("/baru")
def new_indicator_page(request: Request, db: ReadDb, actor: CurrentActor) -> Response:
    actor.require(Permission.USER_WRITE)
    form = IndicatorForm(provisional=True, active=True)
    return render(
        request, "evidence/indicators/new.html", form=form, instruments=queries.list_instruments(db)
    )


@router.post("/baru")
def create_indicator(
    request: Request, db: WriteDb, actor: CurrentActor, form: Annotated[IndicatorForm, Form()], _: Translate
) -> Response:
    with catch_problem(db) as caught:
        services.create_indicator(db, actor, form.to_input())
    if problem := caught.problem:
        return render(
            request,
            "evidence/indicators/new.html",
            form=form,
            instruments=queries.list_instruments(db),
            problem=problem,
        )
    return redirect(PATH, _("The indicator is added."))


@router.get("/{indicator_id:int}")
def indicator_page(request: Request, db: ReadDb, actor: CurrentActor, indicator_id: int) -> Response:
    actor.require(Permission.USER_WRITE)
    form = IndicatorForm.from_saved(queries.get_indicator(db, indicator_id))
    return render(
        request,
        "evidence/indicators/change.html",
        form=form,
        saved=None,
        instruments=queries.list_instruments(db),
    )


@router.post("/{indicator_id:int}")
def change_indicator(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    indicator_id: int,
    form: Annotated[IndicatorForm, Form()],
    _: Translate,
) -> Response:
    with catch_problem(db) as caught:
        services.change_indicator(db, actor, indicator_id, form.to_input(), form_fingerprint=form.seen)
    if problem := caught.problem:
        saved = IndicatorForm.from_saved(queries.get_indicator(db, indicator_id))
        return render(
            request,
            "evidence/indicators/change.html",
            form=form,
            instruments=queries.list_instruments(db),
            saved=conflicting_form(problem, saved),
            problem=problem,
        )
    return redirect(PATH, _("The changes are saved."))
