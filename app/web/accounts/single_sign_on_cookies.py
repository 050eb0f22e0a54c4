"""Cookies of single sign-on: the attempt that waits for the provider, and the identity that waits to be linked.

Both are signed and expire after ten minutes. They bind to the browser what the provider sends back through it.
"""

from dataclasses import asdict
from typing import Any

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.keys import Purpose, derive_key
from app.models import Role
from app.services.accounts.identity_claims import ProviderIdentity
from app.web.accounts.identity_provider import LoginAttempt
from app.web.container import container_of

ATTEMPT = "jangkau_sso_attempt"
IDENTITY = "jangkau_sso_identity"
# Says that the login of this browser came from the provider, so that logging out can offer to log out there, too.
CAME_BY_PROVIDER = "jangkau_sso"
LIFETIME_SECONDS = 600


def store_attempt(request: Request, response: Response, attempt: LoginAttempt) -> None:
    """Store the attempt in a cookie of the response. It replaces an earlier one."""
    _store(request, response, ATTEMPT, asdict(attempt))


def load_attempt(request: Request, state: str) -> LoginAttempt | None:
    """Return the attempt of this browser; None if it has none with this state, or none of the last ten minutes."""
    attempt = _load(request, ATTEMPT)
    return LoginAttempt(**attempt) if attempt and state and attempt["state"] == state else None


def store_identity(request: Request, response: Response, identity: ProviderIdentity) -> None:
    """Store the identity that waits to be linked in a cookie of the response."""
    _store(request, response, IDENTITY, asdict(identity))


def load_identity(request: Request) -> ProviderIdentity | None:
    """Return the identity that waits to be linked, None without one of the last ten minutes."""
    identity = _load(request, IDENTITY)
    if identity is None:
        return None
    role = Role(identity["role"]) if identity["role"] else None
    return ProviderIdentity(**identity | {"role": role})


def store_came_by_provider(request: Request, response: Response) -> None:
    """Note in a cookie of the response that this browser is logged in through the provider."""
    response.set_cookie(_name(request, CAME_BY_PROVIDER), "1", httponly=True, samesite="lax")


def came_by_provider(request: Request) -> bool:
    """Return whether this browser was logged in through the provider."""
    return _name(request, CAME_BY_PROVIDER) in request.cookies


def clear_cookie(request: Request, response: Response, name: str) -> None:
    """Delete a cookie of this module with the response."""
    response.delete_cookie(_name(request, name), httponly=True, samesite="lax")


def _store(request: Request, response: Response, name: str, content: dict[str, Any]) -> None:
    response.set_cookie(
        _name(request, name),
        str(_serializer(request, name).dumps(content)),
        max_age=LIFETIME_SECONDS,
        httponly=True,
        samesite="lax",
    )


def _load(request: Request, name: str) -> dict[str, Any] | None:
    """Return the content of a cookie, None if it is missing, forged or expired."""
    try:
        content: dict[str, Any] = _serializer(request, name).loads(
            request.cookies.get(_name(request, name), ""), max_age=LIFETIME_SECONDS
        )
    except BadSignature:
        return None
    return content


def _serializer(request: Request, name: str) -> URLSafeTimedSerializer:
    """Return what signs the cookie, with a key of its own."""
    return URLSafeTimedSerializer(
        derive_key(container_of(request).settings.secret, Purpose.SIGN_ON_COOKIES), salt=name
    )


def _name(request: Request, name: str) -> str:
    """Return the cookie's name. With https a prefix binds it to this host (RFC 6265bis, section 4.1.3.2)."""
    return f"__Host-{name}" if container_of(request).settings.https else name
