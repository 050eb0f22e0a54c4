"""The content of uploaded files, as long as it is kept."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from app.errors import Conflict
from app.i18n import N_, date_text, wita
from app.models import UploadedFile
from app.nik_vault import NikVault

ERASED = N_("The content of this file was erased on %(day)s because a person in it asked for that.")
EXPIRED = N_("The content of this file was deleted on %(day)s because it had been kept long enough.")

MAX_UNPACKED_BYTES = 200_000_000
_TAGS = re.compile(r"<[^<>]*>")


def is_kept(uploaded_file: UploadedFile) -> bool:
    """Return whether the content of a file is still there."""
    return uploaded_file.erased_at is None and uploaded_file.expired_at is None


def decrypt_file(vault: NikVault, uploaded_file: UploadedFile) -> bytes:
    """Return the content of an uploaded file. Raises `Conflict` (code "file-gone") if it is not kept any more."""
    if uploaded_file.erased_at:
        raise Conflict(ERASED, code="file-gone", day=date_text(wita(uploaded_file.erased_at).date()))
    if uploaded_file.expired_at:
        raise Conflict(EXPIRED, code="file-gone", day=date_text(wita(uploaded_file.expired_at).date()))
    return vault.decrypt_bytes(uploaded_file.content)


def texts_in_file(content: bytes) -> Iterator[str]:
    """Yield what a file says, to find out whether it names a person: the parts of a zip, else the bytes as text.

    Excel, Word and OpenDocument files are zips of XML. The older kinds hold their texts in one of two encodings. What
    is packed otherwise, as in a PDF, is not seen here; the rows that were read from it are.
    """
    for part in _unpack(content) or [content]:
        yield _TAGS.sub(" ", part.decode("utf-8", errors="replace"))
        if b"\0" in part:
            yield part.decode("utf-16-le", errors="replace")


def _unpack(content: bytes) -> list[bytes]:
    """Return the parts of a zip; none for another file, or one that is damaged or unpacks to far too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
                return []
            return [archive.read(part) for part in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        return []
