"""The coverage report, where to go next, targets and denominators."""

from app.routers.pages.coverage import (
    denominators,
    gaps,
    report,
    targets,
)

routers = (
    denominators.router,
    gaps.router,
    report.router,
    targets.router,
)
