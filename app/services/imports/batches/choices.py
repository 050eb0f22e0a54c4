"""What users decide about the lists of a batch: which session each is of, what is left out, what is saved anyway."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import (
    BatchList,
    BatchListState,
    ImportStatus,
    UploadBatch,
    Workshop,
    WorkshopSession,
)
from app.permissions import Actor, Permission
from app.queries.imports.batches.batch_lists import BatchListView
from app.queries.imports.batches.batch_questions import SAME_SESSION, BatchQuestion
from app.queries.imports.batches.batches import get_batch, get_batch_view
from app.queries.in_values import in_values
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.batches.reading import queue_reading
from app.services.imports.shared.people import lock_shared_import
from app.services.imports.upload import discard_import
from app.services.locks import lock_row

CHOSEN_BY_USER = "user"
NO_SUCH_LIST = N_("There is no such list in this batch.")


def choose_session(db: Db, actor: Actor, batch_id: int, list_ids: Collection[int], session_code: str) -> None:
    """Choose an existing session for lists, log it, and queue their judging.

    What was judged for another session is discarded, with the answers about it.

    Raises `NotFound` for batch, list or session, `Forbidden` without `IMPORT_WRITE` for the session, and `Conflict` if
    the session is cancelled or of another organization, or a list is not read, or saved.
    """
    lists = lock_lists(db, actor, batch_id, list_ids)
    workshop_session = get_workshop_session(db, actor, session_code)
    require_permission(db, actor, Permission.IMPORT_WRITE, workshop_session)
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    workshop = db.get_one(Workshop, workshop_session.workshop_id)
    require_same_organization(db.get_one(UploadBatch, batch_id).organization_id, workshop)
    set_session(db, actor, lists, workshop_session, CHOSEN_BY_USER)
    for one in lists:
        after = {"session": workshop_session.code}
        log_activity(db, actor, "choose-session", "upload-batch", f"{batch_id}/{one.id}", after=after)
    queue_reading(db, batch_id)


def set_session(
    db: Db,
    actor: Actor,
    lists: Iterable[BatchList],
    workshop_session: WorkshopSession | None,
    matched_by: str = "",
) -> None:
    """Set the session of locked lists; what was judged for another one is discarded, with the answers about it.

    Raises `Conflict` if a list is not read, or saved.
    """
    for one in lists:
        if one.state is not BatchListState.READ:
            raise Conflict(
                N_("This file is not read yet, could not be read, or was left out."), code="not-read"
            )
        detach_import(db, actor, one)
        one.workshop_session_id = workshop_session.id if workshop_session else None
        one.matched_by = matched_by
        one.failure, one.answers = None, {}
    db.flush()


def leave_out(db: Db, actor: Actor, batch_id: int, list_ids: Collection[int]) -> None:
    """Leave lists out of the batch, and log it. Their imports in review are discarded; the files stay for a change.

    Raises `NotFound`, `Forbidden` without `IMPORT_WRITE`, and `Conflict` if a list is saved.
    """
    for one in lock_lists(db, actor, batch_id, list_ids):
        if one.state is BatchListState.LEFT_OUT:
            continue
        detach_import(db, actor, one)
        one.state, one.answers = BatchListState.LEFT_OUT, {}
        log_activity(db, actor, "leave-out", "upload-batch", f"{batch_id}/{one.id}")
    db.flush()


def take_in(db: Db, actor: Actor, batch_id: int, list_ids: Collection[int]) -> None:
    """Take lists in again that were left out, log it, and queue what is to be done with them.

    Raises `NotFound`, `Forbidden` without `IMPORT_WRITE`, and `Conflict` for a file that was not kept.
    """
    for one in lock_lists(db, actor, batch_id, list_ids):
        if one.state is not BatchListState.LEFT_OUT:
            continue
        if one.uploaded_file_id is None:
            raise Conflict(N_("This file was not kept. Upload it again by itself."), code="file-gone")
        one.state = BatchListState.READ if one.people else BatchListState.WAITING
        one.failure = None
        log_activity(db, actor, "take-in", "upload-batch", f"{batch_id}/{one.id}")
    queue_reading(db, batch_id)


def confirm_questions(
    db: Db, actor: Actor, batch_id: int, list_ids: Collection[int], codes: Collection[str]
) -> None:
    """Answer the open questions with these codes about lists by "save anyway", and log it.

    An answer holds as long as the question is about the same. That several lists of one session are all saved is
    answered for each of them.

    Raises `NotFound`, `Forbidden` without `IMPORT_WRITE`, and `Invalid` if one of the lists has no question of any of
    these codes that can be answered so.
    """
    lists = {one.id: one for one in lock_lists(db, actor, batch_id)}
    views = {view.id: view for view in get_batch_view(db, actor, batch_id).lists}
    if not set(list_ids) <= lists.keys():
        raise NotFound(NO_SUCH_LIST)
    for list_id in list_ids:
        questions = [
            question
            for question in views[list_id].questions
            if question.can_confirm and question.code in codes
        ]
        if not questions:
            raise Invalid(N_("This list has no such question any more. Look at it again."))
        for question in questions:
            _answer(lists[list_id], question)
            if question.code == SAME_SESSION:
                for other in question.lists:
                    _answer_same_session(lists[other], views[other])
        after = {"codes": sorted(question.code for question in questions)}
        log_activity(db, actor, "confirm", "upload-batch", f"{batch_id}/{list_id}", after=after)
    db.flush()


def _answer(batch_list: BatchList, question: BatchQuestion) -> None:
    batch_list.answers = {**batch_list.answers, question.code: question.about}


def _answer_same_session(batch_list: BatchList, view: BatchListView) -> None:
    for question in view.questions:
        if question.code == SAME_SESSION:
            _answer(batch_list, question)


def lock_batch(db: Db, actor: Actor, batch_id: int) -> UploadBatch:
    """Return a batch, locked until the transaction ends. Raises `NotFound`, and `Forbidden` without `IMPORT_WRITE`."""
    actor.require(Permission.IMPORT_WRITE)
    return lock_row(db, UploadBatch, get_batch(db, actor, batch_id).id)


def lock_lists(
    db: Db, actor: Actor, batch_id: int, list_ids: Collection[int] | None = None
) -> list[BatchList]:
    """Return the lists with these ids, or all of a batch that the actor sees, in their order, with the batch locked.

    Raises `NotFound` unless the actor sees all of them, and `Forbidden` without `IMPORT_WRITE`.
    """
    lock_batch(db, actor, batch_id)
    visible = {view.id for view in get_batch_view(db, actor, batch_id).lists}
    if list_ids is None:
        list_ids = visible
    if not set(list_ids) <= visible:
        raise NotFound(NO_SUCH_LIST)
    return list(
        db.scalars(
            select(BatchList)
            .where(in_values(db, col(BatchList.id), set(list_ids)))
            .order_by(col(BatchList.position))
            .execution_options(populate_existing=True)
        )
    )


def detach_import(db: Db, actor: Actor, batch_list: BatchList) -> None:
    """Take the import away from a list: one in review is discarded, one that was undone stays as it is.

    Raises `Conflict` if it is saved, or being saved.
    """
    if batch_list.attendance_import_id is None:
        return
    # Before the list changes, as in `discard_import`, which may wait for that change.
    attendance_import = lock_shared_import(db, batch_list.attendance_import_id)
    if attendance_import.status is ImportStatus.COMMITTED:
        raise Conflict(N_("This list is saved. Undo that first."), code="list-saved")
    batch_list.attendance_import_id = None
    db.flush()
    if attendance_import.status is not ImportStatus.UNDONE:
        discard_import(db, actor, attendance_import.id)


def require_same_organization(organization_id: int | None, workshop: Workshop) -> None:
    """Raise `Conflict` if a workshop is of another organization than the batch, whose members could not see the list.

    `organization_id` is that of the batch, None for one whose lists are for any session.
    """
    if organization_id not in (None, workshop.organization_id):
        text = N_("This batch is of another organization than the workshop %(workshop)s.")
        raise Conflict(text, code="other-organization", workshop=workshop.code)
