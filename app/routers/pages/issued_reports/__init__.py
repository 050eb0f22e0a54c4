"""Issued reports: their list and pages, the forms that issue, revise and sign them, closed periods, verification."""

from app.routers.pages.issued_reports import closing, issue, reports, signing, verification

# `issue` first: its address would be a number to `reports`.
routers = (
    issue.router,
    closing.router,
    reports.router,
    signing.router,
    verification.router,
)
