"""Tell what kind of file was uploaded, by its content; refuse each kind that holds no readable list by its own code."""

import re
import zlib
from collections.abc import Collection
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile

from app.spreadsheets.detected_table import FileFormat
from app.spreadsheets.formats.failures import MAX_UNPACKED_BYTES, SheetFailure

DAMAGED_FILE_ERRORS: Final = (
    BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = b"%PDF-"
_REFUSED_BEGINNINGS = (
    (b"\x89PNG", "photo"),
    (b"\xff\xd8\xff", "photo"),
    (b"GIF8", "photo"),
    (b"II*\x00", "photo"),
    (b"MM\x00*", "photo"),
    (b"\x7fELF", "program"),
    (b"{\\rtf", "rich-text"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_PHOTO_BRANDS = (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1", b"avif")
_GOOGLE_SHORTCUT = re.compile(rb'^\s*\{.*("doc_id"|docs\.google\.com|"resource_key")', re.DOTALL)
_INTERNET_SHORTCUT = b"[InternetShortcut]"
_HEAD = 4096
_LISTS_IN_A_ZIP = frozenset(
    {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt"}
    | {".docx", ".doc", ".pdf", ".html", ".htm", ".zip"}
)
_OFFICE_PARTS: tuple[tuple[str, FileFormat], ...] = (
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "docx"),
)


def detect_format(content: bytes) -> FileFormat:
    """Return the format of a file that may hold a list. Raises `SheetFailure` for any other, and for a password."""
    if not content.strip(b"\x00 \t\r\n"):
        raise SheetFailure("empty-file")
    if content.startswith(_ZIP):
        return _detect_zip_format(content)
    if content.startswith(_OLE):
        return "xls"
    head = content[:_HEAD]
    if refused := _refused_kind(head):
        raise SheetFailure(refused)
    if _PDF in head[:1024]:
        return "pdf"
    return _detect_text_format(head)


def _refused_kind(head: bytes) -> str | None:
    """Return the code of the failure for a photo, a program, an archive and the like, or None."""
    for beginning, code in _REFUSED_BEGINNINGS:
        if head.startswith(beginning):
            return code
    if head.startswith(_EMPTY_ZIP):
        return "not-a-spreadsheet"
    if head.startswith(b"MZ") and b"\x00" in head:
        return "program"
    if (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or (head[:2] == b"BM" and head[6:10] == bytes(4)):
        return "photo"
    if head[4:8] == b"ftyp" and head[8:12] in _PHOTO_BRANDS:
        return "photo"
    if _GOOGLE_SHORTCUT.match(head) or head.lstrip().startswith(_INTERNET_SHORTCUT):
        return "shortcut"
    return None


def _detect_text_format(head: bytes) -> FileFormat:
    """Return "html", "xml" or "csv", which stands for any text with a delimiter until that is known."""
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"MIME-Version:"):
        raise SheetFailure("not-a-spreadsheet")
    if not plain.startswith(b"<"):
        return "csv"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in plain and b"<html" not in plain.lower():
        return "xml"
    return "html"


def _detect_zip_format(content: bytes) -> FileFormat:
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
            manifest = archive.read("META-INF/manifest.xml")[:100_000] if mimetype else b""
    except DAMAGED_FILE_ERRORS as error:
        raise SheetFailure("unreadable-file") from error
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise SheetFailure("too-large-unpacked", megabytes=MAX_UNPACKED_BYTES // 1024**2)
    if any(part.flag_bits & 1 for part in parts) or b"encryption-data" in manifest:
        raise SheetFailure("password-protected")
    for part_name, file_format in _OFFICE_PARTS:
        if part_name in names:
            return file_format
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    raise _other_zip(names, mimetype)


def _other_zip(names: Collection[str], mimetype: bytes) -> SheetFailure:
    """Return the failure for a zip that is no list: a presentation, a Numbers file, or a packed folder of lists."""
    if "ppt/presentation.xml" in names or b"opendocument.presentation" in mimetype:
        return SheetFailure("presentation")
    if b"opendocument.text" in mimetype:
        return SheetFailure("other-document")
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        return SheetFailure("numbers-file")
    lists = [name for name in names if _is_list(PurePosixPath(name))]
    return SheetFailure("zip-of-lists", count=len(lists)) if lists else SheetFailure("not-a-spreadsheet")


def _is_list(path: PurePosixPath) -> bool:
    return path.suffix.lower() in _LISTS_IN_A_ZIP and "__MACOSX" not in path.parts
