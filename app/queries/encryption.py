"""Check of the secret with which NIKs and files are encrypted."""

from base64 import b64decode

from cryptography.exceptions import InvalidTag
from sqlmodel import col, select

from app.database import Db
from app.models import Attachment, KeyRotation, Participant, SignedScan, UploadedFile
from app.nik_vault import NikVault


def can_decrypt(db: Db, vault: NikVault) -> bool:
    """Return whether the vault's secret is the one that encrypted the data; True if nothing is encrypted yet.

    It is tried on one value only: the NIK of the lowest participant id that has one, else the oldest file that is kept,
    else the oldest scan of a signed report, else the oldest attachment of a session.
    """
    nik = db.exec(
        select(Participant.nik_encrypted)
        .where(col(Participant.nik_encrypted).is_not(None))
        .order_by(col(Participant.id))
        .limit(1)
    ).first()
    if nik:
        return _decrypts(vault, b64decode(nik))
    is_kept = col(UploadedFile.erased_at).is_(None) & col(UploadedFile.expired_at).is_(None)
    for oldest in (
        select(UploadedFile.content).where(is_kept).order_by(col(UploadedFile.id)),
        select(SignedScan.content_encrypted).order_by(col(SignedScan.id)),
        select(Attachment.content_encrypted).order_by(col(Attachment.id)),
    ):
        if file := db.exec(oldest.limit(1)).first():
            return _decrypts(vault, file)
    return True


def is_rotating(db: Db) -> bool:
    """Return whether a replacement of the secret has begun and not ended."""
    return db.get(KeyRotation, 1) is not None


def _decrypts(vault: NikVault, encrypted: bytes) -> bool:
    """Return whether the vault's secret is the one that encrypted these bytes."""
    try:
        vault.decrypt_bytes(encrypted)
    except InvalidTag:
        return False
    return True
