"""Upload photos of signed pages, whose lines become the rows of an import in review, and add further photos to it."""

import hashlib
from collections.abc import Sequence

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import AttendanceImport, ImportStatus, OutboxKind, UploadedFile
from app.nik_vault import NikVault
from app.paper.page_reading import PageReading
from app.paper.reading import read_photos
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.photos import is_photo_import
from app.queries.imports.stored_files import decrypt_file
from app.queries.registrations.roster_prints import is_printed, list_print_layouts
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.photos.files import (
    PhotoFile,
    check_photos,
    is_read_at_once,
    name_photos,
    pack_photos,
    require_photo_libraries,
    unpack_photos,
)
from app.services.imports.photos.reading import store_photos
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.upload import require_review, store_upload
from app.services.locks import lock_row
from app.services.outbox import queue_task
from app.spreadsheets.progress import Progress, ignore_progress

NOT_PRINTED = N_(
    "No attendance list of this session was printed from here yet. Photos are read by the squares and the QR code on "
    "the pages of the attendance list as PDF: print it and let people sign it, or upload a list as a file."
)


def upload_photos(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    session_code: str,
    files: Sequence[PhotoFile],
    *,
    at_once: bool | None = None,
) -> AttendanceImport:
    """Store photos of a session's signed pages and what is seen on them for review, log it, and return the new import.

    Photos that the actor sends again, as a phone does that got no answer, are the import that they are already.
    Up to two photos are read before `db` takes the write lock; more, or a PDF, are stored unread, with the status
    `reading`, and read by the outbox. `at_once` True or False decides that instead.

    Raises `NotFound` for the session, `Forbidden` without `IMPORT_WRITE`, `Invalid`, `TooLarge` or `UnreadableFile` for
    the files, and `Conflict` if no list of the session was printed (code "not-printed") or this installation can't read
    photos ("photos-not-installed"); then nothing is stored.
    """
    workshop_session = get_workshop_session(read_db, actor, session_code)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, workshop_session)
    check_photos(files)
    require_photo_libraries()
    if not is_printed(read_db, workshop_session.id):
        raise Conflict(NOT_PRINTED, code="not-printed")
    if at_once is None:
        at_once = is_read_at_once(files)
    readings = _read(read_db, workshop_session.id, files) if at_once else None
    content = pack_photos({}, files)
    sha256 = hashlib.sha256(content).hexdigest()
    if sent_before := _find_open_upload(db, actor, workshop_session.id, sha256):
        return sent_before
    attendance_import = store_upload(
        db,
        vault,
        actor,
        workshop_session,
        name_photos(len(files)),
        content,
        SheetChoices(),
        file_format="photo",
    )
    if readings is None:
        queue_task(db, OutboxKind.READ_IMPORT, **{"import": attendance_import.id})
    else:
        store_photos(db, vault, attendance_import, _names(files), readings)
    return attendance_import


def add_photos(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    import_id: int,
    files: Sequence[PhotoFile],
    *,
    at_once: bool | None = None,
) -> AttendanceImport:
    """Add photos of further pages, or better photos, to an import of photos in review; log it and return the import.

    What was answered about its rows stays. The photos are read as `upload_photos` reads them. Raises what it raises,
    and `Conflict` if the import is not in review or not one of photos, or its pictures are not kept any more.
    """
    attendance_import = get_attendance_import(read_db, actor, import_id)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, attendance_import)
    _require_photos_in_review(attendance_import)
    check_photos(files)
    require_photo_libraries()
    if at_once is None:
        at_once = is_read_at_once(files)
    readings = _read(read_db, attendance_import.workshop_session_id, files) if at_once else None
    attendance_import = lock_row(db, AttendanceImport, import_id)
    _require_photos_in_review(attendance_import)
    uploaded_file = db.get_one(UploadedFile, attendance_import.uploaded_file_id)
    read, _ = unpack_photos(decrypt_file(vault, uploaded_file))
    if readings is None:
        content = pack_photos(read, files)
        uploaded_file.content, uploaded_file.size = vault.encrypt_bytes(content), len(content)
        attendance_import.status = ImportStatus.READING
        attendance_import.failure = None
        queue_task(db, OutboxKind.READ_IMPORT, **{"import": import_id, "added": len(files)})
    else:
        store_photos(db, vault, attendance_import, _names(files), readings)
    after = {"photos": len(files)}
    log_activity(db, actor, "add-photos", "attendance-import", attendance_import.id, after=after)
    return attendance_import


def read_queued_photos(
    read_db: Db,
    db: Db,
    vault: NikVault,
    queued: AttendanceImport,
    progress: Progress = ignore_progress,
) -> None:
    """Read the photos of an import that were stored unread; the import is then in review.

    They are read with `read_db`, before `db` takes the write lock. Does nothing if the import was deleted meanwhile or
    is not being read any more.
    """
    uploaded_file = read_db.get_one(UploadedFile, queued.uploaded_file_id)
    _, files = unpack_photos(decrypt_file(vault, uploaded_file))
    readings = _read(read_db, queued.workshop_session_id, files, progress)
    attendance_import = db.get(AttendanceImport, queued.id, with_for_update=True, populate_existing=True)
    if attendance_import is not None and attendance_import.status is ImportStatus.READING:
        store_photos(db, vault, attendance_import, _names(files), readings)


def forget_unread_photos(db: Db, vault: NikVault, attendance_import: AttendanceImport) -> None:
    """Delete the photos of an import that could not be read, as they tell where and by what they were taken."""
    uploaded_file = db.get_one(UploadedFile, attendance_import.uploaded_file_id)
    if uploaded_file.content:
        read, _ = unpack_photos(vault.decrypt_bytes(uploaded_file.content))
        content = pack_photos(read)
        uploaded_file.content, uploaded_file.size = vault.encrypt_bytes(content), len(content)


def _find_open_upload(db: Db, actor: Actor, workshop_session_id: int, sha256: str) -> AttendanceImport | None:
    """Return the actor's import of the same photos that is being read or in review."""
    return db.exec(
        select(AttendanceImport)
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .where(
            AttendanceImport.workshop_session_id == workshop_session_id,
            AttendanceImport.uploaded_by == actor.user_id,
            col(AttendanceImport.status).in_((ImportStatus.READING, ImportStatus.REVIEW)),
            UploadedFile.sha256 == sha256,
        )
    ).first()


def _read(
    read_db: Db, workshop_session_id: int, files: Sequence[PhotoFile], progress: Progress = ignore_progress
) -> Sequence[PageReading]:
    """Return what is seen on the photos, by the layouts of all lists that were printed for the session."""
    layouts = list_print_layouts(read_db, workshop_session_id)
    return read_photos([(file.name, file.content) for file in files], layouts, progress=progress)


def _names(files: Sequence[PhotoFile]) -> list[str]:
    return [file.name for file in files]


def _require_photos_in_review(attendance_import: AttendanceImport) -> None:
    """Raise `Conflict` unless the import is one of photos and in review."""
    require_review(attendance_import)
    if not is_photo_import(attendance_import.file_format):
        text = N_("Photos can be added only to an upload of photos of the printed list.")
        raise Conflict(text, code="not-photos")
