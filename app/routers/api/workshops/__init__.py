"""Workshops and their sessions."""

from app.routers.api.workshops import (
    workshop_sessions,
    workshops,
)

routers = (
    workshop_sessions.router,
    workshops.router,
)
