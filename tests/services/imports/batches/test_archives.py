"""What is unpacked of uploaded zip files, what is left out, and where they end."""

import io
import zipfile
import zlib

import pytest

from app.errors import Conflict, TooLarge
from app.services.imports.batches import archives
from app.services.imports.batches.archives import (
    MAX_ENTRIES,
    MAX_RECORDS,
    UnpackedFile,
    clean_path,
    unpack_files,
)
from tests.city import crowd
from tests.lists import folder_of_lists, zip_of

LIST = crowd(1)


def unpack(*files: tuple[str, bytes]) -> dict[str, str]:
    """Return what became of each file: "" if it is read, else the code of its problem."""
    return {one.path: _code(one) for one in unpack_files(files)}


def _code(one: UnpackedFile) -> str:
    return one.problem.code if one.problem else ""


def encrypted_zip() -> bytes:
    """Return a zip file whose entry says that it is encrypted."""
    content = bytearray(zip_of({"rahasia.csv": LIST}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def test_lists_in_a_zip_are_read_and_documents_stay_whole() -> None:
    workbook = next(iter(folder_of_lists(1, people=1).values()))
    assert unpack(("tahun.zip", zip_of({"Mei/a.xlsx": workbook, "b.csv": LIST}))) == {
        "Mei/a.xlsx": "",
        "b.csv": "",
    }
    assert unpack(("tahun.zip", zip_of({"b.csv": LIST})), ("c.xlsx", workbook)) == {
        "tahun.zip/b.csv": "",
        "c.xlsx": "",
    }


def test_what_computers_put_into_folders_is_left_out_and_said() -> None:
    files = {
        "__MACOSX/._a.csv": b"x",
        "Thumbs.db": b"x",
        "Mei/~$daftar.xlsx": b"x",
        "Mei/.DS_Store": b"x",
        "Mei/daftar.csv": LIST,
    }
    assert unpack(("a.zip", zip_of(files))) == {**dict.fromkeys(files, "no-list"), "Mei/daftar.csv": ""}


def test_a_zip_in_a_zip_is_unpacked_once() -> None:
    inner = zip_of({"a.csv": LIST})
    middle = zip_of({"dalam.zip": inner, "b.csv": LIST})
    assert unpack(("luar.zip", zip_of({"tengah.zip": middle}))) == {
        "tengah.zip/dalam.zip": "zip-in-zip",
        "tengah.zip/b.csv": "",
    }


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("rusak.zip", zip_of({"a.csv": LIST})[:-30], "damaged-zip"),
        ("kosong.zip", zip_of({}), "empty-zip"),
        ("kunci.zip", encrypted_zip(), "password-protected"),
        ("besar.csv", b"a" * (10 * 1024**2 + 1), "too-large"),
    ],
)
def test_a_file_that_can_not_be_unpacked_says_why(name: str, content: bytes, code: str) -> None:
    assert unpack((name, content), ("a.csv", LIST)) == {name: code, "a.csv": ""}


def test_a_list_packed_by_lzma_is_not_unpacked() -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", LIST)
    assert unpack(("a.zip", output.getvalue())) == {"a.csv": "unreadable-file"}


def test_names_of_windows_linux_and_macos_are_read() -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("Kéluarga.csv", LIST)
    as_utf_8 = output.getvalue()
    # As Info-ZIP writes it: UTF-8 without the flag that says so.
    unmarked = bytearray(as_utf_8)
    for signature, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        unmarked[unmarked.index(signature) + offset] &= ~0x08
    as_cp437 = bytes(unmarked).replace("é".encode(), "é".encode("cp437") + b"e")
    assert list(unpack(("a.zip", as_utf_8))) == ["Kéluarga.csv"]
    assert list(unpack(("a.zip", bytes(unmarked)))) == ["Kéluarga.csv"]
    assert list(unpack(("a.zip", as_cp437))) == ["Kéeluarga.csv"]


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\Users\\ani\\daftar.xlsx", "Users/ani/daftar.xlsx"),
        ("/daftar\x00.csv", "daftar.csv"),
        ("..", "-"),
    ],
)
def test_paths_lead_nowhere_else(path: str, cleaned: str) -> None:
    assert clean_path(path) == cleaned


def test_too_many_files_and_too_much_content_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Conflict, match="200"):
        unpack_files([(f"{number}.csv", LIST) for number in range(201)])
    with pytest.raises(Conflict, match="2000"):
        unpack(("a.zip", zip_of({f"folder/{number}/": b"" for number in range(MAX_ENTRIES + 1)})))
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 1_000_000)
    bomb = zip_of({"nol.csv": bytes(1_000_001)})
    assert len(bomb) < 2000
    with pytest.raises(TooLarge):
        unpack(("a.zip", bomb))
    # Zip files in it that hold nothing take as long to unpack.
    padded = zip_of({"kosong/": b""})
    padded = bytes(700_000) + padded
    with pytest.raises(TooLarge):
        unpack(("a.zip", zip_of({f"{number}.zip": b"PK\x03\x04" + padded for number in range(3)})))
    # The size that the zip states is too small.
    lying = bomb.replace((1_000_001).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert unpack(("a.zip", lying), ("b.csv", LIST))["a.zip/nol.csv"] == "unreadable-file"


def test_what_is_inflated_for_nothing_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 1_000_000)
    monkeypatch.setattr(archives, "MAX_INFLATED_BYTES", 2_000_000)
    # A zip file may begin with anything, and nothing in this one is a list.
    padded = b"PK\x03\x04" + bytes(900_000) + zip_of({"Thumbs.db": b""})
    assert unpack(("a.zip", zip_of({"1.zip": padded}))) == {"1.zip/Thumbs.db": "no-list"}
    with pytest.raises(TooLarge):
        unpack(("a.zip", zip_of({f"{number}.zip": padded for number in range(3)})))
    bombs = zip_of({f"{number}.csv": bytes(900_000) for number in range(3)})
    damaged = bombs.replace(zlib.crc32(bytes(900_000)).to_bytes(4, "little"), b"\0\0\0\0")
    with pytest.raises(TooLarge):
        unpack(("a.zip", damaged))


def test_a_long_table_of_contents_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ZipFile", pytest.fail)
    with pytest.raises(Conflict, match="2000"):
        unpack(("a.zip", b"PK\x03\x04" + b"PK\x01\x02" * (MAX_RECORDS + 1)))
