"""Uploaded attendance sheets: upload, mapping, review, and the reconciliation of a session."""

from app.routers.pages.imports import (
    answers,
    attendance_imports,
    batch_lists,
    batches,
    mapping,
    photos,
    reconciliation,
    review,
    rows,
    sessions,
)

routers = (
    # First: "banyak" is no number of an import.
    batches.router,
    batch_lists.router,
    answers.router,
    attendance_imports.router,
    mapping.router,
    photos.router,
    reconciliation.router,
    review.router,
    rows.router,
    sessions.router,
)
