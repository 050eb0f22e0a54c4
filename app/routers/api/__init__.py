"""The API, one file a noun, under `/api/v1`."""

from app.routers.api import (
    attendance_imports,
    coverage,
    health,
    reference,
    workshop_sessions,
    workshops,
)

routers = (
    attendance_imports.router,
    coverage.router,
    health.router,
    reference.router,
    workshop_sessions.router,
    workshops.router,
)
