"""Workshops, their sessions, venues, and the public page of a workshop."""

from app.routers.pages.workshops import (
    attendance,
    calendar,
    public_workshops,
    venues,
    workshop_sessions,
    workshops,
)

routers = (
    attendance.router,
    calendar.router,
    public_workshops.router,
    venues.router,
    workshop_sessions.router,
    workshops.router,
)
