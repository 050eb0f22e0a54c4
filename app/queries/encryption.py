"""Whether the installation's secret is the one that encrypted what its database holds."""

from base64 import b64decode

from cryptography.exceptions import InvalidTag
from sqlmodel import col, select

from app.database import Db
from app.models import Participant, UploadedFile
from app.nik_vault import NikVault


def is_readable(db: Db, vault: NikVault) -> bool:
    """Tried with the first NIK, else the first file; where there is neither, any secret will do."""
    nik = db.exec(
        select(Participant.nik_encrypted)
        .where(col(Participant.nik_encrypted).is_not(None))
        .order_by(col(Participant.id))
        .limit(1)
    ).first()
    if nik:
        return _opens(vault, b64decode(nik))
    file = db.exec(select(UploadedFile.content).order_by(col(UploadedFile.id)).limit(1)).first()
    return file is None or _opens(vault, file)


def _opens(vault: NikVault, encrypted: bytes) -> bool:
    try:
        vault.decrypt_bytes(encrypted)
    except InvalidTag:
        return False
    return True
