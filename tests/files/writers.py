"""Files that are the same to the byte whenever they are made: no clock, no compression that another library does
differently."""

import csv
import re
from collections.abc import Sequence
from io import BytesIO, StringIO
from zipfile import ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from app.people.values.cells import Cell
from tests.spreadsheets.examples import saved

_WRITTEN = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_NO_THEME = '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Jangkau"/>'


def page_of(*rows: Sequence[Cell]) -> Worksheet:
    """The first page of a new workbook, with these rows."""
    book = Workbook()
    book.loaded_theme = _NO_THEME
    page = book.worksheets[0]
    for row in rows:
        page.append(list(row))
    return page


def xlsx(*rows: Sequence[Cell]) -> bytes:
    return file_of(page_of(*rows))


def file_of(page: Worksheet) -> bytes:
    """The workbook of a page as a file."""
    assert page.parent is not None
    return dateless(saved(page.parent))


def dateless(content: bytes) -> bytes:
    """A zip file without the time at which it was made."""
    packed = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(packed, "w") as target:
        for name in source.namelist():
            part = _WRITTEN.sub(rb"\g<1>2025-08-05T00:00:00Z", source.read(name))
            target.writestr(ZipInfo(name), part)
    return packed.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A zip file with one more part."""
    file = BytesIO(content)
    with ZipFile(file, "a") as archive:
        archive.writestr(ZipInfo(name), part)
    return file.getvalue()


def csv_file(*rows: Sequence[object], encoding: str = "utf-8", separator: str = ",") -> bytes:
    lines = StringIO()
    csv.writer(lines, delimiter=separator).writerows(rows)
    return lines.getvalue().encode(encoding)
