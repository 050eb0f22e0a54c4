"""Make a dossier in the background: in short transactions, which block no other writer for long."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from app.database import reading
from app.jobs.lease import Lease
from app.nik_vault import NikVault
from app.services.evidence.dossiers import (
    CHUNK_BYTES,
    DossierPart,
    begin_dossier,
    finish_dossier,
    store_chunk,
    write_dossier,
)


def make_dossier(lease: Lease, vault: NikVault, dossier_id: int) -> None:
    """Make the file of a dossier and store it in chunks, each in a transaction of its own with the progress.

    What an interrupted attempt has stored is made again. Does nothing if the dossier is not to be made any more.
    """
    with lease.writing() as db:
        if not begin_dossier(db, dossier_id):
            return
    digest, size = sha256(), 0
    with reading(lease.engine) as read_db:
        for number, part in enumerate(_chunks(write_dossier(read_db, vault, dossier_id))):
            digest.update(part.content)
            size += len(part.content)
            with lease.writing() as db:
                store_chunk(db, vault, dossier_id, number, part.content, done=part.done, total=part.total)
    with lease.writing() as db:
        finish_dossier(db, dossier_id, size=size, digest=digest.hexdigest())


def _chunks(parts: Iterable[DossierPart]) -> Iterator[DossierPart]:
    """Yield the same bytes in parts of `CHUNK_BYTES`, the last as long as it is."""
    waiting, part = bytearray(), DossierPart(b"", 0, 0)
    for part in parts:
        waiting += part.content
        while len(waiting) >= CHUNK_BYTES:
            content = bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
            yield DossierPart(content, part.done, part.total)
    if waiting:
        yield DossierPart(bytes(waiting), part.done, part.total)
