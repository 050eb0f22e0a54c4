"""The lists of a batch as page and command show them: each with its session, its questions, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import col

from app.database import Db
from app.errors import Problem
from app.models import (
    Attendance,
    AttendanceImport,
    BatchList,
    BatchListState,
    ImportPurpose,
    ImportStatus,
    Registration,
    UploadedFile,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.imports.batches.batch_questions import (
    CANCELLED,
    HAS_ATTENDANCE,
    NOT_STARTED,
    SAME_FILE,
    SAME_SESSION,
    BatchQuestion,
    ask_about_whole_list,
)
from app.queries.imports.batches.batch_sessions import BatchSession, NewSession
from app.queries.in_values import in_values
from app.queries.scope import sessions_within
from app.spreadsheets.stated_session import StatedSession, stated_session_from_json

SAVED = (ImportStatus.COMMITTING, ImportStatus.COMMITTED)


class ListStatus(StrEnum):
    """What is to be done with a list, or was done.

    `WAITING` to be read, `JUDGING` to be compared with the database; `FAILED` could not be read; `NO_SESSION` has no
    session and needs one, `NEW_SESSION` has one proposed to create; `OPEN` needs answers, `READY` can be saved.
    """

    WAITING = "waiting"
    FAILED = "failed"
    LEFT_OUT = "left-out"
    NO_SESSION = "no-session"
    NEW_SESSION = "new-session"
    JUDGING = "judging"
    OPEN = "open"
    READY = "ready"
    SAVING = "saving"
    SAVED = "saved"
    UNDONE = "undone"


UNDER_WAY = frozenset({ListStatus.WAITING, ListStatus.JUDGING})
NEEDS_ANSWER = frozenset({ListStatus.FAILED, ListStatus.NO_SESSION, ListStatus.NEW_SESSION, ListStatus.OPEN})


@dataclass(frozen=True)
class BatchListView:
    """A list of a batch. `session` is that of its import if it is judged. `questions` are those that are still open.

    `matched_by` is why it is of that session ("user", "created", or a reason of `session_matching`), or why it is of
    none. `answered` are the codes of questions that were answered by saving anyway. `counts` are those of the import,
    {} if there is none.
    """

    id: int
    position: int
    path: str
    sheet: str | None
    people: int
    status: ListStatus
    stated: StatedSession
    session: BatchSession | None
    matched_by: str
    new_session: NewSession | None
    problem: Problem | None
    import_id: int | None
    counts: Mapping[str, int]
    questions: tuple[BatchQuestion, ...] = ()
    answered: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """The file's path, and the sheet if the file has several lists."""
        return f"{self.path} – {self.sheet}" if self.sheet else self.path

    @property
    def open_rows(self) -> int:
        """The number of rows that need attention: those of kind "review" or "error"."""
        return self.counts.get("review", 0) + self.counts.get("error", 0)

    @property
    def needs_answer(self) -> bool:
        return self.status in NEEDS_ANSWER


class BatchListViews:
    """Builds the views of a batch's lists, with a constant number of queries."""

    def __init__(self, db: Db, actor: Actor, batch_id: int) -> None:
        self._db = db
        statement = (
            select(BatchList, col(UploadedFile.sha256))
            .outerjoin(UploadedFile, col(UploadedFile.id) == col(BatchList.uploaded_file_id))
            .where(col(BatchList.upload_batch_id) == batch_id)
            .order_by(col(BatchList.position))
            .execution_options(populate_existing=True)
        )
        rows = db.execute(statement).all()
        self._lists: list[BatchList] = [row[0] for row in rows]
        self._hashes: dict[int, str] = {row[0].id: row[1] or "" for row in rows}
        self._imports = self._load_imports()
        self._sessions = self._load_sessions(actor)
        self._saved_files = self._find_saved_files(actor)
        self._saved_imports = self._find_saved_imports()
        self._door = self._count_door()

    def build(self) -> Iterable[BatchListView]:
        """Yield the views of the lists that are within the actor's scope."""
        visible = [one for one in self._lists if self._session_id(one) in {None, *self._sessions}]
        counted = [one for one in visible if self._is_unsaved(one) or self._is_saved(one)]
        for batch_list in visible:
            yield self._view(batch_list, counted)

    def _session_id(self, batch_list: BatchList) -> int | None:
        """Return the id of the list's session: the one of its import, which may have been moved to another."""
        attendance_import = self._imports.get(batch_list.attendance_import_id or 0)
        return attendance_import.workshop_session_id if attendance_import else batch_list.workshop_session_id

    def _is_unsaved(self, batch_list: BatchList) -> bool:
        """Return whether a list was read and is neither saved, undone nor left out."""
        attendance_import = self._imports.get(batch_list.attendance_import_id or 0)
        is_open = attendance_import is None or attendance_import.status is ImportStatus.REVIEW
        return batch_list.state is BatchListState.READ and is_open

    def _is_saved(self, batch_list: BatchList) -> bool:
        """Return whether a list is saved, or being saved."""
        attendance_import = self._imports.get(batch_list.attendance_import_id or 0)
        return attendance_import is not None and attendance_import.status in SAVED

    def _view(self, batch_list: BatchList, counted: Sequence[BatchList]) -> BatchListView:
        attendance_import = self._imports.get(batch_list.attendance_import_id or 0)
        session = self._sessions.get(self._session_id(batch_list) or 0)
        questions = (
            self._questions(batch_list, session, attendance_import, counted)
            if session and self._is_unsaved(batch_list)
            else []
        )
        answers = batch_list.answers
        open_questions = tuple(
            one for one in questions if not (one.can_confirm and answers.get(one.code) == one.about)
        )
        failure = batch_list.failure or (attendance_import.failure if attendance_import else None)
        new_session = NewSession.from_json(batch_list.new_session) if batch_list.new_session else None
        return BatchListView(
            id=batch_list.id,
            position=batch_list.position,
            path=batch_list.path,
            sheet=batch_list.sheet,
            people=batch_list.people,
            status=_status(batch_list, attendance_import, open_questions),
            stated=stated_session_from_json(batch_list.stated),
            session=session,
            matched_by=batch_list.matched_by,
            new_session=new_session,
            problem=Problem(failure["text"], code=failure["code"], **failure["params"]) if failure else None,
            import_id=batch_list.attendance_import_id,
            counts=attendance_import.counts if attendance_import else {},
            questions=open_questions,
            answered=frozenset(one.code for one in questions) - {one.code for one in open_questions},
        )

    def _questions(
        self,
        batch_list: BatchList,
        session: BatchSession,
        attendance_import: "_ImportRow | None",
        counted: Sequence[BatchList],
    ) -> list[BatchQuestion]:
        """Return the questions about a list that is not saved yet, also those that are answered.

        `counted` are the lists of the batch that are saved or may be: neither left out nor undone.
        """
        same_file = self._ask_same_file(batch_list, [one for one in counted if self._is_unsaved(one)])
        return [
            *same_file,
            *self._ask_same_session(batch_list, session, counted),
            *self._ask_has_attendance(session, without={one.about for one in same_file}),
            *([BatchQuestion(CANCELLED, "", can_confirm=False)] if session.is_cancelled else ()),
            *([BatchQuestion(NOT_STARTED, str(session.id))] if session.starts_at > now() else ()),
            *(ask_about_whole_list(attendance_import.warnings) if attendance_import else ()),
        ]

    def _ask_same_file(self, batch_list: BatchList, open_lists: Sequence[BatchList]) -> list[BatchQuestion]:
        if original := self._find_original(batch_list, open_lists):
            return [BatchQuestion(SAME_FILE, f"list {original.id}", other=original.path)]
        saved = self._saved_files.get((self._hashes[batch_list.id], batch_list.sheet or ""))
        return [BatchQuestion(SAME_FILE, f"import {saved[0]}", other=saved[1])] if saved else []

    def _find_original(self, batch_list: BatchList, open_lists: Iterable[BatchList]) -> BatchList | None:
        """Return the first list of another file of this batch with the same content, or None."""
        sha256 = self._hashes[batch_list.id]
        if not sha256:
            return None
        for other in open_lists:
            if other.position >= batch_list.position:
                return None
            is_copy = self._hashes[other.id] == sha256 and other.sheet == batch_list.sheet
            if is_copy and other.uploaded_file_id != batch_list.uploaded_file_id:
                return other
        return None

    def _ask_same_session(
        self, batch_list: BatchList, session: BatchSession, counted: Sequence[BatchList]
    ) -> list[BatchQuestion]:
        """Ask which of several lists of one session to save. A copy of another list is asked about as such alone.

        The question stays the same while the others are saved, and so its answer holds.
        """
        of_session = [one for one in counted if self._session_id(one) == session.id]
        of_session = [one for one in of_session if not self._find_original(one, counted)]
        others = [one for one in of_session if one.id != batch_list.id]
        if batch_list not in of_session or not others:
            return []
        ids = tuple(one.id for one in others)
        labels = ", ".join(map(_label, others))
        return [BatchQuestion(SAME_SESSION, ",".join(map(str, ids)), other=labels, lists=ids)]

    def _ask_has_attendance(self, session: BatchSession, *, without: Collection[str]) -> list[BatchQuestion]:
        """Ask whether to save a list of a session with attendance, but for imports that were asked about already."""
        of_session = self._saved_imports.get(session.id, ())
        saved = [(id_, name) for id_, name in of_session if f"import {id_}" not in without]
        door = self._door.get(session.id, 0)
        if not saved and not door:
            return []
        about = ",".join([*(str(id_) for id_, _ in saved), *(["door"] if door else [])])
        names = ", ".join(name for _, name in saved)
        return [BatchQuestion(HAS_ATTENDANCE, about, other=names, door_people=door)]

    def _load_imports(self) -> dict[int, "_ImportRow"]:
        ids = {one.attendance_import_id for one in self._lists if one.attendance_import_id is not None}
        statement = select(
            col(AttendanceImport.id),
            col(AttendanceImport.status),
            col(AttendanceImport.workshop_session_id),
            col(AttendanceImport.counts),
            col(AttendanceImport.warnings),
            col(AttendanceImport.failure),
        ).where(in_values(self._db, col(AttendanceImport.id), ids))
        return {row.id: row for row in self._db.execute(statement)}

    def _load_sessions(self, actor: Actor) -> dict[int, BatchSession]:
        ids = {id_ for one in self._lists if (id_ := self._session_id(one)) is not None}
        statement = (
            select(WorkshopSession, Workshop, col(Venue.name))
            .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
            .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
            .where(
                in_values(self._db, col(WorkshopSession.id), ids),
                sessions_within(actor, Permission.IMPORT_READ),
            )
        )
        return {
            workshop_session.id: BatchSession(
                workshop_session.id,
                workshop_session.code,
                workshop.code,
                workshop.title,
                workshop_session.starts_at,
                workshop_session.ends_at,
                venue or "",
                workshop_session.cancelled_at is not None,
            )
            for workshop_session, workshop, venue in self._db.execute(statement)
        }

    def _find_saved_files(self, actor: Actor) -> dict[tuple[str, str], tuple[int, str]]:
        """Return the import by which a file is saved, by its hash and sheet, and by its hash and "".

        It is the import's id, and the file in this batch or the session elsewhere.
        """
        statement = (
            select(
                col(UploadedFile.sha256),
                col(AttendanceImport.sheet),
                col(AttendanceImport.id),
                col(WorkshopSession.code),
            )
            .join(AttendanceImport, col(AttendanceImport.uploaded_file_id) == col(UploadedFile.id))
            .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
            .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
            .where(
                in_values(self._db, col(UploadedFile.sha256), set(self._hashes.values()) - {""}),
                col(AttendanceImport.status).in_(SAVED),
                col(AttendanceImport.purpose) == ImportPurpose.ATTENDANCE,
                sessions_within(actor, Permission.IMPORT_READ),
            )
            .order_by(col(AttendanceImport.id))
        )
        own = {one.attendance_import_id: one.path for one in self._lists}
        found: dict[tuple[str, str], tuple[int, str]] = {}
        for sha256, sheet, import_id, code in self._db.execute(statement):
            found[sha256, sheet or ""] = found[sha256, ""] = import_id, own.get(import_id, code)
        return found

    def _find_saved_imports(self) -> dict[int, list[tuple[int, str]]]:
        """Return the imports (id and file) that are saved for the lists' sessions, without those of this batch."""
        statement = (
            select(
                col(AttendanceImport.workshop_session_id), col(AttendanceImport.id), col(UploadedFile.name)
            )
            .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
            .where(
                in_values(self._db, col(AttendanceImport.workshop_session_id), self._sessions),
                col(AttendanceImport.status).in_(SAVED),
                col(AttendanceImport.purpose) == ImportPurpose.ATTENDANCE,
            )
            .order_by(col(AttendanceImport.id))
        )
        own = {one.attendance_import_id for one in self._lists}
        saved: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for session_id, import_id, name in self._db.execute(statement):
            if import_id not in own:
                saved[session_id].append((import_id, name))
        return dict(saved)

    def _count_door(self) -> dict[int, int]:
        """Return for how many people of each session attendance is recorded that no import has recorded."""
        statement = (
            select(col(Registration.workshop_session_id), func.count())
            .join(Attendance, col(Attendance.registration_id) == col(Registration.id))
            .where(
                in_values(self._db, col(Registration.workshop_session_id), self._sessions),
                col(Attendance.attendance_import_id).is_(None),
            )
            .group_by(col(Registration.workshop_session_id))
        )
        return {row[0]: row[1] for row in self._db.execute(statement)}


_ImportRow = Row[Any]


def _label(batch_list: BatchList) -> str:
    return f"{batch_list.path} – {batch_list.sheet}" if batch_list.sheet else batch_list.path


def _status(
    batch_list: BatchList, attendance_import: _ImportRow | None, questions: Collection[BatchQuestion]
) -> ListStatus:
    """Return what is to be done with a list, or was done."""
    if batch_list.state is not BatchListState.READ:
        return ListStatus(batch_list.state.value)
    if attendance_import is None:
        if batch_list.failure:
            return ListStatus.FAILED
        if batch_list.workshop_session_id is not None:
            return ListStatus.JUDGING
        return ListStatus.NEW_SESSION if batch_list.new_session else ListStatus.NO_SESSION
    match attendance_import.status:
        case ImportStatus.COMMITTED:
            return ListStatus.SAVED
        case ImportStatus.COMMITTING:
            return ListStatus.SAVING
        case ImportStatus.UNDONE:
            return ListStatus.UNDONE
        case ImportStatus.READING:
            return ListStatus.JUDGING
        case ImportStatus.FAILED:
            return ListStatus.FAILED
    counts = attendance_import.counts
    is_open = counts.get("review", 0) or counts.get("error", 0) or questions
    return ListStatus.OPEN if is_open else ListStatus.READY
