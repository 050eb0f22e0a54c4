"""Kelurahan, ambiguous names of places, and target groups."""

from app.routers.pages.areas import (
    ambiguous_places,
    areas,
    boundaries,
    target_groups,
)

routers = (
    ambiguous_places.router,
    areas.router,
    boundaries.router,
    target_groups.router,
)
