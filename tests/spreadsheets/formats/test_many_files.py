"""Many files one after another: each is read as it is alone, and a bad one stops nothing."""

from typing import TypeAlias

import pytest
from openpyxl import Workbook

from app.errors import Problem
from app.people.values.target_groups import list_group_names
from app.spreadsheets import reading
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.reading import ListInFile, read_lists, read_sheet
from tests.sheet_reading import in_child
from tests.spreadsheets.examples import reference, saved, workbook
from tests.spreadsheets.field_lists import FIELD, MORE_LISTS

pytestmark = in_child

KNOWN = reference()
PLACES = [name for kelurahan in KNOWN.kelurahan for name in (kelurahan.name, *kelurahan.aliases)]
LIST = workbook(("No", "Nama", "Kelurahan"), [1, "Rina", "Damai"], [2, "Maya", "Damai"])


Outcome: TypeAlias = tuple[ListInFile, ...] | str


def read_one(name: str, content: bytes) -> Outcome:
    """Return the lists of a file, or the code of the problem for which it can't be read."""
    try:
        return read_lists(content, name, places=PLACES, groups=KNOWN.target_groups)
    except Problem as problem:
        return problem.code


def read_many(*files: tuple[str, bytes]) -> list[Outcome]:
    with reading.open_parser() as parse, reading.use_parser(parse):
        return [read_one(*file) for file in files]


def sheets(outcome: Outcome) -> object:
    return outcome if isinstance(outcome, str) else [(found.sheet, found.people) for found in outcome]


def test_a_file_is_read_as_it_is_alone() -> None:
    name, content = "24-warna-hadir.xlsx", (FIELD / "24-warna-hadir.xlsx").read_bytes()

    (outcome,) = read_many((name, content))

    assert outcome == read_one(name, content)
    sheet = read_sheet(content, places=PLACES, groups=list_group_names(KNOWN))
    assert sheets(outcome) == [(sheet.sheet, len(sheet.rows))]


def far_cell() -> bytes:
    """Return a list with a cell at the end of the sheet, for which the reader asks for all memory and aborts."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(("No", "Nama", "Kelurahan"))
    sheet.append((1, "Rina", "Damai"))
    sheet["XFD1048576"] = "x"
    return saved(book)


def test_a_bad_file_stops_nothing() -> None:
    outcomes = read_many(
        ("1.xlsx", LIST),
        ("2.xlsx", LIST[:-200]),
        ("3.xlsx", b""),
        ("4.xlsx", far_cell()),
        ("5.jpg", b"\xff\xd8\xff\xe0" + bytes(100)),
        ("6.xlsx", bytes(MAX_BYTES + 1)),
        ("7.xlsx", (MORE_LISTS / "12-lembaga.xlsx").read_bytes()),
        ("8.zip", (FIELD / "54-kumpulan.zip").read_bytes()),
        ("9.xlsx", LIST),
    )

    assert [sheets(outcome) for outcome in outcomes] == [
        [("Sheet", 2)],
        "unreadable-file",
        "empty-file",
        [("Sheet", 1)],
        "photo",
        "too-large",
        "no-people",
        "zip-of-lists",
        [("Sheet", 2)],
    ]


def test_a_slow_file_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with reading.open_parser() as parse, reading.use_parser(parse):
        with monkeypatch.context() as changed:
            changed.setattr(reading, "MAX_SECONDS", 0.001)
            slow = read_one("1.xlsx", LIST)
        following = read_one("2.xlsx", LIST)

    assert slow == "too-slow"
    assert sheets(following) == [("Sheet", 2)]


def test_sheets_with_people_are_lists_and_others_are_none() -> None:
    recap_first = (FIELD / "58-rekap-dulu.xlsx").read_bytes()
    by_kelurahan = (FIELD / "19-sheet-per-kelurahan.xlsx").read_bytes()
    teams = (FIELD / "14-teams-attendance.csv").read_bytes()
    recap = workbook(
        ("No", "Kelurahan", "Nama Lurah", "Jumlah Peserta"), [1, "Manggar", "A", 4], [2, "Damai", "B", 3]
    )

    outcomes = read_many(("a", recap_first), ("b", by_kelurahan), ("c", teams), ("d", recap))

    assert [sheets(outcome) for outcome in outcomes] == [
        [("DAFTAR", 12)],
        [("Manggar", 5), ("Manggar Baru", 5), ("Lamaru", 5), ("Teritip", 5)],
        [("2. Participants", 6)],
        [],
    ]
