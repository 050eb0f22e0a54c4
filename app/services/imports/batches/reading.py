"""Read the files of a batch, find the sessions of their lists, and judge the lists: the work of the outbox.

Each list is stored in a transaction of its own, so that others see how far it is, and a process that is killed loses
nothing. What is read is read before that transaction.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from app.database import Db
from app.errors import Problem, UnreadableFile
from app.i18n import N_
from app.models import (
    AttendanceImport,
    BatchList,
    BatchListState,
    ImportPurpose,
    ImportStatus,
    OutboxKind,
    UploadBatch,
    UploadedFile,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.people.values.nik import mask_niks
from app.permissions import Actor
from app.queries.areas.reference import load_reference
from app.queries.imports.shared_uploads import ACTIVE
from app.queries.imports.stored_files import decrypt_file
from app.services.activities import log_activity
from app.services.imports.background_tasks import load_actor
from app.services.imports.batches.proposals import is_new, propose_new_session
from app.services.imports.batches.uploads import MAX_LISTS_OF_FILE, problem_to_json
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.upload import SheetReading, read_stored_file, store_reading
from app.services.locks import lock_row
from app.services.outbox import queue_task
from app.spreadsheets.reading import ListInFile, build_problem, read_lists
from app.spreadsheets.session_matching import KnownSession, match_session
from app.spreadsheets.stated_session import (
    StatedSession,
    stated_session_from_json,
    stated_session_to_json,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JudgedList:
    """A list that was judged for a session and is not stored yet, or the problem for which it can't be."""

    session_id: int
    outcome: SheetReading | Problem


INTERRUPTED = N_(
    "Reading this file was interrupted several times. Save it again as .xlsx and upload it once more."
)


def list_waiting(read_db: Db, batch_id: int, limit: int) -> list[int]:
    """Return the ids of the next lists whose files are to be read."""
    return [batch_list.id for batch_list in _list_lists(read_db, batch_id, BatchListState.WAITING)][:limit]


def list_unjudged(read_db: Db, batch_id: int, limit: int) -> list[int]:
    """Return the ids of the next lists that have a session and are not judged yet."""
    lists = _list_lists(read_db, batch_id, BatchListState.READ)
    return [batch_list.id for batch_list in lists if is_unjudged(batch_list)][:limit]


def load_uploader(read_db: Db, batch_id: int) -> Actor:
    """Return the user who uploaded a batch, in whose scope its lists are matched with sessions."""
    return load_actor(read_db, read_db.get_one(UploadBatch, batch_id).uploaded_by)


def read_file(read_db: Db, vault: NikVault, list_id: int) -> tuple[ListInFile, ...] | Problem:
    """Return the lists in the file of a list that waits, or the problem for which it can't be read."""
    batch_list = read_db.get_one(BatchList, list_id)
    try:
        uploaded_file = read_db.get_one(UploadedFile, batch_list.uploaded_file_id)
        reference = load_reference(read_db)
        lists = read_lists(
            decrypt_file(vault, uploaded_file),
            batch_list.path,
            places=[kelurahan.name for kelurahan in reference.kelurahan],
            groups=reference.target_groups,
        )
        return lists or build_problem("no-header", {})
    except Problem as problem:
        return problem
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("a file of a batch could not be read")
        return build_problem("unreadable-file", {})


def store_lists(
    db: Db,
    actor: Actor,
    list_id: int,
    lists: Sequence[ListInFile] | Problem,
    sessions: Sequence[KnownSession],
) -> None:
    """Store the lists of a file that `read_file` returned, each with the session that it is of, or a proposed one.

    `sessions` are those within the scope of the batch's uploader, the `actor`. Does nothing if the list does not wait
    any more.
    """
    batch_list = _lock_list(db, list_id)
    if batch_list is None or batch_list.state is not BatchListState.WAITING:
        return
    if isinstance(lists, Problem):
        batch_list.state, batch_list.failure = BatchListState.FAILED, problem_to_json(lists)
        return
    for number, found in enumerate(lists[:MAX_LISTS_OF_FILE]):
        one = batch_list if number == 0 else _add_list(db, batch_list, number)
        one.state = BatchListState.READ
        one.sheet = mask_niks(found.sheet) if len(lists) > 1 else None
        one.people = found.people
        one.stated = stated_session_to_json(_masked(found.stated))
        _match(db, actor, one, sessions)
    db.flush()


def judge_list(read_db: Db, vault: NikVault, list_id: int) -> JudgedList | None:
    """Read and judge a list for its session, as an upload for that session is; None if there is nothing to do."""
    batch_list = read_db.get_one(BatchList, list_id)
    if not is_unjudged(batch_list) or batch_list.workshop_session_id is None:
        return None
    new_import = _new_import(read_db, batch_list)
    choices = SheetChoices.from_json(new_import.choices)
    outcome: SheetReading | Problem
    try:
        outcome = read_stored_file(read_db, vault, new_import, choices, {}, recall=True)
    except Problem as problem:
        outcome = problem
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("a list of a batch could not be judged")
        outcome = build_problem("unreadable-file", {})
    return JudgedList(batch_list.workshop_session_id, outcome)


def store_judged_list(db: Db, vault: NikVault, actor: Actor, list_id: int, judged: JudgedList) -> None:
    """Store a judged list as an import in review, and log it.

    Does nothing if the list has another session by now, or is judged already.
    """
    batch_list = _lock_list(db, list_id)
    if batch_list is None or not is_unjudged(batch_list):
        return
    if batch_list.workshop_session_id != judged.session_id:
        return
    if isinstance(judged.outcome, Problem):
        batch_list.failure = problem_to_json(judged.outcome)
        return
    attendance_import = _new_import(db, batch_list)
    attendance_import.uploaded_file_id = _choose_file(db, batch_list)
    db.add(attendance_import)
    db.flush()
    store_reading(db, vault, attendance_import, judged.outcome)
    batch_list.attendance_import_id = attendance_import.id
    session = db.get_one(WorkshopSession, judged.session_id)
    after = {"session": session.code, "batch": batch_list.upload_batch_id}
    log_activity(db, actor, "upload", "attendance-import", attendance_import.id, after=after)


def queue_reading(db: Db, batch_id: int) -> None:
    """Queue the reading and judging of what is left of a batch."""
    queue_task(db, OutboxKind.READ_BATCH, batch=batch_id)


def give_up_file(db: Db, batch_id: int) -> None:
    """Store for the next file that it can't be read, after several attempts that were interrupted; go on with others.

    If all files are read, the next list can't be judged.
    """
    waiting, unjudged = list_waiting(db, batch_id, 1), list_unjudged(db, batch_id, 1)
    batch_list = _lock_list(db, (waiting or unjudged)[0]) if waiting or unjudged else None
    if batch_list is None:
        return
    if batch_list.state is BatchListState.WAITING:
        batch_list.state = BatchListState.FAILED
    batch_list.failure = problem_to_json(UnreadableFile(INTERRUPTED, code="interrupted"))
    queue_reading(db, batch_id)


def _list_lists(read_db: Db, batch_id: int, state: BatchListState) -> Sequence[BatchList]:
    """Return the lists of a batch in this state, in their order."""
    return read_db.scalars(
        select(BatchList)
        .where(col(BatchList.upload_batch_id) == batch_id, col(BatchList.state) == state)
        .order_by(col(BatchList.position))
    ).all()


def is_unjudged(batch_list: BatchList) -> bool:
    """Return whether a list has a session for which it is still to be judged."""
    return (
        batch_list.state is BatchListState.READ
        and batch_list.workshop_session_id is not None
        and batch_list.attendance_import_id is None
        and not batch_list.failure
    )


def _lock_list(db: Db, list_id: int) -> BatchList | None:
    """Return a list as it is now, with its batch locked, as all who change lists do; None if it was deleted."""
    batch_list = db.get(BatchList, list_id)
    if batch_list is None:
        return None
    lock_row(db, UploadBatch, batch_list.upload_batch_id)
    return db.get(BatchList, list_id, populate_existing=True)


def _add_list(db: Db, first: BatchList, number: int) -> BatchList:
    """Add the list of a further sheet of a file."""
    batch_list = BatchList(
        upload_batch_id=first.upload_batch_id,
        position=first.position + number,
        path=first.path,
        uploaded_file_id=first.uploaded_file_id,
    )
    db.add(batch_list)
    return batch_list


def _masked(stated: StatedSession) -> StatedSession:
    """Return what a list states with NIKs masked in its texts."""
    title, venue, organizer = map(mask_niks, (stated.title, stated.venue, stated.organizer))
    return replace(stated, title=title, venue=venue, organizer=organizer)


def _match(db: Db, actor: Actor, batch_list: BatchList, sessions: Sequence[KnownSession]) -> None:
    """Set the session of a list that certainly is of one of these, else the new session that is proposed for it."""
    stated = stated_session_from_json(batch_list.stated)
    name = f"{batch_list.path} {batch_list.sheet or ''}"
    match = match_session(stated, sessions, name=name)
    batch_list.matched_by = match.reason
    if match.session is not None:
        statement = select(col(WorkshopSession.id)).where(col(WorkshopSession.code) == match.session)
        batch_list.workshop_session_id = db.scalars(statement).one()
    elif is_new(match):
        batch = db.get_one(UploadBatch, batch_list.upload_batch_id)
        batch_list.new_session = propose_new_session(db, actor, batch.organization_id, stated).to_json()


def _new_import(db: Db, batch_list: BatchList) -> AttendanceImport:
    """Return the import of a list, which is not added to the database yet."""
    batch = db.get_one(UploadBatch, batch_list.upload_batch_id)
    return AttendanceImport(
        workshop_session_id=batch_list.workshop_session_id or 0,
        uploaded_file_id=batch_list.uploaded_file_id or 0,
        status=ImportStatus.READING,
        purpose=ImportPurpose.ATTENDANCE,
        choices=SheetChoices(sheet=batch_list.sheet).to_json(),
        uploaded_by=batch.uploaded_by,
        # The same each time: by it are counted the changes that a judgement knows of.
        uploaded_at=batch.uploaded_at,
    )


def _choose_file(db: Db, batch_list: BatchList) -> int:
    """Return the id of the file for the import of a list: the uploaded one, or a copy of it.

    An upload is shared by different sessions of one workshop, which see each other's lists. For another workshop, or a
    second list of a session, the file is stored once more.
    """
    uploaded_file = db.get_one(UploadedFile, batch_list.uploaded_file_id)
    own = db.get_one(WorkshopSession, batch_list.workshop_session_id)
    others = db.scalars(
        select(WorkshopSession)
        .join(AttendanceImport, col(AttendanceImport.workshop_session_id) == col(WorkshopSession.id))
        .where(
            col(AttendanceImport.uploaded_file_id) == uploaded_file.id,
            col(AttendanceImport.status).in_(ACTIVE),
        )
    ).all()
    if all(other.workshop_id == own.workshop_id and other.id != own.id for other in others):
        return uploaded_file.id
    copy = UploadedFile(
        name=uploaded_file.name,
        sha256=uploaded_file.sha256,
        size=uploaded_file.size,
        content=uploaded_file.content,
    )
    db.add(copy)
    db.flush()
    return copy.id
