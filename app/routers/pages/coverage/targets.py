"""The targets of a year: the grid, its file, and the upload of a table."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from app.errors import Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import N_, Language, Translator, wita_today
from app.models.base import now
from app.permissions import Permission
from app.queries.coverage.targets import TargetGrid, load_target_grid
from app.queries.installation.letterhead import get_letterhead
from app.reports.formats.download import MEDIA_TYPES
from app.reports.formats.xlsx import render_xlsx
from app.services.coverage.targets import parse_targets, read_table, set_targets
from app.spreadsheets.target_grid import TargetCell, cell_name, target_remark_text
from app.web.coverage.target_form import TargetForm, closed_names, saved_texts, target_table
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.downloads import attachment
from app.web.forms import catch_problem, parse_whole_number, read_upload
from app.web.pages import redirect, render

router = APIRouter(prefix="/target", include_in_schema=False)

# Above the cells of any grid, and the length of a grid that is copied.
MAX_FIELDS = 5_000
MAX_PASTED_LENGTH = 500_000
# The names of the row and of the column without a code.
ALL_KELURAHAN = N_("For all kelurahan")
WHOLE_KELURAHAN = N_("As a whole")


async def _parse_form(request: Request) -> AsyncIterator[FormData]:
    """Yield the form of the request, with limits for a grid of targets or a pasted table."""
    async with request.form(max_fields=MAX_FIELDS, max_part_size=MAX_PASTED_LENGTH) as form:
        yield form


LargeForm = Annotated[FormData, Depends(_parse_form)]


@router.get("")
def redirect_to_this_year(actor: CurrentActor) -> Response:
    """Redirect to the targets of the current WITA year. 403 if the actor may not set targets."""
    actor.require(Permission.TARGET_WRITE)
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
    """Show the grid of a year's targets; with `salin`, filled with the targets of that year, unsaved.

    403 if the actor may not set targets, 404 for a year outside 2000 to 2100.
    """
    grid = load_target_grid(db, actor, year, language)
    source_year = parse_whole_number(copied_from)
    if source_year is None:
        return _page(request, grid, _, language)
    source = load_target_grid(db, actor, source_year, language)
    return _page(request, grid, _, language, saved_texts(source))


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
    """Save the cells that are sent and differ; cells that are not sent stay as they are.

    The grid is shown again with the texts that were sent, if one is no target or others have changed the targets since.
    """
    grid = load_target_grid(db, actor, year, language)
    texts = {cell: str(form[name]) for cell in grid.cells if (name := cell_name(cell)) in form}
    with catch_problem(db) as caught:
        changed = set_targets(db, actor, year, texts, seen=parse_whole_number(str(form.get("seen", ""))))
    if problem := caught.problem:
        return _page(request, load_target_grid(db, actor, year, language), _, language, texts, problem)
    message = _("The targets are saved: %(count)s cells changed.") % {"count": changed}
    return redirect(f"/target/{year}", message if changed else _("Nothing has changed."))


@router.get("/{year:int}.xlsx")
def targets_file(db: ReadDb, actor: CurrentActor, year: int, language: Lang, _: Translate) -> Response:
    """Download the saved targets of a year as an Excel file, to fill in and upload again."""
    grid = load_target_grid(db, actor, year, language)
    content = render_xlsx([target_table(grid, _, language)], now(), get_letterhead(db))
    return attachment(f"target-{year}.xlsx", content, MEDIA_TYPES["xlsx"])


@router.get("/{year:int}/unggah")
def upload_page(request: Request, db: ReadDb, actor: CurrentActor, year: int, language: Lang) -> Response:
    """Show the form to paste or upload a table of targets."""
    return _upload_page(request, load_target_grid(db, actor, year, language))


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
    """Show the grid filled with a pasted table or a file, with remarks on its rows, unsaved.

    There is no redirect, as nothing is saved yet. If the table can't be read, the upload page says why.
    """
    grid = load_target_grid(db, actor, year, language)
    pasted = str(form.get("table", ""))
    try:
        table = read_table(db, actor, grid, _read_table_bytes(form.get("file"), pasted))
    except (Invalid, TooLarge, UnreadableFile) as problem:
        return _upload_page(request, grid, pasted, problem)
    remarks = [target_remark_text(remark, _) for remark in table.remarks]
    try:
        parse_targets(table.texts)
    except Invalid as problem:
        return _page(request, grid, _, language, table.texts, problem, remarks)
    return _page(request, grid, _, language, table.texts, remarks=remarks)


def _read_table_bytes(file: UploadFile | str | None, pasted: str) -> bytes:
    """Return the pasted table, else the content of the file. Raises `Invalid` if there is neither."""
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
    language: Language,
    texts: Mapping[TargetCell, str] | None = None,
    problem: Problem | None = None,
    remarks: Sequence[str] = (),
) -> Response:
    """Return the page with the grid: filled with `texts`, unsaved, or without them with what is saved."""
    form = TargetForm(grid, texts)
    columns: dict[str | None, str] = {None: _(WHOLE_KELURAHAN)}
    columns |= {group.code: group.label for group in grid.groups}
    rows: dict[str | None, str] = {None: _(ALL_KELURAHAN)}
    rows |= {kelurahan.code: kelurahan.name for kelurahan in grid.kelurahan}
    context: dict[str, Any] = {
        "labels": {
            cell_name((kelurahan, group)): f"{rows[kelurahan]}, {columns[group]}"
            for kelurahan, group in grid.cells
        },
        "changes": grid.changes,
        "closed": closed_names(form, _, language),
        "remarks": remarks,
        "unsaved": texts is not None,
    }
    return render(request, "coverage/targets/grid.html", form=form, problem=problem, **context)
