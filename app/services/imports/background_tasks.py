"""The outbox's tasks for imports: read a large file, read it again with other choices, or commit a long list.

If a task fails, the import's `failure` says why.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError

from app.database import Db
from app.errors import Conflict, Problem, UnreadableFile
from app.i18n import N_
from app.models import AttendanceImport, ImportPurpose, ImportStatus, User
from app.nik_vault import NikVault
from app.permissions import OPERATOR, Actor
from app.queries.imports.attendance_imports import RUNNING_STATUSES
from app.queries.imports.photos import is_photo_import
from app.services.activities import log_activity
from app.services.imports.commit import (
    CommitChoices,
    JudgedAhead,
    OutdatedJudgement,
    commit_before_locking,
    commit_locked,
    judge_ahead,
)
from app.services.imports.mapping import read_with_changes, store_changed_sheet
from app.services.imports.photos.upload import forget_unread_photos, read_queued_photos
from app.services.imports.review import store_judged_rows
from app.services.imports.shared.commit import commit_locked_together
from app.services.imports.shared.people import lock_shared_import, lock_shared_imports
from app.services.imports.sheet_choices import SheetChoices, choices_from_json
from app.services.imports.upload import read_stored_file, store_reading
from app.services.locks import lock_people_table
from app.services.registrations.lists import notify_listed
from app.spreadsheets.progress import Progress, ignore_progress

MESSAGES_AT_ONCE = 200


def read_queued_file(
    read_db: Db, db: Db, vault: NikVault, payload: Mapping[str, Any], progress: Progress = ignore_progress
) -> None:
    """Read and judge a file that `upload_sheet` or `change_mapping` queued; the import is then in review.

    If the file cannot be read, a new upload has the status `failed`; an import whose mapping was changed is in review
    as it was before. Either way its `failure` says why. `payload` has the id "import", and for a changed mapping the
    changes "given" and the id "user". The file is read with `read_db`, before `db` takes the write lock. Does nothing
    if the import was deleted or is not being read any more.
    """
    queued = read_db.get(AttendanceImport, payload["import"])
    if queued is None or queued.status is not ImportStatus.READING:
        return
    try:
        if is_photo_import(queued.file_format):
            read_queued_photos(read_db, db, vault, queued, progress)
        elif "given" in payload:
            changes = choices_from_json(payload["given"])
            changed_sheet = read_with_changes(read_db, vault, queued, changes, progress)
            lock_shared_import(db, queued.id)
            if attendance_import := _lock_import(db, queued.id, ImportStatus.READING):
                actor = load_actor(db, payload["user"])
                store_changed_sheet(db, vault, actor, attendance_import, changed_sheet, progress)
        else:
            choices = SheetChoices.from_json(queued.choices)
            sheet_reading = read_stored_file(
                read_db, vault, queued, choices, {}, recall=True, progress=progress
            )
            if attendance_import := _lock_import(db, queued.id, ImportStatus.READING):
                store_reading(db, vault, attendance_import, sheet_reading, progress)
    except Problem as problem:
        _fail_reading(db, vault, payload, problem)


def judge_queued_import(
    read_db: Db,
    db: Db,
    vault: NikVault,
    payload: Mapping[str, Any],
    progress: Progress = ignore_progress,
) -> JudgedAhead | None:
    """Judge an import again before `commit_queued_import` takes the locks, for which everybody else waits.

    The rows are judged with `read_db`, before `db` locks the import and stores the judgement. Returns None for several
    imports that are committed together: each is judged after the one before.
    """
    queued = read_db.get(AttendanceImport, payload["import"])
    if queued is None or queued.status is not ImportStatus.COMMITTING or "together" in payload:
        return None
    ahead = judge_ahead(read_db, vault, queued, progress)
    if ahead.rows:
        lock_shared_import(db, queued.id)
        if attendance_import := _lock_import(db, queued.id, ImportStatus.COMMITTING):
            store_judged_rows(db, attendance_import, ahead.rows)
    return ahead


def commit_queued_import(
    db: Db,
    vault: NikVault,
    payload: Mapping[str, Any],
    progress: Progress = ignore_progress,
    ahead: JudgedAhead | None = None,
) -> None:
    """Commit an import that `queue_commit` queued, in the name of the user who queued it.

    Raises `OutdatedJudgement` if it was judged `ahead` and something has changed since; the caller must roll back.

    If it cannot be committed any more, it is in review again and its `failure` says why. Does nothing if it was deleted
    or is not being committed any more. `payload` has the ids "import" and "user" (None: the command line), and
    "choices"; with the ids "together", these imports are committed together, or none of them.
    """
    lock_people_table(db)
    if queued := db.get(AttendanceImport, payload["import"]):
        lock_shared_imports(db, queued)
    imports = _lock_imports_to_commit(db, payload)
    if not imports:
        return
    choices = CommitChoices.from_json(payload["choices"])
    actor = load_actor(db, payload["user"])
    try:
        if "together" in payload:
            commit_locked_together(db, vault, actor, imports, choices, progress)
        else:
            commit_locked(db, vault, actor, imports[0], choices, progress, ahead)
    except Problem as problem:
        for attendance_import in imports:
            _return_to_review(attendance_import, problem)


def commit_queued_import_before_locking(
    read_db: Db,
    db: Db,
    vault: NikVault,
    payload: Mapping[str, Any],
    progress: Progress,
    ahead: JudgedAhead,
) -> None:
    """Commit an import that `queue_commit` queued as `commit_before_locking` does, which lets others wait less.

    Raises `OutdatedJudgement` whenever it cannot be committed in this way, whatever the reason; the caller must roll
    back, and `commit_queued_import` finds out.
    """
    queued = db.get(AttendanceImport, payload["import"])
    if queued is None:
        return
    lock_shared_imports(db, queued)
    if imports := _lock_imports_to_commit(db, payload):
        choices, actor = CommitChoices.from_json(payload["choices"]), load_actor(db, payload["user"])
        try:
            commit_before_locking(read_db, db, vault, actor, imports[0], choices, progress, ahead)
        except (Problem, IntegrityError, OperationalError) as error:
            raise OutdatedJudgement from error


def notify_committed_list(db: Db, payload: Mapping[str, Any], *, after: int = 0) -> int | None:
    """Write messages to the next people whom a list has registered that `commit_queued_import` has committed.

    Returns the id of their last registration, to be passed as `after`, and None if there are none left. A few at a
    time, because others wait while they are written; people who were told already are left out.
    """
    attendance_import = db.get(AttendanceImport, payload["import"])
    if (
        attendance_import is None
        or attendance_import.status is not ImportStatus.COMMITTED
        or attendance_import.purpose is not ImportPurpose.REGISTRATION
    ):
        return None
    return notify_listed(db, attendance_import, after=after, limit=MESSAGES_AT_ONCE)


def mark_interrupted(db: Db, import_id: int) -> None:
    """Store as the import's failure that reading or committing it was interrupted and has been started again.

    Locks the import's row. Does nothing if the import was deleted or is not being read or committed any more.
    """
    if attendance_import := _lock_import(db, import_id, *RUNNING_STATUSES):
        text = N_("This was interrupted. It has been started again from the first row; nothing is lost.")
        _store_failure(attendance_import, Problem(text, code="interrupted"))


def give_up_reading(db: Db, vault: NikVault, payload: Mapping[str, Any]) -> None:
    """End the reading of a file after several attempts that were interrupted, and store that as the import's failure.

    A new upload has then failed; an import whose mapping was changed, or to which photos were added, is in review as it
    was before.
    """
    attendance_import = db.get(AttendanceImport, payload["import"])
    if attendance_import and is_photo_import(attendance_import.file_format):
        text = N_("Reading the photos was interrupted several times. Please send them again.")
    elif _is_read_again(payload):
        text = N_("Reading the file again was interrupted several times; it is as it was. Please try again.")
    else:
        text = N_("The file could not be read. Save it again as .xlsx and upload it once more.")
    _fail_reading(db, vault, payload, UnreadableFile(text))


def give_up_commit(db: Db, payload: Mapping[str, Any]) -> None:
    """Return imports to review after several interrupted attempts to commit them, and store that as their failure.

    `payload` is that of `commit_queued_import`. Imports that were deleted or are not being committed any more stay as
    they are.
    """
    for attendance_import in _lock_imports_to_commit(db, payload):
        text = N_("Saving was interrupted several times and nothing of it was kept. Please save it again.")
        _return_to_review(attendance_import, Conflict(text, code="interrupted"))


def _lock_imports_to_commit(db: Db, payload: Mapping[str, Any]) -> list[AttendanceImport]:
    """Return the imports that a task commits, locked and in its order, without those that need it no more."""
    ids = payload.get("together") or [payload["import"]]
    locked = {id_: _lock_import(db, id_, ImportStatus.COMMITTING) for id_ in sorted(ids)}
    return [attendance_import for id_ in ids if (attendance_import := locked[id_])]


def load_actor(db: Db, user_id: int | None) -> Actor:
    """Return the actor for a user's id, `OPERATOR` for None."""
    return OPERATOR if user_id is None else Actor.from_user(db.get_one(User, user_id))


def _lock_import(db: Db, import_id: int, *statuses: ImportStatus) -> AttendanceImport | None:
    """Return the import with its row locked; None if it was deleted or has none of these statuses any more."""
    attendance_import = db.get(AttendanceImport, import_id, with_for_update=True, populate_existing=True)
    return attendance_import if attendance_import and attendance_import.status in statuses else None


def _is_read_again(payload: Mapping[str, Any]) -> bool:
    """Return whether the import was in review before: its mapping was changed, or photos were added."""
    return "given" in payload or "added" in payload


def _fail_reading(db: Db, vault: NikVault, payload: Mapping[str, Any], problem: Problem) -> None:
    """Store the problem as the import's failure, and set its status; do nothing if it is not being read any more.

    A new upload becomes failed, which is logged; an import that was in review before returns to it. Photos that could
    not be read are deleted.
    """
    attendance_import = _lock_import(db, payload["import"], ImportStatus.READING)
    if attendance_import is None:
        return
    if is_photo_import(attendance_import.file_format):
        forget_unread_photos(db, vault, attendance_import)
    if _is_read_again(payload):
        _return_to_review(attendance_import, problem)
    else:
        attendance_import.status = ImportStatus.FAILED
        _store_failure(attendance_import, problem)
        log_activity(
            db, OPERATOR, "fail", "attendance-import", attendance_import.id, after={"code": problem.code}
        )


def _return_to_review(attendance_import: AttendanceImport, problem: Problem) -> None:
    """Set the status to review and store the problem as the import's failure."""
    attendance_import.status = ImportStatus.REVIEW
    _store_failure(attendance_import, problem)


def _store_failure(attendance_import: AttendanceImport, problem: Problem) -> None:
    """Store the code, text and params of a problem in the import's `failure`."""
    attendance_import.failure = {
        "code": problem.code,
        "text": problem.text,
        "params": dict(problem.params),
    }
