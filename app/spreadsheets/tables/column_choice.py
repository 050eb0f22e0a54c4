"""Which of several columns for one field are read: all of them as parts of one, or the first that serves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase

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

Rows = Sequence[Sequence[Cell]]


def find_field_parts(
    headings: Sequence[Heading], fields: Mapping[int, str]
) -> dict[str, tuple[tuple[int, str], ...]]:
    """Attendance over outcomes, days or parts of one, sex over L and P, a name over first and last, groups to tick."""
    recognise: dict[str, Callable[[str], object]] = {"attendance": is_attendance_part, "sex": parse_sex}
    if all(is_part_of_a_name(heading.text) for heading in headings if fields.get(heading.index) == "name"):
        recognise["name"] = is_part_of_a_name
    parts = {}
    for field, is_part in recognise.items():
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
    """Of two columns for one field the first with data stays; a warning names both.

    Of attendance it is the first with a mark; "Nama Lengkap" goes before "Nama Panggilan", "kelurahan" before
    "kelurahan_id".
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
                warnings.append(several_days(labels))
            kept |= dict.fromkeys(columns, field)
            continue
        with_data = [index for index in columns if has_data(rows, index)]
        marked = [index for index in with_data if field == "attendance" and _has_a_mark(rows, index)]
        plain = [
            index
            for index in with_data
            if field in _PLAIN_FIRST and is_exact_heading(field, headings.get(index, ""))
        ]
        used = (marked or plain or with_data or columns)[0]
        kept[used] = field
        if len(columns) > 1:
            warnings.append(several_columns(field, used, columns, headings))
        if field == "name" and (beside := list_beside(used, with_data, headings)):
            warnings.append(beside)
    return kept, warnings


def has_data(rows: Rows, index: int) -> bool:
    return any(index < len(row) and cell_text(row[index]).strip() for row in rows)


def _has_a_mark(rows: Rows, index: int) -> bool:
    """False for a "Status" that says what people are, which is no attendance."""
    return any(parse_mark(row[index]) is not None for row in rows if index < len(row))


_LONGEST_HEADING = 60
_BETWEEN_NAMES = "”, “"
_BETWEEN_DAYS = "|"


def several_columns(field: str, used: int, columns: Sequence[int], headings: Mapping[int, str]) -> Remark:
    names = {index: _named(index, headings) for index in columns}
    if len(set(names.values())) < len(names):
        names = {index: f"{name} ({_letter(index)})" for index, name in names.items()}
    unused = [name for index, name in names.items() if index != used]
    return Remark("warning", field, "several-columns", _params(names[used], unused))


def list_beside(used: int, columns: Sequence[int], headings: Mapping[int, str]) -> Remark | None:
    """Names under the same heading again are those of a second list, or of the first one's second half."""
    again = (index for index in columns if index != used and headings.get(index) == headings.get(used))
    beside = next(again, None)
    return None if beside is None else Remark("warning", "name", "list-beside", {"column": _letter(beside)})


def marks_not_read(index: int, headings: Mapping[int, str]) -> Remark:
    return Remark("warning", "attendance", "marks-not-read", {"column": _named(index, headings)})


def several_days(labels: Sequence[str]) -> Remark:
    """Which of the columns is read depends on the session's day, see `of_day`."""
    listed = _BETWEEN_DAYS.join(label.replace(_BETWEEN_DAYS, "/") for label in labels)
    return Remark("warning", "attendance", "several-attendance-columns", {"labels": listed})


def of_day(warning: Remark, day: date) -> Remark:
    """The warning with the column that is read for a session on this day."""
    if warning.code != "several-attendance-columns" or "labels" not in warning.params:
        return warning
    labels = str(warning.params["labels"]).split(_BETWEEN_DAYS)
    used = find_day_label(labels, day)
    return replace(
        warning, params=_params(_short(used), [_short(label) for label in labels if label != used])
    )


def _params(used: str, unused: Sequence[str]) -> dict[str, str]:
    return {"used": used, "unused": _BETWEEN_NAMES.join(unused)}


def _named(index: int, headings: Mapping[int, str]) -> str:
    """By the heading, else by the column's letter."""
    return _short(headings.get(index, "")) or _letter(index)


def _short(heading: str) -> str:
    return heading[:_LONGEST_HEADING]


def _letter(index: int) -> str:
    """A spreadsheet's name for a column, of which there are no more than 26 times 27."""
    before, last = divmod(index, len(ascii_uppercase))
    return (ascii_uppercase[before - 1] if before else "") + ascii_uppercase[last]
