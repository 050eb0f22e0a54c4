"""Commit all sessions of a shared upload in one transaction, in the order of their dates, or none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    ImportPurpose,
    ImportStatus,
    OutboxKind,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.questions import NEEDS_ATTENTION
from app.services.authorization import require_permission
from app.services.imports.commit import (
    MAX_ROWS_AT_ONCE,
    NO_ROWS,
    NOT_STARTED,
    CommitChoices,
    commit_locked,
    require_ready,
)
from app.services.imports.shared.people import lock_shared_imports
from app.services.imports.upload import require_review
from app.services.locks import lock_people_table
from app.services.outbox import queue_task
from app.spreadsheets.progress import Progress, ignore_progress
from app.spreadsheets.row_labels import row_label

ROWS_NEED_ATTENTION = "rows-need-attention"
# Why sessions cannot be committed, by the code of their problem; `sessions` names them.
SENTENCES: Mapping[str, str] = {
    ROWS_NEED_ATTENTION: N_("Rows need your attention before all sessions can be saved: %(sessions)s."),
    NOT_STARTED: N_(
        "These sessions have not begun yet: %(sessions)s. Confirm that their attendance is to be recorded now."
    ),
    NO_ROWS: N_(
        "Nobody is on the lists of these sessions, so they say nothing about the people who are not on them: "
        "%(sessions)s."
    ),
    "session-cancelled": N_(
        "These sessions are cancelled: %(sessions)s. Discard their part of the upload first."
    ),
    "not-in-review": N_(
        "The file is being read, or could not be read, for these sessions: %(sessions)s. Wait, or discard their part."
    ),
    "being-committed": N_(
        "These sessions are being saved at this moment: %(sessions)s. Wait until that is done."
    ),
}
QUESTIONS = N_(
    "Questions about the whole list have to be answered before all sessions can be saved: %(sessions)s."
)
AFTER_OTHERS = N_(
    "Nothing is saved: with the people of the sessions before it, %(sessions)s has rows that need a decision (rows "
    "%(rows)s). Save those sessions by themselves first, then decide there."
)
MAX_ROWS_NAMED = 10


@dataclass(frozen=True)
class OpenSession:
    """A session that cannot be committed: `code` is the code of its problem, `rows` how many rows need attention."""

    session_code: str
    code: str
    rows: int = 0


def commit_together(
    db: Db,
    vault: NikVault,
    actor: Actor,
    import_id: int,
    choices: CommitChoices | None = None,
    progress: Progress = ignore_progress,
) -> list[AttendanceImport]:
    """Commit the imports in review that read the same file, in the order of their sessions' dates; return all of them.

    Each is judged again after the one before, so that people whom that has created are recognised. A code in
    `choices.confirm` holds for all sessions; with an import's id before it, as in "12:date-differs", for that one. If
    all are committed or being committed already, they are returned as they are.

    Raises what `commit_import` raises, with the sessions that are still open in the sentence and in `details`. Then
    nothing is written.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_COMMIT, attendance_import)
    lock_people_table(db)
    imports = _lock_imports(db, actor, attendance_import)
    if to_commit := _list_uncommitted(imports):
        commit_locked_together(db, vault, actor, to_commit, choices or CommitChoices(), progress)
    return imports


def commit_together_or_queue(
    db: Db, vault: NikVault, actor: Actor, import_id: int, choices: CommitChoices | None = None
) -> list[AttendanceImport]:
    """Commit the sessions now if they have at most 2,000 rows, else queue their commit; return their imports.

    The imports of queued commits have the status `committing` until all are done. Raises what `commit_together` raises.
    """
    choices = choices or CommitChoices()
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_COMMIT, attendance_import)
    # Before the imports, as everywhere; whether the commit is queued is known only once those are locked.
    lock_people_table(db)
    imports = _lock_imports(db, actor, attendance_import)
    to_commit = _list_uncommitted(imports)
    if not to_commit:
        return imports
    if sum(shared.counts.get("rows", 0) for shared in to_commit) <= MAX_ROWS_AT_ONCE:
        commit_locked_together(db, vault, actor, to_commit, choices)
        return imports
    _require_all_ready(db, to_commit, choices)
    for shared in to_commit:
        shared.status = ImportStatus.COMMITTING
        shared.failure = None
    payload = {
        "import": to_commit[0].id,
        "together": [shared.id for shared in to_commit],
        "user": actor.user_id,
        "choices": choices.to_json(),
    }
    queue_task(db, OutboxKind.COMMIT_IMPORT, **payload)
    return imports


def commit_locked_together(
    db: Db,
    vault: NikVault,
    actor: Actor,
    imports: Sequence[AttendanceImport],
    choices: CommitChoices,
    progress: Progress = ignore_progress,
) -> None:
    """Commit these imports in their order, or none of them.

    The caller has checked the permission and locked the people table and the imports. Raises `Conflict` as
    `commit_together` does; then nothing is written.
    """
    with db.begin_nested():
        _require_all_ready(db, imports, choices)
        for number, attendance_import in enumerate(imports):
            try:
                commit_locked(
                    db, vault, actor, attendance_import, _choices_of(choices, attendance_import), progress
                )
            except Conflict as problem:
                if number == 0 or problem.code != ROWS_NEED_ATTENTION:
                    raise _conflict([_open_session(db, attendance_import, problem)]) from problem
                raise _conflict_after_others(db, attendance_import, problem) from problem


def _lock_imports(db: Db, actor: Actor, attendance_import: AttendanceImport) -> list[AttendanceImport]:
    """Lock the imports of attendance that read the same file; return them by date, without undone ones.

    Raises `Conflict` if this import registers people or was undone, and `Forbidden` unless the actor may commit all.
    """
    locked = lock_shared_imports(db, attendance_import)
    if attendance_import.purpose is not ImportPurpose.ATTENDANCE:
        raise Conflict(N_("A list of people to register is for one session."), code="registers")
    if attendance_import.status is ImportStatus.UNDONE:
        require_review(attendance_import)
    starts = dict(
        db.exec(
            select(WorkshopSession.id, WorkshopSession.starts_at).where(
                col(WorkshopSession.id).in_({shared.workshop_session_id for shared in locked})
            )
        ).all()
    )
    shared_imports = [
        shared
        for shared in locked
        if shared.purpose is ImportPurpose.ATTENDANCE and shared.status is not ImportStatus.UNDONE
    ]
    for shared in shared_imports:
        require_permission(db, actor, Permission.IMPORT_COMMIT, shared)
    return sorted(shared_imports, key=lambda shared: (starts[shared.workshop_session_id], shared.id))


def _list_uncommitted(imports: Sequence[AttendanceImport]) -> list[AttendanceImport]:
    """Return the imports that are to be committed; none if all are committed, or are being committed together."""
    left = [shared for shared in imports if shared.status is not ImportStatus.COMMITTED]
    is_queued = all(shared.status is ImportStatus.COMMITTING for shared in left)
    return [] if is_queued else left


def _require_all_ready(db: Db, imports: Sequence[AttendanceImport], choices: CommitChoices) -> None:
    """Raise `Conflict` that names the sessions that cannot be committed, by the stored counts and questions."""
    open_sessions = []
    for attendance_import in imports:
        workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
        try:
            if attendance_import.status is not ImportStatus.COMMITTING:
                require_review(attendance_import)
            require_ready(db, attendance_import, workshop_session, _choices_of(choices, attendance_import))
        except Conflict as problem:
            open_sessions.append(_open_session(db, attendance_import, problem))
    if open_sessions:
        raise _conflict(open_sessions)


def _choices_of(choices: CommitChoices, attendance_import: AttendanceImport) -> CommitChoices:
    """Return the choices for one import: of the confirmed codes those for all sessions and those with its id."""
    prefix = f"{attendance_import.id}:"
    return replace(choices, confirm=frozenset(code.removeprefix(prefix) for code in choices.confirm))


def _open_session(db: Db, attendance_import: AttendanceImport, problem: Conflict) -> OpenSession:
    workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    counts = attendance_import.counts
    rows = sum(counts.get(kind, 0) for kind in NEEDS_ATTENTION) if problem.code == ROWS_NEED_ATTENTION else 0
    return OpenSession(workshop_session.code, problem.code, rows)


def _conflict(open_sessions: Sequence[OpenSession]) -> Conflict:
    """Return the problem of the first session, with all sessions that have the same, and all of them in `details`."""
    code = open_sessions[0].code
    alike = [session for session in open_sessions if session.code == code]
    named = ", ".join(
        f"{session.session_code} ({session.rows})" if session.rows else session.session_code
        for session in alike
    )
    problem = Conflict(SENTENCES.get(code, QUESTIONS), code=code, sessions=named)
    problem.details["sessions"] = [
        {"session": session.session_code, "code": session.code, "rows": session.rows}
        for session in open_sessions
    ]
    return problem


def _conflict_after_others(db: Db, attendance_import: AttendanceImport, problem: Conflict) -> Conflict:
    """Return the problem of a session whose rows need attention only after the sessions before it are committed."""
    numbers = db.exec(
        select(AttendanceImportRow.number)
        .where(
            AttendanceImportRow.attendance_import_id == attendance_import.id,
            col(AttendanceImportRow.kind).in_(NEEDS_ATTENTION),
        )
        .order_by(col(AttendanceImportRow.number))
    ).all()
    session = _open_session(db, attendance_import, problem)
    labels = [row_label(number, str) for number in numbers[:MAX_ROWS_NAMED]]
    named = ", ".join(labels) + (", …" if len(numbers) > MAX_ROWS_NAMED else "")
    conflict = Conflict(AFTER_OTHERS, code=problem.code, sessions=session.session_code, rows=named)
    conflict.details["sessions"] = [
        {"session": session.session_code, "code": session.code, "rows": session.rows}
    ]
    return conflict
