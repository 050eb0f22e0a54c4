"""Build what the tests of reading need: reference data, sessions, workbooks and sheets; detect and judge them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from app.people.known import KnownPeople, KnownPerson, KnownRegistration
from app.people.matching import Decision
from app.people.remarks import Remark
from app.people.values.cells import Cell
from app.people.values.place_names import place_key
from app.people.values.reference import AmbiguousPlace, Kelurahan, Reference, TargetGroup
from app.people.values.text import words
from app.spreadsheets.attendance.judge import judge_rows
from app.spreadsheets.attendance.parse import parse_rows
from app.spreadsheets.attendance.rows import JudgedRow, JudgedSheet, SessionContext
from app.spreadsheets.detected_table import Column, DetectedTable, SheetRow, SheetSession
from app.spreadsheets.tables.detection import detect_table

DATA = Path(__file__).parents[2] / "app" / "data"
SAMPLES = Path(__file__).parents[1] / "samples"
WITA = ZoneInfo("Asia/Makassar")
DAY = date(2025, 8, 5)


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@cache
def reference() -> Reference:
    aliases = _table("kelurahan-aliases.csv")
    kecamatan = {row["code"]: row["name"] for row in _table("kecamatan.csv")}
    return Reference(
        kelurahan=tuple(
            Kelurahan(
                row["code"],
                row["name"],
                row["kecamatan_code"],
                tuple(alias["alias"] for alias in aliases if alias["code"] == row["code"]),
                row["bps_code"],
            )
            for row in _table("kelurahan.csv")
        ),
        kecamatan=kecamatan,
        ambiguous=tuple(
            AmbiguousPlace(row["text"], tuple(filter(None, row["candidates"].split("|"))), row["why"])
            for row in _table("kelurahan-ambiguous.csv")
        )
        + tuple(
            AmbiguousPlace(row["alias"], (row["code"],), "a kecamatan")
            for row in aliases
            if row["code"] in kecamatan
        ),
        target_groups=tuple(
            TargetGroup(row["code"], row["label_id"], (row["label_en"],), tuple(row["synonyms"].split("|")))
            for row in _table("target-groups.csv")
        ),
    )


def session(day: date = DAY, *, groups: Sequence[str] = ("umkm",), begun: bool = True) -> SessionContext:
    starts_at = datetime.combine(day, time(9), WITA).astimezone(UTC)
    now = starts_at + timedelta(days=1 if begun else -1)
    return SessionContext("UJI-1", starts_at, day, now, tuple(groups))


def workbook(*rows: Sequence[Cell]) -> bytes:
    """Return an .xlsx file with one sheet of these rows."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    return saved(book)


_NAMES = (
    "Rina Melati",
    "Maya Kenanga",
    "Dewi Seruni",
    "Budi Kamboja",
    "Joko Teratai",
    "Sari Cempaka",
    "Hadi Anggrek",
    "Tuti Flamboyan",
)


def attendance_list(
    headings: Sequence[str], *people: Cell | Sequence[Cell], above: str | None = None
) -> bytes:
    """Return a list with Nama and Kelurahan before these headings, and a row for each of `people` with these cells.

    A single cell stands for a row of one. `above` is a line of the letterhead.
    """
    rows: list[list[Cell]] = [["Nama", "Kelurahan", *headings]]
    for name, marks in zip(_NAMES, people, strict=False):
        rows.append([name, "Damai", *(marks if isinstance(marks, list | tuple) else [marks])])
    return workbook(*([[above], []] if above else []), *rows)


def sheets(lists: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return a workbook with a sheet of this name for each list."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in lists.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def detected(
    content: bytes,
    *,
    places: Iterable[str] = (),
    groups: Iterable[str] = (),
    beyond: bool = False,
    sheets: Sequence[str] | Literal["all"] = (),
    at: SheetSession | None = None,
    header_row: int | None = None,
    columns: Mapping[int, str | None] | None = None,
) -> DetectedTable:
    """Return what `read_sheet` does, without a child process; with `beyond` cells far outside are cut off first."""
    return detect_table(
        content,
        sheet=None,
        header_row=header_row,
        columns=columns or {},
        place_keys={place_key(place) for place in places},
        group_keys={words(group) for group in groups},
        trim=beyond,
        sheets=sheets,
        session=at,
    )


def sheet_of(*rows: Mapping[str, Cell], first: int = 2) -> DetectedTable:
    """Return a detected table with these participants, the first in row `first`."""
    fields = list(dict.fromkeys(field for row in rows for field in row))
    return DetectedTable(
        format="xlsx",
        sheet="Daftar Hadir",
        sheets=("Daftar Hadir",),
        header_row=first - 1,
        columns=tuple(Column(index, field, field) for index, field in enumerate(fields)),
        rows=tuple(SheetRow(first + index, dict(row)) for index, row in enumerate(rows)),
    )


def names(sheet: DetectedTable) -> list[Cell]:
    return cells(sheet, "name")


def cells(sheet: DetectedTable, field: str) -> list[Cell]:
    """Return the cell of a field in each row."""
    return [row.cells.get(field) for row in sheet.rows]


def judged(
    sheet: DetectedTable,
    context: SessionContext | None = None,
    *,
    people: Iterable[KnownPerson] = (),
    registrations: Iterable[KnownRegistration] = (),
    decisions: Mapping[int, Decision] | None = None,
) -> JudgedSheet:
    context = context or session()
    interpreted = parse_rows(sheet, context, reference())
    return judge_rows(interpreted, KnownPeople(people, registrations), context, decisions or {})


def row_of(judgement: JudgedSheet, number: int) -> JudgedRow:
    return next(row for row in judgement.rows if row.number == number)


def outcomes(judgement: JudgedSheet) -> list[str | None]:
    """Return the attendance of each row, "asked" for rows that a person must review."""
    return ["asked" if row.kind == "review" else row.attendance for row in judgement.rows]


def questions(judgement: JudgedSheet) -> list[str]:
    """Return the codes of the questions about the whole list."""
    return codes(warning for warning in judgement.warnings if warning.level == "review")


def codes(remarks: Iterable[Remark]) -> list[str]:
    return sorted(remark.code for remark in remarks)


def as_known(judgement: JudgedSheet) -> tuple[list[KnownPerson], list[KnownRegistration]]:
    """Return the people and registrations that importing this judgement creates."""
    people, registrations = [], []
    for row in judgement.rows:
        if row.kind != "create":
            continue
        value = row.values
        people.append(
            KnownPerson(
                id=row.number,
                name=value.name,
                name_key=value.name_key,
                nik_key=value.nik_key,
                phone=value.phone,
                email=value.email,
                birth_date=value.birth_date,
                sex=value.sex,
                kelurahan=value.kelurahan,
                outside_place=value.outside_place,
                rt=value.rt,
                address=value.address,
                organization=value.organization,
            )
        )
        registrations.append(
            KnownRegistration(
                code=f"R-{row.number}",
                person_id=row.number,
                status="walk-in",
                attendance=row.attendance,
                kelurahan=value.kelurahan,
                target_group=value.target_group,
                rt=value.rt,
                sex=value.sex,
            )
        )
    return people, registrations


def with_total(sheet: DetectedTable, total: int) -> DetectedTable:
    return replace(sheet, stated_total=total, stated_total_of="rows")
