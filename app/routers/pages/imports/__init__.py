"""Uploaded attendance sheets: upload, mapping, review, and the reconciliation of a session."""

from app.routers.pages.imports import (
    attendance_imports,
    mapping,
    reconciliation,
    review,
    rows,
    sessions,
)

routers = (
    attendance_imports.router,
    mapping.router,
    reconciliation.router,
    review.router,
    rows.router,
    sessions.router,
)
