"""What can't be read is refused with a code and a sentence; nothing crashes, hangs or asks for all the memory."""

import struct
from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from app.errors import Problem, TooLarge, UnreadableFile
from app.spreadsheets import reading
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.formats.failures import MAX_BYTES, MAX_ROWS
from app.spreadsheets.reading import read_sheet
from tests.city import SAMPLES
from tests.sheet_reading import in_child
from tests.spreadsheets.examples import saved
from tests.spreadsheets.formats.open_document import empty, ods, row

pytestmark = in_child

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = ["No", "Nama", "Kelurahan"]


def status_and_code(content: bytes) -> Problem:
    with pytest.raises(Problem) as refused:
        read_sheet(content)
    return refused.value


def zipped(**parts: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def word_document() -> bytes:
    """An OLE file whose only document is no workbook."""
    content = (SAMPLES / "rt-manggar.xls").read_bytes()
    return content.replace("Workbook".encode("utf-16-le"), "Document".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "empty-file", id="empty"),
        pytest.param(ods(row(empty(1024), repeated=1_000_000)), "empty-file", id="empty ods"),
        pytest.param(b"%PDF-1.7 ...", "unreadable-file", id="pdf"),
        pytest.param(bytes(range(256)) * 10, "not-a-spreadsheet", id="bytes"),
        pytest.param(zipped(word__document=b"<w/>"), "not-a-spreadsheet", id="another zip"),
        pytest.param(word_document(), "not-a-spreadsheet", id="doc"),
        pytest.param(OLE + "Workbook".encode("utf-16-le") + bytes(600), "unreadable-file", id="damaged xls"),
        pytest.param(b"PK\x03\x04" + bytes(100), "unreadable-file", id="damaged zip"),
        pytest.param((SAMPLES / "rt-manggar.xls").read_bytes()[:3000], "unreadable-file", id="cut off xls"),
        pytest.param(zipped(**{"xl__workbook.xml": b"<workbook"}), "unreadable-file", id="broken xml"),
        pytest.param(b"Halo, ini bukan daftar hadir.\nSampai jumpa.", "no-header", id="prose"),
    ],
)
def test_refused_with_a_code(content: bytes, code: str) -> None:
    """A file that is empty, damaged or no spreadsheet is refused with a code of its own."""
    problem = status_and_code(content)
    assert (problem.code, type(problem)) == (code, UnreadableFile)
    assert problem.sentence(str)


def test_a_file_larger_than_the_limit() -> None:
    """10 MiB may be uploaded."""
    problem = status_and_code(b"Nama;Kelurahan\n" + b"a" * MAX_BYTES)
    assert (problem.code, type(problem)) == ("too-large", TooLarge)


@pytest.mark.slow
def test_a_zip_bomb() -> None:
    """A file may have 200 MiB when it is unpacked."""
    bomb = zipped(**{"xl__workbook.xml": b"<workbook/>", "xl__media__a": bytes(201 * 1024**2)})
    assert len(bomb) < 1_000_000
    assert status_and_code(bomb).code == "too-large-unpacked"


@pytest.mark.slow
def test_a_zip_that_lies_about_its_size() -> None:
    """The directory promises 10 bytes; a reader that goes by the data would unpack 300 MB."""
    honest = zipped(**{"xl__workbook.xml": bytes(300 * 1024**2)})
    size = struct.pack("<I", 300 * 1024**2)
    assert size in honest
    assert status_and_code(honest.replace(size, struct.pack("<I", 10))).code == "unreadable-file"


def long_list(people: int) -> bytes:
    lines = b"".join(b"%d;Rina %d;Damai\n" % (number, number) for number in range(1, people + 1))
    return b"No;Nama;Kelurahan\n" + lines


@pytest.mark.slow
def test_too_many_participants() -> None:
    """A list may have 120,000 participants."""
    problem = status_and_code(long_list(MAX_ROWS + 1))
    assert (problem.code, type(problem)) == ("too-many-rows", TooLarge)


def participants(sheet: DetectedTable) -> list[object]:
    return [row.cells["name"] for row in sheet.rows]


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", ["XFD1048576", "A1048576", "XFD3", pytest.param("B1048576", marks=pytest.mark.soak)]
)
def test_a_cell_far_outside_the_table_is_ignored(place: str) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(HEADER)
    page.append([1, "Rina", "Damai"])
    page.append([2, "Maya", "Damai"])
    page[place] = "nyasar"
    assert participants(read_sheet(saved(book))) == ["Rina", "Maya"]


def test_entities_that_multiply() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l11;</x>'.encode()
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", bomb)
    assert status_and_code(file.getvalue()).code == "unreadable-file"


def test_the_child_is_stopped_where_reading_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_SECONDS", 0.01)
    assert status_and_code(long_list(MAX_ROWS)).code == "too-slow"


@pytest.mark.parametrize("sample", ["spbe.xlsx", "rt-manggar.xls"])
@pytest.mark.parametrize("at", range(0, 9000, 1500))
def test_damage_anywhere_is_a_refusal_or_a_reading(sample: str, at: int) -> None:
    content = bytearray((SAMPLES / sample).read_bytes())
    content[at : at + 40] = bytes(40)
    with suppress(UnreadableFile):
        assert read_sheet(bytes(content)).rows is not None
