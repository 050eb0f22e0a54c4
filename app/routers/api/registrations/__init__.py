"""Registrations, attendance marks and attendance lists."""

from app.routers.api.registrations import (
    attendance_marks,
    registrations,
    rosters,
)

routers = (
    attendance_marks.router,
    registrations.router,
    rosters.router,
)
