"""The upload of a list of venues: a template to download, and a page that names every error of an uploaded list."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from app.errors import Invalid, Problem, TooLarge, UnreadableFile
from app.permissions import Permission
from app.queries.areas.reference import kelurahan
from app.reports.coverage.download import MEDIA_TYPES
from app.services.workshops.venue_imports import import_venues
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.plain_tables import MAX_VENUES
from app.spreadsheets.venues import venue_template
from app.web.dependencies import PageActor, Reader, Translate, Writer
from app.web.downloads import attachment
from app.web.flash import flash
from app.web.pages import render, see
from app.web.uploads import sent_file

router = APIRouter(prefix="/tempat/unggah", include_in_schema=False)

MEGABYTE = 1024**2


@router.get("")
def upload_page(request: Request, actor: PageActor) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _page(request)


@router.get("/templat.xlsx")
def template(read_db: Reader, actor: PageActor, _: Translate) -> Response:
    actor.require(Permission.SESSION_WRITE)
    names = sorted(place.name for place in kelurahan(read_db))
    return attachment("templat-tempat.xlsx", venue_template(names, _), MEDIA_TYPES["xlsx"])


@router.post("")
def upload_list(
    request: Request,
    db: Writer,
    actor: PageActor,
    _: Translate,
    file: Annotated[UploadFile | str | None, File()] = None,
) -> Response:
    try:
        done = import_venues(db, actor, *sent_file(file))
    except (Invalid, TooLarge, UnreadableFile) as problem:
        return _page(request, problem=problem, refusal=problem.sentence(_))
    if done.errors:
        return _page(request, errors=[(error.row, error.text(_)) for error in done.errors])
    response = see("/tempat")
    sentence = _(
        "The list is saved: %(added)s venues added, %(changed)s changed, %(unchanged)s as they were."
    )
    flash(response, sentence % {"added": done.added, "changed": done.changed, "unchanged": done.unchanged})
    return response


def _page(
    request: Request,
    *,
    problem: Problem | None = None,
    refusal: str = "",
    errors: Sequence[tuple[int, str]] = (),
) -> Response:
    return render(
        request,
        "workshops/venues/upload.html",
        status=problem.status if problem else 422 if errors else 200,
        refusal=refusal,
        errors=errors,
        max_megabytes=MAX_BYTES // MEGABYTE,
        max_venues=MAX_VENUES,
    )
