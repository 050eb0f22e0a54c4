"""Hands out an uploaded file as it came in, and says so in the activity log."""

from dataclasses import dataclass

from app.database import Db
from app.models import UploadedFile
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.services.activities import record
from app.services.authorization import require_permission


@dataclass(frozen=True)
class Download:
    name: str
    content: bytes


def download(db: Db, vault: NikVault, actor: Actor, import_id: int) -> Download:
    """The file of an import, decrypted. Raises `NotFound` where the import isn't within the actor's reach."""
    found = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_READ, found)
    uploaded = db.get_one(UploadedFile, found.uploaded_file_id)
    record(db, actor, "download", "attendance-import", import_id, after={"file": uploaded.name})
    return Download(uploaded.name, vault.decrypt_bytes(uploaded.content))
