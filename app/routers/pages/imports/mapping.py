"""How an import's sheet is read: which sheet, which row is its header, which column holds what, what a blank means."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from openpyxl.utils import get_column_letter
from starlette.responses import Response

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import Language, translator
from app.models import AttendanceImport, ImportStatus
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.imports.attendance_imports import AttendanceImportView, attendance_import
from app.queries.imports.review import sheet_preview
from app.routers.pages.imports.review import Typed
from app.services.imports.column_mappings import forget_columns
from app.services.imports.mapping import remap
from app.web.dependencies import Lang, PageActor, Reader, Translate, Vault, Writer
from app.web.flash import flash
from app.web.forms import is_whole_number, whole_number
from app.web.pages import render, see

router = APIRouter(include_in_schema=False)

COLUMN = "column-"
# What holds for all rows where their own cells say nothing.
OF_WHOLE_SHEET = ("blank_means", "target_group", "kelurahan")


# Reads the sheet again, with choices that differ.
Remapping = Callable[[Mapping[str, Any]], AttendanceImport]


def _read_as(look: Reader, db: Writer, vault: Vault, actor: PageActor, import_id: int) -> Remapping:
    return partial(remap, look, db, vault, actor, import_id)


ReadAs = Annotated[Remapping, Depends(_read_as)]


@router.get("/unggahan/{import_id}/pemetaan")
def mapping_form(
    request: Request, look: Reader, vault: Vault, actor: PageActor, language: Lang, import_id: int
) -> Response:
    return _mapping_form(request, look, vault, actor, language, import_id)


@router.post("/unggahan/{import_id}/pemetaan")
def change_mapping(
    request: Request,
    look: Reader,
    db: Writer,
    vault: Vault,
    actor: PageActor,
    language: Lang,
    _: Translate,
    import_id: int,
    typed: Typed,
) -> Response:
    given = _given(attendance_import(look, actor, import_id), typed)
    try:
        mapped = remap(look, db, vault, actor, import_id, given)
    except (Conflict, Invalid, TooLarge, UnreadableFile) as problem:
        db.rollback()
        return _mapping_form(request, look, vault, actor, language, import_id, typed, problem)
    return _read_again(mapped, _("The sheet was read again."))


@router.post("/unggahan/{import_id}/pemetaan/lupakan")
def forget_mapping(read: ReadAs, db: Writer, actor: PageActor, _: Translate, import_id: int) -> Response:
    """Reads the sheet by its headings alone, and does so with the next one."""
    mapped = read({"columns": None})
    forget_columns(db, actor, import_id)
    return _read_again(
        mapped, _("What was remembered is forgotten; the sheet was read again by its headings.")
    )


@router.post("/unggahan/{import_id}/kelompok")
def choose_group(read: ReadAs, _: Translate, target_group: Annotated[str, Form()] = "") -> Response:
    """One target group for all rows that name none."""
    mapped = read({"target_group": target_group or None})
    return _read_again(mapped, _("Rows that named no target group have one now."))


@router.post("/unggahan/{import_id}/kelurahan-kosong")
def choose_kelurahan(read: ReadAs, _: Translate, kelurahan: Annotated[str, Form()] = "") -> Response:
    """Where the people of all rows live that name no kelurahan."""
    mapped = read({"kelurahan": kelurahan or None})
    return _read_again(mapped, _("Rows that named no kelurahan have one now."))


@router.post("/unggahan/{import_id}/kehadiran-kosong")
def choose_meaning_of_blanks(
    read: ReadAs, _: Translate, blank_means: Annotated[str, Form()] = ""
) -> Response:
    """What an empty attendance cell counts as, in all rows."""
    mapped = read({"blank_means": blank_means or None})
    return _read_again(mapped, _("Empty attendance counts as you said now."))


def _read_again(mapped: AttendanceImport, sentence: str) -> Response:
    """To the rows as they are read now; of a large file the page says how far that is."""
    response = see(f"/unggahan/{mapped.id}")
    if mapped.status is ImportStatus.REVIEW:
        flash(response, sentence)
    return response


def _given(found: AttendanceImportView, typed: dict[str, str]) -> dict[str, Any]:
    """The choices that differ from how the sheet was read. Of another table the columns are recognised anew."""
    given: dict[str, Any] = {name: typed.get(name) or None for name in OF_WHOLE_SHEET}
    sheet, header_row = typed.get("sheet") or found.sheet, whole_number(typed.get("header_row", ""))
    if sheet != found.sheet:
        return {**given, "sheet": sheet, "header_row": None, "columns": None}
    if header_row not in (None, found.header_row):
        return {**given, "header_row": header_row, "columns": None}
    columns = _columns_chosen(found, typed)
    return {**given, "columns": columns} if columns else given


def _columns_chosen(found: AttendanceImportView, typed: dict[str, str]) -> dict[int, str | None]:
    """Index → field, None for a column that is ignored: what was chosen before, and now."""
    fields = _fields(found)
    chosen: dict[int, str | None] = {
        int(index): field for index, field in (found.choices.get("columns") or {}).items()
    }
    for name, field in typed.items():
        index = name.removeprefix(COLUMN)
        if index != name and is_whole_number(index) and field != (fields.get(int(index)) or ""):
            chosen[int(index)] = field or None
    return chosen


def _as_read(found: AttendanceImportView) -> dict[str, str]:
    """What the form would have to say for the sheet to be read as it is."""
    said = {name: found.choices.get(name) or "" for name in OF_WHOLE_SHEET}
    columns = {f"{COLUMN}{index}": field or "" for index, field in _fields(found).items()}
    return {"sheet": found.sheet or "", "header_row": str(found.header_row or ""), **said, **columns}


def _fields(found: AttendanceImportView) -> dict[int, str | None]:
    return {column["index"]: column["field"] for column in found.columns}


def _mapping_form(
    request: Request,
    look: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    import_id: int,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    """The form as the sheet is read, or as it was sent."""
    found = attendance_import(look, actor, import_id)
    preview = sheet_preview(look, vault, actor, import_id)
    width = max((len(row) for row in preview), default=0)
    return render(
        request,
        "imports/mapping.html",
        status=problem.status if problem else 200,
        sheet_import=found,
        preview=preview,
        sheets=[(name, name) for name in found.sheets],
        chosen=_as_read(found) | (typed or {}),
        letters=[get_column_letter(index + 1) for index in range(width)],
        groups=[(group.code, group.label) for group in reference.target_groups(look, language)],
        places=reference.kelurahan(look),
        refusal=problem.sentence(translator(language)) if problem else None,
    )
