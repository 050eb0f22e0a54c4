"""The reconciliation of a session: its figures, why they differ, and the people behind each difference."""

from fastapi import APIRouter, Request, Response

from app.queries.imports.reconciliation import reconciliation
from app.queries.imports.reconciliation_people import (
    PeopleBehind,
    Said,
    Step,
    people_of_sheet,
    people_of_step,
)
from app.web.dependencies import CurrentActor, ReadDb
from app.web.pages import render

router = APIRouter(include_in_schema=False)

MAX_PEOPLE = 200


@router.get("/sesi/{code}/rekonsiliasi")
def reconciliation_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    figures = reconciliation(db, actor, code)
    return render(
        request,
        "imports/reconciliation/page.html",
        figures=figures,
        workshop_session=figures.workshop_session,
    )


@router.get("/sesi/{code}/rekonsiliasi/{step}")
def step_page(request: Request, db: ReadDb, actor: CurrentActor, code: str, step: Step) -> Response:
    behind = people_of_step(db, actor, code, step, MAX_PEOPLE + 1)
    return _people_page(request, behind, step)


@router.get("/sesi/{code}/rekonsiliasi/lembar/{import_id}/{said}")
def sheet_page(
    request: Request, db: ReadDb, actor: CurrentActor, code: str, import_id: int, said: Said
) -> Response:
    behind = people_of_sheet(db, actor, code, import_id, said, MAX_PEOPLE + 1)
    return _people_page(request, behind, said)


def _people_page(request: Request, behind: PeopleBehind, step: Step | Said) -> Response:
    return render(
        request,
        "imports/reconciliation/people.html",
        step=step,
        workshop_session=behind.workshop_session,
        people=behind.people[:MAX_PEOPLE],
        more=len(behind.people) > MAX_PEOPLE,
    )
