"""Which of several columns for one field are read: all of them as parts of one, or the first that serves."""

from collections.abc import Callable, Mapping, Sequence

from app.people.cells import Cell, cell_text
from app.people.remarks import Remark
from app.people.sex import read_sex
from app.spreadsheets.attendance.marks import is_part_of_day, outcome_of_heading, read_mark
from app.spreadsheets.tables.column_warnings import list_beside, several_columns, several_days
from app.spreadsheets.tables.header import Heading
from app.spreadsheets.tables.headings import (
    heading_field,
    is_attendance_part,
    is_part_of_a_name,
    is_plainly,
)

_PLAIN_FIRST = frozenset({"name", "kelurahan"})

Rows = Sequence[Sequence[Cell]]


def parts_of_fields(
    headings: Sequence[Heading], fields: Mapping[int, str]
) -> dict[str, tuple[tuple[int, str], ...]]:
    """Attendance over outcomes, days or parts of one, sex over L and P, a name over first and last, groups to tick."""
    recognise: dict[str, Callable[[str], object]] = {"attendance": is_attendance_part, "sex": read_sex}
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


def one_column_each(
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
                outcome_of_heading(label) or is_part_of_day(label) for label in labels
            ):
                warnings.append(several_days(labels))
            kept |= dict.fromkeys(columns, field)
            continue
        with_data = [index for index in columns if has_data(rows, index)]
        marked = [index for index in with_data if field == "attendance" and _has_a_mark(rows, index)]
        plain = [
            index
            for index in with_data
            if field in _PLAIN_FIRST and is_plainly(field, headings.get(index, ""))
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
    return any(read_mark(row[index]) is not None for row in rows if index < len(row))
