"""Parse an uploaded or pasted table of targets: the kelurahan of its rows, the groups of its columns, the numbers."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.i18n import N_, Translator
from app.people.remarks import Remark
from app.people.values.cells import CellError, cell_text
from app.people.values.kelurahan import PlaceIndex, parse_kelurahan
from app.people.values.target_groups import GroupIndex, parse_target_group
from app.people.values.text import clean, collapse, is_placeholder, words
from app.spreadsheets.detected_table import DetectedTable, SheetRow
from app.spreadsheets.plain_tables import KELURAHAN
from app.spreadsheets.tables.columns.headings import is_number_heading

TargetCell: TypeAlias = tuple[str | None, str | None]
"""Codes of a kelurahan (None: all kelurahan) and a target group (None: all people)."""

MAX_TEXT_LENGTH = 40
"""Longer texts of cells that aren't numbers are cut."""
_NUMBER = re.compile(r"[0-9]{1,6}|[0-9]{1,3}[.,][0-9]{3}")
_ALL_KELURAHAN = {"untuk semua kelurahan", "semua kelurahan", "for all kelurahan", "all kelurahan"}
_ALL_PEOPLE = {"seluruhnya", "keseluruhan", "target", "target kelurahan", "as a whole", "whole"}
_OTHER_COLUMNS = {"kode", "code", "kecamatan"}
_SUM = re.compile(r"(?:sub ?)?(?:jumlah|jml|total|sum)\b.*")

SENTENCES: Mapping[str, str] = {
    "column-twice": N_("Column “%(found)s” means the same as one before it and was left out."),
    "column-unknown": N_("Column “%(found)s” is none of the target groups and was left out."),
    "kelurahan-missing": N_("Row %(row)s names no kelurahan and was left out (%(figures)s)."),
    "kelurahan-twice": N_(
        "Row %(row)s, “%(found)s”, means the same as one above and was left out (%(figures)s)."
    ),
    "kelurahan-unclear": N_(
        "Row %(row)s, “%(found)s”, may be %(candidates)s and was left out (%(figures)s)."
    ),
    "kelurahan-unknown": N_(
        "Row %(row)s, “%(found)s”, is no kelurahan of the city in that year and was left out (%(figures)s)."
    ),
}


@dataclass(frozen=True, slots=True)
class TargetTable:
    """The texts of the cells as typed ("" resets to the target of all kelurahan), and remarks on what was left out."""

    texts: Mapping[TargetCell, str]
    remarks: tuple[Remark, ...]


def cell_name(cell: TargetCell) -> str:
    """Return a cell's name in forms and in the activity log, such as "64.71.01.1001/umkm".

    "*" stands for all kelurahan; the name of a target for all groups has no "/umkm".
    """
    kelurahan, group = cell
    return (kelurahan or "*") + (f"/{group}" if group else "")


def parse_target(text: str) -> int | None:
    """Return a number of at most six digits, with or without thousands separator; None for a blank or a dash.

    Raises `ValueError` for any other text.
    """
    text = collapse(clean(text))
    if is_placeholder(text):
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text.replace(".", "").replace(",", ""))


def parse_target_table(
    sheet: DetectedTable, places: PlaceIndex, groups: GroupIndex, kelurahan: Collection[str]
) -> TargetTable | None:
    """Return the targets of a table that `plain_tables` detected; None if no filled column has a heading for targets.

    `kelurahan` are the codes that exist in the year. All cells of a row with a known kelurahan count, empty ones too. A
    column that is unknown or repeated, and a row with figures whose kelurahan is unknown, unclear or repeated, are left
    out with a remark; rows without figures and totals without one.
    """
    columns, remarks = _target_columns(sheet, groups)
    if not columns:
        return None
    texts: dict[TargetCell, str] = {}
    for row in sheet.rows:
        figures = {field: text for field in columns if (text := _text(row, field))}
        name = collapse(clean(cell_text(row.cells.get(KELURAHAN))))
        if not figures or _is_sum(row):
            continue
        place, problem = _parse_row_kelurahan(name, places, kelurahan)
        if problem is None and (place, next(iter(columns.values()))) in texts:
            problem = Remark("warning", KELURAHAN, "kelurahan-twice", {})
        if problem:
            params = {"found": name, "figures": " · ".join(figures.values())}
            remarks.append(replace(problem, params={**problem.params, **params, "row": row.number}))
            continue
        texts |= {(place, group): figures.get(field, "") for field, group in columns.items()}
    return TargetTable(texts, tuple(remarks))


def target_remark_text(remark: Remark, _: Translator) -> str:
    """Return the sentence of a remark that `parse_target_table` made, in the language of `_`."""
    return _(SENTENCES[remark.code]) % dict(remark.params)


def _target_columns(sheet: DetectedTable, groups: GroupIndex) -> tuple[dict[str, str | None], list[Remark]]:
    """Return the group (None for all people) of each target column by field, and remarks on columns left out."""
    columns: dict[str, str | None] = {}
    remarks: list[Remark] = []
    for column in sheet.columns:
        text = words(column.header)
        filled = any(_text(row, column.field or "") for row in sheet.rows)
        if column.field in {None, KELURAHAN} or not filled or _is_other_column(column.header):
            continue
        group = None if text in _ALL_PEOPLE else parse_target_group(column.header, groups).code
        if group is None and text not in _ALL_PEOPLE:
            remarks.append(Remark("warning", None, "column-unknown", {"found": column.header}))
        elif group in columns.values():
            remarks.append(Remark("warning", None, "column-twice", {"found": column.header}))
        else:
            columns[str(column.field)] = group
    return columns, remarks


def _is_other_column(header: str) -> bool:
    """Return whether the heading is that of a code, a kecamatan, row numbers or a sum, which are no targets."""
    text = words(header)
    return text in _OTHER_COLUMNS or is_number_heading(header) or _SUM.fullmatch(text) is not None


def _is_sum(row: SheetRow) -> bool:
    """Return whether a text of the row begins with "Jumlah", "Total" or the like."""
    return any(_SUM.fullmatch(words(cell)) for cell in row.cells.values() if isinstance(cell, str))


def _text(row: SheetRow, field: str) -> str:
    """Return the cleaned text of a cell, cut if it is long: "" for a placeholder, "#N/A" for an error."""
    cell = row.cells.get(field)
    text = collapse(clean(cell_text(cell)))
    return "" if is_placeholder(text) and not isinstance(cell, CellError) else text[:MAX_TEXT_LENGTH]


def _parse_row_kelurahan(
    name: str, places: PlaceIndex, kelurahan: Collection[str]
) -> tuple[str | None, Remark | None]:
    """Return the code of a row's kelurahan (None for all kelurahan), or None and the remark on its name.

    A kelurahan that isn't among the codes `kelurahan` is unknown.
    """
    if words(name) in _ALL_KELURAHAN:
        return None, None
    reading = parse_kelurahan(name, places)
    if reading.code in kelurahan:
        return reading.code, None
    if reading.problem == "kelurahan-missing":
        return None, Remark("warning", KELURAHAN, "kelurahan-missing", {})
    if reading.candidates:
        return None, Remark(
            "warning", KELURAHAN, "kelurahan-unclear", {"candidates": _join_names(reading.candidates, places)}
        )
    return None, Remark("warning", KELURAHAN, "kelurahan-unknown", {})


def _join_names(codes: Sequence[str], places: PlaceIndex) -> str:
    """Return the names of these kelurahan, with commas between."""
    return ", ".join(places.name[code] for code in codes)
