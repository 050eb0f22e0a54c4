"""The login cookie: a random secret, of which the database keeps only the hash."""

from fastapi import Request, Response

from app.services.accounts.logins import LOGIN_LIFETIME
from app.web.container import container_of


def get_login_secret(request: Request) -> str | None:
    """Return the secret of the login cookie, None without one."""
    return request.cookies.get(_cookie_name(request))


def set_login_cookie(request: Request, response: Response, secret: str) -> None:
    """Store the secret of a new login in a cookie of the response, for `LOGIN_LIFETIME`."""
    response.set_cookie(
        _cookie_name(request),
        secret,
        max_age=int(LOGIN_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
    )


def clear_login_cookie(request: Request, response: Response) -> None:
    """Delete the login cookie with the response. The login in the database stays."""
    response.delete_cookie(_cookie_name(request), httponly=True, samesite="lax")


def _cookie_name(request: Request) -> str:
    """Return the cookie's name. With https a prefix binds it to this host (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-jangkau_login" if container_of(request).settings.https else "jangkau_login"
