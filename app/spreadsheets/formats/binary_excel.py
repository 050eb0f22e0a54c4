"""Inspect .xls and .xlsb workbooks for what calamine does not report: passwords, error cells and the date system.

calamine reads an error cell (#N/A) as an empty one, which could be taken for "absent". The patterns below miss no error
cell; if other bytes happen to match, a file is refused that could have been read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from struct import unpack_from
from zipfile import ZipFile

from app.spreadsheets.formats.failures import SheetFailure

_OLE_STREAMS = {
    "EncryptedPackage": "password-protected",
    "Workbook": None,
    "Book": None,
    "WordDocument": "word-97",
    "PowerPoint Document": "presentation",
}
"""The streams that say what an OLE file is, and the failure for those that are no workbook."""

# [MS-XLS] 2.4: the kinds of records among the first of the stream.
_END, _DATE_1904, _PASSWORD = 0x0A, 0x22, 0x2F

_CODE = rb"[\x00\x07\x0f\x17\x1d\x24\x2a\x2b]"
# [MS-XLS] 2.4.24 BoolErr and 2.4.127 Formula with an error as its result.
_XLS_ERROR = re.compile(
    rb"\x05\x02\x08\x00.{6}%s\x01|\x06\x00.{8}\x02.%s.{3}\xff\xff" % (_CODE, _CODE), re.DOTALL
)
# [MS-XLSB] 2.4.313 BrtCellError and 2.4.666 BrtFmlaError: size, column, style, code.
_XLSB_ERROR = re.compile(
    rb"(?:\x03\x09|\x0b[\x0f-\x7f]|\x0b[\x80-\xff][\x01-\x7f]).[\x00-\x3f]\x00\x00.{3}[\x00\x01]%s" % _CODE,
    re.DOTALL,
)
_XLSB_PROPERTIES = re.compile(rb"\x99\x01[\x08-\x7f](?P<flags>.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BinaryWorkbook:
    """What an inspection found. `counts_from_1904`: dates count from 1904, as in workbooks from old Macs."""

    counts_from_1904: bool
    has_errors: bool


def inspect_xls(content: bytes) -> BinaryWorkbook:
    """Return the date system of an .xls file, and whether it has error cells.

    Raises `SheetFailure` for a password, another kind of document or a damaged file.
    """
    stream = _xls_stream(content)
    first_records = dict(_first_records(stream))
    if _PASSWORD in first_records:
        raise SheetFailure("password-protected")
    return BinaryWorkbook(
        counts_from_1904=first_records.get(_DATE_1904, b"")[:1] == b"\x01",
        has_errors=_XLS_ERROR.search(stream) is not None,
    )


def _xls_stream(content: bytes) -> bytes:
    """Return the workbook's stream in an OLE file. Raises `SheetFailure` for a damaged, encrypted or other document."""
    from olefile import OleFileIO  # Only .xls needs it, and it takes a sixth of the child's start.

    try:
        with OleFileIO(BytesIO(content)) as file:
            names = [name for name in _OLE_STREAMS if file.exists(name)]
            stream: bytes = file.openstream(names[0]).read() if names else b""
    except Exception as error:  # On damaged files olefile raises more than its own errors.
        raise SheetFailure("unreadable-file") from error
    if not names:
        raise SheetFailure("not-a-spreadsheet")
    if failure := _OLE_STREAMS[names[0]]:
        raise SheetFailure(failure)
    return stream


def _first_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and data of the records about the whole workbook, which come first."""
    at, kind = 0, None
    while kind != _END and at + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def inspect_xlsb(archive: ZipFile) -> BinaryWorkbook:
    """Return the date system of an .xlsb file, and whether any of its sheets has an error cell."""
    properties = _XLSB_PROPERTIES.search(archive.read("xl/workbook.bin"))
    sheets = [
        name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".bin")
    ]
    return BinaryWorkbook(
        counts_from_1904=properties is not None and bool(properties["flags"][0] & 1),
        has_errors=any(_XLSB_ERROR.search(archive.read(name)) for name in sheets),
    )
