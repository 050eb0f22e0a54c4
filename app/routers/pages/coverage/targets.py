"""The targets of a year: the grid, its file, and the upload of a table."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from app.errors import Conflict, Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import N_, Translator, wita_today
from app.models.base import now
from app.queries.coverage.targets import TargetGrid, load_target_grid
from app.reports.formats.download import MEDIA_TYPES
from app.reports.formats.xlsx import render_xlsx
from app.services.coverage.targets import parse_targets, read_table, set_targets
from app.spreadsheets.target_grid import TargetCell, cell_name, target_message_text
from app.web.coverage.target_form import TargetForm, closed_names, saved_texts, target_table
from app.web.dependencies import Lang, PageActor, Reader, Translate, Writer
from app.web.downloads import attachment
from app.web.flash import flash
from app.web.forms import render_form, whole_number
from app.web.pages import see
from app.web.uploads import sent_file

router = APIRouter(prefix="/target", include_in_schema=False)

# Above the cells of any grid, and the length of a grid that is copied.
MAX_FIELDS = 5_000
MAX_PASTED_LENGTH = 500_000
# The names of the row and of the column without a code.
ALL_KELURAHAN = N_("For all kelurahan")
WHOLE_KELURAHAN = N_("As a whole")


async def _parse_form(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_fields=MAX_FIELDS, max_part_size=MAX_PASTED_LENGTH) as form:
        yield form


LargeForm = Annotated[FormData, Depends(_parse_form)]


@router.get("")
def this_year(actor: PageActor) -> Response:
    return see(f"/target/{wita_today().year}")


@router.get("/{year:int}")
def targets_page(
    request: Request,
    db: Reader,
    actor: PageActor,
    year: int,
    language: Lang,
    _: Translate,
    copied_from: Annotated[str, Query(alias="salin")] = "",
) -> Response:
    """Show the grid; with `salin` it is filled with the targets of that year, unsaved."""
    grid = load_target_grid(db, actor, year, language)
    source_year = whole_number(copied_from)
    if source_year is None:
        return _page(request, grid, _)
    source = load_target_grid(db, actor, source_year, language)
    return _page(request, grid, _, saved_texts(source))


@router.post("/{year:int}")
def save_targets(
    request: Request, db: Writer, actor: PageActor, year: int, form: LargeForm, language: Lang, _: Translate
) -> Response:
    grid = load_target_grid(db, actor, year, language)
    texts = {cell: str(form[name]) for cell in grid.cells if (name := cell_name(cell)) in form}
    try:
        changed = set_targets(db, actor, year, texts, seen=whole_number(str(form.get("seen", ""))))
    except (Invalid, Conflict) as problem:
        db.rollback()
        return _page(request, load_target_grid(db, actor, year, language), _, texts, problem)
    response = see(f"/target/{year}")
    saved = _("The targets are saved: %(count)s cells changed.")
    flash(response, saved % {"count": changed} if changed else _("Nothing has changed."))
    return response


@router.get("/{year:int}.xlsx")
def targets_file(db: Reader, actor: PageActor, year: int, language: Lang, _: Translate) -> Response:
    grid = load_target_grid(db, actor, year, language)
    content = render_xlsx([target_table(grid, _)], now())
    return attachment(f"target-{year}.xlsx", content, MEDIA_TYPES["xlsx"])


@router.get("/{year:int}/unggah")
def upload_page(
    request: Request, db: Reader, actor: PageActor, year: int, language: Lang, _: Translate
) -> Response:
    return _upload_page(request, load_target_grid(db, actor, year, language), _)


@router.post("/{year:int}/unggah")
def upload_table(
    request: Request, db: Reader, actor: PageActor, year: int, form: LargeForm, language: Lang, _: Translate
) -> Response:
    """Show the grid filled with the table, unsaved."""
    grid = load_target_grid(db, actor, year, language)
    pasted = str(form.get("table", ""))
    try:
        table = read_table(db, actor, grid, _content(form.get("file"), pasted))
    except (Invalid, TooLarge, UnreadableFile) as problem:
        return _upload_page(request, grid, _, pasted, problem)
    remarks = [target_message_text(remark, _) for remark in table.remarks]
    try:
        parse_targets(table.texts)
    except Invalid as problem:
        return _page(request, grid, _, table.texts, problem, remarks)
    return _page(request, grid, _, table.texts, remarks=remarks)


def _content(file: UploadFile | str | None, pasted: str) -> bytes:
    """Return the pasted table, else the file."""
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
    texts: Mapping[TargetCell, str] | None = None,
    problem: Problem | None = None,
    remarks: Sequence[str] = (),
) -> Response:
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
        "closed": closed_names(form, _),
        "remarks": remarks,
        "unsaved": texts is not None,
    }
    return render_form(request, "coverage/targets/grid.html", form, _, problem, **context)
