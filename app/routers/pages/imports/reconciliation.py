"""The reconciliation of a session: its figures, why they differ, and the people behind each difference."""

from fastapi import APIRouter, Request, Response

from app.queries.imports.reconciliation import get_reconciliation
from app.queries.imports.reconciliation_people import (
    ReconciledPeople,
    SheetOutcome,
    Step,
    list_people_of_sheet,
    list_people_of_step,
)
from app.web.dependencies import CurrentActor, Lang, ReadDb
from app.web.pages import render

router = APIRouter(include_in_schema=False)

MAX_PEOPLE = 200


@router.get("/sesi/{code}/rekonsiliasi")
def reconciliation_page(request: Request, db: ReadDb, actor: CurrentActor, code: str) -> Response:
    """Show the figures of a session and its sheets side by side, and why they differ."""
    figures = get_reconciliation(db, actor, code)
    return render(
        request,
        "imports/reconciliation/page.html",
        figures=figures,
        workshop_session=figures.workshop_session,
    )


@router.get("/sesi/{code}/rekonsiliasi/{step}")
def step_page(
    request: Request, db: ReadDb, actor: CurrentActor, language: Lang, code: str, step: Step
) -> Response:
    people = list_people_of_step(db, actor, code, step, MAX_PEOPLE + 1, language)
    return _people_page(request, people, step)


@router.get("/sesi/{code}/rekonsiliasi/lembar/{import_id}/{outcome}")
def sheet_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    language: Lang,
    code: str,
    import_id: int,
    outcome: SheetOutcome,
) -> Response:
    people = list_people_of_sheet(db, actor, code, import_id, outcome, MAX_PEOPLE + 1, language)
    return _people_page(request, people, outcome)


def _people_page(request: Request, reconciled: ReconciledPeople, step: Step | SheetOutcome) -> Response:
    return render(
        request,
        "imports/reconciliation/people.html",
        step=step,
        workshop_session=reconciled.workshop_session,
        people=reconciled.people[:MAX_PEOPLE],
        more=len(reconciled.people) > MAX_PEOPLE,
    )
