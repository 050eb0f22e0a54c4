"""By how many minutes of an online meeting an import was judged, and whether the session says something else now."""

from app.database import Db
from app.models import AttendanceImport, WorkshopSession
from app.spreadsheets.attendance.minutes import MinutesRule, find_minutes_rule


def get_minutes_rule(workshop_session: WorkshopSession) -> MinutesRule:
    """Return how many minutes of an online meeting count as present in the session."""
    return find_minutes_rule(
        workshop_session.starts_at, workshop_session.ends_at, workshop_session.min_minutes
    )


def get_session_hours(workshop_session: WorkshopSession) -> list[str]:
    """Return when the session starts and ends as JSON; the minutes between count."""
    return [workshop_session.starts_at.isoformat(), workshop_session.ends_at.isoformat()]


def find_stored_minutes_rule(attendance_import: AttendanceImport) -> MinutesRule | None:
    """Return by how many minutes of an online meeting an import was judged; None if minutes decided about no row."""
    stored = attendance_import.reading.get("minutes_rule")
    return MinutesRule(**stored) if stored else None


def find_changed_minutes_rule(db: Db, attendance_import: AttendanceImport) -> MinutesRule | None:
    """Return how many minutes count as present now if the import was judged otherwise, or read for other hours.

    None if nothing has changed, or if minutes decided about no row.
    """
    judged_by = find_stored_minutes_rule(attendance_import)
    workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    rule, hours = get_minutes_rule(workshop_session), get_session_hours(workshop_session)
    is_same = rule == judged_by and attendance_import.reading.get("session_hours", hours) == hours
    return None if judged_by is None or is_same else rule
