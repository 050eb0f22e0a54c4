"""Upload many lists at once: files, or zip files with lists in them, which the outbox reads one by one."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict, Forbidden, NotFound, Problem, TooLarge, UnreadableFile
from app.i18n import N_
from app.models import BatchList, BatchListState, OutboxKind, UploadBatch, UploadedFile
from app.nik_vault import NikVault
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission, Scope
from app.queries.accounts.organizations import get_organization
from app.queries.imports.batches.batches import get_batch
from app.services.activities import log_activity
from app.services.imports.batches.archives import (
    MAX_FILES,
    MAX_PATH,
    MAX_TOTAL_BYTES,
    TOO_LARGE,
    TOO_MANY_FILES,
    UnpackedFile,
    unpack_files,
)
from app.services.imports.upload import store_file
from app.services.locks import lock_row
from app.services.outbox import queue_task

MAX_NAME = 200
# Between the positions of two files, for the lists in the sheets of the first.
MAX_LISTS_OF_FILE = 1000


def upload_batch(
    db: Db,
    vault: NikVault,
    actor: Actor,
    name: str,
    files: Iterable[tuple[str, bytes]],
    *,
    organization_id: int | None = None,
    request_key: str | None = None,
) -> UploadBatch:
    """Store files (path and content) as a new batch, log it, queue their reading, and return the batch.

    Zip files are unpacked; each file becomes a list that waits to be read, or that has failed or was left out already.
    The batch belongs to the actor's organization. An administrator may choose an organization, whose sessions its lists
    are for then; without one they may be for any session. If the actor has sent these files with the same `request_key`
    already, the answer was lost, and the batch that they are in is returned.

    Raises `Forbidden` without `IMPORT_WRITE` or for another organization, `UnreadableFile` if no file may be a list,
    and `Conflict` or `TooLarge` for too many of them. Then nothing is stored.
    """
    actor.require(Permission.IMPORT_WRITE)
    # Unpacked before the first statement: on SQLite that takes the lock of the one who writes.
    unpacked = unpack_files(files)
    organization_id = _choose_organization(db, actor, organization_id)
    if all(unpacked_file.is_set_aside for unpacked_file in unpacked):
        raise UnreadableFile(
            N_("There is no list among these files. Choose the files, a folder or a zip file.")
        )
    sent = _find_by_key(db, request_key) if request_key else None
    if sent and sent.uploaded_by == actor.user_id and _has_files(db, sent.id, unpacked):
        return sent
    batch = UploadBatch(
        name=mask_niks(name)[-MAX_NAME:],
        organization_id=organization_id,
        uploaded_by=actor.user_id,
        request_key=None if sent else request_key,
    )
    db.add(batch)
    db.flush()
    _store_files(db, vault, batch, unpacked)
    queue_task(db, OutboxKind.READ_BATCH, batch=batch.id)
    after = {"name": batch.name, "files": len(unpacked)}
    log_activity(db, actor, "upload", "upload-batch", batch.id, after=after)
    return batch


def add_to_batch(
    db: Db, vault: NikVault, actor: Actor, batch_id: int, files: Iterable[tuple[str, bytes]]
) -> UploadBatch:
    """Store further files of the same upload, queue their reading, and return the batch.

    A script sends many files in several requests. One that is sent again, because its answer was lost, changes nothing:
    files of the same path and content are in the batch already.

    Raises `Forbidden` without `IMPORT_WRITE`, `NotFound` unless the actor has uploaded the batch, and `Conflict` or
    `TooLarge` if there are too many files with those of the batch. Then nothing is stored.
    """
    actor.require(Permission.IMPORT_WRITE)
    unpacked = unpack_files(files)
    batch = lock_row(db, UploadBatch, get_batch(db, actor, batch_id).id)
    if batch.uploaded_by != actor.user_id:
        raise NotFound(N_("There is no batch %(batch)s."), batch=batch_id)
    stored = _list_files(db, batch_id)
    known = {(file.path, file.sha256) for file in stored.values()}
    new = [one for one in unpacked if (_stored_path(one), _sha256(one)) not in known]
    if len(stored) + len(new) > MAX_FILES:
        raise Conflict(TOO_MANY_FILES, code="too-many-files", limit=MAX_FILES)
    if sum(file.size for file in stored.values()) + sum(len(one.content) for one in new) > MAX_TOTAL_BYTES:
        raise TooLarge(TOO_LARGE, code="too-large-unpacked", megabytes=MAX_TOTAL_BYTES // 1024**2)
    _store_files(db, vault, batch, new, first=max(stored, default=-1) + 1)
    queue_task(db, OutboxKind.READ_BATCH, batch=batch.id)
    log_activity(db, actor, "upload", "upload-batch", batch.id, after={"files": len(new)})
    return batch


def _find_by_key(db: Db, request_key: str) -> UploadBatch | None:
    return db.scalars(select(UploadBatch).where(col(UploadBatch.request_key) == request_key)).first()


class _StoredFile(NamedTuple):
    """A file of a batch; its content is not kept if it is no list."""

    path: str
    sha256: str | None
    size: int


def _list_files(db: Db, batch_id: int) -> dict[int, _StoredFile]:
    """Return the files of a batch by their number. The lists in the further sheets of a file are of the same file."""
    statement = (
        select(col(BatchList.position), col(BatchList.path), col(UploadedFile.sha256), col(UploadedFile.size))
        .outerjoin(UploadedFile, col(UploadedFile.id) == col(BatchList.uploaded_file_id))
        .where(col(BatchList.upload_batch_id) == batch_id)
    )
    return {
        position // MAX_LISTS_OF_FILE: _StoredFile(path, sha256, size or 0)
        for position, path, sha256, size in db.execute(statement)
    }


def _has_files(db: Db, batch_id: int, unpacked: Sequence[UnpackedFile]) -> bool:
    """Return whether all these files are in a batch."""
    known = {(file.path, file.sha256) for file in _list_files(db, batch_id).values()}
    return all((_stored_path(one), _sha256(one)) in known for one in unpacked)


def problem_to_json(problem: Problem) -> dict[str, object]:
    """Return a problem as it is stored, as the failure of a list."""
    return {"code": problem.code, "text": problem.text, "params": dict(problem.params)}


def _choose_organization(db: Db, actor: Actor, organization_id: int | None) -> int | None:
    """Return the id of the organization that a new batch belongs to. Raises `Forbidden` and `NotFound`."""
    if actor.scope(Permission.IMPORT_WRITE) is Scope.ALL:
        return None if organization_id is None else get_organization(db, actor, organization_id).id
    if organization_id not in (None, actor.organization_id):
        raise Forbidden(
            N_("Your role does not allow this. If you need it for your work, ask your administrator.")
        )
    return actor.organization_id


def _stored_path(unpacked_file: UnpackedFile) -> str:
    return mask_niks(unpacked_file.path)[-MAX_PATH:]


def _sha256(unpacked_file: UnpackedFile) -> str | None:
    """Return the SHA-256 of a file that is stored, None for one that is not."""
    return None if unpacked_file.problem else hashlib.sha256(unpacked_file.content).hexdigest()


def _store_files(
    db: Db, vault: NikVault, batch: UploadBatch, unpacked: Sequence[UnpackedFile], *, first: int = 0
) -> None:
    """Store the files encrypted, also those of equal content each by itself, and a list for each.

    `first` is the number of files in the batch so far.
    """
    for position, unpacked_file in enumerate(unpacked, start=first):
        batch_list = BatchList(
            upload_batch_id=batch.id,
            position=position * MAX_LISTS_OF_FILE,
            path=_stored_path(unpacked_file),
        )
        if unpacked_file.problem is not None:
            set_aside = unpacked_file.is_set_aside
            batch_list.state = BatchListState.LEFT_OUT if set_aside else BatchListState.FAILED
            batch_list.failure = problem_to_json(unpacked_file.problem)
        else:
            name = batch_list.path.rpartition("/")[2]
            batch_list.uploaded_file_id = store_file(db, vault, name, unpacked_file.content).id
        db.add(batch_list)
    db.flush()
