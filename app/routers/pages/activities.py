"""The activity log, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.queries.activities import ActivityFilters, list_activities
from app.web.dependencies import CurrentActor, ReadDb
from app.web.forms import EmptyIsNone, OptionalDate
from app.web.pages import build_url, render

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50


class ActivityQuery(BaseModel):
    """The filters of the log; `before` is the id of the last line of the previous page."""

    q: str = ""
    actor_name: str = Field("", alias="siapa")
    action: str = Field("", alias="tindakan")
    subject: str = Field("", alias="hal")
    from_: OptionalDate = Field(None, alias="dari")
    to: OptionalDate = Field(None, alias="sampai")
    before: Annotated[int | None, EmptyIsNone] = Field(None, alias="sebelum")

    @property
    def filters(self) -> ActivityFilters:
        return ActivityFilters(self.q, self.actor_name, self.action, self.subject, self.from_, self.to)

    def url(self, *, before: int | None) -> str:
        """Return the URL of the log with these filters, of lines before the id `before`; None is the newest."""
        return build_url("/catatan", self.model_dump(by_alias=True) | {"sebelum": before})


@router.get("/catatan")
def activities_page(
    request: Request, db: ReadDb, actor: CurrentActor, form: Annotated[ActivityQuery, Query()]
) -> Response:
    """Show `PAGE_SIZE` lines of the activity log, the newest first."""
    lines = list_activities(db, actor, form.filters, before=form.before, limit=PAGE_SIZE + 1)
    shown = lines[:PAGE_SIZE]
    return render(
        request,
        "activities/log.html",
        form=form,
        activities=shown,
        first=form.url(before=None) if form.before else "",
        next=form.url(before=shown[-1].id) if len(lines) > PAGE_SIZE else "",
    )
