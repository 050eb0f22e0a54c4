"""Whether a session takes registrations now, and if not, why."""

from datetime import datetime
from enum import StrEnum

from app.models import WorkshopSession


class RegistrationWindow(StrEnum):
    """`SOON`: not open yet. A session that is `CLOSED` is still to come, one that is `OVER` has ended."""

    OPEN = "open"
    SOON = "soon"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"


def registration_window(workshop_session: WorkshopSession, moment: datetime) -> RegistrationWindow:
    """Return whether registration is open at that moment, or the weightiest reason why it is not."""
    if workshop_session.cancelled_at is not None:
        return RegistrationWindow.CANCELLED
    if workshop_session.ends_at <= moment:
        return RegistrationWindow.OVER
    if closes_at(workshop_session) <= moment:
        return RegistrationWindow.CLOSED
    opens_at = workshop_session.registration_opens_at
    return RegistrationWindow.SOON if opens_at and opens_at > moment else RegistrationWindow.OPEN


def closes_at(workshop_session: WorkshopSession) -> datetime:
    """When registration ends: as the organizer says, else when the session begins."""
    return workshop_session.registration_closes_at or workshop_session.starts_at
