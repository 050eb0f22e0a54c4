"""Workshops, their sessions, venues, and the public page of a workshop."""

from app.routers.pages.workshops import (
    attendance,
    calendar,
    documents,
    public_home,
    public_workshops,
    series,
    session_staff,
    session_tabs,
    venues,
    workshop_sessions,
    workshops,
)

routers = (
    public_workshops.router,
    public_home.router,
    session_tabs.router,
    attendance.router,
    calendar.router,
    documents.router,
    series.router,
    session_staff.router,
    venues.router,
    workshop_sessions.router,
    workshops.router,
)
