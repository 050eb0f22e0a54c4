"""Logging in, the user's own account, users and organizations."""

from app.routers.pages.accounts import (
    approvals,
    logins,
    organizations,
    own_account,
    passwords,
    second_factors,
    single_sign_on,
    users,
)

routers = (
    logins.router,
    passwords.router,
    own_account.router,
    second_factors.router,
    organizations.router,
    single_sign_on.router,
    single_sign_on.link_router,
    approvals.router,
    users.router,
)
