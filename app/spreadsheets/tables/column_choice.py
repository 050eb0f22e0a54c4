"""Choose between several columns of one field: all as parts of it, or one with a warning that names the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase
from typing import TypeAlias

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.sex import parse_sex
from app.spreadsheets.tables.header import Heading
from app.spreadsheets.tables.headings import (
    heading_field,
    is_attendance_part,
    is_exact_heading,
    is_part_of_a_name,
)
from app.spreadsheets.tables.marks import find_day_label, heading_outcome, is_part_of_day, parse_mark

_PLAIN_FIRST = frozenset({"name", "kelurahan"})

Rows: TypeAlias = Sequence[Sequence[Cell]]


def find_field_parts(
    headings: Sequence[Heading], fields: Mapping[int, str]
) -> dict[str, tuple[tuple[int, str], ...]]:
    """Return by field the (index, heading) of the columns over which it is spread; fields in one column are left out.

    Attendance by outcomes (Hadir | Izin | Tidak), days or times of a day; sex by L and P; first and last name; target
    groups to tick.
    """
    parts_of: dict[str, Callable[[str], object]] = {"attendance": is_attendance_part, "sex": parse_sex}
    if all(is_part_of_a_name(heading.text) for heading in headings if fields.get(heading.index) == "name"):
        parts_of["name"] = is_part_of_a_name
    parts = {}
    for field, is_part in parts_of.items():
        columns = tuple(
            (heading.index, heading.text)
            for heading in headings
            if fields.get(heading.index) == field and is_part(heading.text)
        )
        if len(columns) > 1:
            parts[field] = columns
    groups = [
        heading
        for heading in headings
        if fields.get(heading.index) == heading_field(heading.above) == "target_group"
    ]
    if len(groups) > 1:
        parts["target_group"] = tuple((heading.index, heading.text) for heading in groups)
    return parts


def choose_columns(
    fields: Mapping[int, str],
    parts: Mapping[str, Sequence[tuple[int, str]]],
    rows: Rows,
    headings: Mapping[int, str],
) -> tuple[dict[int, str], list[Remark]]:
    """Return the columns to read (index → field) and the warnings. A field in `parts` keeps all its columns.

    Of several columns for one field it is the first with data; for attendance the first with a mark. "Nama Lengkap"
    takes precedence over "Nama Panggilan", and "kelurahan" over "kelurahan_id" (exports of web forms).
    """
    kept: dict[int, str] = {}
    warnings = []
    for field in dict.fromkeys(fields[index] for index in sorted(fields)):
        columns = [index for index in sorted(fields) if fields[index] == field]
        if field in parts:
            columns = [index for index, _ in parts[field]]
            labels = [label for _, label in parts[field]]
            if field == "attendance" and not all(
                heading_outcome(label) or is_part_of_day(label) for label in labels
            ):
                warnings.append(several_days_warning(labels))
            kept |= dict.fromkeys(columns, field)
            continue
        with_data = [index for index in columns if has_data(rows, index)]
        marked = [index for index in with_data if field == "attendance" and _has_mark(rows, index)]
        plain = [
            index
            for index in with_data
            if field in _PLAIN_FIRST and is_exact_heading(field, headings.get(index, ""))
        ]
        used = (marked or plain or with_data or columns)[0]
        kept[used] = field
        if len(columns) > 1:
            warnings.append(several_columns_warning(field, used, columns, headings))
        if field == "name" and (second_list := second_list_warning(used, with_data, headings)):
            warnings.append(second_list)
    return kept, warnings


def has_data(rows: Rows, index: int) -> bool:
    """Return whether any cell of the column is filled."""
    return any(index < len(row) and cell_text(row[index]).strip() for row in rows)


def _has_mark(rows: Rows, index: int) -> bool:
    """Return whether a cell is a mark; none is in a column "Status" that says what people are ("ASN")."""
    return any(parse_mark(row[index]) is not None for row in rows if index < len(row))


_MAX_HEADING_LENGTH = 60
_BETWEEN_NAMES = "”, “"
_BETWEEN_DAYS = "|"


def several_columns_warning(
    field: str, used: int, columns: Sequence[int], headings: Mapping[int, str]
) -> Remark:
    """Return the warning of several `columns` for one field, which names the `used` one and the others."""
    names = {index: _column_name(index, headings) for index in columns}
    if len(set(names.values())) < len(names):
        names = {index: f"{name} ({_column_letter(index)})" for index, name in names.items()}
    unused = [name for index, name in names.items() if index != used]
    return Remark("warning", field, "several-columns", _params(names[used], unused))


def second_list_warning(used: int, columns: Sequence[int], headings: Mapping[int, str]) -> Remark | None:
    """Return a warning if a second list stands beside the first (a column with the same heading as `used`), or None."""
    again = (index for index in columns if index != used and headings.get(index) == headings.get(used))
    second_list = next(again, None)
    return (
        None
        if second_list is None
        else Remark("warning", "name", "list-beside", {"column": _column_letter(second_list)})
    )


def unread_marks_warning(index: int, headings: Mapping[int, str]) -> Remark:
    """Return the warning of a column of marks that isn\'t read as attendance."""
    return Remark("warning", "attendance", "marks-not-read", {"column": _column_name(index, headings)})


def several_days_warning(labels: Sequence[str]) -> Remark:
    """Return the warning of attendance columns for several days; `name_column_of_day` adds which one is read."""
    listed = _BETWEEN_DAYS.join(label.replace(_BETWEEN_DAYS, "/") for label in labels)
    return Remark("warning", "attendance", "several-attendance-columns", {"labels": listed})


def name_column_of_day(warning: Remark, day: date) -> Remark:
    """Return the warning with the column that is read for a session on this day; other warnings unchanged."""
    if warning.code != "several-attendance-columns" or "labels" not in warning.params:
        return warning
    labels = str(warning.params["labels"]).split(_BETWEEN_DAYS)
    used = find_day_label(labels, day)
    return replace(
        warning, params=_params(_shorten(used), [_shorten(label) for label in labels if label != used])
    )


def _params(used: str, unused: Sequence[str]) -> dict[str, str]:
    """Return the params of a warning: the heading that is used, and the unused ones as one text."""
    return {"used": used, "unused": _BETWEEN_NAMES.join(unused)}


def _column_name(index: int, headings: Mapping[int, str]) -> str:
    """Return a column's heading, or its letter if it has none."""
    return _shorten(headings.get(index, "")) or _column_letter(index)


def _shorten(heading: str) -> str:
    """Return the heading's first 60 characters."""
    return heading[:_MAX_HEADING_LENGTH]


def _column_letter(index: int) -> str:
    """Return the letters of a column's index (A to ZZ)."""
    before, last = divmod(index, len(ascii_uppercase))
    return (ascii_uppercase[before - 1] if before else "") + ascii_uppercase[last]
