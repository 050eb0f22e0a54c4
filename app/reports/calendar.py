"""Sessions as calendar files (iCalendar, RFC 5545)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, Event
from icalendar.prop import vUri

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class CalendarEntry:
    """An event. Datetimes are aware.

    Calendar programs replace an entry they have with one of the same `uid` and a higher `sequence`.
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


def render_calendar(entry: CalendarEntry, generated_at: datetime) -> bytes:
    """Return an .ics file (RFC 5545) with one event; an empty location is left out.

    Times are written in UTC; calendar programs show them in local time.
    """
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", generated_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    if entry.location:
        event.add("location", entry.location)
    event.add("description", entry.description)
    event.add("url", vUri(entry.url))
    event.add("status", entry.status)
    calendar = Calendar()
    calendar.add("prodid", "-//Jangkau//Balikpapan//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
