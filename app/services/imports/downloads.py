"""Downloads of an import: the uploaded file, and the rows that need attention as a workbook to correct.

Both contain personal data, so the activity log records them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from app.database import Db
from app.errors import Conflict, Forbidden
from app.i18n import N_, Language, Translator
from app.models import AttendanceImport, AttendanceImportRow, ImportPurpose, UploadedFile
from app.nik_vault import NikVault
from app.people.remarks import Remark, remark_from_json
from app.people.values.cells import Cell, cell_text
from app.people.values.nik import parse_nik
from app.people.values.outside_places import ELSEWHERE, OUTSIDE
from app.people.values.text import is_placeholder
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.photos import is_photo_import
from app.queries.imports.questions import NEEDS_ATTENTION
from app.queries.imports.rows import build_stored_sheet, list_import_rows
from app.queries.imports.stored_files import decrypt_file
from app.reports.formats.download import ANY_FILE, MEDIA_TYPES, Download
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.masked_niks import mask_cell
from app.services.imports.sheet_choices import SheetChoices
from app.spreadsheets.attendance.dittos import resolve_dittos
from app.spreadsheets.detected_table import Column
from app.spreadsheets.exports.error_sheets import (
    REGISTRATION_FIELDS,
    REQUIRED_FIELDS,
    ErrorRow,
    ErrorSheet,
    write_error_sheet,
)
from app.spreadsheets.exports.field_headings import blank_mark_text


def download_uploaded_file(db: Db, vault: NikVault, actor: Actor, import_id: int) -> Download:
    """Return the uploaded file of an import, decrypted and under its own name, and log the download.

    Of photos it is a zip of the straightened pages. The file holds NIKs in full. Raises `Forbidden` without
    `IMPORT_READ` and `NIK_READ`, `NotFound` also out of the actor's scope, and `Conflict` if the content is not kept.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_READ, attendance_import)
    if not actor.can(Permission.NIK_READ):
        raise Forbidden(
            N_(
                "The file may hold NIKs: only administrators who may see NIKs in full download it. Ask one of them."
            )
        )
    uploaded_file = db.get_one(UploadedFile, attendance_import.uploaded_file_id)
    content = decrypt_file(vault, uploaded_file)
    name = uploaded_file.name
    if is_photo_import(attendance_import.file_format):
        name = f"{PurePath(name).stem}.zip"
    log_activity(db, actor, "download", "attendance-import", import_id, after={"file": name})
    return Download(name, ANY_FILE, content)


@dataclass(frozen=True)
class _Names:
    """The names of kelurahan and target groups by code, and the translator for the names of attendance."""

    kelurahan: Mapping[str, str]
    target_groups: Mapping[str, str]
    translate: Translator


def download_error_sheet(
    read_db: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, _: Translator, language: Language
) -> Download:
    """Return an .xlsx workbook of the rows in review or error, and log the download.

    NIKs are masked, but not one that is written wrongly; a new upload puts them back.
    The workbook is built with `read_db`, before `db` takes the write lock for the activity log. Raises `Forbidden`
    without `IMPORT_READ`, `NotFound` also out of the actor's scope, and `Conflict` if no row needs attention.
    """
    attendance_import = get_attendance_import(read_db, actor, import_id)
    require_permission(read_db, actor, Permission.IMPORT_READ, attendance_import)
    if not any(attendance_import.counts.get(kind) for kind in NEEDS_ATTENTION):
        raise Conflict(N_("No row of this import needs correcting."), code="nothing-to-correct")
    names = _Names(
        kelurahan={place.code: place.name for place in reference.list_kelurahan(read_db)},
        target_groups={group.code: group.label for group in reference.list_target_groups(read_db, language)},
        translate=_,
    )
    sheet = ErrorSheet(
        columns=tuple(Column(**column) for column in attendance_import.columns),
        rows=tuple(_error_rows(read_db, vault, attendance_import, names)),
        kelurahan=tuple(names.kelurahan.values()),
        target_groups=tuple(names.target_groups.values()),
        required=REGISTRATION_FIELDS
        if attendance_import.purpose is ImportPurpose.REGISTRATION
        else REQUIRED_FIELDS,
    )
    uploaded_file = read_db.get_one(UploadedFile, attendance_import.uploaded_file_id)
    ending = _("to-correct")
    name = f"{PurePath(uploaded_file.name).stem}-{ending}.xlsx"
    content = write_error_sheet(sheet, _)
    log_activity(db, actor, "download", "attendance-import", import_id, after={"file": name})
    return Download(name, MEDIA_TYPES["xlsx"], content)


def _error_rows(
    read_db: Db, vault: NikVault, attendance_import: AttendanceImport, names: _Names
) -> Iterator[ErrorRow]:
    """Yield the rows in review or error with their remarks, ditto marks replaced by the value from above."""
    rows = list_import_rows(read_db, attendance_import.id)
    sheet = build_stored_sheet(attendance_import, rows, vault)
    default_group = SheetChoices.from_json(attendance_import.choices).target_group
    for row, (_row, cells) in zip(rows, resolve_dittos(sheet.rows), strict=True):
        if row.kind in NEEDS_ATTENTION:
            remarks = tuple(remark_from_json(remark) for remark in row.messages)
            filled = _fill_blank_cells(row, cells, default_group, names)
            yield ErrorRow(row.number, _mask_cells(row, filled, remarks), remarks)


def _mask_cells(
    row: AttendanceImportRow, cells: Mapping[str, Cell], remarks: Collection[Remark]
) -> dict[str, Cell]:
    """Return the cells with NIKs masked, but not in fields that a remark is about: those have to be corrected.

    A NIK that is written as one should be is masked all the same, whatever it disagrees with. Otherwise a sheet that
    names a masked NIK of another row, beside a wrong date of birth, would come back with that NIK in full.
    """
    readable = {remark.field for remark in remarks}
    if parse_nik(cells.get("nik")).digits:
        readable.discard("nik")
    reference = (row.attendance_import_id, row.number)
    return {
        field: cell if field in readable else mask_cell(field, cell, reference)
        for field, cell in cells.items()
    }


def _fill_blank_cells(
    row: AttendanceImportRow, cells: Mapping[str, Cell], default_group: str | None, names: _Names
) -> dict[str, Cell]:
    """Return the row's cells by field, with blank ones filled in where a value was judged.

    These are kelurahan, target group and attendance. A kelurahan that staff chose replaces what the cell says.
    """
    values = row.result["values"]
    filled = dict(cells)
    chosen = (row.decision or {}).get("kelurahan")
    place = chosen or values.get("kelurahan")
    if place and (chosen or _is_blank(cells.get("kelurahan"))):
        outside = values.get("outside_place") or ELSEWHERE
        filled["kelurahan"] = outside if place == OUTSIDE else names.kelurahan.get(place)
    group = values.get("target_group") or default_group
    if group and _is_blank(cells.get("target_group")):
        filled["target_group"] = names.target_groups[group]
    attendance = row.result["attendance"]
    if attendance and row.result["stated_attendance"] is None:
        filled["attendance"] = blank_mark_text(attendance, names.translate)
    return filled


def _is_blank(cell: Cell) -> bool:
    """Return whether a cell is empty or has only a placeholder such as "-"."""
    return is_placeholder(cell_text(cell))
