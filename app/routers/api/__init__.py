"""The API, one file a noun, under `/api/v1`."""

from app.routers.api import (
    attendance_imports,
    attendance_marks,
    coverage,
    error_sheets,
    health,
    reference,
    registrations,
    rosters,
    workshop_sessions,
    workshops,
)

routers = (
    attendance_imports.router,
    attendance_marks.router,
    coverage.router,
    error_sheets.router,
    health.router,
    reference.router,
    registrations.router,
    rosters.router,
    workshop_sessions.router,
    workshops.router,
)
