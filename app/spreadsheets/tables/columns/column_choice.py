"""Choose between several columns of one field: all as parts of it, or one with a warning that names the others."""

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from string import ascii_uppercase
from typing import TypeAlias

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.sex import parse_sex
from app.people.values.text import words
from app.spreadsheets.tables.columns.header import Heading
from app.spreadsheets.tables.columns.headings import (
    IS_A_SUBSTITUTE,
    NAMES_THE_FIELD,
    NOT_THE_PARTICIPANT,
    find_qualifiers,
    heading_field,
    is_about_other_people,
    is_attendance_part,
    is_part_of_a_name,
    rank_heading,
)
from app.spreadsheets.tables.marks.marks import (
    Span,
    are_days,
    find_day_labels,
    parse_mark,
    says_who_was_missing,
)

_OF_A_PERSON = frozenset({"name", "nik", "sex", "birth_date", "phone", "email"})
_OF_A_HOME = frozenset({"kelurahan", "kecamatan", "city", "rt", "address"})
_WHO_AND_WHERE = frozenset({"name", "kelurahan"})
_OF_MARKS = frozenset({"attendance", "signature"})
_ROWS_COMPARED = 200
_ANY_WILL_DO = frozenset({"submitted_at"})

Rows: TypeAlias = Sequence[Sequence[Cell]]


def find_field_parts(
    headings: Sequence[Heading], fields: Mapping[int, str], rows: Rows
) -> dict[str, tuple[tuple[int, str], ...]]:
    """Return by field the (index, heading) of the columns over which it is spread; fields in one column are left out.

    Attendance by outcomes (Hadir | Izin | Tidak), days or times of a day; sex by L and P; first and last name; the
    kelurahan where a form asks for it in another question for each kecamatan; target groups to tick. One column alone
    is a part if a mark in it says that somebody did not come ("Tidak Hadir").
    """
    parts_of: dict[str, Callable[[str], object]] = {"attendance": is_attendance_part, "sex": parse_sex}
    names = _most_certain("name", headings, fields)
    if all(is_part_of_a_name(heading.text) for heading in names):
        parts_of["name"] = {heading.text for heading in names}.__contains__
    branches = _most_certain("kelurahan", headings, fields)
    if not any(_are_both_filled(rows, one.index, other.index) for one, other in combinations(branches, 2)):
        parts_of["kelurahan"] = {heading.text for heading in branches}.__contains__
    parts = {}
    for field, is_part in parts_of.items():
        columns = tuple(
            (heading.index, heading.text)
            for heading in headings
            if fields.get(heading.index) == field and is_part(heading.text)
        )
        of_the_missing = field == "attendance" and len(columns) == 1 and says_who_was_missing(columns[0][1])
        if len(columns) > 1 or of_the_missing:
            parts[field] = columns
    intentions = tuple((h.index, h.full_text) for h in headings if fields.get(h.index) == "intention")
    if len(intentions) > 1:
        parts["intention"] = intentions
    groups = [
        heading
        for heading in headings
        if fields.get(heading.index) == heading_field(heading.above) == "target_group"
    ]
    if len(groups) > 1:
        parts["target_group"] = tuple((heading.index, heading.text) for heading in groups)
    return parts


def _most_certain(field: str, headings: Sequence[Heading], fields: Mapping[int, str]) -> list[Heading]:
    """Return the headings of a field that are most certainly about the participant."""
    ranks = {h: rank_heading(field, h.full_text) for h in headings if fields.get(h.index) == field}
    return [heading for heading, rank in ranks.items() if rank == min(ranks.values())]


def _are_both_filled(rows: Rows, one: int, other: int) -> bool:
    return any(
        len(row) > max(one, other) and row[one] not in (None, "") and row[other] not in (None, "")
        for row in rows
    )


def choose_columns(
    fields: Mapping[int, str],
    parts: Mapping[str, Sequence[tuple[int, str]]],
    rows: Rows,
    headings: Mapping[int, str],
    chosen: Set[int] = frozenset(),
) -> tuple[dict[int, str], list[Remark]]:
    """Return the columns to read (index → field) and the warnings. A field in `parts` keeps all its columns.

    Of several columns for one field it is the first with data; for attendance and signatures the first with a mark; for
    details of a person the first that is most certainly about the participant (`rank_heading`). It is asked whose
    column it is where others may be the participant's too, except of the columns that a person has `chosen`.
    """
    kept: dict[int, str] = {}
    warnings = []
    own = frozenset[str]().union(
        *(find_qualifiers(headings.get(index, "")) for index, field in fields.items() if field in _OF_MARKS)
    )
    in_order = dict.fromkeys(fields[index] for index in sorted(fields))
    for field in sorted(in_order, key="name".__ne__):
        columns = [index for index in sorted(fields) if fields[index] == field]
        if field in parts:
            columns = [index for index, _ in parts[field]]
            labels = [label for _, label in parts[field]]
            if field == "attendance" and are_days(labels):
                warnings.append(several_days_warning(labels))
            kept |= dict.fromkeys(columns, field)
            continue
        is_of_a_person = field in _OF_A_PERSON | _OF_A_HOME and chosen.isdisjoint(columns)
        choice = (
            _choose_of_participant(field, columns, rows, headings, own)
            if is_of_a_person
            else _choose_filled(field, columns, rows)
        )
        if choice.of_others and field in _WHO_AND_WHERE:
            warnings.append(about_others_warning(field, choice.used, headings))
        elif choice.of_others:
            continue
        kept[choice.used] = field
        warnings += choice.warnings(field, headings)
        if field == "name":
            own = find_qualifiers(headings.get(choice.used, ""))
            warnings += second_list_warning(choice.used, columns, rows, headings)
    return kept, warnings


@dataclass(frozen=True, slots=True)
class _Choice:
    """The column to use of several `columns` that hold a field.

    `asks`: another may be meant as well. `of_others`: its heading is about other people, or a business or a venue.
    """

    used: int
    columns: Sequence[int]
    asks: bool = False
    of_others: bool = False

    def warnings(self, field: str, headings: Mapping[int, str]) -> list[Remark]:
        """Return the warning that names the columns that aren't used."""
        if len(self.columns) < 2 or field in _ANY_WILL_DO:
            return []
        return [several_columns_warning(field, self.used, self.columns, headings, asks=self.asks)]


def _choose_filled(field: str, columns: Sequence[int], rows: Rows) -> _Choice:
    """Return the first column with a mark or with data; it asks where several hold marks."""
    with_data = [index for index in columns if has_data(rows, index)]
    marked = [index for index in with_data if field in _OF_MARKS and _has_mark(rows, index)]
    return _Choice((marked or with_data or columns)[0], columns, asks=len(marked) > 1)


def _choose_of_participant(
    field: str, columns: Sequence[int], rows: Rows, headings: Mapping[int, str], own: Collection[str]
) -> _Choice:
    """Return the column with data that is most certainly about the participant."""
    with_data = [index for index in columns if has_data(rows, index)] or columns
    ranks = {index: rank_heading(field, headings.get(index, ""), own) for index in with_data}
    used = min(ranks, key=lambda index: ranks[index])
    if field == "name" and ranks[used] <= NAMES_THE_FIELD:
        columns = [index for index in columns if ranks.get(index, 0) <= IS_A_SUBSTITUTE]
    return _Choice(
        used,
        columns,
        asks=bool(_find_rivals(field, used, ranks, rows)),
        of_others=ranks[used] == NOT_THE_PARTICIPANT
        and (field in _WHO_AND_WHERE or is_about_other_people(headings.get(used, ""), own)),
    )


def _find_rivals(field: str, used: int, ranks: Mapping[int, int], rows: Rows) -> list[int]:
    """Return the columns that may be the participant's as well as the used one, and say something else.

    Beside "Nama Siswa" that is also "Nama Wali", beside "Nama" only another "Nama".
    """
    if field not in _WHO_AND_WHERE:
        return []
    is_plain = field != "name" or ranks[used] <= NAMES_THE_FIELD
    last = ranks[used] if is_plain else NOT_THE_PARTICIPANT - 1
    return [
        index
        for index, rank in ranks.items()
        if index != used and rank <= last and _differ(rows, used, index)
    ]


def _differ(rows: Rows, one: int, other: int) -> bool:
    """Return whether two columns have different texts in a row in which both are filled."""
    return any(
        words(cell_text(row[one])) != words(cell_text(row[other]))
        for row in rows[:_ROWS_COMPARED]
        if len(row) > max(one, other) and row[one] not in (None, "") and row[other] not in (None, "")
    )


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
    field: str, used: int, columns: Sequence[int], headings: Mapping[int, str], *, asks: bool
) -> Remark:
    """Return the warning of several columns for one field, with the one that is used.

    It `asks` where several hold marks.
    """
    names = {index: _column_name(index, headings) for index in columns}
    if len(set(names.values())) < len(names):
        names = {index: f"{name} ({_column_letter(index)})" for index, name in names.items()}
    unused = [name for index, name in names.items() if index != used]
    return Remark("review" if asks else "warning", field, "several-columns", _params(names[used], unused))


def about_others_warning(field: str, used: int, headings: Mapping[int, str]) -> Remark:
    """Return the question whether a column is the participant's, of which the heading says something else."""
    return Remark("review", field, "column-about-others", {"column": _column_name(used, headings)})


def second_list_warning(
    used: int, columns: Sequence[int], rows: Rows, headings: Mapping[int, str]
) -> list[Remark]:
    """Return a warning if a second list stands beside the first: a filled column with the same heading as `used`."""
    again = (index for index in columns if index != used and headings.get(index) == headings.get(used))
    second_list = next((index for index in again if has_data(rows, index)), None)
    if second_list is None:
        return []
    return [Remark("warning", "name", "list-beside", {"column": _column_letter(second_list)})]


def unread_marks_warning(index: int, headings: Mapping[int, str], *, asks: bool) -> Remark:
    """Return the warning of a column of marks that isn't read; it `asks` where no other column says who came."""
    return Remark(
        "review" if asks else "warning",
        "attendance",
        "marks-not-read",
        {"column": _column_name(index, headings)},
    )


def several_days_warning(labels: Sequence[str]) -> Remark:
    """Return the warning of attendance columns for several days; `choose_day_columns` adds which one is read."""
    listed = _BETWEEN_DAYS.join(label.replace(_BETWEEN_DAYS, "/") for label in labels)
    return Remark("warning", "attendance", "several-attendance-columns", {"labels": listed})


def choose_day_columns(warning: Remark, day: date, span: Span | None) -> Remark:
    """Return the warning with the columns that are read for a session on this day; other warnings unchanged.

    It becomes a question, without `used`, where none is certainly of the day; `span` are the days of the sheet.
    """
    if warning.code != "several-attendance-columns" or "labels" not in warning.params:
        return warning
    labels = str(warning.params["labels"]).split(_BETWEEN_DAYS)
    used = find_day_labels(labels, day, span)
    unused = [_shorten(label) for label in labels if label not in used]
    if not used:
        return replace(warning, level="review", params={"unused": _BETWEEN_NAMES.join(unused)})
    return replace(warning, params=_params(_BETWEEN_NAMES.join(map(_shorten, used)), unused))


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
