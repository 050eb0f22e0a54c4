"""Delete what has been kept long enough, by kind of data. Nothing goes before an administrator has switched it on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import (
    Attachment,
    AttendanceImport,
    AttendanceImportRow,
    BatchList,
    ImportStatus,
    Message,
    OutboxKind,
    Participant,
    ProposedChange,
    RetentionKind,
    RetentionRule,
    UploadBatch,
    UploadedFile,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.people.identifying import ERASED_NAME
from app.permissions import TIMETABLE, Actor, Permission
from app.queries.in_values import in_values
from app.queries.personal_data.retention import get_rule, list_expired
from app.queries.personal_data.traces import FileSearch, find_traces, list_obstacles, search_files
from app.services.activities import log_activity
from app.services.imports.upload import delete_unused_files
from app.services.locks import lock_people_table
from app.services.outbox import queue_once
from app.services.personal_data.erasure import erase_traces
from app.services.personal_data.pictures import empty_pictures

MIN_DAYS, MAX_DAYS = 30, 7300

# How much is deleted in one transaction; erasing a person searches all that is kept, so these are few.
BATCH_SIZES: Mapping[RetentionKind, int] = {
    RetentionKind.FILES: 50,
    RetentionKind.IMPORT_ROWS: 20,
    RetentionKind.MESSAGES: 2000,
    RetentionKind.PEOPLE: 5,
    RetentionKind.NIKS: 200,
    RetentionKind.ATTACHMENTS: 200,
}
MAX_BATCHES = 20


def change_rule(db: Db, actor: Actor, kind: RetentionKind, days: int | None) -> None:
    """Set how many days a kind of data is kept, log it, and switch the rule off if the number changes.

    What would be deleted is different then, and is looked at first. Raises `Forbidden` for all but administrators, and
    `Invalid` unless it is 30 days to 20 years.
    """
    actor.require(Permission.RETENTION_WRITE)
    if days is None or not MIN_DAYS <= days <= MAX_DAYS:
        raise Invalid(PLEASE_CORRECT, fields={f"days-{kind}": N_("A number of days from 30 to 7300.")})
    rule = db.merge(get_rule(db, kind))
    if rule.days == days:
        return
    before = rule.days
    rule.days, rule.switched_on_at, rule.switched_on_by = days, None, None
    log_activity(db, actor, "change", "retention-rule", kind, before={"days": before}, after={"days": days})


def switch_rule_on(db: Db, actor: Actor, kind: RetentionKind, *, days: int) -> None:
    """Let a rule delete every night, and log it. `days` is the time for which the actor saw what would be deleted.

    Raises `Forbidden` for all but administrators, and `Conflict` if the rule has another time by now.
    """
    actor.require(Permission.RETENTION_WRITE)
    rule = db.merge(get_rule(db, kind))
    if rule.days != days:
        raise Conflict(N_("The time was changed. Look at what would be deleted now."), code="changed")
    if rule.switched_on_at is None:
        rule.switched_on_at, rule.switched_on_by = now(), actor.user_id
        log_activity(db, actor, "switch-on", "retention-rule", kind, after={"days": days})


def switch_rule_off(db: Db, actor: Actor, kind: RetentionKind) -> None:
    """Let a rule delete nothing any more, and log it. Raises `Forbidden` for all but administrators."""
    actor.require(Permission.RETENTION_WRITE)
    rule = db.merge(get_rule(db, kind))
    if rule.switched_on_at is not None:
        rule.switched_on_at = rule.switched_on_by = None
        log_activity(db, actor, "stop", "retention-rule", kind)


@dataclass(frozen=True)
class Batch:
    """How much one batch deleted, and how many people stay because something stands in the way."""

    deleted: int = 0
    kept: int = 0


def delete_expired(
    read_db: Db, db: Db, vault: NikVault, kind: RetentionKind, *, kept_before: int = 0
) -> Batch:
    """Delete one batch of a kind that has been kept long enough; nothing if nothing is left or the rule is off.

    Called by the nightly work, in transactions of its own, until it returns an empty batch. `kept_before` is how many
    people stayed that night; the batch begins after them. Files are searched with `read_db`, before `db` locks people.
    """
    rule = get_rule(read_db, kind)
    if rule.switched_on_at is None:
        return Batch()
    cutoff, size = now() - timedelta(days=rule.days), BATCH_SIZES[kind]
    if kind is RetentionKind.PEOPLE:
        ids = list_expired(read_db, kind, cutoff, size, offset=kept_before)
        return _erase_people(db, vault, cutoff, {id_: search_files(read_db, vault, id_) for id_ in ids})
    if kind is RetentionKind.NIKS:
        lock_people_table(db)
    ids = list_expired(db, kind, cutoff, size)
    return Batch(_DELETE[kind](db, vault, ids)) if ids else Batch()


def record_run(db: Db, kind: RetentionKind, deleted: int) -> None:
    """Record that a rule was applied and how much it deleted; log that if it was anything. Does nothing if it is off.

    Queues the task that removes the bytes from the database's file.
    """
    rule = db.get(RetentionRule, kind)
    if rule is None or rule.switched_on_at is None:
        return
    rule.ran_at, rule.deleted = now(), deleted
    if deleted:
        log_activity(db, TIMETABLE, "delete", "retention-rule", kind, after={"count": deleted})
        queue_once(db, OutboxKind.RECLAIM_SPACE)


def _delete_files(db: Db, _vault: NikVault, ids: Sequence[int]) -> int:
    """Remove files' content, previews and pictures of their imports; uploads that were never saved go whole.

    Batches lose the lists of these files, and go when no file is left in them; so do older ones of which no file was
    kept.
    """
    of_files = in_values(db, col(AttendanceImport.uploaded_file_id), ids)
    in_review = select(col(AttendanceImport.id)).where(
        of_files, col(AttendanceImport.status) == ImportStatus.REVIEW
    )
    rows = col(AttendanceImportRow.attendance_import_id)
    discarded = db.scalars(in_review).all()
    db.execute(delete(AttendanceImportRow).where(in_values(db, rows, discarded)))
    db.execute(delete(AttendanceImport).where(in_values(db, col(AttendanceImport.id), discarded)))
    db.execute(update(AttendanceImport).where(of_files).values(preview=""))
    empty_pictures(db, of_files)
    of_lists = in_values(db, col(BatchList.uploaded_file_id), ids)
    of_batches = select(col(BatchList.upload_batch_id)).where(of_lists)
    newest = db.scalar(
        select(func.max(col(UploadBatch.uploaded_at))).where(col(UploadBatch.id).in_(of_batches))
    )
    db.execute(delete(BatchList).where(of_lists))
    has_file = select(col(BatchList.id)).where(
        col(BatchList.upload_batch_id) == col(UploadBatch.id), col(BatchList.uploaded_file_id).is_not(None)
    )
    if newest is not None:
        is_old = col(UploadBatch.uploaded_at) <= newest
        db.execute(delete(UploadBatch).where(is_old, ~has_file.exists()))
    delete_unused_files(db, ids)
    of_ids = in_values(db, col(UploadedFile.id), ids)
    db.execute(update(UploadedFile).where(of_ids).values(content=b"", expired_at=now()))
    return len(ids)


def _delete_import_rows(db: Db, _vault: NikVault, ids: Sequence[int]) -> int:
    """Remove what the rows of imports said. Which person and outcome each row led to stays, without the name."""
    db.execute(
        update(AttendanceImportRow)
        .where(in_values(db, col(AttendanceImportRow.attendance_import_id), ids))
        .values(
            cells={},
            cells_encrypted=None,
            nik_encrypted=None,
            corrected=[],
            decision=None,
            messages=[],
            before=None,
            after=None,
            result={
                "values": {"name": ERASED_NAME},
                "registration": None,
                "attendance": None,
                "stated_attendance": None,
                "changes": {},
                "facts": {},
            },
        )
    )
    for attendance_import in db.scalars(
        select(AttendanceImport).where(in_values(db, col(AttendanceImport.id), ids))
    ):
        attendance_import.preview, attendance_import.warnings = "", []
        attendance_import.reading = _without_quotes(attendance_import.reading)
        attendance_import.expired_at = now()
    return len(ids)


def _without_quotes(reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was read of a sheet without the parts that quote its cells."""
    return {**reading, "warnings": [], "row_remarks": {}, "sheet_summaries": [], "day_captions": []}


def _delete_messages(db: Db, _vault: NikVault, ids: Sequence[int]) -> int:
    db.execute(delete(Message).where(in_values(db, col(Message.id), ids)))
    return len(ids)


def _delete_attachments(db: Db, _vault: NikVault, ids: Sequence[int]) -> int:
    """Delete attachments, also where they are evidence of an indicator. The indicator's other evidence stays."""
    db.execute(delete(Attachment).where(in_values(db, col(Attachment.id), ids)))
    return len(ids)


def _delete_niks(db: Db, _vault: NikVault, ids: Sequence[int]) -> int:
    """Remove the NIKs of people from their records, from proposals, and from all rows of lists that led to them."""
    people = in_values(db, col(Participant.id), ids)
    db.execute(update(Participant).where(people).values(nik_key=None, nik_encrypted=None))
    proposed_nik = in_values(db, col(ProposedChange.participant_id), ids) & (
        col(ProposedChange.field) == "nik"
    )
    db.execute(delete(ProposedChange).where(proposed_nik))
    for row in db.scalars(
        select(AttendanceImportRow).where(in_values(db, col(AttendanceImportRow.participant_id), ids))
    ):
        row.cells_encrypted = row.nik_encrypted = None
        row.result = _without_nik(row.result)
        row.before, row.after = _without_nik(row.before), _without_nik(row.after)
    return len(ids)


def _without_nik(value: Any) -> Any:
    """Return a JSON value without the columns and values that hold a NIK, at any depth."""
    if isinstance(value, Mapping):
        return {
            key: None if key in {"nik_key", "nik_encrypted", "nik"} else _without_nik(part)
            for key, part in value.items()
        }
    return value


def _erase_people(db: Db, vault: NikVault, cutoff: datetime, searches: Mapping[int, FileSearch]) -> Batch:
    """Erase people as by a request of theirs; one who is on an open upload stays until that is settled."""
    if not searches:
        return Batch()
    lock_people_table(db)
    erased = kept = 0
    for participant_id, searched in searches.items():
        # Meanwhile the person may have been registered, merged or erased.
        is_expired = list_expired(db, RetentionKind.PEOPLE, cutoff, 1, of=participant_id)
        traces = find_traces(db, vault, participant_id, searched) if is_expired else None
        if traces and not list_obstacles(db, traces):
            erase_traces(db, TIMETABLE, traces)
            erased += 1
        elif traces:
            kept += 1
    return Batch(erased, kept)


_DELETE: Mapping[RetentionKind, Callable[[Db, NikVault, Sequence[int]], int]] = {
    RetentionKind.FILES: _delete_files,
    RetentionKind.IMPORT_ROWS: _delete_import_rows,
    RetentionKind.MESSAGES: _delete_messages,
    RetentionKind.NIKS: _delete_niks,
    RetentionKind.ATTACHMENTS: _delete_attachments,
}
