"""The upload of a list of venues: a template to download, and a page that names every error of an uploaded list."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from app.errors import Problem
from app.permissions import Permission
from app.queries.areas.reference import kelurahan
from app.reports.coverage.download import MEDIA_TYPES
from app.services.workshops.venue_imports import import_venues
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.plain_tables import MAX_VENUES
from app.spreadsheets.venues import venue_template
from app.web.dependencies import CurrentActor, ReadDb, Translate, WriteDb
from app.web.downloads import attachment
from app.web.forms import catch_problem, read_upload
from app.web.pages import redirect, render

router = APIRouter(prefix="/tempat/unggah", include_in_schema=False)

MEGABYTE = 1024**2


@router.get("")
def upload_page(request: Request, actor: CurrentActor) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _page(request)


@router.get("/templat.xlsx")
def template(read_db: ReadDb, actor: CurrentActor, _: Translate) -> Response:
    actor.require(Permission.SESSION_WRITE)
    names = sorted(place.name for place in kelurahan(read_db))
    return attachment("templat-tempat.xlsx", venue_template(names, _), MEDIA_TYPES["xlsx"])


@router.post("")
def upload_list(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    file: Annotated[UploadFile | str | None, File()] = None,
) -> Response:
    with catch_problem(db) as caught:
        outcome = import_venues(db, actor, *read_upload(file))
    if problem := caught.problem:
        return _page(request, problem=problem)
    if outcome.errors:
        return _page(request, row_errors=[(error.row, error.text(_)) for error in outcome.errors])
    text = _("The list is saved: %(added)s venues added, %(changed)s changed, %(unchanged)s as they were.")
    counts = {"added": outcome.added, "changed": outcome.changed, "unchanged": outcome.unchanged}
    return redirect("/tempat", text % counts)


def _page(
    request: Request, *, problem: Problem | None = None, row_errors: Sequence[tuple[int, str]] = ()
) -> Response:
    return render(
        request,
        "workshops/venues/upload.html",
        problem=problem,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if row_errors else HTTPStatus.OK,
        row_errors=row_errors,
        max_megabytes=MAX_BYTES // MEGABYTE,
        max_venues=MAX_VENUES,
    )
