"""Which column holds which field: by its heading, else by its content, else by what a person said."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.nik import parse_nik
from app.people.values.place_names import place_key
from app.people.values.sex import parse_sex
from app.people.values.text import clean, collapse
from app.spreadsheets.tables.column_choice import (
    Rows,
    choose_columns,
    find_field_parts,
    has_data,
    marks_not_read,
)
from app.spreadsheets.tables.header import Header, Heading
from app.spreadsheets.tables.headings import (
    field_beside_name,
    heading_field,
    is_arrival_heading,
    is_attendance_part,
    is_ignored_heading,
    is_number_heading,
    is_status_heading,
)
from app.spreadsheets.tables.marks import has_marks, has_mostly_marks, is_part_of_day, may_be_mark

_ENOUGH = 3
_CALLED_LIKE_GROUPS = frozenset({None, "organization", "rt", "target_group"})
"""What headings such as "UMKM" and "RT" are taken for, below "Unsur"."""


@dataclass(frozen=True, slots=True)
class DetectedColumns:
    """`fields` maps index to field. `parts` are the labelled columns of a field spread over several.

    `remarks` is a note or signature column in which attendance is marked; what is no mark stays a note.
    `beside_name` is the field that the name's cells hold as well ("Nama / Jabatan").
    """

    fields: Mapping[int, str]
    number: int | None
    parts: Mapping[str, tuple[tuple[int, str], ...]]
    remarks: int | None
    remarks_field: str | None
    warnings: tuple[Remark, ...]
    beside_name: str | None = None


def detect_columns(
    header: Header, rows: Rows, chosen: Mapping[int, str | None], place_keys: Collection[str]
) -> DetectedColumns:
    """`rows` are those below the header; `chosen` (index → field) overrules what is recognised."""
    fields = _by_heading(header.headings)
    about_people = {heading.index for heading in header.headings if is_status_heading(heading.text)}
    fields = {
        index: field
        for index, field in fields.items()
        if field != "attendance"
        or not (_counts(rows, index) or (index in about_people and _is_about_people(rows, index)))
    }
    number = _number_column(header.headings, fields, rows)
    _by_content(header.headings, fields, number, rows, place_keys)
    taken = {field for field in chosen.values() if field}
    fields = {index: field for index, field in fields.items() if index not in chosen and field not in taken}
    fields |= {index: field for index, field in chosen.items() if field}
    if "kelurahan" not in fields.values():
        _address_as_kelurahan(fields, chosen)
    parts = find_field_parts(header.headings, fields)
    texts = {heading.index: heading.full_text for heading in header.headings}
    fields, warnings = choose_columns(fields, parts, rows, texts)
    named = DetectedColumns(fields, number, parts, None, None, tuple(warnings), _beside_name(fields, texts))
    if not any(has_data(rows, index) for index, field in fields.items() if field == "attendance"):
        people = _without_headings_again(named.fields, header.headings, rows)
        named = _with_remarks(named, chosen, people)
        named = _with_arrivals(named, header.headings, chosen, people)
    unread = _marks_not_read(named, header.headings, chosen, rows)
    return replace(named, warnings=(*named.warnings, *(marks_not_read(index, texts) for index in unread)))


def _by_heading(headings: Sequence[Heading]) -> dict[int, str]:
    several_parts = sum(is_attendance_part(heading.text) for heading in headings) > 1
    fields = {}
    for heading in headings:
        field = _field(heading, several_parts=several_parts)
        if field:
            fields[heading.index] = field
    if "sex" not in fields.values():
        fields |= dict.fromkeys(_both_sexes(headings), "sex")
    return fields


def _both_sexes(headings: Sequence[Heading]) -> tuple[int, ...]:
    """The columns "L" and "P" to mark one of, where they stand side by side without a heading over both."""
    return next(
        (
            (one.index, other.index)
            for one, other in pairwise(headings)
            if {parse_sex(one.text), parse_sex(other.text)} == {"L", "P"}
        ),
        (),
    )


def _field(heading: Heading, *, several_parts: bool) -> str | None:
    above = heading_field(heading.above) if heading.above else None
    if above == "attendance" and is_attendance_part(heading.text):
        return "attendance"
    if above == "signature" and is_attendance_part(heading.text) and not is_part_of_day(heading.text):
        return "attendance"
    if above == "target_group" and heading_field(heading.text) in _CALLED_LIKE_GROUPS:
        return "target_group"
    if several_parts and is_attendance_part(heading.text) and not is_number_heading(heading.text):
        return "attendance"
    return None if is_ignored_heading(heading.text) else heading_field(heading.text) or above


def _beside_name(fields: Mapping[int, str], texts: Mapping[int, str]) -> str | None:
    beside = field_beside_name(next((texts.get(i, "") for i, field in fields.items() if field == "name"), ""))
    return "kelurahan" if beside == "address" and "kelurahan" not in fields.values() else beside


def _number_column(headings: Sequence[Heading], fields: Mapping[int, str], rows: Rows) -> int | None:
    """The column headed "No", else one without a heading that counts the rows."""
    for heading in headings:
        if heading.index not in fields and is_number_heading(heading.text):
            return heading.index
    name = next((index for index, field in fields.items() if field == "name"), 0)
    unnamed = [heading.index for heading in headings[:name] if not heading.text]
    return next((index for index in unnamed if _counts(rows, index)), None)


def _counts(rows: Rows, index: int) -> bool:
    numbers = [row[index] for row in rows[:50] if index < len(row) and isinstance(row[index], int | float)]
    return numbers[:3] in ([1, 2, 3], [2, 3, 4])


def _is_about_people(rows: Rows, index: int) -> bool:
    """True of several cells of which none is a mark."""
    said = list(_texts(rows, index))
    return len(said) >= _ENOUGH and not any(map(may_be_mark, said))


def _by_content(
    headings: Sequence[Heading],
    fields: dict[int, str],
    number: int | None,
    rows: Rows,
    place_keys: Collection[str],
) -> None:
    """Names the columns whose heading says nothing, where their cells leave no doubt."""
    width = max((len(row) for row in rows[:50]), default=0)
    ignored = {heading.index for heading in headings if is_ignored_heading(heading.text)}
    for index in range(min(width, len(headings) + 5)):
        if index in fields or index == number or index in ignored:
            continue
        field = detect_field(_column(rows[:200], index), place_keys)
        if field and field not in fields.values():
            fields[index] = field


def _address_as_kelurahan(fields: dict[int, str], chosen: Mapping[int, str | None]) -> None:
    """ "Asal", "Alamat", "Domisili": where no column is the kelurahan's, the first of these is."""
    address = next((i for i, field in sorted(fields.items()) if field == "address" and i not in chosen), None)
    if address is not None:
        fields[address] = "kelurahan"


def _with_remarks(named: DetectedColumns, chosen: Mapping[int, str | None], rows: Rows) -> DetectedColumns:
    """Where no attendance column says anything, the note or signature column that holds marks is it."""
    for field in ("note", "signature"):
        index = next((i for i, known in named.fields.items() if known == field and i not in chosen), None)
        if index is not None and has_marks(_texts(rows, index)):
            others = {i: known for i, known in named.fields.items() if known != "attendance" or i in chosen}
            return replace(named, fields={**others, index: "attendance"}, remarks=index, remarks_field=field)
    return named


def _with_arrivals(
    named: DetectedColumns, headings: Sequence[Heading], chosen: Mapping[int, str | None], rows: Rows
) -> DetectedColumns:
    """Where nobody is marked or signs, the hours at which people came say who did."""
    if not {"attendance", "signature"}.isdisjoint(named.fields.values()):
        return named
    arrivals = (heading.index for heading in headings if is_arrival_heading(heading.text))
    index = next((index for index in arrivals if index not in chosen and has_data(rows, index)), None)
    return named if index is None else replace(named, fields={**named.fields, index: "attendance"})


def _without_headings_again(fields: Mapping[int, str], headings: Sequence[Heading], rows: Rows) -> Rows:
    """The rows without those that repeat the header, as on every page of a long list: "TTD" is no mark there."""
    name = next((heading for heading in headings if fields.get(heading.index) == "name"), None)
    if name is None:
        return rows
    return [
        row for row in rows if name.index >= len(row) or collapse(cell_text(row[name.index])) != name.text
    ]


def _marks_not_read(
    named: DetectedColumns, headings: Sequence[Heading], chosen: Mapping[int, str | None], rows: Rows
) -> list[int]:
    """The columns of marks that nothing is made of: any where no attendance is read, else those without a heading.

    Of those that are called alike, as in a second list beside the first, the first one.
    """
    texts = {heading.index: heading.text for heading in reversed(headings)}
    called = {text: index for index, text in texts.items() if text}
    headed_too = "attendance" not in named.fields.values()
    known = named.fields.keys() | chosen.keys() | {named.number}
    return [
        index
        for index in range(len(headings) + 1)
        if index not in known
        and (headed_too if called.get(texts.get(index, "")) == index else not texts.get(index))
        and not is_ignored_heading(texts.get(index, ""))
        and has_mostly_marks(list(_texts(rows[:200], index)))
    ]


def _texts(rows: Rows, index: int) -> Iterator[str]:
    cells = (row[index] for row in rows if index < len(row))
    return (text for cell in cells if isinstance(cell, str) and (text := clean(cell)))


def _column(rows: Rows, index: int) -> list[Cell]:
    cells = (row[index] for row in rows if index < len(row))
    return [cell for cell in cells if cell is not None and cell_text(cell).strip()]


_ENOUGH = 3
_CERTAIN = 0.9


def detect_field(cells: Sequence[Cell], place_keys: Collection[str]) -> str | None:
    """The field that nine of ten cells, and at least three, can only be of; or None."""
    if len(cells) < _ENOUGH:
        return None
    certain: dict[str, Callable[[Cell], bool]] = {
        "nik": _is_nik,
        "phone": _is_mobile,
        "email": lambda cell: "@" in cell_text(cell) and "." in cell_text(cell).rpartition("@")[2],
        "sex": lambda cell: isinstance(cell, str) and parse_sex(cell) is not None,
        "kelurahan": lambda cell: isinstance(cell, str) and place_key(cell) in place_keys,
    }
    for field, fits in certain.items():
        if sum(map(fits, cells)) >= _CERTAIN * len(cells):
            return field
    return None


def _is_nik(cell: Cell) -> bool:
    return parse_nik(cell).digits is not None or parse_nik(cell).problem == "nik-corrupted"


def _is_mobile(cell: Cell) -> bool:
    """A time is none: "08/05/2025 09:12" has such digits too."""
    text = cell_text(cell)
    digits = "".join(filter(str.isdigit, text))
    return ":" not in text and digits.startswith(("08", "628", "8")) and 9 <= len(digits) <= 14
