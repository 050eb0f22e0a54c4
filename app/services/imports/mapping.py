"""Reads the file of an import again with other choices: sheet, header, columns, what a blank means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import AttendanceImport, ImportStatus, OutboxKind, UploadedFile, WorkshopSession
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.rows import Correction, load_corrections
from app.services.activities import record
from app.services.authorization import require_permission
from app.services.imports.column_mappings import remember_columns
from app.services.imports.judging import DatedJudgement, SheetChoices
from app.services.imports.upload import (
    MAX_BYTES_READ_AT_ONCE,
    check_choices,
    get_stored_choices,
    read_stored_file,
    require_review,
    store_reading,
)
from app.services.locks import lock_row
from app.services.outbox import queue_task
from app.spreadsheets.document import RecognisedSheet
from app.spreadsheets.progress import Progress, nobody_waits


@dataclass(frozen=True)
class ChangedSheet:
    """A file read again with `changes` of its choices.

    `corrections` are those that still apply to its rows, `former_corrections` all that there were.
    """

    changes: Mapping[str, Any]
    reading: tuple[RecognisedSheet, SheetChoices, DatedJudgement]
    corrections: Mapping[int, Correction]
    former_corrections: Mapping[int, Correction]


def change_mapping(
    read_db: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, changes: Mapping[str, Any]
) -> AttendanceImport:
    """Read the file again with other choices (`changes`, the keys of `SheetChoices`) and judge it again.

    Corrections stay with their rows if the same sheet and header are read again. Raises `Conflict` if a row was
    corrected while the file was read. A large file is read by the outbox, as after its upload; the import has the
    status `reading` until then.
    """
    attendance_import = get_attendance_import(read_db, actor, import_id)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, attendance_import)
    require_review(attendance_import)
    check_choices(read_db, _changed_choices(attendance_import, changes))
    if _is_large(read_db, attendance_import):
        return _queue(db, actor, import_id, changes)
    sheet = read_with_changes(read_db, vault, attendance_import, changes)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_review(attendance_import)
    store_changed_sheet(db, vault, actor, attendance_import, sheet)
    return attendance_import


def read_with_changes(
    read_db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    changes: Mapping[str, Any],
    progress: Progress = nobody_waits,
) -> ChangedSheet:
    """Read the file again. Raises `UnreadableFile` or `TooLarge` if it cannot be read with these choices."""
    same_table = not {"sheet", "header_row"} & changes.keys()
    former = load_corrections(read_db, vault, attendance_import.id)
    corrections = former if same_table else {}
    choices = _changed_choices(attendance_import, changes)
    reading = read_stored_file(
        read_db, vault, attendance_import, choices, corrections, recall=not same_table, progress=progress
    )
    return ChangedSheet(changes, reading, corrections, former)


def store_changed_sheet(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    sheet: ChangedSheet,
    progress: Progress = nobody_waits,
) -> None:
    """Store what was read again, and remember chosen columns for the organization's next sheet of this kind."""
    if load_corrections(db, vault, attendance_import.id) != sheet.former_corrections:
        text = N_("Somebody else corrected rows of this import meanwhile. Look at them, then try again.")
        raise Conflict(text, code="corrected-meanwhile")
    before = attendance_import.choices
    store_reading(db, vault, attendance_import, *sheet.reading, sheet.corrections, progress=progress)
    if columns := sheet.changes.get("columns"):
        workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
        remember_columns(db, actor, workshop_session, sheet.reading[0].columns, columns)
    after = attendance_import.choices
    record(db, actor, "map", "attendance-import", attendance_import.id, before=before, after=after)


def changes_from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes of choices that a task of the outbox carries."""
    columns = stored.get("columns")
    return {
        **stored,
        **({"columns": {int(index): field for index, field in columns.items()}} if columns else {}),
    }


def _changes_to_json(changes: Mapping[str, Any]) -> dict[str, Any]:
    columns = changes.get("columns")
    return {
        **changes,
        **({"columns": {str(index): field for index, field in columns.items()}} if columns else {}),
    }


def _queue(db: Db, actor: Actor, import_id: int, changes: Mapping[str, Any]) -> AttendanceImport:
    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_review(attendance_import)
    attendance_import.status = ImportStatus.READING
    attendance_import.failure = None
    payload = {"import": import_id, "user": actor.user_id, "given": _changes_to_json(changes)}
    queue_task(db, OutboxKind.READ_IMPORT, **payload)
    return attendance_import


def _is_large(read_db: Db, attendance_import: AttendanceImport) -> bool:
    size = select(UploadedFile.size).where(col(UploadedFile.id) == attendance_import.uploaded_file_id)
    return read_db.scalars(size).one() > MAX_BYTES_READ_AT_ONCE


def _changed_choices(attendance_import: AttendanceImport, changes: Mapping[str, Any]) -> SheetChoices:
    """Return the choices with their changes. Another sheet has another header, and another header other columns."""
    reset: dict[str, None] = {}
    if "sheet" in changes:
        reset = {"header_row": None, "columns": None}
    elif "header_row" in changes:
        reset = {"columns": None}
    return replace(get_stored_choices(attendance_import), **(reset | dict(changes)))
