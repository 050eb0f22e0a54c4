"""Attendance imports and the rows to correct."""

from app.routers.api.imports import (
    attendance_imports,
    error_sheets,
)

routers = (
    attendance_imports.router,
    error_sheets.router,
)
