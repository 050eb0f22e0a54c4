"""What the outbox does with an import: it reads a large file, at first or as somebody says, or commits a long list.
Where that broke off, the import says so.
"""

from collections.abc import Mapping
from typing import Any

from app.database import Db
from app.errors import Conflict, Problem, UnreadableFile
from app.i18n import N_
from app.models import AttendanceImport, ImportStatus, User
from app.nik_vault import NikVault
from app.permissions import OPERATOR, Actor
from app.queries.imports.attendance_imports import UNDER_WAY
from app.services.activities import log_activity
from app.services.imports.commit import CommitChoices, commit_locked
from app.services.imports.mapping import changes_from_json, reread_with_changes, store_reread
from app.services.imports.upload import reread, store_reading, stored_choices
from app.services.locks import lock_people_table
from app.spreadsheets.progress import Progress, ignore_progress


def read_queued(
    look: Db, db: Db, vault: NikVault, asked: Mapping[str, Any], progress: Progress = ignore_progress
) -> None:
    """Reads a file that was kept unread, or once more as it was `asked` by `import_mapping.remap`.

    One that can't be read is kept as failed, with its sentence; read once more, it is in review as it was.
    """
    found = look.get(AttendanceImport, asked["import"])
    if found is None or found.status is not ImportStatus.READING:
        return
    try:
        if "given" in asked:
            read = reread_with_changes(look, vault, found, changes_from_json(asked["given"]), progress)
            if held := _held(db, found.id, ImportStatus.READING):
                store_reread(db, vault, _who(db, asked["user"]), held, read, progress)
        else:
            reading = reread(look, vault, found, stored_choices(found), {}, recall=True, progress=progress)
            if held := _held(db, found.id, ImportStatus.READING):
                store_reading(db, vault, held, *reading, progress=progress)
    except Problem as problem:
        _keep_failed(db, asked, problem)


def commit_queued(
    db: Db, vault: NikVault, asked: Mapping[str, Any], progress: Progress = ignore_progress
) -> None:
    """Commits as it was `asked` by `import_commit.queue_commit`, by whoever asked.

    An import that can't be committed any more, for what changed meanwhile, is in review again and says why.
    """
    lock_people_table(db)
    attendance_import = _held(db, asked["import"], ImportStatus.COMMITTING)
    if attendance_import is None:
        return
    choices = CommitChoices.from_json(asked["choices"])
    try:
        commit_locked(db, vault, _who(db, asked["user"]), attendance_import, choices, progress)
    except Problem as problem:
        _to_review(attendance_import, problem)


def note_interruption(db: Db, import_id: int) -> None:
    """Says of an import that reading or committing it broke off and is done again."""
    if attendance_import := _held(db, import_id, *UNDER_WAY):
        text = N_("This was interrupted. It has been started again from the first row; nothing is lost.")
        _keep_problem(attendance_import, Problem(text, code="interrupted"))


def give_up_reading(db: Db, asked: Mapping[str, Any]) -> None:
    """After several tries that ended without an answer."""
    text = (
        N_("Reading the file again was interrupted several times; it is as it was. Please try again.")
        if "given" in asked
        else N_("The file could not be read. Save it again as .xlsx and upload it once more.")
    )
    _keep_failed(db, asked, UnreadableFile(text))


def give_up_commit(db: Db, import_id: int) -> None:
    """After several tries that ended without an answer; it can be asked for again."""
    if attendance_import := _held(db, import_id, ImportStatus.COMMITTING):
        text = N_("Saving was interrupted several times and nothing of it was kept. Please save it again.")
        _to_review(attendance_import, Conflict(text, code="interrupted"))


def _who(db: Db, user_id: int | None) -> Actor:
    return OPERATOR if user_id is None else Actor.from_user(db.get_one(User, user_id))


def _to_review(attendance_import: AttendanceImport, problem: Problem) -> None:
    attendance_import.status = ImportStatus.REVIEW
    _keep_problem(attendance_import, problem)


def _held(db: Db, import_id: int, *statuses: ImportStatus) -> AttendanceImport | None:
    """The import, held; None where another worker is done with it, or where it has gone."""
    attendance_import = db.get(AttendanceImport, import_id, with_for_update=True, populate_existing=True)
    return attendance_import if attendance_import and attendance_import.status in statuses else None


def _keep_failed(db: Db, asked: Mapping[str, Any], problem: Problem) -> None:
    attendance_import = _held(db, asked["import"], ImportStatus.READING)
    if attendance_import is None:
        return
    if "given" in asked:
        _to_review(attendance_import, problem)
    else:
        attendance_import.status = ImportStatus.FAILED
        _keep_problem(attendance_import, problem)
        log_activity(
            db, OPERATOR, "fail", "attendance-import", attendance_import.id, after={"code": problem.code}
        )


def _keep_problem(attendance_import: AttendanceImport, problem: Problem) -> None:
    attendance_import.failure = {
        "code": problem.code,
        "text": problem.text,
        "params": dict(problem.params),
    }
