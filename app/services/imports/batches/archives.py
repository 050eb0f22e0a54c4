"""Unpack the zip files among uploaded files, within limits, and set aside what is no list."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from app.errors import Conflict, Problem, TooLarge, UnreadableFile
from app.i18n import N_
from app.people.values.text import clean, collapse
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.reading import build_problem

MAX_FILES = 200
MAX_TOTAL_BYTES = 40 * 1024**2
# Of all zip files of an upload together, with folders and what is set aside.
MAX_ENTRIES = 2000
# A zip file in a zip file is unpacked, one in that is not.
MAX_DEPTH = 2
# Also of what is no list in the end: zip files in zip files, and entries that turn out to be damaged.
MAX_INFLATED_BYTES = MAX_DEPTH * MAX_TOTAL_BYTES
# Counted before Python reads the table of contents, which takes half a kilobyte for each. A zip file of workbooks that
# were packed without compression has those of the workbooks too.
MAX_RECORDS = 20 * MAX_ENTRIES
MAX_PATH = 400

NO_LIST = "no-list"
TOO_MANY_FILES = N_("These are more than %(limit)s files. Upload them in several batches.")
TOO_MANY_ENTRIES = N_("The zip file holds more than %(limit)s files and folders. Pack the lists alone.")
TOO_LARGE = N_(
    "Unpacked, the files are larger than %(megabytes)s MB together. Upload them in several batches."
)
SET_ASIDE = N_("This file is made by a computer for itself and is no list. It was left out.")
EMPTY_ZIP = N_("This zip file is empty.")
ZIP_IN_ZIP = N_(
    "This zip file lies in a zip file that lies in another. Unpack it and upload the lists in it."
)
DAMAGED_ZIP = N_("This zip file is damaged. Pack it again, or upload the files without packing them.")
PROTECTED_ZIP = N_(
    "Files in this zip file are protected by a password. Unpack it and upload the lists themselves."
)

_ZIP_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_RECORD = b"PK\x01\x02"
# Others can ask for any amount of memory (LZMA), and no program of an office makes them.
_METHODS = (ZIP_STORED, ZIP_DEFLATED)
_UTF_8 = 0x800
_ENCRYPTED = 0x1
_LINK = 0o120000
# Excel, Word and OpenDocument files, and presentations and documents of Apple: their reader says what they are.
_DOCUMENT_PARTS = frozenset({"[Content_Types].xml", "mimetype", "Index.zip", "Index/Document.iwa"})
# What Windows, macOS and LibreOffice put beside the files of a folder.
_SET_ASIDE_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
_SET_ASIDE_BEGINNINGS = ("~$", ".", "._", ".~lock")
_DAMAGED = (
    BadZipFile,
    LargeZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class UnpackedFile:
    """A file of an upload, with its folders in `path`; or why it is not read. `problem` NO_LIST: it was set aside."""

    path: str
    content: bytes = b""
    problem: Problem | None = None

    @property
    def is_set_aside(self) -> bool:
        return self.problem is not None and self.problem.code == NO_LIST


def unpack_files(files: Iterable[tuple[str, bytes]]) -> list[UnpackedFile]:
    """Return the files (path and content) with those in zip files instead of these, in their order.

    A file that can't be unpacked is returned with its problem. Raises `Conflict` ("too-many-files") for more than 200
    files, and `TooLarge` for more than 40 MB of them.
    """
    files = list(files)
    unpacker = _Unpacker()
    unpacked: list[UnpackedFile] = []
    for path, content in files:
        for unpacked_file in unpacker.unpack(clean_path(path), content, is_only=len(files) == 1):
            unpacked.append(unpacked_file)
            if sum(not one.is_set_aside for one in unpacked) > MAX_FILES:
                raise Conflict(TOO_MANY_FILES, code="too-many-files", limit=MAX_FILES)
    return unpacked


def clean_path(path: str) -> str:
    """Return a path without drive, root and steps upwards, in plain text; at most 400 characters, the last ones."""
    parts = [collapse(clean(part)) for part in path.replace("\\", "/").split("/")]
    kept = [part for part in parts if part not in {"", ".", ".."} and not _is_drive(part)]
    return "/".join(kept)[-MAX_PATH:] or "-"


def _is_drive(part: str) -> bool:
    return len(part) == 2 and part[0].isalpha() and part[1] == ":"


class _Unpacker:
    """Unpacks the files of one upload, and counts what they hold together."""

    def __init__(self) -> None:
        self._bytes = 0
        self._inflated = 0
        self._entries = 0
        self._unpacked_bytes = 0

    def unpack(
        self, path: str, content: bytes, *, is_only: bool = False, depth: int = 1
    ) -> Iterator[UnpackedFile]:
        """Yield the file, or the files in it. The path of a file in the `is_only` uploaded zip begins in that."""
        if is_set_aside(path):
            yield UnpackedFile(path, problem=UnreadableFile(SET_ASIDE, code=NO_LIST))
        elif content.startswith(_ZIP_BEGINNINGS) and content.count(_RECORD) > MAX_RECORDS:
            raise self._too_many_entries()
        elif not _is_packed_folder(path, content):
            self._count_bytes(len(content))
            is_too_large = len(content) > MAX_BYTES
            megabytes = {"megabytes": MAX_BYTES // 1024**2}
            yield UnpackedFile(path, content, build_problem("too-large", megabytes) if is_too_large else None)
        elif depth > MAX_DEPTH:
            yield UnpackedFile(path, problem=UnreadableFile(ZIP_IN_ZIP, code="zip-in-zip"))
        else:
            yield from self._unpack_zip(path, content, "" if is_only else f"{path}/", depth)

    def _unpack_zip(self, path: str, content: bytes, folder: str, depth: int) -> Iterator[UnpackedFile]:
        is_protected = is_empty = False
        try:
            with ZipFile(BytesIO(content)) as archive:
                self._entries += len(archive.infolist())
                if self._entries > MAX_ENTRIES:
                    raise self._too_many_entries()
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
                is_empty = not entries
                for entry in entries:
                    if entry.flag_bits & _ENCRYPTED:
                        is_protected = True
                        continue
                    yield from self._unpack_entry(archive, entry, folder, depth)
        except _DAMAGED:
            yield UnpackedFile(path, problem=UnreadableFile(DAMAGED_ZIP, code="damaged-zip"))
        if is_empty:
            yield UnpackedFile(path, problem=UnreadableFile(EMPTY_ZIP, code="empty-zip"))
        if is_protected:
            yield UnpackedFile(path, problem=UnreadableFile(PROTECTED_ZIP, code="password-protected"))

    def _unpack_entry(
        self, archive: ZipFile, entry: ZipInfo, folder: str, depth: int
    ) -> Iterator[UnpackedFile]:
        path = clean_path(folder + _decode_name(entry))
        if is_set_aside(path) or (entry.external_attr >> 16) & _LINK == _LINK:
            yield UnpackedFile(path, problem=UnreadableFile(SET_ASIDE, code=NO_LIST))
            return
        if entry.compress_type not in _METHODS:
            yield UnpackedFile(path, problem=build_problem("unreadable-file", {}))
            return
        left = MAX_TOTAL_BYTES - self._bytes
        self._inflated += entry.file_size
        if entry.file_size > left or self._inflated > MAX_INFLATED_BYTES:
            raise self._too_large()
        try:
            with archive.open(entry) as packed:
                # The size that a zip file states may be wrong.
                content = packed.read(min(entry.file_size, left) + 1)
        except _DAMAGED:
            yield UnpackedFile(path, problem=build_problem("unreadable-file", {}))
            return
        # A zip file in a zip file does not count as a list, but takes as long to unpack as one of its size.
        self._unpacked_bytes += len(content)
        if len(content) > left or self._unpacked_bytes > MAX_DEPTH * MAX_TOTAL_BYTES:
            raise self._too_large()
        yield from self.unpack(path, content, depth=depth + 1)

    def _count_bytes(self, size: int) -> None:
        self._bytes += size
        if self._bytes > MAX_TOTAL_BYTES:
            raise self._too_large()

    def _too_many_entries(self) -> Conflict:
        return Conflict(TOO_MANY_ENTRIES, code="too-many-files", limit=MAX_ENTRIES)

    def _too_large(self) -> TooLarge:
        return TooLarge(TOO_LARGE, code="too-large-unpacked", megabytes=MAX_TOTAL_BYTES // 1024**2)


def _is_packed_folder(path: str, content: bytes) -> bool:
    """Return whether a file is a zip file that is no document of an office program; of a damaged one its name decides.

    Only its table of contents is looked at; nothing is unpacked.
    """
    if not content.startswith(_ZIP_BEGINNINGS):
        return False
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _DOCUMENT_PARTS.isdisjoint(archive.namelist())
    except _DAMAGED:
        return path.lower().endswith(".zip")


def is_set_aside(path: str) -> bool:
    """Return whether the file is one that a computer makes for itself, such as Thumbs.db or ~$list.xlsx."""
    parts = PurePosixPath(path).parts
    name = parts[-1].lower() if parts else ""
    return "__MACOSX" in parts or name in _SET_ASIDE_NAMES or name.startswith(_SET_ASIDE_BEGINNINGS)


def _decode_name(entry: ZipInfo) -> str:
    """Return the name of an entry. Linux and macOS write UTF-8 without saying so, which is read as code page 437."""
    if entry.flag_bits & _UTF_8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename
