"""Workshops, their sessions, venues, and the public page of a workshop."""

from app.routers.pages.workshops import (
    calendar,
    public_workshops,
    venues,
    workshop_sessions,
    workshops,
)

routers = (
    calendar.router,
    public_workshops.router,
    venues.router,
    workshop_sessions.router,
    workshops.router,
)
