"""Later changes that depend on an import and prevent its undo: merges, uploads, attendance marks, corrections."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_, date_text, wita
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    AttendanceMark,
    ImportPurpose,
    ImportStatus,
    Participant,
    PeopleMerge,
    Registration,
    UploadedFile,
)
from app.queries.imports.rows import WRITTEN, registration_of_row
from app.queries.in_values import in_values
from app.queries.people.merges import list_merges_folded_into
from app.queries.people.records import shown_name
from app.services.imports.states import (
    CurrentState,
    WrittenRow,
    is_unchanged_since_commit,
    list_written_rows,
    load_session_state,
    state_after_creation,
)
from app.services.issued_reports.closing import find_closing_report, require_not_closed

# How many people a message or an obstacle names.
MAX_NAMES = 5

CHANGED_LATER = {
    ImportPurpose.ATTENDANCE: N_(
        "This import can't be undone: the attendance of %(count)s people was changed after it (%(names)s)."
    ),
    ImportPurpose.REGISTRATION: N_(
        "This list can't be undone: the registration of %(count)s people was changed after it (%(names)s)."
    ),
}
MERGED = N_(
    "This import can't be undone: %(first)s and %(second)s were merged after it, and both were registered "
    "for this session. Correct the attendance of single people instead."
)

ERASED = N_(
    "This import can't be undone: people in it were erased on %(day)s, and so was what the undo would restore."
)
EXPIRED = N_(
    "This import can't be undone: its rows were deleted on %(day)s because they had been kept long enough."
)

# The names of the people whose registrations were changed later, by registration id.
NamesByRegistration = dict[int, str]


@dataclass(frozen=True)
class UndoObstacle:
    """One reason why an import cannot be undone: a merge of two people, a later upload, attendance marks, or changes.

    Or people in it were erased, its rows were kept long enough ("expired"), or a report has closed its period
    ("closed", with the `number` of the report); nobody is then named.

    `people` is the number of people concerned, `names` has the first of them. `at` is the time of the merge or upload,
    or of the last mark; None for other changes. Only an upload has an `import_id` and a `file_name`.
    """

    what: Literal["merge", "upload", "marks", "changes", "erased", "expired", "closed"]
    names: tuple[str, ...]
    people: int
    at: datetime | None = None
    import_id: int | None = None
    file_name: str = ""
    number: str = ""


@dataclass(frozen=True)
class _ChangedPerson:
    """A person whose registration is not as the import left it; `registration_id` is None if it was deleted."""

    registration_id: int | None
    name: str


def require_no_later_changes(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], current: CurrentState
) -> None:
    """Raise `Conflict`, naming the people, if the registrations that the import wrote were changed after it.

    The code is "period-closed" if the report of a closed period counts it, "rows-gone" if its rows were erased or
    deleted, "merged-later" if two people became one, else "changed-later". `rows` and `current` are those of
    `list_written_rows` and `load_session_state`.
    """
    require_not_closed(db, attendance_import)
    if gone_at := attendance_import.erased_at or attendance_import.expired_at:
        text = ERASED if attendance_import.erased_at else EXPIRED
        raise Conflict(text, code="rows-gone", day=date_text(wita(gone_at).date()))
    for merge in _list_merges(db, attendance_import, rows, current):
        raise Conflict(MERGED, code="merged-later", first=merge.absorbed_name, second=merge.kept_name)
    if changed := _list_changed_people(db, attendance_import, rows, current):
        names = ", ".join(person.name for person in changed[:MAX_NAMES])
        text = CHANGED_LATER[attendance_import.purpose]
        raise Conflict(text, code="changed-later", count=len(changed), names=names)


def list_undo_obstacles(db: Db, import_id: int) -> list[UndoObstacle]:
    """Return the reasons why a committed import cannot be undone; none if it can, or if it is not committed.

    Merges come first, then later uploads, marks and other changes. The caller has checked that the import is within the
    actor's scope.
    """
    attendance_import = db.get_one(AttendanceImport, import_id)
    if attendance_import.status is not ImportStatus.COMMITTED:
        return []
    if report := find_closing_report(db, attendance_import):
        return [UndoObstacle("closed", (), 0, report.issued_at, number=report.number)]
    if gone_at := attendance_import.erased_at or attendance_import.expired_at:
        return [UndoObstacle("erased" if attendance_import.erased_at else "expired", (), 0, gone_at)]
    rows = list_written_rows(db, import_id)
    current = load_session_state(db, attendance_import)
    merges = [
        UndoObstacle("merge", (merge.absorbed_name, merge.kept_name), 2, merge.merged_at)
        for merge in _list_merges(db, attendance_import, rows, current)
    ]
    changed = _list_changed_people(db, attendance_import, rows, current)
    changed_names = {
        person.registration_id: person.name for person in changed if person.registration_id is not None
    }
    if not changed_names:
        return merges
    uploads = _list_later_uploads(db, attendance_import, changed_names)
    uploaded = {id_ for upload in uploads for id_ in upload.registrations}
    marked = _load_later_marks(db, attendance_import, changed_names)
    other_names = [
        person.name
        for person in changed
        if person.registration_id not in uploaded and person.registration_id not in marked
    ]
    return [
        *merges,
        *(
            UndoObstacle(
                "upload",
                *_summarize_names(changed_names, upload.registrations),
                upload.committed_at,
                upload.import_id,
                upload.file_name,
            )
            for upload in uploads
        ),
        *(
            [UndoObstacle("marks", *_summarize_names(changed_names, marked), max(marked.values()))]
            if marked
            else []
        ),
        *([UndoObstacle("changes", tuple(other_names[:MAX_NAMES]), len(other_names))] if other_names else []),
    ]


def _summarize_names(
    changed_names: NamesByRegistration, registrations: Collection[int]
) -> tuple[tuple[str, ...], int]:
    """Return the names of the first five people of these registrations, and the number of all of them."""
    names = [name for registration_id, name in changed_names.items() if registration_id in registrations]
    return tuple(names[:MAX_NAMES]), len(names)


def _list_merges(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], current: CurrentState
) -> list[PeopleMerge]:
    """Return the merges, newest first, that made two registrations one that the import wrote or marked absent."""
    registrations = (current.registration(row.participant_id) for row in rows)
    written = {registration.id for registration in registrations if registration}
    unlisted = {*attendance_import.others, *_removed_registrations(attendance_import)}
    return list_merges_folded_into(db, attendance_import.workshop_session_id, written | unlisted)


def _list_changed_people(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], current: CurrentState
) -> list[_ChangedPerson]:
    """Return the people whose registration or attendance is not as the import left it.

    They are in the sheet's order; people whom the import marked absent because they are not on the sheet come last.
    """
    changed: list[tuple[int | None, int]] = []
    touched = _load_touched_registrations(db, attendance_import)
    for row in rows:
        person_id = row.participant_id
        if person_id is None:
            continue
        registration = current.registration(person_id)
        registration_id = registration.id if registration else None
        if registration_id in touched or _is_changed(attendance_import, row, current.outcome(person_id)):
            changed.append((registration_id, person_id))
    others = set(attendance_import.others)
    for registration in current.registrations.values():
        attendance = current.attendances.get(registration.id) if registration.id in others else None
        if attendance and attendance.attendance_import_id != attendance_import.id:
            changed.append((registration.id, registration.participant_id))
    removed = _removed_registrations(attendance_import)
    changed.extend(
        (registration.id, registration.participant_id)
        for registration in current.registrations.values()
        if registration.id in removed
        and (registration.id in current.attendances or registration.id in touched)
    )
    person_ids = {person_id for _, person_id in changed}
    of_session = col(Registration.workshop_session_id) == attendance_import.workshop_session_id
    shown_names = (
        select(col(Participant.id), shown_name())
        .select_from(Participant)
        .outerjoin(Registration, (col(Registration.participant_id) == col(Participant.id)) & of_session)
        .where(in_values(db, col(Participant.id), person_ids))
    )
    names = {line[0]: line[1] for line in db.execute(shown_names)}
    return [_ChangedPerson(registration_id, names[person_id]) for registration_id, person_id in changed]


def _load_touched_registrations(db: Db, attendance_import: AttendanceImport) -> set[int]:
    """Return the ids of the registrations that got an attendance mark, or were made again, after the commit.

    They count as changed even if their values are as the import left them. A mark counts by when it arrived, not by the
    time of its device.
    """
    of_session = col(Registration.workshop_session_id) == attendance_import.workshop_session_id
    marked = (
        select(col(AttendanceMark.registration_id))
        .join(Registration, col(Registration.id) == col(AttendanceMark.registration_id))
        .where(of_session, col(AttendanceMark.received_at) > attendance_import.committed_at)
    )
    registered_again = select(col(Registration.id)).where(
        of_session, col(Registration.created_at) > attendance_import.committed_at
    )
    return {*db.scalars(marked), *db.scalars(registered_again)}


def _is_changed(attendance_import: AttendanceImport, row: WrittenRow, outcome: Mapping[str, Any]) -> bool:
    """Return whether a row's registration or attendance (`outcome`) is not as the import left it."""
    left = row.after or state_after_creation(attendance_import, row, outcome)
    if outcome["attendance"] != left["attendance"]:
        return True
    return not is_unchanged_since_commit(left["registration"], outcome["registration"])


@dataclass(frozen=True)
class _LaterUpload:
    """A list that was committed later, and those of the changed registrations that it changed."""

    import_id: int
    file_name: str
    committed_at: datetime | None
    registrations: Collection[int]


def _list_later_uploads(
    db: Db, attendance_import: AttendanceImport, changed_names: NamesByRegistration
) -> list[_LaterUpload]:
    """Return the session's committed lists that were committed later and changed one of these registrations."""
    uploads: list[_LaterUpload] = []
    later_imports = db.execute(
        select(AttendanceImport, col(UploadedFile.name))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .where(
            col(AttendanceImport.workshop_session_id) == attendance_import.workshop_session_id,
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
            col(AttendanceImport.committed_at) > attendance_import.committed_at,
        )
        .order_by(col(AttendanceImport.id))
    ).all()
    for later_import, file_name in later_imports:
        rows = db.execute(
            select(AttendanceImportRow, col(Registration.id))
            .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
            .join(Registration, registration_of_row())
            .where(
                col(AttendanceImport.id) == later_import.id,
                col(AttendanceImportRow.kind).in_(WRITTEN),
                in_values(db, col(Registration.id), changed_names.keys()),
            )
        )
        registrations = {id_ for row, id_ in rows if _changes_registration(row)}
        registrations |= changed_names.keys() & {
            *later_import.others,
            *_removed_registrations(later_import),
        }
        if registrations:
            uploads.append(_LaterUpload(later_import.id, file_name, later_import.committed_at, registrations))
    return uploads


def _removed_registrations(attendance_import: AttendanceImport) -> set[int]:
    """Return the registrations whose attendance an import removed because it doesn't list the people any more."""
    return {stored["registration"] for stored in attendance_import.removed}


def _changes_registration(row: AttendanceImportRow) -> bool:
    """Return whether a row changed a registration or attendance, and not only details of the person."""
    if not row.before or not row.after:
        return True
    return any(row.before[part] != row.after[part] for part in ("registration", "attendance"))


def _load_later_marks(
    db: Db, attendance_import: AttendanceImport, changed_names: NamesByRegistration
) -> dict[int, datetime]:
    """Return by registration id when its last mark after the commit arrived; only for those that have one."""
    registration_id = col(AttendanceMark.registration_id)
    latest = (
        select(registration_id, func.max(col(AttendanceMark.received_at)))
        .where(
            in_values(db, registration_id, changed_names.keys()),
            col(AttendanceMark.received_at) > attendance_import.committed_at,
        )
        .group_by(registration_id)
    )
    return {line[0]: line[1] for line in db.execute(latest)}
