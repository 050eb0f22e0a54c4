"""Change the mapping of an import: read its file again with another sheet, header, columns or meaning of blanks."""

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
from app.queries.imports.photos import is_photo_import
from app.queries.imports.rows import Correction, load_corrections
from app.queries.imports.shared_uploads import list_siblings
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.column_mappings import remember_columns
from app.services.imports.review import judge_stored_rows
from app.services.imports.shared.people import lock_shared_import
from app.services.imports.sheet_choices import SheetChoices, check_choices, choices_to_json
from app.services.imports.upload import (
    MAX_BYTES_READ_AT_ONCE,
    SheetReading,
    read_stored_file,
    require_review,
    store_reading,
)
from app.services.locks import lock_row
from app.services.outbox import queue_task
from app.spreadsheets.progress import Progress, ignore_progress

# What a blank cell says about a person is the same in every session that reads the sheet.
ABOUT_PEOPLE = ("target_group", "kelurahan")


@dataclass(frozen=True)
class ChangedSheet:
    """A file read again with `changes` of its choices. `former_corrections` are those before it was read."""

    changes: Mapping[str, Any]
    sheet_reading: SheetReading
    former_corrections: Mapping[int, Correction]


def change_mapping(
    read_db: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, changes: Mapping[str, Any]
) -> AttendanceImport:
    """Read the file again with some choices changed (`changes`, fields of `SheetChoices`), judge it, and log it.

    Rows keep their corrections unless another sheet or header row is read. A file over 256 KiB is read by the outbox;
    the import has the status `reading` until then. Returns the import. It is read with `read_db`, before `db` takes the
    write lock.

    Raises `Forbidden` without `IMPORT_WRITE`, `NotFound`, `Invalid` for choices that do not exist, `UnreadableFile` or
    `TooLarge`, and `Conflict` if the import is not in review or a row was corrected while the file was read.
    """
    attendance_import = get_attendance_import(read_db, actor, import_id)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, attendance_import)
    require_review(attendance_import)
    check_choices(read_db, _changed_choices(attendance_import, changes))
    if is_large(read_db, attendance_import):
        return queue_reading(db, actor, import_id, changes)
    changed_sheet = read_with_changes(read_db, vault, attendance_import, changes)
    attendance_import = lock_shared_import(db, import_id)
    require_review(attendance_import)
    store_changed_sheet(db, vault, actor, attendance_import, changed_sheet)
    return attendance_import


def read_with_changes(
    read_db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    changes: Mapping[str, Any],
    progress: Progress = ignore_progress,
) -> ChangedSheet:
    """Read and judge the file again, without storing the result.

    Corrections are applied unless another sheet or header row is read; then remembered columns are used instead. Raises
    `UnreadableFile` or `TooLarge` if it cannot be read with these choices.
    """
    is_same_table = not {"sheet", "sheets", "header_row"} & changes.keys()
    former_corrections = load_corrections(read_db, vault, attendance_import.id)
    sheet_reading = read_stored_file(
        read_db,
        vault,
        attendance_import,
        _changed_choices(attendance_import, changes),
        former_corrections if is_same_table else {},
        recall=not is_same_table,
        progress=progress,
    )
    return ChangedSheet(changes, sheet_reading, former_corrections)


def store_changed_sheet(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    changed_sheet: ChangedSheet,
    progress: Progress = ignore_progress,
) -> None:
    """Store a sheet that was read again, log it, and set the import's status to review.

    Columns among the changes are remembered for the organization's next sheet with the same headings. A target group or
    kelurahan for blank cells holds in the other sessions that read the same sheet too. The caller has required the
    permission and locked the imports of the file. Raises `Conflict` if a row was corrected since the file was read.
    """
    if load_corrections(db, vault, attendance_import.id) != changed_sheet.former_corrections:
        text = N_("Another user has corrected rows of this import meanwhile. Check them, then try again.")
        raise Conflict(text, code="corrected-meanwhile")
    before = attendance_import.choices
    store_reading(db, vault, attendance_import, changed_sheet.sheet_reading, progress)
    if columns := changed_sheet.changes.get("columns"):
        workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
        remember_columns(db, actor, workshop_session, changed_sheet.sheet_reading.sheet.columns, columns)
    after = attendance_import.choices
    _share_defaults(db, vault, attendance_import, before, changed_sheet.changes)
    log_activity(db, actor, "map", "attendance-import", attendance_import.id, before=before, after=after)


def _share_defaults(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    before: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> None:
    """Change the target group and kelurahan for blank cells in sessions in review that read the same sheet.

    A session for which another default was chosen keeps it.
    """
    changed = {
        name: changes[name] for name in ABOUT_PEOPLE if name in changes and changes[name] != before.get(name)
    }
    for sibling in list_siblings(db, attendance_import) if changed else ():
        own = {name for name in changed if sibling.choices.get(name) != before.get(name)}
        if sibling.sheet == attendance_import.sheet and own != changed.keys():
            followed = {name: value for name, value in changed.items() if name not in own}
            sibling.choices = {**sibling.choices, **followed}
            judge_stored_rows(db, vault, sibling)


def queue_reading(db: Db, actor: Actor, import_id: int, changes: Mapping[str, Any]) -> AttendanceImport:
    """Set the import's status to reading, and queue it. Raises `Conflict` if it is not in review."""
    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_review(attendance_import)
    attendance_import.status = ImportStatus.READING
    attendance_import.failure = None
    payload = {"import": import_id, "user": actor.user_id, "given": choices_to_json(changes)}
    queue_task(db, OutboxKind.READ_IMPORT, **payload)
    return attendance_import


def is_large(read_db: Db, attendance_import: AttendanceImport) -> bool:
    """Return whether the file is larger than 256 KiB. Photos never are: only their rows are judged again."""
    if is_photo_import(attendance_import.file_format):
        return False
    size = select(UploadedFile.size).where(col(UploadedFile.id) == attendance_import.uploaded_file_id)
    return read_db.scalars(size).one() > MAX_BYTES_READ_AT_ONCE


def _changed_choices(attendance_import: AttendanceImport, changes: Mapping[str, Any]) -> SheetChoices:
    """Return the import's choices with the changes.

    Other sheets reset header row, columns and the day's column; another header row the columns.
    """
    reset: dict[str, None] = {}
    if "sheet" in changes or "sheets" in changes:
        reset = dict.fromkeys(("sheet", "sheets", "header_row", "columns", "day_column"))
    elif "header_row" in changes:
        reset = {"columns": None}
    return replace(SheetChoices.from_json(attendance_import.choices), **(reset | dict(changes)))
