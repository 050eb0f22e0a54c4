"""Kelurahan, ambiguous names of places, and target groups."""

from app.routers.pages.areas import (
    ambiguous_places,
    areas,
    target_groups,
)

routers = (
    ambiguous_places.router,
    areas.router,
    target_groups.router,
)
