"""Participants, their memberships, and possible duplicates among them."""

from app.routers.pages.people import (
    corrections,
    duplicates,
    memberships,
    participants,
    proposals,
)

routers = (
    corrections.router,
    duplicates.router,
    memberships.router,
    participants.router,
    proposals.router,
)
