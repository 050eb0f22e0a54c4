"""The sessions of a batch's lists: those that exist, and those that are proposed to create."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Self


@dataclass(frozen=True)
class BatchSession:
    """The session of a list."""

    id: int
    code: str
    workshop_code: str
    workshop_title: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    is_cancelled: bool


@dataclass(frozen=True)
class NewSession:
    """A session to create, as a form has it; times in WITA. `workshop` is the code of its workshop, "" for a new one.

    A new workshop has the `title` and the `target_groups`. `organizer` is that of the letterhead: lists of others with
    the same title are of another workshop.
    """

    workshop: str = ""
    title: str = ""
    target_groups: tuple[str, ...] = ()
    day: date | None = None
    starts: time | None = None
    ends: time | None = None
    venue: str = ""
    organizer: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which it can't be created."""
        needed = {
            "title": self.workshop or self.title,
            "day": self.day,
            "starts": self.starts,
            "ends": self.ends,
        }
        return tuple(name for name, value in needed.items() if not value and value != time(0))

    def to_json(self) -> dict[str, Any]:
        """Return the session as JSON from which `from_json` restores it."""
        return {
            "workshop": self.workshop,
            "title": self.title,
            "target_groups": list(self.target_groups),
            "day": self.day.isoformat() if self.day else None,
            "starts": self.starts.isoformat("minutes") if self.starts else None,
            "ends": self.ends.isoformat("minutes") if self.ends else None,
            "venue": self.venue,
            "organizer": self.organizer,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the session that `to_json` stored."""
        return cls(
            stored["workshop"],
            stored["title"],
            tuple(stored["target_groups"]),
            date.fromisoformat(stored["day"]) if stored["day"] else None,
            time.fromisoformat(stored["starts"]) if stored["starts"] else None,
            time.fromisoformat(stored["ends"]) if stored["ends"] else None,
            stored["venue"],
            stored["organizer"],
        )
