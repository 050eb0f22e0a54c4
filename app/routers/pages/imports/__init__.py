"""Uploaded attendance sheets: upload, mapping, review, and the reconciliation of a session."""

from app.routers.pages.imports import (
    attendance_imports,
    error_sheets,
    mapping,
    reconciliation,
    review,
    rows,
)

routers = (
    attendance_imports.router,
    error_sheets.router,
    mapping.router,
    reconciliation.router,
    review.router,
    rows.router,
)
