"""Targets of a year: a grid to type and paste into, a table to upload, and the same as a file."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from app.errors import Conflict, Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import N_, Translator, wita_today
from app.models.base import now
from app.queries.coverage.targets import TargetGrid, target_grid
from app.reports.coverage.download import MEDIA_TYPES
from app.reports.coverage.target_table import target_table
from app.reports.coverage.wording import LETTERHEAD, name_until
from app.reports.formats.xlsx import workbook
from app.services.coverage.targets import read_table, read_targets, set_targets
from app.spreadsheets.target_grid import TargetCell, cell_name, target_remark_text
from app.web.coverage.target_form import TargetForm, kept_texts
from app.web.dependencies import Lang, PageActor, Reader, Translate, Writer
from app.web.downloads import attachment
from app.web.flash import flash
from app.web.forms import render_form, whole_number
from app.web.pages import see
from app.web.uploads import sent_file

router = APIRouter(prefix="/target", include_in_schema=False)

# More than the cells of any grid, and than what is copied from one.
MOST_FIELDS = 5_000
LONGEST_PASTED = 500_000
# How cells are called that belong to no one kelurahan, or to no one group.
FOR_ALL = N_("For all kelurahan")
WHOLE = N_("As a whole")


async def _sent(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_fields=MOST_FIELDS, max_part_size=LONGEST_PASTED) as form:
        yield form


Sent = Annotated[FormData, Depends(_sent)]


@router.get("")
def this_year(actor: PageActor) -> Response:
    return see(f"/target/{wita_today().year}")


@router.get("/{year:int}")
def targets_page(
    request: Request,
    look: Reader,
    actor: PageActor,
    year: int,
    language: Lang,
    _: Translate,
    copied_from: Annotated[str, Query(alias="salin")] = "",
) -> Response:
    """With `salin` the grid is filled with another year's targets, and nothing is saved yet."""
    grid = target_grid(look, actor, year, language)
    source = whole_number(copied_from)
    if source is None:
        return _page(request, grid, _)
    other = target_grid(look, actor, source, language)
    return _page(request, grid, _, kept_texts(other))


@router.post("/{year:int}")
def save_targets(
    request: Request, db: Writer, actor: PageActor, year: int, form: Sent, language: Lang, _: Translate
) -> Response:
    grid = target_grid(db, actor, year, language)
    typed = {cell: str(form[name]) for cell in grid.cells if (name := cell_name(cell)) in form}
    try:
        changed = set_targets(db, actor, year, typed, seen=whole_number(str(form.get("seen", ""))))
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _page(request, target_grid(db, actor, year, language), _, typed, problem)
    response = see(f"/target/{year}")
    done = _("The targets are saved: %(count)s cells changed.")
    flash(response, done % {"count": changed} if changed else _("Nothing has changed."))
    return response


@router.get("/{year:int}.xlsx")
def targets_file(look: Reader, actor: PageActor, year: int, language: Lang, _: Translate) -> Response:
    grid = target_grid(look, actor, year, language)
    form = TargetForm(grid)
    kept = grid.targets.kept
    columns = (None, *(group.code for group in grid.groups))
    table = target_table(
        year,
        [group.label for group in grid.groups],
        [kept.get((None, group)) for group in columns],
        [
            (place.code, place.kecamatan, place.name, [kept.get((place.code, group)) for group in columns])
            for place in grid.places
        ],
        form.totals[:-1],
        _closed(form, _),
        _,
    )
    content = workbook([table], LETTERHEAD, now())
    return attachment(f"target-{year}.xlsx", content, MEDIA_TYPES["xlsx"])


@router.get("/{year:int}/unggah")
def upload_page(
    request: Request, look: Reader, actor: PageActor, year: int, language: Lang, _: Translate
) -> Response:
    return _upload_page(request, target_grid(look, actor, year, language), _)


@router.post("/{year:int}/unggah")
def upload_table(
    request: Request, look: Reader, actor: PageActor, year: int, form: Sent, language: Lang, _: Translate
) -> Response:
    """Answers with the grid as it would be: there is no address of what isn't saved."""
    grid = target_grid(look, actor, year, language)
    pasted = str(form.get("table", ""))
    try:
        table = read_table(look, actor, grid, _content(form.get("file"), pasted))
    except (Invalid, TooLarge, UnreadableFile) as problem:
        return _upload_page(request, grid, _, pasted, problem)
    remarks = [target_remark_text(remark, _) for remark in table.remarks]
    try:
        read_targets(table.texts)
    except Invalid as problem:
        return _page(request, grid, _, table.texts, problem, remarks)
    return _page(request, grid, _, table.texts, remarks=remarks)


def _content(file: UploadFile | str | None, pasted: str) -> bytes:
    """What was copied into the form goes before the file."""
    return pasted.encode() if pasted.strip() else sent_file(file)[1]


def _upload_page(
    request: Request, grid: TargetGrid, _: Translator, pasted: str = "", problem: Problem | None = None
) -> Response:
    return render_form(
        request,
        "coverage/targets/upload.html",
        {"table": pasted},
        _,
        problem,
        year=grid.year,
        groups=grid.groups,
    )


def _page(
    request: Request,
    grid: TargetGrid,
    _: Translator,
    typed: Mapping[TargetCell, str] | None = None,
    problem: Problem | None = None,
    remarks: Sequence[str] = (),
) -> Response:
    form = TargetForm(grid, typed)
    labels: dict[str | None, str] = {group.code: group.label for group in grid.groups}
    names: dict[str | None, str] = {place.code: place.name for place in grid.places}
    labels[None], names[None] = _(WHOLE), _(FOR_ALL)
    context: dict[str, Any] = {
        "labels": {cell_name(cell): f"{names[cell[0]]}, {labels[cell[1]]}" for cell in grid.cells},
        "changes": grid.changes,
        "closed": _closed(form, _),
        "remarks": remarks,
        "unsaved": typed is not None,
    }
    return render_form(request, "coverage/targets/grid.html", form, _, problem, **context)


def _closed(form: TargetForm, _: Translator) -> list[str]:
    """The kelurahan that ended within the year, each with its last day."""
    return [name_until(place.name, place.valid_to, _) for place in form.closed if place.valid_to is not None]
