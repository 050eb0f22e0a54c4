"""A session's figures beside each other, why they differ, and who is behind each difference."""

from fastapi import APIRouter, Request, Response

from app.queries.imports.reconciliation import reconciliation
from app.queries.imports.reconciliation_people import (
    PeopleBehind,
    Said,
    Step,
    people_of_sheet,
    people_of_step,
)
from app.web.dependencies import PageActor, Reader
from app.web.pages import render

router = APIRouter(include_in_schema=False)

PEOPLE_SHOWN = 200


@router.get("/sesi/{code}/rekonsiliasi")
def reconciliation_page(request: Request, look: Reader, actor: PageActor, code: str) -> Response:
    found = reconciliation(look, actor, code)
    return render(request, "imports/reconciliation/page.html", found=found, held=found.workshop_session)


@router.get("/sesi/{code}/rekonsiliasi/{step}")
def step_page(request: Request, look: Reader, actor: PageActor, code: str, step: Step) -> Response:
    found = people_of_step(look, actor, code, step, PEOPLE_SHOWN + 1)
    return _people_page(request, found, step)


@router.get("/sesi/{code}/rekonsiliasi/lembar/{import_id}/{said}")
def sheet_page(
    request: Request, look: Reader, actor: PageActor, code: str, import_id: int, said: Said
) -> Response:
    found = people_of_sheet(look, actor, code, import_id, said, PEOPLE_SHOWN + 1)
    return _people_page(request, found, said)


def _people_page(request: Request, found: PeopleBehind, step: Step | Said) -> Response:
    return render(
        request,
        "imports/reconciliation/people.html",
        step=step,
        held=found.workshop_session,
        people=found.people[:PEOPLE_SHOWN],
        more=len(found.people) > PEOPLE_SHOWN,
    )
