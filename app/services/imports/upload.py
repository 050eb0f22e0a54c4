"""Upload attendance sheets: read and judge a file and store its rows for review, or discard it again."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from sqlmodel import col, delete, select, update

from app.database import Db
from app.errors import Conflict, UnreadableFile
from app.i18n import N_
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    BatchList,
    BatchListState,
    BlankMeans,
    ImportPurpose,
    ImportStatus,
    OutboxKind,
    UploadedFile,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.minutes import get_session_hours
from app.queries.imports.photos import is_photo_import
from app.queries.imports.rows import (
    Correction,
    apply_corrections,
    build_stored_sheet,
    cell_columns,
    judged_columns,
    list_import_rows,
    masked_remark_to_json,
)
from app.queries.imports.stored_files import decrypt_file
from app.queries.in_values import in_values
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.bulk import insert_rows
from app.services.imports.column_mappings import read_with_remembered_columns
from app.services.imports.earlier_answers import reuse_answers
from app.services.imports.judging import DatedJudgement, judge_sheet
from app.services.imports.masked_niks import restore_masked_niks
from app.services.imports.shared.people import lock_shared_imports
from app.services.imports.sheet_choices import SheetChoices, check_choices
from app.services.outbox import queue_task
from app.spreadsheets.detected_table import (
    DetectedTable,
    day_captions_to_json,
    row_remarks_to_json,
    summaries_to_json,
)
from app.spreadsheets.exports.error_sheets import is_registration_sheet
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.progress import Progress, ignore_progress, report_progress, step_progress
from app.spreadsheets.tables.columns.header import NO_HEADER_ROW

TO_REGISTER = N_(
    "These are rows of a list of people to register, not of who was there. Upload them to “Register a list”."
)

NO_HEADER = "no-header"

MAX_FILE_NAME = 200

# Larger files are read after the response, by the outbox.
MAX_BYTES_READ_AT_ONCE = 256 * 1024


def upload_sheet(
    read_db: Db,
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
    progress: Progress = ignore_progress,
) -> AttendanceImport:
    """Store a file with its judged rows for review, log it, and return the new import.

    The file is read and judged with `read_db`, before `db` takes the write lock. A file over 256 KiB is stored unread,
    with the status `reading`, and read by the outbox; `at_once` True or False decides that instead of the size.

    Raises `NotFound` for the session, `Forbidden` without `IMPORT_WRITE`, `Invalid` for choices that do not exist, and
    `UnreadableFile` or `TooLarge` for the file; then nothing is stored.
    """
    choices = choices or SheetChoices()
    workshop_session = get_workshop_session(read_db, actor, session_code)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, workshop_session)
    check_choices(read_db, choices)
    if at_once is None:
        # A file beyond the limit is refused at once, without being stored.
        at_once = not MAX_BYTES_READ_AT_ONCE < len(content) <= MAX_BYTES
    uploaded_at = now()
    sheet_reading = (
        _read_and_judge(
            read_db,
            vault,
            workshop_session,
            content,
            choices,
            {},
            uploaded_at=uploaded_at,
            purpose=purpose,
            recall=True,
            progress=progress,
        )
        if at_once
        else None
    )

    attendance_import = store_upload(
        db,
        vault,
        actor,
        workshop_session,
        file_name,
        content,
        choices,
        purpose=purpose,
        uploaded_at=uploaded_at,
    )
    if sheet_reading is None:
        queue_task(db, OutboxKind.READ_IMPORT, **{"import": attendance_import.id})
    else:
        store_reading(db, vault, attendance_import, sheet_reading, progress)
    return attendance_import


def store_upload(
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_session: WorkshopSession,
    file_name: str,
    content: bytes,
    choices: SheetChoices,
    *,
    purpose: ImportPurpose = ImportPurpose.ATTENDANCE,
    file_format: str | None = None,
    uploaded_at: datetime | None = None,
) -> AttendanceImport:
    """Store a file and a new import of it with the status `reading`, log the upload, and return the import."""
    uploaded_file = store_file(db, vault, file_name, content)
    attendance_import = AttendanceImport(
        workshop_session_id=workshop_session.id,
        uploaded_file_id=uploaded_file.id,
        status=ImportStatus.READING,
        purpose=purpose,
        file_format=file_format,
        choices=choices.to_json(),
        uploaded_by=actor.user_id,
        uploaded_at=uploaded_at or now(),
    )
    db.add(attendance_import)
    db.flush()
    after = {"session": workshop_session.code, "file": uploaded_file.name, "sha256": uploaded_file.sha256}
    log_activity(db, actor, "upload", "attendance-import", attendance_import.id, after=after)
    return attendance_import


def store_file(db: Db, vault: NikVault, name: str, content: bytes) -> UploadedFile:
    """Store a file, its content encrypted and NIKs in its name masked, and return its row."""
    uploaded_file = UploadedFile(
        name=mask_niks(name)[-MAX_FILE_NAME:],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        content=vault.encrypt_bytes(content),
    )
    db.add(uploaded_file)
    db.flush()
    return uploaded_file


def upload_for_review(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    session_code: str,
    file_name: str,
    content: bytes,
    choices: SheetChoices,
) -> AttendanceImport:
    """Upload a sheet as `upload_sheet` does; also one without headings, so that a user can say what its columns are.

    Such an import has no rows, and a question about the whole list, until the column of the names is chosen.
    """
    try:
        return upload_sheet(read_db, db, vault, actor, session_code, file_name, content, choices)
    except UnreadableFile as error:
        if error.code != NO_HEADER:
            raise
        choices = replace(choices, header_row=NO_HEADER_ROW)
        return upload_sheet(read_db, db, vault, actor, session_code, file_name, content, choices)


def discard_import(db: Db, actor: Actor, import_id: int) -> None:
    """Delete an upload that is in review or has failed, with its rows, and log it.

    Its file is deleted too, unless another session reads it or a batch has it, in which the list is left out then.

    Raises `Forbidden` without `IMPORT_WRITE`, `NotFound`, and `Conflict` for any other status.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_WRITE, attendance_import)
    lock_shared_imports(db, attendance_import)
    require_not_committing(attendance_import)
    if attendance_import.status not in (ImportStatus.REVIEW, ImportStatus.FAILED):
        raise Conflict(N_("Only an upload that was not saved can be discarded."), code="not-in-review")
    rows = col(AttendanceImportRow.attendance_import_id) == import_id
    db.exec(delete(AttendanceImportRow).where(rows))
    db.exec(
        update(BatchList)
        .where(col(BatchList.attendance_import_id) == import_id)
        .values(state=BatchListState.LEFT_OUT, attendance_import_id=None)
    )
    db.delete(attendance_import)
    db.flush()
    delete_unused_files(db, [attendance_import.uploaded_file_id])
    log_activity(db, actor, "discard", "attendance-import", import_id)


def delete_unused_files(db: Db, file_ids: Collection[int]) -> None:
    """Delete those of the files that no import and no list of a batch refers to."""
    file_id = col(UploadedFile.id)
    is_read = select(col(AttendanceImport.id)).where(col(AttendanceImport.uploaded_file_id) == file_id)
    is_in_batch = select(col(BatchList.id)).where(col(BatchList.uploaded_file_id) == file_id)
    db.exec(
        delete(UploadedFile).where(in_values(db, file_id, file_ids), ~is_read.exists(), ~is_in_batch.exists())
    )


def require_review(attendance_import: AttendanceImport) -> None:
    """Raise `Conflict` unless the import is in review.

    The code is "being-committed" while it is being committed, else "not-in-review".
    """
    require_not_committing(attendance_import)
    if attendance_import.status is ImportStatus.READING:
        text = N_("This upload is being read at this moment. Wait until that is done.")
        raise Conflict(text, code="not-in-review")
    if attendance_import.status is not ImportStatus.REVIEW:
        raise Conflict(N_("This import is not open for review any more."), code="not-in-review")


def require_not_committing(attendance_import: AttendanceImport) -> None:
    """Raise `Conflict` (code "being-committed") while the import is being committed."""
    if attendance_import.status is ImportStatus.COMMITTING:
        text = N_("This upload is being saved at this moment. Wait until that is done.")
        raise Conflict(text, code="being-committed")


def store_summary(attendance_import: AttendanceImport, dated: DatedJudgement) -> None:
    """Store the parts of a judgement that concern the whole sheet: counts, totals, warnings, and when it was made.

    Clears the import's `failure`. What decided about minutes in an online meeting is stored with what was read.
    """
    judgement = dated.judgement
    attendance_import.failure = None
    attendance_import.judged_at = dated.known_changes
    attendance_import.counts = dict(judgement.counts)
    attendance_import.blank_means = BlankMeans(judgement.blank_means)
    attendance_import.stated_total = judgement.stated_total
    attendance_import.stated_total_of = judgement.stated_total_of
    attendance_import.warnings = [masked_remark_to_json(warning) for warning in judgement.warnings]
    rule = judgement.minutes_rule
    attendance_import.reading = {**attendance_import.reading, "minutes_rule": asdict(rule) if rule else None}


@dataclass(frozen=True)
class SheetReading:
    """A file that was read with `choices` and `corrections` and judged, but not stored yet."""

    sheet: DetectedTable
    choices: SheetChoices
    dated: DatedJudgement
    corrections: Mapping[int, Correction] = field(default_factory=dict)


def read_stored_file(
    read_db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    choices: SheetChoices,
    corrections: Mapping[int, Correction],
    *,
    recall: bool,
    workshop_session: WorkshopSession | None = None,
    purpose: ImportPurpose | None = None,
    progress: Progress = ignore_progress,
) -> SheetReading:
    """Read and judge the stored file of an import, without storing the result.

    `corrections` (by row number) replace its cells. With `recall` and without chosen columns, the columns remembered
    for the sheet's headings are used. `workshop_session` and `purpose` are the import's unless others are given.
    Of photos, the rows that were read from them are judged again. Raises `UnreadableFile` or `TooLarge`, and `Conflict`
    if the file's content is not kept any more.
    """
    if is_photo_import(attendance_import.file_format):
        return _judge_photos_again(read_db, vault, attendance_import, choices, corrections, progress)
    uploaded_file = read_db.get_one(UploadedFile, attendance_import.uploaded_file_id)
    return _read_and_judge(
        read_db,
        vault,
        workshop_session or read_db.get_one(WorkshopSession, attendance_import.workshop_session_id),
        decrypt_file(vault, uploaded_file),
        choices,
        corrections,
        uploaded_at=attendance_import.uploaded_at,
        purpose=purpose or attendance_import.purpose,
        recall=recall,
        progress=progress,
    )


def _judge_photos_again(
    read_db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    choices: SheetChoices,
    corrections: Mapping[int, Correction],
    progress: Progress,
) -> SheetReading:
    """Judge the stored rows of photos with these choices, without storing the result."""
    sheet = build_stored_sheet(attendance_import, list_import_rows(read_db, attendance_import.id), vault)
    dated = judge_sheet(
        read_db,
        vault,
        read_db.get_one(WorkshopSession, attendance_import.workshop_session_id),
        sheet,
        choices,
        {number: correction.decision for number, correction in corrections.items() if correction.decision},
        progress,
        uploaded_at=attendance_import.uploaded_at,
    )
    return SheetReading(sheet, choices, dated, corrections)


def _read_and_judge(
    read_db: Db,
    vault: NikVault,
    workshop_session: WorkshopSession,
    content: bytes,
    choices: SheetChoices,
    corrections: Mapping[int, Correction],
    *,
    uploaded_at: datetime,
    purpose: ImportPurpose,
    recall: bool,
    progress: Progress,
) -> SheetReading:
    """Read a file, put back NIKs that it has masked, apply the corrections, and judge it.

    Raises `UnreadableFile` or `TooLarge`. Rows of a list of people to register are refused (code "to-register") in an
    upload of attendance.
    """
    sheet, choices = read_with_remembered_columns(read_db, workshop_session, content, choices, recall=recall)
    sheet, choices = _mask_day_captions(sheet), choices.masked()
    if purpose is ImportPurpose.ATTENDANCE and is_registration_sheet(sheet.sheet):
        raise UnreadableFile(TO_REGISTER, code="to-register")
    sheet = restore_masked_niks(read_db, vault, workshop_session, sheet)
    if recall and not corrections:
        sheet, corrections = reuse_answers(read_db, vault, workshop_session, purpose, sheet)
    sheet = apply_corrections(sheet, corrections)
    dated = judge_sheet(
        read_db,
        vault,
        workshop_session,
        sheet,
        choices,
        {number: correction.decision for number, correction in corrections.items() if correction.decision},
        step_progress(0, 2, progress),
        uploaded_at=uploaded_at,
        purpose=purpose,
    )
    return SheetReading(sheet, choices, dated, corrections)


def _mask_day_captions(sheet: DetectedTable) -> DetectedTable:
    """Return the sheet with NIKs masked in the captions of its days, which are stored, shown and chosen."""
    if not sheet.day_captions:
        return sheet
    captions = tuple(replace(caption, text=mask_niks(caption.text)) for caption in sheet.day_captions)
    return replace(sheet, day_captions=captions)


def store_reading(
    db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    sheet_reading: SheetReading,
    progress: Progress = ignore_progress,
) -> None:
    """Store a sheet and its judged rows in place of the former ones; the import is then in review.

    Flushes. Cells with a NIK are stored encrypted, and NIKs in headings are masked.
    """
    sheet, corrections = sheet_reading.sheet, sheet_reading.corrections
    attendance_import.status = ImportStatus.REVIEW
    attendance_import.choices = sheet_reading.choices.to_json()
    attendance_import.file_format = sheet.format
    attendance_import.sheet = sheet.sheet
    attendance_import.sheets = list(sheet.sheets)
    attendance_import.header_row = sheet.header_row
    attendance_import.columns = [
        asdict(column) | {"header": mask_niks(column.header)} for column in sheet.columns
    ]
    attendance_import.preview = vault.encrypt(json.dumps(sheet.preview))
    attendance_import.stated_date = sheet.stated_date
    attendance_import.reading = {
        "title_kelurahan": sheet.letterhead_kelurahan,
        "warnings": [masked_remark_to_json(warning) for warning in sheet.warnings],
        "stated_total": sheet.stated_total,
        "stated_total_of": sheet.stated_total_of,
        "stated_until": sheet.stated_until.isoformat() if sheet.stated_until else None,
        "blank_means": sheet.blank_means,
        "sheet_summaries": summaries_to_json(sheet.sheet_summaries),
        "row_remarks": row_remarks_to_json(sheet.rows),
        "day_captions": day_captions_to_json(sheet.day_captions),
        "meeting": sheet.meeting,
    }
    workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    attendance_import.reading["session_hours"] = get_session_hours(workshop_session)
    store_summary(attendance_import, sheet_reading.dated)
    db.flush()
    db.exec(
        delete(AttendanceImportRow).where(
            col(AttendanceImportRow.attendance_import_id) == attendance_import.id
        )
    )
    no_correction = Correction({}, None)
    rows = (
        {
            "number": judged.number,
            **cell_columns(judged.cells, vault),
            "corrected": sorted(corrections.get(judged.number, no_correction).cells),
            "decision": corrections.get(judged.number, no_correction).stored_decision,
            **judged_columns(judged, vault),
        }
        for judged in report_progress(sheet_reading.dated.judgement.rows, step_progress(1, 2, progress))
    )
    insert_rows(db, AttendanceImportRow, rows, {"attendance_import_id": attendance_import.id})
