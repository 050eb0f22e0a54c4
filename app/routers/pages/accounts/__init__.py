"""Logging in, users and organizations."""

from app.routers.pages.accounts import (
    logins,
    organizations,
    users,
)

routers = (
    logins.router,
    organizations.router,
    users.router,
)
