"""What is still kept, and the settings after which time it is deleted at night. For administrators."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from app.database import Db
from app.errors import Problem
from app.models import RetentionKind
from app.permissions import Actor
from app.queries.personal_data.retention import list_held_kinds
from app.services.personal_data.retention import change_rule, switch_rule_off, switch_rule_on
from app.web.dependencies import CurrentActor, LongReadDb, LongWriteDb, Translate, WriteDb
from app.web.forms import catch_problem, parse_whole_number
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

PATH = "/pengaturan/penyimpanan"


class DaysForm(BaseModel):
    """The days for which a kind is kept, or for which the user saw what would be deleted."""

    days: str = ""


@router.get("/data-tersimpan")
def held_page(request: Request, db: LongReadDb, actor: CurrentActor) -> Response:
    """Show what is still kept: how much, since when, why, and until when. 403 for all but administrators."""
    return render(request, "personal_data/held.html", kinds=list_held_kinds(db, actor))


@router.get(PATH)
def retention_page(request: Request, db: LongReadDb, actor: CurrentActor) -> Response:
    """Show the rules, with what each would delete tonight. 403 for all but administrators."""
    return _page(request, db, actor)


@router.post(f"{PATH}/{{kind}}")
def change(
    request: Request,
    db: LongWriteDb,
    actor: CurrentActor,
    kind: RetentionKind,
    form: Annotated[DaysForm, Form()],
    _: Translate,
) -> Response:
    """Set the days of a rule, and redirect to the page, which shows what would be deleted then."""
    with catch_problem(db) as caught:
        change_rule(db, actor, kind, parse_whole_number(form.days))
    if problem := caught.problem:
        return _page(request, db, actor, problem, {kind: form.days})
    return redirect(f"{PATH}#{kind}", _("The time is saved. Nothing is deleted before you switch it on."))


@router.post(f"{PATH}/{{kind}}/nyalakan")
def switch_on(
    request: Request,
    db: LongWriteDb,
    actor: CurrentActor,
    kind: RetentionKind,
    form: Annotated[DaysForm, Form()],
    _: Translate,
) -> Response:
    """Let a rule delete every night what the page has shown."""
    with catch_problem(db) as caught:
        switch_rule_on(db, actor, kind, days=parse_whole_number(form.days) or 0)
    if problem := caught.problem:
        return _page(request, db, actor, problem)
    return redirect(f"{PATH}#{kind}", _("Switched on. It runs every night at 03.07 WITA."))


@router.post(f"{PATH}/{{kind}}/matikan")
def switch_off(db: WriteDb, actor: CurrentActor, kind: RetentionKind, _: Translate) -> Response:
    """Let a rule delete nothing any more."""
    switch_rule_off(db, actor, kind)
    return redirect(f"{PATH}#{kind}", _("Switched off. Nothing of this kind is deleted."))


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    problem: Problem | None = None,
    typed: dict[RetentionKind, str] | None = None,
) -> Response:
    return render(
        request,
        "personal_data/retention.html",
        problem=problem,
        kinds=list_held_kinds(db, actor),
        typed=typed or {},
    )
