"""The pages, one file a noun."""

from app.routers.pages import (
    activities,
    attendance_imports,
    coverage,
    home,
    import_mapping,
    import_review,
    languages,
    logins,
    participants,
    workshop_sessions,
    workshops,
)

routers = (
    activities.router,
    attendance_imports.router,
    coverage.router,
    home.router,
    import_mapping.router,
    import_review.router,
    languages.router,
    logins.router,
    participants.router,
    workshop_sessions.router,
    workshops.router,
)
