"""A person says how an import's sheet is to be read: which sheet, header and columns, what a blank means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import AttendanceImport, ImportStatus, OutboxKind, UploadedFile, WorkshopSession
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.imports.attendance_imports import attendance_import_by_id, row_corrections
from app.queries.imports.rows import Correction
from app.services.activities import record
from app.services.imports.column_mappings import remember_columns
from app.services.imports.judging import DatedJudgement, SheetChoices
from app.services.imports.upload import (
    READ_AT_ONCE_BYTES,
    check_choices,
    choices_of,
    keep_reading,
    read_again,
    require_review,
)
from app.services.locks import lock_row
from app.services.outbox import queue
from app.spreadsheets.document import RecognisedSheet
from app.spreadsheets.progress import Progress, nobody_waits


@dataclass(frozen=True)
class ReadAsGiven:
    """A sheet read with other choices (`given`), the corrections that stay with its rows, and all that there were."""

    given: Mapping[str, Any]
    reading: tuple[RecognisedSheet, SheetChoices, DatedJudgement]
    corrections: Mapping[int, Correction]
    made: Mapping[int, Correction]


def remap(
    look: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, given: Mapping[str, Any]
) -> AttendanceImport:
    """Reads the kept file again with other choices (the keys of `SheetChoices`) and judges it again.

    Corrections stay with their rows where the same sheet and header are read again. Raises `Conflict` where
    somebody corrected a row while the file was read. A large file comes back with status `reading` and is read by
    the outbox, as after its upload.
    """
    found = attendance_import_by_id(look, actor, import_id)
    require_review(found)
    check_choices(look, _choices(found, given))
    if _is_large(look, found):
        return _queue(db, actor, import_id, given)
    read = read_as_given(look, vault, found, given)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_review(attendance_import)
    keep_as_given(db, vault, actor, attendance_import, read)
    return attendance_import


def read_as_given(
    look: Db,
    vault: NikVault,
    found: AttendanceImport,
    given: Mapping[str, Any],
    progress: Progress = nobody_waits,
) -> ReadAsGiven:
    """Raises `UnreadableFile` or `TooLarge` where nothing can be read so."""
    same_table = not {"sheet", "header_row"} & given.keys()
    made = row_corrections(look, found.id)
    corrections = made if same_table else {}
    choices = _choices(found, given)
    reading = read_again(look, vault, found, choices, corrections, recall=not same_table, progress=progress)
    return ReadAsGiven(given, reading, corrections, made)


def keep_as_given(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    read: ReadAsGiven,
    progress: Progress = nobody_waits,
) -> None:
    """Keeps it in place of what was there, and what was said of columns for the next such sheet."""
    if row_corrections(db, attendance_import.id) != read.made:
        text = N_("Somebody else corrected rows of this import meanwhile. Look at them, then try again.")
        raise Conflict(text, code="corrected-meanwhile")
    before = attendance_import.choices
    keep_reading(db, vault, attendance_import, *read.reading, read.corrections, progress=progress)
    if columns := read.given.get("columns"):
        workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
        remember_columns(db, actor, workshop_session, read.reading[0].columns, columns)
    after = attendance_import.choices
    record(db, actor, "map", "attendance-import", attendance_import.id, before=before, after=after)


def given_from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The choices that a task of the outbox carries."""
    columns = stored.get("columns")
    return {
        **stored,
        **({"columns": {int(index): field for index, field in columns.items()}} if columns else {}),
    }


def _given_to_json(given: Mapping[str, Any]) -> dict[str, Any]:
    columns = given.get("columns")
    return {
        **given,
        **({"columns": {str(index): field for index, field in columns.items()}} if columns else {}),
    }


def _queue(db: Db, actor: Actor, import_id: int, given: Mapping[str, Any]) -> AttendanceImport:
    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_review(attendance_import)
    attendance_import.status = ImportStatus.READING
    attendance_import.failure = None
    asked = {"import": import_id, "user": actor.user_id, "given": _given_to_json(given)}
    queue(db, OutboxKind.READ_IMPORT, **asked)
    return attendance_import


def _is_large(look: Db, found: AttendanceImport) -> bool:
    size = look.scalars(select(UploadedFile.size).where(col(UploadedFile.id) == found.uploaded_file_id)).one()
    return size > READ_AT_ONCE_BYTES


def _choices(found: AttendanceImport, given: Mapping[str, Any]) -> SheetChoices:
    return replace(choices_of(found), **(_read_anew(given) | dict(given)))


def _read_anew(given: Mapping[str, Any]) -> dict[str, None]:
    """What is recognised anew unless it is given too: another sheet has another header, that other columns."""
    if "sheet" in given:
        return {"header_row": None, "columns": None}
    return {"columns": None} if "header_row" in given else {}
