"""Describe the session of a list by its letterhead, the name of its sheet, and the name of its file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeAlias

from app.people.values.cells import Cell, cell_text
from app.people.values.dates import parse_date_span
from app.people.values.nik import mask_niks
from app.people.values.target_groups import GroupIndex, parse_target_group
from app.people.values.text import clean, collapse, is_placeholder
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.stated_session import StatedSession
from app.spreadsheets.tables.session_facts import titles
from app.spreadsheets.tables.session_facts.hours import Hours, parse_hours
from app.spreadsheets.tables.session_facts.labels import MAX_LENGTH, labelled_facts
from app.spreadsheets.tables.session_facts.meetings import read_meeting_facts
from app.spreadsheets.tables.session_facts.names import find_days, find_year, has_short_date, read_name
from app.spreadsheets.tables.sheets.sheet_choice import find_day_number

Days: TypeAlias = tuple[date, date]

_MAX_TEXT = 200
_MAX_CODE = 40
_MAX_TITLE_LINES = 4
_MAX_TEXTS_OF_LINE = 2
"""A line without labels has no more texts; beside the first one may stand "Halaman 1 dari 3"."""
_DATED = frozenset({"day", "hours"})
_UPLOAD_ADDRESS = re.compile(r"/sesi/(?P<code>[\w.-]+)/unggah\b")
"""The address that our own attendance lists print for their upload."""


@dataclass(slots=True)
class _Letterhead:
    """What the lines above a list say, as texts. Of several values for one fact the first counts.

    `is_below_heading` after the line "DAFTAR HADIR"; `title_ended` after the first line that is no title.
    """

    facts: dict[str, str] = field(default_factory=dict)
    title: list[str] = field(default_factory=list)
    offices: list[str] = field(default_factory=list)
    days: Days | None = None
    year: int | None = None
    weekday: int | None = None
    hours: Hours = (None, None)
    is_below_heading: bool = False
    title_ended: bool = False


def describe_session(grid: Grid, table: DetectedTable, file_name: str, groups: GroupIndex) -> StatedSession:
    """Return what a list says of its session; `table` was detected in the `grid`.

    The letterhead counts before the name of the sheet, and that before the name of the file. Where a name or the day of
    the week says another day than the letterhead's date, that is the `other_day`.
    """
    if table.meeting is not None:
        return _describe_meeting(grid, table, file_name, groups)
    letterhead = _read_letterhead([*grid.above, *grid.rows[: max(table.header_row - 1, 0)]])
    days = _stated_days(table) or letterhead.days
    if days is None and letterhead.facts.get("day"):
        days = find_days(letterhead.facts["day"], letterhead.year or find_year(file_name))
    year = days[0].year if days else letterhead.year
    names = read_name(table.sheet, year=year), read_name(file_name, year=None if days else year)
    title, venue = titles.split_venue(_choose_title(letterhead))
    title = title or next((name.title for name in names if name.title), "")
    days = _day_of_sheet(days, table.sheet) or days
    named = next((name.days for name in names if name.days), None)
    audience = letterhead.facts.get("audience") or titles.audience_in(title)
    stated_groups = _parse_groups(audience, groups) if audience else ()
    first, last = _narrow(days, named) or (None, None)
    other_day = named[0] if named and first and last and not _overlap((first, last), named) else None
    if other_day is None and first is not None and first == last:
        other_day = _day_of_weekday(first, letterhead.weekday)
    return StatedSession(
        code=letterhead.facts.get("code", "")[:_MAX_CODE],
        title=_shorten(title),
        first_day=first,
        last_day=last,
        other_day=other_day,
        starts=letterhead.hours[0],
        ends=letterhead.hours[1],
        venue=_shorten(letterhead.facts.get("venue") or venue),
        organizer=_shorten(letterhead.facts.get("organizer") or titles.choose_organizer(letterhead.offices)),
        target_groups=stated_groups or _only(_parse_groups(title, groups)),
    )


def _describe_meeting(grid: Grid, table: DetectedTable, file_name: str, groups: GroupIndex) -> StatedSession:
    """Return what the report of an online meeting says. Where it says a day that may be read in two ways, the second
    one is the `other_day`. The name of the file decides, but for "9-10-26": Teams writes it with the month first.
    """
    meeting = read_meeting_facts(grid.rows[: table.rows[0].number if table.rows else 0])
    file = read_name(file_name)
    day, other_day = table.stated_date or meeting.day, None if table.stated_date else meeting.other_day
    if file.days is not None and file.days[0] == file.days[1] and not has_short_date(file_name):
        if day is None:
            day = file.days[0]
        elif other_day is not None and file.days[0] in (day, other_day):
            day, other_day = file.days[0], None
    title = meeting.title if titles.says_something(meeting.title) else file.title
    return StatedSession(
        title=_shorten(titles.without_date(title)),
        first_day=day,
        last_day=day,
        other_day=other_day,
        starts=meeting.starts,
        ends=meeting.ends,
        target_groups=_only(_parse_groups(title, groups)),
        is_online=True,
    )


def _stated_days(table: DetectedTable) -> Days | None:
    """Return the days of the letterhead, or from the first to the last caption of a list of several days; or None."""
    if table.stated_date:
        return table.stated_date, table.stated_until or table.stated_date
    days = [day for caption in table.day_captions for day in (caption.first, caption.last) if day]
    return (min(days), max(days)) if days else None


def _narrow(days: Days | None, named: Days | None) -> Days | None:
    """Return the days of the letterhead, or of them those that the name says, if it says fewer of them."""
    if days is None or named is None:
        return days or named
    return named if days[0] <= named[0] and named[1] <= days[1] else days


def _day_of_weekday(day: date, weekday: int | None) -> date | None:
    """Return the nearest day with that number of the week, None if it is the day itself.

    Of "Rabu, 5 Agustus 2025", a Tuesday, it is the 6th.
    """
    if weekday is None or weekday == day.weekday():
        return None
    distance = (weekday - day.weekday() + 3) % 7 - 3
    return day + timedelta(days=distance)


def _overlap(days: Days, others: Days) -> bool:
    return days[0] <= others[1] and others[0] <= days[1]


def _choose_title(letterhead: _Letterhead) -> str:
    """Return the title after its label, completed by the topic if it is only "Sosialisasi", else the title's lines."""
    facts = letterhead.facts
    labelled, topic = facts.get("title", ""), facts.get("topic", "")
    if labelled and topic and not titles.says_something(labelled):
        labelled = f"{labelled} {topic}"
    for title in (labelled, " ".join(letterhead.title), topic):
        if titles.says_something(title := titles.without_date(title)):
            return title
    return ""


def _shorten(text: str) -> str:
    return mask_niks(collapse(text).strip(" -–,:;"))[:_MAX_TEXT]


def _day_of_sheet(days: Days | None, sheet: str) -> Days | None:
    """Return the day of a sheet "Hari 2" in the days of its letterhead, or None if they are not so many."""
    number = find_day_number(sheet)
    if days is None or number is None or days[0] == days[1]:
        return None
    day = days[0] + timedelta(days=number - 1)
    return (day, day) if day <= days[1] else None


def _parse_groups(text: str, groups: GroupIndex) -> tuple[str, ...]:
    """Return the groups that the text names, none for "Non UMKM"."""
    parsed = parse_target_group(text, groups)
    return (parsed.code,) if parsed.code else parsed.candidates


def _only(groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups if it is one; a title that names several says nothing."""
    return groups if len(groups) == 1 else ()


def _read_letterhead(above: Sequence[Sequence[Cell]]) -> _Letterhead:
    letterhead = _Letterhead()
    for texts in _lines(above):
        if match := _UPLOAD_ADDRESS.search(" ".join(texts)):
            letterhead.facts.setdefault("code", match["code"])
            continue
        filled = [text for text in texts if text]
        if len(filled) == 1 and titles.without_heading(filled[0].rstrip(": ")) == ("", True):
            filled = texts = [filled[0].rstrip(": ")]
        labelled = list(labelled_facts(texts))
        if labelled:
            _add_labelled(letterhead, labelled)
        elif filled and len(filled) <= _MAX_TEXTS_OF_LINE and len(filled[0]) <= MAX_LENGTH:
            _add_line(letterhead, filled[0])
    if len(letterhead.title) > 1 and _is_audience(letterhead.title):
        letterhead.facts.setdefault("audience", letterhead.title.pop(0))
    return letterhead


def _is_audience(lines: Sequence[str]) -> bool:
    """Return whether the first of a title's lines says who came: "DAFTAR HADIR KETUA RT / WORKSHOP …"."""
    return not titles.names_event(lines[0]) and titles.names_event(lines[1])


def _lines(rows: Iterable[Sequence[Cell]]) -> Iterator[list[str]]:
    """Yield the texts of each line of the rows; a cell may hold several lines, as a letterhead in one merged cell."""
    for row in rows:
        cells = [
            [collapse(clean(line)) for line in cell_text(cell).splitlines() if line.strip()] for cell in row
        ]
        for at in range(max(map(len, cells), default=0)):
            yield [lines[at] if at < len(lines) else "" for lines in cells]


def _add_labelled(letterhead: _Letterhead, labelled: Iterable[tuple[str, str]]) -> None:
    letterhead.title_ended = letterhead.title_ended or bool(letterhead.title) or letterhead.is_below_heading
    for fact, text in labelled:
        if fact in _DATED:
            letterhead.days = letterhead.days or parse_date_span(text)
            _add_weekday(letterhead, text)
            _add_hours(letterhead, text)
            if place := titles.venue_in(titles.without_date_and_hours(text)):
                letterhead.facts.setdefault("venue", place)
        if fact == "ends" and letterhead.hours[0] and not letterhead.hours[1]:
            letterhead.hours = parse_hours(f"{letterhead.hours[0]:%H.%M} - {text}")
        if not is_placeholder(text):
            letterhead.facts.setdefault(fact, text)


def _add_weekday(letterhead: _Letterhead, text: str) -> None:
    if letterhead.weekday is None:
        letterhead.weekday = titles.weekday_in(text)


def _add_hours(letterhead: _Letterhead, text: str) -> None:
    if letterhead.hours == (None, None):
        letterhead.hours = parse_hours(text)


def _add_line(letterhead: _Letterhead, line: str) -> None:
    """Add a line without a label: an office, a date, "DAFTAR HADIR", a part of the title, or a place."""
    if titles.is_address(line) or titles.is_page_or_number(line):
        return
    letterhead.days = letterhead.days or titles.days_in(line)
    letterhead.year = letterhead.year or titles.year_in(line)
    if titles.is_date_or_hours(line) or titles.begins_with_date(line):
        _add_dated_line(letterhead, line)
        return
    rest, is_heading = titles.without_heading(line)
    if is_heading:
        letterhead.is_below_heading = True
        if rest:
            letterhead.title, letterhead.title_ended = [], False
    venue = titles.venue_in(rest) if letterhead.is_below_heading else ""
    if venue:
        letterhead.facts.setdefault("venue", venue)
    elif titles.is_office(rest):
        if not letterhead.is_below_heading:
            letterhead.offices.append(rest)
    elif is_heading and rest and not titles.says_something(rest):
        letterhead.facts.setdefault("audience", rest)
    elif rest and not letterhead.title_ended and len(letterhead.title) < _MAX_TITLE_LINES:
        letterhead.title.append(rest)


def _add_dated_line(letterhead: _Letterhead, line: str) -> None:
    """Add a line that is a date, with hours and place or without."""
    _add_weekday(letterhead, line)
    _add_hours(letterhead, line)
    if place := titles.split_venue(line)[1]:
        letterhead.facts.setdefault("venue", place)
    letterhead.title_ended = letterhead.title_ended or bool(letterhead.title)
