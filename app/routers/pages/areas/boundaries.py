"""The boundaries of the kelurahan, for administrators: upload them as GeoJSON, look at them, show them on maps."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from markupsafe import Markup

from app.database import Db
from app.errors import Problem
from app.geography.checking import MAX_STORED_BYTES
from app.geography.findings import Finding
from app.geography.uploads import MAX_BYTES
from app.i18n import Language, Translator, translator
from app.models import BoundaryStage
from app.permissions import Actor, Permission
from app.queries.areas.boundaries import BoundarySetView, find_boundary_set
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.reports.drawings.area_map import area_map_svg
from app.services.areas import boundaries as services
from app.services.areas.boundaries import BoundariesInput, BoundariesRefused
from app.web.date_fields import FormDates
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.forms import catch_problem, read_upload
from app.web.pages import redirect, render

PATH = "/administrasi/batas"

router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
def boundaries_page(request: Request, db: ReadDb, actor: CurrentActor, language: Lang) -> Response:
    """Show the boundaries that were uploaded and wait to be shown, else those that maps show, and the upload form."""
    return _page(request, db, actor, language)


@router.post("")
def upload_boundaries(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    language: Lang,
    file: Annotated[UploadFile | str | None, File()] = None,
    source: Annotated[str, Form()] = "",
    as_of: Annotated[str, Form()] = "",
) -> Response:
    """Check a file and save its boundaries to be looked at; 422 with everything that is wrong with it."""
    actor.require(Permission.USER_WRITE)
    with catch_problem(db) as caught:
        dates = FormDates()
        day = dates.day("as_of", as_of, required=True)
        dates.require_valid()
        _name, content = read_upload(file)
        checked = services.check_upload(read_db, actor, BoundariesInput(content, source, day))
        services.save_upload(db, actor, checked)
    if problem := caught.problem:
        return _page(request, read_db, actor, language, source=source, as_of=as_of, problem=problem)
    return redirect(PATH)


@router.post("/tampilkan")
def show_boundaries(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    checksum: Annotated[str, Form()] = "",
) -> Response:
    """Show the uploaded boundaries on all maps."""
    with catch_problem(db) as caught:
        services.show_boundaries(db, actor, checksum)
    if problem := caught.problem:
        return _page(request, read_db, actor, language, problem=problem)
    return redirect(PATH, _("The boundaries are saved. Maps of the coverage report show them from now on."))


@router.post("/buang")
def discard_upload(db: WriteDb, actor: CurrentActor, _: Translate) -> Response:
    """Remove the boundaries that were uploaded and are not shown yet."""
    services.remove_boundaries(db, actor, BoundaryStage.UPLOADED)
    return redirect(PATH, _("The uploaded boundaries are removed."))


@router.post("/hapus")
def remove_boundaries(db: WriteDb, actor: CurrentActor, _: Translate) -> Response:
    """Remove the boundaries that maps show."""
    services.remove_boundaries(db, actor, BoundaryStage.SHOWN)
    return redirect(PATH, _("The boundaries are removed. Maps are of hexagons again."))


def _page(
    request: Request,
    db: Db,
    actor: Actor,
    language: Language,
    *,
    source: str = "",
    as_of: str = "",
    problem: Problem | None = None,
) -> Response:
    _ = translator(language)
    uploaded = find_boundary_set(db, actor, BoundaryStage.UPLOADED)
    shown = find_boundary_set(db, actor, BoundaryStage.SHOWN)
    looked_at = uploaded or shown
    refused = problem.findings if isinstance(problem, BoundariesRefused) else ()
    return render(
        request,
        "areas/boundaries.html",
        problem=problem,
        refused=_sentences(refused, _),
        uploaded=uploaded,
        shown=shown,
        map=_draw(db, actor, looked_at, language) if looked_at else "",
        remarks=_sentences(looked_at.remarks, _) if looked_at else [],
        source=source,
        as_of=as_of,
        max_megabytes=MAX_BYTES // 1024**2,
        max_kilobytes=MAX_STORED_BYTES // 1000,
    )


def _draw(db: Db, actor: Actor, view: BoundarySetView, language: Language) -> Markup:
    """Return the map of the latest coverage report in these boundaries."""
    report = replace(
        build_coverage_report(db, actor, CoverageFilters(), language), boundaries=view.boundaries
    )
    drawn = area_map_svg(report, view.boundaries, translator(language), language)
    return Markup(drawn)  # noqa: S704 (escaped by its template)


def _sentences(findings: tuple[Finding, ...], _: Translator) -> list[str]:
    return [_(found.sentence) % found.params if found.params else _(found.sentence) for found in findings]
