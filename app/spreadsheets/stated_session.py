"""What a list says of its session: in its letterhead, in the name of its file, in its roster code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any


@dataclass(frozen=True, slots=True)
class StatedSession:
    """The facts of a session as a list states them; "" or None where it says nothing.

    `code` is a session's code that the list names ("SPBE-2025-1"), as our own attendance lists do. `first_day` to
    `last_day` are mostly one day. `other_day` is the day that the name of the file or sheet says, or the day of the
    week, where that is another one. `starts` and `ends` are times of WITA. `target_groups` are codes of groups.
    `is_online`: it is the report of an online meeting.
    """

    code: str = ""
    title: str = ""
    first_day: date | None = None
    last_day: date | None = None
    starts: time | None = None
    ends: time | None = None
    venue: str = ""
    organizer: str = ""
    target_groups: tuple[str, ...] = ()
    other_day: date | None = None
    is_online: bool = False


def stated_session_to_json(stated: StatedSession) -> dict[str, Any]:
    """Return what a list states as JSON from which `stated_session_from_json` restores it."""
    return {
        "code": stated.code,
        "title": stated.title,
        "first_day": stated.first_day.isoformat() if stated.first_day else None,
        "last_day": stated.last_day.isoformat() if stated.last_day else None,
        "starts": stated.starts.isoformat("minutes") if stated.starts else None,
        "ends": stated.ends.isoformat("minutes") if stated.ends else None,
        "venue": stated.venue,
        "organizer": stated.organizer,
        "target_groups": list(stated.target_groups),
        "other_day": stated.other_day.isoformat() if stated.other_day else None,
        "is_online": stated.is_online,
    }


def stated_session_from_json(stored: Mapping[str, Any]) -> StatedSession:
    """Return what `stated_session_to_json` stored; nothing is stated by an empty document."""
    if not stored:
        return StatedSession()
    return StatedSession(
        code=stored["code"],
        title=stored["title"],
        first_day=date.fromisoformat(stored["first_day"]) if stored["first_day"] else None,
        last_day=date.fromisoformat(stored["last_day"]) if stored["last_day"] else None,
        starts=time.fromisoformat(stored["starts"]) if stored["starts"] else None,
        ends=time.fromisoformat(stored["ends"]) if stored["ends"] else None,
        venue=stored["venue"],
        organizer=stored["organizer"],
        target_groups=tuple(stored["target_groups"]),
        other_day=date.fromisoformat(other) if (other := stored.get("other_day")) else None,
        is_online=stored.get("is_online", False),
    )
