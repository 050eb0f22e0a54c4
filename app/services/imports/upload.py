"""An attendance sheet comes in: it is read, judged and kept; nothing of it counts before it is committed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import col, delete

from app.database import Db
from app.errors import Conflict, Invalid, UnreadableFile
from app.i18n import N_
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    BlankMeans,
    ImportPurpose,
    ImportStatus,
    OutboxKind,
    TargetGroup,
    UploadedFile,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault, with_niks_masked
from app.permissions import Actor, Permission
from app.queries.areas.reference import kelurahan
from app.queries.imports.attendance_imports import attendance_import_by_id
from app.queries.imports.rows import Correction, corrected_sheet, judged_columns, remark_to_json, seal_cells
from app.queries.workshops.workshop_sessions import workshop_session_by_code
from app.services.activities import record
from app.services.bulk import insert_rows
from app.services.imports.column_mappings import read_as_remembered
from app.services.imports.judging import DatedJudgement, SheetChoices, judge_sheet
from app.services.locks import lock_row
from app.services.outbox import queue
from app.spreadsheets.attendance.judgement import ABOVE, OUTSIDE
from app.spreadsheets.document import FIELDS, RecognisedSheet
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.formats.grid import MAX_COLUMNS
from app.spreadsheets.progress import Progress, nobody_waits, step, watched
from app.spreadsheets.written.error_sheets import is_to_register

TO_REGISTER = N_(
    "These are rows of a list of people to register, not of who was there. Upload them to “Register a list”."
)

# Larger files are read after the answer, so that no one waits before an empty page.
READ_AT_ONCE_BYTES = 256 * 1024


def upload(
    look: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    session_code: str,
    file_name: str,
    content: bytes,
    choices: SheetChoices | None = None,
    *,
    purpose: ImportPurpose = ImportPurpose.ATTENDANCE,
    at_once: bool | None = None,
    progress: Progress = nobody_waits,
) -> AttendanceImport:
    """Keeps a file and what its rows were judged to be.

    Reading and judging are done with `look`, before `db` takes the write lock. Raises `NotFound` for the
    session, `UnreadableFile` or `TooLarge` for the file; then nothing is written. A large file comes back
    with status `reading` and is read by the outbox, unless the caller wants it `at_once`.
    """
    choices = choices or SheetChoices()
    actor.require(Permission.ATTENDANCE_WRITE)
    workshop_session = workshop_session_by_code(look, actor, session_code, Permission.ATTENDANCE_WRITE)
    check_choices(look, choices)
    if at_once is None:
        # One that is too large to be read at all is refused without being kept.
        at_once = not READ_AT_ONCE_BYTES < len(content) <= MAX_BYTES
    uploaded_at = now()
    reading = (
        _read(
            look,
            vault,
            workshop_session,
            content,
            choices,
            uploaded_at=uploaded_at,
            purpose=purpose,
            recall=True,
            progress=progress,
        )
        if at_once
        else None
    )

    uploaded = UploadedFile(
        name=file_name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        content=vault.encrypt_bytes(content),
    )
    db.add(uploaded)
    db.flush()
    attendance_import = AttendanceImport(
        workshop_session_id=workshop_session.id,
        uploaded_file_id=uploaded.id,
        status=ImportStatus.READING,
        purpose=purpose,
        choices=_choices_to_json(choices),
        uploaded_by=actor.user_id,
        uploaded_at=uploaded_at,
    )
    db.add(attendance_import)
    db.flush()
    if reading is None:
        queue(db, OutboxKind.READ_IMPORT, **{"import": attendance_import.id})
    else:
        keep_reading(db, vault, attendance_import, *reading, progress=progress)
    after = {"session": session_code, "file": uploaded.name, "sha256": uploaded.sha256}
    record(db, actor, "upload", "attendance-import", attendance_import.id, after=after)
    return attendance_import


def discard(db: Db, actor: Actor, import_id: int) -> None:
    """Deletes an upload of which nothing was saved, with its rows and its file."""
    attendance_import_by_id(db, actor, import_id)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    require_not_committing(attendance_import)
    if attendance_import.status not in (ImportStatus.REVIEW, ImportStatus.FAILED):
        raise Conflict(N_("Only an upload that was not saved can be discarded."), code="not-in-review")
    rows = col(AttendanceImportRow.attendance_import_id) == import_id
    db.exec(delete(AttendanceImportRow).where(rows))
    db.delete(attendance_import)
    db.flush()
    db.exec(delete(UploadedFile).where(col(UploadedFile.id) == attendance_import.uploaded_file_id))
    record(db, actor, "discard", "attendance-import", import_id)


def require_review(attendance_import: AttendanceImport) -> None:
    """Raises `Conflict` where the import is no longer, or not yet, open to changes."""
    require_not_committing(attendance_import)
    if attendance_import.status is ImportStatus.READING:
        text = N_("This upload is being read at this moment. Wait until that is done.")
        raise Conflict(text, code="not-in-review")
    if attendance_import.status is not ImportStatus.REVIEW:
        raise Conflict(N_("This import is not open for review any more."), code="not-in-review")


def require_not_committing(attendance_import: AttendanceImport) -> None:
    if attendance_import.status is ImportStatus.COMMITTING:
        text = N_("This upload is being saved at this moment. Wait until that is done.")
        raise Conflict(text, code="being-committed")


def choices_of(attendance_import: AttendanceImport) -> SheetChoices:
    stored = dict(attendance_import.choices)
    columns = stored.pop("columns", None)
    by_index = {int(index): field for index, field in columns.items()} if columns else None
    return SheetChoices(**stored, columns=by_index)


def keep_summary(attendance_import: AttendanceImport, dated: DatedJudgement) -> None:
    """Keeps what the judgement says of the sheet as a whole, with when it was made."""
    judgement = dated.judgement
    attendance_import.failure = None
    attendance_import.judged_at = dated.known_changes
    attendance_import.counts = dict(judgement.counts)
    attendance_import.blank_means = BlankMeans(judgement.blank_means)
    attendance_import.stated_total = judgement.stated_total
    attendance_import.stated_total_of = judgement.stated_total_of
    attendance_import.warnings = [remark_to_json(warning) for warning in judgement.warnings]


def read_again(
    look: Db,
    vault: NikVault,
    found: AttendanceImport,
    choices: SheetChoices,
    corrections: Mapping[int, Correction],
    *,
    recall: bool,
    progress: Progress = nobody_waits,
) -> tuple[RecognisedSheet, SheetChoices, DatedJudgement]:
    content = vault.decrypt_bytes(look.get_one(UploadedFile, found.uploaded_file_id).content)
    workshop_session = look.get_one(WorkshopSession, found.workshop_session_id)
    return _read(
        look,
        vault,
        workshop_session,
        content,
        choices,
        corrections,
        uploaded_at=found.uploaded_at,
        purpose=found.purpose,
        recall=recall,
        progress=progress,
    )


def _read(
    look: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    content: bytes,
    choices: SheetChoices,
    corrections: Mapping[int, Correction] | None = None,
    *,
    uploaded_at: datetime,
    purpose: ImportPurpose,
    recall: bool,
    progress: Progress = nobody_waits,
) -> tuple[RecognisedSheet, SheetChoices, DatedJudgement]:
    sheet, choices = read_as_remembered(look, workshop_session, content, choices, recall=recall)
    if purpose is ImportPurpose.ATTENDANCE and is_to_register(sheet.sheet):
        raise UnreadableFile(TO_REGISTER, code="to-register")
    corrections = corrections or {}
    sheet = corrected_sheet(sheet, corrections, vault)
    decisions = {number: made.decision for number, made in corrections.items() if made.decision}
    judging = step(0, 2, progress)
    dated = judge_sheet(
        look,
        vault,
        workshop_session,
        sheet,
        choices,
        decisions,
        judging,
        uploaded_at=uploaded_at,
        purpose=purpose,
    )
    return sheet, choices, dated


def keep_reading(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    sheet: RecognisedSheet,
    choices: SheetChoices,
    dated: DatedJudgement,
    corrections: Mapping[int, Correction] | None = None,
    *,
    progress: Progress = nobody_waits,
) -> None:
    """Keeps sheet and rows in place of those that were there."""
    attendance_import.status = ImportStatus.REVIEW
    attendance_import.choices = _choices_to_json(choices)
    attendance_import.file_format = sheet.format
    attendance_import.sheet = sheet.sheet
    attendance_import.sheets = list(sheet.sheets)
    attendance_import.header_row = sheet.header_row
    attendance_import.columns = [
        asdict(column) | {"header": with_niks_masked(column.header)} for column in sheet.columns
    ]
    attendance_import.preview = vault.encrypt(json.dumps(sheet.preview))
    attendance_import.stated_date = sheet.stated_date
    attendance_import.reading = {
        "title_kelurahan": sheet.title_kelurahan,
        "warnings": [remark_to_json(warning) for warning in sheet.warnings],
        "stated_total": sheet.stated_total,
        "stated_total_of": sheet.stated_total_of,
        "stated_until": sheet.stated_until.isoformat() if sheet.stated_until else None,
    }
    keep_summary(attendance_import, dated)
    db.flush()
    db.exec(
        delete(AttendanceImportRow).where(
            col(AttendanceImportRow.attendance_import_id) == attendance_import.id
        )
    )
    made = corrections or {}
    rows = (
        {
            "number": judged.number,
            "cells": seal_cells(judged.cells, vault),
            "corrected": sorted(made[judged.number].cells) if judged.number in made else [],
            "decision": made[judged.number].stored_decision if judged.number in made else None,
            **judged_columns(judged, vault),
        }
        for judged in watched(dated.judgement.rows, step(1, 2, progress))
    )
    insert_rows(db, AttendanceImportRow, rows, {"attendance_import_id": attendance_import.id})


def check_choices(look: Db, choices: SheetChoices) -> None:
    """Raises `Invalid` for a column, meaning of blanks, group or kelurahan that there isn't."""
    if choices.columns and set(choices.columns.values()) - {*FIELDS, None}:
        raise Invalid(N_("This is not a column that an attendance list can have."))
    if any(not 0 <= index < MAX_COLUMNS for index in choices.columns or ()):
        raise Invalid(N_("Only the first %(limit)s columns of a sheet are read."), limit=MAX_COLUMNS)
    if choices.blank_means not in (None, "present", "absent"):
        raise Invalid(N_("An empty attendance cell can mean present or absent."))
    require_known_group(look, choices.target_group)
    if choices.kelurahan != ABOVE:
        require_known_place(look, choices.kelurahan)


def require_known_group(look: Db, code: str | None) -> None:
    if code is not None and look.get(TargetGroup, code) is None:
        raise Invalid(N_("There is no target group %(group)s."), group=code)


def require_known_place(look: Db, code: str | None) -> None:
    """Raises `Invalid` for a code that names neither a kelurahan of today nor "outside"."""
    if code not in (None, OUTSIDE) and code not in {place.code for place in kelurahan(look)}:
        raise Invalid(N_("There is no kelurahan %(kelurahan)s."), kelurahan=code)


def _choices_to_json(choices: SheetChoices) -> dict[str, Any]:
    stored = asdict(choices)
    if choices.columns is not None:
        stored["columns"] = {str(index): field for index, field in choices.columns.items()}
    return stored
