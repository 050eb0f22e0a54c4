"""A recognised sheet's rows read alone: every cell as a value, with what is to be remarked on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product

from app.people.reference import Reference
from app.people.text import words
from app.spreadsheets.attendance.judgement import (
    BlankMeans,
    InterpretedRow,
    InterpretedSheet,
    SessionContext,
)
from app.spreadsheets.attendance.row_reader import RowReader
from app.spreadsheets.document import Cell, Message, RecognisedSheet, SheetRow, cell_text
from app.spreadsheets.progress import Progress, nobody_waits, watched
from app.spreadsheets.tables.column_warnings import of_day

_DITTO_WORDS = frozenset({"sda", "s d a", "idem", "sda atas", "sama"})
_DITTO_MARKS = frozenset({'"', "”", "“", "„", "''", "″", "〃", '""', "’’", ",,", "``"})
_LONGEST_DITTO = 8
_DITTO_PHRASES = frozenset(
    written(f"{word} {like}{above}")
    for word, like, above, written in product(
        ("sda", "s.d.a", "s.d.a.", "idem", "sama"),
        ("", "dengan ", "dgn ", "seperti ", "spt "),
        ("atas", "diatas", "di atas", "atasnya", "diatasnya", "di atasnya"),
        (str.lower, str.capitalize, str.title, str.upper),
    )
)
"""Longer than other dittos, and few: a cell is looked up among them as it is."""


def identity(nik: str) -> str:
    return nik


def interpret(
    sheet: RecognisedSheet,
    context: SessionContext,
    reference: Reference,
    nik_key: Callable[[str], str] = identity,
    progress: Progress = nobody_waits,
) -> InterpretedSheet:
    """Reads every row. `nik_key` makes what a NIK is looked up by: its keyed hash."""
    reader = RowReader(context, reference, nik_key, sheet.title_kelurahan)
    of_sheet = [of_day(warning, context.day) for warning in sheet.warnings]
    if context.registering:
        of_sheet = [warning for warning in of_sheet if warning.field != "attendance"]
    rows = [reader.read(row, cells) for row, cells in with_dittos_resolved(watched(sheet.rows, progress))]
    return InterpretedSheet(
        rows=tuple(rows),
        blank_means=context.blank_means or _blank_means(rows),
        warnings=(*of_sheet, *_file_warnings(sheet, context, reader)),
        stated_total=sheet.stated_total,
        stated_total_of=sheet.stated_total_of,
    )


def with_dittos_resolved(rows: Iterable[SheetRow]) -> Iterator[tuple[SheetRow, Mapping[str, Cell]]]:
    """Each row with its cells, "sda" and the like replaced by what they stand for."""
    cells: Mapping[str, Cell] = {}
    for row in rows:
        cells = _with_dittos(row, cells)
        yield row, cells


def _with_dittos(row: SheetRow, above: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """The row's cells, "sda" and the like replaced by the cell of the row above."""
    cells = row.cells
    dittos = [
        field
        for field, cell in cells.items()
        if type(cell) is str
        and (_is_ditto(cell) if len(cell) <= _LONGEST_DITTO else cell in _DITTO_PHRASES)
        and not (field == "name" and words(cell) == "sama")  # which may be somebody's
    ]
    if not dittos:
        return cells
    return {
        field: above.get(field) if field in dittos else cell
        for field, cell in cells.items()
        if field not in dittos or field in above
    }


@lru_cache(maxsize=4096)
def _is_ditto(text: str) -> bool:
    return text.strip("-–— ") in _DITTO_MARKS or words(text) in _DITTO_WORDS


def _blank_means(rows: list[InterpretedRow]) -> BlankMeans:
    """Where some are marked present, the others weren't; where nobody is, all that are listed came."""
    return "absent" if any(row.values.attendance == "present" for row in rows) else "present"


def _file_warnings(sheet: RecognisedSheet, context: SessionContext, reader: RowReader) -> list[Message]:
    warnings = []
    first, last = sheet.stated_date, sheet.stated_until or sheet.stated_date
    if first and last and not first <= context.day <= last:
        found = cell_text(first) if first == last else f"{cell_text(first)} – {cell_text(last)}"
        warnings.append(
            Message("warning", None, "date-differs", {"found": found, "expected": cell_text(context.day)})
        )
    if reader.title_served:
        warnings.append(
            Message("warning", "kelurahan", "kelurahan-from-title", {"found": sheet.title_kelurahan or ""})
        )
    if reader.month_first:
        warnings.append(Message("warning", "birth_date", "dates-month-first", {"found": reader.month_first}))
    if context.now < context.starts_at and not context.registering:
        warnings.append(Message("warning", None, "session-not-started", {}))
    return warnings
