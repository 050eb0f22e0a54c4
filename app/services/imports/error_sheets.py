"""Downloads of the rows that need attention as a workbook to correct, recorded in the activity log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from app.database import Db
from app.errors import Conflict
from app.i18n import N_, Language, Translator
from app.models import AttendanceImport, AttendanceImportRow, ImportPurpose, UploadedFile
from app.nik_vault import NikVault
from app.people.cells import Cell, cell_text
from app.people.outside_places import ELSEWHERE, OUTSIDE
from app.people.text import is_placeholder
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.questions import NEEDS_ATTENTION
from app.queries.imports.rows import build_stored_sheet, list_import_rows
from app.reports.formats.download import MEDIA_TYPES, Download
from app.services.activities import record
from app.services.authorization import require_permission
from app.services.imports.upload import get_stored_choices
from app.spreadsheets.attendance.dittos import with_dittos_resolved
from app.spreadsheets.document import Column
from app.spreadsheets.transfer import remark_from_json
from app.spreadsheets.written.error_sheets import (
    ALWAYS_THERE,
    TO_REGISTER,
    ErrorRow,
    ErrorSheet,
    error_sheet_xlsx,
)
from app.spreadsheets.written.field_headings import blank_mark


@dataclass(frozen=True)
class _Names:
    """The names of kelurahan and target groups by code; `translate` has those of outcomes."""

    kelurahan: Mapping[str, str]
    target_groups: Mapping[str, str]
    translate: Translator


def download_error_sheet(
    read_db: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, _: Translator, language: Language
) -> Download:
    """Return a workbook of the rows in review or error, with NIKs in full as the uploaded file has them.

    It is made with `read_db`, before `db` takes the write lock for the activity log. Raises `NotFound` out of the
    actor's scope, `Conflict` if no row needs attention.
    """
    found = get_attendance_import(read_db, actor, import_id)
    require_permission(read_db, actor, Permission.IMPORT_READ, found)
    if not any(found.counts.get(kind) for kind in NEEDS_ATTENTION):
        raise Conflict(N_("No row of this import needs correcting."), code="nothing-to-correct")
    names = _Names(
        kelurahan={place.code: place.name for place in reference.list_kelurahan(read_db)},
        target_groups={group.code: group.label for group in reference.list_target_groups(read_db, language)},
        translate=_,
    )
    sheet = ErrorSheet(
        columns=tuple(Column(**column) for column in found.columns),
        rows=tuple(_error_rows(read_db, vault, found, names)),
        kelurahan=tuple(names.kelurahan.values()),
        target_groups=tuple(names.target_groups.values()),
        needed=TO_REGISTER if found.purpose is ImportPurpose.REGISTRATION else ALWAYS_THERE,
    )
    uploaded = read_db.get_one(UploadedFile, found.uploaded_file_id)
    ending = _("to-correct")
    name = f"{PurePath(uploaded.name).stem}-{ending}.xlsx"
    content = error_sheet_xlsx(sheet, _)
    record(db, actor, "download", "attendance-import", import_id, after={"file": name})
    return Download(name, MEDIA_TYPES["xlsx"], content)


def _error_rows(read_db: Db, vault: NikVault, found: AttendanceImport, names: _Names) -> Iterator[ErrorRow]:
    rows = list_import_rows(read_db, found.id)
    sheet = build_stored_sheet(found, rows, vault)
    default_group = get_stored_choices(found).target_group
    for row, (_row, cells) in zip(rows, with_dittos_resolved(sheet.rows), strict=True):
        if row.kind in NEEDS_ATTENTION:
            messages = tuple(remark_from_json(remark) for remark in row.messages)
            yield ErrorRow(row.number, _written_out(row, cells, default_group, names), messages)


def _written_out(
    row: AttendanceImportRow, cells: Mapping[str, Cell], default_group: str | None, names: _Names
) -> dict[str, Cell]:
    """Return the row's cells, with blank ones filled with what they were judged to mean from the rows around it."""
    values = row.result["values"]
    written = dict(cells)
    chosen = (row.decision or {}).get("kelurahan")
    place = chosen or values.get("kelurahan")
    if place and (chosen or _says_nothing(cells.get("kelurahan"))):
        outside = values.get("outside_place") or ELSEWHERE
        written["kelurahan"] = outside if place == OUTSIDE else names.kelurahan.get(place)
    group = values.get("target_group") or default_group
    if group and _says_nothing(cells.get("target_group")):
        written["target_group"] = names.target_groups[group]
    judged = row.result["attendance"]
    if judged and row.result["stated_attendance"] is None:
        written["attendance"] = blank_mark(judged, names.translate)
    return written


def _says_nothing(cell: Cell) -> bool:
    return is_placeholder(cell_text(cell))
