"""What a workshop's documents tell of it: its sessions, its people in figures, photos, and attendance lists."""

from dataclasses import dataclass
from datetime import datetime

from app.reports.activity.document import Picture
from app.reports.coverage.report import CoverageReport


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """A session and the people with a seat in it, by outcome. `mode` is a word for how it is held."""

    code: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    venue: str
    address: str
    online_link: str
    registered: int
    present: int
    excused: int
    absent: int

    @property
    def unrecorded(self) -> int:
        return self.registered - self.present - self.excused - self.absent

    @property
    def place(self) -> str:
        """Venue and address, or how it is held if it has no venue."""
        return ", ".join(filter(None, (self.venue, self.address))) or self.mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPerson:
    """A line of an attendance list, as the person was registered; `outcome` is "" where none is recorded."""

    name: str
    sex: str
    place: str
    target_group: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A workshop with its sessions that are not cancelled, the earliest first.

    `coverage` is the coverage report of this workshop from its first to its last session; `groups` names whom the
    workshop is for. `lists` are the people of each session, by its code, None for a document without names; such a
    one has no `photos` either, as they show people. `photo_count` is how many there are of the workshop.
    """

    code: str
    title: str
    organization: str
    pillar: str
    groups: tuple[str, ...]
    sessions: tuple[SessionFacts, ...]
    coverage: CoverageReport
    photos: tuple[Picture, ...] = ()
    photo_count: int = 0
    lists: dict[str, tuple[ListedPerson, ...]] | None = None
