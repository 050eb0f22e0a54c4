"""Commit an import: write the registrations and attendance of its judged rows, all or nothing."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import delete, func, insert, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Basis,
    Channel,
    ImportPurpose,
    ImportStatus,
    IssuedReport,
    OutboxKind,
    Participant,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.minutes import find_changed_minutes_rule
from app.queries.imports.people import select_missing_registrations, select_unlisted_registrations
from app.queries.imports.rows import WRITTEN
from app.queries.imports.shared_uploads import list_open_file_questions, list_siblings
from app.queries.in_values import in_values
from app.queries.registrations.seats import get_seats
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.judging import count_changes
from app.services.imports.review import (
    JudgedRows,
    holds_still,
    judge_rows_ahead,
    judge_stored_rows,
)
from app.services.imports.shared.people import lock_shared_imports, pass_on_people
from app.services.imports.states import attendance_state
from app.services.imports.upload import require_review
from app.services.imports.writing import ImportWriting, recorded_by_import, store_distinct_people
from app.services.locks import lock_people_table, lock_row, try_lock_people_table
from app.services.outbox import queue_task
from app.services.registrations.lists import notify_listed, register_list
from app.services.registrations.requests import RegistrationRequest, require_open
from app.services.registrations.waiting_list import fill_free_seats
from app.spreadsheets.progress import Progress, ignore_progress, scale_progress, step_progress

DEFAULT_BASIS = Basis.PUBLIC_TASK
NOT_STARTED = "session-not-started"
NO_ROWS = "no-rows"
# Longer lists are committed after the response, by the outbox, with progress.
MAX_ROWS_AT_ONCE = 2_000
# Registering a row is slower: each gets a seat and a message of its own.
MAX_REGISTRATIONS_AT_ONCE = 300
MAX_MILLISECONDS_FOR_ROWS = "300"
COMMITTING_OR_COMMITTED = (ImportStatus.COMMITTING, ImportStatus.COMMITTED)


@dataclass(frozen=True)
class CommitChoices:
    """How an import is committed.

    `only_valid` leaves out the rows that need attention. `others` tells what happens to registered people who are not
    on the sheet: "leave" or "absent". `confirm` holds the codes of the warnings that the user accepted. `overrule`
    registers people beyond the caps and after registration has closed. `missing` tells what happens to the attendance
    of people whom an earlier list of the same people names and this one doesn't: "leave" or "remove".
    """

    only_valid: bool = False
    others: str = "leave"
    basis: Basis = DEFAULT_BASIS
    confirm: frozenset[str] = frozenset()
    overrule: bool = False
    missing: str = "leave"

    def to_json(self) -> dict[str, Any]:
        """Return the choices as JSON, for the task in the outbox."""
        return asdict(self) | {"confirm": sorted(self.confirm)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the choices that `to_json` stored."""
        return cls(
            stored["only_valid"],
            stored["others"],
            Basis(stored["basis"]),
            frozenset(stored["confirm"]),
            stored.get("overrule", False),
            stored.get("missing", "leave"),
        )


class OutdatedJudgement(Exception):
    """Raised by a commit if what its rows were judged against has changed, or others hold a lock that it needs."""


@dataclass(frozen=True)
class JudgedAhead:
    """What `judge_ahead` found. `rows` is None if the stored judgement was still true."""

    rows: JudgedRows | None


def judge_ahead(
    read_db: Db, vault: NikVault, attendance_import: AttendanceImport, progress: Progress = ignore_progress
) -> JudgedAhead:
    """Judge an import again, if something relevant has changed, before its commit takes the locks.

    The commit then only compares what the rows were judged against, which takes a tenth of the time.
    """
    if attendance_import.judged_at == count_changes(
        read_db, attendance_import.uploaded_at
    ) or find_changed_minutes_rule(read_db, attendance_import):
        return JudgedAhead(None)
    done = step_progress(0, 2, scale_progress(attendance_import.counts["rows"], progress))
    return JudgedAhead(judge_rows_ahead(read_db, vault, attendance_import, done))


def commit_import(
    db: Db,
    vault: NikVault,
    actor: Actor,
    import_id: int,
    choices: CommitChoices | None = None,
    progress: Progress = ignore_progress,
) -> AttendanceImport:
    """Write the rows that create or update something, set the status `committed`, and return the import.

    If something relevant has changed since the rows were judged, they are judged again first. Rows in review or error
    are left out with `only_valid`. The commit is logged, and free seats go to the waiting list. If the import is
    committed or being committed already, it is returned as it is.

    Raises `Forbidden` without `IMPORT_COMMIT`, `NotFound`, `Invalid` for an unknown `others`, and `Conflict` if the
    import is not in review, rows need attention, the session is cancelled, or it has not begun and that was not
    confirmed; for a list of people to register, if registration is closed.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_COMMIT, attendance_import)
    lock_people_table(db)
    lock_shared_imports(db, attendance_import)
    if attendance_import.status not in COMMITTING_OR_COMMITTED:
        require_review(attendance_import)
        commit_locked(db, vault, actor, attendance_import, choices or CommitChoices(), progress)
        if attendance_import.purpose is ImportPurpose.REGISTRATION:
            notify_listed(db, attendance_import)
        for sibling in list_siblings(db, attendance_import):
            judge_stored_rows(db, vault, sibling)
    return attendance_import


def commit_or_queue(
    db: Db, vault: NikVault, actor: Actor, import_id: int, choices: CommitChoices | None = None
) -> AttendanceImport:
    """Commit a list of at most 2,000 rows (300 to register) now, queue the commit of a longer one; return the import.

    Raises what `commit_import` raises.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_COMMIT, attendance_import)
    registers = attendance_import.purpose is ImportPurpose.REGISTRATION
    if attendance_import.counts.get("rows", 0) <= (
        MAX_REGISTRATIONS_AT_ONCE if registers else MAX_ROWS_AT_ONCE
    ):
        return commit_import(db, vault, actor, import_id, choices)
    return queue_commit(db, actor, import_id, choices)


def queue_commit(
    db: Db, actor: Actor, import_id: int, choices: CommitChoices | None = None
) -> AttendanceImport:
    """Queue the commit for the outbox; the import has the status `committing` until it is done.

    Does nothing if it is committed or being committed already. Raises what `commit_import` raises, by the stored
    judgement. If rows need attention when the outbox judges them again, the import returns to review.
    """
    choices = choices or CommitChoices()
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_COMMIT, attendance_import)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    if attendance_import.status not in COMMITTING_OR_COMMITTED:
        require_review(attendance_import)
        _require_same_minutes(db, attendance_import)
        workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
        require_ready(db, attendance_import, workshop_session, choices)
        attendance_import.status = ImportStatus.COMMITTING
        attendance_import.failure = None
        payload = {"import": import_id, "user": actor.user_id, "choices": choices.to_json()}
        queue_task(db, OutboxKind.COMMIT_IMPORT, **payload)
    return attendance_import


def commit_locked(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    choices: CommitChoices,
    progress: Progress,
    ahead: JudgedAhead | None = None,
) -> None:
    """Commit an import; the caller has checked the permission and locked the people table and the import's row.

    If something relevant has changed since the rows were judged, they are judged again first; given `ahead`, that is
    done before and not here, and `OutdatedJudgement` is raised if it does not hold any more.

    People whom a list registers are not told yet. Raises `Invalid` and `Conflict` as `commit_import` does; then nothing
    is written but the newer judgement of the rows.
    """
    _require_same_minutes(db, attendance_import)
    rows = attendance_import.counts["rows"]
    done = scale_progress(rows, progress)
    if attendance_import.judged_at != count_changes(db, attendance_import.uploaded_at):
        if ahead is None:
            judge_stored_rows(db, vault, attendance_import, step_progress(0, 2, done))
            done = step_progress(1, 2, done)
        elif ahead.rows is None or not holds_still(db, attendance_import, ahead.rows):
            raise OutdatedJudgement
        else:
            done = step_progress(1, 2, done)
    _write_rows(db, vault, actor, attendance_import, choices, done)
    progress(rows, rows)


def commit_before_locking(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    choices: CommitChoices,
    progress: Progress,
    ahead: JudgedAhead,
) -> None:
    """Commit an import on PostgreSQL: write first, then lock the people table and compare what it was judged against.

    So people who register at other workshops wait while it compares, and not while it writes. The rows that it writes
    to are locked; who registers for the same session, or one of the list's people, waits until the commit ends. The
    caller has checked the permission and locked the import's row, and `read_db` has read nothing yet: it must not see
    what `db` writes, but all that others have saved before the lock was taken.

    Raises `OutdatedJudgement` if something has changed since the rows were judged `ahead`, a report was issued, which
    would not count the list but seem to by its time, or others hold a lock that this needs. Raises `Invalid` and
    `Conflict` as `commit_import` does. The caller must roll back.
    """
    rows = attendance_import.counts["rows"]
    newest_report = select(func.max(IssuedReport.id))
    report_before = db.scalar(newest_report)
    lock_row(db, WorkshopSession, attendance_import.workshop_session_id)
    if not _lock_known_people(db, attendance_import.id):
        raise OutdatedJudgement
    _write_rows(db, vault, actor, attendance_import, choices, scale_progress(rows, progress))
    db.flush()
    if not try_lock_people_table(db) or read_db.scalar(newest_report) != report_before:
        raise OutdatedJudgement
    is_unchanged = attendance_import.judged_at == count_changes(read_db, attendance_import.uploaded_at)
    if not is_unchanged and (ahead.rows is None or not holds_still(read_db, attendance_import, ahead.rows)):
        raise OutdatedJudgement
    progress(rows, rows)


def _lock_known_people(db: Db, import_id: int) -> bool:
    """Lock the known people to whom an import writes; return whether all of them still exist.

    Raises `OperationalError` if others hold one of them, and later if another lock is not free within this time.
    """
    db.execute(select(func.set_config("lock_timeout", MAX_MILLISECONDS_FOR_ROWS, True)))
    row = AttendanceImportRow
    ids = select(col(row.participant_id)).where(
        col(row.attendance_import_id) == import_id,
        col(row.kind).in_(WRITTEN),
        col(row.participant_id).is_not(None),
    )
    known = {id_ for id_ in db.scalars(ids) if id_ is not None}
    person_id = col(Participant.id)
    statement = select(person_id).where(in_values(db, person_id, known)).order_by(person_id)
    return len(db.scalars(statement.with_for_update()).all()) == len(known)


def _write_rows(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    choices: CommitChoices,
    done: Progress,
) -> None:
    """Lock the session's row, and write the judged rows and what follows, if the rows and the session allow it."""
    workshop_session = lock_row(db, WorkshopSession, attendance_import.workshop_session_id)
    require_ready(db, attendance_import, workshop_session, choices)
    # Registering a list can fail halfway, so it needs a savepoint. Writing attendance cannot, and is slower in one.
    registers = attendance_import.purpose is ImportPurpose.REGISTRATION
    with db.begin_nested() if registers else nullcontext():
        _write(db, vault, actor, attendance_import, workshop_session, choices, done)


def _write(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    choices: CommitChoices,
    done: Progress,
) -> None:
    """Write the rows and what follows: status, log, seats for the waiting list, a queued search for duplicates."""
    attendance_import.status = ImportStatus.COMMITTED
    attendance_import.failure = None
    attendance_import.committed_at = now()
    attendance_import.committed_by = actor.user_id
    attendance_import.basis = choices.basis
    if attendance_import.purpose is ImportPurpose.REGISTRATION:
        overrule = choices.overrule
        register_list(db, vault, actor, attendance_import, workshop_session, overrule=overrule, progress=done)
    else:
        writing = ImportWriting(db, actor, attendance_import, workshop_session.starts_at)
        writing.write(get_seats(db, workshop_session), done)
        store_distinct_people(db, actor, attendance_import.id, writing.judged)
        # In this order, as people whose attendance is removed would be without one, and marked absent.
        if choices.others == "absent":
            attendance_import.others = _mark_others_absent(db, attendance_import)
        if choices.missing == "remove":
            attendance_import.removed = _remove_attendance(db, attendance_import)
        pass_on_people(db, attendance_import)
    db.flush()
    after = {
        "session": workshop_session.code,
        "counts": attendance_import.counts,
        "others_absent": len(attendance_import.others),
        **({"removed": len(attendance_import.removed)} if attendance_import.removed else {}),
        "basis": choices.basis.value,
        **({"overruled": True} if choices.overrule else {}),
    }
    log_activity(db, actor, "commit", "attendance-import", attendance_import.id, after=after)
    fill_free_seats(db, actor, workshop_session, because="sheet")
    queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=attendance_import.id)


def require_ready(
    db: Db, attendance_import: AttendanceImport, workshop_session: WorkshopSession, choices: CommitChoices
) -> None:
    """Raise `Conflict` if the rows, by their stored counts, or the session do not allow the commit.

    Raises `Invalid` for an unknown `others`; a list without rows cannot decide about people who are not on it.
    """
    counts = attendance_import.counts
    if choices.others not in {"leave", "absent"}:
        raise Invalid(N_("People who are not on the sheet can be left as they are, or marked absent."))
    if choices.missing not in {"leave", "remove"}:
        raise Invalid(
            N_("Attendance of people who are missing from the sheet can be left as it is, or removed.")
        )
    if not counts["rows"] and (choices.others == "absent" or choices.missing == "remove"):
        text = N_("Nobody is on this list, so it says nothing about the people who are not on it.")
        raise Conflict(text, code=NO_ROWS)
    if not choices.only_valid and (waiting := counts["review"] + counts["error"]):
        text = N_("%(rows)s rows need your attention before this import can be committed.")
        raise Conflict(text, code="rows-need-attention", rows=waiting)
    if questions := list_open_file_questions(db, attendance_import, choices.confirm):
        text = N_("A question about the whole list has to be answered first.")
        raise Conflict(text, code=questions[0].code)
    if attendance_import.purpose is ImportPurpose.REGISTRATION:
        require_open(workshop_session, RegistrationRequest(Channel.ORGANIZER, overrule=choices.overrule))
        return
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    if workshop_session.starts_at > now() and NOT_STARTED not in choices.confirm:
        text = N_("This session has not begun yet. Confirm that its attendance is to be recorded now.")
        raise Conflict(text, code=NOT_STARTED)


def _require_same_minutes(db: Db, attendance_import: AttendanceImport) -> None:
    """Raise `Conflict` if the list was judged by other minutes than those that count as present now.

    Judging it again would change who was present, after the user looked at that.
    """
    if find_changed_minutes_rule(db, attendance_import):
        text = N_(
            "Other minutes count as present in this session than when this list was read. Look at who was present now, "
            "and save it then."
        )
        raise Conflict(text, code="minutes-changed")


def _remove_attendance(db: Db, attendance_import: AttendanceImport) -> list[dict[str, Any]]:
    """Remove the attendance of people whom an earlier list names and this one doesn't; return it for the undo."""
    missing = db.scalars(select_missing_registrations(db, attendance_import)).all()
    of_missing = in_values(db, col(Attendance.registration_id), missing)
    removed = [
        {"registration": attendance.registration_id, **attendance_state(attendance)}
        for attendance in db.scalars(select(Attendance).where(of_missing))
    ]
    db.execute(delete(Attendance).where(of_missing))
    return removed


def _mark_others_absent(db: Db, attendance_import: AttendanceImport) -> list[int]:
    """Mark registered people without an outcome absent if the sheet does not list them.

    Returns the ids of their registrations. People whose row needs attention or is skipped are left as they are.
    """
    without_outcome = db.scalars(
        select_unlisted_registrations(db, attendance_import.id, attendance_import.workshop_session_id)
    ).all()
    absent = {"status": AttendanceStatus.ABSENT, **recorded_by_import(attendance_import)}
    if without_outcome:
        db.execute(insert(Attendance), [{"registration_id": id_} | absent for id_ in without_outcome])
    return list(without_outcome)
