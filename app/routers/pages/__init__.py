"""The pages, one file a noun."""

from app.routers.pages import (
    activities,
    attendance_imports,
    coverage,
    error_sheets,
    home,
    import_mapping,
    import_review,
    import_rows,
    languages,
    logins,
    participants,
    possible_duplicates,
    rosters,
    workshop_sessions,
    workshops,
)

routers = (
    activities.router,
    attendance_imports.router,
    coverage.router,
    error_sheets.router,
    home.router,
    import_mapping.router,
    import_review.router,
    import_rows.router,
    languages.router,
    logins.router,
    participants.router,
    possible_duplicates.router,
    rosters.router,
    workshop_sessions.router,
    workshops.router,
)
