"""The uploaded photos of an import: one zip, in which photos that were not read yet are apart from those drawn anew."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from app.errors import Conflict, Invalid, TooLarge, UnreadableFile
from app.i18n import N_, translator
from app.paper.file_types import detect_file_type
from app.paper.parts import list_missing_libraries
from app.paper.reading import MAX_BYTES as MAX_BYTES_OF_PHOTO
from app.people.values.nik import mask_niks

MAX_PHOTOS = 40
"""Of one upload."""
MAX_BYTES_OF_PHOTOS = 60 * 1024**2
"""Sent together without the page's script; packing and encrypting them takes five times as much memory."""
MAX_PHOTOS_READ_AT_ONCE = 2
"""More are read after the response, by the outbox."""

NAME_OF_PHOTOS = N_("Photos of the attendance list, %(count)s photos")

_UNREAD = "unread/"


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """An uploaded photo, or a PDF of scanned pages."""

    name: str
    content: bytes


def require_photo_libraries() -> None:
    """Raise `Conflict` (code "photos-not-installed") if this installation can't read photos."""
    if missing := list_missing_libraries():
        text = N_(
            "This installation can't read photos: the person who runs it has to add %(packages)s "
            "(jangkau[foto]). Until then, type the attendance, or fill in the list as .xlsx."
        )
        raise Conflict(text, code="photos-not-installed", packages=", ".join(missing))


def check_photos(files: Sequence[PhotoFile]) -> None:
    """Raise `Invalid`, `TooLarge` or `UnreadableFile` unless these are photos and PDFs within the limits."""
    if not files:
        raise Invalid(N_("Choose at least one photo of a signed page."))
    if len(files) > MAX_PHOTOS:
        raise TooLarge(
            N_("At most %(limit)s photos are read at once. Upload the others afterwards."), limit=MAX_PHOTOS
        )
    if sum(len(file.content) for file in files) > MAX_BYTES_OF_PHOTOS:
        text = N_("The photos are larger than %(megabytes)s MB together. Upload a part of them first.")
        raise TooLarge(text, megabytes=MAX_BYTES_OF_PHOTOS // 1024**2)
    for file in files:
        if len(file.content) > MAX_BYTES_OF_PHOTO:
            text = N_("“%(file)s” is larger than %(megabytes)s MB. Take the photo in a smaller size.")
            raise TooLarge(text, file=mask_niks(file.name), megabytes=MAX_BYTES_OF_PHOTO // 1024**2)
        if detect_file_type(file.content) is None:
            text = N_(
                "“%(file)s” is no photo. Photos are JPEG, PNG, HEIC or WebP; scanned pages may be a PDF."
            )
            raise UnreadableFile(text, code="not-a-photo", file=mask_niks(file.name))


def is_read_at_once(files: Sequence[PhotoFile]) -> bool:
    """Return whether the files are read before the response: a few photos are; a PDF may have many pages."""
    return len(files) <= MAX_PHOTOS_READ_AT_ONCE and not any(
        detect_file_type(file.content) == "PDF" for file in files
    )


def name_photos(count: int) -> str:
    """Return the name of an upload of so many photos, in Indonesian, as it is stored and shown to all."""
    return translator("id")(NAME_OF_PHOTOS) % {"count": count}


def pack_photos(read: Mapping[str, bytes], unread: Sequence[PhotoFile] = ()) -> bytes:
    """Return a zip of pictures that were drawn anew, by their names, and of photos that were not read yet."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in read.items():
            archive.writestr(_entry(name), content)
        for number, file in enumerate(unread, 1):
            archive.writestr(_entry(f"{_UNREAD}{number:03}-{_file_name(file.name)}"), file.content)
    return packed.getvalue()


def unpack_photos(content: bytes) -> tuple[dict[str, bytes], list[PhotoFile]]:
    """Return the pictures that were drawn anew and the photos that were not read yet, of a zip of `pack_photos`."""
    read: dict[str, bytes] = {}
    unread: list[PhotoFile] = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith(_UNREAD):
                unread.append(PhotoFile(name.removeprefix(_UNREAD).partition("-")[2], archive.read(name)))
            else:
                read[name] = archive.read(name)
    return read, unread


def name_picture(position: int, name: str) -> str:
    """Return the name in the zip of a picture that was drawn anew. `position` counts from 0."""
    return f"{position + 1:03}-{PurePath(_file_name(name)).stem}.jpg"


def _file_name(name: str) -> str:
    """Return a file's name without folders, as it may stand in a zip."""
    return mask_niks(name.replace("\\", "/").rpartition("/")[2])[-120:] or "foto"


def _entry(name: str) -> zipfile.ZipInfo:
    """Return the head of an entry without the time at which it was packed."""
    return zipfile.ZipInfo(name)
