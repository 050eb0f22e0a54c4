"""Read an uploaded file for further sessions of its workshop: each gets an import of its own that shares the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import (
    AttendanceImport,
    ImportPurpose,
    ImportStatus,
    OutboxKind,
    UploadedFile,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import find_day_column, get_attendance_import
from app.queries.imports.people import ABOUT_PEOPLE
from app.queries.imports.rows import Correction, list_import_rows, load_corrections
from app.queries.imports.shared_uploads import ACTIVE, judged_name
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.mapping import (
    ChangedSheet,
    queue_reading,
    read_with_changes,
    store_changed_sheet,
)
from app.services.imports.shared.answers import correction_about_person
from app.services.imports.shared.people import lock_shared_imports
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.upload import (
    MAX_BYTES_READ_AT_ONCE,
    SheetReading,
    read_stored_file,
    require_review,
    store_reading,
)
from app.services.outbox import queue_task

# Each reading takes a child process while the user waits.
MAX_SESSIONS = 31
NO_CORRECTION = Correction({}, None)


@dataclass(frozen=True)
class SessionChoice:
    """A session for which a file is read, with its sheet and the label of its day's column.

    None means that the reader chooses by the session's date.
    """

    session_code: str
    sheet: str | None = None
    day_column: str | None = None


def read_for_sessions(
    read_db: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, choices: Sequence[SessionChoice]
) -> list[AttendanceImport]:
    """Read the file of an import for sessions of its workshop, and return their imports in the order of `choices`.

    A session without an import of this file gets one. From the same sheet it takes over the columns, the defaults, the
    answers about people and, from a committed import, the people themselves; what blanks mean is found anew. An import
    in review is read again if its sheet or column differs from the choice. Files over 256 KiB are read by the outbox:
    such imports have the status `reading` until then. New imports are logged.

    The file is read and judged with `read_db` for all sessions, before `db` takes the write lock.

    Raises `NotFound` and `Forbidden` unless the actor may import into every session, `Invalid` for a session of another
    workshop, one that is named twice, an unknown sheet or more than 31 sessions, `Conflict` if the import is not in
    review or committed, registers people, or a session's import that would be read again is not in review, and
    `UnreadableFile` or `TooLarge` if the file cannot be read for a session. Then nothing is changed.
    """
    attendance_import = get_attendance_import(read_db, actor, import_id)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, attendance_import)
    _require_sharable(attendance_import, choices)
    known = {
        shared.workshop_session_id: shared for shared in _list_active_imports(read_db, attendance_import)
    }
    at_once = _file_size(read_db, attendance_import) <= MAX_BYTES_READ_AT_ONCE
    answers = _load_answers(read_db, vault, attendance_import) if at_once else _Answers({}, {})
    workshop_sessions: dict[str, WorkshopSession] = {}
    new_readings: dict[str, SheetReading | None] = {}
    changed_sheets: dict[str, ChangedSheet] = {}
    for choice in choices:
        workshop_session = get_workshop_session(read_db, actor, choice.session_code)
        require_permission(read_db, actor, Permission.IMPORT_WRITE, workshop_session)
        _require_same_workshop(read_db, attendance_import, workshop_session)
        workshop_sessions[choice.session_code] = workshop_session
        shared = known.get(workshop_session.id)
        if shared is None:
            new_readings[choice.session_code] = (
                _read(read_db, vault, attendance_import, workshop_session, choice, answers)
                if at_once
                else None
            )
        elif changes := _changes(shared, choice):
            require_review(shared)
            if at_once:
                changed_sheets[choice.session_code] = read_with_changes(read_db, vault, shared, changes)

    status = attendance_import.status
    attendance_import = db.get_one(AttendanceImport, import_id)
    lock_shared_imports(db, attendance_import)
    _require_sharable(attendance_import, choices)
    if attendance_import.status is not status:
        raise _changed_meanwhile()
    active = {shared.workshop_session_id: shared for shared in _list_active_imports(db, attendance_import)}
    imports = []
    for choice in choices:
        workshop_session = workshop_sessions[choice.session_code]
        shared = active.get(workshop_session.id)
        if shared is None and choice.session_code in new_readings:
            reading = new_readings[choice.session_code]
            shared = _add_import(db, vault, actor, attendance_import, workshop_session, choice, reading)
        elif shared is None or choice.session_code in new_readings:
            raise _changed_meanwhile()
        elif changes := _changes(shared, choice):
            changed_sheet = changed_sheets.get(choice.session_code)
            _store_changes(db, vault, actor, shared, changes, changed_sheet, at_once=at_once)
        imports.append(shared)
    return imports


def _store_changes(
    db: Db,
    vault: NikVault,
    actor: Actor,
    shared: AttendanceImport,
    changes: Mapping[str, Any],
    changed_sheet: ChangedSheet | None,
    *,
    at_once: bool,
) -> None:
    """Store a session's sheet that was read with other choices, or queue its reading.

    Raises `Conflict` if the import is not in review, or was changed since the sheet was read.
    """
    require_review(shared)
    if not at_once:
        queue_reading(db, actor, shared.id, changes)
    elif changed_sheet is None or changed_sheet.changes != changes:
        raise _changed_meanwhile()
    else:
        store_changed_sheet(db, vault, actor, shared, changed_sheet)


def _changed_meanwhile() -> Conflict:
    text = N_("Another user has changed the sessions of this file meanwhile. Check them, then try again.")
    return Conflict(text, code="changed-meanwhile")


def _require_sharable(attendance_import: AttendanceImport, choices: Sequence[SessionChoice]) -> None:
    """Raise `Conflict` or `Invalid` unless the file of this import can be read for these sessions."""
    if attendance_import.purpose is not ImportPurpose.ATTENDANCE:
        text = N_("A list of people to register is for one session.")
        raise Conflict(text, code="registers")
    if attendance_import.status is not ImportStatus.COMMITTED:
        require_review(attendance_import)
    codes = [choice.session_code for choice in choices]
    if not codes:
        raise Invalid(N_("Choose at least one session."))
    if len(set(codes)) < len(codes):
        raise Invalid(N_("A session is named twice."))
    if len(codes) > MAX_SESSIONS:
        raise Invalid(N_("At most %(limit)s sessions can be read at once."), limit=MAX_SESSIONS)
    unknown = {choice.sheet for choice in choices} - {None, *attendance_import.sheets}
    if unknown:
        text = N_("The file has no visible sheet named “%(sheet)s”. Choose one of the sheets that it has.")
        raise Invalid(text, sheet=min(map(str, unknown)))


def _require_same_workshop(
    read_db: Db, attendance_import: AttendanceImport, workshop_session: WorkshopSession
) -> None:
    """Raise `Invalid` unless the session belongs to the workshop of the import's session, and takes place."""
    own_session = read_db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    if workshop_session.workshop_id != own_session.workshop_id:
        text = N_("The session %(session)s belongs to another workshop.")
        raise Invalid(text, session=workshop_session.code)
    if workshop_session.cancelled_at is not None:
        raise Invalid(N_("The session %(session)s is cancelled."), session=workshop_session.code)


def _list_active_imports(db: Db, attendance_import: AttendanceImport) -> Sequence[AttendanceImport]:
    """Return the imports of attendance that read the same file, without those that failed or are undone."""
    return db.exec(
        select(AttendanceImport)
        .where(
            col(AttendanceImport.uploaded_file_id) == attendance_import.uploaded_file_id,
            col(AttendanceImport.purpose) == ImportPurpose.ATTENDANCE,
            col(AttendanceImport.status).in_(ACTIVE),
        )
        .order_by(col(AttendanceImport.id))
    ).all()


def _file_size(db: Db, attendance_import: AttendanceImport) -> int:
    size = select(UploadedFile.size).where(col(UploadedFile.id) == attendance_import.uploaded_file_id)
    return db.exec(size).one()


def _read(
    read_db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    choice: SessionChoice,
    answers: "_Answers",
) -> SheetReading:
    """Read the file for another session, with the answers about people whom it has in the same rows of this sheet."""
    choices = _choices_for(attendance_import, choice)
    sheet_reading = _read_with(read_db, vault, attendance_import, workshop_session, choices, {})
    if sheet_reading.sheet.sheet != attendance_import.sheet:
        return sheet_reading
    corrections = answers.select_same_people(_read_names(sheet_reading))
    if not corrections:
        return sheet_reading
    return _read_with(read_db, vault, attendance_import, workshop_session, choices, corrections)


def _read_with(
    read_db: Db,
    vault: NikVault,
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    choices: SheetChoices,
    corrections: Mapping[int, Correction],
) -> SheetReading:
    return read_stored_file(
        read_db,
        vault,
        attendance_import,
        choices,
        corrections,
        recall=True,
        workshop_session=workshop_session,
    )


def _choices_for(attendance_import: AttendanceImport, choice: SessionChoice) -> SheetChoices:
    """Return the choices with which another session begins: the defaults, and from the same sheet how it is read."""
    own = SheetChoices.from_json(attendance_import.choices)
    others = replace(own.for_other_session(), sheet=choice.sheet, day_column=choice.day_column)
    is_same_sheet = choice.sheet == attendance_import.sheet or len(attendance_import.sheets) == 1
    return replace(others, header_row=own.header_row, columns=own.columns) if is_same_sheet else others


@dataclass(frozen=True)
class _Answers:
    """What is known about the people of an import's rows: by row number the `corrections`, and the names as read."""

    corrections: Mapping[int, Correction]
    names: Mapping[int, str]

    def select_same_people(self, names: Mapping[int, str]) -> dict[int, Correction]:
        """Return the corrections of the rows that have the same name in a sheet with these names by row number.

        That a row is the person of another one is left out unless that row is the same too.
        """
        same = {number for number, name in self.names.items() if name and names.get(number) == name}
        selected = {}
        for number in same & self.corrections.keys():
            correction = self.corrections[number]
            decision = dict(correction.stored_decision or {})
            if isinstance(person := decision.get("person"), dict) and person["row"] not in same:
                del decision["person"]
            if correction.cells or decision:
                selected[number] = Correction(correction.cells, decision or None)
        return selected


def _load_answers(read_db: Db, vault: NikVault, attendance_import: AttendanceImport) -> _Answers:
    """Return what was corrected and decided about the people of an import, and after its commit who they are.

    The names are those before corrections, for which the file is read again.
    """
    stored = load_corrections(read_db, vault, attendance_import.id)
    rows = list_import_rows(read_db, attendance_import.id)
    names = {row.number: judged_name(row) for row in rows}
    if any("name" in correction.cells for correction in stored.values()):
        choices = SheetChoices.from_json(attendance_import.choices)
        names |= _read_names(read_stored_file(read_db, vault, attendance_import, choices, {}, recall=False))
    people = {row.number: row.participant_id for row in rows if row.kind in ABOUT_PEOPLE}
    is_committed = attendance_import.status is ImportStatus.COMMITTED
    corrections: dict[int, Correction] = {}
    for row in rows:
        correction = correction_about_person(row, stored.get(row.number, NO_CORRECTION)) or NO_CORRECTION
        decision = dict(correction.stored_decision or {})
        person = people.get(row.number) or ("person" in decision and people.get(row.of_number or 0))
        if is_committed and person:
            # "A new person" exists since the commit.
            decision["person"] = person
        elif is_committed:
            decision.pop("person", None)
        if correction.cells or decision:
            corrections[row.number] = Correction(correction.cells, decision or None)
    return _Answers(corrections, names)


def _read_names(sheet_reading: SheetReading) -> dict[int, str]:
    """Return the key of the name of each row, by number."""
    return {judged.number: judged.values.name_key for judged in sheet_reading.dated.judgement.rows}


def _add_import(
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    choice: SessionChoice,
    sheet_reading: SheetReading | None,
) -> AttendanceImport:
    """Add the import of a session that shares the file, with its rows or, without a reading, for the outbox to read."""
    shared = AttendanceImport(
        workshop_session_id=workshop_session.id,
        uploaded_file_id=attendance_import.uploaded_file_id,
        status=ImportStatus.READING,
        choices=_choices_for(attendance_import, choice).to_json(),
        uploaded_by=actor.user_id,
        uploaded_at=attendance_import.uploaded_at,
    )
    db.add(shared)
    db.flush()
    if sheet_reading is None:
        queue_task(db, OutboxKind.READ_IMPORT, **{"import": shared.id})
    else:
        store_reading(db, vault, shared, sheet_reading)
    after = {"session": workshop_session.code, "same_file_as": attendance_import.id}
    log_activity(db, actor, "upload", "attendance-import", shared.id, after=after)
    return shared


def _changes(shared: AttendanceImport, choice: SessionChoice) -> dict[str, Any]:
    """Return the changes of a session's choices that make it be read again; none if it is read that way already."""
    stored = SheetChoices.from_json(shared.choices)
    if choice.sheet not in (stored.sheet, shared.sheet):
        return {"sheet": choice.sheet, "day_column": choice.day_column}
    if choice.day_column not in (stored.day_column, find_day_column(shared.warnings)):
        return {"day_column": choice.day_column}
    return {}
