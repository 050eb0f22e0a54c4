"""Commits an import: what its rows were judged to be becomes registrations and attendance, all or nothing."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import insert

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceStatus,
    Basis,
    Channel,
    ImportPurpose,
    ImportStatus,
    OutboxKind,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.imports.attendance_imports import attendance_import_by_id
from app.queries.imports.people import unlisted
from app.queries.registrations.seats import seats_of
from app.services.activities import record
from app.services.imports.judging import count_changes
from app.services.imports.review import judge_again
from app.services.imports.told_apart import remember_told_apart
from app.services.imports.upload import require_review
from app.services.imports.writing import ImportWriting, recording
from app.services.locks import lock_people_table, lock_row
from app.services.outbox import queue
from app.services.registrations.lists import register_list
from app.services.registrations.requests import RegistrationRequest, require_open
from app.services.registrations.waiting_list import move_up
from app.spreadsheets.progress import Progress, in_rows, nobody_waits, step

DEFAULT_BASIS = Basis.PUBLIC_TASK
NOT_STARTED = "session-not-started"
# Longer ones are written after the answer, so that whoever waits sees how far that is.
MOST_ROWS_AT_ONCE = 2_000
# Whoever is registered gets a place of their own, and a letter.
MOST_REGISTERED_AT_ONCE = 300
NO_LONGER_ASKED = (ImportStatus.COMMITTING, ImportStatus.COMMITTED)


@dataclass(frozen=True)
class CommitChoices:
    """`others` says what becomes of registered people whom the sheet doesn't list: "leave" or "absent".
    `confirm` holds the codes of warnings that a person has seen and accepts. `overrule` registers beyond the caps
    and after registration has closed."""

    only_valid: bool = False
    others: str = "leave"
    basis: Basis = DEFAULT_BASIS
    confirm: frozenset[str] = frozenset()
    overrule: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"confirm": sorted(self.confirm)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            stored["only_valid"],
            stored["others"],
            Basis(stored["basis"]),
            frozenset(stored["confirm"]),
            stored.get("overrule", False),
        )


def commit(
    db: Db,
    vault: NikVault,
    actor: Actor,
    import_id: int,
    choices: CommitChoices | None = None,
    progress: Progress = nobody_waits,
) -> AttendanceImport:
    """Writes every row that isn't in review or error; the import is then `committed`.

    Of two commits at once, one writes and the other gets the same result. Raises `Conflict` while rows need
    attention (unless `only_valid`) and while a session that hasn't begun wasn't confirmed.
    """
    attendance_import_by_id(db, actor, import_id)
    lock_people_table(db)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    if attendance_import.status not in NO_LONGER_ASKED:
        require_review(attendance_import)
        commit_held(db, vault, actor, attendance_import, choices or CommitChoices(), progress)
    return attendance_import


def commit_or_queue(
    db: Db, vault: NikVault, actor: Actor, import_id: int, choices: CommitChoices | None = None
) -> AttendanceImport:
    """Commits a short list, and queues the commit of a long one."""
    found = attendance_import_by_id(db, actor, import_id)
    registers = found.purpose is ImportPurpose.REGISTRATION
    if found.counts.get("rows", 0) <= (MOST_REGISTERED_AT_ONCE if registers else MOST_ROWS_AT_ONCE):
        return commit(db, vault, actor, import_id, choices)
    return queue_commit(db, actor, import_id, choices)


def queue_commit(
    db: Db, actor: Actor, import_id: int, choices: CommitChoices | None = None
) -> AttendanceImport:
    """Leaves the commit to the outbox; the import is `committing` meanwhile.

    Raises what `commit` does, by the judgement that is there. If another has to be made, and rows need attention
    then, the import comes back to review.
    """
    choices = choices or CommitChoices()
    attendance_import_by_id(db, actor, import_id)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    if attendance_import.status not in NO_LONGER_ASKED:
        require_review(attendance_import)
        workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
        _require_ready(attendance_import, workshop_session, choices)
        attendance_import.status = ImportStatus.COMMITTING
        attendance_import.failure = None
        asked = {"import": import_id, "user": actor.user_id, "choices": choices.to_json()}
        queue(db, OutboxKind.COMMIT_IMPORT, **asked)
    return attendance_import


def commit_held(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    choices: CommitChoices,
    progress: Progress,
) -> None:
    """Commit an import whose row and the people table are locked. If it raises, only the new judgement is kept."""
    rows = attendance_import.counts["rows"]
    done = in_rows(rows, progress)
    if attendance_import.judged_at != count_changes(db, attendance_import.uploaded_at):
        judge_again(db, vault, attendance_import, step(0, 2, done))
        done = step(1, 2, done)
    workshop_session = lock_row(db, WorkshopSession, attendance_import.workshop_session_id)
    _require_ready(attendance_import, workshop_session, choices)
    # Of a list, somebody may be refused a place in the midst of it. A sheet isn't refused any more, and is written
    # slower where it could be taken back.
    registers = attendance_import.purpose is ImportPurpose.REGISTRATION
    with db.begin_nested() if registers else nullcontext():
        _write(db, vault, actor, attendance_import, workshop_session, choices, done)
    progress(rows, rows)


def _write(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    choices: CommitChoices,
    done: Progress,
) -> None:
    """All that a commit writes."""
    attendance_import.status = ImportStatus.COMMITTED
    attendance_import.failure = None
    attendance_import.committed_at = now()
    attendance_import.committed_by = actor.user_id
    attendance_import.basis = choices.basis
    if attendance_import.purpose is ImportPurpose.REGISTRATION:
        overrule = choices.overrule
        register_list(db, vault, actor, attendance_import, workshop_session, overrule=overrule, progress=done)
        # Whoever is registered later than this was registered again: undo asks for it.
        attendance_import.committed_at = now()
    else:
        writing = ImportWriting(db, attendance_import, workshop_session.starts_at)
        writing.write(seats_of(db, workshop_session), done)
        remember_told_apart(db, actor, attendance_import.id, writing.judged)
        if choices.others == "absent":
            attendance_import.others = _mark_others_absent(db, attendance_import)
    db.flush()
    after = {
        "session": workshop_session.code,
        "counts": attendance_import.counts,
        "others_absent": len(attendance_import.others),
        "basis": choices.basis.value,
        **({"overruled": True} if choices.overrule else {}),
    }
    record(db, actor, "commit", "attendance-import", attendance_import.id, after=after)
    move_up(db, actor, workshop_session, because="sheet")
    queue(db, OutboxKind.FIND_DUPLICATES, attendance_import=attendance_import.id)


def _require_ready(
    attendance_import: AttendanceImport, workshop_session: WorkshopSession, choices: CommitChoices
) -> None:
    counts = attendance_import.counts
    if choices.others not in {"leave", "absent"}:
        raise Invalid(N_("People who are not on the sheet can be left as they are, or marked absent."))
    if not choices.only_valid and (waiting := counts["review"] + counts["error"]):
        text = N_("%(rows)s rows need your attention before this import can be committed.")
        raise Conflict(text, code="rows-need-attention", rows=waiting)
    if attendance_import.purpose is ImportPurpose.REGISTRATION:
        require_open(workshop_session, RegistrationRequest(Channel.ORGANIZER, overrule=choices.overrule))
        return
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    if workshop_session.starts_at > now() and NOT_STARTED not in choices.confirm:
        text = N_("This session has not begun yet. Confirm that its attendance is to be recorded now.")
        raise Conflict(text, code=NOT_STARTED)


def _mark_others_absent(db: Db, attendance_import: AttendanceImport) -> list[int]:
    """Marks those absent who are registered, have no outcome and of whom the sheet says nothing.

    Returns their registrations' ids. Whose row needs attention, or was skipped, stays open.
    """
    without_outcome = db.scalars(
        unlisted(db, attendance_import.id, attendance_import.workshop_session_id)
    ).all()
    absent = {"status": AttendanceStatus.ABSENT, **recording(attendance_import)}
    if without_outcome:
        db.execute(insert(Attendance), [{"registration_id": id_} | absent for id_ in without_outcome])
    return list(without_outcome)
