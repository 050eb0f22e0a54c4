"""The cookies of a login: a random secret of which the database keeps only the hash, and one that knows the browser."""

import secrets
from datetime import timedelta

from fastapi import Request, Response

from app.services.accounts.login_limits import DEVICE_LIFETIME, LoginSource
from app.web.container import container_of
from app.web.limits import address_of

LOGIN, DEVICE = "jangkau_login", "jangkau_device"


def get_login_secret(request: Request) -> str | None:
    """Return the secret of the login cookie, None without one."""
    return request.cookies.get(_cookie_name(request, LOGIN))


def set_login_cookie(request: Request, response: Response, secret: str) -> None:
    """Store the secret of a new login in a cookie of the response, for as long as a login lasts."""
    _set_cookie(request, response, LOGIN, secret, container_of(request).settings.login_lifetime)


def clear_login_cookie(request: Request, response: Response) -> None:
    """Delete the login cookie with the response. The login in the database stays."""
    response.delete_cookie(_cookie_name(request, LOGIN), httponly=True, samesite="lax")


def login_source(request: Request) -> LoginSource:
    """Return where an attempt to log in comes from: the network address, and this browser's device cookie."""
    return LoginSource(address_of(request), request.cookies.get(_cookie_name(request, DEVICE), ""))


def set_device_cookie(request: Request, response: Response) -> str:
    """Give this browser a device cookie for another half year, and return its secret, which stays the same."""
    secret = request.cookies.get(_cookie_name(request, DEVICE)) or secrets.token_urlsafe(32)
    _set_cookie(request, response, DEVICE, secret, DEVICE_LIFETIME)
    return secret


def _set_cookie(request: Request, response: Response, name: str, secret: str, lifetime: timedelta) -> None:
    response.set_cookie(
        _cookie_name(request, name),
        secret,
        max_age=int(lifetime.total_seconds()),
        httponly=True,
        samesite="lax",
    )


def _cookie_name(request: Request, name: str) -> str:
    """Return the cookie's name. With https a prefix binds it to this host (RFC 6265bis, section 4.1.3.2)."""
    return f"__Host-{name}" if container_of(request).settings.https else name
