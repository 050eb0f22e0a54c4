"""Whether registration for a session is open, and if not, why."""

from datetime import datetime
from enum import StrEnum

from app.models import WorkshopSession


class RegistrationWindow(StrEnum):
    """`SOON` is not open yet; `CLOSED` is closed before the session has ended, and `OVER` after it."""

    OPEN = "open"
    SOON = "soon"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"


def get_registration_window(workshop_session: WorkshopSession, moment: datetime) -> RegistrationWindow:
    """Return whether registration is open at a moment, or why it is not.

    The first that applies is returned: cancelled, over, closed, soon.
    """
    if workshop_session.cancelled_at is not None:
        return RegistrationWindow.CANCELLED
    if workshop_session.ends_at <= moment:
        return RegistrationWindow.OVER
    if get_closing_time(workshop_session) <= moment:
        return RegistrationWindow.CLOSED
    opens_at = workshop_session.registration_opens_at
    return RegistrationWindow.SOON if opens_at and opens_at > moment else RegistrationWindow.OPEN


def get_closing_time(workshop_session: WorkshopSession) -> datetime:
    """Return when registration closes: the time set by the organizer, else the beginning of the session."""
    return workshop_session.registration_closes_at or workshop_session.starts_at
