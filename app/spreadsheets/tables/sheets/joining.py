"""Join the lists of several sheets into one."""

from collections.abc import Sequence
from dataclasses import replace

from app.people.remarks import Remark
from app.spreadsheets.detected_table import (
    PART_SIZE,
    DayCaption,
    DetectedTable,
    SheetRow,
    captions_of_part,
    row_number,
)


def join_tables(tables: Sequence[DetectedTable]) -> DetectedTable:
    """Return the tables as one, with the columns of the first. Rows of further ones are numbered by part.

    A kelurahan in the letterhead or the name of a sheet serves that sheet's rows alone, and so do its captions of days.
    """
    if len(tables) == 1:
        return tables[0]
    rows: list[SheetRow] = []
    warnings: list[Remark] = []
    captions: list[DayCaption] = []
    part = 0
    for table in tables:
        captions += captions_of_part(table.day_captions, part)
        rows += [_row_of_part(row, part, table.letterhead_kelurahan) for row in table.rows]
        warnings += [_with_sheet(warning, table.sheet) if part else warning for warning in table.warnings]
        part = max((row.number for row in rows), default=0) // PART_SIZE + 1
    places = [table.letterhead_kelurahan for table in tables if table.letterhead_kelurahan]
    if places:
        found = ", ".join(dict.fromkeys(places))
        warnings.append(Remark("warning", "kelurahan", "kelurahan-from-sheets", {"found": found}))
    totals = [table.stated_total for table in tables]
    kinds = {table.stated_total_of for table in tables}
    return replace(
        tables[0],
        rows=tuple(rows),
        stated_total=None if None in totals or len(kinds) > 1 else sum(filter(None, totals)),
        letterhead_kelurahan=None,
        day_captions=tuple(captions),
        warnings=tuple(warning for at, warning in enumerate(warnings) if warning not in warnings[:at]),
    )


def _row_of_part(row: SheetRow, part: int, kelurahan: str | None) -> SheetRow:
    cells = {**row.cells}
    if kelurahan:
        cells.setdefault("kelurahan", kelurahan)
    return SheetRow(row_number(part, row.number), cells, row.remarks)


def _with_sheet(warning: Remark, sheet: str) -> Remark:
    """Return a warning whose rows are those of another sheet, with the sheet's name."""
    if "rows" not in warning.params:
        return warning
    return replace(warning, params={**warning.params, "rows": f"{sheet}: {warning.params['rows']}"})
