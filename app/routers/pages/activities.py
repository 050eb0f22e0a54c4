"""The activity log, for administrators."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from app.queries.activities import activities
from app.web.dependencies import PageActor, Reader
from app.web.pages import render

router = APIRouter(include_in_schema=False)

A_PAGE = 50


@router.get("/catatan")
def activities_page(
    request: Request,
    look: Reader,
    actor: PageActor,
    q: str = "",
    before: Annotated[int | None, Query(alias="sebelum")] = None,
) -> Response:
    found = activities(look, actor, search=q, before=before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    return render(
        request,
        "activities/log.html",
        q=q,
        activities=shown,
        first=_address(q) if before else "",
        next=_address(q, shown[-1].id) if len(found) > A_PAGE else "",
    )


def _address(q: str, before: int | None = None) -> str:
    given = {"q": q} if q else {}
    return f"/catatan?{urlencode(given | ({'sebelum': str(before)} if before else {}))}"
