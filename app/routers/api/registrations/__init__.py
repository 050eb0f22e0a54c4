"""Registrations, attendance marks and attendance lists."""

from app.routers.api.registrations import (
    attendance_marks,
    registrations,
)

routers = (
    attendance_marks.router,
    registrations.router,
)
