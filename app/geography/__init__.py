"""Boundaries of areas: reading them from uploaded GeoJSON, and the shapes that maps draw. Pure, without a database."""
