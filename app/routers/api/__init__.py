"""The API for programs, under `/api/v1`."""

from app.routers.api import (
    areas,
    coverage,
    health,
    imports,
    issued_reports,
    metrics,
    registrations,
    workshops,
)

routers = (
    *workshops.routers,
    *registrations.routers,
    *imports.routers,
    areas.router,
    coverage.router,
    issued_reports.router,
    health.router,
    metrics.router,
)
