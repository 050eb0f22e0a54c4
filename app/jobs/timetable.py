"""The timetable: what is done regularly, and the latest time at which it was due.

Kota Balikpapan (WITA, UTC+8) has no daylight-saving time, so a first due time and a period say it all. The latest due
time of each entry is kept in the database: processes that take over from each other do nothing twice, and what was due
while no process ran is done at the next start, once, however often it was missed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.database import Db
from app.models import ScheduledRun


@dataclass(frozen=True)
class Entry:
    """Work that is due at `first` and every `period` from then on."""

    name: str
    first: datetime
    period: timedelta

    def latest_due(self, moment: datetime) -> datetime:
        """Return the last due time up to `moment`."""
        return moment - (moment - self.first) % self.period


def _utc(hour: int, minute: int) -> datetime:
    return datetime(2025, 1, 1, hour, minute, tzinfo=UTC)


DELETE_EXPIRED_LOGINS = Entry("forget-expired-logins", _utc(0, 7), timedelta(hours=1))
SEND_REMINDERS = Entry("send-reminders", _utc(0, 0), timedelta(minutes=10))
NIGHTLY_CHECK = Entry("nightly-check", _utc(18, 37), timedelta(days=1))  # 02.37 WITA


def begin_run(db: Db, name: str, due: datetime) -> bool:
    """Note that the work of an entry begins; return False if it was begun for this due time already."""
    run = db.get(ScheduledRun, name, with_for_update=True)
    if run is not None and run.due_at >= due:
        return False
    db.merge(ScheduledRun(name=name, due_at=due))
    return True
