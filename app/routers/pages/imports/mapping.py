"""The mapping of an import: the sheet, its header row, the field of each column, and what an empty cell means."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from openpyxl.utils import get_column_letter
from starlette.responses import Response

from app.database import Db
from app.errors import Problem
from app.i18n import Language
from app.models import AttendanceImport, ImportStatus
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.areas import reference
from app.queries.imports import attendance_imports as queries
from app.queries.imports.attendance_imports import AttendanceImportView
from app.queries.imports.review import get_sheet_preview
from app.queries.imports.shared_uploads import list_unread_sheets
from app.routers.pages.imports.review import FormTexts
from app.services.imports import mapping, reassign
from app.services.imports.column_mappings import forget_columns
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem, is_whole_number, parse_whole_number
from app.web.pages import redirect, render

router = APIRouter(include_in_schema=False)

COLUMN_PREFIX = "column-"
# Choices that apply to every row whose own cell is empty.
DEFAULTS = ("blank_means", "target_group", "kelurahan")


Remap = Callable[[Mapping[str, Any]], AttendanceImport]


def _bind_remap(read_db: ReadDb, db: WriteDb, vault: Vault, actor: CurrentActor, import_id: int) -> Remap:
    """Return `change_mapping` for this import: a function of the changed choices.

    It reads the file again with them, and returns the import (see `services.imports.mapping`).
    """
    return partial(mapping.change_mapping, read_db, db, vault, actor, import_id)


RemapImport = Annotated[Remap, Depends(_bind_remap)]


@router.get("/unggahan/{import_id}/pemetaan")
def mapping_form(
    request: Request, db: ReadDb, vault: Vault, actor: CurrentActor, language: Lang, import_id: int
) -> Response:
    return _page(request, db, vault, actor, language, import_id)


@router.post("/unggahan/{import_id}/pemetaan")
def change_mapping(
    request: Request,
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    language: Lang,
    _: Translate,
    import_id: int,
    data: FormTexts,
) -> Response:
    """Read the sheet again with the choices of the form that differ, and redirect to the review."""
    choices = _changed_choices(queries.get_attendance_import_view(read_db, actor, import_id), data)
    with catch_problem(db) as caught:
        attendance_import = mapping.change_mapping(read_db, db, vault, actor, import_id, choices)
    if problem := caught.problem:
        return _page(request, read_db, vault, actor, language, import_id, data, problem)
    return _redirect_to_review(attendance_import, _("The sheet was read again."))


@router.post("/unggahan/{import_id}/pemetaan/lupakan")
def forget_mapping(
    remap_import: RemapImport, db: WriteDb, actor: CurrentActor, _: Translate, import_id: int
) -> Response:
    """Read the sheet again by its headings alone, and forget the columns remembered for sheets with such headings."""
    attendance_import = remap_import({"columns": None})
    forget_columns(db, actor, import_id)
    return _redirect_to_review(
        attendance_import, _("What was remembered is forgotten; the sheet was read again by its headings.")
    )


@router.post("/unggahan/{import_id}/kelompok")
def choose_group(
    remap_import: RemapImport, _: Translate, target_group: Annotated[str, Form()] = ""
) -> Response:
    """Set the target group of all rows whose own cell is empty, and redirect to the review.

    The sheet is read again. Without a choice such rows have no group.
    """
    attendance_import = remap_import({"target_group": target_group or None})
    return _redirect_to_review(attendance_import, _("Rows without a target group have one now."))


@router.post("/unggahan/{import_id}/kelurahan-kosong")
def choose_kelurahan(
    remap_import: RemapImport, _: Translate, kelurahan: Annotated[str, Form()] = ""
) -> Response:
    """Set the kelurahan of all rows whose own cell is empty, and redirect to the review.

    The sheet is read again. The choice "above" takes that of the row above; without a choice such rows have none.
    """
    attendance_import = remap_import({"kelurahan": kelurahan or None})
    return _redirect_to_review(attendance_import, _("Rows without a kelurahan have one now."))


@router.post("/unggahan/{import_id}/kehadiran-kosong")
def choose_meaning_of_blanks(
    remap_import: RemapImport, _: Translate, blank_means: Annotated[str, Form()] = ""
) -> Response:
    """Set whether an empty attendance cell means present or absent, and redirect to the review.

    The sheet is read again. Without a choice the meaning is detected.
    """
    attendance_import = remap_import({"blank_means": blank_means or None})
    return _redirect_to_review(attendance_import, _("Empty attendance now counts as you chose."))


@router.post("/unggahan/{import_id}/menit")
def count_minutes_again(remap_import: RemapImport, _: Translate) -> Response:
    """Count the minutes of an online meeting again, by what the session says now, and redirect to the review.

    The sheet is read again, for the session's hours.
    """
    attendance_import = remap_import({})
    return _redirect_to_review(attendance_import, _("The minutes were counted again. Check who was present."))


@router.post("/unggahan/{import_id}/hari")
def choose_day_column(
    remap_import: RemapImport, _: Translate, day_column: Annotated[str, Form()] = ""
) -> Response:
    """Set which of the columns of several days is read, and redirect to the review. The sheet is read again.

    Without a choice the column follows from the session's date.
    """
    attendance_import = remap_import({"day_column": day_column or None})
    return _redirect_to_review(attendance_import, _("The column of the day is read as you chose."))


@router.post("/unggahan/{import_id}/satukan")
def join_sheets(
    read_db: ReadDb, remap_import: RemapImport, actor: CurrentActor, _: Translate, import_id: int
) -> Response:
    """Read the sheet and those that were left unread as one list, and redirect to the review."""
    view = queries.get_attendance_import_view(read_db, actor, import_id)
    attendance_import = remap_import({"sheets": (view.sheet or "", *list_unread_sheets(view))})
    return _redirect_to_review(attendance_import, _("The sheets are read as one list."))


@router.post("/unggahan/{import_id}/pindahkan")
def move_to_session(
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    _: Translate,
    import_id: int,
    session: Annotated[str, Form()] = "",
) -> Response:
    """Read the uploaded file for another session, without uploading it again."""
    attendance_import = reassign.move_to_session(read_db, db, vault, actor, import_id, session)
    return _redirect_to_review(
        attendance_import, _("The list is now that of %(session)s.") % {"session": session}
    )


@router.post("/unggahan/{import_id}/jadikan-pendaftaran")
def register_instead(
    read_db: ReadDb, db: WriteDb, vault: Vault, actor: CurrentActor, _: Translate, import_id: int
) -> Response:
    """Make the list one of people to register."""
    attendance_import = reassign.register_instead(read_db, db, vault, actor, import_id)
    message = _("These people will be registered; nobody's attendance is recorded.")
    return _redirect_to_review(attendance_import, message)


def _redirect_to_review(attendance_import: AttendanceImport, message: str) -> Response:
    """Redirect to the review, with the message if the sheet has been read.

    A large file is still being read: its page shows the progress instead.
    """
    is_read = attendance_import.status is ImportStatus.REVIEW
    return redirect(f"/unggahan/{attendance_import.id}", message if is_read else "")


def _changed_choices(sheet: AttendanceImportView, data: dict[str, str]) -> dict[str, Any]:
    """Return the choices of the form, as `change_mapping` of the services takes them.

    The sheet, the header row and the columns are left out if they don't differ from how the sheet was read. With
    another sheet or header row the columns are detected again.
    """
    choices: dict[str, Any] = {name: data.get(name) or None for name in DEFAULTS}
    sheet_name, header_row = data.get("sheet") or sheet.sheet, _parse_header_row(data.get("header_row", ""))
    if sheet_name != sheet.sheet:
        return {**choices, "sheet": sheet_name, "header_row": None, "columns": None}
    if header_row not in (None, sheet.header_row):
        return {**choices, "header_row": header_row, "columns": None}
    columns = _chosen_columns(sheet, data)
    return {**choices, "columns": columns} if columns else choices


def _parse_header_row(text: str) -> int | None:
    """Return the number in the field, None if it is empty; -1, which is no row, for other text."""
    return parse_whole_number(text) if not text.strip() or is_whole_number(text.strip()) else -1


def _chosen_columns(sheet: AttendanceImportView, data: dict[str, str]) -> dict[int, str | None]:
    """Return by index the field of each column that a user has chosen, before or in this form.

    The field of a column to ignore is None. Columns whose field was detected, and is not changed in the form, are left
    out.
    """
    fields = _fields_by_index(sheet)
    chosen: dict[int, str | None] = {
        int(index): field for index, field in (sheet.choices.get("columns") or {}).items()
    }
    for name, field in data.items():
        index = name.removeprefix(COLUMN_PREFIX)
        if index != name and is_whole_number(index) and field != (fields.get(int(index)) or ""):
            chosen[int(index)] = field or None
    return chosen


def _form_as_read(sheet: AttendanceImportView) -> dict[str, str]:
    """Return the fields of the form, by name, filled with how the sheet is read now."""
    defaults = {name: sheet.choices.get(name) or "" for name in DEFAULTS}
    columns = {f"{COLUMN_PREFIX}{index}": field or "" for index, field in _fields_by_index(sheet).items()}
    return {
        "sheet": sheet.sheet or "",
        "header_row": "" if sheet.header_row is None else str(sheet.header_row),
        **defaults,
        **columns,
    }


def _fields_by_index(sheet: AttendanceImportView) -> dict[int, str | None]:
    """Return the field of each column by its index, None for an ignored one."""
    return {column["index"]: column["field"] for column in sheet.columns}


def _page(
    request: Request,
    db: Db,
    vault: NikVault,
    actor: Actor,
    language: Language,
    import_id: int,
    data: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the form as the sheet is read, or with the `data` that was sent."""
    sheet = queries.get_attendance_import_view(db, actor, import_id)
    preview = get_sheet_preview(db, vault, actor, import_id)
    width = max((len(row) for row in preview), default=0)
    return render(
        request,
        "imports/mapping.html",
        problem=problem,
        attendance_import=sheet,
        preview=preview,
        sheets=[(name, name) for name in sheet.sheets],
        chosen=_form_as_read(sheet) | (data or {}),
        letters=[get_column_letter(index + 1) for index in range(width)],
        groups=[(group.code, group.label) for group in reference.list_target_groups(db, language)],
        places=reference.list_kelurahan(db),
    )
