"""The activity log, for administrators."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.queries.activities import ActivityFilters, activities
from app.web.dependencies import PageActor, Reader
from app.web.forms import EmptyIsNone, OptionalDate
from app.web.pages import render

router = APIRouter(include_in_schema=False)

A_PAGE = 50


class ActivityQuery(BaseModel):
    """What the address narrows the log to; `before` is the last line of the page before."""

    q: str = ""
    who: str = Field("", alias="siapa")
    action: str = Field("", alias="tindakan")
    subject: str = Field("", alias="hal")
    from_: OptionalDate = Field(None, alias="dari")
    to: OptionalDate = Field(None, alias="sampai")
    before: Annotated[int | None, EmptyIsNone] = Field(None, alias="sebelum")

    @property
    def filters(self) -> ActivityFilters:
        return ActivityFilters(self.q, self.who, self.action, self.subject, self.from_, self.to)

    def address(self, *, before: int | None) -> str:
        """The same lines from the one before `before` on."""
        given = self.model_dump(by_alias=True) | {"sebelum": before}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/catatan?{query}" if query else "/catatan"


@router.get("/catatan")
def activities_page(
    request: Request, look: Reader, actor: PageActor, form: Annotated[ActivityQuery, Query()]
) -> Response:
    found = activities(look, actor, form.filters, before=form.before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    return render(
        request,
        "activities/log.html",
        form=form,
        activities=shown,
        first=form.address(before=None) if form.before else "",
        next=form.address(before=shown[-1].id) if len(found) > A_PAGE else "",
    )
