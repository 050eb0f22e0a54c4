"""The privacy notice, and breaches of personal data."""

from app.routers.pages.privacy import (
    breaches,
    notices,
)

routers = (
    breaches.router,
    notices.router,
)
