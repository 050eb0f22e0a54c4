"""The targets of a year: a grid to edit, a table to upload, and an Excel file to download."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from app.errors import Invalid, Problem, TooLarge, UnreadableFile
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
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.downloads import attachment
from app.web.forms import catch_problem, parse_whole_number, read_upload
from app.web.pages import redirect, render

router = APIRouter(prefix="/target", include_in_schema=False)

# More than the cells of any grid, and the size of any text copied from one.
MAX_FIELDS = 5_000
MAX_PASTED_BYTES = 500_000
# Labels of the row for all kelurahan and of the column for all groups.
FOR_ALL = N_("For all kelurahan")
WHOLE = N_("As a whole")


async def _read_form(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_fields=MAX_FIELDS, max_part_size=MAX_PASTED_BYTES) as form:
        yield form


LargeForm = Annotated[FormData, Depends(_read_form)]


@router.get("")
def this_year(actor: CurrentActor) -> Response:
    return redirect(f"/target/{wita_today().year}")


@router.get("/{year:int}")
def targets_page(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    year: int,
    language: Lang,
    _: Translate,
    copied_from: Annotated[str, Query(alias="salin")] = "",
) -> Response:
    """Show the grid; `salin` fills it with the targets of another year, which are not saved yet."""
    grid = target_grid(db, actor, year, language)
    copied_year = parse_whole_number(copied_from)
    if copied_year is None:
        return _page(request, grid, _)
    return _page(request, grid, _, kept_texts(target_grid(db, actor, copied_year, language)))


@router.post("/{year:int}")
def save_targets(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    year: int,
    form: LargeForm,
    language: Lang,
    _: Translate,
) -> Response:
    grid = target_grid(db, actor, year, language)
    texts = {cell: str(form[name]) for cell in grid.cells if (name := cell_name(cell)) in form}
    with catch_problem(db) as caught:
        changed = set_targets(db, actor, year, texts, seen=parse_whole_number(str(form.get("seen", ""))))
    if problem := caught.problem:
        return _page(request, target_grid(db, actor, year, language), _, texts, problem)
    message = _("The targets are saved: %(count)s cells changed.") % {"count": changed}
    return redirect(f"/target/{year}", message if changed else _("Nothing has changed."))


@router.get("/{year:int}.xlsx")
def targets_file(db: ReadDb, actor: CurrentActor, year: int, language: Lang, _: Translate) -> Response:
    grid = target_grid(db, actor, year, language)
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
def upload_page(request: Request, db: ReadDb, actor: CurrentActor, year: int, language: Lang) -> Response:
    return _upload_page(request, target_grid(db, actor, year, language))


@router.post("/{year:int}/unggah")
def upload_table(
    request: Request,
    db: ReadDb,
    actor: CurrentActor,
    year: int,
    form: LargeForm,
    language: Lang,
    _: Translate,
) -> Response:
    """Show the grid filled from the table. No redirect: nothing is saved yet."""
    grid = target_grid(db, actor, year, language)
    pasted = str(form.get("table", ""))
    try:
        table = read_table(db, actor, grid, _table_content(form.get("file"), pasted))
    except (Invalid, TooLarge, UnreadableFile) as problem:
        return _upload_page(request, grid, pasted, problem)
    remarks = [target_remark_text(remark, _) for remark in table.remarks]
    try:
        read_targets(table.texts)
    except Invalid as problem:
        return _page(request, grid, _, table.texts, problem, remarks)
    return _page(request, grid, _, table.texts, remarks=remarks)


def _table_content(file: UploadFile | str | None, pasted: str) -> bytes:
    """Return the pasted text if there is any, else the uploaded file."""
    return pasted.encode() if pasted.strip() else read_upload(file)[1]


def _upload_page(
    request: Request, grid: TargetGrid, pasted: str = "", problem: Problem | None = None
) -> Response:
    return render(
        request,
        "coverage/targets/upload.html",
        form={"table": pasted},
        problem=problem,
        year=grid.year,
        groups=grid.groups,
    )


def _page(
    request: Request,
    grid: TargetGrid,
    _: Translator,
    texts: Mapping[TargetCell, str] | None = None,
    problem: Problem | None = None,
    remarks: Sequence[str] = (),
) -> Response:
    form = TargetForm(grid, texts)
    labels: dict[str | None, str] = {group.code: group.label for group in grid.groups}
    names: dict[str | None, str] = {place.code: place.name for place in grid.places}
    labels[None], names[None] = _(WHOLE), _(FOR_ALL)
    context: dict[str, Any] = {
        "labels": {cell_name(cell): f"{names[cell[0]]}, {labels[cell[1]]}" for cell in grid.cells},
        "changes": grid.changes,
        "closed": _closed(form, _),
        "remarks": remarks,
        "unsaved": texts is not None,
    }
    return render(request, "coverage/targets/grid.html", form=form, problem=problem, **context)


def _closed(form: TargetForm, _: Translator) -> list[str]:
    """Return the names of the kelurahan that were closed within the year, with their last day."""
    return [name_until(place.name, place.valid_to, _) for place in form.closed if place.valid_to is not None]
