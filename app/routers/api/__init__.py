"""The API, one file a noun, under `/api/v1`."""

from app.routers.api import (
    attendance_imports,
    coverage,
    error_sheets,
    health,
    reference,
    rosters,
    workshop_sessions,
    workshops,
)

routers = (
    attendance_imports.router,
    coverage.router,
    error_sheets.router,
    health.router,
    reference.router,
    rosters.router,
    workshop_sessions.router,
    workshops.router,
)
