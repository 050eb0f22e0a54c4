"""Attendance imports and the rows to correct."""

from app.routers.api.imports import (
    attendance_imports,
)

routers = (attendance_imports.router,)
