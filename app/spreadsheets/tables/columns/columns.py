"""Detect which field each column contains: by a user's choice, by its heading, or by its content."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.nik import parse_nik
from app.people.values.place_names import place_key
from app.people.values.sex import parse_sex
from app.people.values.text import clean, collapse, words
from app.spreadsheets.meetings.reports import find_report
from app.spreadsheets.meetings.set_aside import holds_roles
from app.spreadsheets.tables.columns.column_choice import (
    Rows,
    choose_columns,
    find_field_parts,
    has_data,
    unread_marks_warning,
)
from app.spreadsheets.tables.columns.header import Header, Heading
from app.spreadsheets.tables.columns.headings import (
    field_beside_name,
    heading_field,
    is_absence_heading,
    is_arrival_heading,
    is_attendance_part,
    is_display_name,
    is_ignored_heading,
    is_measure_heading,
    is_number_heading,
    is_status_heading,
    split_option,
)
from app.spreadsheets.tables.marks.intentions import is_intention
from app.spreadsheets.tables.marks.marks import (
    has_marks,
    has_mostly_marks,
    is_bare_mark,
    is_part_of_day,
    is_yes_or_no,
    may_be_mark,
    measures_attendance,
    says_who_was_missing,
)
from app.spreadsheets.tables.marks.note_words import casts_doubt

_MIN_CELLS = 3
_OF_REGISTRATIONS = frozenset({"intention", "submitted_at"})
_FIELDS_NAMED_LIKE_GROUPS = frozenset({None, "organization", "rt", "target_group"})
"""Fields of headings such as "UMKM" and "RT", which are target groups below a heading "Unsur"."""
_NUMBERS = frozenset({"", "0", "1", "-"})
_NO_TICKS = frozenset({"", "false", "0", "-", "–", "☐"})
_TICKS = _NO_TICKS | {"true", "1", "v", "x", "ya", "✓", "✔", "√", "☑", "✅"}


@dataclass(frozen=True, slots=True)
class DetectedColumns:
    """The columns of a table. `fields` maps index to field; `number` is the index of the column that counts the rows.

    `parts` are index and label of the columns over which a field is spread. `marks_column` is a note or signature
    column (`marks_field`) in which attendance is marked; texts that are no marks stay notes. `beside_name` is the
    field that the cells of the name also contain ("Nama / Jabatan"). `measured` is the heading of an attendance column
    that says how much people attended. `explains_absence`: notes say why people did not come ("Alasan Tidak Hadir").
    """

    fields: Mapping[int, str]
    number: int | None
    parts: Mapping[str, tuple[tuple[int, str], ...]]
    marks_column: int | None
    marks_field: str | None
    warnings: tuple[Remark, ...]
    beside_name: str | None = None
    measured: str | None = None
    explains_absence: bool = False


def detect_columns(
    header: Header,
    rows: Rows,
    chosen: Mapping[int, str | None],
    place_keys: Collection[str],
    group_keys: Collection[str] = (),
) -> DetectedColumns:
    """Return the columns that are detected by their headings and by the cells of `rows`, those below the header.

    `chosen` (index → field, None to ignore a column) is a user's and overrides what is detected. `place_keys` are keys
    of names of kelurahan.
    """
    fields = _detect_by_heading(header.headings)
    _take_intentions(fields, rows)
    about_people = {heading.index for heading in header.headings if is_status_heading(heading.text)}
    _take_doubtful_status_as_note(fields, about_people, rows)
    fields = {
        index: field
        for index, field in fields.items()
        if field != "attendance"
        or not (_counts_rows(rows, index) or (index in about_people and _has_no_marks(rows, index)))
    }
    of_meeting = find_report({heading.index: heading.text for heading in header.headings}) is not None
    roles = {h.index for h in header.headings if holds_roles(h, rows, of_meeting=of_meeting)}
    fields = {index: field for index, field in fields.items() if index not in roles}
    fields = _drop_columns_of_meeting(fields, header.headings, rows)
    ticked = _find_ticked_groups(header.headings, rows, group_keys)
    fields = _add_ticked_groups(fields, ticked)
    number = _find_number_column(header.headings, fields, rows)
    _add_by_content(header.headings, fields, number, rows, place_keys)
    taken = {field for field in chosen.values() if field}
    fields = {index: field for index, field in fields.items() if index not in chosen and field not in taken}
    fields |= {index: field for index, field in chosen.items() if field}
    if "attendance" in taken:
        # Whoever says which column is the attendance has answered what the list is.
        fields = {i: field for i, field in fields.items() if field not in _OF_REGISTRATIONS or i in chosen}
    fields = _drop_measures(fields, header.headings, chosen)
    fields = _drop_permits(fields, header.headings, chosen, rows)
    if "kelurahan" not in fields.values():
        _take_address_as_kelurahan(fields, chosen)
    parts = find_field_parts(header.headings, fields, rows)
    boxes = tuple((index, label) for index, label in ticked.items() if fields.get(index) == "target_group")
    if boxes:
        parts["target_group"] = boxes
    texts = {heading.index: heading.full_text for heading in header.headings}
    fields, warnings = choose_columns(fields, parts, rows, texts, chosen.keys())
    beside_name = _find_field_beside_name(fields, texts)
    detected = DetectedColumns(fields, number, parts, None, None, tuple(warnings), beside_name)
    detected = replace(
        detected,
        measured=_find_measured(detected, texts, rows),
        explains_absence=any(
            field == "note" and is_absence_heading(texts.get(index, "")) for index, field in fields.items()
        ),
    )
    if not any(has_data(rows, index) for index, field in fields.items() if field == "attendance"):
        people = _drop_repeated_headers(detected.fields, header.headings, rows)
        detected = _with_marks_in_notes(detected, chosen, people)
        detected = _with_arrivals(detected, header.headings, chosen, people)
    has_attendance = "attendance" in detected.fields.values()
    unread = (
        unread_marks_warning(index, texts, asks=not has_attendance and not _only_answers(rows, index))
        for index in _find_unread_marks(detected, header.headings, chosen, rows)
    )
    return replace(detected, warnings=(*detected.warnings, *unread))


def _find_ticked_groups(
    headings: Sequence[Heading], rows: Rows, group_keys: Collection[str]
) -> dict[int, str]:
    """Return index and label of the columns of boxes to tick that are headed like target groups: "UMKM", "RT".

    Kobo heads them by the question too: "unsur/umkm".
    """
    ticked: dict[int, str] = {}
    numbered: dict[int, str] = {}
    for heading in headings:
        question, option = split_option(heading.text)
        is_group = words(option) in group_keys and (not question or heading_field(question) == "target_group")
        if not is_group or heading.above:
            continue
        texts = {cell_text(row[heading.index]).strip().lower() for row in rows if heading.index < len(row)}
        if texts <= _TICKS and not texts <= _NO_TICKS:
            (ticked if texts - _NUMBERS else numbered)[heading.index] = option
    # A column "RT" with the number 1 alone may hold numbers of RT.
    return ticked | numbered if len(ticked) + len(numbered) > 1 else ticked


def _add_ticked_groups(fields: Mapping[int, str], ticked: Collection[int]) -> dict[int, str]:
    """Return the fields with the boxes as target groups, or without them if another column says the group."""
    others = {index: field for index, field in fields.items() if index not in ticked}
    return others if "target_group" in others.values() else others | dict.fromkeys(ticked, "target_group")


def _detect_by_heading(headings: Sequence[Heading]) -> dict[int, str]:
    """Return field by index for the headings that name one. Several columns may have the same field."""
    several_parts = sum(is_attendance_part(heading.text) for heading in headings) > 1
    fields = {}
    for heading in headings:
        field = _field_of(heading, several_parts=several_parts)
        if field:
            fields[heading.index] = field
    if "sex" not in fields.values():
        fields |= dict.fromkeys(_find_sex_columns(headings), "sex")
    return fields


def _drop_columns_of_meeting(
    fields: dict[int, str], headings: Sequence[Heading], rows: Rows
) -> dict[int, str]:
    """Return the fields without columns that aren't the participant's in reports of meetings.

    These are other names beside the whole one, and what stands before it under the same heading as behind it: Zoom's
    list of several meetings has the host's "User Name" and "User Email" there.
    """
    own = next((h.index for h in headings if is_display_name(h.text) and has_data(rows, h.index)), None)
    if own is None:
        return fields
    behind = {words(heading.text) for heading in headings if heading.index > own and heading.text}
    others = {heading.index for heading in headings if heading.index < own and words(heading.text) in behind}
    names = {heading.index for heading in headings if fields.get(heading.index) == "name"} - {own}
    return {index: field for index, field in fields.items() if index not in names | others}


def _take_intentions(fields: dict[int, str], rows: Rows) -> None:
    """Take columns of attendance in which intentions or approvals are written as such ("Status": "Approved")."""
    for index in [index for index, field in fields.items() if field == "attendance"]:
        filled = _filled_cells(rows[:200], index)
        if len(filled) >= _MIN_CELLS and 2 * sum(map(is_intention, filled)) >= len(filled):
            fields[index] = "intention"


def _drop_measures(
    fields: dict[int, str], headings: Sequence[Heading], chosen: Mapping[int, str | None]
) -> dict[int, str]:
    """Return the fields without columns such as "Jumlah Hadir" beside columns of marks."""
    attendance = {index for index, field in fields.items() if field == "attendance"}
    measures = {
        heading.index
        for heading in headings
        if heading.index in attendance
        and heading.index not in chosen
        and is_measure_heading(heading.full_text)
    }
    return (
        fields if measures == attendance else {i: field for i, field in fields.items() if i not in measures}
    )


def _drop_permits(
    fields: dict[int, str], headings: Sequence[Heading], chosen: Mapping[int, str | None], rows: Rows
) -> dict[int, str]:
    """Return the fields without a lone column "Izin" that is marked for most: it may be about permits of businesses."""
    attendance = [index for index, field in fields.items() if field == "attendance"]
    texts = {heading.index: heading.text for heading in headings}
    if len(attendance) != 1 or attendance[0] in chosen or not says_who_was_missing(texts[attendance[0]]):
        return fields
    (index,) = attendance
    marked = len(_filled_cells(rows, index))
    return (
        fields if 2 * marked < _count_filled_rows(rows) else {i: f for i, f in fields.items() if i != index}
    )


def _find_measured(detected: DetectedColumns, texts: Mapping[int, str], rows: Rows) -> str | None:
    if "attendance" in detected.parts:
        return None
    index = next((index for index, field in detected.fields.items() if field == "attendance"), None)
    if index is None or not has_data(rows, index):
        return None
    heading = texts.get(index, "")
    measured = is_measure_heading(heading) or measures_attendance(_filled_cells(rows[:200], index))
    return (heading or "Kehadiran") if measured else None


def _find_sex_columns(headings: Sequence[Heading]) -> tuple[int, ...]:
    """Return the adjacent columns "L" and "P" of lists that mark the sex without a heading over both, or ()."""
    return next(
        (
            (one.index, other.index)
            for one, other in pairwise(headings)
            if {parse_sex(one.text), parse_sex(other.text)} == {"L", "P"}
        ),
        (),
    )


def _field_of(heading: Heading, *, several_parts: bool) -> str | None:
    """Return the field of a heading, with regard to the one above it, or None.

    `several_parts`: several headings are parts of the attendance (days, outcomes), so that each is an attendance
    column.
    """
    above = heading_field(heading.above) if heading.above else None
    if above == "intention":
        return above
    if above is None and is_measure_heading(heading.above) and is_attendance_part(heading.text):
        return None
    if above == "attendance" and is_attendance_part(heading.text):
        return "attendance"
    if above == "signature" and is_attendance_part(heading.text) and not is_part_of_day(heading.text):
        return "attendance"
    if above == "target_group" and heading_field(heading.text) in _FIELDS_NAMED_LIKE_GROUPS:
        return "target_group"
    if several_parts and is_attendance_part(heading.text) and not is_number_heading(heading.text):
        return "attendance"
    return None if is_ignored_heading(heading.text) else heading_field(heading.text) or above


def _find_field_beside_name(fields: Mapping[int, str], texts: Mapping[int, str]) -> str | None:
    """Return the field that the name's column also contains by its heading, or None.

    "Nama / Alamat" is the kelurahan if there is no column for it.
    """
    beside = field_beside_name(next((texts.get(i, "") for i, field in fields.items() if field == "name"), ""))
    return "kelurahan" if beside == "address" and "kelurahan" not in fields.values() else beside


def _find_number_column(headings: Sequence[Heading], fields: Mapping[int, str], rows: Rows) -> int | None:
    """Return the column headed "No", else one without a heading that counts the rows, or None.

    A "Nomor" under which telephone numbers stand is theirs.
    """
    for heading in headings:
        is_headed = heading.index not in fields and is_number_heading(heading.text)
        if is_headed and detect_field(_filled_cells(rows[:200], heading.index), ()) is None:
            return heading.index
    name = next((index for index, field in fields.items() if field == "name"), 0)
    unnamed = [heading.index for heading in headings[:name] if not heading.text]
    return next((index for index in unnamed if _counts_rows(rows, index)), None)


def _counts_rows(rows: Rows, index: int) -> bool:
    """Return whether the first numbers of the column are 1, 2, 3 or 2, 3, 4."""
    numbers = [row[index] for row in rows[:50] if index < len(row) and isinstance(row[index], int | float)]
    return numbers[:3] in ([1, 2, 3], [2, 3, 4])


def _has_no_marks(rows: Rows, index: int) -> bool:
    """Return whether the column has several texts and none is a mark, as a "Status" of people (lists of staff)."""
    texts = list(_iter_texts(rows, index))
    return len(texts) >= _MIN_CELLS and not any(map(may_be_mark, texts))


def _take_doubtful_status_as_note(fields: dict[int, str], about_people: Collection[int], rows: Rows) -> None:
    """Take a column "Status" without marks as the note if it says of some that they withdrew ("Peserta", "Batal")."""
    for index in about_people:
        if fields.get(index) != "attendance":
            continue
        doubted = any(map(casts_doubt, _iter_texts(rows, index)))
        if doubted and "note" not in fields.values() and _has_no_marks(rows, index):
            fields[index] = "note"


def _add_by_content(
    headings: Sequence[Heading],
    fields: dict[int, str],
    number: int | None,
    rows: Rows,
    place_keys: Collection[str],
) -> None:
    """Add to `fields` those of columns whose heading isn't known, as far as their content is unambiguous.

    A field that another column has is not added.
    """
    width = max((len(row) for row in rows[:50]), default=0)
    ignored = {heading.index for heading in headings if is_ignored_heading(heading.text)}
    for index in range(min(width, len(headings) + 5)):
        if index in fields or index == number or index in ignored:
            continue
        field = detect_field(_filled_cells(rows[:200], index), place_keys)
        if field and field not in fields.values():
            fields[index] = field


def _take_address_as_kelurahan(fields: dict[int, str], chosen: Mapping[int, str | None]) -> None:
    """Make the first address column ("Asal", "Domisili") the kelurahan, for lists without such a column.

    A column for which the user chose a field stays.
    """
    address = next((i for i, field in sorted(fields.items()) if field == "address" and i not in chosen), None)
    if address is not None:
        fields[address] = "kelurahan"


def _with_marks_in_notes(
    detected: DetectedColumns, chosen: Mapping[int, str | None], rows: Rows
) -> DetectedColumns:
    """Take a signature or note column with marks as attendance, for lists without filled attendance columns.

    Notes are marks if nothing else is written, or in at least half of the rows. Beside a column to sign in ink
    half of the rows must have a bare mark ("H"); other notes are remarks, each about its own row.
    """
    signed = "signature" in detected.fields.values()
    for field in ("signature", "note"):
        index = next((i for i, known in detected.fields.items() if known == field and i not in chosen), None)
        texts = [] if index is None else list(_iter_texts(rows, index))
        if index is not None and has_marks(texts):
            if field == "note" and not _are_marks_of_all(texts, rows, signed=signed):
                continue
            others = {
                i: known for i, known in detected.fields.items() if known != "attendance" or i in chosen
            }
            return replace(
                detected, fields={**others, index: "attendance"}, marks_column=index, marks_field=field
            )
    return detected


def _are_marks_of_all(notes: Sequence[str], rows: Rows, *, signed: bool) -> bool:
    """Return whether notes are the marks of a list, and not remarks about some of its rows."""
    if signed:
        return 2 * sum(map(is_bare_mark, notes)) >= _count_filled_rows(rows)
    marks = sum(map(may_be_mark, notes))
    return marks == len(notes) or 2 * marks >= _count_filled_rows(rows)


def _count_filled_rows(rows: Rows) -> int:
    return sum(any(cell not in (None, "") for cell in row) for row in rows)


def _with_arrivals(
    detected: DetectedColumns, headings: Sequence[Heading], chosen: Mapping[int, str | None], rows: Rows
) -> DetectedColumns:
    """Take hours of arrival as attendance in lists without marks and signatures (exports of visitor books).

    Without such a column `detected` is returned unchanged.
    """
    if not {"attendance", "signature"}.isdisjoint(detected.fields.values()):
        return detected
    arrivals = (heading.index for heading in headings if is_arrival_heading(heading.text))
    index = next((index for index in arrivals if index not in chosen and has_data(rows, index)), None)
    return detected if index is None else replace(detected, fields={**detected.fields, index: "attendance"})


def _drop_repeated_headers(fields: Mapping[int, str], headings: Sequence[Heading], rows: Rows) -> Rows:
    """Return the rows without headers repeated on every page of printed lists, where "TTD" is no mark."""
    name = next((heading for heading in headings if fields.get(heading.index) == "name"), None)
    if name is None:
        return rows
    return [
        row for row in rows if name.index >= len(row) or collapse(cell_text(row[name.index])) != name.text
    ]


def _find_unread_marks(
    detected: DetectedColumns, headings: Sequence[Heading], chosen: Mapping[int, str | None], rows: Rows
) -> list[int]:
    """Return the columns of marks that aren't read: all if no attendance is, else only those without a heading.

    Of columns with the same heading (a second list beside the first) only the first is returned.
    """
    texts = {heading.index: heading.text for heading in reversed(headings)}
    called = {text: index for index, text in texts.items() if text}
    headed_too = "attendance" not in detected.fields.values()
    known = detected.fields.keys() | chosen.keys() | {detected.number}
    return [
        index
        for index in range(len(headings) + 1)
        if index not in known
        and (headed_too if called.get(texts.get(index, "")) == index else not texts.get(index))
        and not is_ignored_heading(texts.get(index, ""))
        and has_mostly_marks(list(_iter_texts(rows[:200], index)))
    ]


def _only_answers(rows: Rows, index: int) -> bool:
    """Return whether a column has only answers to a form's question, as "Ya" and "Tidak"."""
    return all(map(is_yes_or_no, _iter_texts(rows[:200], index)))


def _iter_texts(rows: Rows, index: int) -> Iterator[str]:
    """Yield the cleaned texts of a column, without blanks, numbers and dates."""
    cells = (row[index] for row in rows if index < len(row))
    return (text for cell in cells if isinstance(cell, str) and (text := clean(cell)))


def _filled_cells(rows: Rows, index: int) -> list[Cell]:
    """Return the cells of a column that aren't blank."""
    cells = (row[index] for row in rows if index < len(row))
    return [cell for cell in cells if cell is not None and cell_text(cell).strip()]


_MIN_SHARE = 0.9


def detect_field(cells: Sequence[Cell], place_keys: Collection[str]) -> str | None:
    """Return the field to which nine of ten cells, and at least three, can only belong, or None."""
    if len(cells) < _MIN_CELLS:
        return None
    certain: dict[str, Callable[[Cell], bool]] = {
        "nik": _is_nik,
        "phone": _is_mobile,
        "email": lambda cell: "@" in cell_text(cell) and "." in cell_text(cell).rpartition("@")[2],
        "sex": lambda cell: isinstance(cell, str) and parse_sex(cell) is not None,
        "kelurahan": lambda cell: isinstance(cell, str) and place_key(cell) in place_keys,
    }
    for field, fits in certain.items():
        if sum(map(fits, cells)) >= _MIN_SHARE * len(cells):
            return field
    return None


def _is_nik(cell: Cell) -> bool:
    """Return whether the cell is a NIK, or a number that may have been one."""
    return parse_nik(cell).digits is not None or parse_nik(cell).problem == "nik-corrupted"


def _is_mobile(cell: Cell) -> bool:
    """Return whether the cell is a mobile number, not the time stamp of a form's export: "08/05/2025 09:12"."""
    text = cell_text(cell)
    digits = "".join(filter(str.isdigit, text))
    return ":" not in text and digits.startswith(("08", "628", "8")) and 9 <= len(digits) <= 14
