"""The activity log, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.queries.activities import ActivityFilters, list_activities
from app.services.log_downloads import MAX_LINES, download_log
from app.services.people.searches import log_search
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import EmptyIsNone, OptionalDate, parse_query
from app.web.pages import build_url, render

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50


class ActivityQuery(BaseModel):
    """The filters of the log; `before` is the id of the last line of the previous page."""

    q: str = ""
    actor_name: str = Field("", alias="siapa")
    action: str = Field("", alias="tindakan")
    subject: str = Field("", alias="hal")
    kind: str = Field("", alias="jenis")
    from_: OptionalDate = Field(None, alias="dari")
    to: OptionalDate = Field(None, alias="sampai")
    before: Annotated[int | None, EmptyIsNone] = Field(None, alias="sebelum")

    @property
    def filters(self) -> ActivityFilters:
        return ActivityFilters(
            self.q, self.actor_name, self.action, self.subject, self.kind, self.from_, self.to
        )

    def url(self, path: str = "/catatan", *, before: int | None = None) -> str:
        """Return the URL of the log with these filters, of lines before the id `before`; None is the newest."""
        return build_url(path, self.model_dump(by_alias=True) | {"sebelum": before})


@router.get("/catatan")
def activities_page(request: Request, db: ReadDb, vault: Vault, actor: CurrentActor) -> Response:
    """Show `PAGE_SIZE` lines of the activity log, the newest first. A search is logged: it may be for a name.

    With a wrong parameter it shows the lines that the others select, and what is wrong.
    """
    form, problem = parse_query(ActivityQuery, request.query_params)
    log_search(container_of(request).engine, vault, actor, "activity", "", form.q)
    lines = list_activities(db, actor, form.filters, before=form.before, limit=PAGE_SIZE + 1)
    shown = lines[:PAGE_SIZE]
    return render(
        request,
        "activities/log.html",
        problem=problem,
        form=form,
        activities=shown,
        first=form.url() if form.before else "",
        next=form.url(before=shown[-1].id) if len(lines) > PAGE_SIZE else "",
        file=form.url("/catatan.csv"),
        max_lines=MAX_LINES,
    )


@router.get("/catatan.csv")
def activities_file(
    read_db: ReadDb, db: WriteDb, actor: CurrentActor, form: Annotated[ActivityQuery, Query()], _: Translate
) -> Response:
    """Download the lines that match the filters, at most `MAX_LINES`, the newest first.

    This GET writes to the activity log, because the file has personal data.
    """
    return download(download_log(read_db, db, actor, form.filters, _))
