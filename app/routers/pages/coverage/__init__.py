"""The coverage report, where to go next, targets and denominators."""

from app.routers.pages.coverage import (
    denominators,
    gaps,
    report,
    subscriptions,
    targets,
)

routers = (
    denominators.router,
    gaps.router,
    report.router,
    subscriptions.router,
    targets.router,
)
