"""Evidence: attachments of a session, indicators, and the dossier of a year."""

from app.routers.pages.evidence import (
    attachments,
    dossiers,
    indicators,
)

routers = (
    attachments.router,
    dossiers.router,
    indicators.router,
)
