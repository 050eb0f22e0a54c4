"""The types of files that signed pages may have: what phones and scanners make, told by the first bytes."""

from typing import Literal, TypeAlias

FileType: TypeAlias = Literal["JPEG", "PNG", "WEBP", "HEIF", "PDF"]
"""Pillow's name of a picture's format, or a PDF."""

_HEIC_BRANDS = (b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevx", b"mif1", b"msf1")


def detect_file_type(content: bytes) -> FileType | None:
    """Return the type of a file, or None for all others."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "HEIF"
    return "PDF" if b"%PDF-" in content[:1024] else None
