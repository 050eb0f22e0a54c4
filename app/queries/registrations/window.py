"""Whether a session takes registrations now, and if not, why."""

from datetime import datetime
from enum import StrEnum

from app.models import WorkshopSession


class Standing(StrEnum):
    """`SOON`: not open yet. `CLOSED` sessions are still to come, those that are `OVER` aren't."""

    OPEN = "open"
    SOON = "soon"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"


def standing(workshop_session: WorkshopSession, moment: datetime) -> Standing:
    """How the session stands at that moment, the weightiest first."""
    if workshop_session.cancelled_at is not None:
        return Standing.CANCELLED
    if workshop_session.ends_at <= moment:
        return Standing.OVER
    if closes_at(workshop_session) <= moment:
        return Standing.CLOSED
    opens_at = workshop_session.registration_opens_at
    return Standing.SOON if opens_at and opens_at > moment else Standing.OPEN


def closes_at(workshop_session: WorkshopSession) -> datetime:
    """When registration ends: as the organizer says, else when the session begins."""
    return workshop_session.registration_closes_at or workshop_session.starts_at
