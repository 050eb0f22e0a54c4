"""The timetable of regular work.

Kota Balikpapan (WITA, UTC+8) has no daylight-saving time, so an entry is a first due time and a period. The database
keeps the latest due time for which an entry was begun: a process that takes over repeats nothing, and work that was due
while no process ran is done once at the next start.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.database import Db
from app.models import ScheduledRun


@dataclass(frozen=True)
class Entry:
    """Regular work that is due at `first` and after every `period` from then on."""

    name: str
    first: datetime
    period: timedelta

    def latest_due(self, moment: datetime) -> datetime:
        """Return the latest due time that is not after `moment`."""
        return moment - (moment - self.first) % self.period


def _utc(hour: int, minute: int) -> datetime:
    """Return this time on 1 January 2025 in UTC, as an entry's first due time."""
    return datetime(2025, 1, 1, hour, minute, tzinfo=UTC)


SEAL_LOG = Entry("seal-log", _utc(0, 0), timedelta(minutes=1))
STORE_FACTS = Entry("store-facts", _utc(0, 0), timedelta(minutes=1))
DELETE_EXPIRED_LOGINS = Entry("delete-expired-logins", _utc(0, 7), timedelta(hours=1))
DELETE_EXPIRED_DOSSIERS = Entry("delete-expired-dossiers", _utc(0, 17), timedelta(hours=1))
SEND_REMINDERS = Entry("send-reminders", _utc(0, 0), timedelta(minutes=10))
SEND_REPORTS = Entry("send-reports", _utc(0, 3), timedelta(minutes=10))
CHECK_HEALTH = Entry("check-health", _utc(0, 5), timedelta(minutes=10))
NIGHTLY_BACKUP = Entry("nightly-backup", _utc(17, 17), timedelta(days=1))  # 01.17 WITA
NIGHTLY_CHECK = Entry("nightly-check", _utc(18, 37), timedelta(days=1))  # 02.37 WITA
DELETE_EXPIRED_DATA = Entry("delete-expired-data", _utc(19, 7), timedelta(days=1))  # 03.07 WITA


def begin_run(db: Db, entry: Entry, due: datetime) -> bool:
    """Record that an entry's work begins for a due time; return False if it has begun for that or the next one.

    The next one may have been begun by a machine whose clock is a little ahead. A still later one was begun while a
    clock was wrong, and doesn't count. The caller commits.
    """
    run = db.get(ScheduledRun, entry.name, with_for_update=True)
    if run is not None and due <= run.due_at <= due + entry.period:
        return False
    db.merge(ScheduledRun(name=entry.name, due_at=due))
    return True
