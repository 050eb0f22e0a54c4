"""The cookie by which a browser stays logged in: a random secret, known to the database by its hash alone."""

from fastapi import Request, Response

from app.services.accounts.logins import LOGIN_LASTS
from app.web.container import container_of


def login_secret(request: Request) -> str | None:
    return request.cookies.get(_name(request))


def set_login(request: Request, response: Response, secret: str) -> None:
    response.set_cookie(
        _name(request),
        secret,
        max_age=int(LOGIN_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
    )


def clear_login(request: Request, response: Response) -> None:
    response.delete_cookie(_name(request), httponly=True, samesite="lax")


def _name(request: Request) -> str:
    """Under https the prefix binds the cookie to this very host (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-jangkau_login" if container_of(request).settings.https else "jangkau_login"
