"""Sessions as calendar files (iCalendar, RFC 5545), for the calendar of a telephone or a computer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, Event
from icalendar.prop import vUri

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class CalendarEntry:
    """`uid` stays the same for good and `sequence` grows with every change, so that calendars replace what they had.

    Instants are aware; they are written in UTC, which every calendar shows in its own time.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str
    description: str
    url: str
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


def calendar_file(entries: list[CalendarEntry], made_at: datetime) -> bytes:
    """A calendar that holds the entries."""
    calendar = Calendar()
    calendar.add("prodid", "-//Jangkau//Balikpapan//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(_event(entry, made_at))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", made_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    if entry.location:
        event.add("location", entry.location)
    event.add("description", entry.description)
    event.add("url", vUri(entry.url))
    event.add("status", entry.status)
    return event
