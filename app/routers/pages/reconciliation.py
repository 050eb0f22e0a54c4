"""A session's figures beside each other, and why they differ."""

from fastapi import APIRouter, Request, Response

from app.queries.reconciliation import reconciliation
from app.web.dependencies import PageActor, Reader
from app.web.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/sesi/{code}/rekonsiliasi")
def reconciliation_page(request: Request, look: Reader, actor: PageActor, code: str) -> Response:
    found = reconciliation(look, actor, code)
    return render(request, "reconciliation/page.html", found=found, held=found.workshop_session)
