"""What the report of an online meeting says of its session: topic, day and hours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from app.people.values.cells import Cell
from app.people.values.text import words
from app.spreadsheets.meetings.moments import WITA, Moment, find_days, parse_moment
from app.spreadsheets.tables.columns.header import row_texts

_TOPICS = frozenset(
    {"topic", "topik", "meeting title", "judul rapat", "meeting name", "nama rapat", "session title"}
)
_STARTS = frozenset(
    {"start time", "waktu mulai", "meeting start time", "waktu mulai rapat", "actual start time"}
)
_ENDS = frozenset({"end time", "waktu selesai", "waktu berakhir", "meeting end time", "waktu selesai rapat"})


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """The topic of a meeting, its day (and the other day that may be meant by "8/5/25") and its hours in WITA."""

    title: str = ""
    day: date | None = None
    other_day: date | None = None
    starts: time | None = None
    ends: time | None = None


def read_meeting_facts(rows: Sequence[Sequence[Cell]]) -> MeetingFacts:
    """Return what the rows up to the first person say.

    A label stands before its value (Teams), or over it: above the header (Zoom), or in each person's row (Webex).
    """
    pairs = dict(_pairs(rows))
    title = next(
        (text for key, cell in pairs.items() if key in _TOPICS and (text := row_texts([cell])[0])), ""
    )
    starts, ends = (
        next((moment for key, cell in pairs.items() if key in names and (moment := parse_moment(cell))), None)
        for names in (_STARTS, _ENDS)
    )
    moments = [moment for row in rows for cell in row if (moment := parse_moment(cell)) and moment.has_day]
    days = find_days(moments, (), WITA)
    return MeetingFacts(title, days.day, days.rival, _hour(starts), _hour(ends))


def _pairs(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[str, Cell]]:
    """Yield (folded label, value): a label with the cell beside it, and with the cell below it."""
    for at, row in enumerate(rows):
        keys = [words(text) for text in row_texts(row)]
        below = rows[at + 1] if at + 1 < len(rows) else ()
        for column, key in enumerate(keys):
            if key in _TOPICS | _STARTS | _ENDS:
                beside = row[column + 1] if column == 0 and len(list(filter(None, keys))) == 2 else None
                value = beside if beside is not None else below[column] if column < len(below) else None
                if value not in (None, ""):
                    yield key, value


def _hour(moment: Moment | None) -> time | None:
    """Return the hour in WITA to the minute; None for a moment of another zone, which the day would be needed for."""
    if moment is None or (moment.zone is not None and moment.zone.utcoffset(None) != WITA.utcoffset(None)):
        return None
    return moment.time.replace(second=0, microsecond=0)
