"""Undo all sessions of a shared upload in one transaction, or none of them."""

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import AttendanceImport, ImportStatus
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.services.authorization import require_permission
from app.services.imports.shared.people import lock_shared_imports
from app.services.imports.undo import undo_locked
from app.services.imports.upload import require_not_committing
from app.services.locks import lock_people_table


def undo_together(db: Db, actor: Actor, import_id: int) -> list[AttendanceImport]:
    """Undo the committed imports that read the same file, the last committed first; return them.

    Returns none if all of them are undone already. Lists of people to register are not among them. Raises what
    `undo_import` raises; then nothing is undone.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_COMMIT, attendance_import)
    lock_people_table(db)
    imports = [
        shared
        for shared in lock_shared_imports(db, attendance_import)
        if shared.purpose is attendance_import.purpose
    ]
    for shared in imports:
        require_permission(db, actor, Permission.IMPORT_COMMIT, shared)
        require_not_committing(shared)
    committed = sorted(
        (shared for shared in imports if shared.status is ImportStatus.COMMITTED),
        key=lambda shared: (shared.committed_at, shared.id),
        reverse=True,
    )
    if not committed and attendance_import.status is not ImportStatus.UNDONE:
        raise Conflict(N_("Only a committed import can be undone."), code="not-committed")
    with db.begin_nested():
        for shared in committed:
            undo_locked(db, actor, shared)
    return committed
