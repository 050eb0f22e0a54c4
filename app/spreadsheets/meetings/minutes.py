"""Count the minutes in which each person took part in an online meeting, within the hours of the session."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import TypeAlias

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.text import words
from app.spreadsheets.detected_table import Column, DetectedTable, SheetRow, SheetSession, to_excel_row
from app.spreadsheets.meetings.durations import parse_minutes
from app.spreadsheets.meetings.intervals import Interval, covered_time, whole_minutes
from app.spreadsheets.meetings.moments import (
    WITA,
    Moment,
    MomentReader,
    ReportDays,
    find_days,
    find_zone,
    parse_moment,
)
from app.spreadsheets.meetings.people import ReportPerson, group_people, name_alike
from app.spreadsheets.meetings.reports import ReportColumns, columns_by_text, find_report, is_joining

_NO = frozenset({"no", "tidak", "false"})
_YES = frozenset({"yes", "ya", "true"})
_MIN_SHIFT = timedelta(minutes=45)
"""A report whose hours lie so much before the session's, or after them, may be in another zone."""
_MIN_LEFT_OUT = timedelta(minutes=2)
_MAX_STAY = timedelta(days=1)
"""Who seems to have stayed longer has a day or month that is wrong; it would reach over the whole session."""
_MAX_OVER_MIDNIGHT = timedelta(hours=12)
"""From a joining to a leaving on the next day. Later ones are of the next day's meeting."""
_MAX_LINES_ABOVE = 12
_OF_REGISTRATIONS = frozenset({"submitted_at", "intention"})


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """A table of a report with the rows of its sheet, in which the cells of all columns stand."""

    table: DetectedTable
    rows: Sequence[Sequence[Cell]]

    @property
    def columns(self) -> ReportColumns | None:
        return find_report(columns_by_text((column.index, column.header) for column in self.table.columns))


@dataclass(frozen=True, slots=True)
class _Stay:
    """What a row says of its person's time. `duration` are minutes; `unread` is the text of a time that isn't one."""

    row: SheetRow
    joined: Moment | None = None
    left: Moment | None = None
    duration: float | None = None
    unread: str = ""
    has_time: bool = True
    spans_absences: bool = False
    came: bool | None = None


_Person: TypeAlias = ReportPerson[_Stay]


def count_minutes(
    sheet: ReportSheet,
    others: Iterable[ReportSheet],
    session: SheetSession | None,
    place_keys: Collection[str] = (),
) -> DetectedTable:
    """Return the table of a meeting with the cell "minutes" in each row, and with warnings; another table unchanged.

    The minutes are those of all rows of the person, within the session's hours. All of these rows get one name.
    `others` are further lists of the same report, which may hold each joining of the people (Teams). Rows whose time
    can't be read have no minutes, and ask.
    """
    columns = sheet.columns
    if columns is None or sheet.table.meeting is None:
        return sheet.table
    stays = list(_read_stays(sheet, columns))
    activities = [
        stay
        for other in others
        if columns.spans_absences and (further := other.columns) is not None and not further.spans_absences
        for stay in _read_stays(other, further)
    ]
    above = sheet.rows[: max(sheet.table.header_row - 1, 0)]
    zone = _stated_zone(columns, above) or WITA
    moments = [at for stay in (*stays, *activities) for at in (stay.joined, stay.left) if at is not None]
    dated = [at for at in moments if at.has_day] or _moments_above(above)
    hours = _session_hours(session)
    session_days = {begin.astimezone(WITA).date() for begin, _ in hours} or (
        {session.day} if session else set()
    )
    days = find_days(dated, session_days, zone)
    counter = _Counter(
        MomentReader(days.order, zone, days.day or (session.day if session else None)), hours, days
    )
    counter.find_span([*stays, *activities])
    people = group_people(stays, activities, lambda stay: stay.row, place_keys)
    rows = [
        _with_minutes(row, total, person, columns, sheet)
        for person in people
        for total in (counter.minutes(person),)
        for row in name_alike([stay.row for stay in person.stays], place_keys)
    ]
    is_certain = bool(dated) and days.rival is None
    return replace(
        sheet.table,
        rows=tuple(sorted(rows, key=lambda row: row.number)),
        stated_date=sheet.table.stated_date or (days.day if is_certain else None),
        columns=tuple(_with_field(column, columns) for column in sheet.table.columns),
        warnings=(*sheet.table.warnings, *counter.warnings()),
    )


def _with_field(column: Column, columns: ReportColumns) -> Column:
    """Return the column of durations as that of minutes, and no column as one of registrations."""
    if column.index == columns.duration and column.field is None:
        return replace(column, field="minutes")
    return replace(column, field=None) if column.field in _OF_REGISTRATIONS else column


def _moments_above(rows: Sequence[Sequence[Cell]]) -> list[Moment]:
    """Return the moments that the lines above the list name, such as when the meeting began."""
    cells = (cell for row in rows[-_MAX_LINES_ABOVE:] for cell in row)
    return [at for at in map(parse_moment, cells) if at is not None and at.has_day]


def _with_minutes(
    row: SheetRow, minutes: int | None, person: _Person, columns: ReportColumns, sheet: ReportSheet
) -> SheetRow:
    """Return a row with the minutes of its person, or with the question how many they are.

    "Attended: Yes" leaves it to the minutes whether that was long enough. When somebody registered says nothing here.
    """
    cells = {name: cell for name, cell in row.cells.items() if name not in {"minutes", *_OF_REGISTRATIONS}}
    if columns.attended is not None and minutes is not None and _answer(row, columns.attended, sheet) in _YES:
        cells.pop("attendance", None)
    if minutes is not None:
        return replace(row, cells={**cells, "minutes": minutes})
    unread = next((stay.unread for stay in person.stays if stay.row.number == row.number), "")
    asked = Remark("review", "minutes", "minutes-unclear", {"found": unread})
    return replace(row, cells=cells, remarks=(*row.remarks, asked))


def _read_stays(sheet: ReportSheet, columns: ReportColumns) -> Iterator[_Stay]:
    for row in sheet.table.rows:
        if columns.action is not None:
            yield _read_event(sheet, columns, row)
            continue
        joined, left = _cell(sheet, row, columns.join), _cell(sheet, row, columns.leave)
        length = _cell(sheet, row, columns.duration)
        moments = parse_moment(joined), parse_moment(left)
        duration = parse_minutes(length)
        texts = [cell_text(cell).strip() for cell in (joined, left, length)]
        came = _came(_answer(row, columns.attended, sheet)) if columns.attended is not None else None
        yield _Stay(
            row,
            *moments,
            duration=duration,
            unread=" – ".join(text for text in texts if text),
            has_time=_answer(row, columns.waiting, sheet) not in _YES,
            spans_absences=columns.spans_absences,
            came=came,
        )


def _read_event(sheet: ReportSheet, columns: ReportColumns, row: SheetRow) -> _Stay:
    cell = _cell(sheet, row, columns.timestamp)
    at = parse_moment(cell)
    joins = is_joining(cell_text(_cell(sheet, row, columns.action)))
    return _Stay(
        row,
        joined=at if joins else None,
        left=at if joins is False else None,
        unread=cell_text(cell).strip(),
    )


def _came(answer: str) -> bool | None:
    return True if answer in _YES else False if answer in _NO else None


def _cell(sheet: ReportSheet, row: SheetRow, column: int | None) -> Cell:
    number = to_excel_row(row.number)
    cells = sheet.rows[number - 1] if number <= len(sheet.rows) else ()
    return cells[column] if column is not None and column < len(cells) else None


def _answer(row: SheetRow, column: int | None, sheet: ReportSheet) -> str:
    return words(cell_text(_cell(sheet, row, column)))


def _stated_zone(columns: ReportColumns, above: Sequence[Sequence[Cell]]) -> tzinfo | None:
    """Return the zone that a heading of times or a line above the list names, or None."""
    texts = [columns.headings.get(index, "") for index in columns.times]
    for row in above[-_MAX_LINES_ABOVE:]:
        line = " ".join(cell_text(cell) for cell in row if cell not in (None, ""))
        if "zon" in line.lower() or "gmt" in line.lower() or "(utc" in line.lower():
            texts.append(line)
    return next((zone for zone in map(find_zone, texts) if zone is not None), None)


@dataclass(slots=True)
class _Counter:
    """Counts minutes within the hours of a session, and remembers what must be said about the report."""

    reader: MomentReader
    hours: Sequence[Interval]
    days: ReportDays
    first: datetime | None = None
    last: datetime | None = None
    moments: Sequence[datetime] = ()
    clips: bool = False
    adds_durations: bool = False
    stayed: int = 0
    stayed_until: datetime | None = None

    def find_span(self, stays: Sequence[_Stay]) -> None:
        """Find when the report begins and ends, and whether that has anything to do with the session's hours."""
        moments = (self.reader.read(at) for stay in stays for at in (stay.joined, stay.left))
        found = sorted(at for at in moments if at is not None)
        if not found:
            return
        self.first, self.last, self.moments = found[0], found[-1], found
        self.clips = any(found[-1] > starts and found[0] < ends for starts, ends in self.hours)

    def minutes(self, person: _Person) -> int | None:
        """Return the minutes of a person in all of their rows, None where a time can't be read."""
        stays = [
            stay for stay in person.activities or person.stays if stay.has_time and stay.came is not False
        ]
        timed = [stay for stay in stays if stay.joined is not None or stay.left is not None]
        lone = [stay.duration for stay in stays if stay.joined is None and stay.left is None]
        intervals, away = self._intervals(timed)
        if intervals is None or None in lone:
            return None
        covered = self._covered(intervals)
        durations = [stay.duration for stay in timed]
        if away and None not in durations:
            covered = min(covered, timedelta(minutes=sum(filter(None, durations))))
        if lone:
            self.adds_durations = True
            covered += timedelta(minutes=sum(filter(None, lone)))
        length = sum((ends - starts for starts, ends in self.hours), timedelta())
        return whole_minutes(min(covered, length) if self.hours else covered)

    def _covered(self, intervals: Sequence[Interval]) -> timedelta:
        if not self.clips:
            return covered_time(intervals)
        return sum((covered_time(intervals, *hours) for hours in self.hours), timedelta())

    def _intervals(self, stays: Sequence[_Stay]) -> tuple[list[Interval] | None, bool]:
        """Return the intervals of a person, None if one can't be read, and whether they were away within them."""
        events: list[_Stay] = []
        intervals: list[Interval] = []
        away = any(stay.spans_absences for stay in stays)
        for stay in stays:
            joined, left = self.reader.read(stay.joined), self.reader.read(stay.left)
            if (stay.joined and joined is None) or (stay.left and left is None):
                return None, False
            if stay.duration is not None and (joined or left):
                length = timedelta(minutes=stay.duration)
                joined = joined or (left - length if left else None)
                left = left or (joined + length if joined else None)
            if joined is None or left is None:
                events.append(stay)
                continue
            if stay.joined and not stay.joined.has_day and left < joined:
                left += timedelta(days=1)  # A meeting over midnight.
            if not timedelta() <= left - joined <= _MAX_STAY:
                return None, False
            intervals.append((joined, left))
            if stay.duration is not None:
                away = away or left - joined - timedelta(minutes=stay.duration) > _MIN_LEFT_OUT
        return [*intervals, *self._pair(events)], away

    def _pair(self, events: Sequence[_Stay]) -> Iterator[Interval]:
        """Yield the intervals from each joining to the next leaving of the same meeting.

        Of somebody who did not leave it, the interval ends with the last moment that the report has of that meeting.
        """
        told = [
            (at, stay.joined is not None)
            for stay in events
            if (at := self.reader.read(stay.joined or stay.left))
        ]
        since: datetime | None = None
        unended: list[Interval] = []
        for at, joins in sorted(told, key=lambda event: (event[0], not event[1])):
            if since is not None and at >= _end_of_meeting(since):
                unended.append((since, self._last_of_meeting(since)))
                since = None
            if joins:
                since = since or at
            elif since is not None:
                yield since, at
                since = None
        if since is not None:
            unended.append((since, self._last_of_meeting(since)))
        if unended:
            self.stayed += 1
            self.stayed_until = max(self.stayed_until or unended[-1][1], unended[-1][1])
        yield from unended

    def _last_of_meeting(self, begin: datetime) -> datetime:
        """Return the last moment that the report has of the meeting that somebody joined at `begin`."""
        return self.moments[bisect_left(self.moments, _end_of_meeting(begin)) - 1]

    def warnings(self) -> Iterator[Remark]:
        """Yield what must be said about the whole report."""
        if not self.hours:
            return
        if self.days.rival is not None and self.days.day is not None:
            found = {"first": cell_text(self.days.day), "second": cell_text(self.days.rival)}
            yield Remark("review", None, "meeting-date-unclear", found)
        if self.adds_durations:
            yield Remark("warning", "minutes", "meeting-not-clipped", {})
        if self.stayed_until is not None:
            last = _hours(self.stayed_until, self.stayed_until)
            yield Remark("warning", "minutes", "meeting-still-there", {"people": self.stayed, "last": last})
        if (hours := self._hours_missed()) is not None and self.first is not None and self.last is not None:
            found = {"found": _hours(self.first, self.last), "expected": _hours(*hours)}
            yield Remark("review", "minutes", "meeting-other-time", found)

    def _hours_missed(self) -> Interval | None:
        """Return the session's hours of the report's day if the report begins and ends well before or after them."""
        if self.first is None or self.last is None:
            return None
        day = self.first.astimezone(WITA).date()
        hours = next((hours for hours in self.hours if hours[0].astimezone(WITA).date() == day), None)
        if hours is None:
            return None
        before, behind = hours[0] - self.first, hours[1] - self.last
        is_shifted = min(before, behind) >= _MIN_SHIFT or max(before, behind) <= -_MIN_SHIFT
        return hours if is_shifted or not self.clips else None


def _end_of_meeting(begin: datetime) -> datetime:
    """Return when the meeting that somebody joined at `begin` is over at the latest: at midnight, or 12 hours later."""
    next_day = begin.astimezone(WITA).date() + timedelta(days=1)
    return max(datetime.combine(next_day, time(), WITA), begin + _MAX_OVER_MIDNIGHT)


def _session_hours(session: SheetSession | None) -> list[Interval]:
    """Return when the session takes place; of several days the same hours on each. [] where that isn't known."""
    if session is None or session.starts is None or session.ends is None:
        return []
    starts, ends = session.starts.astimezone(WITA), session.ends.astimezone(WITA)
    if ends.date() == starts.date() or ends.time() <= starts.time():
        return [(starts, ends)]
    days = (ends.date() - starts.date()).days + 1
    end = datetime.combine(starts.date(), ends.time(), WITA)
    return [(starts + timedelta(days=day), end + timedelta(days=day)) for day in range(days)]


def _hours(starts: datetime, ends: datetime) -> str:
    shown = [at.astimezone(WITA).strftime("%H.%M") for at in (starts, ends)]
    return "–".join(dict.fromkeys(shown))
