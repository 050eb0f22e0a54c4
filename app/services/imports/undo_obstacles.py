"""What was built on an import after it: while it stands, the import can't be undone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
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
from app.services.imports.states import (
    CurrentState,
    WrittenRow,
    current_state_of_session,
    is_as_left,
    state_after_creation,
    written_rows,
)

# So many names say enough of what stands in the way.
NAMED_AT_MOST = 5

NEWER = {
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

# Registrations on which something newer was built: their ids, and whose they are.
Newer = dict[int, str]


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way: a merge of two people, a later upload, marks from the venue, or changes.

    `people` counts those whom it concerns, `names` has the first of them. `at` is when it was done, of marks when
    the last was made; of other changes it isn't known. Only an upload has an `import_id` and a `file_name`.
    """

    what: Literal["merge", "upload", "marks", "changes"]
    names: tuple[str, ...]
    people: int
    at: datetime | None = None
    import_id: int | None = None
    file_name: str = ""


def require_nothing_newer(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], there: CurrentState
) -> None:
    """Raises `Conflict` where something newer was built on the same registrations, and names whose."""
    for made in _merges(db, attendance_import, rows, there):
        raise Conflict(MERGED, code="merged-later", first=made.absorbed_name, second=made.kept_name)
    if newer := _newer(db, attendance_import, rows, there):
        named = ", ".join(name for _, name in newer[:NAMED_AT_MOST])
        text = NEWER[attendance_import.purpose]
        raise Conflict(text, code="changed-later", count=len(newer), names=named)


def obstacles(db: Db, import_id: int) -> list[Obstacle]:
    """All that stands in the way of undoing an import, which was found within reach before; it only looks."""
    attendance_import = db.get_one(AttendanceImport, import_id)
    if attendance_import.status is not ImportStatus.COMMITTED:
        return []
    rows = written_rows(db, import_id)
    there = current_state_of_session(db, attendance_import)
    merges = [
        Obstacle("merge", (made.absorbed_name, made.kept_name), 2, made.merged_at)
        for made in _merges(db, attendance_import, rows, there)
    ]
    found = _newer(db, attendance_import, rows, there)
    newer = {registration_id: name for registration_id, name in found if registration_id is not None}
    if not newer:
        return merges
    uploads = dict(_later_uploads(db, attendance_import, newer))
    marks = _marks_since(db, attendance_import, newer)
    told = set(marks).union(*uploads.values())
    changed = [name for registration_id, name in found if registration_id not in told]
    return [
        *merges,
        *(
            Obstacle("upload", *_some(newer, changes), upload.at, upload.id, upload.file_name)
            for upload, changes in uploads.items()
        ),
        *([Obstacle("marks", *_some(newer, marks), max(marks.values()))] if marks else []),
        *([Obstacle("changes", tuple(changed[:NAMED_AT_MOST]), len(changed))] if changed else []),
    ]


@dataclass(frozen=True)
class _Upload:
    id: int
    file_name: str
    at: datetime | None


def _some(newer: Newer, concerned: Collection[int]) -> tuple[tuple[str, ...], int]:
    names = [name for registration_id, name in newer.items() if registration_id in concerned]
    return tuple(names[:NAMED_AT_MOST]), len(names)


def _merges(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], there: CurrentState
) -> list[PeopleMerge]:
    registrations = (there.registration(row.participant_id) for row in rows)
    written = {one.id for one in registrations if one} | set(attendance_import.others)
    return list_merges_folded_into(db, attendance_import.workshop_session_id, written)


def _newer(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], there: CurrentState
) -> list[tuple[int | None, str]]:
    """The registrations that aren't as the import left them (None: one that is gone), and whose they are."""
    found = list(_people_of_newer(db, attendance_import, rows, there))
    people = {person_id for _, person_id in found}
    named = db.scalars(select(Participant).where(in_values(db, col(Participant.id), people)))
    names = {person.id: person.name for person in named}
    return [(registration_id, names[person_id]) for registration_id, person_id in found]


def _people_of_newer(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], there: CurrentState
) -> Iterator[tuple[int | None, int]]:
    touched = _touched_since(db, attendance_import)
    for row in rows:
        person_id = row.participant_id
        if person_id is None:
            continue
        registration = there.registration(person_id)
        registration_id = registration.id if registration else None
        if registration_id in touched or _is_newer(attendance_import, row, there.outcome(person_id)):
            yield registration_id, person_id
    others = set(attendance_import.others)
    for registration in there.registrations.values():
        attendance = there.attendances.get(registration.id) if registration.id in others else None
        if attendance and attendance.attendance_import_id != attendance_import.id:
            yield registration.id, registration.participant_id


def _touched_since(db: Db, attendance_import: AttendanceImport) -> set[int]:
    """The registrations for which a mark from the venue arrived after the commit, whatever its device's time, and
    those of people who cancelled and registered again: they stand as they were left, but by what came later."""
    of_session = col(Registration.workshop_session_id) == attendance_import.workshop_session_id
    marked = (
        select(col(AttendanceMark.registration_id))
        .join(Registration, col(Registration.id) == col(AttendanceMark.registration_id))
        .where(of_session, col(AttendanceMark.received_at) > attendance_import.committed_at)
    )
    again = select(col(Registration.id)).where(
        of_session, col(Registration.created_at) > attendance_import.committed_at
    )
    return {*db.scalars(marked), *db.scalars(again)}


def _is_newer(attendance_import: AttendanceImport, row: WrittenRow, now_there: Mapping[str, Any]) -> bool:
    left = row.after or state_after_creation(attendance_import, row, now_there)
    if now_there["attendance"] != left["attendance"]:
        return True
    return not is_as_left(left["registration"], now_there["registration"])


def _later_uploads(
    db: Db, attendance_import: AttendanceImport, newer: Newer
) -> Iterator[tuple[_Upload, set[int]]]:
    """The lists of the session saved later that changed one of these registrations, and which of them."""
    later = db.execute(
        select(AttendanceImport, col(UploadedFile.name))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .where(
            col(AttendanceImport.workshop_session_id) == attendance_import.workshop_session_id,
            col(AttendanceImport.status) == ImportStatus.COMMITTED,
            col(AttendanceImport.committed_at) > attendance_import.committed_at,
        )
        .order_by(col(AttendanceImport.id))
    )
    for found, file_name in later.all():
        rows = db.execute(
            select(AttendanceImportRow, col(Registration.id))
            .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
            .join(Registration, registration_of_row())
            .where(
                col(AttendanceImport.id) == found.id,
                col(AttendanceImportRow.kind).in_(WRITTEN),
                in_values(db, col(Registration.id), newer.keys()),
            )
        )
        changes = {registration_id for row, registration_id in rows if _changes_attendance(row)}
        if changes := changes | (newer.keys() & set(found.others)):
            yield _Upload(found.id, file_name, found.committed_at), changes


def _changes_attendance(row: AttendanceImportRow) -> bool:
    """Whether a row changed more than a detail of the person."""
    if not row.before or not row.after:
        return True
    return any(row.before[part] != row.after[part] for part in ("registration", "attendance"))


def _marks_since(db: Db, attendance_import: AttendanceImport, newer: Newer) -> dict[int, datetime]:
    """Which of these registrations were marked at the venue since, and when last."""
    mark = col(AttendanceMark.registration_id)
    latest = (
        select(mark, func.max(col(AttendanceMark.received_at)))
        .where(
            in_values(db, mark, newer.keys()),
            col(AttendanceMark.received_at) > attendance_import.committed_at,
        )
        .group_by(mark)
    )
    return {line[0]: line[1] for line in db.execute(latest)}
