"""Use an upload in review for another session, or to register its people, without uploading the file again."""

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import (
    AttendanceImport,
    Channel,
    ImportPurpose,
    ImportStatus,
    OutboxKind,
    WorkshopSession,
)
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.imports.photos import is_photo_import
from app.queries.imports.shared_uploads import ACTIVE, list_siblings
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.mapping import is_large
from app.services.imports.shared.people import lock_shared_imports
from app.services.imports.sheet_choices import SheetChoices
from app.services.imports.upload import read_stored_file, require_review, store_reading
from app.services.outbox import queue_task
from app.services.registrations.requests import RegistrationRequest, require_open


def move_to_session(
    read_db: Db, db: Db, vault: NikVault, actor: Actor, import_id: int, session_code: str
) -> AttendanceImport:
    """Read the file of an import in review again for another session, and return the import.

    Which sheet and columns are read, and what blanks mean there, is found anew for that session. Corrections and
    answers are dropped: the row numbers of another sheet are other people's. A file over 256 KiB is read by the outbox;
    the import has the status `reading` until then. The move is logged.

    Raises `NotFound` and `Forbidden` unless the actor may import into both sessions, `UnreadableFile` if the file has
    no list for that session, and `Conflict` if the import is not in review, that session reads the file already, or
    other sessions read it and that one is of another workshop.
    """
    attendance_import = get_attendance_import(read_db, actor, import_id)
    workshop_session = get_workshop_session(read_db, actor, session_code)
    require_permission(read_db, actor, Permission.IMPORT_WRITE, workshop_session)
    choices = SheetChoices.from_json(attendance_import.choices).for_other_session()
    return _reassign(
        read_db, db, vault, actor, attendance_import, workshop_session, attendance_import.purpose, choices
    )


def register_instead(read_db: Db, db: Db, vault: NikVault, actor: Actor, import_id: int) -> AttendanceImport:
    """Make an attendance list in review a list of people to register for the same session, and return the import.

    For lists that say who wants to come. The same sheet and columns are read; answers about its rows are dropped. A
    file over 256 KiB is read by the outbox. The change is logged.

    Raises `NotFound`, `Forbidden` without `IMPORT_WRITE`, and `Conflict` if the import is not in review or the session
    is over or cancelled.
    """
    attendance_import = get_attendance_import(read_db, actor, import_id)
    workshop_session = read_db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    require_open(workshop_session, RegistrationRequest(Channel.ORGANIZER, overrule=True))
    choices = SheetChoices.from_json(attendance_import.choices)
    return _reassign(
        read_db,
        db,
        vault,
        actor,
        attendance_import,
        workshop_session,
        ImportPurpose.REGISTRATION,
        choices,
    )


def _reassign(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    purpose: ImportPurpose,
    choices: SheetChoices,
) -> AttendanceImport:
    """Read the file for this session and purpose with `read_db`, then store the result in the locked import."""
    require_permission(read_db, actor, Permission.IMPORT_WRITE, attendance_import)
    require_review(attendance_import)
    if is_photo_import(attendance_import.file_format):
        text = N_(
            "These pages were printed for this session, and say nothing about another one or who registers."
        )
        raise Conflict(text, code="printed-for-session")
    _require_no_clash(read_db, attendance_import, workshop_session)
    sheet_reading = (
        None
        if is_large(read_db, attendance_import)
        else read_stored_file(
            read_db,
            vault,
            attendance_import,
            choices,
            {},
            recall=True,
            workshop_session=workshop_session,
            purpose=purpose,
        )
    )
    attendance_import = db.get_one(AttendanceImport, attendance_import.id)
    lock_shared_imports(db, attendance_import)
    require_review(attendance_import)
    _require_no_clash(db, attendance_import, workshop_session)
    before = _assignment(db, attendance_import)
    attendance_import.workshop_session_id = workshop_session.id
    attendance_import.purpose = purpose
    if sheet_reading is None:
        attendance_import.status = ImportStatus.READING
        attendance_import.choices = choices.to_json()
        attendance_import.failure = None
        queue_task(db, OutboxKind.READ_IMPORT, **{"import": attendance_import.id})
    else:
        store_reading(db, vault, attendance_import, sheet_reading)
    after = _assignment(db, attendance_import)
    log_activity(db, actor, "move", "attendance-import", attendance_import.id, before=before, after=after)
    return attendance_import


def _require_no_clash(db: Db, attendance_import: AttendanceImport, workshop_session: WorkshopSession) -> None:
    """Raise `Conflict` if the session reads the file already, or is of another workshop than those that do.

    Sessions that read one file are saved and undone together, by users who may do so in their workshop.
    """
    siblings = list_siblings(db, attendance_import, ACTIVE)
    if any(sibling.workshop_session_id == workshop_session.id for sibling in siblings):
        text = N_("The session %(session)s reads this file already.")
        raise Conflict(text, code="reads-file-already", session=workshop_session.code)
    own_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    if siblings and own_session.workshop_id != workshop_session.workshop_id:
        text = N_(
            "Other sessions of this workshop read the file too. Discard this part of the upload, and upload the file "
            "to the session %(session)s."
        )
        raise Conflict(text, code="shared-upload", session=workshop_session.code)


def _assignment(db: Db, attendance_import: AttendanceImport) -> dict[str, str]:
    workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    return {"session": workshop_session.code, "purpose": attendance_import.purpose.value}
