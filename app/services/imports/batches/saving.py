"""Save all lists of a batch that are ready, each by itself, or discard what is not saved."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict, Problem
from app.i18n import N_
from app.models import BatchList, UploadBatch, WorkshopSession
from app.models.registrations import Basis
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.batches.batch_lists import BatchListView, ListStatus
from app.queries.imports.batches.batch_questions import ANSWERED_BY_BATCH
from app.queries.imports.batches.batches import get_batch_view
from app.queries.in_values import in_values
from app.services.activities import log_activity
from app.services.imports.batches.choices import detach_import, lock_batch
from app.services.imports.commit import DEFAULT_BASIS, CommitChoices, commit_import, queue_commit
from app.services.imports.shared.people import lock_imports_of_files
from app.services.imports.upload import delete_unused_files
from app.services.locks import lock_people_table


@dataclass(frozen=True)
class QueuedLists:
    """The lists whose saving was queued, and the problems of those that can't be saved, by the list's id."""

    queued: tuple[int, ...]
    problems: dict[int, Problem]


def save_ready(
    db: Db,
    actor: Actor,
    batch_id: int,
    list_ids: Collection[int] | None = None,
    *,
    basis: Basis = DEFAULT_BASIS,
) -> QueuedLists:
    """Queue the saving of every list that is ready, or of those of these ids, in the order of their sessions.

    The outbox saves each in a transaction of its own. One that can't be saved any more is in review again, and its
    problem is shown with the list; the others go on. A list that is saved or being saved is not queued again.

    Raises `NotFound`, and `Forbidden` without `IMPORT_COMMIT`.
    """
    actor.require(Permission.IMPORT_COMMIT)
    lock_batch(db, actor, batch_id)
    queued, problems = [], dict[int, Problem]()
    for view in _lock_ready(db, actor, batch_id, list_ids):
        try:
            queue_commit(db, actor, view.import_id or 0, commit_choices(view, basis))
            queued.append(view.id)
        except Problem as problem:
            problems[view.id] = problem
    if queued:
        log_activity(db, actor, "save", "upload-batch", batch_id, after={"lists": len(queued)})
    return QueuedLists(tuple(queued), problems)


def save_list(
    db: Db,
    vault: NikVault,
    actor: Actor,
    batch_id: int,
    list_id: int,
    *,
    basis: Basis = DEFAULT_BASIS,
) -> bool:
    """Save a list now if it is ready, and return whether it was. Raises what `commit_import` raises."""
    lock_people_table(db)
    lock_batch(db, actor, batch_id)
    for view in _lock_ready(db, actor, batch_id, [list_id]):
        commit_import(db, vault, actor, view.import_id or 0, commit_choices(view, basis))
        return True
    return False


def list_ready(
    db: Db, actor: Actor, batch_id: int, list_ids: Collection[int] | None = None
) -> list[BatchListView]:
    """Return the lists that are ready to be saved, or those of them with these ids, by their sessions' dates."""
    ready = [
        view
        for view in get_batch_view(db, actor, batch_id).ready
        if view.session and (list_ids is None or view.id in list_ids)
    ]
    return sorted(ready, key=lambda view: (view.session.starts_at, view.position) if view.session else ())


def _lock_ready(db: Db, actor: Actor, batch_id: int, list_ids: Collection[int] | None) -> list[BatchListView]:
    """Return what `list_ready` returns, with the lists' imports and sessions locked until this transaction ends.

    So of two batches that are saved at the same moment, the second is asked about the lists of the first.
    """
    ready = list_ready(db, actor, batch_id, list_ids)
    ids = [view.id for view in ready]
    lock_imports_of_files(db, [view.import_id for view in ready if view.import_id is not None])
    lock_sessions(db, {view.session.id for view in list_ready(db, actor, batch_id, ids) if view.session})
    return list_ready(db, actor, batch_id, ids)


def lock_sessions(db: Db, ids: Collection[int]) -> None:
    """Lock the rows of sessions, in the order of their ids."""
    session_id = col(WorkshopSession.id)
    db.scalars(
        select(WorkshopSession)
        .where(in_values(db, session_id, ids))
        .order_by(session_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def commit_choices(view: BatchListView, basis: Basis = DEFAULT_BASIS) -> CommitChoices:
    """Return the choices with which a list is saved: its answered questions are confirmed."""
    return CommitChoices(basis=basis, confirm=frozenset({*view.answered, *ANSWERED_BY_BATCH}))


def discard_batch(db: Db, actor: Actor, batch_id: int) -> bool:
    """Delete all lists of a batch that are not saved, with their files, and log it; the batch, if none is left.

    Returns whether the batch itself was deleted. Lists that were saved, also if that was undone, stay with it.

    Raises `NotFound`, `Forbidden` without `IMPORT_WRITE`, and `Conflict` while a list is being saved.
    """
    lock_batch(db, actor, batch_id)
    views = get_batch_view(db, actor, batch_id).lists
    if any(view.status is ListStatus.SAVING for view in views):
        raise Conflict(
            N_("Lists are being saved at this moment. Wait until that is done."), code="being-saved"
        )
    kept = {ListStatus.SAVED, ListStatus.UNDONE}
    ids = [view.id for view in views if view.status not in kept]
    lists = db.scalars(select(BatchList).where(col(BatchList.id).in_(ids))).all()
    for one in lists:
        detach_import(db, actor, one)
    files = {one.uploaded_file_id for one in lists if one.uploaded_file_id is not None}
    db.execute(delete(BatchList).where(col(BatchList.id).in_(ids)))
    delete_unused_files(db, files)
    statement = select(col(BatchList.id)).where(col(BatchList.upload_batch_id) == batch_id).limit(1)
    is_empty = db.scalars(statement).first() is None
    if is_empty:
        db.execute(delete(UploadBatch).where(col(UploadBatch.id) == batch_id))
    log_activity(db, actor, "discard", "upload-batch", batch_id, after={"lists": len(ids)})
    return is_empty
