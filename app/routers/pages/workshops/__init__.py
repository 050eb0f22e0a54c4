"""Workshops, their sessions, venues, and the public page of a workshop."""

from app.routers.pages.workshops import (
    attendance,
    calendar,
    public_workshops,
    session_staff,
    venues,
    workshop_sessions,
    workshops,
)

routers = (
    attendance.router,
    calendar.router,
    public_workshops.router,
    session_staff.router,
    venues.router,
    workshop_sessions.router,
    workshops.router,
)
