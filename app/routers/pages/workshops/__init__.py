"""Workshops, their sessions, venues, and the public page of a workshop."""

from app.routers.pages.workshops import (
    calendar,
    public_workshops,
    venue_imports,
    venues,
    workshop_sessions,
    workshops,
)

routers = (
    calendar.router,
    public_workshops.router,
    venue_imports.router,
    venues.router,
    workshop_sessions.router,
    workshops.router,
)
